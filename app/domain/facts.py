"""Facts: what a provider says now. An unknown or hidden counter is absent, never 0."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.platforms import Platform, VideoKind, ViewsKind


@dataclass(frozen=True, slots=True)
class Count:
    """One absolute counter value as an upstream showed it.

    `step` is the rounding step of an approximate value, 10^(digits - significant digits), and 1 for an exact one.
    """

    value: int
    step: int = 1

    @property
    def is_approximate(self) -> bool:
        return self.step > 1


Counts = Mapping[str, Count]
"""Counter name (`metrics.POST_COUNTERS`, `POST_EXTRAS`, `ACCOUNT_COUNTERS`) to its count; unknown ones are absent."""


@dataclass(frozen=True, slots=True)
class PostFacts:
    """One post as a provider shows it."""

    platform: Platform
    external_id: str
    """The platform's own id of the post: TikTok's 19 digits, Instagram's media pk."""
    kind: VideoKind
    shortcode: str | None = None
    """Instagram's shortcode; None elsewhere."""
    author_external_id: str | None = None
    author_handle: str | None = None
    caption: str | None = None
    published_at: datetime | None = None
    duration_seconds: int | None = None
    thumbnail_url: str | None = None
    video_url: str | None = None
    is_pinned: bool = False
    views_kind: ViewsKind | None = None
    """What `counts["views"]` counts; None when views are unknown."""
    counts: Counts = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Counters the owner has switched off (they are absent from `counts`)."""
    filled_by: Mapping[str, str] = field(default_factory=dict)
    """Counter to the provider it is from, for those that are not from the provider of the other facts."""


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """One account as a provider shows it."""

    platform: Platform
    external_id: str | None
    """The platform's stable id of the account: it survives a change of handle. None where a route does not tell it."""
    handle: str
    secondary_id: str | None = None
    """A second stable id where the platform has one (TikTok's secUid, the id of Instagram's Graph API)."""
    display_name: str | None = None
    biography: str | None = None
    link_in_bio: str | None = None
    picture_url: str | None = None
    is_verified: bool | None = None
    is_private: bool = False
    counts: Counts = field(default_factory=dict)
    filled_by: Mapping[str, str] = field(default_factory=dict)
    """Counter to the provider it is from, for those that are not from the provider of the other facts."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What one refresh of an account learnt: its profile and the recent posts that were delivered."""

    profile: ProfileFacts
    posts: tuple[PostFacts, ...]
    captured_at: datetime
    provider: str
    route: str
    posts_complete: bool = True
    """False when the list of posts could not be read to the bounds asked for; absent posts are then not observed."""
