"""The actors: one message, one refresh. A message that comes late or twice finds no lease and is dropped."""

import logging
from uuid import UUID

import dramatiq

from app.core.collect.refresh import Lease
from app.core.collect.refresh import refresh_account as refresh_leased_account
from app.core.collect.sweep import renew_lease
from app.domain.clock import utc_now
from workers.broker import broker
from workers.process import runtime

log = logging.getLogger(__name__)


@dramatiq.actor(broker=broker, max_retries=0)
async def refresh_account(organization_id: str, account_id: str, lease_id: str) -> None:
    """Refreshes an account under the lease the scheduler took for it."""
    tools = runtime()
    lease = Lease(UUID(organization_id), UUID(account_id), UUID(lease_id))
    if not await renew_lease(lease, utc_now(), tools.lease_time):
        log.info("account %s: the lease is over, the message is dropped", account_id)
        return
    refreshed = await refresh_leased_account(
        tools.chains, tools.recent, lease, now=utc_now(), lease_time=tools.lease_time
    )
    if refreshed is not None:
        log.info("account %s: %s, %s", account_id, refreshed.state, refreshed.answer_class)
