"""Refreshing an account: fetch its facts, record them, say when it is due next."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from app.core.collect.recent import RecentFacts
from app.core.collect.recording import record_facts, record_organization
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

FIRST_EMPTY_WEEKS = 53
"""The first refresh follows a quiet channel through a year without a post, to find those it once had."""
EMPTY_WEEKS = 3
"""Later ones do not: what has been quiet for long changes little, and each week costs a request."""


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
    chains: Chains, recent: RecentFacts | None, lease: Lease, *, now: datetime, keep_lease: bool = False
) -> Refreshed | None:
    """Fetches an account and records what came back, in one transaction that also ends the lease.

    Idempotent: doing it again, or beside itself, changes no figure. Nothing is recorded once the lease is another's.
    Everything is stamped with `now`, the instant the facts count from. With `recent`, facts fetched minutes ago for
    anybody will do. `keep_lease` leaves the lease to a caller that refreshes again. None when there is no such account.
    """
    started = monotonic()
    account = await select_account_refresh(lease.organization_id, lease.account_id)
    if account is None:
        return None
    run_id = await start_run(lease.organization_id, lease.account_id, now)
    bounds = _bounds(account, now)
    used_recent_facts = False
    try:
        facts = await recent.find(account.platform, account.handle, bounds, now) if recent else None
        if facts is not None:
            used_recent_facts = True
            outcome = Outcome(AnswerClass.OK, facts, ())
        else:
            outcome = await chains.fetch_account(_identity(account), bounds, now)
        refresh = _Refresh(lease, run_id, outcome, used_recent_facts, now, started, keep_lease)
        try:
            result = await refresh.record()
        except Exception as error:
            if outcome.facts is None or not is_missing_partition(error):
                raise
            await ensure_partitions(outcome.facts.captured_at, now)
            result = await refresh.record()
    except Exception:
        await _fail_unexpectedly(account, lease, run_id, now, started, keep_lease)
        raise
    if recent and outcome.facts is not None and outcome.answer_class is AnswerClass.OK and not used_recent_facts:
        await recent.keep(outcome.facts, account.handle, bounds)
    return result


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A fetched outcome on its way into the database."""

    lease: Lease
    run_id: UUID
    outcome: Outcome
    used_recent_facts: bool
    now: datetime
    started: float
    keep_lease: bool

    async def record(self) -> Refreshed:
        """The one transaction of a refresh. When the lease is another's, only the run says so."""
        outcome, organization_id = self.outcome, self.lease.organization_id
        async with transaction():
            account = await lock_account_refresh(organization_id, self.lease.account_id, self.lease.id)
            if account is None:
                await self._finish(RunState.LOST, "The lease ran out before the answers were in.")
                return Refreshed(self.run_id, RunState.LOST, outcome.answer_class)
            if outcome.facts is None:
                await self._end(account, failures=account.failures + 1)
                await self._finish(RunState.FAILED, outcome.reason)
                return Refreshed(self.run_id, RunState.FAILED, outcome.answer_class)
            account = await _take_over_handle(account, outcome.facts)
            recorded = await record_facts(account, outcome.facts, self.run_id, self.now)
            await self._end(account, failures=0)
            await self._finish(RunState.SUCCEEDED, outcome.reason, recorded.posts)
            await record_organization(organization_id, recorded)
        return Refreshed(self.run_id, RunState.SUCCEEDED, outcome.answer_class, recorded.posts)

    async def _end(self, account: AccountRefresh, *, failures: int) -> None:
        answer_class = self.outcome.answer_class
        delay = retry_delay(answer_class, max(failures, 1), self.outcome.retry_after_seconds)
        await end_refresh(
            account.organization_id,
            account.id,
            next_refresh_at=self.now + (delay or refresh_delay(account.id, account.refresh_interval)),
            failures=failures,
            is_unavailable=_unavailability(self.outcome),
            lease_id=self.lease.id if self.keep_lease else None,
        )

    async def _finish(self, state: RunState, reason: str | None, posts_observed: int = 0) -> None:
        await finish_run(
            self.lease.organization_id,
            self.run_id,
            state,
            finished_at(self.now, self.started),
            answer_class=self.outcome.answer_class.value,
            reason=reason,
            calls=self.outcome.calls,
            used_recent_facts=self.used_recent_facts,
            posts_observed=posts_observed,
        )


def refresh_delay(account_id: UUID, interval: timedelta) -> timedelta:
    """An account's refresh interval with its own, lasting jitter, so that accounts added together spread out."""
    share = account_id.int % 10_000 / 10_000
    return interval * (1 + JITTER * (2 * share - 1))


def finished_at(now: datetime, started: float) -> datetime:
    """The instant a refresh that began at `now` has come to."""
    return now + timedelta(seconds=monotonic() - started)


def _bounds(account: AccountRefresh, now: datetime) -> PostBounds:
    lookback = account.post_lookback_days
    return PostBounds(
        account.max_recent_posts,
        None if lookback is None else now - timedelta(days=lookback),
        FIRST_EMPTY_WEEKS if account.last_refreshed_at is None else EMPTY_WEEKS,
    )


def _identity(account: AccountRefresh) -> AccountIdentity:
    return AccountIdentity(account.platform, account.handle, account.external_id, account.secondary_id)


def _unavailability(outcome: Outcome) -> bool | None:
    """What an outcome says of the account: unavailable, back again, or nothing."""
    if TREATMENTS[outcome.answer_class].effect is not Effect.NONE:
        return True
    return None if outcome.facts is None else False


async def _take_over_handle(account: AccountRefresh, facts: AccountFacts) -> AccountRefresh:
    """Follows a rename: the stable id answered under another handle."""
    handle = facts.profile.handle
    if handle == account.handle:
        return account
    if not await rename_account(account.organization_id, account.id, handle):
        log.warning("account %s is now @%s, which is tracked already; it keeps its old handle", account.id, handle)
        return account
    return replace(account, handle=handle)


async def _fail_unexpectedly(
    account: AccountRefresh, lease: Lease, run_id: UUID, now: datetime, started: float, keep_lease: bool
) -> None:
    """Closes a run that an error of ours ended, and backs off as from a failing upstream."""
    failures = account.failures + 1
    delay = retry_delay(AnswerClass.UPSTREAM_ERROR, failures)
    async with transaction():
        if await lock_account_refresh(lease.organization_id, lease.account_id, lease.id) is None:
            return
        await end_refresh(
            account.organization_id,
            account.id,
            next_refresh_at=now + (delay or account.refresh_interval),
            failures=failures,
            is_unavailable=None,
            lease_id=lease.id if keep_lease else None,
        )
        await finish_run(
            account.organization_id,
            run_id,
            RunState.FAILED,
            finished_at(now, started),
            reason="An internal error; the worker's log has it under this run's id.",
        )
