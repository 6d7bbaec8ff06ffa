"""Amounts of single videos: from their levels at the edges of stretches, or from all that happened in between."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from app.core.analytics.video_levels import read_video_levels
from app.domain.levels import Standing, fold_observations, merge_observations
from app.domain.metrics import DAYS, ENGAGEMENT_COUNTERS, POST_COUNTERS, POSTS_PUBLISHED, PUBLISHED_EVER
from app.domain.rollups import utc_day
from app.domain.series import Stretch
from app.store.analytics.series import Bounds
from app.store.analytics.video_series import VideoHistory, read_video_days, select_video_histories
from app.store.observations import read_video_observations
from app.store.rollups import read_video_standings

ONE_DAY = timedelta(days=1)

MOST_EDGES = 12
"""Edges that are probed one by one; of more stretches, as of a daily series, every day between is read."""


class _Step:
    """What happened to a video in a day or at an instant, and in which stretch; None before the first one."""

    __slots__ = ("baseline", "gains", "levels", "place")

    def __init__(
        self, place: int | None, gains: Mapping[str, int], levels: Mapping[str, int], baseline: bool | None
    ) -> None:
        self.place = place
        self.gains = gains
        self.levels = levels
        self.baseline = baseline
        """None where nothing was observed."""


async def read_video_amounts(
    organization_id: UUID, ids: Sequence[UUID], bounds: Bounds, counters: Sequence[str], *, with_flags: bool
) -> dict[UUID, tuple[datetime | None, list[Stretch]]]:
    """When each video was first observed and its amounts by stretch; one that is not the organization's is absent.

    The gains of a stretch are what lies between the levels at its edges; what is observed or a baseline takes more.
    """
    if with_flags or len(bounds.instants) > MOST_EDGES:
        return await _read_between(organization_id, ids, bounds, counters)
    of_posts = [counter for counter in counters if counter in POST_COUNTERS]
    levels = await read_video_levels(organization_id, ids, bounds, of_posts)
    found = {}
    for video_id, (video, standings) in levels.items():
        stretches = []
        for place, (earlier, later) in enumerate(pairwise(standings)):
            known = [counter for counter in of_posts if counter in later]
            gains = {counter: later[counter] - earlier.get(counter, video.starts[counter]) for counter in known}
            stretches.append(Stretch(_amounts(counters, gains, later, video.published_at, bounds, place)))
        found[video_id] = video.first_refreshed_at, stretches
    return found


async def _read_between(
    organization_id: UUID, ids: Sequence[UUID], bounds: Bounds, counters: Sequence[str]
) -> dict[UUID, tuple[datetime | None, list[Stretch]]]:
    """In UTC from day rows, in other zones from observations, and from day rows again where those are dropped.

    What a day row says happened then counts as at the end of its UTC day, as it does for the levels at edges.
    """
    histories = await select_video_histories(organization_id, ids)
    first_day = utc_day(bounds.instants[0])
    standings = await _standings(organization_id, histories, bounds)
    if bounds.zone_name == "UTC":
        rows = await read_video_days(organization_id, list(histories), first_day, bounds.days[-1] - ONE_DAY)
        steps = {
            video_id: [
                _Step(
                    bisect_right(bounds.days, row.day) - 1,
                    row.gains,
                    row.levels,
                    row.is_baseline if row.is_observed else None,
                )
                for row in rows.get(video_id, ())
            ]
            for video_id in histories
        }
    else:
        dropped = await _read_dropped(organization_id, histories, bounds)
        midnight = datetime.combine(first_day, time(), UTC)
        observations = await read_video_observations(organization_id, dict.fromkeys(histories, midnight))
        steps = {
            video_id: [step for step, _ in dropped.get(video_id, ())]
            + [
                _Step(place if place >= 0 else None, change.gains, change.levels, change.is_baseline)
                for change in fold_observations(
                    dropped[video_id][-1][1] if dropped.get(video_id) else standings[video_id],
                    merge_observations(observations.get(video_id, ()), history.views_kind),
                    true_zero_start=history.grows_from_zero,
                    views_kind=history.views_kind,
                )
                if (place := bisect_right(bounds.instants, change.captured_at) - 1) < bounds.count
            ]
            for video_id, history in histories.items()
        }
    return {
        video_id: (
            history.first_refreshed_at,
            _stretches(history, standings[video_id], steps[video_id], bounds, counters),
        )
        for video_id, history in histories.items()
    }


async def _read_dropped(
    organization_id: UUID, histories: Mapping[UUID, VideoHistory], bounds: Bounds
) -> dict[UUID, list[tuple[_Step, Standing]]]:
    """What day rows say of the days whose observations are dropped, and where each video stood after each of them."""
    kept_since = next((history.kept_since for history in histories.values()), None)
    first_day = utc_day(bounds.instants[0])
    if kept_since is None or kept_since <= first_day:
        return {}
    last_day = min(kept_since - ONE_DAY, utc_day(bounds.instants[-1]))
    rows = await read_video_days(organization_id, list(histories), first_day, last_day)
    found: dict[UUID, list[tuple[_Step, Standing]]] = {}
    for video_id, of_video in rows.items():
        starts = histories[video_id].standing.starts
        for row in of_video:
            place = bisect_left(bounds.instants, datetime.combine(row.day + ONE_DAY, time(), UTC)) - 1
            if place < bounds.count:
                step = _Step(
                    place if place >= 0 else None,
                    row.gains,
                    row.levels,
                    row.is_baseline if row.is_observed else None,
                )
                standing = Standing(row.levels, {name: starts[name] for name in row.levels})
                found.setdefault(video_id, []).append((step, standing))
    return found


async def _standings(
    organization_id: UUID, histories: Mapping[UUID, VideoHistory], bounds: Bounds
) -> dict[UUID, Standing]:
    """Where each video stood before the UTC day the first stretch begins in."""
    first_day = utc_day(bounds.instants[0])
    going_on = {
        video_id: history
        for video_id, history in histories.items()
        if history.last_observed_day is not None and history.last_observed_day >= first_day
    }
    read = await read_video_standings(
        organization_id,
        dict.fromkeys(going_on, first_day - ONE_DAY),
        {video_id: history.standing.starts for video_id, history in going_on.items()},
    )
    return {
        video_id: read.get(video_id, Standing()) if video_id in going_on else history.standing
        for video_id, history in histories.items()
    }


def _stretches(
    history: VideoHistory, standing: Standing, steps: Sequence[_Step], bounds: Bounds, counters: Sequence[str]
) -> list[Stretch]:
    levels = dict(standing.levels)
    remaining = iter(steps)
    step = next(remaining, None)
    while step is not None and step.place is None:
        levels = dict(step.levels)
        step = next(remaining, None)
    stretches = []
    for place in range(bounds.count):
        gains: dict[str, int] = {}
        observed = baseline = False
        while step is not None and step.place == place:
            for counter, gain in step.gains.items():
                gains[counter] = gains.get(counter, 0) + gain
            levels = dict(step.levels)
            observed = observed or step.baseline is not None
            baseline = baseline or bool(step.baseline)
            step = next(remaining, None)
        amounts = _amounts(counters, gains, levels, history.published_at, bounds, place)
        stretches.append(Stretch(amounts, observed, baseline))
    return stretches


def _amounts(
    counters: Sequence[str],
    gains: Mapping[str, int],
    levels: Mapping[str, int],
    published_at: datetime | None,
    bounds: Bounds,
    place: int,
) -> dict[str, int | None]:
    """The terms of a stretch, given what was gained in it and the levels at its end; a video has no profile."""
    amounts: dict[str, int | None] = {}
    for counter in counters:
        amounts[f"{counter}_level"] = levels.get(counter)
        amounts[f"{counter}_gain"] = gains.get(counter, 0) if counter in levels else None
        if counter in ENGAGEMENT_COUNTERS:
            amounts[f"viewed_{counter}_gain"] = amounts[f"{counter}_gain"] if "views" in levels else None
    start, end = bounds.instants[place], bounds.instants[place + 1]
    amounts[POSTS_PUBLISHED] = int(published_at is not None and start <= published_at < end)
    amounts[PUBLISHED_EVER] = int(published_at is not None and published_at < end)
    amounts[DAYS] = (bounds.days[place + 1] - bounds.days[place]) // ONE_DAY
    return amounts
