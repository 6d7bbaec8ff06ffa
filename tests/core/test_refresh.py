"""Refreshing against the sandbox: what is stored equals the truth, under every order of events and every fault."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from app.core.analytics.video_lists import list_videos_of
from app.core.collect.recent import RecentFacts
from app.core.collect.refresh import refresh_account
from app.core.collect.runs import Refreshed
from app.core.collect.sweep import Lease, renew_lease, sweep_due, take_lease
from app.core.tracking.accounts import NewAccount, load_accounts, track_account
from app.domain.cursors import page_request
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform
from app.domain.records import Account, RunState, Video
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.providers.base import AccountIdentity, PostBounds
from app.providers.failures import AnswerClass
from app.runtime import Runtime
from app.settings import Settings
from app.store.db import fetch
from app.store.partitions import ensure_partitions
from tests.factories import new_viewer
from tests.upstream import Sandbox

LEASE = timedelta(minutes=5)
TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM


@dataclass
class Desk:
    """A runtime on the sandbox, and a viewer of an organization of its own."""

    runtime: Runtime
    viewer: Viewer
    sandbox: Sandbox

    async def track(self, platform: Platform, handle: str, now: datetime) -> Account:
        return await track_account(self.viewer, NewAccount(platform, handle), now=now)

    async def refresh(
        self, account: Account, now: datetime, *, recent: bool = False, lease_time: timedelta = LEASE
    ) -> Refreshed:
        await ensure_partitions(now, now)
        lease = await self.lease(account)
        done = await refresh_account(
            self.runtime.chains.at(now), self.runtime.recent if recent else None, lease, now=now, lease_time=lease_time
        )
        assert done is not None
        return done

    async def lease(self, account: Account) -> Lease:
        lease = await take_lease(account.organization_id, account.id, datetime.now(UTC), LEASE)
        assert lease is not None
        return lease

    async def read(self, account: Account) -> Account:
        return (await load_accounts(self.viewer, [account.id]))[account.id]

    async def videos(self, account: Account) -> list[Video]:
        found = await list_videos_of(
            self.viewer, SubjectKind.ACCOUNT, [account.id], page_request(first=200), with_total=False
        )
        return list(found[account.id].nodes)

    async def rows(self, table: str, account: Account) -> list[tuple[object, ...]]:
        key = "video_id IN (SELECT id FROM video WHERE account_id = $1)" if "video" in table else "account_id = $1"
        rows = await fetch(f"SELECT * FROM {table} WHERE {key} ORDER BY 1, 2, 3", account.id)
        return [tuple(row) for row in rows]


@pytest.fixture
async def desk(runtime: Runtime, sandbox: Sandbox) -> Desk:
    return Desk(runtime, await new_viewer(), sandbox)


BOUNDS = PostBounds(max_posts=30, published_after=None)


def identity_of(account: Account) -> AccountIdentity:
    return AccountIdentity(account.platform, account.handle)


NOW = datetime(2026, 10, 20, 9, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "handle"),
    [
        (TIKTOK, "rival_two"),
        (TIKTOK, "a.stranger_7"),
        (TIKTOK, "sandbox_huge"),
        (TIKTOK, "sandbox_quiet"),
        (INSTAGRAM, "rival_one"),
    ],
)
async def test_figures_equal_the_truth(desk: Desk, platform: Platform, handle: str) -> None:
    account = await desk.track(platform, handle, NOW)
    done = await desk.refresh(account, NOW)
    assert (done.state, done.answer_class) == (RunState.SUCCEEDED, AnswerClass.OK)

    truth = await desk.sandbox.truth(platform.value, "account", handle, NOW)
    stored = await desk.read(account)
    assert {name: getattr(stored, name) for name in ACCOUNT_COUNTERS} == {
        name: truth.get(name) for name in ACCOUNT_COUNTERS
    }
    assert (stored.first_refreshed_at, stored.last_refreshed_at) == (NOW, NOW)
    assert not stored.is_unavailable

    videos = await desk.videos(account)
    assert len(videos) == done.posts_observed == stored.discovered_posts > 0
    for video in videos:
        exact = await desk.sandbox.truth(platform.value, "video", video.external_id, NOW)
        assert video.published_at == datetime.fromisoformat(exact["published_at"])
        for name in POST_COUNTERS:
            assert is_shown_as(exact[name], getattr(video, name)), (name, exact, video)
    for name in POST_COUNTERS:
        known = [value for video in videos if (value := getattr(video, name)) is not None]
        assert getattr(stored, name) == (sum(known) if known else None)


def is_shown_as(exact: int | None, stored: int | None) -> bool:
    """Whether a stored value is the exact one, or the exact one rounded as TikTok rounds from ten thousand up."""
    if exact is None or stored is None:
        return stored is exact
    if exact < 10_000:
        return stored == exact
    return abs(exact - stored) < (100 if exact < 1_000_000 else 100_000 if exact < 10**9 else 10**8)


async def test_an_account_unknown_to_the_platform_becomes_unavailable(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "nobody_here", NOW)
    done = await desk.refresh(account, NOW)
    assert (done.state, done.answer_class) == (RunState.FAILED, AnswerClass.NOT_FOUND)
    stored = await desk.read(account)
    assert stored.is_unavailable
    assert stored.followers is None
    assert stored.last_refreshed_at is None
    assert stored.next_refresh_at == NOW + timedelta(hours=6)


async def test_a_private_account_has_its_profile_and_no_posts(desk: Desk) -> None:
    account = await desk.track(INSTAGRAM, "sandbox_private", NOW)
    assert (await desk.refresh(account, NOW)).answer_class is AnswerClass.PRIVATE
    stored = await desk.read(account)
    truth = await desk.sandbox.truth("instagram", "account", "sandbox_private", NOW)
    assert (stored.is_private, stored.is_unavailable, stored.followers) == (True, True, truth["followers"])
    assert await desk.videos(account) == []


async def test_a_renamed_account_is_followed(desk: Desk) -> None:
    before, after = datetime(2026, 1, 10, tzinfo=UTC), NOW
    account = await desk.track(TIKTOK, "sandbox_renamed_old", before)
    await desk.refresh(account, before)
    views = (await desk.read(account)).views
    await desk.refresh(account, after)
    stored = await desk.read(account)
    assert stored.handle == "sandbox_renamed_new"
    assert views is not None
    assert stored.views is not None
    assert stored.views > views


FAULTS = {
    "too_many_429": (AnswerClass.RATE_LIMITED, timedelta(seconds=40)),
    "http_404": (AnswerClass.UNAVAILABLE, None),
    "hang": (AnswerClass.NETWORK_TIMEOUT, timedelta(minutes=1)),
    "empty_body": (AnswerClass.BLOCKED, timedelta(minutes=30)),
    "wrong_entity": (AnswerClass.SCHEMA_CHANGED, timedelta(hours=1)),
}


@pytest.mark.parametrize("mode", FAULTS)
async def test_a_fault_costs_a_wait_and_no_figure(desk: Desk, mode: str) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW)
    await desk.refresh(account, NOW)
    before = await desk.read(account)
    tables = ("video_observation", "account_observation", "video_day", "account_day", "account_slot")
    rows = {table: await desk.rows(table, account) for table in tables}

    later = NOW + timedelta(days=1)
    await desk.sandbox.fault("@rival_two", mode, retry_after=40)
    done = await desk.refresh(account, later)
    answer_class, delay = FAULTS[mode]
    assert done.state is RunState.FAILED
    if delay is not None:
        assert done.answer_class is answer_class
        assert (await desk.read(account)).next_refresh_at == later + delay
    after = await desk.read(account)
    assert not after.is_unavailable
    assert {name: getattr(after, name) for name in (*ACCOUNT_COUNTERS, *POST_COUNTERS, "last_refreshed_at")} == {
        name: getattr(before, name) for name in (*ACCOUNT_COUNTERS, *POST_COUNTERS, "last_refreshed_at")
    }
    assert {table: await desk.rows(table, account) for table in tables} == rows

    await desk.sandbox.reset()
    assert (await desk.refresh(account, later + timedelta(hours=1))).state is RunState.SUCCEEDED


async def test_refreshing_again_or_beside_itself_changes_no_figure(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW)
    await desk.refresh(account, NOW)
    tables = ("video_day", "account_day", "account_slot", "account_observation")
    stored, rows = await desk.read(account), {table: await desk.rows(table, account) for table in tables}

    # The message repeated, with the lease it had: there is no such lease any more.
    gone = Lease(account.organization_id, account.id, uuid4())
    done = await refresh_account(desk.runtime.chains.at(NOW), None, gone, now=NOW, lease_time=LEASE)
    assert done is not None
    assert done.state is RunState.LOST

    # Two at once: the lease of the first is taken over before it is done.
    lease = await desk.lease(account)
    lost = Lease(account.organization_id, account.id, uuid4())
    again, beside = await asyncio.gather(
        refresh_account(desk.runtime.chains.at(NOW), None, lease, now=NOW, lease_time=LEASE),
        refresh_account(desk.runtime.chains.at(NOW), None, lost, now=NOW, lease_time=LEASE),
    )
    assert again is not None
    assert beside is not None
    assert (again.state, beside.state) == (RunState.SUCCEEDED, RunState.LOST)
    without_run = {
        table: [row[:3] + row[4:] if table == "account_observation" else row for row in found]
        for table, found in rows.items()
    }
    now_rows = {table: await desk.rows(table, account) for table in tables}
    assert without_run == {
        table: [row[:3] + row[4:] if table == "account_observation" else row for row in found]
        for table, found in now_rows.items()
    }
    assert await desk.read(account) == stored


async def test_one_organizations_fetch_serves_the_next_for_five_minutes(desk: Desk) -> None:
    now = datetime.now(UTC)
    account = await desk.track(INSTAGRAM, "rival_three", now)
    await desk.refresh(account, now, recent=True)
    requests = len(await desk.sandbox.log())

    other = Desk(desk.runtime, await new_viewer(), desk.sandbox)
    twin = await other.track(INSTAGRAM, "rival_three", now)
    await other.refresh(twin, now + timedelta(minutes=4), recent=True)
    assert len(await desk.sandbox.log()) == requests
    assert (await other.read(twin)).followers == (await desk.read(account)).followers
    assert (await other.read(twin)).last_refreshed_at == now
    runs = await fetch("SELECT used_recent_facts, calls, id FROM run WHERE account_id = $1", twin.id)
    assert [tuple(row)[:2] for row in runs] == [(True, "[]")]
    # What it stores is its own: the run is, and nothing leads to the other organization.
    query = "SELECT DISTINCT organization_id, run_id FROM account_observation WHERE account_id = $1"
    assert [tuple(row) for row in await fetch(query, twin.id)] == [(other.viewer.organization_id, runs[0]["id"])]

    await other.refresh(twin, now + timedelta(minutes=6), recent=True)
    assert len(await desk.sandbox.log()) > requests


async def test_recent_facts_come_back_as_they_were(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW)
    refresh = await desk.runtime.chains.at(NOW).fetch_account(identity_of(account), BOUNDS, NOW, within=LEASE)
    assert refresh.facts is not None
    recent = RecentFacts(desk.runtime.redis, timedelta(minutes=5))
    await recent.keep(refresh.facts, BOUNDS)
    identity = identity_of(account)
    assert await recent.find(identity, BOUNDS, NOW) == refresh.facts
    assert await recent.find(identity, BOUNDS, NOW + timedelta(minutes=6)) is None
    somebody_else = AccountIdentity(TIKTOK, "rival_two", external_id="1")
    assert await recent.find(somebody_else, BOUNDS, NOW) is None
    await desk.runtime.redis.set(f"facts:tiktok:rival_two:30:ever:{BOUNDS.most_empty_weeks}", b"\xff not json")
    assert await recent.find(identity, BOUNDS, NOW) is None


async def test_missing_partitions_are_made_on_the_way(desk: Desk) -> None:
    long_ago = datetime(2019, 5, 20, 12, tzinfo=UTC)
    account = await desk.track(INSTAGRAM, "rival_one", long_ago)
    lease = await desk.lease(account)
    done = await refresh_account(desk.runtime.chains.at(NOW), None, lease, now=long_ago, lease_time=LEASE)
    assert done is not None
    assert done.state is RunState.SUCCEEDED
    assert [row[2] for row in await desk.rows("account_observation", account)] == [long_ago]


async def test_a_run_says_what_was_asked(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW)
    done = await desk.refresh(account, NOW)
    runs = await fetch("SELECT * FROM run WHERE account_id = $1", account.id)
    assert len(runs) == 1
    run = runs[0]
    assert (run["id"], run["state"], run["answer_class"], run["started_at"]) == (done.run_id, "succeeded", "ok", NOW)
    calls = msgspec.json.decode(run["calls"])
    assert sum(call["requests"] for call in calls) == len(await desk.sandbox.log())
    assert {call["answer_class"] for call in calls} == {"ok"}
    observed = await fetch(
        "SELECT DISTINCT run_id, provider FROM account_observation WHERE account_id = $1", account.id
    )
    assert [row["run_id"] for row in observed] == [done.run_id]


async def test_sweeps_lease_each_due_account_once(own_engines: Settings) -> None:
    viewer = await new_viewer()
    now = datetime.now(UTC)
    accounts = [
        await track_account(viewer, NewAccount(TIKTOK, f"due{number}"), now=now - timedelta(seconds=60 - number))
        for number in range(30)
    ]
    sweeps = await asyncio.gather(*(sweep_due(now, LEASE, 3) for _ in range(4)))
    leased = [lease.target_id for sweep in sweeps for lease in sweep]
    assert len(leased) == len(set(leased))
    # Each sweep takes at most twice the free threads, the longest due first.
    assert set(leased) == {account.id for account in accounts[: len(leased)]}
    assert len(leased) <= 24
    assert await sweep_due(now, LEASE, 3) == []
    assert await sweep_due(now, LEASE, 0) == []

    # A lease that ran out is anybody's again, and the one who had it is told.
    later = now + LEASE + timedelta(seconds=1)
    old = next(lease for sweep in sweeps for lease in sweep)
    taken = [lease for _ in range(8) for lease in await sweep_due(later, LEASE, 30)]
    assert {lease.target_id for lease in taken} == {account.id for account in accounts}
    assert not await renew_lease(old, later, LEASE)
    assert await renew_lease(taken[0], later, LEASE)
