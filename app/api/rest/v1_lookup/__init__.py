"""The look-up API `/v1`: what platforms say now, without tracking anything."""
