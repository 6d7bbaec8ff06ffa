"""Posts whose views became known after their other counters: what they gained before belongs to ratios all the same."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.domain.levels import Standing, fold_observations, merge_observations
from app.domain.metrics import ENGAGEMENT_COUNTERS
from app.domain.platforms import Platform
from app.domain.rollups import utc_day
from app.domain.series import SubjectKind
from app.store.analytics.late_views import select_late_videos
from app.store.analytics.series import Bounds
from app.store.observations import read_video_observations
from app.store.rollups import read_video_standings


async def gains_before_views(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    bounds: Bounds,
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, list[dict[str, int]]]:
    """Per set and stretch, the engagement gained in it before the views of the post became known in it.

    In ratios over views a post takes part when its views are known by the end of the stretch, with all it gained in the
    stretch; rollup rows hold what came while they were known. Such posts are rare: most sets have none and are absent.
    """
    late = await select_late_videos(organization_id, kind, ids, bounds.instants[0], bounds.instants[-1], platforms)
    if not late:
        return {}
    # Of stretches that begin at one instant, as where a zone skips a day, the last is the one that anything lies in.
    places = {video.id: bisect_right(bounds.instants, video.views_known_late_at) - 1 for video in late}
    since = {video_id: bounds.instants[place] for video_id, place in places.items()}
    before = {video_id: utc_day(start) - timedelta(days=1) for video_id, start in since.items()}
    standings = await read_video_standings(organization_id, before, {video.id: video.starts for video in late})
    midnights = {video_id: datetime.combine(utc_day(start), time(), UTC) for video_id, start in since.items()}
    observations = await read_video_observations(organization_id, midnights)
    found: dict[UUID, list[dict[str, int]]] = {}
    for video in late:
        changes = fold_observations(
            standings.get(video.id, Standing()),
            merge_observations(observations.get(video.id, ()), video.views_kind),
            true_zero_start=video.grows_from_zero,
            views_kind=video.views_kind,
        )
        stretches = found.setdefault(video.set_id, [{} for _ in range(bounds.count)])
        gains = stretches[places[video.id]]
        for change in changes:
            if since[video.id] <= change.captured_at < video.views_known_late_at:
                for counter in ENGAGEMENT_COUNTERS:
                    gains[counter] = gains.get(counter, 0) + change.gains.get(counter, 0)
    return found
