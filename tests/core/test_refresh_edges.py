"""Refreshing where it is hard: partial answers, private accounts, renames, interruptions, back-fills."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.collect.backfill import backfill_account, missing_times, prepare_backfill
from app.core.collect.sweep import end_lease, sweep_due, take_lease
from app.core.collect.waiting import refresh_delay
from app.core.tracking.accounts import NewAccount, track_account
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.records import RunState
from app.providers.failures import AnswerClass
from app.runtime import Runtime
from app.store.db import fetch
from tests.core.test_refresh import LEASE, NOW, Desk
from tests.factories import new_viewer
from tests.upstream import Sandbox

TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def desk(runtime: Runtime, sandbox: Sandbox) -> Desk:
    return Desk(runtime, await new_viewer(), sandbox)


async def test_a_list_that_fails_is_asked_for_again_soon_and_as_far_as_at_first(desk: Desk) -> None:
    truth = await desk.sandbox.truth("tiktok", "account", "sandbox_quiet", NOW)
    account = await desk.track(TIKTOK, "sandbox_quiet", NOW)
    await desk.sandbox.fault(truth["secondary_id"], "http_500")
    done = await desk.refresh(account, NOW)
    assert (done.state, done.answer_class, done.posts_observed) == (RunState.SUCCEEDED, AnswerClass.PARTIAL, 0)
    stored = await desk.read(account)
    assert (stored.followers, stored.next_refresh_at) == (truth["followers"], NOW + HOUR)
    await desk.sandbox.reset()
    done = await desk.refresh(account, NOW + HOUR)
    assert done.answer_class is AnswerClass.OK
    assert done.posts_observed > 0
    assert (await desk.read(account)).next_refresh_at == NOW + HOUR + refresh_delay(account.id, DAY)


async def test_a_private_account_is_asked_less_and_less_and_comes_back(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "sandbox_private", NOW)
    waits = []
    for _ in range(3):
        moment = (await desk.read(account)).next_refresh_at
        assert moment is not None
        await desk.refresh(account, moment)
        stored = await desk.read(account)
        assert (stored.is_private, stored.is_unavailable) == (True, True)
        assert stored.next_refresh_at is not None
        waits.append(stored.next_refresh_at - moment)
    assert waits == [max(DAY, refresh_delay(account.id, DAY)), 3 * DAY, 7 * DAY]


async def test_facts_of_a_renamed_account_are_not_kept_under_its_old_handle(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "sandbox_renamed_old", NOW - 200 * DAY)
    await desk.refresh(account, NOW - 200 * DAY, recent=True)
    await desk.refresh(account, NOW, recent=True)
    assert (await desk.read(account)).handle == "sandbox_renamed_new"
    stranger = Desk(desk.runtime, await new_viewer(), desk.sandbox)
    other = await stranger.track(TIKTOK, "sandbox_renamed_old", NOW)
    done = await stranger.refresh(other, NOW, recent=True)
    assert done.answer_class is AnswerClass.NOT_FOUND
    assert (await stranger.read(other)).handle == "sandbox_renamed_old"


async def test_an_interrupted_refresh_ends_its_lease_and_backs_off(desk: Desk) -> None:
    account = await desk.track(INSTAGRAM, "rival_one", NOW)
    await desk.sandbox.fault("rival_one", "slow", delay_ms=900)
    refreshing = asyncio.create_task(desk.refresh(account, NOW))
    while not await desk.sandbox.log():
        await asyncio.sleep(0.01)
    refreshing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await refreshing
    rows = await fetch("SELECT lease_id, failures, next_refresh_at FROM account WHERE id = $1", account.id)
    assert [tuple(row) for row in rows] == [(None, 1, NOW + timedelta(minutes=1))]
    runs = await fetch("SELECT state, reason FROM run WHERE account_id = $1", account.id)
    assert [tuple(row) for row in runs] == [("failed", "It was interrupted.")]


async def test_a_fetch_ends_well_within_its_lease(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW)
    truth = await desk.sandbox.truth("tiktok", "account", "rival_two", NOW)
    await desk.sandbox.fault(truth["secondary_id"], "slow", delay_ms=700)
    started = asyncio.get_running_loop().time()
    done = await desk.refresh(account, NOW, lease_time=timedelta(seconds=1.5))
    assert asyncio.get_running_loop().time() - started < 1.5
    assert (done.state, done.answer_class) == (RunState.SUCCEEDED, AnswerClass.PARTIAL)
    assert (await desk.read(account)).followers == truth["followers"]


async def test_a_backfill_can_be_interrupted_and_takes_no_workers_time(desk: Desk) -> None:
    since = datetime.now(UTC).replace(microsecond=0) - 6 * DAY
    account = await desk.track(INSTAGRAM, "rival_one", since)
    times = [since + number * DAY for number in range(6)]
    await prepare_backfill([account], since, utc_now())
    assert await sweep_due_accounts_of(desk, account.organization_id) == []

    half = asyncio.Event()
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            half.set()

    filling = asyncio.create_task(backfill_account(desk.runtime.chains, account, times, LEASE, utc_now, step))
    await half.wait()
    filling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filling
    rest = await missing_times(account, times, DAY / 2)
    assert 0 < len(rest) <= 3
    assert rest == times[-len(rest) :]
    await backfill_account(desk.runtime.chains, account, rest, LEASE, utc_now, step)
    assert await missing_times(account, times, DAY / 2) == []
    stored = await desk.read(account)
    assert (stored.first_refreshed_at, stored.last_refreshed_at) == (times[0], times[-1])
    assert stored.next_refresh_at == times[-1] + refresh_delay(account.id, DAY)
    leases = await fetch("SELECT lease_id FROM account WHERE id = $1", account.id)
    assert leases[0]["lease_id"] is None


async def sweep_due_accounts_of(desk: Desk, organization_id: object) -> list[object]:
    """What a sweep leases of one organization; the rest is given back."""
    leases = await sweep_due(utc_now(), LEASE, 1000)
    for lease in leases:
        await end_lease(lease)
    return [lease for lease in leases if lease.organization_id == organization_id]


async def test_a_held_account_keeps_no_due_one_waiting(own_engines: object) -> None:
    viewer = await new_viewer()
    now = utc_now()
    accounts = [await track_account(viewer, NewAccount(TIKTOK, f"held{n}"), now=now - DAY) for n in range(4)]
    for account in accounts[:3]:
        assert await take_lease(account.organization_id, account.id, now, LEASE, for_backfill=True) is not None
    assert [lease.target_id for lease in await sweep_due(now, LEASE, 1)] == [accounts[3].id]
