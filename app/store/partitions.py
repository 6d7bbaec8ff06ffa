"""Partitions: made ahead of the time they hold. There is no default one, so a row never lands in the wrong place."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import asyncpg

from app.store.db import execute, fetch_row, transaction

MONTHS_AHEAD = 3
BY_MONTH = ("video_observation", "account_observation")
BY_YEAR = ("video_day",)
LOCK = 0x63675F7061727473
"""Advisory lock that keeps two processes from making the same partition; any constant of our own will do."""


async def ensure_partitions(first: datetime, now: datetime) -> None:
    """Makes the partitions from `first` to three months after `now` that do not exist yet. Idempotent."""
    last = _month(now.astimezone(UTC).date(), MONTHS_AHEAD)
    start = _month(first.astimezone(UTC).date(), 0)
    wanted = [
        (f"{table}_{month:%Y_%m}", table, month, _month(month, 1))
        for table in BY_MONTH
        for month in _months(start, last)
    ] + [
        (f"{table}_{year}", table, date(year, 1, 1), date(year + 1, 1, 1))
        for table in BY_YEAR
        for year in range(start.year, last.year + 1)
    ]
    names = [name for name, *_ in wanted]
    found = await fetch_row("SELECT array_agg(relname::text) AS names FROM pg_class WHERE relname = ANY($1)", names)
    assert found is not None
    missing = set(names) - set(found["names"] or ())
    if not missing:
        return
    for name, table, begin, end in wanted:
        if name in missing:
            await _make_partition(name, table, begin, end)


async def _make_partition(name: str, table: str, begin: date, end: date) -> None:
    """Makes one partition beside its table and attaches it: readers and writers of the table are not kept out."""
    midnight = "" if table in BY_YEAR else " 00:00:00+00"
    async with transaction():
        await execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        if await fetch_row("SELECT FROM pg_class WHERE relname = $1", name) is None:
            await execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            bounds = f"FROM ('{begin}{midnight}') TO ('{end}{midnight}')"
            await execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}")


def is_missing_partition(error: BaseException) -> bool:
    """Whether a statement failed because the time of a row has no partition yet."""
    return isinstance(error, asyncpg.CheckViolationError) and "no partition of relation" in str(error)


def _month(day: date, later: int) -> date:
    """The first day of the month of `day`, or of one some months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _month(first, 1)
