"""What look-ups come to: things as their platforms show them, whoever tracks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.platforms import Platform, VideoKind, ViewsKind


@dataclass(frozen=True, kw_only=True)  # without slots, for only one base of a class may have some
class LookedUp:
    """When and from where it is."""

    platform: Platform
    provider: str
    fetched_at: datetime
    is_cached: bool
    """Whether it was there already; False where somebody waited for it."""
    good_until: datetime
    """Until when the same answer is given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """A post as its platform shows it; a counter that is unknown or hidden is None."""

    external_id: str
    shortcode: str | None
    url: str
    kind: VideoKind
    author_handle: str | None
    caption: str | None
    published_at: datetime | None
    thumbnail_url: str | None
    views: int | None
    views_kind: ViewsKind | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    hidden: Sequence[str]
    """Counters that the owner has switched off."""
    approximate: Sequence[str]
    """Counters that are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStats(PublicPost, LookedUp):
    """A post, looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(LookedUp):
    """An account, looked up; a counter that is unknown is None."""

    external_id: str | None
    username: str
    url: str
    display_name: str | None
    biography: str | None
    link_in_bio: str | None
    picture_url: str | None
    is_verified: bool | None
    followers: int | None
    following: int | None
    profile_posts: int | None
    total_likes: int | None
    approximate: Sequence[str]
    """Counters that are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentVideos(LookedUp):
    """The newest posts of an account, the newest first."""

    username: str
    videos: Sequence[PublicPost]


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianViews(LookedUp):
    """What a post of an account is usually viewed, by its newest ones."""

    username: str
    median_views: int | None
    """None where no view count is known."""
    view_counts: Sequence[int]
    """Those that are known, in ascending order."""
    is_approximate: bool
    """Whether one of them is rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEmail(LookedUp):
    """The mail address that an account shows to everybody, if it does."""

    username: str
    email: str | None
    source: str | None
    """Where it stands: "bio". None without an address."""
