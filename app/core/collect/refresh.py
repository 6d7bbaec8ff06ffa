"""Refreshing an account: fetch its facts, record them, say when it is due next."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.collect.recent import RecentFacts
from app.core.collect.recording import lock_for_recording, record_facts, record_organization
from app.core.collect.runs import FETCH_SHARE, INTERNAL_ERROR, INTERRUPTED, LEASE_LOST, Refreshed, Run, open_run
from app.core.collect.sweep import Lease
from app.core.collect.waiting import WHOLE, wait_until_due
from app.core.events.publishing import Events
from app.domain.facts import AccountFacts
from app.domain.problems import NotFound, Problem
from app.domain.records import RunState
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.chain import Chains
from app.providers.failures import TREATMENTS, AnswerClass, Effect
from app.store.accounts import AccountRefresh, lock_account_refresh, rename_account, select_account_refresh
from app.store.collect.leases import end_account_refresh
from app.store.db import transaction
from app.store.partitions import ensure_partitions, is_missing_partition
from app.store.videos import select_known_levels

log = logging.getLogger(__name__)

FIRST_EMPTY_WEEKS = 53
"""Until a post is known a quiet channel is followed through a year without one, to find those it once had."""
EMPTY_WEEKS = 3
"""Afterwards it is not: what has been quiet for long changes little, and each week costs a request."""
MOST_COMPARED = 500
"""Of an account's posts so many, the newest, are compared with what was recorded last."""


async def refresh_account(
    chains: Chains,
    recent: RecentFacts | None,
    lease: Lease,
    *,
    now: datetime,
    lease_time: timedelta,
    keep_lease: bool = False,
    events: Events | None = None,
) -> Refreshed | None:
    """Fetches an account and records what came back, in one transaction that also ends the lease.

    Idempotent: doing it again, or beside itself, changes no figure. Nothing is recorded once the lease is another's;
    fetching takes at most a part of `lease_time`, so that what it gathers can be. Everything is stamped with `now`, the
    instant the facts count from. With `recent`, facts fetched minutes ago for anybody will do, unless somebody asked
    for this refresh. `keep_lease` leaves the lease to a caller that refreshes again. With `events`, whoever listens is
    told how it goes, after each commit. None when there is no such account.
    """
    account = await select_account_refresh(lease.organization_id, lease.target_id)
    if account is None:
        return None
    try:
        run = await open_run(lease, now, events)
    except NotFound:  # it was removed in this very moment
        return None
    refresh = _Refresh(run, keep_lease)
    try:
        await refresh.run.tell(RunState.RUNNING)
        bounds = _bounds(account, now)
        facts = None
        if recent and not refresh.run.is_manual:
            facts = await recent.find(_identity(account), bounds, now)
        if facts is not None:
            return await refresh.record(Outcome(AnswerClass.OK, facts), used_recent_facts=True)
        identity = await _with_what_is_known(account, bounds)
        outcome = await chains.fetch_account(identity, bounds, now, within=lease_time * FETCH_SHARE)
        try:
            refreshed = await refresh.record(outcome)
        except Exception as error:
            if outcome.facts is None or not is_missing_partition(error):
                raise
            # Days that nothing was observed on are written too, so the missing one may lie anywhere since the first.
            since = min(outcome.facts.captured_at, account.first_refreshed_at or outcome.facts.captured_at)
            await ensure_partitions(since, now)
            refreshed = await refresh.record(outcome)
    except Problem as problem:
        await refresh.fail(problem.message)
        raise
    except Exception:
        await refresh.fail(INTERNAL_ERROR)
        raise
    except asyncio.CancelledError:
        await asyncio.shield(refresh.fail(INTERRUPTED))
        raise
    if recent and outcome.facts is not None and outcome.answer_class is AnswerClass.OK:
        await recent.keep(outcome.facts, bounds)
    return refreshed


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A refresh under way, and how it ends in the database."""

    run: Run
    keep_lease: bool

    async def record(self, outcome: Outcome, *, used_recent_facts: bool = False) -> Refreshed:
        """The one transaction of a refresh, then told. When the lease is another's, only the run says so."""
        refreshed, videos = await self._store(outcome, used_recent_facts)
        await self.run.tell(refreshed.state, videos)
        return refreshed

    async def _store(self, outcome: Outcome, used_recent_facts: bool) -> tuple[Refreshed, Sequence[UUID]]:
        """What came of it, and the videos that were observed."""
        facts = outcome.facts
        async with transaction():
            locked = await self._lock(facts)
            if locked is None:
                return await self.run.finish(RunState.LOST, outcome, LEASE_LOST), ()
            account, accounts = locked
            failures = 0 if outcome.answer_class in WHOLE else account.failures + 1
            await self._end(account, outcome, failures)
            if facts is None:
                return await self.run.finish(RunState.FAILED, outcome, outcome.reason), ()
            account = await _take_over_handle(account, facts)
            recorded = await record_facts(account, facts, self.run.id, accounts, self.run.now)
            refreshed = await self.run.finish(
                RunState.SUCCEEDED, outcome, outcome.reason, recorded.posts, used_recent_facts=used_recent_facts
            )
            await record_organization(account.organization_id, recorded)
        return refreshed, recorded.observed

    async def fail(self, reason: str) -> None:
        """Closes a run that did not come to its end, and backs off as from a failing upstream."""
        outcome = Outcome(AnswerClass.UPSTREAM_ERROR, reason=reason)
        async with transaction():
            locked = await self._lock(None)
            if locked is None:
                return
            account, _ = locked
            await self._end(account, outcome, account.failures + 1)
            await self.run.finish(RunState.FAILED, None, reason)
        await self.run.tell(RunState.FAILED)

    async def _lock(self, facts: AccountFacts | None) -> tuple[AccountRefresh, Collection[UUID]] | None:
        """The account and all that are locked with it; None when the lease is another's by now."""
        organization_id, account_id = self.run.lease.organization_id, self.run.lease.target_id
        locked = set() if facts is None else await lock_for_recording(organization_id, account_id, facts)
        account = await lock_account_refresh(organization_id, account_id, self.run.lease.id)
        return None if account is None else (account, locked)

    async def _end(self, account: AccountRefresh, outcome: Outcome, failures: int) -> None:
        effect = TREATMENTS[outcome.answer_class].effect
        is_private = True if effect is Effect.MARK_PRIVATE else None
        if is_private is None and outcome.facts is not None:
            is_private = outcome.facts.profile.is_private
        await end_account_refresh(
            account.organization_id,
            account.id,
            next_refresh_at=self.run.now + wait_until_due(account.id, account.refresh_interval, outcome, failures),
            failures=failures,
            is_unavailable=True if effect is not Effect.NONE else None if outcome.facts is None else False,
            is_private=is_private,
            lease_id=self.run.lease.id if self.keep_lease else None,
        )


def _bounds(account: AccountRefresh, now: datetime) -> PostBounds:
    lookback = account.post_lookback_days
    return PostBounds(
        account.max_recent_posts,
        None if lookback is None else now - timedelta(days=lookback),
        EMPTY_WEEKS if account.discovered_posts else FIRST_EMPTY_WEEKS,
    )


def _identity(account: AccountRefresh) -> AccountIdentity:
    return AccountIdentity(account.platform, account.handle, account.external_id, account.secondary_id)


async def _with_what_is_known(account: AccountRefresh, bounds: PostBounds) -> AccountIdentity:
    """Whom to ask for, and what was recorded last, by which a fall is seen while others can still be asked."""
    most = MOST_COMPARED if bounds.max_posts is None else min(bounds.max_posts, MOST_COMPARED)
    levels = await select_known_levels(account.organization_id, account.id, most) if account.discovered_posts else {}
    return replace(_identity(account), known=account.levels, known_posts=levels)


async def _take_over_handle(account: AccountRefresh, facts: AccountFacts) -> AccountRefresh:
    """Follows a rename: the stable id answered under another handle."""
    handle = facts.profile.handle
    is_late = account.last_refreshed_at is not None and facts.captured_at < account.last_refreshed_at
    if handle == account.handle or is_late:
        return account
    if not await rename_account(account.organization_id, account.id, handle):
        log.warning("account %s is now @%s, which is tracked already; it keeps its old handle", account.id, handle)
        return account
    return replace(account, handle=handle)
