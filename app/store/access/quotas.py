"""Quotas: how much an organization may track."""

from uuid import UUID

from app.domain.records import TrackingLimits
from app.store.db import fetch_row


async def lock_account_quota(organization_id: UUID) -> tuple[int, int] | None:
    """The most accounts an organization may track and how many it does; None without a bound.

    With a bound the organization is locked until the transaction ends, so that two creates do not pass it together.
    """
    row = await fetch_row(
        """
        SELECT account_quota FROM organization WHERE id = $1 AND account_quota IS NOT NULL FOR NO KEY UPDATE
        """,
        organization_id,
    )
    if row is None:
        return None
    counted = await fetch_row(
        "SELECT count(*) AS n FROM account WHERE organization_id = $1 AND removed_at IS NULL", organization_id
    )
    assert counted is not None
    return row["account_quota"], counted["n"]


async def select_tracking_limits(organization_id: UUID) -> TrackingLimits:
    """What bounds an organization's tracking."""
    row = await fetch_row(
        """
        SELECT account_quota, max_recent_posts, post_lookback_days,
            (SELECT count(*) FROM account WHERE organization_id = $1 AND removed_at IS NULL) AS account_count
        FROM organization WHERE id = $1
        """,
        organization_id,
    )
    assert row is not None
    return TrackingLimits(**row)


async def set_account_quota(organization_name: str, quota: int | None) -> int | None:
    """Bounds an organization, None not at all; how many accounts it tracks. None when there is no such organization."""
    row = await fetch_row(
        """
        UPDATE organization SET account_quota = $2 WHERE name = $1
        RETURNING (SELECT count(*) FROM account WHERE organization_id = organization.id AND removed_at IS NULL)
        """,
        organization_name,
        quota,
    )
    return None if row is None else row[0]
