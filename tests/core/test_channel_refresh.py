"""Channels and posts of the newer platforms, refreshed against the sandbox: whatever name they were given by."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from app.core.collect.refresh import refresh_account
from app.core.collect.runs import Refreshed
from app.core.collect.sweep import take_lease, take_video_lease
from app.core.collect.video_refresh import refresh_video
from app.core.tracking.accounts import NewAccount, find_account, load_accounts, track_account
from app.core.tracking.videos import NewVideo, load_videos, track_video
from app.domain.metrics import POST_COUNTERS
from app.domain.platforms import TRAITS, Platform
from app.domain.problems import HandleTaken
from app.domain.records import Account, RunState, Video
from app.domain.viewer import Viewer
from app.runtime import Runtime, open_runtime
from app.sandbox.credentials import YOUTUBE_KEY
from app.settings import Settings
from app.store.partitions import ensure_partitions
from tests.conftest import set_aside
from tests.factories import at, new_viewer
from tests.upstream import Sandbox

NOW = at("2026-03-01 12:00")
LEASE = timedelta(minutes=5)


@dataclass
class Desk:
    """A runtime on the sandbox with a key of YouTube's, and a viewer of an organization of its own."""

    runtime: Runtime
    viewer: Viewer
    sandbox: Sandbox

    async def track(self, handle: str) -> Account:
        return await track_account(self.viewer, NewAccount(Platform.YOUTUBE, handle), now=NOW)

    async def refresh(self, account: Account, now: datetime = NOW) -> tuple[Refreshed, Account]:
        await ensure_partitions(now, now)
        lease = await take_lease(account.organization_id, account.id, datetime.now(UTC), LEASE)
        assert lease is not None
        done = await refresh_account(self.runtime.chains.at(now), None, lease, now=now, lease_time=LEASE)
        assert done is not None
        return done, (await load_accounts(self.viewer, [account.id]))[account.id]

    async def refresh_video(self, video: Video) -> tuple[Refreshed, Video]:
        await ensure_partitions(NOW, NOW)
        lease = await take_video_lease(video.organization_id, video.id, datetime.now(UTC), LEASE)
        assert lease is not None
        done = await refresh_video(self.runtime.chains.at(NOW), lease, now=NOW, lease_time=LEASE)
        assert done is not None
        return done, (await load_videos(self.viewer, [video.id]))[video.id]


@pytest.fixture
async def desk(database: None, settings: Settings, sandbox: Sandbox) -> AsyncIterator[Desk]:
    keyed = msgspec.structs.replace(settings, upstream_base_template=sandbox.template, youtube_api_key=YOUTUBE_KEY)
    viewer = await new_viewer()
    async with set_aside(settings), open_runtime(keyed) as runtime:
        yield Desk(runtime, viewer, sandbox)


async def test_a_channel_takes_its_handle_whatever_it_was_given_by(desk: Desk) -> None:
    truth = await desk.sandbox.truth("youtube", "account", "lunacooks", NOW)
    account = await desk.track(f"https://www.youtube.com/channel/{truth['external_id']}")
    assert account.handle == truth["external_id"]
    done, account = await desk.refresh(account)
    assert (done.state, account.handle) == (RunState.SUCCEEDED, "lunacooks")
    assert account.external_id == truth["external_id"]
    assert account.url == "https://www.youtube.com/@lunacooks"
    assert account.followers is not None
    assert (account.following, account.total_likes) == (None, None)
    assert (account.plays, account.shares, account.saves) == (None, None, None)
    for name in ("@LunaCooks", truth["external_id"]):
        assert await find_account(desk.viewer, Platform.YOUTUBE, name) == account
        with pytest.raises(HandleTaken) as refused:
            await desk.track(name)
        assert refused.value.account == account


async def test_one_channel_tracked_by_two_names_keeps_both_and_counts_once(desk: Desk) -> None:
    truth = await desk.sandbox.truth("youtube", "account", "lunacooks", NOW)
    by_handle, by_id = await desk.track("lunacooks"), await desk.track(truth["external_id"])
    _, first = await desk.refresh(by_handle)
    done, second = await desk.refresh(by_id)
    assert done.state is RunState.SUCCEEDED
    assert (first.handle, second.handle) == ("lunacooks", truth["external_id"])
    assert first.discovered_posts > 0
    assert second.discovered_posts == 0


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/1234567890"),
    ],
)
async def test_a_post_has_the_counters_its_platform_shows(desk: Desk, platform: Platform, text: str) -> None:
    video = await track_video(desk.viewer, NewVideo(platform, text), now=NOW)
    done, video = await desk.refresh_video(video)
    assert done.state is RunState.SUCCEEDED
    truth = await desk.sandbox.truth(platform.value, "video", video.external_id, NOW)
    for name in POST_COUNTERS:
        if name in TRAITS[platform].post_counters:
            assert getattr(video, name) == truth[name], name
        else:
            assert getattr(video, name) is None, name
