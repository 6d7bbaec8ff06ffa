"""YouTube's public pages through yt-dlp, for those who have no key of its Data API."""

import re
from collections.abc import Mapping
from datetime import datetime
from json import JSONDecodeError, JSONDecoder
from typing import Any

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.links import post_url, profile_url
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit, within_bounds
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import YOUTUBE_HOST
from app.providers.limits import YOUTUBE_PAGES
from app.providers.pages import Page
from app.providers.values import (
    LONGEST_NAME,
    as_list,
    dig,
    read_count,
    read_flag,
    read_handle,
    read_instant,
    read_iso_instant,
    read_seconds,
    read_text,
    read_url,
)
from app.providers.youtube.parse import rounded_down
from app.providers.ytdlp.door import Surface
from app.providers.ytdlp.plans import Plan, Wanted
from app.providers.ytdlp.rounding import read_abbreviated
from app.providers.ytdlp.walks import Walk

WATCH_PAGE, CHANNEL_PAGE, CONTINUATION = "watch_page", "channel_page", "channel_continuation"
MODULE = "yt_dlp.extractor.youtube"
POST_PLAN = Plan(
    {MODULE: ("YoutubeIE",)},
    (Surface(WATCH_PAGE, YOUTUBE_PAGES, YOUTUBE_HOST, "/watch"),),
    # Here a video that is private, removed or kept from us shows in that it has no formats.
    tolerates_no_formats=False,
    arguments={
        "youtube": {
            "player_client": ["web"],
            "player_skip": ["configs", "js", "initial_data"],
            "skip": ["hls", "dash", "translated_subs"],
        }
    },
)
CHANNEL_PLAN = Plan(
    {MODULE: ("YoutubeTabIE",)},
    (
        Surface(CONTINUATION, YOUTUBE_PAGES, YOUTUBE_HOST, "/youtubei/v1/browse", "POST"),
        Surface(CHANNEL_PAGE, YOUTUBE_PAGES, YOUTUBE_HOST, "/@"),
        Surface(CHANNEL_PAGE, YOUTUBE_PAGES, YOUTUBE_HOST, "/channel/"),
        Surface(CHANNEL_PAGE, YOUTUBE_PAGES, YOUTUBE_HOST, "/c/"),
        Surface(CHANNEL_PAGE, YOUTUBE_PAGES, YOUTUBE_HOST, "/user/"),
    ),
    arguments={"youtubetab": {"approximate_date": ["1"]}},
)
EXPECTED_POST_COUNTS = frozenset({"views", "likes", "comments"})
EXPECTED_COUNTS = frozenset({"followers"})
"""The pages say how many videos a channel has, too, but yt-dlp does not hand it on."""
MOST_POSTS = 100
MISSING_TITLE = "404 Not Found"
VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
PLAYER = re.compile(r"ytInitialPlayerResponse\s*=\s*(?=\{)")
INITIAL_DATA = re.compile(r"(?:window\s*\[\s*[\"']ytInitialData[\"']\s*\]|ytInitialData)\s*=\s*(?=\{)")


class YtDlpYouTube:
    """YouTube's watch pages and channel tabs, as yt-dlp reads them."""

    name = "ytdlp_youtube"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The watch page: views and likes exact, comments abbreviated."""
        walk = Walk(visit, POST_PLAN)
        await walk.run(post_url(Platform.YOUTUBE, identity.external_id, None, None))
        page = next(reversed(walk.bodies(WATCH_PAGE)), None)
        answer: PostFacts | Refusal = walk.refusal
        if walk.findings.failure is None and page is not None:
            answer = read_video(walk.findings.info, page.reply.body, identity.external_id)
        await walk.settle(page, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, Refusal):
            return visit.refused_post(answer)
        return visit.found_post(WATCH_PAGE, answer, now, expected=EXPECTED_POST_COUNTS)

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The channel's tabs: videos, streams and shorts in turn, with abbreviated views and without exact times.

        A channel known by its id is asked for by that; its facts then carry the handle it has now.
        """
        most = MOST_POSTS if bounds.max_posts is None else min(bounds.max_posts, MOST_POSTS)
        since = None if bounds.published_after is None else bounds.published_after.timestamp()
        walk = Walk(visit, CHANNEL_PLAN)
        await walk.run(profile_url(Platform.YOUTUBE, identity.external_id or identity.handle), Wanted(most, since))
        profile = read_channel(walk.findings.info, identity) if walk.findings.info else _no_channel(walk)
        await walk.settle(None, profile if isinstance(profile, Refusal) else None)
        if isinstance(profile, Refusal):
            return visit.refused(profile)
        recent = [entry for entry in walk.findings.entries if not _is_older(entry, since)]
        posts = [post for post in (read_entry(entry, profile) for entry in recent) if post is not None]
        is_broken = walk.findings.failure is not None
        return visit.found(
            CHANNEL_PAGE,
            profile,
            within_bounds(posts, bounds),
            now,
            expected=EXPECTED_COUNTS,
            posts_complete=not is_broken and len(posts) == len(recent),
            shortfall=walk.refusal.reason if is_broken else None,
        )


def read_video(info: Mapping[str, Any], page: bytes, video_id: str) -> PostFacts | Refusal:
    """The video in what yt-dlp made of a watch page.

    It puts the id that was asked for on whatever it is sent, so the page itself must be about that video.
    """
    player, data = page_data(page)
    shown = dig(player, "videoDetails", "videoId")
    watched = dig(data, "currentVideoEndpoint", "watchEndpoint", "videoId")
    if shown != video_id or watched not in (None, video_id):
        others = (read_text(name, 20) for name in (shown, watched) if name != video_id)
        named = next((name for name in others if name is not None), "none that it names")
        return Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for video {video_id}, answered with {named}")
    counts = _known(
        # Read again, for yt-dlp makes a whole number of anything.
        views=read_count(dig(player, "videoDetails", "viewCount"))
        or read_count(dig(player, "microformat", "playerMicroformatRenderer", "viewCount")),
        likes=read_count(info.get("like_count")),
        comments=read_abbreviated(info.get("comment_count")),
    )
    if not counts:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The watch page shows no figures")
    return PostFacts(
        platform=Platform.YOUTUBE,
        external_id=video_id,
        kind=VideoKind.VIDEO,
        author_external_id=_channel_id(info),
        author_handle=read_handle(Platform.YOUTUBE, info.get("uploader_id")),
        caption=read_text(info.get("title")),
        published_at=read_instant(info.get("timestamp"))
        or read_iso_instant(dig(player, "microformat", "playerMicroformatRenderer", "uploadDate")),
        duration_seconds=read_seconds(info.get("duration")),
        thumbnail_url=read_url(info.get("thumbnail")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def read_channel(info: Mapping[str, Any], identity: AccountIdentity) -> ProfileFacts | Refusal:
    """The channel in what yt-dlp made of its page: that of the id asked for where it is known, else of the handle."""
    channel_id, handle = _channel_id(info), read_handle(Platform.YOUTUBE, info.get("uploader_id"))
    if channel_id is None:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The page names no channel")
    is_by_id = identity.external_id is not None or CHANNEL_ID.fullmatch(identity.handle) is not None
    if is_by_id and channel_id != (identity.external_id or identity.handle):
        reason = f"Asked for channel {identity.external_id or identity.handle}, answered with {channel_id}"
        return Refusal(AnswerClass.SCHEMA_CHANGED, reason)
    if not is_by_id and "/" not in identity.handle and handle != identity.handle:
        return Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for @{identity.handle}, answered with @{handle}")
    pictures = (read_url(dig(picture, "url")) for picture in as_list(info.get("thumbnails")) if _is_plain(picture))
    return ProfileFacts(
        platform=Platform.YOUTUBE,
        external_id=channel_id,
        handle=handle or channel_id,
        display_name=read_text(info.get("channel"), LONGEST_NAME),
        biography=read_text(info.get("description")),
        picture_url=next((url for url in pictures if url is not None), None),
        is_verified=read_flag(info.get("channel_is_verified")),
        counts=_known(followers=rounded_down(read_count(info.get("channel_follower_count")))),
    )


def read_entry(entry: Mapping[str, Any], channel: ProfileFacts) -> PostFacts | None:
    """A video in a channel's tab; None without a readable id. Its time is left out, for the tab only estimates it."""
    video_id = entry.get("id")
    if not isinstance(video_id, str) or not VIDEO_ID.fullmatch(video_id):
        return None
    counts = _known(views=read_abbreviated(entry.get("view_count")))
    pictures = (read_url(dig(picture, "url")) for picture in as_list(entry.get("thumbnails")))
    return PostFacts(
        platform=Platform.YOUTUBE,
        external_id=video_id,
        kind=VideoKind.VIDEO,
        author_external_id=channel.external_id,
        author_handle=channel.handle,
        caption=read_text(entry.get("title")),
        duration_seconds=read_seconds(entry.get("duration")),
        thumbnail_url=next((url for url in pictures if url is not None), None),
        views_kind=ViewsKind.PLAYS if counts else None,
        counts=counts,
    )


def page_data(page: bytes) -> tuple[object, object]:
    """The two objects a watch page is made from, the player's and that of all around it; None for one not there."""
    text = page.decode("utf-8", "replace")
    return _data(PLAYER, text), _data(INITIAL_DATA, text)


def _data(name: re.Pattern[str], text: str) -> object:
    """The object a page's script gives that name to; None where there is none to read."""
    start = name.search(text)
    if start is None:
        return None
    try:
        value: object = JSONDecoder().raw_decode(text, start.end())[0]
    except (JSONDecodeError, RecursionError):
        return None
    return value


def _no_channel(walk: Walk) -> Refusal:
    """Why there is no channel to read. YouTube's own page for unknown addresses, not any 404, says there is none."""
    last = walk.last
    if last is not None and last.reply.status == 404 and Page(last.reply.body).title == MISSING_TITLE:
        return Refusal(AnswerClass.NOT_FOUND, "YouTube knows no such channel", "404")
    return walk.refusal


def _channel_id(info: Mapping[str, Any]) -> str | None:
    value = info.get("channel_id")
    return value if isinstance(value, str) and CHANNEL_ID.fullmatch(value) else None


def _is_plain(thumbnail: object) -> bool:
    """Whether it is the channel's picture as the page has it: no banner, and no address that yt-dlp has made up."""
    return dig(thumbnail, "preference") is None


def _is_older(entry: Mapping[str, Any], since: float | None) -> bool:
    published = entry.get("timestamp")
    return since is not None and isinstance(published, int | float) and published < since


def _known(**counts: Count | None) -> dict[str, Count]:
    return {name: count for name, count in counts.items() if count is not None}
