"""The answers of Instagram's business discovery read into facts: pure functions, which never raise."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal, changed
from app.providers.instagram.parse import post_identity
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
    read_identifier,
    read_integer,
    read_iso_instant,
    read_link,
    read_text,
    read_url,
)
from app.providers.walks import ListPage

CURSOR = re.compile(r"[\w=+/-]{1,1000}", re.ASCII)
POST_PATH = re.compile(r"/(?:[\w.]+/)?(?:p|reel|reels|tv)/([\w-]+)/?", re.ASCII)
USAGE_HEADERS = ("x-app-usage", "x-business-use-case-usage", "x-ad-account-usage")
SHARES = ("call_count", "total_time", "total_cputime")

KINDS: Mapping[str, VideoKind] = {
    "IMAGE": VideoKind.IMAGE,
    "VIDEO": VideoKind.VIDEO,
    "CAROUSEL_ALBUM": VideoKind.CAROUSEL,
}
NOT_PROFESSIONAL = "Instagram knows no such professional account; a personal one is not told of"
NOT_FOUND_SUBCODE = 2207013
RATE_CODES = frozenset({4, 17, 32, 613, 80002})


@dataclass(frozen=True, slots=True)
class Discovered:
    """An account, and one page of its posts."""

    profile: ProfileFacts
    page: ListPage


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of what we may ask has been used."""

    percent: float
    regain_seconds: int
    """How long until we may ask again, where it says so; else 0."""


def parse_discovery(body: bytes, identity: AccountIdentity) -> Discovered | Refusal:
    """The account in an answer with `business_discovery`, and the page of posts with it.

    It must be that of the handle, and of the Graph id where that is known (`secondary_id`): anyone else's is a Refusal.
    The id that the rest of Instagram goes by is not told, and stays what it is known to be.
    """
    if not body.strip():
        return Refusal(AnswerClass.UPSTREAM_ERROR, "Instagram's Graph API answered with nothing")
    data = decode_json(body)
    if isinstance(data, BrokenJson) and data.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, "The Graph API's answer is broken JSON")
    fields = as_object(dig(data, "business_discovery"))
    if not fields:
        return refusal_in(body, None) or changed("The answer discovers no account")
    handle, graph_id = read_handle(Platform.INSTAGRAM, fields.get("username")), read_identifier(fields.get("id"))
    if handle is None or graph_id is None:
        return changed("The account has no readable id and name")
    if handle != identity.handle:
        return changed(f"Asked for @{identity.handle}, answered with @{handle}")
    if identity.secondary_id not in (None, graph_id):
        return changed(f"@{handle} is now account {graph_id}, not {identity.secondary_id}")
    if are_unsaid(*(fields.get(name) for name in ("followers_count", "follows_count", "media_count"))):
        return changed(NO_FIGURES)
    profile = ProfileFacts(
        platform=Platform.INSTAGRAM,
        external_id=identity.external_id,
        handle=handle,
        secondary_id=graph_id,
        display_name=read_text(fields.get("name"), LONGEST_NAME),
        biography=read_text(fields.get("biography")),
        link_in_bio=read_link(fields.get("website")),
        picture_url=read_url(fields.get("profile_picture_url")),
        counts=known_counts(
            {
                "followers": read_count(fields.get("followers_count")),
                "following": read_count(fields.get("follows_count")),
                "profile_posts": read_count(fields.get("media_count")),
            }
        ),
    )
    return Discovered(profile, _page(fields.get("media"), handle))


def parse_discovered_media(media: object, handle: str) -> PostFacts | None:
    """The post in a discovered medium, which goes by the shortcode of its permalink; None without a readable one.

    Likes that are left out where comments are told were hidden by the owner.
    """
    fields = as_object(media)
    permalink = read_url(fields.get("permalink"))
    try:
        match = POST_PATH.fullmatch(urlsplit(permalink or "").path)
    except ValueError:
        return None
    names = post_identity(None, match[1]) if match is not None else None
    if names is None:
        return None
    is_reel = fields.get("media_product_type") == "REELS"
    counts = known_counts(
        {
            "views": read_count(fields.get("view_count")),
            "likes": read_count(fields.get("like_count")),
            "comments": read_count(fields.get("comments_count")),
        }
    )
    return PostFacts(
        platform=Platform.INSTAGRAM,
        external_id=names[0],
        kind=VideoKind.REEL if is_reel else KINDS.get(str(fields.get("media_type")), VideoKind.IMAGE),
        shortcode=names[1],
        author_handle=handle,
        caption=read_text(fields.get("caption")),
        published_at=read_iso_instant(fields.get("timestamp")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
        hidden=frozenset({"likes"} if "like_count" not in fields and "comments" in counts else ()),
    )


def refusal_in(body: bytes, status: int | None) -> Refusal | None:
    """What an error of the Graph API says; None for a body that is none, and where its status says more."""
    error = as_object(dig(decode_json(body), "error"))
    if not error:
        return None
    code, subcode = read_integer(error.get("code")), read_integer(error.get("error_subcode"))
    said = "/".join(str(number) for number in (code, subcode) if number is not None) or None
    message = read_text(error.get("message"), 200) or "it does not say why"
    if code == 110 or (code == 24 and subcode == NOT_FOUND_SUBCODE):
        return Refusal(AnswerClass.UNAVAILABLE, NOT_PROFESSIONAL, said)
    if code == 190:
        return Refusal(AnswerClass.AUTH_INVALID, "The Graph API does not take our token", said)
    if code is not None and (code == 10 or 200 <= code <= 299):
        return Refusal(AnswerClass.AUTH_INVALID, f"Our token is not allowed to ask this: {message}", said)
    if code in RATE_CODES:
        return Refusal(AnswerClass.RATE_LIMITED, "The Graph API asks to slow down", said)
    if read_flag(error.get("is_transient")) or code in (1, 2) or (status is not None and status >= 500):
        return Refusal(AnswerClass.UPSTREAM_ERROR, f"The Graph API failed: {message}", said)
    if status not in (None, 200, 400):
        return None
    return Refusal(AnswerClass.SCHEMA_CHANGED, f"The Graph API takes our request for malformed: {message}", said)


def usage_in(headers: Mapping[str, str]) -> Usage:
    """The greatest share of any of our limits that is used, as the headers of an answer tell it."""
    percent, regain_minutes = 0.0, 0
    for name in USAGE_HEADERS:
        told = decode_json(headers.get(name, "{}"))
        shares = [told, *(entry for entries in as_object(told).values() for entry in as_list(entries))]
        for share in map(as_object, shares):
            known = [value for key in SHARES if (value := _percent(share.get(key))) is not None]
            percent = max(percent, *known, 0.0)
            regain_minutes = max(regain_minutes, read_integer(share.get("estimated_time_to_regain_access")) or 0)
    return Usage(percent, min(regain_minutes, 24 * 60) * 60)


def _percent(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 10_000 and math.isfinite(value) else None


def _page(media: object, handle: str) -> ListPage:
    entries = as_list(dig(media, "data"))
    posts = tuple(post for entry in entries if (post := parse_discovered_media(entry, handle)) is not None)
    after = dig(media, "paging", "cursors", "after")
    is_cursor = isinstance(after, str) and CURSOR.fullmatch(after) is not None
    # The last page may have a cursor too: behind it there is an empty one.
    goes_on = bool(entries) and after is not None
    return ListPage(posts, len(entries) - len(posts), goes_on, str(after) if is_cursor else None)
