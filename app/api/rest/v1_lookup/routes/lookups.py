"""The look-ups. They are sent by POST, and change nothing."""

from http import HTTPStatus

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v1_lookup.shapes.envelopes import Success
from app.api.rest.v1_lookup.shapes.lookups import (
    ChannelVideos,
    Email,
    MedianViews,
    PostStats,
    Profile,
    show_channel_videos,
    show_email,
    show_median_views,
    show_post_stats,
    show_profile,
)
from app.api.rest.v1_lookup.shapes.requests import CreatorAsked, PostAsked, platform_of
from app.core.lookups.accounts import (
    look_up_contact_email,
    look_up_median_views,
    look_up_profile,
    look_up_recent_videos,
)
from app.core.lookups.posts import look_up_post_stats

POSTS, CREATORS = "Posts", "Creators"
ASKS_PLATFORMS = [HTTPStatus.BAD_GATEWAY]
SOMEBODY = {"username": "charlidamelio", "platform": "tiktok"}

routes = Operations()


@routes.add(
    "POST",
    "/post/stats",
    POSTS,
    refuses=ASKS_PLATFORMS,
    example={"url": "https://www.tiktok.com/@charlidamelio/video/7123456789"},
)
async def get_post_stats(call: Call[None, PostAsked]) -> Answer[Success[PostStats]]:
    """Counters of one public post on any of the six platforms.

    Short links are followed. An answer is given again for five minutes; `meta.cached` tells, and `fetched_at` stays.
    """
    asked = call.body
    platform = platform_of(asked.platform)
    stats = await look_up_post_stats(call.viewer, call.runtime.look_ups, asked.url, platform, now=call.now)
    return show_post_stats(stats, asked.url)


@routes.add("POST", "/profile", CREATORS, refuses=ASKS_PLATFORMS, example=SOMEBODY)
async def get_profile(call: Call[None, CreatorAsked]) -> Answer[Success[Profile]]:
    """A public profile on TikTok, Instagram or YouTube.

    An answer is given again for fifteen minutes. What the platform does not tell is null.
    """
    profile = await look_up_profile(call.viewer, call.runtime.look_ups, call.body.ours, now=call.now)
    return show_profile(profile)


@routes.add("POST", "/channel/videos", CREATORS, refuses=ASKS_PLATFORMS, example=SOMEBODY)
async def list_channel_videos(call: Call[None, CreatorAsked]) -> Answer[Success[ChannelVideos]]:
    """The newest posts of a creator, at most 20, the newest first.

    An answer is given again for ten minutes.
    """
    recent = await look_up_recent_videos(call.viewer, call.runtime.look_ups, call.body.ours, now=call.now)
    return show_channel_videos(recent)


@routes.add("POST", "/median-views", CREATORS, refuses=ASKS_PLATFORMS, example=SOMEBODY)
async def get_median_views(call: Call[None, CreatorAsked]) -> Answer[Success[MedianViews]]:
    """The median of the views of a creator's newest posts.

    It is of those that `channel/videos` tells; posts whose views are not known are left out. An answer is given again
    for ten minutes.
    """
    median = await look_up_median_views(call.viewer, call.runtime.look_ups, call.body.ours, now=call.now)
    return show_median_views(median)


@routes.add("POST", "/email", CREATORS, refuses=[*ASKS_PLATFORMS, HTTPStatus.NOT_FOUND], example=SOMEBODY)
async def get_email(call: Call[None, CreatorAsked]) -> Answer[Success[Email]]:
    """The first mail address in a creator's public biography.

    It is not tried. An answer is given again for fifteen minutes. Where the operator has switched addresses off this is
    a 404.
    """
    contact = await look_up_contact_email(call.viewer, call.runtime.look_ups, call.body.ours, now=call.now)
    return show_email(contact)
