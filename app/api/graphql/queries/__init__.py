"""The entrances for reading."""
