"""Refreshing now: one run for all who ask, begun by the next worker, never with facts that were fetched for others."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.core.collect.sweep import end_lease, renew_lease, sweep_due, take_lease
from app.core.collect.video_refresh import refresh_video
from app.core.tracking.accounts import NewAccount, set_account_active, track_account
from app.core.tracking.refreshes import Thing, list_runs, load_runs, refresh_now
from app.core.tracking.removal import remove_account, restore_account
from app.core.tracking.videos import remove_video, set_video_active
from app.domain.answers import AnswerClass
from app.domain.cursors import page_request
from app.domain.platforms import Platform
from app.domain.problems import Forbidden, InvalidInput, NotFound, Problem, RefreshedRecently
from app.domain.records import Account, Refreshable, Run, RunState, Video
from app.domain.viewer import Scope, Viewer
from app.runtime import Runtime
from app.settings import Settings
from app.store.collect.runs import finish_run, start_run
from app.store.db import execute, fetch
from app.store.partitions import ensure_partitions
from tests.core.test_refresh import INSTAGRAM, LEASE, NOW, TIKTOK, Desk
from tests.factories import account_facts, new_account, new_video, new_viewer, post, record
from tests.upstream import Sandbox

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ACCOUNT, VIDEO = Refreshable.ACCOUNT, Refreshable.VIDEO


@pytest.fixture
async def desk(runtime: Runtime, sandbox: Sandbox) -> Desk:
    return Desk(runtime, await new_viewer(), sandbox)


async def ask(viewer: Viewer, *things: Thing | Problem, now: datetime, spacing: timedelta = MINUTE) -> list[object]:
    return list(await refresh_now(viewer, things, spacing, now=now))


async def asked(viewer: Viewer, thing: Thing, now: datetime) -> Run:
    (run,) = await ask(viewer, thing, now=now)
    assert isinstance(run, Run), run
    return run


async def run_of(viewer: Viewer, run: Run | UUID) -> Run:
    id = run.id if isinstance(run, Run) else run
    return (await load_runs(viewer, [id]))[id]


async def states(viewer: Viewer) -> list[RunState]:
    page = await list_runs(viewer, list(RunState), page_request(), with_total=False)
    return [run.state for run in page.nodes]


async def test_the_run_that_was_asked_for_is_the_one_that_runs(desk: Desk) -> None:
    account = await desk.track(INSTAGRAM, "rival_one", NOW)
    run = await asked(desk.viewer, (ACCOUNT, account.id), NOW)
    assert run == Run(
        id=run.id,
        organization_id=desk.viewer.organization_id,
        account_id=account.id,
        video_id=None,
        state=RunState.QUEUED,
        queued_at=NOW,
        started_at=None,
        finished_at=None,
        answer_class=None,
        reason=None,
        calls=[],
        used_recent_facts=False,
        posts_observed=0,
    )
    assert (run.is_manual, run.duration_ms) == (True, None)
    later = NOW + 3 * SECOND
    done = await desk.refresh(account, later)
    assert done.run_id == run.id
    stored = await run_of(desk.viewer, run)
    assert (stored.state, stored.queued_at, stored.started_at) == (RunState.SUCCEEDED, NOW, later)
    assert (stored.answer_class, stored.reason, stored.posts_observed) == (AnswerClass.OK, None, done.posts_observed)
    assert stored.finished_at is not None
    assert stored.duration_ms == (stored.finished_at - later) // timedelta(milliseconds=1) > 0
    assert [(call.provider, call.answer_class, call.http_status) for call in stored.calls] == [
        ("instagram_web", AnswerClass.OK, 200)
    ] * len(stored.calls)
    assert sum(call.requests for call in stored.calls) == len(await desk.sandbox.log())
    assert await states(desk.viewer) == [RunState.SUCCEEDED]


async def test_it_asks_the_platform_whoever_was_told_a_moment_ago(desk: Desk) -> None:
    stranger = Desk(desk.runtime, await new_viewer(), desk.sandbox)
    other = await stranger.track(INSTAGRAM, "rival_one", NOW)
    await stranger.refresh(other, NOW, recent=True)
    requests = len(await desk.sandbox.log())
    account = await desk.track(INSTAGRAM, "rival_one", NOW)
    run = await asked(desk.viewer, (ACCOUNT, account.id), NOW)
    await desk.refresh(account, NOW + SECOND, recent=True)
    stored = await run_of(desk.viewer, run)
    assert (stored.used_recent_facts, len(await desk.sandbox.log())) == (False, 2 * requests)
    # What it learnt will do for others again.
    third = Desk(desk.runtime, await new_viewer(), desk.sandbox)
    done = await third.refresh(await third.track(INSTAGRAM, "rival_one", NOW), NOW + 2 * SECOND, recent=True)
    again = await run_of(third.viewer, done.run_id)
    assert (again.is_manual, again.used_recent_facts, again.calls) == (False, True, [])
    assert len(await desk.sandbox.log()) == 2 * requests


async def test_a_video_is_refreshed_too(desk: Desk) -> None:
    account = await desk.track(TIKTOK, "rival_two", NOW - DAY)
    await desk.refresh(account, NOW - DAY)
    found = (await desk.videos(account))[0]
    refused, absent = await ask(desk.viewer, (VIDEO, found.id), (VIDEO, uuid4()), now=NOW)
    assert isinstance(refused, NotFound)
    assert isinstance(absent, NotFound)
    video = await new_video(desk.viewer, found.external_id, NOW)
    run = await asked(desk.viewer, (VIDEO, video.id), NOW)
    leases = [lease for lease in await sweep_due(NOW, LEASE, 1000) if lease.target_id == video.id]
    assert [lease.kind for lease in leases] == [VIDEO]
    await ensure_partitions(NOW, NOW)
    done = await refresh_video(desk.runtime.chains.at(NOW), leases[0], now=NOW, lease_time=LEASE)
    assert done is not None
    assert (done.run_id, done.state) == (run.id, RunState.SUCCEEDED)


async def test_whoever_asks_meanwhile_gets_the_same_run(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    thing = (ACCOUNT, account.id)
    answers = await asyncio.gather(*(ask(viewer, thing, thing, now=NOW) for _ in range(5)))
    runs = {run.id for answer in answers for run in answer if isinstance(run, Run)}
    assert len(runs) == 1
    assert await states(viewer) == [RunState.QUEUED]
    lease = await take_lease(viewer.organization_id, account.id, NOW, LEASE)
    assert lease is not None
    begun = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW + SECOND)
    assert (begun.id, begun.is_manual, list(begun.lost)) == (runs.pop(), True, [])
    running = await asked(viewer, thing, NOW + 2 * SECOND)
    assert (running.id, running.state) == (begun.id, RunState.RUNNING)


async def test_asking_while_a_worker_begins_leaves_nothing_in_the_queue(database: None) -> None:
    viewer = await new_viewer()
    organization_id = viewer.organization_id
    for _ in range(10):
        account = await new_account(viewer, NOW)
        lease = await take_lease(organization_id, account.id, NOW, LEASE)
        assert lease is not None
        begun, (run,) = await asyncio.gather(
            start_run(ACCOUNT, organization_id, account.id, NOW + SECOND),
            ask(viewer, (ACCOUNT, account.id), now=NOW),
        )
        assert isinstance(run, Run)
        assert run.id == begun.id, "asked before: it is the one that began; asked after: that one is under way"
    assert await states(viewer) == [RunState.RUNNING] * 10


async def test_two_workers_begin_it_once(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    run = await asked(viewer, (ACCOUNT, account.id), NOW)
    begun = await asyncio.gather(*(start_run(ACCOUNT, viewer.organization_id, account.id, NOW) for _ in range(3)))
    assert [one.id for one in begun].count(run.id) == 1
    assert {one.is_manual for one in begun} == {True}, "who takes over from one that was asked for is asked for too"
    assert sorted(id for one in begun for id in one.lost) == sorted(one.id for one in begun)[:2]
    assert sorted(await states(viewer)) == [RunState.LOST, RunState.LOST, RunState.RUNNING]


async def test_a_run_that_lost_its_worker_answers_nobody(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    lease = await take_lease(viewer.organization_id, account.id, NOW, LEASE)
    assert lease is not None
    dead = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW)
    run = await asked(viewer, (ACCOUNT, account.id), NOW + LEASE)
    assert (run.id == dead.id, run.state) == (False, RunState.QUEUED)
    begun = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW + LEASE)
    assert (begun.id, list(begun.lost)) == (run.id, [dead.id])
    assert await states(viewer) == [RunState.RUNNING, RunState.LOST]


async def test_a_back_fill_takes_nothing_from_the_queue(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW - DAY)
    filling = await take_lease(viewer.organization_id, account.id, NOW, LEASE, for_backfill=True)
    assert filling is not None
    past = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW - DAY)
    run = await asked(viewer, (ACCOUNT, account.id), NOW)
    assert run.state is RunState.QUEUED, "the one under way is of the past"
    again = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW - DAY + MINUTE)
    assert (again.id == run.id, list(again.lost)) == (False, [past.id])
    await end_lease(filling)
    assert (await start_run(ACCOUNT, viewer.organization_id, account.id, NOW)).id == run.id


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.FAILED])
async def test_what_was_refreshed_a_moment_ago_waits(database: None, state: RunState) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    begun = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW)
    await finish_run(viewer.organization_id, begun.id, state, NOW + 2 * SECOND)
    (refused,) = await ask(viewer, (ACCOUNT, account.id), now=NOW + MINUTE)
    assert isinstance(refused, RefreshedRecently)
    assert (refused.run.id, refused.retry_at) == (begun.id, NOW + MINUTE + 2 * SECOND)
    (run,) = await ask(viewer, (ACCOUNT, account.id), now=NOW + 3 * SECOND, spacing=timedelta())
    assert isinstance(run, Run)
    await execute("DELETE FROM run WHERE id = $1", run.id)
    assert (await asked(viewer, (ACCOUNT, account.id), NOW + MINUTE + 2 * SECOND)).state is RunState.QUEUED


async def test_what_was_not_asked_upstream_does_not_wait(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    begun = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW)
    await finish_run(viewer.organization_id, begun.id, RunState.LOST, NOW + SECOND)
    assert (await asked(viewer, (ACCOUNT, account.id), NOW + 2 * SECOND)).state is RunState.QUEUED


async def test_the_queue_is_swept_before_what_is_due_and_paused_things_once(own_engines: Settings) -> None:
    viewer = await new_viewer()
    due = [await new_account(viewer, NOW - DAY + number * MINUTE) for number in range(4)]
    paused = await new_account(viewer, NOW)
    await set_account_active(viewer, paused.id, False, now=NOW)
    later = await new_account(viewer, NOW)
    await execute("UPDATE account SET next_refresh_at = $2 WHERE id = $1", later.id, NOW + DAY)
    video = await new_video(viewer, "7301234567890123456", NOW)
    await execute("UPDATE video SET next_refresh_at = $2 WHERE id = $1", video.id, NOW + DAY)
    for place, thing in enumerate([(VIDEO, video.id), (ACCOUNT, paused.id), (ACCOUNT, later.id)]):
        await asked(viewer, thing, NOW + place * SECOND)
    assert await leased(NOW - SECOND, 1) == {due[0].id, due[1].id}, "not before they were asked for"
    # Half of what is leased was asked for, the first asked first; the rest is due.
    assert await leased(NOW + DAY / 2, 2) == {video.id, paused.id, due[0].id, due[1].id}
    lease = await take_lease(viewer.organization_id, paused.id, NOW + DAY / 2, LEASE)
    assert lease is not None
    begun = await start_run(ACCOUNT, viewer.organization_id, paused.id, NOW + DAY / 2)
    await finish_run(viewer.organization_id, begun.id, RunState.SUCCEEDED, NOW + DAY / 2)
    await end_lease(lease)
    assert paused.id not in await leased(NOW + 2 * DAY, 1000)


async def leased(now: datetime, threads: int) -> set[UUID]:
    """What a sweep leases; all of it is given back."""
    leases = await sweep_due(now, LEASE, threads)
    for lease in leases:
        assert await renew_lease(lease, now, LEASE)
        await end_lease(lease)
    assert len(leases) == len({lease.target_id for lease in leases})
    return {lease.target_id for lease in leases}


async def test_two_sweeps_lease_what_was_asked_for_once(own_engines: Settings) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(20)]
    await execute("UPDATE account SET next_refresh_at = $1", NOW + DAY)
    await ask(viewer, *((ACCOUNT, account.id) for account in accounts), now=NOW)
    sweeps = await asyncio.gather(*(sweep_due(NOW, LEASE, 1000) for _ in range(3)))
    found = [lease.target_id for leases in sweeps for lease in leases]
    assert sorted(found) == sorted(account.id for account in accounts)


async def test_what_is_given_up_leaves_the_queue(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    await record(account, account_facts(account, NOW, [post("1", None, {"views": 1})]))
    of_feed = await new_video(viewer, "1", NOW)
    lone = await new_video(viewer, "2", NOW)
    things: Sequence[Thing] = [(ACCOUNT, account.id), (VIDEO, of_feed.id), (VIDEO, lone.id)]
    of_account, of_video, of_lone = [await asked(viewer, thing, NOW) for thing in things]
    await remove_video(viewer, of_feed.id, now=NOW + SECOND)
    await remove_video(viewer, lone.id, now=NOW + SECOND)
    await remove_account(viewer, account.id, now=NOW + 2 * SECOND)
    ended = [await run_of(viewer, of_account), await run_of(viewer, of_video)]
    assert [(run.state, run.started_at, run.finished_at) for run in ended] == [
        (RunState.CANCELLED, None, NOW + 2 * SECOND),
        (RunState.CANCELLED, None, NOW + SECOND),
    ]
    assert await load_runs(viewer, [of_lone.id]) == {}, "its history is deleted with the video"
    (refused,) = await ask(viewer, (ACCOUNT, account.id), now=NOW + 3 * SECOND)
    assert isinstance(refused, NotFound)
    await restore_account(viewer, account.id, now=NOW + 4 * SECOND)
    assert (await asked(viewer, (ACCOUNT, account.id), NOW + 5 * SECOND)).state is RunState.QUEUED


async def test_nobody_refreshes_anothers_and_readers_nothing(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    account, theirs = await new_account(viewer, NOW), await new_account(other, NOW)
    refused, run = await ask(viewer, (ACCOUNT, theirs.id), (ACCOUNT, account.id), now=NOW)
    assert isinstance(refused, NotFound)
    assert isinstance(run, Run)
    assert await states(other) == []
    assert await load_runs(other, [run.id]) == {}
    reader = await new_viewer(frozenset({Scope.READ}))
    mine = await fetch("SELECT count(*) AS n FROM run WHERE organization_id = $1", reader.organization_id)
    with pytest.raises(Forbidden):
        await ask(reader, (ACCOUNT, account.id), now=NOW)
    assert mine[0]["n"] == 0


@pytest.mark.parametrize("size", [0, 201])
async def test_batches_have_bounds(database: None, size: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        await ask(await new_viewer(), *[(ACCOUNT, uuid4())] * size, now=NOW)
    assert (refused.value.path, refused.value.message) == (("ids",), f"There are {size} of them; 1 to 200 are allowed.")


async def test_two_hundred_take_as_many_statements_as_two(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(100)]
    videos = [await new_video(viewer, str(7 * 10**18 + number), NOW) for number in range(100)]
    things: list[Thing] = [(ACCOUNT, account.id) for account in accounts] + [(VIDEO, video.id) for video in videos]
    taken = []
    for chosen in ([things[0], things[-1]], things):
        statements.clear()
        answers = await ask(viewer, *chosen, now=NOW)
        taken.append(len(statements))
        assert all(isinstance(answer, Run) for answer in answers)
    assert taken == [4, 4]


def of(thing: Account | Video) -> Thing:
    return (ACCOUNT if isinstance(thing, Account) else VIDEO), thing.id


async def test_a_problem_stays_where_it_is(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    wrong = InvalidInput("not an id")
    answers = await ask(viewer, wrong, of(account), wrong, now=NOW)
    assert (answers[0], answers[2]) == (wrong, wrong)
    assert isinstance(answers[1], Run)


async def test_handles_that_are_not_there_fail_with_a_reason(desk: Desk) -> None:
    account = await track_account(desk.viewer, NewAccount(Platform.TIKTOK, "sandbox_gone"), now=NOW)
    run = await asked(desk.viewer, of(account), NOW)
    await desk.refresh(account, NOW)
    stored = await run_of(desk.viewer, run)
    assert (stored.state, stored.answer_class) == (RunState.FAILED, AnswerClass.NOT_FOUND)
    assert stored.reason
    assert stored.calls[-1].answer_class is AnswerClass.NOT_FOUND
    (refused,) = await ask(desk.viewer, of(account), now=stored.finished_at or NOW)
    assert isinstance(refused, RefreshedRecently)


@pytest.mark.parametrize("kind", list(Refreshable))
async def test_nothing_is_begun_of_what_was_removed(database: None, kind: Refreshable) -> None:
    viewer = await new_viewer()
    if kind is ACCOUNT:
        id = (await new_account(viewer, NOW)).id
        await remove_account(viewer, id, now=NOW)
    else:
        id = (await new_video(viewer, "7301234567890123456", NOW)).id
        await remove_video(viewer, id, now=NOW)
    with pytest.raises(NotFound):
        await start_run(kind, viewer.organization_id, id, NOW)
    assert await states(viewer) == []


async def test_who_pauses_or_resumes_what_is_removed_in_this_very_moment_is_told(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(10)]
    videos = [await new_video(viewer, f"73012345678901234{number:02}", NOW) for number in range(10)]
    answers = await asyncio.gather(
        *(set_account_active(viewer, account.id, False, now=NOW) for account in accounts),
        *(set_video_active(viewer, video.id, False, now=NOW) for video in videos),
        *(remove_account(viewer, account.id, now=NOW) for account in accounts),
        *(remove_video(viewer, video.id, now=NOW) for video in videos),
        return_exceptions=True,
    )
    for thing, answer in zip([*accounts, *videos], answers, strict=False):
        assert isinstance(answer, NotFound) or (isinstance(answer, type(thing)) and not answer.is_active), answer
    assert answers[20:] == [None] * 20
