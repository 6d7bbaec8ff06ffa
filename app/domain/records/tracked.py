"""What an organization tracks, with its latest counters: None where unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.platforms import Platform, VideoKind, ViewsKind


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
    organization_id: UUID
    platform: Platform
    external_id: str
    shortcode: str | None
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
