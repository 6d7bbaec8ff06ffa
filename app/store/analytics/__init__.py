"""What figures, rankings and searches are read from."""
