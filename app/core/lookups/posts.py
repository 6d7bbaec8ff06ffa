"""Looking up posts: what their platforms say of them now, without tracking them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.core.lookups.showing import show_post_stats
from app.core.lookups.sources import Sources
from app.domain.links import PostName, ProfileName, ShortLink, read_link
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput, Problem
from app.domain.records import PostStats
from app.domain.viewer import Scope, Viewer
from app.providers.base import PostIdentity

MOST_AT_ONCE = 50


async def look_up_post_stats(
    viewer: Viewer, sources: Sources, text: str, platform: Platform | None = None, *, now: datetime
) -> PostStats:
    """The counters of the public post that a link, or with a platform its id, names.

    Nothing is tracked or written. An answer younger than its age is given again, to whoever asks; of many who ask at
    the same time one asks the platform. Raises Forbidden, InvalidInput naming `url` or `platform`, or LookUpFailed.
    """
    viewer.require(Scope.READ)
    name = await read_name(sources, text, platform)
    if not isinstance(name, PostName):
        raise InvalidInput(f"This is the link of a profile of {name.platform.value}, not of a post.", "url")
    identity = PostIdentity(name.platform, name.external_id, name.author_handle)
    return show_post_stats(await sources.obtain_post(identity, now))


async def look_up_posts(
    viewer: Viewer, sources: Sources, texts: Sequence[str], platform: Platform | None = None, *, now: datetime
) -> list[PostStats | Problem]:
    """The same of 1 to 50 posts at once: for each what it came to, in their order; what one fails for stops no other.

    Raises Forbidden, or InvalidInput naming `urls` for their number.
    """
    viewer.require(Scope.READ)
    if not 1 <= len(texts) <= MOST_AT_ONCE:
        raise InvalidInput(f"There are {len(texts)} of them; 1 to {MOST_AT_ONCE} are allowed.", "urls")

    async def attempt(text: str) -> PostStats | Problem:
        try:
            return await look_up_post_stats(viewer, sources, text, platform, now=now)
        except Problem as problem:
            return problem

    return await asyncio.gather(*map(attempt, texts))


async def read_name(sources: Sources, text: str, platform: Platform | None) -> PostName | ProfileName:
    """What a link names; a short one is followed to where it leads. Raises InvalidInput naming `url`, or `platform`."""
    name = read_link(text, platform, "url")
    if isinstance(name, ShortLink):
        return await sources.resolve(name)
    return name
