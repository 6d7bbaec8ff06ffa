"""X's posts as its own GraphQL tells them, directly or through a paid upstream: pure functions, which never raise."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal, changed
from app.providers.values import (
    are_unsaid,
    as_list,
    as_object,
    dig,
    in_known_years,
    known_counts,
    read_count,
    read_handle,
    read_identifier,
    read_milliseconds,
    read_text,
    read_url,
)

LIMITED = "TweetWithVisibilityResults"
"""A wrapper around a post that is not shown to everybody."""
UNAVAILABLE = frozenset({"TweetUnavailable", "TweetTombstone"})
REASONS: Mapping[str, tuple[AnswerClass, str]] = {
    "NsfwLoggedOut": (AnswerClass.LOGIN_REQUIRED, "X shows this post to members only"),
    "NsfwViewerHasNoStatedAge": (AnswerClass.LOGIN_REQUIRED, "X shows this post to members only"),
    "Protected": (AnswerClass.PRIVATE, "The account of this post is private"),
    "Suspended": (AnswerClass.NOT_FOUND, "The account of this post is suspended"),
}
TOMBSTONES: Sequence[tuple[str, AnswerClass, str]] = (
    ("age-restricted", AnswerClass.LOGIN_REQUIRED, "X shows this post to members only"),
    ("suspended account", AnswerClass.NOT_FOUND, "The account of this post is suspended"),
    ("no longer exists", AnswerClass.NOT_FOUND, "The account of this post is gone"),
    ("deleted by", AnswerClass.NOT_FOUND, "The author deleted this post"),
    ("withheld in", AnswerClass.REGION_BLOCKED, "X does not show this post in our region"),
    ("limits who can view", AnswerClass.PRIVATE, "The account of this post is private"),
)
"""Words on what X puts in the place of a post, in English."""
FIGURES = ("favorite_count", "reply_count", "retweet_count", "quote_count", "bookmark_count")
NO_SUCH_POST = "X knows no such post"
CREATED_AT = re.compile(r"\w{3} \w{3} \d{2} \d{2}:\d{2}:\d{2} [+-]\d{4} \d{4}", re.ASCII)
KINDS: Mapping[str, VideoKind] = {
    "video": VideoKind.VIDEO,
    "animated_gif": VideoKind.VIDEO,
    "photo": VideoKind.IMAGE,
}


def parse_tweet(result: object, external_id: str) -> PostFacts | Refusal:
    """The post in a `result` object of X; an empty one says that there is none, and another post's is a Refusal."""
    fields = as_object(result)
    if result == {}:
        return Refusal(AnswerClass.NOT_FOUND, NO_SUCH_POST)
    if fields.get("__typename") == LIMITED:
        fields = as_object(fields.get("tweet"))
    if str(fields.get("__typename")) in UNAVAILABLE:
        return _why_not(fields)
    legacy = as_object(fields.get("legacy"))
    found_ids = {
        found
        for found in (read_identifier(fields.get("rest_id")), read_identifier(legacy.get("id_str")))
        if found is not None
    }
    if not found_ids:
        return changed("The answer carries no readable post")
    if found_ids != {external_id}:
        return changed(f"Asked for post {external_id}, answered with {', '.join(sorted(found_ids))}")
    if are_unsaid(dig(fields, "views", "count"), *(legacy.get(key) for key in FIGURES)):
        return changed(NO_FIGURES)
    return _post(fields, legacy, external_id)


def read_x_instant(value: object) -> datetime | None:
    """The instant of a text such as "Thu Feb 23 14:52:10 +0000 2023"; None for anything else."""
    if not isinstance(value, str) or not CREATED_AT.fullmatch(value):
        return None
    try:
        return in_known_years(datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y"))
    except ValueError:
        return None


def sum_of(*counts: Count | None) -> Count | None:
    """What counters come to together; None where one of them is unknown, for then the sum is too."""
    known = [count for count in counts if count is not None]
    if not known or len(known) < len(counts):
        return None
    return Count(sum(count.value for count in known), max(count.step for count in known))


def _why_not(fields: Mapping[str, object]) -> Refusal:
    """What stands in the place of a post that is not shown."""
    said = read_text(fields.get("reason"), 60)
    if said is not None and said in REASONS:
        answer_class, reason = REASONS[said]
        return Refusal(answer_class, reason, said)
    text = read_text(dig(fields, "tombstone", "text", "text"), 200)
    for words, answer_class, reason in TOMBSTONES:
        if text is not None and words in text.lower():
            return Refusal(answer_class, reason, said)
    why = text or said or "it does not say why"
    return Refusal(AnswerClass.UNAVAILABLE, f"X does not show this post: {why}", said)


def _post(fields: Mapping[str, object], legacy: Mapping[str, object], external_id: str) -> PostFacts:
    reposts, quotes = read_count(legacy.get("retweet_count")), read_count(legacy.get("quote_count"))
    found = {
        "views": read_count(dig(fields, "views", "count")),
        "likes": read_count(legacy.get("favorite_count")),
        "comments": read_count(legacy.get("reply_count")),
        "shares": sum_of(reposts, quotes),
        "saves": read_count(legacy.get("bookmark_count")),
        "reposts": reposts,
    }
    counts = known_counts(found)
    author = as_object(dig(fields, "core", "user_results", "result"))
    handles = (dig(author, "legacy", "screen_name"), dig(author, "core", "screen_name"))
    attached = dig(legacy, "extended_entities", "media") or dig(legacy, "entities", "media")
    media = as_list(attached)
    return PostFacts(
        platform=Platform.TWITTER,
        external_id=external_id,
        kind=_kind(media),
        author_external_id=read_identifier(author.get("rest_id")) or read_identifier(legacy.get("user_id_str")),
        author_handle=next(
            (name for handle in handles if (name := read_handle(Platform.TWITTER, handle)) is not None), None
        ),
        caption=read_text(legacy.get("full_text")),
        published_at=read_x_instant(legacy.get("created_at")),
        duration_seconds=read_milliseconds(dig(media, 0, "video_info", "duration_millis")),
        thumbnail_url=read_url(dig(media, 0, "media_url_https")),
        views_kind=ViewsKind.IMPRESSIONS if "views" in counts else None,
        counts=counts,
    )


def _kind(media: object) -> VideoKind:
    pieces = as_list(media)
    if len(pieces) > 1:
        return VideoKind.CAROUSEL
    return KINDS.get(str(dig(pieces, 0, "type")), VideoKind.TEXT) if pieces else VideoKind.TEXT
