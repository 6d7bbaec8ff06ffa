"""Refreshing a video that is tracked by itself: fetch its facts, record them, say when it is due next."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.collect.recent import RecentFacts
from app.core.collect.recording import record_organization, record_post
from app.core.collect.runs import FETCH_SHARE, INTERNAL_ERROR, INTERRUPTED, LEASE_LOST, Refreshed, Run, open_run
from app.core.collect.sweep import Lease
from app.core.collect.waiting import WHOLE, wait_until_due
from app.core.events.publishing import Events
from app.domain.problems import NotFound, Problem
from app.domain.records import RunState
from app.providers.base import PostIdentity, PostOutcome
from app.providers.chain import Chains
from app.providers.failures import TREATMENTS, AnswerClass, Effect
from app.store.collect.leases import end_video_refresh
from app.store.db import transaction
from app.store.observations import Source
from app.store.partitions import ensure_partitions, is_missing_partition
from app.store.tracking.tracked_videos import VideoRefresh, lock_video, select_video_refresh


async def refresh_video(
    chains: Chains,
    lease: Lease,
    *,
    now: datetime,
    lease_time: timedelta,
    recent: RecentFacts | None = None,
    events: Events | None = None,
) -> Refreshed | None:
    """Fetches a video and records what came back, in one transaction that also ends the lease.

    As `refresh_account`: idempotent, nothing is recorded once the lease is another's, everything is stamped with `now`,
    with `recent` facts fetched minutes ago for anybody will do, whoever listens to `events` is told. None when there is
    no such video.
    """
    video = await select_video_refresh(lease.organization_id, lease.target_id)
    if video is None:
        return None
    try:
        run = await open_run(lease, now, events)
    except NotFound:  # it was removed in this very moment
        return None
    refresh = _Refresh(run)
    try:
        await refresh.run.tell(RunState.RUNNING)
        identity = PostIdentity(video.platform, video.external_id, video.author_handle, video.state.levels)
        if recent and not run.is_manual and (known := await recent.find_post(identity, now)) is not None:
            return await refresh.record(known, used_recent_facts=True)
        outcome = await chains.fetch_post(identity, now, within=lease_time * FETCH_SHARE)
        try:
            refreshed = await refresh.record(outcome)
        except Exception as error:
            if outcome.facts is None or not is_missing_partition(error):
                raise
            await ensure_partitions(min(now, video.state.first_refreshed_at or now), now)
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
    if recent:
        await recent.keep_post(identity, outcome)
    return refreshed


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A refresh under way, and how it ends in the database."""

    run: Run

    async def record(self, outcome: PostOutcome, *, used_recent_facts: bool = False) -> Refreshed:
        """The one transaction of a refresh, then told. When the lease is another's, only the run says so."""
        refreshed = await self._store(outcome, used_recent_facts)
        observed = (self.run.lease.target_id,) if refreshed.state is RunState.SUCCEEDED else ()
        await self.run.tell(refreshed.state, observed)
        return refreshed

    async def _store(self, outcome: PostOutcome, used_recent_facts: bool) -> Refreshed:
        async with transaction():
            video = await self._lock()
            if video is None:
                return await self.run.finish(RunState.LOST, outcome, LEASE_LOST)
            await self._end(video, outcome)
            if outcome.facts is None:
                return await self.run.finish(RunState.FAILED, outcome, outcome.reason)
            assert outcome.captured_at is not None
            assert outcome.provider is not None
            assert outcome.route is not None
            source = Source(self.run.id, outcome.provider, outcome.route)
            recorded = await record_post(
                video.organization_id, video.state, outcome.facts, outcome.captured_at, source, self.run.now
            )
            refreshed = await self.run.finish(
                RunState.SUCCEEDED, outcome, outcome.reason, recorded.posts, used_recent_facts=used_recent_facts
            )
            await record_organization(video.organization_id, recorded)
        return refreshed

    async def fail(self, reason: str) -> None:
        """Closes a run that did not come to its end, and backs off as from a failing upstream."""
        async with transaction():
            video = await self._lock()
            if video is None:
                return
            await self._end(video, PostOutcome(AnswerClass.UPSTREAM_ERROR, reason=reason))
            await self.run.finish(RunState.FAILED, None, reason)
        await self.run.tell(RunState.FAILED)

    async def _lock(self) -> VideoRefresh | None:
        lease = self.run.lease
        return await lock_video(lease.organization_id, lease.target_id, lease.id)

    async def _end(self, video: VideoRefresh, outcome: PostOutcome) -> None:
        failures = 0 if outcome.answer_class in WHOLE else video.failures + 1
        is_gone = TREATMENTS[outcome.answer_class].effect is not Effect.NONE
        await end_video_refresh(
            video.organization_id,
            video.id,
            next_refresh_at=self.run.now + wait_until_due(video.id, video.refresh_interval, outcome, failures),
            failures=failures,
            is_unavailable=True if is_gone else None if outcome.facts is None else False,
        )
