"""Leaderboards: accounts, creators or videos ranked by a metric over a window, beside their ranks in the one before."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from app.core.analytics.amounts import bounds_of, is_complete
from app.core.analytics.late_views import gains_before_views
from app.core.analytics.video_levels import read_video_levels
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, VideoFilter, write_filter
from app.domain.metrics import POST_COUNTERS, check_metrics, counters_of
from app.domain.platforms import Platform
from app.domain.records import Leaderboard, RankedSubject
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window
from app.store.analytics.ranking import Entrants, page_ranking, ranked_terms
from app.store.analytics.series import Bounds
from app.store.analytics.set_ranking import LateGains, rank_of_sets, select_subject_ids
from app.store.analytics.video_ranking import Levels, rank_of_videos, select_rounded_videos
from app.store.parameters import Parameters


async def rank_subjects(
    viewer: Viewer,
    kind: SubjectKind,
    metric: str,
    window: Window,
    page: PageRequest,
    *,
    scope: VideoFilter = EVERY_VIDEO,
    with_previous: bool = True,
    platforms: Collection[Platform] | None = None,
) -> Leaderboard:
    """One page of the organization's accounts, creators or videos by a metric, counters by what they gained.

    Videos are those of `scope`, a filter in its one form, which nothing else has. Of creators only accounts on
    `platforms` count, where some are given. The greatest value comes first; those
    of which nothing is known come last and are listed; ties are told apart by lower-cased name (a video's is how its
    caption begins), then by id. Ranks are those in the whole ranking, whatever the page; the previous one is that of
    the same ranking over the window before, worked out only `with_previous`. A constant number of statements, whatever
    the size of both. Raises InvalidInput naming `metric`, and InvalidCursor naming `after` or `before` for a cursor of
    another ranking.
    """
    viewer.require(Scope.READ)
    check_metrics([metric], "metric")
    previous = window.previous
    starts = [previous.start, window.start] if with_previous else [window.start]
    bounds = bounds_of([*starts, window.end + timedelta(days=1)], window.zone)
    parameters = Parameters()
    entrants = await _entrants(viewer.organization_id, kind, scope, metric, bounds, parameters, platforms)
    binding = f"ranking {kind.value} {metric} {window.start} {window.end} {window.zone.key} {write_filter(scope)}"
    if platforms is not None:
        binding += f" on {', '.join(sorted(platforms))}"
    found, ranked_count = await page_ranking(
        viewer, binding, metric, entrants, parameters, page, with_previous=with_previous
    )
    start = bounds.instants[-2]
    return Leaderboard(
        nodes=[
            RankedSubject(
                subject_id=row.id,
                rank=row.rank,
                previous_rank=row.previous_rank,
                value=row.value,
                previous_value=row.previous_value,
                is_complete=is_complete(row.first_observed_at, start),
            )
            for row in found.nodes
        ],
        cursors=found.cursors,
        has_next_page=found.has_next_page,
        has_previous_page=found.has_previous_page,
        start=window.start,
        end=window.end,
        previous_start=previous.start,
        previous_end=previous.end,
        timezone=window.zone.key,
        ranked_count=ranked_count,
    )


async def video_entrants(
    organization_id: UUID, scope: VideoFilter, metric: str, bounds: Bounds, parameters: Parameters
) -> Entrants:
    """The videos of a scope with the terms of a metric over the bounds' last stretch, and the one before if any."""
    folded = await _fold_rounded(organization_id, scope, metric, bounds)
    return rank_of_videos(parameters, organization_id, scope, bounds, metric, folded)


async def _entrants(
    organization_id: UUID,
    kind: SubjectKind,
    scope: VideoFilter,
    metric: str,
    bounds: Bounds,
    parameters: Parameters,
    platforms: Collection[Platform] | None,
) -> Entrants:
    if kind is SubjectKind.VIDEO:
        return await video_entrants(organization_id, scope, metric, bounds, parameters)
    late: LateGains = {}
    if any(term.startswith("viewed_") for term in ranked_terms(metric)):
        ids = await select_subject_ids(organization_id, kind)
        late = await gains_before_views(organization_id, kind, ids, bounds, platforms)
    return rank_of_sets(parameters, organization_id, kind, bounds, metric, late, platforms)


async def _fold_rounded(
    organization_id: UUID, scope: VideoFilter, metric: str, bounds: Bounds
) -> Mapping[UUID, Levels]:
    """The levels at the edges of those videos of which one has to read more than the last value known there."""
    counters = [counter for counter in counters_of([metric]) if counter in POST_COUNTERS]
    if not counters:
        return {}
    ids = await select_rounded_videos(organization_id, scope, bounds.instants)
    if not ids:
        return {}
    found = await read_video_levels(organization_id, ids, bounds, counters)
    return {video_id: levels for video_id, (_, levels) in found.items()}
