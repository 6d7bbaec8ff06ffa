"""The sweep: leases what is due, so that each thing is worked on once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.records import Refreshable
from app.store.collect.leases import (
    count_leased,
    drop_all_leases,
    drop_lease,
    extend_lease,
    lease_account,
    lease_due,
    lease_video,
)
from app.store.collect.requests import lease_queued
from app.store.partitions import ensure_partitions


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to refresh one account or video, until it runs out or is ended."""

    organization_id: UUID
    target_id: UUID
    id: UUID
    kind: Refreshable = Refreshable.ACCOUNT


async def sweep_due(now: datetime, lease_time: timedelta, worker_threads: int) -> list[Lease]:
    """Leases what somebody asked for, and then what is due, the longest due first: twice as many as threads are free.

    At most half of them were asked for, and at most half of the rest are videos, which are many and quick, so that
    nothing waits behind these for ever. Several schedulers may sweep at once; none gets what another got.
    """
    busy = await count_leased(now)
    limit = 2 * max(worker_threads - busy, 0)
    if limit == 0:
        return []
    until = now + lease_time
    asked = [Lease(*row) for row in await lease_queued(now, until, limit // 2)]
    rest = limit - len(asked)
    videos = [Lease(*row, Refreshable.VIDEO) for row in await lease_due(Refreshable.VIDEO, now, until, rest // 2)]
    rest -= len(videos)
    return asked + videos + [Lease(*row) for row in await lease_due(Refreshable.ACCOUNT, now, until, rest)]


async def make_room(since: datetime, now: datetime) -> None:
    """Sees to it that observations from `since` to some months after `now` have a place. Idempotent."""
    await ensure_partitions(since, now)


async def take_lease(
    organization_id: UUID, account_id: UUID, now: datetime, lease_time: timedelta, *, for_backfill: bool = False
) -> Lease | None:
    """Leases one account, due or not; None while somebody else holds it. A back-fill's takes no worker's time."""
    lease_id = await lease_account(organization_id, account_id, now, now + lease_time, for_backfill=for_backfill)
    return None if lease_id is None else Lease(organization_id, account_id, lease_id)


async def take_video_lease(organization_id: UUID, video_id: UUID, now: datetime, lease_time: timedelta) -> Lease | None:
    """Leases one video that is tracked by itself, due or not; None while somebody else holds it."""
    lease_id = await lease_video(organization_id, video_id, now, now + lease_time)
    return None if lease_id is None else Lease(organization_id, video_id, lease_id, Refreshable.VIDEO)


async def renew_lease(lease: Lease, now: datetime, lease_time: timedelta) -> bool:
    """Whether a lease still holds; if so it lasts for `lease_time` from now. What comes too late is to be dropped."""
    return await extend_lease(lease.kind, lease.organization_id, lease.target_id, lease.id, now, now + lease_time)


async def end_lease(lease: Lease) -> None:
    """Gives a thing back without refreshing it; a lease that is another's by now stays."""
    await drop_lease(lease.kind, lease.organization_id, lease.target_id, lease.id)


async def end_all_leases() -> None:
    """Gives everything back. Only where no worker can be at work: before the first one of a machine starts."""
    await drop_all_leases()
