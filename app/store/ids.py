"""New ids: UUID version 7, so that rows made together lie together in the indexes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BITS_AFTER_TIME = 80


def new_id() -> UUID:
    """A fresh, time-ordered id."""
    return uuid7()


def least_id(instant: datetime) -> UUID:
    """An id smaller than all that are made at that instant or later, and greater than all from a millisecond before.

    >>> least_id(datetime(2026, 3, 1, tzinfo=UTC))
    UUID('019ca6b1-dc00-0000-0000-000000000000')
    """
    return UUID(int=(instant - EPOCH) // timedelta(milliseconds=1) << BITS_AFTER_TIME)
