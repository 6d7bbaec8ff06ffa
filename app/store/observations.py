"""Observations: the archive every figure comes from, read and written in sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.facts import Count
from app.domain.levels import Observation
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS, POST_EXTRAS
from app.domain.platforms import ViewsKind
from app.store.db import fetch
from app.store.partitions import ObservationsNotKept, is_older_than_kept
from app.store.rows import write_rows

POST_COLUMNS = POST_COUNTERS + POST_EXTRAS


@dataclass(frozen=True, slots=True)
class Source:
    """Where observations come from."""

    run_id: UUID | None
    provider: str
    route: str


async def read_video_observations(
    organization_id: UUID, since: Mapping[UUID, datetime]
) -> dict[UUID, list[Observation]]:
    """The observations of each video captured at or after its instant, in order of capture."""
    return await _read("video", POST_COLUMNS, organization_id, since)


async def read_video_observations_within(
    organization_id: UUID, ids: Sequence[UUID], spans: Sequence[tuple[datetime, datetime]]
) -> dict[UUID, list[Observation]]:
    """The observations of each video captured in one of these half-open stretches of time, in no order."""
    if not ids or not spans:
        return {}
    rows = await fetch(
        f"""
        SELECT o.video_id, o.captured_at, o.views_kind, o.steps, {", ".join(f"o.{name}" for name in POST_COLUMNS)}
        FROM unnest($3::timestamptz[], $4::timestamptz[]) AS span (start, until)
        JOIN video_observation o
          ON o.organization_id = $1 AND o.video_id = ANY($2)
         AND o.captured_at >= span.start AND o.captured_at < span.until
        """,
        organization_id,
        list(ids),
        [start for start, _ in spans],
        [until for _, until in spans],
    )
    found: dict[UUID, list[Observation]] = {}
    for row in rows:
        found.setdefault(row["video_id"], []).append(_observation(row, POST_COLUMNS))
    return found


async def read_account_observations(
    organization_id: UUID, since: Mapping[UUID, datetime]
) -> dict[UUID, list[Observation]]:
    """The observations of each account captured at or after its instant, in order of capture."""
    return await _read("account", ACCOUNT_COUNTERS, organization_id, since)


async def select_observed_times(
    organization_id: UUID, account_id: UUID, first: datetime, last: datetime
) -> list[datetime]:
    """When an account was observed between two instants, both included."""
    rows = await fetch(
        """
        SELECT captured_at FROM account_observation
        WHERE organization_id = $1 AND account_id = $2 AND captured_at BETWEEN $3 AND $4
        """,
        organization_id,
        account_id,
        first,
        last,
    )
    return [row["captured_at"] for row in rows]


async def store_video_observations(
    organization_id: UUID, observations: Sequence[tuple[UUID, Observation]], source: Source, *, are_new: bool
) -> None:
    """Writes observations of videos. One that exists at its instant is replaced: the caller has merged them.

    With `are_new` the caller vouches that there is none.
    """
    await _store("video", POST_COLUMNS, organization_id, observations, source, are_new=are_new)


async def store_account_observations(
    organization_id: UUID, observations: Sequence[tuple[UUID, Observation]], source: Source
) -> None:
    """Writes observations of accounts. One that exists at its instant is replaced: the caller has merged them."""
    await _store("account", ACCOUNT_COUNTERS, organization_id, observations, source, are_new=False)


async def _read(
    entity: str, counters: Sequence[str], organization_id: UUID, since: Mapping[UUID, datetime]
) -> dict[UUID, list[Observation]]:
    if not since:
        return {}
    kind = "o.views_kind" if entity == "video" else "NULL AS views_kind"
    rows = await fetch(
        f"""
        SELECT o.{entity}_id AS id, o.captured_at, {kind}, o.steps, {", ".join(f"o.{name}" for name in counters)}
        FROM unnest($2::uuid[], $3::timestamptz[]) AS wanted (id, since)
        JOIN {entity}_observation o
          ON o.organization_id = $1 AND o.{entity}_id = wanted.id AND o.captured_at >= wanted.since
        ORDER BY o.{entity}_id, o.captured_at
        """,
        organization_id,
        list(since.keys()),
        list(since.values()),
    )
    found: dict[UUID, list[Observation]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(_observation(row, counters))
    return found


def _observation(row: asyncpg.Record, counters: Sequence[str]) -> Observation:
    steps = msgspec.json.decode(row["steps"], type=dict[str, int]) if row["steps"] else {}
    counts = {name: Count(row[name], steps.get(name, 1)) for name in counters if row[name] is not None}
    kind = row["views_kind"]
    return Observation(row["captured_at"], counts, ViewsKind(kind) if kind else None)


async def _store(
    entity: str,
    counters: Sequence[str],
    organization_id: UUID,
    observations: Sequence[tuple[UUID, Observation]],
    source: Source,
    *,
    are_new: bool,
) -> None:
    keys = {"organization_id": "uuid", f"{entity}_id": "uuid", "captured_at": "timestamptz"}
    columns = keys | {"run_id": "uuid", "provider": "text", "route": "text", "steps": "jsonb"}
    columns |= {"views_kind": "text"} if entity == "video" else {}
    columns |= dict.fromkeys(counters, "bigint")
    rows = [
        (
            *(organization_id, identity, observation.captured_at, source.run_id, source.provider, source.route),
            _steps(observation),
            *((observation.views_kind,) if entity == "video" else ()),
            *(_value(observation, name) for name in counters),
        )
        for identity, observation in sorted(observations, key=lambda item: (item[0], item[1].captured_at))
    ]
    try:
        await write_rows(f"{entity}_observation", columns, len(keys), rows, are_new=are_new)
    except asyncpg.CheckViolationError as error:
        if not is_older_than_kept(error):
            raise
        earliest = min(observation.captured_at for _, observation in observations)
        message = f"Observations as old as {earliest:%Y-%m-%d} are no longer kept, and none are taken in any more."
        raise ObservationsNotKept(message) from None


def _steps(observation: Observation) -> str | None:
    steps = {name: count.step for name, count in observation.counts.items() if count.is_approximate}
    return msgspec.json.encode(steps).decode() if steps else None


def _value(observation: Observation, counter: str) -> int | None:
    count = observation.counts.get(counter)
    return None if count is None else count.value
