"""What the REST faces have in common; each dialect has a folder of its own."""
