"""Sums of day and slot rows over stretches of local days, for many subjects at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import asyncpg

from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform
from app.domain.series import SubjectKind, layout_of
from app.store.db import fetch

MEMBER = {SubjectKind.ACCOUNT: "a.id", SubjectKind.CREATOR: "a.creator_id"}
"""The column of an account that says which subject it is a member of."""


@dataclass(frozen=True, slots=True)
class SetSums:
    """A set's sums by stretch (counted from 0; absent where nothing happened), and those up to the last one's end.

    Rows of sums in the layout of the counters asked for.
    """

    first_observed_at: datetime | None
    has_late_views: bool
    """Whether the organization has any posts whose views became known after other counters."""
    sums: Mapping[int, Sequence[int]]
    totals: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Stretches of local days that follow each other: where each begins, and where the last one ends."""

    days: Sequence[date]
    zone_name: str
    instants: Sequence[datetime]

    @property
    def count(self) -> int:
        return len(self.days) - 1


async def read_set_sums(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    bounds: Bounds,
    counters: tuple[str, ...],
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, SetSums]:
    """The sums of each set over the stretches: from UTC day rows, or from quarters of an hour in other zones.

    Of sets only what is on `platforms` counts, where some are given. One statement, so that rows and totals are of one
    moment. The cost follows the time from the first stretch to now, not the history before it. What is not the
    organization's is absent.
    """
    if bounds.zone_name == "UTC":
        unit, places, type_name = "day", list[object](bounds.days), "date"
    else:
        unit, places, type_name = "slot", list[object](bounds.instants), "timestamptz"
    read = _read_organization if kind is SubjectKind.ORGANIZATION else _read_members
    others = [] if platforms is None else [[platform.value for platform in Platform if platform not in platforms]]
    statement = read(kind, unit, type_name, counters, bool(others))
    rows = await fetch(statement, organization_id, list(ids), places[0], places, *others)
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["subject_id"], []).append(row)
    return {subject_id: _sums_of(of_subject, bounds.count) for subject_id, of_subject in found.items()}


HAS_LATE_VIEWS = "EXISTS (SELECT FROM video WHERE organization_id = $1 AND views_known_late_at IS NOT NULL)"

SINCE = "BETWEEN $3 AND 'infinity'"
"""From the first stretch on. Without an end PostgreSQL would expect a third of all rows when it plans for any value,
take that plan to be dearer than one for the very value, and make that one anew for every question."""

LEADING = ("subject_id", "place", "first_observed_at", "has_late_views")
"""What comes before the sums in the rows below: one for each stretch, counted from 1, or more that are to be added
up; and of place 0 for each set, whose gains and starts add up to where it stands now. Parameters are the organization,
the ids, the first place, all places and, where some platforms are left out, those."""


@lru_cache(maxsize=512)
def _read_members(
    kind: SubjectKind, unit: str, type_name: str, counters: tuple[str, ...], leaves_platforms_out: bool
) -> str:
    present = "removed_at IS NULL" if kind is SubjectKind.ACCOUNT else "true"
    members = f"a.organization_id = $1 AND {MEMBER[kind]} = subject_id AND a.removed_at IS NULL"
    if leaves_platforms_out:
        members += " AND a.platform <> ALL($5::text[])"
    return f"""
        WITH subject AS (
            SELECT id AS subject_id FROM {kind.value} WHERE organization_id = $1 AND id = ANY($2) AND {present}
        )
        SELECT subject_id, 0 AS place, min(a.first_observed_at) AS first_observed_at,
               {HAS_LATE_VIEWS} AS has_late_views,
               {_listed(counters, _standing_of_accounts(counters))}
        FROM subject LEFT JOIN account a ON {members}
        GROUP BY subject_id
        UNION ALL
        SELECT subject_id, width_bucket(s.{unit}, $4::{type_name}[]) AS place, NULL, NULL, {_summed(counters)}
        FROM subject JOIN account a ON {members}
        JOIN account_{unit} s ON s.organization_id = $1 AND s.account_id = a.id AND s.{unit} {SINCE}
        GROUP BY subject_id, 2
        """


@lru_cache(maxsize=512)
def _read_organization(
    kind: SubjectKind, unit: str, type_name: str, counters: tuple[str, ...], leaves_platforms_out: bool
) -> str:
    # One row a day is read as it is; adding up columns takes longer than reading them.
    summed, grouped = (_plain(counters, "s"), "") if unit == "day" else (_summed(counters), "GROUP BY subject_id, 2")
    counted, without = "true", ""
    if leaves_platforms_out:
        counted, without = "platform <> ALL($5::text[])", _other_platforms(unit, type_name, counters)
    return f"""
        SELECT o.id AS subject_id, 0 AS place,
               least(
                   (SELECT min(first_observed_at) FROM account
                    WHERE organization_id = $1 AND removed_at IS NULL AND {counted}),
                   (SELECT min(first_refreshed_at) FROM video
                    WHERE organization_id = $1 AND added_at IS NOT NULL AND removed_at IS NULL AND {counted})
               ) AS first_observed_at,
               {HAS_LATE_VIEWS} AS has_late_views, {_plain(counters, "t")}
        FROM organization o LEFT JOIN organization_total t ON t.organization_id = o.id
        WHERE o.id = $1 AND o.id = ANY($2)
        UNION ALL
        SELECT s.organization_id AS subject_id, width_bucket(s.{unit}, $4::{type_name}[]), NULL, NULL, {summed}
        FROM organization_{unit} s WHERE s.organization_id = $1 AND s.organization_id = ANY($2) AND s.{unit} {SINCE}
        {grouped}
        {without}
        """


def _other_platforms(unit: str, type_name: str, counters: tuple[str, ...]) -> str:
    """What the platforms in $5 add to an organization, to be taken off: their accounts, and posts that have none."""
    accounts = "$1 = ANY($2) AND a.organization_id = $1 AND a.platform = ANY($5::text[]) AND a.removed_at IS NULL"
    posts = """$1 = ANY($2) AND v.organization_id = $1 AND v.platform = ANY($5::text[]) AND v.account_id IS NULL
               AND v.added_at IS NOT NULL AND v.removed_at IS NULL"""
    at, since = "s.slot", SINCE
    if unit == "day":
        at, since = (
            "(s.slot AT TIME ZONE 'UTC')::date",
            "BETWEEN ($3::date::timestamp AT TIME ZONE 'UTC') AND 'infinity'",
        )
    minus = {name: f"-sum(s.{name})::bigint" for name in layout_of(counters).columns}
    return f"""
        UNION ALL
        SELECT $1, 0, NULL, NULL, {_listed(counters, _standing_of_accounts(counters), "-")}
        FROM account a WHERE {accounts}
        UNION ALL
        SELECT $1, width_bucket(s.{unit}, $4::{type_name}[]) AS place, NULL, NULL, {_listed(counters, minus)}
        FROM account a JOIN account_{unit} s ON s.organization_id = $1 AND s.account_id = a.id AND s.{unit} {SINCE}
        WHERE {accounts} GROUP BY place
        UNION ALL
        SELECT $1, 0, NULL, NULL, {_listed(counters, _standing_of_posts(counters), "-")}
        FROM video v WHERE {posts}
        UNION ALL
        SELECT $1, width_bucket({at}, $4::{type_name}[]) AS place, NULL, NULL, {_listed(counters, minus)}
        FROM video v JOIN video_slot s ON s.organization_id = $1 AND s.video_id = v.id AND s.slot {since}
        WHERE {posts} GROUP BY place
        """


def _standing_of_accounts(counters: tuple[str, ...]) -> dict[str, str]:
    """Where accounts stand now: levels in place of gains, and how many are known."""
    columns = {f"{name}_gain": f"sum(a.{name})::bigint" for name in counters}
    for name in counters:
        known = f"count(a.{name})" if name in ACCOUNT_COUNTERS else f"sum(a.{name}_known)"
        columns |= {f"{name}_known": f"{known}::bigint", f"viewed_{name}_known": f"sum(a.viewed_{name}_known)::bigint"}
    return columns


def _standing_of_posts(counters: tuple[str, ...]) -> dict[str, str]:
    """Where posts stand now: levels in place of gains, and how many are known."""
    columns: dict[str, str] = {}
    for name in counters:
        if name in POST_COUNTERS:
            columns |= {
                f"{name}_gain": f"sum(v.{name})::bigint",
                f"{name}_known": f"count(v.{name})",
                f"viewed_{name}_known": f"count(v.{name}) FILTER (WHERE v.views IS NOT NULL)",
            }
    return columns


def _listed(counters: tuple[str, ...], columns: Mapping[str, str], sign: str = "") -> str:
    """The columns in their order, those that are not given unknown."""
    return ", ".join(
        f"{sign}{columns[name]} AS {name}" if name in columns else f"NULL::bigint AS {name}"
        for name in layout_of(counters).columns
    )


def _plain(counters: tuple[str, ...], table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in layout_of(counters).columns)


def _summed(counters: tuple[str, ...]) -> str:
    return ", ".join(f"sum(s.{name})::bigint" for name in layout_of(counters).columns)


def _sums_of(rows: Sequence[asyncpg.Record], count: int) -> SetSums:
    sums: dict[int, Sequence[int]] = {}
    for row in rows:
        place: int = row["place"]
        vector: Sequence[int] = row[len(LEADING) :]
        if place == 0:  # an empty set has none
            vector = [value or 0 for value in vector]
        before = sums.get(place)
        sums[place] = vector if before is None else [a + b for a, b in zip(before, vector, strict=True)]
    end, later = sums.pop(0), sums.pop(count + 1, None)
    if later is not None:  # came after the last stretch: to be taken off what there is now
        end = [now - more for now, more in zip(end, later, strict=True)]
    by_stretch = {place - 1: vector for place, vector in sums.items()}
    first_observed_at = next((row["first_observed_at"] for row in rows if row["first_observed_at"] is not None), None)
    return SetSums(first_observed_at, any(row["has_late_views"] for row in rows), by_stretch, end)


async def count_published(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    bounds: Bounds,
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, list[int]]:
    """How many posts of each set were published in each stretch, and last how many before the first stretch."""
    member = {SubjectKind.ACCOUNT: "v.account_id", SubjectKind.CREATOR: "a.creator_id"}.get(kind, "v.organization_id")
    join = "JOIN account a ON a.id = v.account_id" if kind is SubjectKind.CREATOR else ""
    rows = await fetch(
        f"""
        SELECT {member} AS subject_id, width_bucket(v.published_at, $3::timestamptz[]) AS place, count(*) AS n
        FROM video v {join}
        WHERE v.organization_id = $1 AND {member} = ANY($2) AND v.published_at < $4 AND v.removed_at IS NULL
          AND ($5::text[] IS NULL OR v.platform = ANY($5))
        GROUP BY subject_id, place
        """,
        organization_id,
        list(ids),
        list(bounds.instants),
        bounds.instants[-1],
        None if platforms is None else [platform.value for platform in platforms],
    )
    counts = {subject_id: [0] * (bounds.count + 1) for subject_id in ids}
    for row in rows:
        counts[row["subject_id"]][row["place"] - 1] = row["n"]  # place 0, before the first, is the last of the list
    return counts
