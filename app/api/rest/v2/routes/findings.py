"""The overview, the leaderboard of creators, the search."""

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.scope import PLATFORMS
from app.api.rest.v2.routes.windows import UTC
from app.api.rest.v2.shapes.envelopes import Described, Single
from app.api.rest.v2.shapes.findings import (
    EffectiveCaps,
    Found,
    Overview,
    OverviewWindow,
    SearchListing,
    SearchMeta,
    TopCreator,
    TopListing,
    TopMeta,
    show_found,
    show_overview,
    show_top_creator,
)
from app.core.analytics import search as searching
from app.core.analytics.overview import organization_overview
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.creators import load_creators
from app.domain.cursors import page_request
from app.domain.series import SubjectKind
from app.domain.windows import WindowPreset, preset_window

SHOWN_OF_A_CREATOR = ("views", "likes", "comments", "shares", "followers", "engagement_rate")

routes = Operations()


@routes.add("GET", "/overview", "Overview")
async def get_overview(call: Call[OverviewWindow, None]) -> Answer[Single[Overview]]:
    """Headline figures beside those of the window before.

    Counts are of what is tracked now: of that, what was there at the end of each window.
    """
    window = preset_window(WindowPreset(call.query.period.value), UTC, call.now)
    return Answer(Single(show_overview(await organization_overview(call.viewer, window, platforms=PLATFORMS))))


@routes.add("GET", "/creators/top", "Creators")
async def list_top_creators(call: Call[TopListing, None]) -> Answer[Described[list[TopCreator], TopMeta]]:
    """The creators that gained most in a window, by views unless another metric is asked for.

    The greatest first, unknown ones last, then by name, then by id. Larger rosters page `/creators`.
    """
    query, viewer = call.query, call.viewer
    window = preset_window(WindowPreset(query.period.value), UTC, call.now)
    page = page_request(first=query.limit)
    kind, shown_of = SubjectKind.CREATOR, SHOWN_OF_A_CREATOR
    board = await rank_subjects(viewer, kind, query.metric, window, page, with_previous=False, platforms=PLATFORMS)
    ids = [row.subject_id for row in board.nodes]
    creators = await load_creators(viewer, ids)
    figures = await subject_metrics(viewer, kind, ids, window, shown_of, platforms=PLATFORMS) if ids else {}
    shown = [
        show_top_creator(row.rank, creators[row.subject_id], figures[row.subject_id])
        for row in board.nodes
        if row.subject_id in creators and row.subject_id in figures
    ]
    meta = TopMeta(
        period=query.period,
        metric=query.metric,
        start_date=window.start,
        end_date=window.end,
        limit=query.limit,
    )
    return Answer(Described(shown, meta))


@routes.add("GET", "/search", "Search")
async def search(call: Call[SearchListing, None]) -> Answer[Described[Found, SearchMeta]]:
    """Find accounts by username and name, creators by name, videos by caption.

    Case and accents do not matter. Three characters and more are found anywhere, fewer at the start of a line.
    """
    query = call.query
    found = await searching.search(call.viewer, query.q, query.limit, platforms=PLATFORMS)
    caps = EffectiveCaps(accounts=query.limit, creators=query.limit, videos=query.limit)
    meta = SearchMeta(query=query.q, limit_per_section=query.limit, effective_caps=caps)
    return Answer(Described(show_found(found.accounts, found.creators, found.videos), meta))
