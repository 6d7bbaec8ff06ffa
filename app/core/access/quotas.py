"""Quotas: how many accounts an organization may track."""

from app.domain.problems import QuotaReached
from app.domain.viewer import Viewer
from app.store.access.quotas import lock_account_quota


async def check_account_quota(viewer: Viewer) -> None:
    """Raises QuotaReached when the organization tracks as many accounts as it may; part of the caller's transaction."""
    quota = await lock_account_quota(viewer.organization_id)
    if quota is not None and quota[1] >= quota[0]:
        raise QuotaReached(quota[0])
