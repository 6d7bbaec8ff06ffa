"""Quotas: how many accounts an organization may track."""

from app.domain.problems import NotFound, QuotaReached
from app.domain.viewer import Viewer
from app.store.access.quotas import lock_account_quota, set_account_quota


async def check_account_quota(viewer: Viewer) -> None:
    """Raises QuotaReached when the organization tracks as many accounts as it may; part of the caller's transaction."""
    quota = await lock_account_quota(viewer.organization_id)
    if quota is not None and quota[1] >= quota[0]:
        raise QuotaReached(quota[0])


async def set_quota(organization_name: str, accounts: int | None) -> int:
    """Bounds how many accounts an organization may track, None not at all; how many it does. For operators.

    What is tracked already stays, also beyond the bound. Raises NotFound naming `organization`.
    """
    tracked = await set_account_quota(organization_name.strip(), accounts)
    if tracked is None:
        raise NotFound(f"There is no organization {organization_name[:255]!r}.", "organization")
    return tracked
