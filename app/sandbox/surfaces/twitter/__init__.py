"""X's guest surfaces."""
