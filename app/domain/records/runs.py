"""Refreshes, as people read of them."""

from enum import StrEnum


class Refreshable(StrEnum):
    """What is refreshed by itself; the values are the names of the tables, too."""

    ACCOUNT = "account"
    VIDEO = "video"


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    """Its worker died or lost the lease; another run took over and nothing of this one was stored."""
