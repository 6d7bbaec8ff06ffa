"""Events: what a refresh tells, who hears it, and that Valkey's absence costs nobody anything but the news."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from app.core.collect.refresh import refresh_account
from app.core.collect.sweep import Lease, take_lease, take_video_lease
from app.core.collect.video_refresh import refresh_video
from app.core.events.listening import Listener
from app.core.events.messages import RunMoved, channel_of, decode, encode
from app.core.events.publishing import Events
from app.core.tracking.accounts import NewAccount, track_account
from app.core.tracking.videos import NewVideo, track_video
from app.domain.platforms import Platform
from app.domain.records import Refreshable, RunState
from app.runtime import Runtime
from app.settings import Settings
from app.store.partitions import ensure_partitions
from tests.factories import new_viewer
from tests.upstream import Sandbox
from tests.valkeys import own_valkey

LEASE = timedelta(minutes=5)
NOW = datetime(2026, 10, 20, 9, 7, tzinfo=UTC)


def moved(organization_id: UUID, number: int = 0) -> RunMoved:
    return RunMoved(organization_id, UUID(int=number), RunState.SUCCEEDED, Refreshable.ACCOUNT, uuid4(), (uuid4(),))


class Ear:
    """Hears one organization, and remembers it."""

    def __init__(self, redis_url: str) -> None:
        self.heard: asyncio.Queue[RunMoved] = asyncio.Queue()
        self.gaps: asyncio.Queue[UUID] = asyncio.Queue()
        self.listener = Listener(redis_url, self.heard.put_nowait, self.gaps.put_nowait)

    async def next(self) -> RunMoved:
        return await asyncio.wait_for(self.heard.get(), 10)


@asynccontextmanager
async def listening(redis_url: str, *organization_ids: UUID) -> AsyncIterator[Ear]:
    ear = Ear(redis_url)
    async with ear.listener.running():
        for organization_id in organization_ids:
            await ear.listener.join(organization_id)
        yield ear


async def test_a_message_comes_as_it_was_sent() -> None:
    message = moved(uuid4())
    assert decode(encode(message)) == message
    assert decode(b"\xc1") is None
    assert decode(b'{"another": "version"}') is None


async def test_an_organization_is_heard_while_it_is_joined(settings: Settings) -> None:
    assert settings.redis_url is not None
    ours, theirs = uuid4(), uuid4()
    async with Redis.from_url(settings.redis_url) as redis, listening(settings.redis_url, ours) as ear:
        events = Events(redis)
        await events.publish(moved(theirs), moved(ours, 1))
        assert (await ear.next()).run_id == UUID(int=1)

        await ear.listener.leave(ours)
        await ear.listener.join(theirs)
        await events.publish(moved(ours), moved(theirs, 2))
        assert (await ear.next()).run_id == UUID(int=2)

        await asyncio.gather(ear.listener.leave(theirs), ear.listener.join(theirs))
        await redis.publish(channel_of(theirs), b"of another version")
        await redis.publish(channel_of(theirs), encode(moved(ours)))  # on a channel that is not its own
        await events.publish(moved(theirs, 3))
        assert (await ear.next()).run_id == UUID(int=3)


async def test_listening_goes_on_when_valkey_is_back(caplog: pytest.LogCaptureFixture) -> None:
    organization_id = uuid4()
    with own_valkey() as server:
        async with listening(server.url, organization_id) as ear, Redis.from_url(server.url) as redis:
            for number in (1, 2):
                server.kill()
                await asyncio.sleep(0.3)  # long enough for attempts that fail
                await server.start_again()
                assert await asyncio.wait_for(ear.gaps.get(), 15) == organization_id
                await Events(redis).publish(moved(organization_id, number))
                assert (await ear.next()).run_id == UUID(int=number)
            server.kill()
            started = time.monotonic()
            await ear.listener.join(uuid4())
            assert time.monotonic() - started < 3
    said = [record.message for record in caplog.records if record.name == "app.core.events.listening"]
    assert [line.split(" (")[0].split(":")[0] for line in said][:4] == ["Valkey is away", "Valkey answers again"] * 2


async def test_publishing_without_valkey_takes_no_time_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with Redis.from_url("unix:///nonexistent/valkey.sock") as redis:
        events = Events(redis)
        started = time.monotonic()
        for _ in range(50):
            await events.publish(moved(uuid4()))
        assert time.monotonic() - started < 3
    assert [record.message.split(": ")[1] for record in caplog.records] == [
        "subscribers are not told what is refreshed"
    ]


async def test_a_refresh_of_an_account_tells_how_it_goes(runtime: Runtime, sandbox: Sandbox) -> None:
    viewer = await new_viewer()
    account = await track_account(viewer, NewAccount(Platform.TIKTOK, "rival_two"), now=NOW)
    await ensure_partitions(NOW, NOW)
    clock = datetime.now(UTC)
    lease = await take_lease(viewer.organization_id, account.id, clock, LEASE)
    assert lease is not None
    assert runtime.settings.redis_url is not None
    async with listening(runtime.settings.redis_url, viewer.organization_id) as ear:
        chains = runtime.chains.at(NOW)
        done = await refresh_account(chains, None, lease, now=NOW, lease_time=LEASE, events=runtime.events)
        assert done is not None
        begun, ended = await ear.next(), await ear.next()
        assert begun == RunMoved(viewer.organization_id, done.run_id, RunState.RUNNING, Refreshable.ACCOUNT, account.id)
        assert (ended.run_id, ended.state, ended.target_id) == (done.run_id, RunState.SUCCEEDED, account.id)
        assert len(set(ended.videos)) == done.posts_observed > 0

        lost = await refresh_account(chains, None, lease, now=NOW, lease_time=LEASE, events=runtime.events)
        assert lost is not None
        states = [((await ear.next()).run_id, state) for state in (RunState.RUNNING, RunState.LOST)]
        assert states == [(lost.run_id, RunState.RUNNING), (lost.run_id, RunState.LOST)]
        assert ear.heard.empty()


async def test_a_refresh_of_a_video_tells_too(runtime: Runtime, sandbox: Sandbox) -> None:
    viewer = await new_viewer()
    video = await track_video(viewer, NewVideo(Platform.TIKTOK, "7000000000000000001"), now=NOW)
    clock = datetime.now(UTC)
    lease = await take_video_lease(viewer.organization_id, video.id, clock, LEASE)
    assert isinstance(lease, Lease)
    assert runtime.settings.redis_url is not None
    async with listening(runtime.settings.redis_url, viewer.organization_id) as ear:
        done = await refresh_video(runtime.chains.at(NOW), lease, now=NOW, lease_time=LEASE, events=runtime.events)
        assert done is not None
        assert done.state is RunState.FAILED  # there is no such post
        heard = [await ear.next(), await ear.next()]
    assert [(each.kind, each.target_id, each.state) for each in heard] == [
        (Refreshable.VIDEO, video.id, RunState.RUNNING),
        (Refreshable.VIDEO, video.id, RunState.FAILED),
    ]
