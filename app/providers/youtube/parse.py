"""The YouTube Data API's answers read into facts: pure functions over what was sent, which never raise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal, changed
from app.providers.values import (
    LONGEST_NAME,
    BrokenJson,
    are_unsaid,
    as_list,
    as_object,
    decode_json,
    dig,
    known_counts,
    read_count,
    read_flag,
    read_handle,
    read_integer,
    read_iso_instant,
    read_seconds,
    read_text,
    read_url,
)
from app.providers.walks import ListPage

CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)
PLAYLIST_ID = re.compile(r"[A-Za-z0-9_-]{2,80}", re.ASCII)
PAGE_TOKEN = re.compile(r"[\w.=-]{1,500}", re.ASCII)
DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?", re.ASCII)
STATISTICS = ("viewCount", "likeCount", "commentCount")
THUMBNAILS = ("maxres", "standard", "high", "medium", "default")
SUBSCRIBER_DIGITS = 3
"""The significant digits a subscriber count is rounded down to."""

NO_SUCH_CHANNEL = "YouTube knows no such channel"
NO_SUCH_VIDEO = "YouTube shows no such video: deleted, private, or never there"

QUOTA = (AnswerClass.QUOTA_EXHAUSTED, "The quota of our YouTube key is used up for today")
SLOWER = (AnswerClass.RATE_LIMITED, "YouTube asks to slow down")
BAD_KEY = (AnswerClass.AUTH_INVALID, "YouTube does not take our key")
NOT_ALLOWED = (AnswerClass.AUTH_INVALID, "Our YouTube key is not allowed to ask this")
REASONS: Mapping[str, tuple[AnswerClass, str]] = {
    "quotaExceeded": QUOTA,
    "dailyLimitExceeded": QUOTA,
    "rateLimitExceeded": SLOWER,
    "userRateLimitExceeded": SLOWER,
    "keyInvalid": BAD_KEY,
    "keyExpired": BAD_KEY,
    "API_KEY_INVALID": BAD_KEY,
    "accessNotConfigured": NOT_ALLOWED,
    "forbidden": NOT_ALLOWED,
    "channelNotFound": (AnswerClass.NOT_FOUND, NO_SUCH_CHANNEL),
    "playlistNotFound": (AnswerClass.NOT_FOUND, "YouTube knows no such list of uploads"),
    "videoNotFound": (AnswerClass.NOT_FOUND, NO_SUCH_VIDEO),
}
"""What the reasons of an error mean; any other is taken by its status."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, and the list that holds its videos, newest first."""

    profile: ProfileFacts
    uploads_id: str | None
    expected: frozenset[str]
    """The counters it should have: without its subscribers where the owner does not show them."""


def refusal_in(body: bytes, status: int | None) -> Refusal | None:
    """What an error of the API says; None for a body that is none."""
    error = as_object(dig(decode_json(body), "error"))
    if not error:
        return None
    reasons = [
        reason
        for entries in (error.get("errors"), error.get("details"))
        for entry in as_list(entries)
        if (reason := read_text(dig(entry, "reason"), 60)) is not None
    ]
    message = read_text(error.get("message"), 200) or "it does not say why"
    for reason in reasons:
        if reason in REASONS:
            is_daily = REASONS[reason] is SLOWER and "per day" in message.lower()
            answer_class, words = QUOTA if is_daily else REASONS[reason]
            return Refusal(answer_class, words, reason)
    code = reasons[0] if reasons else str(status)
    if status in (401, 403):
        return Refusal(AnswerClass.AUTH_INVALID, f"{NOT_ALLOWED[1]}: {message}", code)
    if status == 429:
        return Refusal(AnswerClass.RATE_LIMITED, SLOWER[1], code)
    if status is not None and status >= 500:
        return Refusal(AnswerClass.UPSTREAM_ERROR, f"YouTube failed: {message}", code)
    if status in (404, 410):
        return Refusal(AnswerClass.UNAVAILABLE, f"YouTube has nothing there: {message}", code)
    return Refusal(AnswerClass.SCHEMA_CHANGED, f"YouTube takes our request for malformed: {message}", code)


def parse_channel(body: bytes, handle: str | None, external_id: str | None) -> Channel | Refusal:
    """The channel in an answer of `channels`, of `external_id` and `handle`, each where given.

    A channel of another id, or of another handle where no id is given, is a Refusal. One that does not show its handle
    keeps the one given, and goes by its id where none is.
    """
    items = _items(body, "channel", NO_SUCH_CHANNEL)
    if isinstance(items, Refusal):
        return items
    fields = as_object(items[0])
    found_id = read_channel_id(fields.get("id"))
    if found_id is None:
        return changed("The channel has no readable id")
    if external_id is not None and found_id != external_id:
        return changed(f"Asked for channel {external_id}, answered with {found_id}")
    found_handle = read_channel_handle(dig(fields, "snippet", "customUrl"))
    if external_id is None and handle is not None and found_handle not in (None, handle):
        return changed(f"Asked for @{handle}, answered with @{found_handle}")
    statistics = as_object(fields.get("statistics"))
    hides_followers = bool(read_flag(statistics.get("hiddenSubscriberCount")))
    if (
        statistics
        and not hides_followers
        and are_unsaid(statistics.get("subscriberCount"), statistics.get("videoCount"))
    ):
        return changed(NO_FIGURES)
    counts = {
        "followers": None if hides_followers else rounded_down(read_count(statistics.get("subscriberCount"))),
        "profile_posts": read_count(statistics.get("videoCount")),
    }
    uploads_id = dig(fields, "contentDetails", "relatedPlaylists", "uploads")
    profile = ProfileFacts(
        platform=Platform.YOUTUBE,
        external_id=found_id,
        handle=found_handle or handle or found_id,
        display_name=read_text(dig(fields, "snippet", "title"), LONGEST_NAME),
        biography=read_text(dig(fields, "snippet", "description")),
        picture_url=_thumbnail(dig(fields, "snippet", "thumbnails")),
        is_private=dig(fields, "status", "privacyStatus") == "private",
        counts=known_counts(counts),
    )
    is_list = isinstance(uploads_id, str) and PLAYLIST_ID.fullmatch(uploads_id) is not None
    expected = frozenset({"profile_posts"} if hides_followers else {"followers", "profile_posts"})
    return Channel(profile, str(uploads_id) if is_list else None, expected)


def parse_uploads(body: bytes, channel_id: str | None) -> ListPage | Refusal:
    """One page of `playlistItems` of a channel's uploads: its videos as far as the list describes them, no counters.

    Entries of other channels are left out, and counted unreadable.
    """
    data = _answer(body)
    if isinstance(data, Refusal):
        return data
    entries = data.get("items")
    if not isinstance(entries, list):
        return changed("The answer is no list of uploads")
    posts = tuple(post for post in map(_upload, entries) if post is not None)
    own = tuple(post for post in posts if channel_id is None or post.author_external_id in (None, channel_id))
    if posts and not own:
        return changed(f"Asked for uploads of channel {channel_id}, answered with somebody else's")
    token = data.get("nextPageToken")
    is_token = isinstance(token, str) and PAGE_TOKEN.fullmatch(token) is not None
    return ListPage(own, len(entries) - len(own), bool(token), str(token) if is_token else None)


def parse_videos(body: bytes, video_ids: Sequence[str]) -> Mapping[str, PostFacts] | Refusal:
    """The videos of `video_ids` in an answer of `videos` or `videos:batchGetStats`, by id.

    Ids that are missing are videos that are not shown. NOT_FOUND where none of them is; SCHEMA_CHANGED where the
    answer is about other videos alone.
    """
    items = _items(body, "video", NO_SUCH_VIDEO)
    if isinstance(items, Refusal):
        return items
    posts = {post.external_id: post for post in map(parse_video, items) if post is not None}
    wanted = {video_id: posts[video_id] for video_id in video_ids if video_id in posts}
    if not wanted:
        return changed(f"Asked for video {video_ids[0]}, answered with {next(iter(posts), 'nothing readable')}")
    statistics = [as_object(dig(item, "statistics")) for item in items]
    # One that is still to premiere may have none but its favorites, which YouTube counts no more.
    are_told = any(told.keys() - {"favoriteCount"} for told in statistics)
    if are_told and are_unsaid(*(told.get(key) for told in statistics for key in STATISTICS)):
        return changed(NO_FIGURES)
    return wanted


def parse_video(item: object) -> PostFacts | None:
    """The video in an entry of `videos` or `videos:batchGetStats`; None without a readable id.

    Counters that YouTube leaves out of its statistics are those that the owner switched off.
    """
    fields = as_object(item)
    video_id = read_video_id(fields.get("id"))
    if video_id is None:
        return None
    snippet, statistics = as_object(fields.get("snippet")), as_object(fields.get("statistics"))
    counts = known_counts(
        {
            "views": read_count(statistics.get("viewCount")),
            "likes": read_count(statistics.get("likeCount")),
            "comments": read_count(statistics.get("commentCount")),
        }
    )
    switched_off = {"likes": "likeCount", "comments": "commentCount"}
    published = (snippet.get("publishedAt"), snippet.get("publishTime"))
    return PostFacts(
        platform=Platform.YOUTUBE,
        external_id=video_id,
        kind=VideoKind.VIDEO,
        author_external_id=read_channel_id(snippet.get("channelId")),
        caption=read_text(snippet.get("title")),
        published_at=next((instant for instant in map(read_iso_instant, published) if instant is not None), None),
        duration_seconds=read_duration(dig(fields, "contentDetails", "duration")),
        thumbnail_url=_thumbnail(snippet.get("thumbnails")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
        hidden=frozenset(name for name, key in switched_off.items() if "views" in counts and key not in statistics),
    )


def read_channel_id(value: object) -> str | None:
    """A channel id (UC and 22 characters); None for anything else."""
    return value if isinstance(value, str) and CHANNEL_ID.fullmatch(value) else None


def read_channel_handle(value: object) -> str | None:
    """The handle in a channel's own address, "@Name"; None for the older kinds of address."""
    is_handle = isinstance(value, str) and value.strip().startswith("@")
    return read_handle(Platform.YOUTUBE, value) if is_handle else None


def read_video_id(value: object) -> str | None:
    """A video id (11 characters); None for anything else."""
    return value if isinstance(value, str) and VIDEO_ID.fullmatch(value) else None


def read_duration(value: object) -> int | None:
    """The seconds of an ISO 8601 duration; None for none, as of a broadcast that goes on, and beyond a day.

    >>> read_duration("PT21M7S"), read_duration("P0D")
    (1267, None)
    """
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return read_seconds(span // timedelta(seconds=1))


def rounded_down(count: Count | None) -> Count | None:
    """A subscriber count with the step YouTube rounds it down to; one with more digits than that was not rounded.

    >>> rounded_down(Count(2_750_000)), rounded_down(Count(999)), rounded_down(Count(1_927_873))
    (Count(value=2750000, step=10000), Count(value=999, step=1), Count(value=1927873, step=1))
    """
    if count is None or count.is_approximate:
        return count
    step = 10 ** max(len(str(count.value)) - SUBSCRIBER_DIGITS, 0)
    return Count(count.value, step if count.value % step == 0 else 1)


def _answer(body: bytes) -> Mapping[str, object] | Refusal:
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "YouTube answered with nothing")
    data = decode_json(body)
    if isinstance(data, BrokenJson) and data.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, "YouTube's answer is broken JSON")
    return refusal_in(body, None) or as_object(data) or changed("YouTube's answer is no JSON object")


def _items(body: bytes, kind: str, none_there: str) -> Sequence[object] | Refusal:
    """The entries of an answer, at least one. Where there are none, only a total of 0 or an empty list says so."""
    data = _answer(body)
    if isinstance(data, Refusal):
        return data
    items = data.get("items")
    is_empty = items == [] or (items is None and read_integer(dig(data, "pageInfo", "totalResults")) == 0)
    if is_empty:
        return Refusal(AnswerClass.NOT_FOUND, none_there)
    return as_list(items) or changed(f"The answer carries no {kind}")


def _upload(entry: object) -> PostFacts | None:
    """The video in an entry of a list of uploads; None without a readable id."""
    snippet, details = as_object(dig(entry, "snippet")), as_object(dig(entry, "contentDetails"))
    video_id = read_video_id(details.get("videoId")) or read_video_id(dig(snippet, "resourceId", "videoId"))
    if video_id is None:
        return None
    owners = (snippet.get("videoOwnerChannelId"), snippet.get("channelId"))
    return PostFacts(
        platform=Platform.YOUTUBE,
        external_id=video_id,
        kind=VideoKind.VIDEO,
        author_external_id=next((owner for owner in map(read_channel_id, owners) if owner is not None), None),
        caption=read_text(snippet.get("title")),
        published_at=_published(details.get("videoPublishedAt"), snippet.get("publishedAt")),
        thumbnail_url=_thumbnail(snippet.get("thumbnails")),
    )


def _published(video_published_at: object, added_at: object) -> datetime | None:
    """When the video was published; of a list of uploads, when it was added to it is the next best."""
    return read_iso_instant(video_published_at) or read_iso_instant(added_at)


def _thumbnail(thumbnails: object) -> str | None:
    urls: Iterator[str | None] = (read_url(dig(thumbnails, size, "url")) for size in THUMBNAILS)
    return next((url for url in urls if url is not None), None)
