"""TikTok's links."""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, profile, read_number, short_link
from app.domain.platforms import Platform

UNKNOWN_AUTHOR = "_"
"""Written for an author nobody knows; TikTok takes any handle."""

HANDLE = HandleRule(
    re.compile(r"[a-z0-9_-](?:[a-z0-9_.-]{0,22}[a-z0-9_-])?"),
    "1 to 24 letters, digits, underscores, hyphens and full stops, not starting or ending with a full stop",
)

SHARED = post(r"(?i:share/video)/(?P<id>\d+)")
PAGES = (
    post(r"@(?P<author>[\w.-]*)/(?i:video|photo)/(?P<id>\d+)"),
    SHARED,
    post(r"(?i:embed(?:/v2)?)/(?P<id>\d+)"),
    post(r"(?i:v)/(?P<id>\d+)(?i:\.html)"),
    short_link(r"(?i:t)/[\w-]+", "www.tiktok.com"),
    profile(r"(?P<handle>@[\w.-]+)"),
)


def read_post(parts: Parts) -> PostName | None:
    """A post and its author; a secret user id in the author's place is passed over."""
    external_id = read_number(parts["id"])
    author = HANDLE.canonical(parts.get("author") or "")
    if external_id is None:
        return None
    return PostName(Platform.TIKTOK, external_id, None, None if author == UNKNOWN_AUTHOR else author)


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a post."""
    return f"https://www.tiktok.com/@{author_handle or UNKNOWN_AUTHOR}/video/{external_id}"


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={
        "tiktok.com": PAGES,
        "*.tiktok.com": PAGES,
        "vm.tiktok.com": (short_link(r"[\w-]+", "vm.tiktok.com"),),
        "vt.tiktok.com": (short_link(r"[\w-]+", "vt.tiktok.com"),),
        "tiktokv.com": (SHARED,),
    },
    bare=(post(r"(?P<id>\d+)"), profile(r"(?P<handle>@.+)")),
    post_forms="https://www.tiktok.com/@name/video/<id>, or the id alone",
    read_post=read_post,
    post_url=post_url,
    profile_url="https://www.tiktok.com/@{}".format,
)
