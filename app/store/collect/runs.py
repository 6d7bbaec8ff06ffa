"""Runs: one row per refresh, for people to read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.domain.records import Refreshable, RunState
from app.store.db import execute, transaction
from app.store.ids import new_id


async def start_run(kind: Refreshable, organization_id: UUID, id: UUID, now: datetime) -> UUID:
    """Opens a run of an account or video. One that was still open has lost its worker, and is marked so."""
    run_id = new_id()
    async with transaction():
        # The insert first: it waits for whoever holds the account, who may be about to close the run marked below.
        await execute(
            f"""
            INSERT INTO run
                (id, organization_id, {kind}_id, state, started_at, calls, used_recent_facts, posts_observed)
            VALUES ($3, $1, $2, $5, $4, '[]', false, 0)
            """,
            organization_id,
            id,
            run_id,
            now,
            RunState.RUNNING.value,
        )
        await execute(
            f"""
            UPDATE run SET state = $5, finished_at = $4
            WHERE organization_id = $1 AND {kind}_id = $2 AND id <> $3 AND state = $6
            """,
            organization_id,
            id,
            run_id,
            now,
            RunState.LOST.value,
            RunState.RUNNING.value,
        )
    return run_id


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
