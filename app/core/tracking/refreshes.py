"""Refreshes as callers see them: their history, and asking for one now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.batches import check_batch
from app.domain.cursors import PageRequest
from app.domain.problems import NotFound, Problem, RefreshedRecently
from app.domain.records import Page, Refreshable, Run, RunState
from app.domain.viewer import Scope, Viewer
from app.store.collect.requests import insert_queued_runs, lock_refreshable, select_latest_runs
from app.store.collect.runs import select_runs
from app.store.db import transaction
from app.store.lists.runs import page_runs, page_runs_of

Thing = tuple[Refreshable, UUID]
"""An account, or a video that is tracked by itself."""

ABSENT = {
    Refreshable.ACCOUNT: "There is no such account.",
    Refreshable.VIDEO: "There is no such video that is tracked by itself. One of a feed is refreshed with its account.",
}


async def refresh_now(
    viewer: Viewer, things: Sequence[Thing | Problem], spacing: timedelta, *, now: datetime
) -> list[Run | Problem]:
    """Has 1 to 200 things refreshed before all that is due, once also what is paused; of each its run, or the problem.

    A run that waits or is under way is that of whoever asks next, too. It never uses facts that were fetched for others
    a moment ago. The problem is NotFound, or RefreshedRecently when a refresh that asked an upstream has ended less
    than `spacing` ago; what is a problem already stays one, and stops no other. Constant statements. Raises Forbidden,
    or InvalidInput naming `ids`.
    """
    viewer.require(Scope.WRITE)
    check_batch(len(things), "ids")
    organization_id = viewer.organization_id
    wanted = [thing for thing in things if not isinstance(thing, Problem)]
    async with transaction():
        held: dict[UUID, bool] = {}
        for kind in Refreshable:  # accounts before videos, as everybody locks them
            ids = [id for other, id in wanted if other is kind]
            if ids:
                held |= await lock_refreshable(kind, organization_id, ids, now)
        runs = _by_thing(await select_latest_runs(organization_id, list(held))) if held else {}
        answers: dict[Thing, Run | Problem] = {}
        for kind, id in wanted:
            if id not in held:
                answers[kind, id] = NotFound(ABSENT[kind])
            elif (known := _standing(runs.get(id, ()), spacing, now, is_held=held[id])) is not None:
                answers[kind, id] = known
        missing = list(dict.fromkeys(thing for thing in wanted if thing not in answers))
        if missing:
            for run in await insert_queued_runs(organization_id, missing, now):
                answers[_thing_of(run)] = run
    return [thing if isinstance(thing, Problem) else answers[thing] for thing in things]


async def load_runs(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Run]:
    """The runs of these ids; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_runs(viewer.organization_id, ids)


async def list_runs_of(
    viewer: Viewer, kind: Refreshable, ids: Sequence[UUID], page: PageRequest, *, with_total: bool
) -> dict[UUID, Page[Run]]:
    """A page of the runs of each account or video, newest first, in one statement. Raises InvalidCursor."""
    viewer.require(Scope.READ)
    return await page_runs_of(viewer, kind, ids, page, with_total=with_total)


async def list_runs(viewer: Viewer, states: Sequence[RunState], page: PageRequest, *, with_total: bool) -> Page[Run]:
    """A page of all runs in one of these states, newest first. Raises InvalidCursor."""
    viewer.require(Scope.READ)
    return await page_runs(viewer, states, page, with_total=with_total)


def _standing(runs: Iterable[Run], spacing: timedelta, now: datetime, *, is_held: bool) -> Run | Problem | None:
    """The run that answers a wish already, or why it is refused; None when one is to be queued."""
    by_state: Mapping[RunState, Run] = {run.state: run for run in runs}
    if RunState.QUEUED in by_state:
        return by_state[RunState.QUEUED]
    if is_held and RunState.RUNNING in by_state:  # without its lease it is lost, whatever it says
        return by_state[RunState.RUNNING]
    for run in by_state.values():
        if run.finished_at is not None and now < run.finished_at + spacing:
            return RefreshedRecently(run, run.finished_at + spacing)
    return None


def _by_thing(runs: Iterable[Run]) -> dict[UUID, list[Run]]:
    found: dict[UUID, list[Run]] = {}
    for run in runs:
        found.setdefault(_thing_of(run)[1], []).append(run)
    return found


def _thing_of(run: Run) -> Thing:
    if run.account_id is not None:
        return Refreshable.ACCOUNT, run.account_id
    assert run.video_id is not None
    return Refreshable.VIDEO, run.video_id
