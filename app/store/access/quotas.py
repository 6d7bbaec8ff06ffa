"""Quotas: how much an organization may track."""

from uuid import UUID

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
