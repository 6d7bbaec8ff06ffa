"""What is due, and who holds it: work is a row that is due, and a lease on it that runs out."""

from datetime import datetime
from uuid import UUID

from app.domain.records import Refreshable
from app.store.db import execute, fetch, fetch_row


async def lease_due(kind: Refreshable, now: datetime, until: datetime, limit: int) -> list[tuple[UUID, UUID, UUID]]:
    """Leases up to `limit` due things until then: (organization, its id, lease). Two sweeps never get the same."""
    backfilling = ", is_backfilling = false" if kind is Refreshable.ACCOUNT else ""
    rows = await fetch(
        f"""
        UPDATE {kind} SET lease_id = gen_random_uuid(), lease_until = $2{backfilling}
        WHERE id IN (
            SELECT id FROM {kind}
            WHERE is_active AND removed_at IS NULL AND next_refresh_at <= $1
              AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY next_refresh_at
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        )
        RETURNING organization_id, id, lease_id
        """,
        now,
        until,
        limit,
    )
    return [(row["organization_id"], row["id"], row["lease_id"]) for row in rows]


async def lease_account(
    organization_id: UUID, account_id: UUID, now: datetime, until: datetime, *, for_backfill: bool = False
) -> UUID | None:
    """Leases one account, due or not; None while somebody else holds it, and when it is gone.

    A lease for a back-fill takes no worker's time.
    """
    row = await fetch_row(
        """
        UPDATE account SET lease_id = gen_random_uuid(), lease_until = $4, is_backfilling = $5
        WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL AND (lease_until IS NULL OR lease_until <= $3)
        RETURNING lease_id
        """,
        organization_id,
        account_id,
        now,
        until,
        for_backfill,
    )
    return None if row is None else row["lease_id"]


async def lease_video(organization_id: UUID, video_id: UUID, now: datetime, until: datetime) -> UUID | None:
    """Leases one video that is tracked by itself, due or not; None while somebody holds it, and when it is gone."""
    row = await fetch_row(
        """
        UPDATE video SET lease_id = gen_random_uuid(), lease_until = $4
        WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL AND added_at IS NOT NULL
          AND (lease_until IS NULL OR lease_until <= $3)
        RETURNING lease_id
        """,
        organization_id,
        video_id,
        now,
        until,
    )
    return None if row is None else row["lease_id"]


async def extend_lease(
    kind: Refreshable, organization_id: UUID, id: UUID, lease_id: UUID, now: datetime, until: datetime
) -> bool:
    """Whether the lease still held, and if so it now lasts until then."""
    row = await fetch_row(
        f"""
        UPDATE {kind} SET lease_until = $5
        WHERE organization_id = $1 AND id = $2 AND lease_id = $3 AND lease_until > $4
        RETURNING id
        """,
        organization_id,
        id,
        lease_id,
        now,
        until,
    )
    return row is not None


async def count_leased(now: datetime) -> int:
    """How many things workers work on, or will when their message is read."""
    row = await fetch_row(
        """
        SELECT (SELECT count(*) FROM account WHERE lease_id IS NOT NULL AND lease_until > $1 AND NOT is_backfilling)
             + (SELECT count(*) FROM video WHERE lease_id IS NOT NULL AND lease_until > $1) AS n
        """,
        now,
    )
    assert row is not None
    return int(row["n"])


async def end_account_refresh(
    organization_id: UUID,
    account_id: UUID,
    *,
    next_refresh_at: datetime,
    failures: int,
    is_unavailable: bool | None,
    is_private: bool | None,
    lease_id: UUID | None,
) -> None:
    """Sets when the account is due next and ends the lease, or leaves it with `lease_id` for a caller that goes on.

    A mark that is None stays as it is.
    """
    await execute(
        """
        UPDATE account
        SET next_refresh_at = $3, failures = $4, is_unavailable = coalesce($5, is_unavailable),
            is_private = coalesce($6, is_private),
            lease_id = $7, lease_until = CASE WHEN $7::uuid IS NULL THEN NULL ELSE lease_until END
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        account_id,
        next_refresh_at,
        failures,
        is_unavailable,
        is_private,
        lease_id,
    )


async def end_video_refresh(
    organization_id: UUID, video_id: UUID, *, next_refresh_at: datetime, failures: int, is_unavailable: bool | None
) -> None:
    """Sets when the video is due next and ends the lease. A mark that is None stays as it is."""
    await execute(
        """
        UPDATE video
        SET next_refresh_at = $3, failures = $4, is_unavailable = coalesce($5, is_unavailable),
            lease_id = NULL, lease_until = NULL
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        video_id,
        next_refresh_at,
        failures,
        is_unavailable,
    )


async def set_due(organization_id: UUID, account_id: UUID, next_refresh_at: datetime | None) -> None:
    """Sets when an account is due; None keeps the sweep away from it."""
    await execute(
        "UPDATE account SET next_refresh_at = $3 WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
        next_refresh_at,
    )


async def drop_lease(kind: Refreshable, organization_id: UUID, id: UUID, lease_id: UUID) -> None:
    """Ends a lease without a refresh; one that is another's by now stays."""
    await execute(
        f"""
        UPDATE {kind} SET lease_id = NULL, lease_until = NULL
        WHERE organization_id = $1 AND id = $2 AND lease_id = $3
        """,
        organization_id,
        id,
        lease_id,
    )


async def drop_all_leases() -> None:
    """Ends every lease there is."""
    for kind in Refreshable:
        await execute(f"UPDATE {kind} SET lease_id = NULL, lease_until = NULL WHERE lease_id IS NOT NULL")
