"""Partitions: made ahead of the time they hold. There is no default one, so a row never lands in the wrong place."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import asyncpg

from app.domain.problems import Problem
from app.store.db import execute, fetch, fetch_row, transaction

MONTHS_AHEAD = 3
BY_MONTH = ("video_observation", "account_observation")
BY_YEAR = ("video_day",)
LOCK = 0x63675F7061727473
"""Advisory lock that keeps two processes from making the same partition; any constant of our own will do."""

KEPT_SINCE = r"""
SELECT substring(pg_get_constraintdef(oid) FROM '\d{4}-\d\d-\d\d')::date FROM pg_constraint
WHERE conrelid = 'video_observation'::regclass AND conname = 'video_observation_kept'
"""
"""The query of the day before which observations of videos are dropped and refused; no row when none ever were."""

LOCK_TIMEOUT_SECONDS = 5
"""Whoever comes meanwhile waits as long, so it is short."""


class ObservationsInUse(Problem):
    """Partitions cannot be dropped while others work with their table."""

    code = "OBSERVATIONS_IN_USE"


class ObservationsNotKept(Problem):
    """Facts are older than what is kept: added to rollups whose own observations are gone, they would falsify them."""

    code = "OBSERVATIONS_NOT_KEPT"


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


async def hold_observations() -> date:
    """Keeps partitions of observations from being dropped until the transaction ends; the first day that is kept.

    A transaction that locks accounts does so before.
    """
    await execute(f"LOCK TABLE {', '.join(BY_MONTH)} IN ACCESS SHARE MODE")
    row = await fetch_row(
        """
        SELECT max((SELECT min(to_date(right(child.relname, 7), 'YYYY_MM'))
                    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = parent.oid)) AS since
        FROM pg_class parent WHERE parent.relname = ANY($1) AND parent.relkind = 'p'
        """,
        BY_MONTH,
    )
    assert row is not None
    bounds = [row["since"], *[await _refused_before(table) for table in BY_MONTH]]
    since: date = max(bound for bound in bounds if bound is not None)
    return since


async def drop_observations_before(day: date) -> list[str]:
    """Drops the partitions of observations that lie entirely before a UTC day; their names. Idempotent.

    From then on the tables refuse observations older than what is kept: added to rollups whose own observations are
    gone, they would falsify them. Raises ObservationsInUse when readers or writers do not make way within seconds.
    """
    first_kept = day.replace(day=1)
    dropped = []
    for table in BY_MONTH:
        try:
            dropped += await _drop_partitions(table, first_kept)
        except asyncpg.LockNotAvailableError:
            raise ObservationsInUse(f"{table} is in use; try again when no export, rebuild or dump reads it.") from None
    return dropped


async def _drop_partitions(table: str, first_kept: date) -> list[str]:
    """One table's, in a transaction of its own: nobody who holds the other table waits for it."""
    async with transaction():
        await execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        rows = await fetch(
            """
            SELECT child.relname::text AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
            WHERE inhparent = $1::text::regclass AND to_date(right(child.relname, 7), 'YYYY_MM') < $2
            ORDER BY name
            """,
            table,
            first_kept,
        )
        names = [row["name"] for row in rows]
        if not names:
            return []
        await execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
        refused = await _refused_before(table)
        if refused is None or refused < first_kept:  # what is gone stays gone, however long one keeps from now on
            await execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_kept")
            check = f"CHECK (captured_at >= '{first_kept} 00:00:00+00')"
            await execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_kept {check} NOT VALID")
        await execute(f"DROP TABLE {', '.join(names)}")
    return names


async def _refused_before(table: str) -> date | None:
    """The day a table's check refuses observations before; None when nothing was ever dropped from it."""
    row = await fetch_row(
        r"""
        SELECT substring(pg_get_constraintdef(oid) FROM '\d{4}-\d\d-\d\d')::date AS day
        FROM pg_constraint WHERE conrelid = $1::text::regclass AND conname = $1::text || '_kept'
        """,
        table,
    )
    return None if row is None else row["day"]


def is_missing_partition(error: BaseException) -> bool:
    """Whether a statement failed because the time of a row has no partition yet."""
    return isinstance(error, asyncpg.CheckViolationError) and "no partition of relation" in str(error)


def is_older_than_kept(error: BaseException) -> bool:
    """Whether a statement failed because observations of that time were dropped once."""
    return isinstance(error, asyncpg.CheckViolationError) and str(error.constraint_name).endswith("_kept")


def _month(day: date, later: int) -> date:
    """The first day of the month of `day`, or of one some months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _month(first, 1)
