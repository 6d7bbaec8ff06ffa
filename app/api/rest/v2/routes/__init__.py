"""The operations of v2, by what they are about."""
