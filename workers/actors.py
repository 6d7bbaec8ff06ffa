"""The actors: one message, one refresh. A message that comes late or twice finds no lease and is dropped."""

import logging
from uuid import UUID

import dramatiq

from app.core.collect import refresh, video_refresh
from app.core.collect.runs import Refreshed
from app.core.collect.sweep import Lease, renew_lease
from app.domain.clock import utc_now
from app.domain.records import Refreshable
from app.runtime import Runtime
from workers.broker import broker
from workers.process import runtime

log = logging.getLogger(__name__)


@dramatiq.actor(broker=broker, max_retries=0)
async def refresh_account(organization_id: str, account_id: str, lease_id: str) -> None:
    """Refreshes an account under the lease the scheduler took for it."""
    tools = runtime()
    lease = Lease(UUID(organization_id), UUID(account_id), UUID(lease_id))
    if await _still_holds(lease, tools):
        refreshed = await refresh.refresh_account(
            tools.chains, tools.recent, lease, now=utc_now(), lease_time=tools.lease_time, events=tools.events
        )
        _say(lease, refreshed)


@dramatiq.actor(broker=broker, max_retries=0)
async def refresh_video(organization_id: str, video_id: str, lease_id: str) -> None:
    """Refreshes a video that is tracked by itself under the lease the scheduler took for it."""
    tools = runtime()
    lease = Lease(UUID(organization_id), UUID(video_id), UUID(lease_id), Refreshable.VIDEO)
    if await _still_holds(lease, tools):
        refreshed = await video_refresh.refresh_video(
            tools.chains,
            lease,
            now=utc_now(),
            lease_time=tools.lease_time,
            recent=tools.recent,
            events=tools.events,
        )
        _say(lease, refreshed)


async def _still_holds(lease: Lease, tools: Runtime) -> bool:
    holds = await renew_lease(lease, utc_now(), tools.lease_time)
    if not holds:
        log.info("%s %s: the lease is over, the message is dropped", lease.kind, lease.target_id)
    return holds


def _say(lease: Lease, refreshed: Refreshed | None) -> None:
    if refreshed is not None:
        log.info("%s %s: %s, %s", lease.kind, lease.target_id, refreshed.state, refreshed.answer_class)
