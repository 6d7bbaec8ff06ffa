"""The links of X, formerly Twitter."""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, read_number, short_link
from app.domain.platforms import Platform

UNKNOWN_AUTHOR = "i"
"""Stands in the author's place where an address names none."""

HANDLE = HandleRule(re.compile(r"[a-z0-9_]{1,15}"), "1 to 15 letters, digits and underscores")

MEDIA = r"(?i:/(?:video|photo)/\d+)?"
PAGES = (
    post(rf"(?P<author>\w{{1,15}})/(?i:status|statuses)/(?P<id>\d+){MEDIA}"),
    post(rf"(?i:statuses|i/web/status)/(?P<id>\d+){MEDIA}"),
)


def read_post(parts: Parts) -> PostName | None:
    """A post and its author."""
    external_id = read_number(parts["id"])
    author = HANDLE.canonical(parts.get("author") or "")
    if external_id is None:
        return None
    return PostName(Platform.TWITTER, external_id, None, None if author == UNKNOWN_AUTHOR else author)


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a post."""
    return f"https://x.com/{author_handle or UNKNOWN_AUTHOR}/status/{external_id}"


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={"x.com": PAGES, "twitter.com": PAGES, "t.co": (short_link(r"[\w-]+", "t.co"),)},
    bare=(post(r"(?P<id>\d+)"),),
    post_forms="https://x.com/<name>/status/<id>, or the id alone",
    read_post=read_post,
    post_url=post_url,
    profile_url="https://x.com/{}".format,
)
