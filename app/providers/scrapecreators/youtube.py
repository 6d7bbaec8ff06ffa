"""ScrapeCreators' own shapes of YouTube videos and channels read into facts: pure functions, which never raise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, Refusal, changed
from app.providers.values import (
    LONGEST_NAME,
    are_unsaid,
    as_list,
    as_object,
    dig,
    known_counts,
    read_count,
    read_iso_instant,
    read_link,
    read_milliseconds,
    read_seconds,
    read_text,
    read_url,
)
from app.providers.walks import ListPage
from app.providers.youtube.parse import (
    read_channel_handle,
    read_channel_id,
    read_video_id,
    rounded_down,
)

FIRST_WORD = re.compile(r"\s*(\S+)")
LONGEST_CURSOR = 4_000


def parse_video(answer: Mapping[str, object], video_id: str) -> PostFacts | Refusal:
    """The video in an answer of `video`; facts about another one are a Refusal."""
    post = _video(answer)
    if post is None:
        return changed("The answer carries no readable video")
    if post.external_id != video_id:
        return changed(f"Asked for video {video_id}, answered with {post.external_id}")
    is_unsaid = are_unsaid(*(answer.get(f"{name}CountInt") for name in ("view", "like", "comment")))
    return changed(NO_FIGURES) if is_unsaid else post


def parse_channel(answer: Mapping[str, object], handle: str | None, external_id: str | None) -> ProfileFacts | Refusal:
    """The channel in an answer of `channel`, of `external_id` and `handle`, each where given.

    A channel of another id, or of another handle where no id is given, is a Refusal.
    """
    found_id = read_channel_id(answer.get("channelId"))
    if found_id is None:
        return changed("The channel has no readable id")
    if external_id is not None and found_id != external_id:
        return changed(f"Asked for channel {external_id}, answered with {found_id}")
    found_handle = _handle_in(answer.get("channel"))
    if external_id is None and handle is not None and found_handle not in (None, handle):
        return changed(f"Asked for @{handle}, answered with @{found_handle}")
    if are_unsaid(*(answer.get(name) for name in ("subscriberCount", "subscriberCountText", "videoCountText"))):
        return changed(NO_FIGURES)
    pictures: Iterator[str | None] = (
        read_url(dig(source, "url")) for source in reversed(as_list(dig(answer, "avatar", "image", "sources")))
    )
    links = (read_link(link) for link in as_list(answer.get("links")))
    return ProfileFacts(
        platform=Platform.YOUTUBE,
        external_id=found_id,
        handle=found_handle or handle or found_id,
        display_name=read_text(answer.get("name"), LONGEST_NAME),
        biography=read_text(answer.get("description")),
        link_in_bio=next((link for link in links if link is not None), None),
        picture_url=next((url for url in pictures if url is not None), None),
        counts=known_counts(
            {
                "followers": rounded_down(read_count(answer.get("subscriberCount")))
                or _leading_count(answer.get("subscriberCountText")),
                "profile_posts": _leading_count(answer.get("videoCountText")),
            }
        ),
    )


def parse_list(answer: Mapping[str, object], name: str, channel_id: str) -> ListPage | Refusal:
    """One page of the `videos` or the `shorts`, whichever `name` says, of a channel.

    Entries that name another channel are left out, and counted unreadable. When they were published is estimated by
    YouTube's "9 days ago": good enough to order them by and to stop at, and for nothing else.
    """
    entries = answer.get(name)
    if not isinstance(entries, list):
        return changed(f"The answer is no list of {name}")
    read = [post for post in map(_video, entries) if post is not None]
    own = [post for post in read if post.author_external_id in (None, channel_id)]
    if read and not own:
        return changed(f"Asked for {name} of channel {channel_id}, answered with somebody else's")
    posts = tuple(replace(post, author_external_id=channel_id) for post in own)
    cursor = answer.get("continuationToken")
    is_cursor = isinstance(cursor, str) and 0 < len(cursor) <= LONGEST_CURSOR
    return ListPage(posts, len(entries) - len(posts), bool(cursor), str(cursor) if is_cursor else None)


def _video(entry: object) -> PostFacts | None:
    fields = as_object(entry)
    video_id = read_video_id(fields.get("id"))
    if video_id is None:
        return None
    counts = known_counts(
        {
            "views": read_count(fields.get("viewCountInt")),
            "likes": read_count(fields.get("likeCountInt")),
            "comments": read_count(fields.get("commentCountInt")),
        }
    )
    channel = fields.get("channel")
    published = (fields.get("publishDate"), fields.get("publishedTime"))
    return PostFacts(
        platform=Platform.YOUTUBE,
        external_id=video_id,
        kind=VideoKind.VIDEO,
        author_external_id=read_channel_id(dig(channel, "id")),
        author_handle=_handle_in(dig(channel, "url")),
        caption=read_text(fields.get("title")),
        published_at=next((instant for instant in map(read_iso_instant, published) if instant is not None), None),
        duration_seconds=read_milliseconds(fields.get("durationMs")) or read_seconds(fields.get("lengthSeconds")),
        thumbnail_url=read_url(fields.get("thumbnail")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def _handle_in(address: object) -> str | None:
    """The handle in the address of a channel's page."""
    url = read_url(address)
    try:
        return read_channel_handle(urlsplit(url).path.strip("/")) if url is not None else None
    except ValueError:
        return None


def _leading_count(text: object) -> Count | None:
    """The counter that a text such as "9,221 videos" begins with."""
    match = FIRST_WORD.match(text) if isinstance(text, str) else None
    return read_count(match[1]) if match is not None else None
