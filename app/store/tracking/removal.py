"""Removal: an account taken out of its organization's sums and put back, whole; and deleted for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.platforms import Platform
from app.domain.rollups import Vector
from app.store.collect.rebuilding import delete_empty_organization_rows
from app.store.db import execute, fetch, fetch_row, transaction
from app.store.rollups import SUM_COLUMNS, add_sums, organization_sums, organization_total
from app.store.videos import STATE_COLUMNS, VideoState, video_state


@dataclass(frozen=True, slots=True)
class RemovedAccount:
    """An account that was removed and can be put back."""

    id: UUID
    platform: Platform
    handle: str


async def select_removed_account(
    organization_id: UUID, account_id: UUID, before: datetime | None = None
) -> RemovedAccount | None:
    """The account, locked until the transaction ends; None unless it is removed, and was `before` then."""
    row = await fetch_row(
        """
        SELECT id, platform, handle FROM account
        WHERE organization_id = $1 AND id = $2 AND removed_at IS NOT NULL
          AND ($3::timestamptz IS NULL OR removed_at < $3)
        FOR UPDATE
        """,
        organization_id,
        account_id,
        before,
    )
    return None if row is None else RemovedAccount(row["id"], Platform(row["platform"]), row["handle"])


async def mark_removed(organization_id: UUID, account_id: UUID, removed_at: datetime) -> None:
    """Hides an account and its posts; whoever refreshes it finds its lease gone."""
    await execute(
        """
        UPDATE account SET removed_at = $3, lease_id = NULL, lease_until = NULL, is_backfilling = false
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        account_id,
        removed_at,
    )
    await execute(
        "UPDATE video SET removed_at = $3 WHERE organization_id = $1 AND account_id = $2",
        organization_id,
        account_id,
        removed_at,
    )


async def mark_restored(organization_id: UUID, account_id: UUID, now: datetime) -> bool:
    """Shows an account and its posts again; it is due at once. False when its handle or a post is another's by now."""
    try:
        async with transaction():  # a savepoint: what is refused leaves the transaction around it whole
            await execute(
                "UPDATE account SET removed_at = NULL, next_refresh_at = $3 WHERE organization_id = $1 AND id = $2",
                organization_id,
                account_id,
                now,
            )
            await execute(
                "UPDATE video SET removed_at = NULL WHERE organization_id = $1 AND account_id = $2",
                organization_id,
                account_id,
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def select_own_posts(organization_id: UUID, account_id: UUID) -> list[UUID]:
    """The account's posts that are tracked by themselves besides, locked until the transaction ends."""
    rows = await fetch(
        """
        SELECT id FROM video
        WHERE organization_id = $1 AND account_id = $2 AND added_at IS NOT NULL AND removed_at IS NULL
        ORDER BY id FOR UPDATE
        """,
        organization_id,
        account_id,
    )
    return [row["id"] for row in rows]


async def leave_account(organization_id: UUID, account_id: UUID, ids: Sequence[UUID]) -> None:
    """Makes posts that are tracked by themselves lone ones, which remember the account."""
    await execute(
        "UPDATE video SET account_id = NULL, left_account_id = $2 WHERE organization_id = $1 AND id = ANY($3)",
        organization_id,
        account_id,
        list(ids),
    )
    await _count_posts(organization_id, account_id, -len(ids))


async def select_left_posts(organization_id: UUID, account_id: UUID) -> list[UUID]:
    """The posts that had to leave an account and are lone still, locked until the transaction ends."""
    rows = await fetch(
        """
        SELECT id FROM video WHERE organization_id = $1 AND left_account_id = $2 AND account_id IS NULL
        ORDER BY id FOR UPDATE
        """,
        organization_id,
        account_id,
    )
    return [row["id"] for row in rows]


async def rejoin_account(organization_id: UUID, account_id: UUID, ids: Sequence[UUID]) -> None:
    """Gives posts that had to leave an account back to it."""
    await execute(
        "UPDATE video SET account_id = $2, left_account_id = NULL WHERE organization_id = $1 AND id = ANY($3)",
        organization_id,
        account_id,
        list(ids),
    )
    await _count_posts(organization_id, account_id, len(ids))


async def select_superseded_posts(organization_id: UUID, account_id: UUID) -> list[VideoState]:
    """Posts of a removed account that others have brought in since."""
    rows = await fetch(
        f"""
        SELECT {STATE_COLUMNS} FROM video AS hidden
        WHERE organization_id = $1 AND account_id = $2 AND removed_at IS NOT NULL AND EXISTS (
            SELECT FROM video AS present
            WHERE present.organization_id = $1 AND present.platform = hidden.platform
              AND present.external_id = hidden.external_id AND present.removed_at IS NULL
        )
        """,
        organization_id,
        account_id,
    )
    return [video_state(row) for row in rows]


async def count_gone_posts(organization_id: UUID, account_id: UUID, posts: int) -> None:
    """Takes posts that were deleted off an account's count."""
    await _count_posts(organization_id, account_id, -posts)


async def add_account_to_organization(organization_id: UUID, account_id: UUID, sign: int) -> None:
    """Adds all that an account's rows add up to its organization's, or takes it out with sign -1. Call it last."""
    total: Vector = [0] * len(SUM_COLUMNS)
    for unit in ("day", "slot"):
        rows = await fetch(
            f"""
            SELECT {unit}, {", ".join(SUM_COLUMNS)} FROM account_{unit}
            WHERE organization_id = $1 AND account_id = $2
            """,
            organization_id,
            account_id,
        )
        sums: Mapping[datetime, Vector] = {row[0]: [sign * value for value in list(row)[1:]] for row in rows}
        await add_sums(organization_id, organization_sums(unit, sums))
        await delete_empty_organization_rows(organization_id, unit, sums.keys())
        if unit == "day":
            total = [sum(column) for column in zip(total, *sums.values(), strict=True)]
    await add_sums(organization_id, organization_total(total))


async def select_expired_removals(before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Accounts removed before then: (organization, account), the longest gone first."""
    rows = await fetch(
        "SELECT organization_id, id FROM account WHERE removed_at < $1 ORDER BY removed_at LIMIT $2", before, limit
    )
    return [(row["organization_id"], row["id"]) for row in rows]


async def delete_removed_account(organization_id: UUID, account_id: UUID) -> None:
    """Deletes a removed account and everything that was ever stored about it and its posts."""
    for table in ("video_observation", "video_day", "video_slot"):
        await execute(
            f"""
            DELETE FROM {table} WHERE organization_id = $1 AND video_id IN (
                SELECT id FROM video WHERE organization_id = $1 AND account_id = $2
            )
            """,
            organization_id,
            account_id,
        )
    for table in ("account_observation", "account_day", "account_slot"):
        await execute(
            f"DELETE FROM {table} WHERE organization_id = $1 AND account_id = $2", organization_id, account_id
        )
    for table, key in (("run", "account_id"), ("video", "account_id"), ("account", "id")):
        await execute(f"DELETE FROM {table} WHERE organization_id = $1 AND {key} = $2", organization_id, account_id)


async def _count_posts(organization_id: UUID, account_id: UUID, more: int) -> None:
    await execute(
        "UPDATE account SET discovered_posts = discovered_posts + $3 WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
        more,
    )
