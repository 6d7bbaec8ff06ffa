"""Who an account is, whatever the time: its name, its size, how often it posts, and what is peculiar about it."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.domain.platforms import Platform
from app.sandbox.world.draws import chosen, draws, whole

JOINTS = re.compile(r"[._-]+")
CATEGORIES = ("Food & Drink", "Travel & Tourism", "Art & Design", "Sports & Fitness", "Education", "Music", "Comedy")

BIOGRAPHIES = (
    "New things every week. Say hello!",
    "Making the everyday a little less ordinary.",
    "Small studio, big curiosity.",
    "I try things so that you don't have to.",
    "Mostly outdoors, sometimes online.",
    "Notes from a life in progress.",
    "Learning in public since 2021.",
    "Here for the details.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """The time-independent description of an account. A handle nobody has described gets a derived one."""

    platform: Platform
    handle: str
    name: str
    biography: str
    category: str
    followers: int
    """At the beginning of 2026."""
    posts_per_year: int
    reach: float = 0.6
    """What a middling post comes to, as a share of the followers at the time."""
    pins: int = 0
    """How many posts are pinned to the top of the profile."""
    link: str | None = None
    is_verified: bool = False
    is_private: bool = False
    is_for_members: bool = False
    """Its posts are for grown-ups who are logged in."""
    hides_likes: bool = False
    hides_followers: bool = False
    takes_no_comments: bool = False
    gone_at: datetime | None = None
    was_suspended: bool = False
    """How it went: by the platform's will, not its own."""
    renamed_at: datetime | None = None
    renamed_to: str | None = None
    silent_from: datetime | None = None
    """No post appears from here on."""
    is_purged: bool = False
    """Bots gather for two weeks and are then thrown out, so that counters fall."""
    deletes_posts: bool = False
    """Every fifth post is deleted ten days after it went up."""
    fixed_post: tuple[datetime, str] | None = None
    """The post published about that time has that Instagram shortcode or other platform's id."""


def derived_persona(seed: int, platform: Platform, handle: str) -> Persona:
    """The persona of a handle that is not described by hand."""
    u = draws("persona", seed, platform.value, handle)
    is_busy = u[1] < 0.15
    return Persona(
        platform=platform,
        handle=handle,
        name=name_of(handle),
        biography=chosen(u[2], BIOGRAPHIES),
        category=chosen(u[3], CATEGORIES),
        followers=round(2_000 * 10 ** (3.3 * u[0] ** 1.4)),
        posts_per_year=whole(u[4], 104, 330) if is_busy else whole(u[4], 33, 45),
        reach=0.35 + u[5] / 2,
        pins=whole(u[6], 0, 2),
        link=f"https://{handle.replace('_', '-').strip('-')}.example" if u[7] < 0.5 else None,
        is_verified=u[0] > 0.8,
    )


def name_of(handle: str) -> str:
    """The display name somebody with that handle would choose.

    >>> name_of("the_tiny_lab")
    'The Tiny Lab'
    """
    return " ".join(word.capitalize() for word in JOINTS.split(handle) if word) or handle
