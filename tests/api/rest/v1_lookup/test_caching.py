"""Answers that are given again: how long, to whom, shared with refreshes; and of many who ask at once one asks."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.core.collect.refresh import refresh_account
from app.core.collect.sweep import take_lease, take_video_lease
from app.core.collect.video_refresh import refresh_video
from app.core.tracking.accounts import NewAccount, track_account
from app.core.tracking.videos import NewVideo, track_video
from app.domain.platforms import Platform
from app.runtime import Runtime
from app.store.db import fetch
from app.store.partitions import ensure_partitions
from tests.api.rest.v1_lookup.conftest import (
    EMAIL,
    MEDIAN,
    POST,
    PROFILE,
    VIDEOS,
    LookUpCaller,
    another_process,
    often,
    opened,
)
from tests.factories import new_key, new_viewer

URL = "https://www.tiktok.com/@charlidamelio/video/7123456789"
SOMEBODY = {"username": "rival_two", "platform": "tiktok"}
LEASE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("path", "members", "age"),
    [
        (POST, {"url": URL}, 300),
        (VIDEOS, SOMEBODY, 600),
        (MEDIAN, SOMEBODY, 600),
        (PROFILE, SOMEBODY, 900),
        (EMAIL, SOMEBODY, 900),
    ],
)
async def test_an_answer_is_given_again_until_its_age(
    lookups: LookUpCaller, path: str, members: dict[str, Any], age: int
) -> None:
    first = await lookups.ask(path, **members)
    calls = await lookups.upstream_calls()
    assert (first["meta"]["cached"], calls > 0) == (False, True)
    lookups.time.moved = timedelta(seconds=age - 10)
    again = await lookups.ask(path, **members)
    assert again == {**first, "meta": {**first["meta"], "cached": True}}
    assert await lookups.upstream_calls() == calls
    lookups.time.moved = timedelta(seconds=age + 1)
    later = await lookups.ask(path, **members)
    assert later["meta"]["cached"] is False
    assert later["data"]["fetched_at"] > first["data"]["fetched_at"]
    assert await lookups.upstream_calls() > calls


async def test_spellings_of_one_post_share_an_answer_and_each_is_echoed(lookups: LookUpCaller) -> None:
    first = await lookups.ask(POST, url=URL)
    calls = await lookups.upstream_calls()
    for url in (
        "tiktok.com/@charlidamelio/video/7123456789",
        "https://m.tiktok.com/@charlidamelio/video/7123456789/?is_from_webapp=1&sender_device=pc",
        "HTTPS://WWW.TIKTOK.COM/@charlidamelio/video/7123456789#comments",
        "https://www.tiktok.com/@_/video/7123456789",
        "https://www.tiktok.com/@charlidamelio/photo/7123456789",
        "https://www.tiktok.com/embed/v2/7123456789",
        " https://www.tiktok.com/@charlidamelio/video/7123456789 ",
    ):
        again = await lookups.ask(POST, url=url)
        assert again["meta"]["cached"] is True
        assert again["data"] == {**first["data"], "post_url": url}
    assert await lookups.upstream_calls() == calls


async def test_the_paths_of_instagram_are_one_post(lookups: LookUpCaller) -> None:
    first = await lookups.ask(POST, url="https://www.instagram.com/reel/ABC123/")
    for kind in ("p", "reels", "tv", "somebody/reel"):
        again = await lookups.ask(POST, url=f"https://instagram.com/{kind}/ABC123")
        assert (again["meta"]["cached"], again["data"]["fetched_at"]) == (True, first["data"]["fetched_at"])


async def test_everybody_is_told_the_same(runtime: Runtime, lookups: LookUpCaller) -> None:
    first = await lookups.ask(POST, url=URL)
    calls = await lookups.upstream_calls()
    other = LookUpCaller(lookups.client, await new_key(), lookups.sandbox, lookups.time)
    assert await other.ask(POST, url=URL) == {**first, "meta": {"cached": True, "platform": "tiktok"}}
    async with another_process(runtime) as another, opened(another, often(runtime.settings)) as process:
        elsewhere = LookUpCaller(process, other.key, lookups.sandbox, lookups.time)
        assert (await elsewhere.ask(POST, url=URL))["meta"]["cached"] is True
    assert await lookups.upstream_calls() == calls


async def test_look_ups_share_what_they_can(lookups: LookUpCaller) -> None:
    videos = await lookups.ask(VIDEOS, **SOMEBODY)
    calls = await lookups.upstream_calls()
    for path in (MEDIAN, PROFILE, EMAIL):
        shared = await lookups.ask(path, **SOMEBODY)
        assert shared["meta"]["cached"] is True
        assert shared["data"]["fetched_at"] == videos["data"]["fetched_at"]
    assert await lookups.upstream_calls() == calls


async def test_errors_are_not_kept(lookups: LookUpCaller) -> None:
    await lookups.sandbox.fault("tiktok.com", "http_500")
    await lookups.refused(502, POST, url=URL)
    calls = await lookups.upstream_calls()
    await lookups.refused(502, POST, url=URL)
    assert await lookups.upstream_calls() > calls
    await lookups.sandbox.reset()
    assert (await lookups.ask(POST, url=URL))["meta"]["cached"] is False


async def test_a_hundred_at_once_ask_the_platform_once(lookups: LookUpCaller, runtime: Runtime) -> None:
    await lookups.sandbox.fault("tiktok.com", "slow", delay_ms=300)
    async with another_process(runtime) as other, opened(other, often(runtime.settings)) as process:
        callers = [lookups, LookUpCaller(process, lookups.key, lookups.sandbox, lookups.time)]
        answers = await asyncio.gather(*(callers[number % 2].ask(POST, url=URL) for number in range(100)))
    assert [entry["path"] for entry in await lookups.sandbox.log()] == ["/@charlidamelio/video/7123456789"]
    assert len({msgspec.json.encode(answer["data"]) for answer in answers}) == 1


async def test_a_hundred_at_once_follow_a_short_link_once(lookups: LookUpCaller, runtime: Runtime) -> None:
    truth = await lookups.sandbox.truth("tiktok", "video", "7123456789", datetime.now(UTC))
    await lookups.sandbox.fault("tiktok.com", "slow", delay_ms=300)
    async with another_process(runtime) as other, opened(other, often(runtime.settings)) as process:
        callers = [lookups, LookUpCaller(process, lookups.key, lookups.sandbox, lookups.time)]
        asked = [callers[number % 2].ask(POST, url=truth["short_url"]) for number in range(100)]
        assert {answer["data"]["post_id"] for answer in await asyncio.gather(*asked)} == {"7123456789"}
    hosts = [entry["host"] for entry in await lookups.sandbox.log()]
    assert sorted(hosts) == ["vm.tiktok.com", "www.tiktok.com"]


async def test_a_hundred_at_once_share_a_failure(lookups: LookUpCaller) -> None:
    await lookups.sandbox.fault("tiktok.com", "slow", delay_ms=200)
    missing = "https://www.tiktok.com/@rival_two/video/7000000000000000001"
    alone = await lookups.send("POST", POST, json={"url": missing})
    calls = await lookups.upstream_calls()
    await asyncio.gather(*(lookups.refused(502, POST, url=missing) for _ in range(100)))
    assert alone.status_code == 502
    assert await lookups.upstream_calls() == 2 * calls


async def test_nothing_is_written_for_anybody(lookups: LookUpCaller) -> None:
    tables = ("account", "video", "run", "video_observation", "account_observation", "creator")
    counted = [await fetch(f"SELECT count(*) FROM {table}") for table in tables]
    await lookups.ask(POST, url=URL)
    for path in (PROFILE, VIDEOS, MEDIAN, EMAIL):
        await lookups.ask(path, **SOMEBODY)
    assert [await fetch(f"SELECT count(*) FROM {table}") for table in tables] == counted


async def test_a_refresh_of_a_video_uses_what_a_look_up_found_and_the_other_way_round(
    lookups: LookUpCaller, runtime: Runtime
) -> None:
    looked_up = await lookups.ask(POST, url=URL)
    calls = await lookups.upstream_calls()
    viewer, now = await new_viewer(), datetime.now(UTC)
    await ensure_partitions(now, now)
    video = await track_video(viewer, NewVideo(Platform.TIKTOK, "7123456789"), now=now)
    lease = await take_video_lease(viewer.organization_id, video.id, now, LEASE)
    assert lease is not None
    done = await refresh_video(runtime.chains, lease, now=datetime.now(UTC), lease_time=LEASE, recent=runtime.recent)
    assert done is not None
    assert await lookups.upstream_calls() == calls
    [row] = await fetch("SELECT used_recent_facts, state FROM run WHERE video_id = $1", video.id)
    assert tuple(row) == (True, "succeeded")
    [stored] = await fetch("SELECT views, last_refreshed_at FROM video WHERE id = $1", video.id)
    assert stored["views"] == looked_up["data"]["views"]
    assert stored["last_refreshed_at"].isoformat(timespec="milliseconds")[:23] == looked_up["data"]["fetched_at"][:23]

    other = "https://www.instagram.com/reel/ABC123/"
    tracked = await track_video(viewer, NewVideo(Platform.INSTAGRAM, "ABC123"), now=now)
    lease = await take_video_lease(viewer.organization_id, tracked.id, now, LEASE)
    assert lease is not None
    await refresh_video(runtime.chains, lease, now=datetime.now(UTC), lease_time=LEASE, recent=runtime.recent)
    calls = await lookups.upstream_calls()
    assert (await lookups.ask(POST, url=other))["meta"]["cached"] is True
    assert await lookups.upstream_calls() == calls


async def test_a_look_up_uses_what_a_refresh_of_an_account_found(lookups: LookUpCaller, runtime: Runtime) -> None:
    viewer, now = await new_viewer(), datetime.now(UTC)
    await ensure_partitions(now - timedelta(days=1), now)
    account = await track_account(viewer, NewAccount(Platform.TIKTOK, "rival_two"), now=now)
    lease = await take_lease(viewer.organization_id, account.id, now, LEASE)
    assert lease is not None
    done = await refresh_account(runtime.chains, runtime.recent, lease, now=datetime.now(UTC), lease_time=LEASE)
    assert done is not None
    calls = await lookups.upstream_calls()
    profile = await lookups.ask(PROFILE, **SOMEBODY)
    videos = await lookups.ask(VIDEOS, **SOMEBODY)
    assert (profile["meta"]["cached"], videos["meta"]["cached"], videos["data"]["count"]) == (True, True, 20)
    assert await lookups.upstream_calls() == calls
    [row] = await fetch("SELECT followers FROM account WHERE id = $1", account.id)
    assert row["followers"] == profile["data"]["followers"]
