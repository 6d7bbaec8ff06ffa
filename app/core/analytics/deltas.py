"""Deltas: views that videos gained in the last days, for several look-backs at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.analytics.amounts import SubjectAmounts, bounds_of, read_amounts
from app.core.analytics.batch import read_batch
from app.domain.metrics import total_of
from app.domain.problems import InvalidInput
from app.domain.records import VideoDeltas, ViewDelta, ViewDeltas
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer

MOST_LOOK_BACKS = 10
LONGEST_LOOK_BACK_DAYS = 365


async def view_deltas(
    viewer: Viewer, video_ids: Sequence[UUID], days: Sequence[int], zone: ZoneInfo, *, now: datetime
) -> ViewDeltas:
    """The views that 1 to 200 videos gained in the n dates ending today, for 1 to 10 values n of 1 to 365.

    A doubled id or number counts once; those that are not the viewer's organization's are named in `not_found`. None
    for a video whose views were never known. Raises InvalidInput naming `ids` or `days`.
    """
    viewer.require(Scope.READ)
    ids = read_batch(video_ids)
    look_backs = sorted(set(days))
    if not 1 <= len(look_backs) <= MOST_LOOK_BACKS:
        raise InvalidInput(f"There are {len(look_backs)} numbers of days; it takes 1 to {MOST_LOOK_BACKS}.", "days")
    for number in look_backs:
        if not 1 <= number <= LONGEST_LOOK_BACK_DAYS:
            raise InvalidInput(f"days holds {number}; it takes 1 to {LONGEST_LOOK_BACK_DAYS}.", "days")
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    starts = [tomorrow - timedelta(days=number) for number in reversed(look_backs)]
    bounds = bounds_of([*starts, tomorrow], zone)
    amounts = await read_amounts(viewer.organization_id, SubjectKind.VIDEO, ids, bounds, ["views"])
    return ViewDeltas(
        today=today,
        timezone=zone.key,
        days=look_backs,
        videos=[
            VideoDeltas(
                video_id,
                [ViewDelta(number, _gain(amounts[video_id], place)) for place, number in enumerate(look_backs, 1)],
            )
            for video_id in ids
            if video_id in amounts
        ],
        not_found=[video_id for video_id in ids if video_id not in amounts],
    )


def _gain(amounts: SubjectAmounts, last: int) -> int | None:
    """What the last stretches gained together: the gains of a post's stretches add up."""
    return total_of(stretch.amounts["views_gain"] for stretch in amounts.stretches[-last:])
