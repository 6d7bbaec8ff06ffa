"""What an organization tracks, with its latest counters: None where unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from app.domain.platforms import Platform, VideoKind, ViewsKind

Attributes: TypeAlias = frozenset[str]
"""Names of attributes of an account, a creator or a video.

A record that was read for the sake of some has these and its ids; to ask it for another one is an AttributeError.
"""


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant: it owns everything else."""

    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Creator:
    """A named group of accounts."""

    id: UUID
    organization_id: UUID
    name: str
    is_active: bool
    metadata: Mapping[str, str]
    added_at: datetime
    platforms: Mapping[Platform, int]
    """How many accounts are linked to it on each platform; platforms without any are absent."""
    platform_followers: Mapping[Platform, int]
    """On each platform the sum over its linked accounts whose followers are known; absent where none are."""
    followers: int | None
    """The sum over its linked accounts whose followers are known."""

    @property
    def account_count(self) -> int:
        """How many accounts are linked to it."""
        return sum(self.platforms.values())

    @property
    def platform(self) -> Platform | None:
        """The platform all its accounts are on; None when there is none, or several."""
        return next(iter(self.platforms)) if len(self.platforms) == 1 else None


@dataclass(frozen=True, slots=True)
class Account:
    """One handle on one platform that an organization tracks, with its latest counters."""

    id: UUID
    organization_id: UUID
    platform: Platform
    handle: str
    url: str
    creator_id: UUID | None
    """The creator it is linked to."""
    creator_name: str | None
    linked_at: datetime | None
    external_id: str | None
    display_name: str | None
    biography: str | None
    link_in_bio: str | None
    picture_url: str | None
    category: str | None
    metadata: Mapping[str, str]
    is_verified: bool
    is_active: bool
    is_paused_by_creator: bool
    """It is not active because its creator was paused, and will be again once the creator is resumed."""
    is_unavailable: bool
    is_private: bool
    added_at: datetime
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    next_refresh_at: datetime | None
    """When it is due; None while it is paused."""
    refresh_interval_hours: int
    max_recent_posts: int | None
    """How many of its newest posts are followed; None where the organization's default says so."""
    post_lookback_days: int | None
    """How old a post is followed; None where the organization's default says so."""
    effective_max_recent_posts: int | None
    effective_post_lookback_days: int | None
    """What holds of both; None is no bound."""
    followers: int | None
    following: int | None
    profile_posts: int | None
    total_likes: int | None
    discovered_posts: int
    """Posts found in its feed and tracked here."""
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None


@dataclass(frozen=True, slots=True)
class Video:
    """One post, with its latest counters."""

    id: UUID
    internal_id: int
    """A number of its own, for callers that know posts by numbers."""
    organization_id: UUID
    platform: Platform
    external_id: str
    shortcode: str | None
    author_handle: str | None
    author_external_id: str | None
    """Who posted it, as the platform says; None while unknown."""
    account_id: UUID | None
    """The tracked account whose feed it was found in."""
    kind: VideoKind | None
    """None before the first refresh of one that was tracked by itself."""
    url: str
    caption: str | None
    published_at: datetime | None
    duration_seconds: int | None
    thumbnail_url: str | None
    video_url: str | None
    is_pinned: bool
    is_unavailable: bool
    discovered_at: datetime | None
    added_at: datetime | None
    """When tracking of it by itself began; None while it is only part of its account's feed."""
    metadata: Mapping[str, str]
    is_active: bool
    next_refresh_at: datetime | None
    """When it is due by itself; None while it is not."""
    refresh_interval_hours: int | None
    """None while it is refreshed with its account alone."""
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    views_kind: ViewsKind | None
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    ig_plays: int | None
    fb_plays: int | None
    fb_likes: int | None
    """Of Instagram posts: plays there, and plays and likes on Facebook."""
    reposts: int | None
