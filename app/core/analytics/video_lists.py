"""Lists of videos: under any filter, in any order, that of what they gained in a window included."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.core.analytics.amounts import bounds_of
from app.core.analytics.ranking import video_entrants
from app.core.filters import read_video_filter
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, NEWEST_VIDEOS, Gain, VideoFilter, VideoOrder, check_order
from app.domain.records import Attributes, Page, Video
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.store.lists.videos import Gains, listing_of, page_videos, page_videos_of, sort_values_of
from app.store.parameters import Parameters


async def list_videos(
    viewer: Viewer,
    filter: VideoFilter,
    page: PageRequest,
    order: VideoOrder = NEWEST_VIDEOS,
    *,
    with_total: bool,
    attributes: Attributes | None = None,
) -> Page[Video]:
    """A page of the organization's videos, found in feeds or tracked by themselves, with those attributes or all.

    Gains are those of the leaderboard over the same videos, and so is the order where a gain is its only key, the
    greatest first. One statement, up to four by a gain. Raises Forbidden, InvalidInput naming the field below `filter`
    or the key below `order_by`, and InvalidCursor.
    """
    viewer.require(Scope.READ)
    check_order(order)
    filter = read_video_filter(filter)
    gains = await _gains(viewer.organization_id, filter, order)
    return await page_videos(viewer, filter, order, page, gains=gains, with_total=with_total, attributes=attributes)


async def list_videos_of(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    page: PageRequest,
    filter: VideoFilter = EVERY_VIDEO,
    order: VideoOrder = NEWEST_VIDEOS,
    *,
    with_total: bool,
    attributes: Attributes | None = None,
) -> dict[UUID, Page[Video]]:
    """A page of each account's or creator's discovered videos, with those attributes or all, however many there are.

    One statement, up to four by a gain. Raises as `list_videos` does.
    """
    viewer.require(Scope.READ)
    check_order(order)
    filter = read_video_filter(filter)
    ids = list(dict.fromkeys(ids))
    within = _within(filter, kind, frozenset(ids))
    gains = await _gains(viewer.organization_id, within, order) if ids else None
    return await page_videos_of(
        viewer, kind, ids, filter, order, page, gains=gains, with_total=with_total, attributes=attributes
    )


def video_cursor(viewer: Viewer, filter: VideoFilter, video: Video) -> str:
    """The cursor of a video in the list of that filter, the latest published first."""
    return listing_of(read_video_filter(filter), NEWEST_VIDEOS).cursor(viewer, sort_values_of(video))


def _within(filter: VideoFilter, kind: SubjectKind, ids: frozenset[UUID]) -> VideoFilter:
    """The filter over the videos of these accounts or creators alone."""
    if kind is SubjectKind.ACCOUNT:
        return replace(filter, account_ids=ids if filter.account_ids is None else ids & filter.account_ids)
    assert kind is SubjectKind.CREATOR
    return replace(filter, creator_ids=ids if filter.creator_ids is None else ids & filter.creator_ids)


async def _gains(organization_id: UUID, filter: VideoFilter, order: VideoOrder) -> Gains | None:
    """What the videos of a filter gained, where the order names that."""
    gain = order[0].field
    if not isinstance(gain, Gain):
        return None
    window, metric = gain.window, gain.counter.value
    bounds = bounds_of([window.start, window.end + timedelta(days=1)], window.zone)
    parameters = Parameters()
    entrants = await video_entrants(organization_id, filter, metric, bounds, parameters)
    return Gains(entrants.terms, f"{metric}_gain_now", parameters)
