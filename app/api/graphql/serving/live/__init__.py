"""Subscriptions at work: sockets and event streams, and what is sent to them."""
