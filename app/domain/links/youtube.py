"""YouTube's links.

A channel is kept by the best name given: its handle, the channel id "UC…" (capitals, so never taken for a handle), or
an old address as "c/name" or "user/name". The first refresh replaces what is no handle by the channel's handle.
"""

import re

from app.domain.links.names import PostName
from app.domain.links.shapes import HandleRule, Parts, PlatformLinks, post, profile
from app.domain.platforms import Platform

CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
OLD_ADDRESS = re.compile(r"(c|user)/(.+)")
NAME = r"[^\x00-,/:-@\[-^`{-\x7f\s]"
"""A character of a name: a letter or digit of any script, a hyphen, underscore, full stop or middle dot."""

HANDLE = HandleRule(
    re.compile(rf"{NAME}{{1,30}}|(?:c|user)/{NAME}{{1,59}}"),
    "up to 30 letters, digits, hyphens, underscores and full stops; or a channel id, UC and 22 characters",
    as_written=CHANNEL_ID,
    is_ascii=False,
)

VIDEO_ID = r"(?P<id>[\w-]{11})"
TAB = r"(?i:/(?:videos|shorts|streams|featured|playlists|posts|community|about))?"
EMBEDDED = post(rf"(?i:embed)/(?!(?i:videoseries|live_stream)$){VIDEO_ID}")
PAGES = (
    post(r"(?i:watch)", parameter="v"),
    post(rf"(?i:shorts|live|v|e)/{VIDEO_ID}"),
    EMBEDDED,
    profile(rf"(?P<handle>@[^/]+){TAB}"),
    profile(rf"(?i:channel)/(?P<handle>UC[\w-]{{22}}){TAB}"),
    profile(rf"(?P<kind>(?i:c|user))/(?P<handle>[^/@]+){TAB}"),
)


def read_post(parts: Parts) -> PostName | None:
    """A video by its eleven characters."""
    external_id = parts["id"]
    if external_id is None or not re.fullmatch(r"[\w-]{11}", external_id, re.ASCII):
        return None
    return PostName(Platform.YOUTUBE, external_id, None, None)


def post_url(external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The page of a video."""
    return f"https://www.youtube.com/watch?v={external_id}"


def profile_url(handle: str) -> str:
    """The page of a channel."""
    if CHANNEL_ID.fullmatch(handle):
        return f"https://www.youtube.com/channel/{handle}"
    return (
        f"https://www.youtube.com/{handle}" if OLD_ADDRESS.fullmatch(handle) else f"https://www.youtube.com/@{handle}"
    )


LINKS = PlatformLinks(
    handle=HANDLE,
    hosts={
        "youtube.com": PAGES,
        "music.youtube.com": PAGES,
        "youtube-nocookie.com": (EMBEDDED,),
        "youtu.be": (post(VIDEO_ID),),
    },
    bare=(
        post(VIDEO_ID),
        profile(r"(?P<handle>@.+)"),
        profile(r"(?P<handle>UC[\w-]{22})"),
        profile(r"(?P<kind>c|user)/(?P<handle>[^/@]+)"),
    ),
    post_forms="https://www.youtube.com/watch?v=<id>, https://www.youtube.com/shorts/<id>, or the id alone",
    read_post=read_post,
    post_url=post_url,
    profile_url=profile_url,
)
