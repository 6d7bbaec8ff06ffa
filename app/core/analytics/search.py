"""Searching: what of an organization holds a piece of text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.filters import read_text
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.domain.records import Account, Creator, Video
from app.domain.viewer import Scope, Viewer
from app.store.analytics.search import search_accounts, search_creators, search_videos

LIMITS = range(1, 26)
DEFAULT_LIMIT = 10


class Section(StrEnum):
    """What is searched."""

    ACCOUNTS = "accounts"
    CREATORS = "creators"
    VIDEOS = "videos"


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found; a section that was not asked for is empty."""

    accounts: Sequence[Account] = ()
    creators: Sequence[Creator] = ()
    videos: Sequence[Video] = ()


async def search(
    viewer: Viewer,
    text: str,
    limit: int = DEFAULT_LIMIT,
    *,
    sections: Collection[Section] = tuple(Section),
    platforms: Collection[Platform] | None = None,
) -> SearchResults:
    """Finds accounts by handle and display name, creators by name, videos by caption: at most `limit` of each.

    Accounts and videos are those on `platforms`, where some are given. Case and accents do not matter, and no character
    is a wildcard. Three characters and more are found anywhere, fewer at the start of a line. Blank text finds nothing.
    Accounts come by followers, creators by name, videos by views. One statement per section. Raises Forbidden, or
    InvalidInput naming `text` or `limit`.
    """
    viewer.require(Scope.READ)
    wanted = read_text(text, "text")
    if limit not in LIMITS:
        raise InvalidInput(f"The limit is {limit}; it takes {LIMITS.start} to {LIMITS.stop - 1}.", "limit")
    if wanted is None:
        return SearchResults()
    asked = (viewer.organization_id, wanted, limit)
    # One after the other: a request holds one database connection.
    return SearchResults(
        accounts=await search_accounts(*asked, platforms) if Section.ACCOUNTS in sections else (),
        creators=await search_creators(*asked) if Section.CREATORS in sections else (),
        videos=await search_videos(*asked, platforms) if Section.VIDEOS in sections else (),
    )
