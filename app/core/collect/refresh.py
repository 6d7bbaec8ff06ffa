"""Refreshing an account: fetch its facts, record them, say when it is due next."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from app.core.collect.recent import RecentFacts
from app.core.collect.recording import lock_for_recording, record_facts, record_organization
from app.domain.facts import AccountFacts
from app.domain.records import RunState
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.chain import Chains
from app.providers.failures import TREATMENTS, AnswerClass, Effect, retry_delay
from app.store.accounts import AccountRefresh, lock_account_refresh, rename_account, select_account_refresh
from app.store.db import transaction
from app.store.leases import end_refresh
from app.store.partitions import ensure_partitions, is_missing_partition
from app.store.runs import finish_run, start_run

log = logging.getLogger(__name__)

JITTER = 0.05
"""Part of the interval by which an account's due times are shifted, always the same for one account."""

FETCH_SHARE = 0.6
"""Part of the lease that fetching may take; the rest is for the last answer to come in and be recorded."""
FIRST_EMPTY_WEEKS = 53
"""Until a post is known a quiet channel is followed through a year without one, to find those it once had."""
EMPTY_WEEKS = 3
"""Afterwards it is not: what has been quiet for long changes little, and each week costs a request."""
WHOLE = frozenset({AnswerClass.OK, AnswerClass.HIDDEN})
"""Classes of outcomes that leave nothing to be asked for again."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to refresh one account, until it runs out or is ended."""

    organization_id: UUID
    account_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a refresh."""

    run_id: UUID
    state: RunState
    answer_class: AnswerClass | None
    posts_observed: int = 0


async def refresh_account(
    chains: Chains,
    recent: RecentFacts | None,
    lease: Lease,
    *,
    now: datetime,
    lease_time: timedelta,
    keep_lease: bool = False,
) -> Refreshed | None:
    """Fetches an account and records what came back, in one transaction that also ends the lease.

    Idempotent: doing it again, or beside itself, changes no figure. Nothing is recorded once the lease is another's;
    fetching takes at most a part of `lease_time`, so that what it gathers can be. Everything is stamped with `now`, the
    instant the facts count from. With `recent`, facts fetched minutes ago for anybody will do. `keep_lease` leaves the
    lease to a caller that refreshes again. None when there is no such account.
    """
    started = monotonic()
    account = await select_account_refresh(lease.organization_id, lease.account_id)
    if account is None:
        return None
    refresh = _Refresh(lease, await start_run(lease.organization_id, lease.account_id, now), now, started, keep_lease)
    try:
        bounds = _bounds(account, now)
        facts = await recent.find(_identity(account), bounds, now) if recent else None
        if facts is not None:
            return await refresh.record(Outcome(AnswerClass.OK, facts), used_recent_facts=True)
        outcome = await chains.fetch_account(_identity(account), bounds, now, within=lease_time * FETCH_SHARE)
        try:
            refreshed = await refresh.record(outcome)
        except Exception as error:
            if outcome.facts is None or not is_missing_partition(error):
                raise
            # Days that nothing was observed on are written too, so the missing one may lie anywhere since the first.
            since = min(outcome.facts.captured_at, account.first_refreshed_at or outcome.facts.captured_at)
            await ensure_partitions(since, now)
            refreshed = await refresh.record(outcome)
    except Exception:
        await refresh.fail("An internal error; the worker's log has it under this run's id.")
        raise
    except asyncio.CancelledError:
        await asyncio.shield(refresh.fail("It was interrupted."))
        raise
    if recent and outcome.facts is not None and outcome.answer_class is AnswerClass.OK:
        await recent.keep(outcome.facts, bounds)
    return refreshed


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A refresh under way, and how it ends in the database."""

    lease: Lease
    run_id: UUID
    now: datetime
    started: float
    keep_lease: bool

    async def record(self, outcome: Outcome, *, used_recent_facts: bool = False) -> Refreshed:
        """The one transaction of a refresh. When the lease is another's, only the run says so."""
        facts = outcome.facts
        posts = 0
        async with transaction():
            locked = await self._lock(facts)
            if locked is None:
                state = RunState.LOST
                await self._finish(state, outcome, "The lease ran out before the answers were in.")
                return Refreshed(self.run_id, state, outcome.answer_class)
            account, accounts = locked
            failures = 0 if outcome.answer_class in WHOLE else account.failures + 1
            await self._end(account, outcome, failures)
            if facts is None:
                state = RunState.FAILED
                await self._finish(state, outcome, outcome.reason)
            else:
                state = RunState.SUCCEEDED
                account = await _take_over_handle(account, facts)
                recorded = await record_facts(account, facts, self.run_id, accounts, self.now)
                posts = recorded.posts
                await self._finish(state, outcome, outcome.reason, posts, used_recent_facts)
                await record_organization(account.organization_id, recorded)
        return Refreshed(self.run_id, state, outcome.answer_class, posts)

    async def fail(self, reason: str) -> None:
        """Closes a run that did not come to its end, and backs off as from a failing upstream."""
        outcome = Outcome(AnswerClass.UPSTREAM_ERROR, reason=reason)
        async with transaction():
            locked = await self._lock(None)
            if locked is not None:
                account, _ = locked
                await self._end(account, outcome, account.failures + 1)
                await self._finish(RunState.FAILED, None, reason)

    async def _lock(self, facts: AccountFacts | None) -> tuple[AccountRefresh, Collection[UUID]] | None:
        """The account and all that are locked with it; None when the lease is another's by now."""
        organization_id, account_id = self.lease.organization_id, self.lease.account_id
        locked = set() if facts is None else await lock_for_recording(organization_id, account_id, facts)
        account = await lock_account_refresh(organization_id, account_id, self.lease.id)
        return None if account is None else (account, locked)

    async def _end(self, account: AccountRefresh, outcome: Outcome, failures: int) -> None:
        effect = TREATMENTS[outcome.answer_class].effect
        is_private = True if effect is Effect.MARK_PRIVATE else None
        if is_private is None and outcome.facts is not None:
            is_private = outcome.facts.profile.is_private
        await end_refresh(
            account.organization_id,
            account.id,
            next_refresh_at=self.now + _wait(account, outcome, failures),
            failures=failures,
            is_unavailable=True if effect is not Effect.NONE else None if outcome.facts is None else False,
            is_private=is_private,
            lease_id=self.lease.id if self.keep_lease else None,
        )

    async def _finish(
        self,
        state: RunState,
        outcome: Outcome | None,
        reason: str | None,
        posts_observed: int = 0,
        used_recent_facts: bool = False,
    ) -> None:
        await finish_run(
            self.lease.organization_id,
            self.run_id,
            state,
            self.now + timedelta(seconds=monotonic() - self.started),
            answer_class=None if outcome is None else outcome.answer_class.value,
            reason=reason,
            calls=() if outcome is None else outcome.calls,
            used_recent_facts=used_recent_facts,
            posts_observed=posts_observed,
        )


def _wait(account: AccountRefresh, outcome: Outcome, failures: int) -> timedelta:
    """How long until the account is due again."""
    interval = refresh_delay(account.id, account.refresh_interval)
    delay = retry_delay(outcome.answer_class, max(failures, 1), outcome.retry_after_seconds)
    if delay is None:
        return interval
    if outcome.answer_class is AnswerClass.PARTIAL:
        return min(delay, interval)
    if outcome.answer_class is AnswerClass.PRIVATE:
        return max(delay, interval)
    return delay


def refresh_delay(account_id: UUID, interval: timedelta) -> timedelta:
    """An account's refresh interval with its own, lasting jitter, so that accounts added together spread out."""
    share = account_id.int % 10_000 / 10_000
    return interval * (1 + JITTER * (2 * share - 1))


def _bounds(account: AccountRefresh, now: datetime) -> PostBounds:
    lookback = account.post_lookback_days
    return PostBounds(
        account.max_recent_posts,
        None if lookback is None else now - timedelta(days=lookback),
        EMPTY_WEEKS if account.discovered_posts else FIRST_EMPTY_WEEKS,
    )


def _identity(account: AccountRefresh) -> AccountIdentity:
    return AccountIdentity(account.platform, account.handle, account.external_id, account.secondary_id)


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
