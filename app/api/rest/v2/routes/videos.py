"""Videos: those tracked by themselves, and those found in feeds."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from msgspec import UNSET

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.listing import asked_order, asked_page, show_page
from app.api.rest.v2.routes.scope import (
    PLATFORMS,
    chosen_creators,
    read_discovered_video,
    read_tracked_video,
    require_something,
)
from app.api.rest.v2.shapes.envelopes import Collection, Single
from app.api.rest.v2.shapes.videos import (
    AccountVideo,
    AccountVideoListing,
    NewVideo,
    Video,
    VideoListing,
    VideoPatch,
    show_account_video,
    show_video,
)
from app.core.analytics.video_lists import list_videos as list_all_videos
from app.core.tracking import changes, videos
from app.core.tracking.changes import UNCHANGED, VideoChange
from app.domain.filters import Gain, VideoFilter, VideoOrderField
from app.domain.viewer import Scope

TAG = "Videos"
ORDERS: Mapping[str, VideoOrderField | Gain] = {
    "added_at": VideoOrderField.ADDED_AT,
    "create_time": VideoOrderField.PUBLISHED_AT,
    "view_count": VideoOrderField.VIEW_COUNT,
    "like_count": VideoOrderField.LIKE_COUNT,
    "play_count": VideoOrderField.PLAY_COUNT,
}

routes = Operations()


@routes.add("GET", "/videos", TAG)
async def list_videos(call: Call[VideoListing, None]) -> Answer[Collection[Video]]:
    """List videos tracked by themselves."""
    query = call.query
    name, direction, order = asked_order(query.order_by, query.order_direction, query.sort, ORDERS)
    filter = VideoFilter(
        platforms=PLATFORMS if query.platform is None else frozenset({query.platform.ours}),
        account_ids=None if query.account_id is None else frozenset({query.account_id}),
        text=query.q,
        is_tracked=True,
        is_active=query.is_active,
    )
    page = await list_all_videos(
        call.viewer, filter, asked_page(query.limit, query.cursor), order, with_total=query.include_total
    )
    return show_page(call.request, query, page, show_video, query.limit, (name, direction))


@routes.add(
    "POST",
    "/videos",
    TAG,
    status=HTTPStatus.CREATED,
    refuses=[HTTPStatus.CONFLICT],
    scope=Scope.WRITE,
    is_create=True,
    example={"platform": "tiktok", "identifier": "https://www.tiktok.com/@creatoraudit/video/7301234567890123456"},
)
async def create_video(call: Call[None, NewVideo]) -> Answer[Single[Video]]:
    """Track one post by URL, shortcode or id.

    Its account need not be tracked. The video is there at once; when it is active its figures come within seconds. A
    duplicate is a 409 with `existing_id`.
    """
    body = call.body
    new = videos.NewVideo(
        body.platform.ours, body.identifier, body.metadata or {}, body.is_active, body.scrape_interval_hours
    )
    video = await videos.track_video(call.viewer, new, now=call.now)
    return Answer(Single(show_video(video)), HTTPStatus.CREATED, headers={"Location": f"/v2/videos/{video.id}"})


@routes.add("GET", "/videos/{video_id}", TAG)
async def get_video(call: Call[None, None]) -> Answer[Single[Video]]:
    """Read one video tracked by itself."""
    return Answer(Single(show_video(await read_tracked_video(call.viewer, call.ids["video_id"]))))


@routes.add("PATCH", "/videos/{video_id}", TAG, scope=Scope.WRITE, example={"is_active": False})
async def update_video(call: Call[None, VideoPatch]) -> Answer[Single[Video]]:
    """Change the settings of a video, pause or resume it. What is left out stays."""
    body = call.body
    require_something(body)
    video = await read_tracked_video(call.viewer, call.ids["video_id"])
    change = VideoChange(
        metadata=_given(body.metadata if body.metadata is not None else {}),
        refresh_interval_hours=_given(body.scrape_interval_hours),
        is_active=_given(body.is_active),
    )
    return Answer(Single(show_video(await changes.update_video(call.viewer, video.id, change, now=call.now))))


@routes.add("DELETE", "/videos/{video_id}", TAG, status=HTTPStatus.NO_CONTENT, scope=Scope.WRITE)
async def delete_video(call: Call[None, None]) -> Answer[None]:
    """Stop tracking one video by itself.

    One that was found in the feed of a tracked account stays there, with its figures.
    """
    video = await read_tracked_video(call.viewer, call.ids["video_id"])
    await videos.remove_video(call.viewer, video.id, now=call.now)
    return Answer(None, HTTPStatus.NO_CONTENT)


@routes.add("GET", "/account-videos", TAG)
async def list_account_videos(call: Call[AccountVideoListing, None]) -> Answer[Collection[AccountVideo]]:
    """List posts found in the feeds of tracked accounts."""
    query = call.query
    name, direction, order = asked_order(query.order_by, query.order_direction, query.sort, ORDERS)
    creator_ids, has_creator = chosen_creators(query.creator_id)
    filter = VideoFilter(
        platforms=PLATFORMS if query.platform is None else frozenset({query.platform.ours}),
        account_ids=None if query.account_id is None else frozenset({query.account_id}),
        creator_ids=creator_ids,
        has_creator=has_creator,
        text=query.q,
        is_discovered=True,
    )
    page = await list_all_videos(
        call.viewer, filter, asked_page(query.limit, query.cursor), order, with_total=query.include_total
    )
    return show_page(call.request, query, page, show_account_video, query.limit, (name, direction))


@routes.add("GET", "/account-videos/{account_video_id}", TAG)
async def get_account_video(call: Call[None, None]) -> Answer[Single[AccountVideo]]:
    """Read one discovered post."""
    return Answer(Single(show_account_video(await read_discovered_video(call.viewer, call.ids["account_video_id"]))))


def _given(value: Any) -> Any:
    return UNCHANGED if value is UNSET else value
