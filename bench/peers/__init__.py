"""Peers: other servers of the same rows, which the program's own is held against."""
