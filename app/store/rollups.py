"""Rollups: day rows of posts, and the sums of accounts and organizations per UTC day and quarter of an hour."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from app.domain.levels import Standing
from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS, SERIES_COUNTERS
from app.domain.rollups import Vector, VideoDay
from app.store.db import execute, fetch, fetch_row

SUM_COLUMNS = (
    "observations",
    "baselines",
    *(f"{counter}_{part}" for counter in SERIES_COUNTERS for part in ("gain", "start", "known")),
    *(f"viewed_{counter}_{part}" for counter in ENGAGEMENT_COUNTERS for part in ("gain", "known")),
)
"""The columns of a sums table, in the order of a rollup vector."""

SUM_TYPES = tuple("integer" if name in SUM_COLUMNS[:2] or name.endswith("_known") else "bigint" for name in SUM_COLUMNS)
UNIT_TYPES = {"day": "date", "slot": "timestamptz"}


async def read_video_standings(
    organization_id: UUID, days: Mapping[UUID, date], starts: Mapping[UUID, Mapping[str, int]]
) -> dict[UUID, Standing]:
    """Where each video stood at the end of its day; a video without a row for that day is absent."""
    if not days:
        return {}
    rows = await fetch(
        f"""
        SELECT d.video_id, {", ".join(f"d.{name}_level" for name in POST_COUNTERS)}
        FROM unnest($2::uuid[], $3::date[]) AS wanted (id, day)
        JOIN video_day d ON d.organization_id = $1 AND d.video_id = wanted.id AND d.day = wanted.day
        """,
        organization_id,
        list(days.keys()),
        list(days.values()),
    )
    standings = {}
    for row in rows:
        levels = {name: row[f"{name}_level"] for name in POST_COUNTERS if row[f"{name}_level"] is not None}
        known_starts = starts[row["video_id"]]
        standings[row["video_id"]] = Standing(levels, {name: known_starts[name] for name in levels})
    return standings


async def write_video_days(organization_id: UUID, rows: Sequence[tuple[UUID, VideoDay]]) -> None:
    """Writes day rows of videos, replacing those of the same day."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda item: (item[0], item[1].day))
    values = [f"{name}_{part}" for name in POST_COUNTERS for part in ("level", "gain")]
    columns = ["video_id", "day", "is_observed", "is_baseline", *values]
    types = ["uuid", "date", "boolean", "boolean", *["bigint" for _ in values]]
    arrays: list[list[object]] = [
        [identity for identity, _ in ordered],
        [row.day for _, row in ordered],
        [row.is_observed for _, row in ordered],
        [row.is_baseline for _, row in ordered],
    ]
    for name in POST_COUNTERS:
        arrays.append([row.levels.get(name) for _, row in ordered])
        arrays.append([row.gains.get(name) for _, row in ordered])
    await execute(
        f"""
        INSERT INTO video_day (organization_id, {", ".join(columns)})
        SELECT $1, * FROM unnest({", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 2))})
        ON CONFLICT (organization_id, video_id, day)
        DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in columns[2:])}
        """,
        organization_id,
        *arrays,
    )


async def read_account_changes_since(organization_id: UUID, account_id: UUID, day: date) -> Vector:
    """All that an account's rows add up from a UTC day on."""
    row = await fetch_row(
        f"""
        SELECT {", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in SUM_COLUMNS)}
        FROM account_day WHERE organization_id = $1 AND account_id = $2 AND day >= $3
        """,
        organization_id,
        account_id,
        day,
    )
    assert row is not None
    return list(row)


async def add_account_sums(
    organization_id: UUID, unit: str, sums: Mapping[tuple[UUID, date | datetime], Vector]
) -> None:
    """Adds to the accounts' rows of a unit (`day` or `slot`)."""
    await _add(
        f"account_{unit}",
        ("account_id", unit),
        ("uuid", UNIT_TYPES[unit]),
        organization_id,
        [([account_id, when], vector) for (account_id, when), vector in sorted(sums.items(), key=lambda item: item[0])],
    )


async def read_video_slots(organization_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[datetime, Vector]]:
    """All that posts which are tracked by themselves add up, by quarter of an hour; others are absent."""
    rows = await fetch(
        f"""
        SELECT video_id, slot, {", ".join(SUM_COLUMNS)} FROM video_slot
        WHERE organization_id = $1 AND video_id = ANY($2)
        """,
        organization_id,
        list(ids),
    )
    found: dict[UUID, dict[datetime, Vector]] = {}
    for row in rows:
        found.setdefault(row["video_id"], {})[row["slot"]] = list(row)[2:]
    return found


async def add_video_slots(organization_id: UUID, sums: Mapping[tuple[UUID, datetime], Vector]) -> None:
    """Adds to the rows of posts that are tracked by themselves, per quarter of an hour."""
    await _add(
        "video_slot",
        ("video_id", "slot"),
        ("uuid", "timestamptz"),
        organization_id,
        [([video_id, slot], vector) for (video_id, slot), vector in sorted(sums.items(), key=lambda item: item[0])],
    )


async def add_organization_sums(
    organization_id: UUID, unit: str, sums: Mapping[date, Vector] | Mapping[datetime, Vector]
) -> None:
    """Adds to the organization's rows of a unit. Every refresh of the organization meets here: call it last."""
    await _add(
        f"organization_{unit}",
        (unit,),
        (UNIT_TYPES[unit],),
        organization_id,
        [([when], vector) for when, vector in sorted(sums.items(), key=lambda item: item[0])],
    )


async def add_organization_total(organization_id: UUID, vector: Vector) -> None:
    """Adds to the sum of all the organization's rows. Every refresh of the organization meets here: call it last."""
    await _add("organization_total", (), (), organization_id, [([], vector)])


async def _add(
    table: str,
    keys: Sequence[str],
    key_types: Sequence[str],
    organization_id: UUID,
    rows: Sequence[tuple[Sequence[object], Vector]],
) -> None:
    rows = [(key, vector) for key, vector in rows if any(vector)]
    if not rows:
        return
    types = [*key_types, *SUM_TYPES]
    arrays = [list(column) for column in zip(*([*key, *vector] for key, vector in rows), strict=True)]
    await execute(
        f"""
        INSERT INTO {table} ({", ".join(("organization_id", *keys, *SUM_COLUMNS))})
        SELECT $1, * FROM unnest({", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 2))})
        ON CONFLICT ({", ".join(("organization_id", *keys))})
        DO UPDATE SET {", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in SUM_COLUMNS)}
        """,
        organization_id,
        *arrays,
    )
