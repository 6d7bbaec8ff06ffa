"""Walking a paged list of posts, newest first, until the bounds are reached or the list ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.domain.facts import PostFacts
from app.providers.base import PostBounds
from app.providers.failures import Refusal


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, in the order it came."""

    posts: tuple[PostFacts, ...]
    unreadable: int
    """Entries that could not be read, or that belong to somebody else."""
    goes_on: bool
    """Whether further pages follow."""
    cursor: str | None
    """What the next page is asked for by; None after the last, and where it cannot be read."""


@dataclass(slots=True)
class Gathered:
    """What a walk has found so far."""

    posts: dict[str, PostFacts] = field(default_factory=dict)
    is_complete: bool = False
    """Whether the walk reached the bounds, or the end of the list."""
    shortfall: str | None = None
    """Why the walk broke off, or what of it could not be read; None where nothing is amiss."""


async def walk(
    page_after: Callable[[str | None], Awaitable[ListPage | Refusal]], bounds: PostBounds, most_pages: int
) -> Gathered:
    """Asks for page after page, the first by None, at most `most_pages` of them.

    Pinned posts come first whatever their age: they neither fill the bounds nor say how far the walk has come.
    """
    gathered = Gathered()
    if bounds.max_posts == 0:
        gathered.is_complete = True
        return gathered
    cursor: str | None = None
    unreadable = 0
    for _ in range(most_pages):
        page = await page_after(cursor)
        if isinstance(page, Refusal):
            gathered.shortfall = page.reason
            return gathered
        known_before = len(gathered.posts)
        gathered.posts |= {post.external_id: post for post in page.posts}
        unreadable += page.unreadable
        if not page.goes_on or _is_reached(gathered, page, bounds):
            gathered.is_complete = unreadable == 0
            gathered.shortfall = f"{unreadable} posts could not be read" if unreadable else None
            return gathered
        if page.cursor is None or len(gathered.posts) == known_before:
            gathered.shortfall = "The list goes on without showing further posts"
            return gathered
        cursor = page.cursor
    return gathered


def _is_reached(gathered: Gathered, page: ListPage, bounds: PostBounds) -> bool:
    in_order = sum(not post.is_pinned for post in gathered.posts.values())
    if bounds.max_posts is not None and in_order >= bounds.max_posts:
        return True
    ages = [post.published_at for post in page.posts if not post.is_pinned and post.published_at is not None]
    return bounds.published_after is not None and bool(ages) and min(ages) < bounds.published_after
