"""Levels of single videos at the edges of stretches: one day row an edge, and in other zones the day's observations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.domain.levels import Observation, fold_observations, merge_observations
from app.domain.rollups import utc_day
from app.store.analytics.series import Bounds
from app.store.analytics.video_edges import VideoEdges, read_video_edges
from app.store.observations import read_video_observations_within


async def read_video_levels(
    organization_id: UUID, ids: Sequence[UUID], bounds: Bounds, counters: Sequence[str]
) -> dict[UUID, tuple[VideoEdges, list[Mapping[str, int]]]]:
    """Each video and its levels just before each instant of the bounds; what is not the organization's is absent.

    One statement where every instant is a UTC midnight, two otherwise.
    """
    days = [utc_day(instant) for instant in bounds.instants]
    midnights = [datetime.combine(day, time(), UTC) for day in days]
    found = await read_video_edges(organization_id, ids, [day - timedelta(days=1) for day in days], counters)
    spans = [span for span in zip(midnights, bounds.instants, strict=True) if span[0] < span[1]]
    going_on = [
        video_id
        for video_id, edges in found.items()
        if edges.last_observed_day is not None and edges.last_observed_day >= days[0]
    ]
    observations = await read_video_observations_within(organization_id, going_on, spans)
    return {
        video_id: (
            edges,
            [
                _level_at(edges, place, [seen for seen in of_video if midnight <= seen.captured_at < instant])
                for place, (midnight, instant) in enumerate(zip(midnights, bounds.instants, strict=True))
            ],
        )
        for video_id, edges in found.items()
        for of_video in [observations.get(video_id, ())]
    }


def _level_at(edges: VideoEdges, place: int, since_midnight: Sequence[Observation]) -> Mapping[str, int]:
    standing = edges.standings[place]
    if not since_midnight:
        return standing.levels
    changes = fold_observations(
        standing,
        merge_observations(since_midnight, edges.views_kind),
        true_zero_start=edges.grows_from_zero,
        views_kind=edges.views_kind,
    )
    return changes[-1].levels if changes else standing.levels
