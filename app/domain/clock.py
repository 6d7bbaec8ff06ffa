"""The one reader of the wall clock; everything below a face is handed its `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant, in UTC, to the microsecond."""
    return datetime.now(UTC)
