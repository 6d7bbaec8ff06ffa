"""Facebook's links."""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, read_number, short_link
from app.domain.platforms import Platform

RESERVED = frozenset(
    {
        *("ads", "business", "embed", "events", "flx", "gaming", "groups", "hashtag", "login", "marketplace", "media"),
        *("pages", "people", "photo", "plugins", "reel", "reels", "share", "sharer", "stories", "watch"),
    }
)
HANDLE = HandleRule(
    re.compile(r"[a-z0-9][a-z0-9.-]{0,63}"), "1 to 64 letters, digits, full stops and hyphens", reserved=RESERVED
)
POST_ID = re.compile(r"pfbid[0-9A-Za-z]{1,120}")

ID = r"(?P<id>\d+|pfbid[0-9A-Za-z]+)"
PAGES = (
    post(rf"(?P<author>[^/]+)/(?i:posts)/(?:[^/]+/)?{ID}"),
    post(r"(?P<author>[^/]+)/(?i:videos)/(?:[^/]+/)?(?P<id>\d+)"),
    post(r"(?i:reel)/(?P<id>\d+)"),
    post(r"(?i:watch(?:/live)?|video\.php)", parameter="v"),
    post(r"(?i:permalink\.php|story\.php)", parameter="story_fbid", author_parameter="id"),
    post(r"(?i:photo(?:\.php)?)", parameter="fbid"),
    post(r"(?i:groups)/[^/]+/(?i:posts|permalink)/(?P<id>\d+)"),
    short_link(r"(?i:share)/(?:(?i:v|r|p)/)?[\w-]+", "www.facebook.com"),
)


def read_post(parts: Parts) -> PostName | None:
    """A post and its page, where the page's name is a plain one."""
    text = parts["id"] or ""
    external_id = text if POST_ID.fullmatch(text) else read_number(text)
    page = parts.get("author")
    if external_id is None or (page is not None and page.lower() in RESERVED):
        return None
    return PostName(Platform.FACEBOOK, external_id, None, None if page is None else HANDLE.canonical(page))


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a post; without its page's name the one that plays videos, or that shows a story."""
    if author_handle is not None:
        return f"https://www.facebook.com/{author_handle}/posts/{external_id}"
    if POST_ID.fullmatch(external_id):
        return f"https://www.facebook.com/story.php?story_fbid={external_id}"
    return f"https://www.facebook.com/watch/?v={external_id}"


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={
        "facebook.com": PAGES,
        "*.facebook.com": PAGES,
        "fb.com": PAGES,
        "fb.watch": (short_link(r"(?i:v/)?[\w-]+", "fb.watch"),),
    },
    bare=(post(ID),),
    post_forms="https://www.facebook.com/<page>/posts/<id>, https://www.facebook.com/watch/?v=<id>, or the id alone",
    read_post=read_post,
    post_url=post_url,
    profile_url="https://www.facebook.com/{}".format,
)
