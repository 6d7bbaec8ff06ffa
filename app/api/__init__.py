"""The faces: how the world speaks to the use cases."""
