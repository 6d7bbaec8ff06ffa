"""Refreshing videos that are tracked by themselves against the sandbox: the truth is stored, faults cost a wait."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.core.collect.runs import Refreshed
from app.core.collect.sweep import Lease, take_video_lease
from app.core.collect.video_refresh import refresh_video
from app.core.collect.waiting import refresh_delay
from app.core.tracking.videos import NewVideo, load_videos, remove_video, track_video
from app.domain.platforms import Platform
from app.domain.records import Refreshable, RunState, Video
from app.domain.viewer import Viewer
from app.providers.base import AccountIdentity, PostBounds
from app.providers.failures import AnswerClass
from app.runtime import Runtime
from app.store.db import fetch, transaction
from app.store.partitions import ensure_partitions
from tests.factories import new_viewer
from tests.upstream import Sandbox

LEASE = timedelta(minutes=5)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HANDLES = {Platform.TIKTOK: "creatoraudit", Platform.INSTAGRAM: "rival_one"}


@dataclass
class Desk:
    """A runtime on the sandbox, and a viewer of an organization of its own."""

    runtime: Runtime
    viewer: Viewer
    sandbox: Sandbox

    async def track_one_of(self, platform: Platform) -> Video:
        """A post that an account of the sandbox shows, tracked by its address."""
        identity = AccountIdentity(platform, HANDLES[platform])
        seen = await self.runtime.chains.at(NOW).fetch_account(identity, PostBounds(5), NOW, within=LEASE)
        assert seen.facts is not None
        shown = seen.facts.posts[0]
        if platform is Platform.TIKTOK:
            identifier = f"https://www.tiktok.com/@{HANDLES[platform]}/video/{shown.external_id}"
        else:
            identifier = f"https://www.instagram.com/reel/{shown.shortcode}/"
        return await track_video(self.viewer, NewVideo(platform, identifier), now=NOW)

    async def refresh(self, video: Video, now: datetime = NOW, lease: Lease | None = None) -> Refreshed:
        await ensure_partitions(now, now)
        held = lease or await take_video_lease(video.organization_id, video.id, datetime.now(UTC), LEASE)
        assert held is not None
        done = await refresh_video(self.runtime.chains.at(now), held, now=now, lease_time=LEASE)
        assert done is not None
        return done

    async def read(self, video: Video) -> Video:
        return (await load_videos(self.viewer, [video.id]))[video.id]


@pytest.fixture
async def desk(runtime: Runtime, sandbox: Sandbox) -> Desk:
    return Desk(runtime, await new_viewer(), sandbox)


@pytest.mark.parametrize("platform", list(HANDLES))
async def test_what_is_stored_is_the_truth(desk: Desk, platform: Platform) -> None:
    video = await desk.track_one_of(platform)
    done = await desk.refresh(video)
    assert (done.state, done.answer_class, done.posts_observed) == (RunState.SUCCEEDED, AnswerClass.OK, 1)
    stored = await desk.read(video)
    name = stored.external_id if platform is Platform.TIKTOK else stored.shortcode
    assert name is not None
    truth = await desk.sandbox.truth(platform.value, "video", name, NOW)
    assert (stored.caption, stored.published_at) == (truth["caption"], datetime.fromisoformat(truth["published_at"]))
    assert (stored.likes, stored.comments) == (truth["likes"], truth["comments"])
    assert stored.views == (truth["views"] if platform is Platform.TIKTOK else None)
    assert (stored.first_refreshed_at, stored.last_refreshed_at) == (NOW, NOW)
    assert stored.next_refresh_at == NOW + refresh_delay(video.id, timedelta(hours=24))
    runs = await fetch("SELECT state, video_id, account_id, posts_observed FROM run WHERE video_id = $1", video.id)
    assert [tuple(run) for run in runs] == [("succeeded", video.id, None, 1)]


async def test_one_that_may_be_gone_keeps_its_figures_unmarked(desk: Desk) -> None:
    video = await desk.track_one_of(Platform.TIKTOK)
    await desk.refresh(video)
    before = await desk.read(video)
    await desk.sandbox.fault(video.external_id, "http_404")
    gone = await desk.refresh(video, NOW + timedelta(days=1))
    after = await desk.read(video)
    assert gone.state is RunState.FAILED
    assert (after.views, after.likes, after.last_refreshed_at) == (before.views, before.likes, NOW)
    assert (gone.answer_class, after.is_unavailable) == (AnswerClass.UNAVAILABLE, False)


async def test_one_that_is_nowhere_is_marked(desk: Desk) -> None:
    new = NewVideo(Platform.TIKTOK, "https://www.tiktok.com/@creatoraudit/video/7000000000000000001")
    video = await track_video(desk.viewer, new, now=NOW)
    done = await desk.refresh(video)
    assert (done.state, done.answer_class) == (RunState.FAILED, AnswerClass.NOT_FOUND)
    stored = await desk.read(video)
    assert (stored.is_unavailable, stored.next_refresh_at) == (True, NOW + timedelta(hours=6))


async def test_a_fault_costs_a_wait_and_changes_nothing(desk: Desk) -> None:
    video = await desk.track_one_of(Platform.TIKTOK)
    await desk.sandbox.fault("/video/", "http_500")
    done = await desk.refresh(video)
    stored = await desk.read(video)
    assert (done.state, done.answer_class) == (RunState.FAILED, AnswerClass.UPSTREAM_ERROR)
    assert (stored.views, stored.first_refreshed_at, stored.is_unavailable) == (None, None, False)
    assert stored.next_refresh_at == NOW + timedelta(minutes=1)


async def test_nothing_is_stored_once_the_lease_is_anothers(desk: Desk) -> None:
    video = await desk.track_one_of(Platform.TIKTOK)
    lost = Lease(video.organization_id, video.id, uuid4(), Refreshable.VIDEO)
    assert (await desk.refresh(video, lease=lost)).state is RunState.LOST
    assert (await desk.read(video)).first_refreshed_at is None


async def test_a_missing_partition_is_made(desk: Desk) -> None:
    video = await desk.track_one_of(Platform.TIKTOK)
    lease = await take_video_lease(video.organization_id, video.id, datetime.now(UTC), LEASE)
    assert lease is not None
    now = datetime(2024, 2, 29, 12, tzinfo=UTC)
    done = await refresh_video(desk.runtime.chains.at(NOW), lease, now=now, lease_time=LEASE)
    assert done is not None
    assert done.state is RunState.SUCCEEDED
    assert (await desk.read(video)).first_refreshed_at == now


async def test_a_video_that_is_removed_as_its_refresh_begins_is_not_refreshed(desk: Desk) -> None:
    video = await desk.track_one_of(Platform.TIKTOK)
    lease = await take_video_lease(video.organization_id, video.id, datetime.now(UTC), LEASE)
    assert lease is not None
    requests, removed = len(await desk.sandbox.log()), asyncio.Event()

    async def refresh() -> Refreshed | None:
        await removed.wait()
        return await refresh_video(desk.runtime.chains.at(NOW), lease, now=NOW, lease_time=LEASE)

    refreshing = asyncio.create_task(refresh())
    async with transaction():
        await remove_video(desk.viewer, video.id, now=NOW)
        removed.set()  # but not committed: the refresh finds it still, and waits for it
        async with asyncio.timeout(10):
            while not await fetch("SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"):
                await asyncio.sleep(0.01)
    assert await refreshing is None
    assert await fetch("SELECT FROM run WHERE organization_id = $1", video.organization_id) == []
    assert len(await desk.sandbox.log()) == requests
