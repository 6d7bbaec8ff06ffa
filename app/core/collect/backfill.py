"""Back-filling: an account's history made by refreshing it as of instants that have passed."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.core.collect.refresh import refresh_account
from app.core.collect.sweep import Lease, end_lease, make_room, renew_lease, take_lease
from app.domain.clock import Clock
from app.domain.records import Account
from app.providers.chain import Chains
from app.store.accounts import select_account_refresh
from app.store.collect.leases import set_due
from app.store.observations import select_observed_times

WAIT_SECONDS = 0.2


async def prepare_backfill(accounts: Sequence[Account], since: datetime, now: datetime) -> None:
    """Makes room for observations since then, and keeps the sweep away from accounts until they are filled."""
    await make_room(since, now)
    for account in accounts:
        await set_due(account.organization_id, account.id, None)


async def missing_times(account: Account, times: Sequence[datetime], tolerance: timedelta) -> list[datetime]:
    """Those of `times` that have no observation of the account within `tolerance` before or after them."""
    if not times:
        return []
    observed = await select_observed_times(
        account.organization_id, account.id, min(times) - tolerance, max(times) + tolerance
    )
    return [instant for instant in sorted(times) if not any(abs(instant - seen) < tolerance for seen in observed)]


async def backfill_account(
    chains: Chains,
    account: Account,
    times: Sequence[datetime],
    lease_time: timedelta,
    clock: Clock,
    on_step: Callable[[], None],
) -> None:
    """Refreshes an account as of each of `times`, oldest first, by the very code that refreshes it otherwise.

    Needs an upstream that answers as of another time. Recent facts are not used. Can be interrupted and done again.
    The account is held from other refreshes meanwhile, and due one interval after the last of `times`.
    """
    lease: Lease | None = None
    try:
        for number, instant in enumerate(times, 1):
            if lease is None or not await renew_lease(lease, clock(), lease_time):
                lease = await _take_lease_when_free(account, lease_time, clock)
                if lease is None:
                    return
            await refresh_account(
                chains.at(instant),
                None,
                lease,
                now=instant,
                lease_time=lease_time,
                keep_lease=number < len(times),
            )
            on_step()
    finally:
        if lease is not None:
            await asyncio.shield(end_lease(lease))


async def _take_lease_when_free(account: Account, lease_time: timedelta, clock: Clock) -> Lease | None:
    """The lease, as soon as nobody else holds it; None when the account is gone."""
    while True:
        lease = await take_lease(account.organization_id, account.id, clock(), lease_time, for_backfill=True)
        if lease is not None or await select_account_refresh(account.organization_id, account.id) is None:
            return lease
        await asyncio.sleep(WAIT_SECONDS)
