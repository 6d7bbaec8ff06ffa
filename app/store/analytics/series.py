"""Sums of day and slot rows over stretches of local days, for many subjects at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.domain.series import SubjectKind, Sums, Totals
from app.store.db import fetch

PARTS = ("gain", "start", "known")


MEMBER = {SubjectKind.ACCOUNT: "a.id", SubjectKind.CREATOR: "a.creator_id"}
"""The column of an account that says which subject it is a member of."""


@dataclass(frozen=True, slots=True)
class SetSums:
    """A set's sums by stretch (counted from 0; absent where nothing happened), and its totals at the last one's end."""

    first_observed_at: datetime | None
    sums: Mapping[int, Sums]
    totals: Totals


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
    organization_id: UUID, kind: SubjectKind, ids: Sequence[UUID], bounds: Bounds, counters: Sequence[str]
) -> dict[UUID, SetSums]:
    """The sums of each set over the stretches: from UTC day rows, or from quarters of an hour in other zones.

    One statement, so that rows and totals are of one moment. The cost follows the time from the first stretch to now,
    not the history before it. What is not the organization's is absent.
    """
    if bounds.zone_name == "UTC":
        unit, places, type_name = "day", list[object](bounds.days), "date"
    else:
        unit, places, type_name = "slot", list[object](bounds.instants), "timestamptz"
    read = _read_organization if kind is SubjectKind.ORGANIZATION else _read_members
    rows = await fetch(read(kind, unit, type_name, counters), organization_id, list(ids), places[0], places)
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["subject_id"], []).append(row)
    return {subject_id: _sums_of(of_subject, bounds.count, counters) for subject_id, of_subject in found.items()}


def _read_members(kind: SubjectKind, unit: str, type_name: str, counters: Sequence[str]) -> str:
    totals = "".join(
        f", sum(a.{name})::bigint AS {name}_now, "
        + (f"sum(a.{name}_known)" if name in POST_COUNTERS else f"count(a.{name})")
        + f"::bigint AS {name}_known_now"
        for name in counters
    )
    totals += "".join(
        f", sum(a.viewed_{name}_known)::bigint AS viewed_{name}_known_now"
        for name in counters
        if name in ENGAGEMENT_COUNTERS
    )
    present = "removed_at IS NULL" if kind is SubjectKind.ACCOUNT else "true"
    members = f"a.organization_id = $1 AND {MEMBER[kind]} = subject_id AND a.removed_at IS NULL"
    return f"""
        WITH subject AS (
            SELECT id AS subject_id FROM {kind.value} WHERE organization_id = $1 AND id = ANY($2) AND {present}
        ),
        member AS (
            SELECT subject_id, a.id AS account_id
            FROM subject JOIN account a ON {members}
        ),
        total AS (
            SELECT subject_id, min(a.first_refreshed_at) AS first_observed_at{totals}
            FROM subject LEFT JOIN account a ON {members}
            GROUP BY subject_id
        ),
        stretch AS (
            SELECT m.subject_id, width_bucket(s.{unit}, $4::{type_name}[]) AS place{_summed(counters)}
            FROM member m
            JOIN account_{unit} s ON s.organization_id = $1 AND s.account_id = m.account_id AND s.{unit} >= $3
            GROUP BY m.subject_id, place
        )
        SELECT * FROM total LEFT JOIN stretch USING (subject_id)
        """


def _read_organization(kind: SubjectKind, unit: str, type_name: str, counters: Sequence[str]) -> str:
    totals = "".join(
        f", t.{name}_gain + t.{name}_start AS {name}_now, t.{name}_known AS {name}_known_now" for name in counters
    )
    totals += "".join(
        f", t.viewed_{name}_known AS viewed_{name}_known_now" for name in counters if name in ENGAGEMENT_COUNTERS
    )
    return f"""
        WITH total AS (
            SELECT o.id AS subject_id{totals},
                   least(
                       (SELECT min(first_refreshed_at) FROM account WHERE organization_id = $1 AND removed_at IS NULL),
                       (SELECT min(first_refreshed_at) FROM video
                        WHERE organization_id = $1 AND added_at IS NOT NULL AND removed_at IS NULL)
                   ) AS first_observed_at
            FROM organization o LEFT JOIN organization_total t ON t.organization_id = o.id
            WHERE o.id = $1 AND o.id = ANY($2)
        ),
        stretch AS (
            SELECT s.organization_id AS subject_id, width_bucket(s.{unit}, $4::{type_name}[]) AS place
                   {_summed(counters)}
            FROM organization_{unit} s WHERE s.organization_id = $1 AND s.{unit} >= $3
            GROUP BY s.organization_id, place
        )
        SELECT * FROM total LEFT JOIN stretch USING (subject_id)
        """


def _summed(counters: Sequence[str]) -> str:
    names = [f"{name}_{part}" for name in counters for part in PARTS]
    names += [f"viewed_{name}_{part}" for name in counters if name in ENGAGEMENT_COUNTERS for part in ("gain", "known")]
    return "".join(f", sum(s.{name})::bigint AS {name}" for name in ("observations", "baselines", *names))


def _sums_of(rows: Sequence[asyncpg.Record], count: int, counters: Sequence[str]) -> SetSums:
    sums: dict[int, Sums] = {}
    levels = {name: rows[0][f"{name}_now"] or 0 for name in counters}
    known = {name: rows[0][f"{name}_known_now"] or 0 for name in counters}
    engaged = [name for name in counters if name in ENGAGEMENT_COUNTERS]
    viewed_known = {name: rows[0][f"viewed_{name}_known_now"] or 0 for name in engaged}
    for row in rows:
        if row["place"] is None:
            continue
        if row["place"] > count:  # after the last stretch: to be taken off what there is now
            for name in counters:
                levels[name] -= row[f"{name}_gain"] + row[f"{name}_start"]
                known[name] -= row[f"{name}_known"]
            for name in engaged:
                viewed_known[name] -= row[f"viewed_{name}_known"]
            continue
        gains, starts, became = ({name: row[f"{name}_{part}"] for name in counters} for part in PARTS)
        viewed, both = ({name: row[f"viewed_{name}_{part}"] for name in engaged} for part in ("gain", "known"))
        sums[row["place"] - 1] = Sums(row["observations"], row["baselines"], gains, starts, became, viewed, both)
    return SetSums(rows[0]["first_observed_at"], sums, Totals(levels, known, viewed_known))


async def count_published(
    organization_id: UUID, kind: SubjectKind, ids: Sequence[UUID], bounds: Bounds
) -> dict[UUID, list[int]]:
    """How many posts of each set were published in each stretch, and last how many before the first stretch."""
    member = {SubjectKind.ACCOUNT: "v.account_id", SubjectKind.CREATOR: "a.creator_id"}.get(kind, "v.organization_id")
    join = "JOIN account a ON a.id = v.account_id" if kind is SubjectKind.CREATOR else ""
    rows = await fetch(
        f"""
        SELECT {member} AS subject_id, width_bucket(v.published_at, $3::timestamptz[]) AS place, count(*) AS n
        FROM video v {join}
        WHERE v.organization_id = $1 AND {member} = ANY($2) AND v.published_at < $4 AND v.removed_at IS NULL
        GROUP BY subject_id, place
        """,
        organization_id,
        list(ids),
        list(bounds.instants),
        bounds.instants[-1],
    )
    counts = {subject_id: [0] * (bounds.count + 1) for subject_id in ids}
    for row in rows:
        counts[row["subject_id"]][row["place"] - 1] = row["n"]  # place 0, before the first, is the last of the list
    return counts
