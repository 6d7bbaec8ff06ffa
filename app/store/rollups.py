"""Rollups: day rows of posts, and the sums of accounts and organizations per UTC day and quarter of an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.levels import Standing
from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS, SERIES_COUNTERS
from app.domain.rollups import Vector, VideoDay
from app.store.db import execute, fetch, fetch_row
from app.store.parameters import Parameters
from app.store.rows import write_rows

SUM_COLUMNS = (
    "observations",
    "baselines",
    *(f"{counter}_{part}" for counter in SERIES_COUNTERS for part in ("gain", "start", "known")),
    *(f"viewed_{counter}_{part}" for counter in ENGAGEMENT_COUNTERS for part in ("gain", "known")),
)
"""The columns of a sums table, in the order of a rollup vector."""

SUM_TYPES = tuple("integer" if name in SUM_COLUMNS[:2] or name.endswith("_known") else "bigint" for name in SUM_COLUMNS)
UNIT_TYPES = {"day": "date", "slot": "timestamptz"}


@dataclass(frozen=True, slots=True)
class SumRows:
    """Vectors to be added to rows of a sums table, by what else than the organization identifies a row."""

    name: str
    keys: Sequence[tuple[str, str]]
    """The columns of the key, and their types."""
    vectors: Mapping[Any, Vector]


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


async def write_video_days(
    organization_id: UUID, rows: Sequence[tuple[UUID, VideoDay]], *, are_new: bool = False
) -> None:
    """Writes day rows of videos, replacing those of the same day. With `are_new` the caller vouches there are none."""
    keys = {"organization_id": "uuid", "video_id": "uuid", "day": "date"}
    columns = keys | {"is_observed": "boolean", "is_baseline": "boolean"}
    columns |= {f"{name}_{part}": "bigint" for name in POST_COUNTERS for part in ("level", "gain")}
    values = [
        (
            *(organization_id, identity, row.day, row.is_observed, row.is_baseline),
            *(value for name in POST_COUNTERS for value in (row.levels.get(name), row.gains.get(name))),
        )
        for identity, row in sorted(rows, key=lambda item: (item[0], item[1].day))
    ]
    await write_rows("video_day", columns, len(keys), values, are_new=are_new)


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


def account_sums(unit: str, vectors: Mapping[tuple[UUID, date | datetime], Vector]) -> SumRows:
    """Additions to rows of accounts, by account and `day` or `slot`."""
    return SumRows(f"account_{unit}", (("account_id", "uuid"), (unit, UNIT_TYPES[unit])), vectors)


def video_slots(vectors: Mapping[tuple[UUID, datetime], Vector]) -> SumRows:
    """Additions to rows of posts that are tracked by themselves, by post and quarter of an hour."""
    return SumRows("video_slot", (("video_id", "uuid"), ("slot", "timestamptz")), vectors)


def organization_sums(unit: str, vectors: Mapping[date, Vector] | Mapping[datetime, Vector]) -> SumRows:
    """Additions to rows of an organization, by `day` or `slot`."""
    return SumRows(
        f"organization_{unit}",
        ((unit, UNIT_TYPES[unit]),),
        {(when,): vector for when, vector in vectors.items()},
    )


def organization_total(vector: Vector) -> SumRows:
    """An addition to the sum of all rows of an organization."""
    return SumRows("organization_total", (), {(): vector})


async def add_sums(organization_id: UUID, *tables: SumRows) -> None:
    """Adds to rows of sums tables in one statement, which locks them in the order given and in each by key.

    Every refresh of an organization meets at the organization's rows: add to them last.
    """
    parameters = Parameters()
    organization = parameters.add(organization_id, "uuid")
    statements: list[str] = []
    for table in tables:
        rows = sorted((key, vector) for key, vector in table.vectors.items() if any(vector))
        if rows:
            # Parts of one WITH run in any order, except that one which reads another waits for it.
            previous = f"WHERE (SELECT count(*) FROM added_{len(statements)}) > 0" if statements else ""
            statements.append(_addition(parameters, organization, table, rows, previous))
    if statements:
        parts = ", ".join(f"added_{number} AS ({part})" for number, part in enumerate(statements, 1))
        await execute(f"WITH {parts} SELECT count(*) FROM added_{len(statements)}", *parameters.values)


def _addition(
    parameters: Parameters,
    organization: str,
    table: SumRows,
    rows: Sequence[tuple[tuple[object, ...], Vector]],
    condition: str,
) -> str:
    names = [name for name, _ in table.keys]
    keys = [
        f"({parameters.add([key[place] for key, _ in rows], f'{kind}[]')})[place]"
        for place, (_, kind) in enumerate(table.keys)
    ]
    vectors = parameters.add([vector for _, vector in rows], "bigint[]")
    values = [f"({vectors})[place][{column}]" for column in range(1, len(SUM_COLUMNS) + 1)]
    return f"""
        INSERT INTO {table.name} ({", ".join(("organization_id", *names, *SUM_COLUMNS))})
        SELECT {", ".join((organization, *keys, *values))} FROM generate_subscripts({vectors}, 1) AS place {condition}
        ON CONFLICT ({", ".join(("organization_id", *names))})
        DO UPDATE SET {", ".join(f"{name} = {table.name}.{name} + EXCLUDED.{name}" for name in SUM_COLUMNS)}
        RETURNING 1"""
