"""The sweep: leases what is due, so that each thing is worked on once."""

from datetime import datetime, timedelta
from uuid import UUID

from app.core.collect.refresh import Lease
from app.store.leases import (
    count_leased_accounts,
    drop_all_leases,
    drop_lease,
    extend_lease,
    lease_account,
    lease_due_accounts,
)
from app.store.partitions import ensure_partitions


async def sweep_due_accounts(now: datetime, lease_time: timedelta, worker_threads: int) -> list[Lease]:
    """Leases due accounts, the longest due first, up to twice as many as worker threads are free.

    Several schedulers may sweep at once; none gets what another got.
    """
    busy = await count_leased_accounts(now)
    limit = 2 * max(worker_threads - busy, 0)
    if limit == 0:
        return []
    return [Lease(*row) for row in await lease_due_accounts(now, now + lease_time, limit)]


async def make_room(since: datetime, now: datetime) -> None:
    """Sees to it that observations from `since` to some months after `now` have a place. Idempotent."""
    await ensure_partitions(since, now)


async def take_lease(
    organization_id: UUID, account_id: UUID, now: datetime, lease_time: timedelta, *, for_backfill: bool = False
) -> Lease | None:
    """Leases one account, due or not; None while somebody else holds it. A back-fill's takes no worker's time."""
    lease_id = await lease_account(organization_id, account_id, now, now + lease_time, for_backfill=for_backfill)
    return None if lease_id is None else Lease(organization_id, account_id, lease_id)


async def renew_lease(lease: Lease, now: datetime, lease_time: timedelta) -> bool:
    """Whether a lease still holds; if so it lasts for `lease_time` from now. What comes too late is to be dropped."""
    return await extend_lease(lease.organization_id, lease.account_id, lease.id, now, now + lease_time)


async def end_lease(lease: Lease) -> None:
    """Gives an account back without refreshing it; a lease that is another's by now stays."""
    await drop_lease(lease.organization_id, lease.account_id, lease.id)


async def end_all_leases() -> None:
    """Gives every account back. Only where no worker can be at work: before the first one of a machine starts."""
    await drop_all_leases()
