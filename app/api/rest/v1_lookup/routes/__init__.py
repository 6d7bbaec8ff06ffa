"""The operations of `/v1`."""
