"""What the words mean: pure Python, no IO, no framework."""
