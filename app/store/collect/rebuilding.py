"""What is stored of the rollups of one account or organization, and putting right what differs."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.levels import Standing
from app.domain.metrics import ACCOUNT_COUNTERS, ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.domain.rollups import Vector, VideoDay
from app.store.db import execute, fetch, fetch_row, transaction
from app.store.rollups import SUM_COLUMNS, SUM_TYPES, UNIT_TYPES
from app.store.videos import STATE_COLUMNS, VideoState, video_state

When = date | datetime
COUNTER_COLUMNS = (
    *ACCOUNT_COUNTERS,
    *POST_COUNTERS,
    *(f"{name}_known" for name in POST_COUNTERS),
    *(f"viewed_{name}_known" for name in ENGAGEMENT_COUNTERS),
)
"""The columns of an account that follow from its rollup rows."""
RECONCILING = 0x63675F73756D73
"""Advisory lock of whoever mends an organization's rows; any constant of our own will do."""


@dataclass(frozen=True, slots=True)
class PostWeight:
    """A post, and about how much memory its history takes: observations, and days from the first to the last."""

    id: UUID
    weight: int


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """A transaction that sees the database as of one instant, and writes nothing."""
    async with transaction():
        await execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


async def select_tracking(organization_ids: Collection[UUID] | None) -> dict[UUID, list[UUID]]:
    """The accounts of each organization, of all of them when None."""
    rows = await fetch(
        """
        SELECT organization.id, array_agg(account.id ORDER BY account.id) FILTER (WHERE account.id IS NOT NULL) AS ids
        FROM organization LEFT JOIN account ON account.organization_id = organization.id
        WHERE $1::uuid[] IS NULL OR organization.id = ANY($1)
        GROUP BY organization.id ORDER BY organization.id
        """,
        None if organization_ids is None else list(organization_ids),
    )
    return {row["id"]: row["ids"] or [] for row in rows}


async def weigh_posts(organization_id: UUID, account_id: UUID | None, since: datetime) -> list[PostWeight]:
    """An account's posts in the order of their ids, each with the weight of its history since then.

    Those that no account has when it is None.
    """
    members = "account_id = $2" if account_id else "account_id IS NULL AND added_at IS NOT NULL AND $2::uuid IS NULL"
    rows = await fetch(
        f"""
        SELECT video.id, history.weight FROM video CROSS JOIN LATERAL (
            SELECT count(*) + coalesce(extract(day FROM max(captured_at) - min(captured_at)), 0)::bigint AS weight
            FROM video_observation o
            WHERE o.organization_id = $1 AND o.video_id = video.id AND o.captured_at >= $3
        ) history
        WHERE video.organization_id = $1 AND {members}
        ORDER BY video.id
        """,
        organization_id,
        account_id,
        since,
    )
    return [PostWeight(row["id"], row["weight"]) for row in rows]


async def select_video_states(organization_id: UUID, ids: Sequence[UUID], *, lock: bool) -> list[VideoState]:
    """Where posts stand as stored; with `lock`, until the transaction ends."""
    rows = await fetch(
        f"""
        SELECT {STATE_COLUMNS} FROM video WHERE organization_id = $1 AND id = ANY($2)
        ORDER BY id {"FOR UPDATE" if lock else ""}
        """,
        organization_id,
        list(ids),
    )
    return [video_state(row) for row in rows]


async def read_standings_before(
    organization_id: UUID, states: Sequence[VideoState], day: date
) -> dict[UUID, tuple[date, Standing]]:
    """The last row of each post before a day, and where it stood; a post without one is absent.

    Rows do not hold start levels: those of counters known by then are the stored ones.
    """
    rows = await fetch(
        f"""
        SELECT before.video_id, before.day, {", ".join(f"before.{name}_level" for name in POST_COUNTERS)}
        FROM unnest($2::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT * FROM video_day
            WHERE organization_id = $1 AND video_id = wanted.id AND day < $3 ORDER BY day DESC LIMIT 1
        ) before
        """,
        organization_id,
        [state.id for state in states],
        day,
    )
    starts = {state.id: state.starts for state in states}
    found = {}
    for row in rows:
        levels = {name: row[f"{name}_level"] for name in POST_COUNTERS if row[f"{name}_level"] is not None}
        known = {name: start for name, start in starts[row["video_id"]].items() if name in levels}
        found[row["video_id"]] = row["day"], Standing(levels, known)
    return found


async def read_video_days(
    organization_id: UUID, ids: Sequence[UUID], first: date, last: date
) -> dict[UUID, dict[date, VideoDay]]:
    """The stored day rows of posts from one day to another, both included."""
    rows = await fetch(
        "SELECT * FROM video_day WHERE organization_id = $1 AND video_id = ANY($2) AND day BETWEEN $3 AND $4",
        organization_id,
        list(ids),
        first,
        last,
    )
    found: dict[UUID, dict[date, VideoDay]] = {}
    for row in rows:
        levels, gains = (
            {name: row[f"{name}_{part}"] for name in POST_COUNTERS if row[f"{name}_{part}"] is not None}
            for part in ("level", "gain")
        )
        stored = VideoDay(row["day"], row["is_observed"], row["is_baseline"], levels, gains)
        found.setdefault(row["video_id"], {})[row["day"]] = stored
    return found


async def delete_video_days(organization_id: UUID, rows: Sequence[tuple[UUID, date]]) -> None:
    """Deletes day rows of posts."""
    if rows:
        await execute(
            """
            DELETE FROM video_day USING unnest($2::uuid[], $3::date[]) AS gone (id, day)
            WHERE organization_id = $1 AND video_id = gone.id AND video_day.day = gone.day
            """,
            organization_id,
            [identity for identity, _ in rows],
            [day for _, day in rows],
        )


async def update_video_figures(organization_id: UUID, states: Sequence[VideoState]) -> None:
    """Writes of each post what follows from its observations: latest counters, start levels, last observed day."""
    if not states:
        return
    columns: list[tuple[str, str, Sequence[object]]] = [
        ("last_observed_day", "date", [state.last_observed_day for state in states]),
        ("views_known_late_at", "timestamptz", [state.views_known_late_at for state in states]),
        *((name, "bigint", [state.levels.get(name) for state in states]) for name in POST_COUNTERS),
        *((f"{name}_start", "bigint", [state.starts.get(name) for state in states]) for name in POST_COUNTERS),
    ]
    unnested = ", ".join(f"${number}::{kind}[]" for number, (_, kind, _) in enumerate(columns, 3))
    names = [name for name, _, _ in columns]
    await execute(
        f"""
        UPDATE video SET {", ".join(f"{name} = new.{name}" for name in names)}
        FROM unnest($2::uuid[], {unnested}) AS new (id, {", ".join(names)})
        WHERE video.organization_id = $1 AND video.id = new.id
        """,
        organization_id,
        [state.id for state in states],
        *(values for _, _, values in columns),
    )


async def read_account_figures(organization_id: UUID, account_id: UUID) -> dict[str, int | None] | None:
    """The latest counters of an account and how many posts know them, by column; None when the account is gone."""
    row = await fetch_row(
        f"SELECT {', '.join(COUNTER_COLUMNS)} FROM account WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
    )
    return None if row is None else dict(row)


async def is_removed(organization_id: UUID, account_id: UUID) -> bool:
    """Whether an account is removed, or gone."""
    row = await fetch_row(
        "SELECT FROM account WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL", organization_id, account_id
    )
    return row is None


async def update_account_figures(organization_id: UUID, account_id: UUID, figures: Mapping[str, int | None]) -> None:
    """Writes the columns that `read_account_figures` reads."""
    assigned = ", ".join(f"{name} = ${number}" for number, name in enumerate(COUNTER_COLUMNS, 3))
    await execute(
        f"UPDATE account SET {assigned} WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
        *(figures[name] for name in COUNTER_COLUMNS),
    )


async def read_account_changes_before(organization_id: UUID, account_id: UUID, day: date) -> Vector:
    """All that an account's rows add up before a UTC day."""
    row = await fetch_row(
        f"SELECT {_totals()} FROM account_day WHERE organization_id = $1 AND account_id = $2 AND day < $3",
        organization_id,
        account_id,
        day,
    )
    assert row is not None
    return list(row)


async def read_own_rows(
    organization_id: UUID, ids: Sequence[UUID], first: datetime, end: datetime
) -> dict[UUID, dict[datetime, Vector]]:
    """The stored rows of posts that are tracked by themselves, from `first` to before `end`."""
    rows = await fetch(
        f"""
        SELECT video_id, slot, {", ".join(SUM_COLUMNS)} FROM video_slot
        WHERE organization_id = $1 AND video_id = ANY($2) AND slot >= $3 AND slot < $4
        """,
        organization_id,
        list(ids),
        first,
        end,
    )
    found: dict[UUID, dict[datetime, Vector]] = {}
    for row in rows:
        found.setdefault(row["video_id"], {})[row["slot"]] = list(row)[2:]
    return found


async def read_account_rows(
    organization_id: UUID, account_id: UUID, unit: str, first: When, end: When
) -> dict[When, Vector]:
    """An account's stored rows of a unit (`day` or `slot`) from `first` to before `end`."""
    rows = await fetch(
        f"""
        SELECT {unit}, {", ".join(SUM_COLUMNS)} FROM account_{unit}
        WHERE organization_id = $1 AND account_id = $2 AND {unit} >= $3 AND {unit} < $4
        """,
        organization_id,
        account_id,
        first,
        end,
    )
    return {row[0]: list(row)[1:] for row in rows}


async def read_organization_rows(
    organization_id: UUID, unit: str, first: When, end: When, corrections: Mapping[When, Vector]
) -> dict[When, tuple[Vector | None, Vector | None]]:
    """Rows of an organization that differ from the sums over its parts: (stored, expected), None for no row.

    Its parts are the accounts that are not removed, and the posts tracked by themselves that no account has.
    `corrections` are added to their rows. Stored and expected are of one instant: refreshes add to both alike,
    so that their difference does not depend on which.
    """
    numbered = enumerate((UNIT_TYPES[unit], *SUM_TYPES), 4)
    names = ", ".join((unit, *SUM_COLUMNS))
    place = "(slot AT TIME ZONE 'UTC')::date" if unit == "day" else "slot"
    rows = await fetch(
        f"""
        WITH expected AS (
            SELECT {unit}, {_totals()} FROM (
                SELECT {names} FROM account_{unit}
                WHERE organization_id = $1 AND {unit} >= $2 AND {unit} < $3
                  AND account_id IN (SELECT id FROM account WHERE organization_id = $1 AND removed_at IS NULL)
                UNION ALL SELECT {place}, {", ".join(SUM_COLUMNS)} FROM video_slot
                WHERE organization_id = $1 AND {place} >= $2 AND {place} < $3 AND video_id IN (
                    SELECT id FROM video WHERE organization_id = $1 AND added_at IS NOT NULL AND account_id IS NULL
                )
                UNION ALL SELECT * FROM unnest({", ".join(f"${number}::{kind}[]" for number, kind in numbered)})
            ) parts ({names}) GROUP BY {unit}
        ), stored AS (
            SELECT {unit}, {", ".join(f"{name}::bigint AS {name}" for name in SUM_COLUMNS)} FROM organization_{unit}
            WHERE organization_id = $1 AND {unit} >= $2 AND {unit} < $3
        )
        SELECT coalesce(stored.{unit}, expected.{unit}), {_columns("stored")}, {_columns("expected")}
        FROM stored FULL JOIN expected ON expected.{unit} = stored.{unit}
        WHERE ({_columns("stored")}) IS DISTINCT FROM ({_columns("expected")})
        ORDER BY 1
        """,
        organization_id,
        first,
        end,
        list(corrections),
        *([vector[place] for vector in corrections.values()] for place in range(len(SUM_COLUMNS))),
    )
    found: dict[When, tuple[Vector | None, Vector | None]] = {}
    for row in rows:
        values = list(row)[1:]
        stored, expected = values[: len(SUM_COLUMNS)], values[len(SUM_COLUMNS) :]
        sides = (stored if stored[0] is not None else None, expected if any(expected) else None)
        if sides != (None, None):
            found[row[0]] = sides
    return found


async def read_organization_total(organization_id: UUID) -> tuple[Vector, Vector]:
    """The stored total of an organization (zeros for no row), and the sum of its day rows, of one instant."""
    row = await fetch_row(
        f"""
        SELECT stored.*, days.* FROM
            (SELECT {_totals()} FROM organization_total WHERE organization_id = $1) stored,
            (SELECT {_totals()} FROM organization_day WHERE organization_id = $1) days
        """,
        organization_id,
    )
    assert row is not None
    values = list(row)
    return values[: len(SUM_COLUMNS)], values[len(SUM_COLUMNS) :]


async def delete_empty_account_rows(
    organization_id: UUID, account_id: UUID, unit: str, places: Collection[When]
) -> None:
    """Deletes those of an account's rows that add up nothing."""
    if places:
        await execute(
            f"""
            DELETE FROM account_{unit}
            WHERE organization_id = $1 AND account_id = $2 AND {unit} = ANY($3) AND {_EMPTY}
            """,
            organization_id,
            account_id,
            list(places),
        )


async def delete_empty_own_rows(organization_id: UUID, places: Collection[tuple[UUID, datetime]]) -> None:
    """Deletes those rows of posts tracked by themselves that add up nothing."""
    if places:
        await execute(
            f"""
            DELETE FROM video_slot USING unnest($2::uuid[], $3::timestamptz[]) AS gone (id, slot)
            WHERE organization_id = $1 AND video_id = gone.id AND video_slot.slot = gone.slot AND {_EMPTY}
            """,
            organization_id,
            [id for id, _ in places],
            [slot for _, slot in places],
        )


async def delete_empty_organization_rows(organization_id: UUID, unit: str, places: Collection[When]) -> None:
    """Deletes those of an organization's rows that add up nothing."""
    if places:
        await execute(
            f"DELETE FROM organization_{unit} WHERE organization_id = $1 AND {unit} = ANY($2) AND {_EMPTY}",
            organization_id,
            list(places),
        )


async def lock_reconciling() -> None:
    """Keeps others from mending organizations' rows until the transaction ends: a difference is added once."""
    await execute("SELECT pg_advisory_xact_lock($1)", RECONCILING)


def _totals() -> str:
    return ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in SUM_COLUMNS)


def _columns(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in SUM_COLUMNS)


_EMPTY = f"({', '.join(SUM_COLUMNS)}) = ({', '.join('0' for _ in SUM_COLUMNS)})"
