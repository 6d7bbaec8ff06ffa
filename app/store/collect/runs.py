"""Runs: one row per refresh, begun, closed, read, and in the end deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.answers import AnswerClass
from app.domain.problems import NotFound
from app.domain.records import ProviderCall, Refreshable, Run, RunState
from app.store.db import execute, fetch, fetch_row, transaction
from app.store.ids import least_id, new_id

OPEN_OF = "organization_id = $1 AND coalesce(account_id, video_id) = $2 AND finished_at IS NULL"
"""The runs of one account or video that have not ended; the index `run_open` is over the same expression."""


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that has begun."""

    id: UUID
    is_manual: bool
    """Whether somebody asked for it, or for one that it took over from."""
    lost: Sequence[UUID]
    """Runs of the same thing that had lost their worker, and are marked so now."""


async def start_run(kind: Refreshable, organization_id: UUID, id: UUID, now: datetime) -> StartedRun:
    """Begins the run of an account or video that was asked for by `now`, or opens a new one.

    One that was still running has lost its worker, and is marked so. Raises NotFound when the thing is not there.
    """
    async with transaction():
        # Waits for whoever holds the thing, who may be about to close the run marked below, to queue one, or to remove
        # the thing.
        there = await fetch_row(
            f"""
            SELECT id FROM {kind} WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL FOR NO KEY UPDATE
            """,
            organization_id,
            id,
        )
        if there is None:
            raise NotFound(f"There is no such {kind}.")
        rows = await fetch(
            f"""
            WITH lost AS (
                UPDATE run SET state = $5, finished_at = $4 WHERE {OPEN_OF} AND state = $6 RETURNING id, queued_at
            ), begun AS (
                UPDATE run SET state = $6, started_at = $4 WHERE {OPEN_OF} AND state = $7 AND queued_at <= $4
                RETURNING id, queued_at
            ), opened AS (
                INSERT INTO run (id, organization_id, {kind}_id, state, queued_at, started_at, calls, used_recent_facts,
                                 posts_observed)
                SELECT $3, $1, $2, $6, (SELECT max(queued_at) FROM lost), $4, '[]', false, 0
                WHERE NOT EXISTS (SELECT FROM begun)
                RETURNING id, queued_at
            )
            SELECT id, queued_at, false AS is_lost FROM begun
            UNION ALL SELECT id, queued_at, false FROM opened
            UNION ALL SELECT id, queued_at, true FROM lost
            """,
            organization_id,
            id,
            new_id(),
            now,
            RunState.LOST.value,
            RunState.RUNNING.value,
            RunState.QUEUED.value,
        )
    (started,) = (row for row in rows if not row["is_lost"])
    return StartedRun(started["id"], started["queued_at"] is not None, [row["id"] for row in rows if row["is_lost"]])


async def finish_run(
    organization_id: UUID,
    run_id: UUID,
    state: RunState,
    now: datetime,
    *,
    answer_class: str | None = None,
    reason: str | None = None,
    calls: Sequence[object] = (),
    used_recent_facts: bool = False,
    posts_observed: int = 0,
) -> None:
    """Closes a run with what it asked, what came back, and what was stored."""
    await execute(
        """
        UPDATE run SET state = $3, finished_at = $4, answer_class = $5, reason = $6, calls = $7,
                       used_recent_facts = $8, posts_observed = $9
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        run_id,
        state.value,
        now,
        answer_class,
        reason,
        msgspec.json.encode(calls).decode(),
        used_recent_facts,
        posts_observed,
    )


async def cancel_queued_run(organization_id: UUID, id: UUID, now: datetime) -> UUID | None:
    """Ends the run of an account or video that was asked for and has not begun; its id, or None without one."""
    rows = await fetch(
        f"UPDATE run SET state = $4, finished_at = $3 WHERE {OPEN_OF} AND state = $5 RETURNING id",
        organization_id,
        id,
        now,
        RunState.CANCELLED.value,
        RunState.QUEUED.value,
    )
    return rows[0]["id"] if rows else None


async def select_runs(organization_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Run]:
    """The organization's runs among `ids`."""
    rows = await fetch("SELECT * FROM run WHERE organization_id = $1 AND id = ANY($2)", organization_id, list(ids))
    return {row["id"]: run_record(row) for row in rows}


async def delete_runs_before(instant: datetime, limit: int) -> int:
    """Deletes up to `limit` runs whose rows were made before then, the oldest first; how many."""
    rows = await fetch(
        "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE id < $1 ORDER BY id LIMIT $2) RETURNING id",
        least_id(instant),
        limit,
    )
    return len(rows)


def run_record(row: asyncpg.Record) -> Run:
    """The record of a run row."""
    return Run(
        id=row["id"],
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        video_id=row["video_id"],
        state=RunState(row["state"]),
        queued_at=row["queued_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        answer_class=None if row["answer_class"] is None else AnswerClass(row["answer_class"]),
        reason=row["reason"],
        calls=msgspec.json.decode(row["calls"], type=list[ProviderCall]),
        used_recent_facts=row["used_recent_facts"],
        posts_observed=row["posts_observed"],
    )
