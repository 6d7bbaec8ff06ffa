"""Refreshes that somebody asked for: queued until a worker begins them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.records import Refreshable, Run, RunState
from app.store.collect.runs import run_record
from app.store.db import fetch
from app.store.ids import new_id


async def lock_refreshable(
    kind: Refreshable, organization_id: UUID, ids: Sequence[UUID], now: datetime
) -> dict[UUID, bool]:
    """Those among `ids` that are refreshed by themselves, each with whether a worker holds it for that at `now`.

    They are locked until the transaction ends, in the order that everybody locks them in; no run of them begins.
    A video that is only part of a feed is absent.
    """
    is_by_itself = "added_at IS NOT NULL" if kind is Refreshable.VIDEO else "true"
    is_for_now = "NOT is_backfilling" if kind is Refreshable.ACCOUNT else "true"
    rows = await fetch(
        f"""
        SELECT id, coalesce(lease_until > $3, false) AND {is_for_now} AS is_held FROM {kind}
        WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL AND {is_by_itself}
        ORDER BY id FOR NO KEY UPDATE
        """,
        organization_id,
        list(ids),
        now,
    )
    return {row["id"]: row["is_held"] for row in rows}


async def select_latest_runs(organization_id: UUID, ids: Sequence[UUID]) -> list[Run]:
    """Of each account or video: the runs that have not ended, and the last one that asked an upstream."""
    last_of = """
        (SELECT * FROM run WHERE organization_id = $1 AND {kind}_id = wanted.id AND state = ANY($3)
         ORDER BY id DESC LIMIT 1)
    """
    rows = await fetch(
        f"""
        SELECT runs.* FROM unnest($2::uuid[]) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT * FROM run
            WHERE organization_id = $1 AND coalesce(account_id, video_id) = wanted.id AND finished_at IS NULL
            UNION ALL {" UNION ALL ".join(last_of.format(kind=kind) for kind in Refreshable)}
        ) runs
        """,
        organization_id,
        list(ids),
        [RunState.SUCCEEDED.value, RunState.FAILED.value],
    )
    return [run_record(row) for row in rows]


async def insert_queued_runs(
    organization_id: UUID, things: Sequence[tuple[Refreshable, UUID]], now: datetime
) -> list[Run]:
    """Queues a run of each of these things."""
    rows = await fetch(
        """
        INSERT INTO run (id, organization_id, account_id, video_id, state, queued_at, calls, used_recent_facts,
                         posts_observed)
        SELECT new.id, $1, new.account_id, new.video_id, $2, $3, '[]', false, 0
        FROM unnest($4::uuid[], $5::uuid[], $6::uuid[]) AS new (id, account_id, video_id)
        RETURNING *
        """,
        organization_id,
        RunState.QUEUED.value,
        now,
        [new_id() for _ in things],
        [id if kind is Refreshable.ACCOUNT else None for kind, id in things],
        [id if kind is Refreshable.VIDEO else None for kind, id in things],
    )
    return [run_record(row) for row in rows]


async def lease_queued(now: datetime, until: datetime, limit: int) -> list[tuple[UUID, UUID, UUID, Refreshable]]:
    """Leases up to `limit` things that somebody asked for until then, the first asked first, paused ones too.

    (organization, its id, lease, kind); two sweeps never get the same.
    """
    leasing = """
        UPDATE {kind} SET lease_id = gen_random_uuid(), lease_until = $2{more}
        WHERE id IN (
            SELECT id FROM {kind}
            WHERE id IN (SELECT {kind}_id FROM waiting) AND removed_at IS NULL
              AND (lease_until IS NULL OR lease_until <= $1)
            FOR UPDATE SKIP LOCKED
        )
        RETURNING organization_id, id, lease_id, '{kind}' AS kind
    """
    rows = await fetch(
        f"""
        WITH waiting AS (
            SELECT run.account_id, run.video_id FROM run
            LEFT JOIN account ON account.id = run.account_id AND account.removed_at IS NULL
            LEFT JOIN video ON video.id = run.video_id AND video.removed_at IS NULL
            WHERE run.finished_at IS NULL AND run.state = $4 AND run.queued_at <= $1
              AND coalesce(account.lease_until, video.lease_until, '-infinity') <= $1
            ORDER BY run.queued_at LIMIT $3
        ), accounts AS ({leasing.format(kind=Refreshable.ACCOUNT, more=", is_backfilling = false")}),
        videos AS ({leasing.format(kind=Refreshable.VIDEO, more="")})
        SELECT * FROM accounts UNION ALL SELECT * FROM videos
        """,
        now,
        until,
        limit,
        RunState.QUEUED.value,
    )
    return [(row["organization_id"], row["id"], row["lease_id"], Refreshable(row["kind"])) for row in rows]
