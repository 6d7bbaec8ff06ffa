"""Histories: all that ever changed of posts, from their observations and from day rows where those are gone."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.core.collect.folding import changes_of_days, fold_post
from app.domain.levels import Change, Standing
from app.domain.rollups import utc_day
from app.store.collect.rebuilding import read_video_days
from app.store.observations import read_video_observations
from app.store.partitions import hold_observations
from app.store.videos import VideoState


async def read_histories(organization_id: UUID, states: Sequence[VideoState]) -> dict[UUID, list[Change]]:
    """What changed of each post since it was first observed; one that never was has nothing.

    Days whose observations are no longer kept are told by the post's day rows, each by one change at its midnight.
    """
    since = {state.id: state.first_refreshed_at for state in states if state.first_refreshed_at is not None}
    if not since:
        return {state.id: [] for state in states}
    kept_since = await hold_observations()
    first_kept = datetime.combine(kept_since, time(), UTC)
    older = [video_id for video_id, first in since.items() if first < first_kept]
    first_day = min(utc_day(first) for first in since.values())
    days = await read_video_days(organization_id, older, first_day, kept_since - timedelta(days=1)) if older else {}
    observations = await read_video_observations(
        organization_id, {video_id: max(first, first_kept) for video_id, first in since.items()}
    )
    histories = {}
    for state in states:
        before = changes_of_days(days.get(state.id, {}).values(), state.starts)
        levels = before[-1].levels if before else {}
        standing = Standing(levels, {name: state.starts[name] for name in levels})
        histories[state.id] = before + fold_post(state, standing, observations.get(state.id, []))
    return histories
