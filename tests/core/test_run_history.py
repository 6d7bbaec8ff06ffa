"""The history of refreshes: newest first, page by page, of one thing or of all, and deleted in time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core.collect.retention import RUN_BATCH, forget_old_runs
from app.core.tracking.refreshes import list_runs, list_runs_of, load_runs
from app.domain.answers import AnswerClass
from app.domain.cursors import page_request
from app.domain.problems import Forbidden, InvalidCursor
from app.domain.records import ProviderCall, Refreshable, RunState
from app.domain.viewer import Scope, Viewer
from app.providers.base import Call
from app.settings import Settings
from app.store.collect.runs import finish_run, start_run
from app.store.db import execute, fetch
from app.store.ids import least_id
from tests.factories import at, new_account, new_video, new_viewer

NOW = at("2026-03-01 08:00")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ACCOUNT, VIDEO = Refreshable.ACCOUNT, Refreshable.VIDEO


async def ran(viewer: Viewer, kind: Refreshable, id: UUID, state: RunState) -> UUID:
    """A run that came to that state."""
    run = await start_run(kind, viewer.organization_id, id, NOW)
    if state is not RunState.RUNNING:
        await finish_run(viewer.organization_id, run.id, state, NOW + SECOND)
    return run.id


async def test_each_things_runs_newest_first(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(2)]
    video = await new_video(viewer, "7301234567890123456", NOW)
    made = [[await ran(viewer, ACCOUNT, account.id, RunState.SUCCEEDED) for _ in range(3)] for account in accounts]
    of_video = await ran(viewer, VIDEO, video.id, RunState.FAILED)
    ids = [account.id for account in accounts]
    statements.clear()
    pages = await list_runs_of(viewer, ACCOUNT, ids, page_request(first=2), with_total=True)
    assert len(statements) == 2
    for id, runs in zip(ids, made, strict=True):
        assert [run.id for run in pages[id].nodes] == [runs[2], runs[1]]
        assert (pages[id].total_count, pages[id].has_next_page) == (3, True)
    cursor = pages[ids[0]].cursors[1]
    rest = await list_runs_of(viewer, ACCOUNT, ids[:1], page_request(first=2, after=cursor), with_total=False)
    assert [run.id for run in rest[ids[0]].nodes] == [made[0][0]]
    with pytest.raises(InvalidCursor):
        await list_runs_of(viewer, ACCOUNT, ids[1:], page_request(after=cursor), with_total=False)
    videos = await list_runs_of(viewer, VIDEO, [video.id], page_request(), with_total=False)
    assert [(run.id, run.video_id, run.account_id) for run in videos[video.id].nodes] == [(of_video, video.id, None)]


async def test_all_runs_by_what_became_of_them(database: None) -> None:
    viewer = await new_viewer()
    account, other = await new_account(viewer, NOW), await new_account(viewer, NOW)
    states = [RunState.SUCCEEDED, RunState.FAILED, RunState.LOST, RunState.SUCCEEDED, RunState.FAILED]
    made = [await ran(viewer, ACCOUNT, account.id, state) for state in states]
    made.append(await ran(viewer, ACCOUNT, other.id, RunState.RUNNING))
    everything = await list_runs(viewer, list(RunState), page_request(), with_total=True)
    assert ([run.id for run in everything.nodes], everything.total_count) == (made[::-1], 6)
    short = [RunState.LOST, RunState.FAILED, RunState.FAILED]
    first = await list_runs(viewer, short, page_request(first=2), with_total=True)
    assert ([run.id for run in first.nodes], first.total_count, first.has_next_page) == ([made[4], made[2]], 3, True)
    after = first.cursors[-1]
    second = await list_runs(viewer, [RunState.FAILED, RunState.LOST], page_request(after=after), with_total=False)
    assert [run.id for run in second.nodes] == [made[1]]
    with pytest.raises(InvalidCursor):
        await list_runs(viewer, [RunState.FAILED], page_request(after=after), with_total=False)
    assert (await list_runs(viewer, [], page_request(), with_total=True)).total_count == 0


async def test_what_was_asked_upstream_is_told(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    run = await start_run(ACCOUNT, viewer.organization_id, account.id, NOW)
    calls = (
        Call("tiktok_web", "page", AnswerClass.OK, 200, None, 120, 1),
        Call("tiktok_web", "list", AnswerClass.RATE_LIMITED, 429, "10222", 80, 2),
    )
    await finish_run(
        viewer.organization_id,
        run.id,
        RunState.SUCCEEDED,
        NOW + 1.5 * SECOND,
        answer_class="partial",
        reason="The list was refused",
        calls=calls,
        posts_observed=7,
    )
    stored = (await load_runs(viewer, [run.id, uuid4()]))[run.id]
    assert stored.calls == [
        ProviderCall("tiktok_web", "page", AnswerClass.OK, 200, None, 120, 1),
        ProviderCall("tiktok_web", "list", AnswerClass.RATE_LIMITED, 429, "10222", 80, 2),
    ]
    assert (stored.answer_class, stored.reason, stored.posts_observed) == (
        AnswerClass.PARTIAL,
        "The list was refused",
        7,
    )
    assert (stored.duration_ms, stored.is_manual, stored.queued_at) == (1500, False, None)


async def test_nobody_reads_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    account = await new_account(viewer, NOW)
    run = await ran(viewer, ACCOUNT, account.id, RunState.SUCCEEDED)
    assert await load_runs(other, [run]) == {}
    theirs = await list_runs_of(other, ACCOUNT, [account.id], page_request(), with_total=True)
    assert (list(theirs[account.id].nodes), theirs[account.id].total_count) == ([], 0)
    assert list((await list_runs(other, list(RunState), page_request(), with_total=False)).nodes) == []
    nobody = replace(viewer, scopes=frozenset())
    for asked in (
        load_runs(nobody, [run]),
        list_runs_of(nobody, ACCOUNT, [account.id], page_request(), with_total=False),
        list_runs(nobody, list(RunState), page_request(), with_total=False),
    ):
        with pytest.raises(Forbidden):
            await asked


async def test_old_runs_are_deleted_in_batches(own_engines: Settings) -> None:
    viewer = await new_viewer(frozenset({Scope.WRITE}))
    account = await new_account(viewer, NOW)
    await execute(
        """
        INSERT INTO run (id, organization_id, account_id, state, started_at, calls, used_recent_facts, posts_observed)
        VALUES ($1, $2, $3, 'succeeded', $4, '[]', false, 0)
        """,
        least_id(NOW),
        viewer.organization_id,
        account.id,
        NOW,
    )
    await execute(
        """
        INSERT INTO run (id, organization_id, account_id, state, started_at, calls, used_recent_facts, posts_observed)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, $2, 'failed', $3, '[]', false, 0
        FROM generate_series(1, $4::int) AS n
        """,
        viewer.organization_id,
        account.id,
        NOW,
        RUN_BATCH + 1,
    )
    newest = await ran(viewer, ACCOUNT, account.id, RunState.SUCCEEDED)
    deleted = [await forget_old_runs(90 * DAY, NOW + 90 * DAY) for _ in range(3)]
    assert deleted == [RUN_BATCH, 1, 0]
    rows = await fetch("SELECT id FROM run ORDER BY id")
    assert [row["id"] for row in rows] == [least_id(NOW), newest], "not the one of that very moment"
    assert await forget_old_runs(90 * DAY, NOW + 90 * DAY + SECOND) == 1
