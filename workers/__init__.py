"""Dramatiq broker, actors and schedule: the processes that collect."""
