"""ScrapeCreators' own shapes of Facebook and LinkedIn posts read into facts: pure functions, which never raise."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, Refusal, changed
from app.providers.values import (
    are_unsaid,
    as_object,
    dig,
    known_counts,
    read_count,
    read_handle,
    read_identifier,
    read_iso_instant,
    read_seconds,
    read_text,
    read_url,
)

LINKEDIN_ID = re.compile(r"(activity|ugcPost|share)[:-](\d{1,20})", re.ASCII)
ABBREVIATED_FROM = 1_000


def parse_facebook_post(answer: Mapping[str, object], external_id: str) -> PostFacts | Refusal:
    """The post in an answer about Facebook, which goes by any of its ids: its own, its video's, those of its address.

    One that goes by none of them is another post, and a Refusal. Facebook shows views and shares abbreviated.
    """
    ids = set(_facebook_ids(answer))
    if not ids:
        return changed("The answer carries no readable post")
    # What "pfbid…" stands for is known to Facebook alone, so only another of its kind contradicts it.
    is_opaque = external_id.startswith("pfbid") and not any(found.startswith("pfbid") for found in ids)
    if external_id not in ids and not is_opaque:
        return changed(f"Asked for post {external_id}, answered with {min(ids)}")
    if are_unsaid(*(answer.get(f"{name}_count") for name in ("view", "like", "comment", "share"))):
        return changed(NO_FIGURES)
    counts = known_counts(
        {
            "views": as_abbreviated(read_count(answer.get("view_count"))),
            "likes": read_count(answer.get("like_count")),
            "comments": read_count(answer.get("comment_count")),
            "shares": as_abbreviated(read_count(answer.get("share_count"))),
        }
    )
    video, picture = as_object(answer.get("video")), read_url(answer.get("image_url"))
    return PostFacts(
        platform=Platform.FACEBOOK,
        external_id=external_id,
        kind=_facebook_kind(answer, has_video=bool(video), has_picture=picture is not None),
        author_external_id=read_identifier(dig(answer, "author", "id")),
        author_handle=_last_segment(Platform.FACEBOOK, dig(answer, "author", "url")),
        caption=read_text(answer.get("description")),
        published_at=read_iso_instant(answer.get("creation_time")),
        duration_seconds=read_seconds(video.get("length_in_second")),
        thumbnail_url=read_url(video.get("thumbnail")) or picture,
        video_url=read_url(video.get("hd_url")) or read_url(video.get("sd_url")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def parse_linkedin_post(answer: Mapping[str, object], external_id: str) -> PostFacts | Refusal:
    """The post in an answer about LinkedIn, as `kind:number`; one with another number of its kind is a Refusal.

    A post has a number of each kind, and its address may name another kind than was asked for.
    """
    address = read_url(answer.get("url"))
    named = dict(LINKEDIN_ID.findall(unquote(address))) if address is not None else {}
    if not named:
        return changed("The answer does not say which post it is about")
    kind, _, number = external_id.partition(":")
    if named.get(kind, number) != number:
        return changed(f"Asked for post {external_id}, answered with {kind}:{named[kind]}")
    if are_unsaid(answer.get("likeCount"), answer.get("commentCount")):
        return changed(NO_FIGURES)
    counts = known_counts(
        {"likes": read_count(answer.get("likeCount")), "comments": read_count(answer.get("commentCount"))}
    )
    texts = (read_text(answer.get(key)) for key in ("description", "headline", "name"))
    return PostFacts(
        platform=Platform.LINKEDIN,
        external_id=external_id,
        kind=VideoKind.TEXT,
        author_handle=_last_segment(Platform.LINKEDIN, dig(answer, "author", "url")),
        caption=next((text for text in texts if text is not None), None),
        published_at=read_iso_instant(answer.get("datePublished")),
        thumbnail_url=read_url(answer.get("image")),
        counts=counts,
    )


def as_abbreviated(count: Count | None) -> Count | None:
    """A counter that was written as "133K" before it became a number: its noughts at the end were not counted.

    >>> as_abbreviated(Count(133_000)), as_abbreviated(Count(133)), as_abbreviated(Count(1_204))
    (Count(value=133000, step=1000), Count(value=133, step=1), Count(value=1204, step=1))
    """
    if count is None or count.is_approximate or count.value < ABBREVIATED_FROM:
        return count
    digits = str(count.value)
    noughts = len(digits) - len(digits.rstrip("0"))
    return Count(count.value, 10**noughts)


def _facebook_ids(answer: Mapping[str, object]) -> Iterator[str]:
    for raw_id in (answer.get("post_id"), dig(answer, "video", "id")):
        found = raw_id if isinstance(raw_id, str) and raw_id.startswith("pfbid") else read_identifier(raw_id)
        if found is not None:
            yield found
    address = read_url(answer.get("url"))
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return
    named = [*parts.path.split("/"), *(value for key, value in parse_qsl(parts.query) if key in ("v", "story_fbid"))]
    yield from (name for name in named if name.startswith("pfbid") or read_identifier(name) is not None)


def _facebook_kind(answer: Mapping[str, object], *, has_video: bool, has_picture: bool) -> VideoKind:
    if has_video:
        return VideoKind.REEL if "/reel/" in str(answer.get("url")) else VideoKind.VIDEO
    return VideoKind.IMAGE if has_picture else VideoKind.TEXT


def _last_segment(platform: Platform, address: object) -> str | None:
    """The handle that the address of an author's page ends with."""
    url = read_url(address)
    try:
        path = urlsplit(url).path if url is not None else ""
    except ValueError:
        return None
    return read_handle(platform, path.strip("/").rpartition("/")[2])
