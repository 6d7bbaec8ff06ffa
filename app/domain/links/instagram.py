"""Instagram's links."""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, profile, read_number, short_link
from app.domain.links.shortcodes import pk_of, shortcode_of, without_key
from app.domain.platforms import Platform

RESERVED = frozenset(
    {"p", "reel", "reels", "tv", "explore", "stories", "accounts", "direct", "share", "about", "legal"}
)

HANDLE = HandleRule(
    re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?"),
    "1 to 30 letters, digits, underscores and single full stops, not starting or ending with a full stop",
    reserved=RESERVED,
)

EMBEDDED = r"(?i:/embed(?:/captioned)?)?"
SHORTCODE = r"(?:(?i:p|reel|tv)|(?i:reels)(?!/audio(?:/|$)))/(?P<shortcode>[\w-]+)" + EMBEDDED
PAGES = (
    short_link(r"(?i:share)/(?:(?i:p|reel)/)?[\w-]+", "www.instagram.com"),
    post(SHORTCODE),
    post(rf"(?P<author>[\w.]+)/{SHORTCODE}"),
    profile(r"(?P<handle>[\w.]{2,})(?i:/reels|/tagged)?"),
)


def read_post(parts: Parts) -> PostName | None:
    """A post by its shortcode or its media pk, and its author."""
    author = parts.get("author")
    handle = None if author is None else HANDLE.canonical(author)
    if author is not None and handle is None:
        return None
    shortcode = parts.get("shortcode")
    if shortcode is not None:
        external_id = read_number(str(pk_of(shortcode)))
        kept = without_key(shortcode)
    else:
        external_id = read_number(parts["id"])
        kept = shortcode_of(int(external_id)) if external_id else ""
    return None if external_id is None else PostName(Platform.INSTAGRAM, external_id, kept, handle)


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a post."""
    return f"https://www.instagram.com/p/{shortcode or shortcode_of(int(external_id))}/"


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={"instagram.com": PAGES, "instagr.am": PAGES},
    # Digits alone are a media id, or one with its owner's behind it; a negative number is a wrong one and no shortcode.
    bare=(
        post(r"(?P<id>-?\d+)(?:_\d+)?"),
        post(r"(?P<shortcode>[\w-]+)"),
        profile(r"(?P<handle>@.+)"),
    ),
    post_forms="https://www.instagram.com/reel/<shortcode>/, or the shortcode or media id alone",
    read_post=read_post,
    post_url=post_url,
    profile_url="https://www.instagram.com/{}/".format,
)
