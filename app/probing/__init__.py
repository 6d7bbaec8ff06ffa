"""Probing the platforms by hand: one live call of each provider, and what has changed in what it answers."""
