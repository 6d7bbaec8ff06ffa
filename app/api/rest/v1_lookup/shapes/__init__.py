"""What `/v1` takes and answers."""
