"""LinkedIn's links. A post's id keeps its kind, for each kind has numbers of its own."""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, read_number, short_link
from app.domain.platforms import Platform

KINDS = {kind.lower(): kind for kind in ("activity", "ugcPost", "share")}

HANDLE = HandleRule(re.compile(r"[a-z0-9-]{3,64}"), "3 to 64 letters, digits and hyphens")

KIND = r"(?P<kind>(?i:activity|ugcPost|share))"
URN = rf"(?i:urn:li):{KIND}:(?P<id>\d+)"
PAGES = (
    post(rf"(?i:(?:embed/)?feed/update)/{URN}"),
    # What stands before the first underscore is the author; the words of the post follow.
    post(rf"(?i:posts)/(?:(?P<author>[^/_]+)_)?(?:[^/]*-)?{KIND}-(?P<id>\d+)-[\w-]{{4}}"),
)


def read_post(parts: Parts) -> PostName | None:
    """A post by its kind and number, and its author."""
    number = read_number(parts["id"])
    if number is None:
        return None
    kind = KINDS[(parts["kind"] or "").lower()]
    return PostName(Platform.LINKEDIN, f"{kind}:{number}", None, HANDLE.canonical(parts.get("author") or ""))


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a post."""
    return f"https://www.linkedin.com/feed/update/urn:li:{external_id}/"


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={"linkedin.com": PAGES, "*.linkedin.com": PAGES, "lnkd.in": (short_link(r"[\w-]+", "lnkd.in"),)},
    bare=(post(URN), post(rf"{KIND}:(?P<id>\d+)")),
    post_forms="https://www.linkedin.com/feed/update/urn:li:activity:<id>, or the kind and the id, activity:<id>",
    read_post=read_post,
    post_url=post_url,
    profile_url="https://www.linkedin.com/in/{}/".format,
)
