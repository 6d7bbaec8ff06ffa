"""Lists of runs: those of accounts and videos, and all of an organization's."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.cursors import PageRequest
from app.domain.records import Page, Refreshable, Run, RunState
from app.domain.viewer import Viewer
from app.store.collect.runs import run_record
from app.store.lists.pages import Source, select_page, select_pages_of
from app.store.paging import Listing, SortKey
from app.store.parameters import Parameters

RUNS = Source("run", run_record, "run.*")

NEWEST_FIRST = (SortKey("run.id", "uuid", descending=True),)
"""Ids follow the time at which runs were asked for or, those that were due, begun."""


async def page_runs_of(
    viewer: Viewer, kind: Refreshable, ids: Sequence[UUID], page: PageRequest, *, with_total: bool
) -> dict[UUID, Page[Run]]:
    """One page of the runs of each account or video, newest first; one statement however many. Raises InvalidCursor."""
    listings = {id: Listing(f"runs of {kind} {id} by -id", NEWEST_FIRST) for id in ids}

    def conditions(parameters: Parameters) -> str:
        return f"run.organization_id = {parameters.add(viewer.organization_id, 'uuid')}"

    belongs = f"run.{kind}_id = parent.id"
    return await select_pages_of(RUNS, listings, belongs, viewer, page, conditions, with_total=with_total)


async def page_runs(viewer: Viewer, states: Sequence[RunState], page: PageRequest, *, with_total: bool) -> Page[Run]:
    """One page of all the organization's runs in one of these states, newest first. Raises InvalidCursor."""
    chosen = sorted({state.value for state in states})
    listing = Listing(f"runs in {','.join(chosen)} by -id", NEWEST_FIRST)

    def conditions(parameters: Parameters) -> str:
        organization_id = parameters.add(viewer.organization_id, "uuid")
        return f"run.organization_id = {organization_id} AND run.state = ANY({parameters.add(chosen, 'text[]')})"

    return await select_page(RUNS, listing, viewer, page, conditions, with_total=with_total)
