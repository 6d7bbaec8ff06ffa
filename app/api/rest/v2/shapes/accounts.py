"""Accounts as v2 shows them, and what it takes to track and change one."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.rest.v2.shapes.words import (
    PLATFORM_OF,
    SIGNED,
    CreatorChoice,
    Cursor,
    IncludeTotal,
    Instant,
    Limit,
    Metadata,
    OrderDirection,
    Platform,
    ScrapeInterval,
    Text,
)
from app.domain import records


class Account(Struct, frozen=True, kw_only=True):
    """A tracked profile, with its latest figures. A counter is 0 while it is unknown, where it cannot be null."""

    id: UUID
    type: Literal["account"] = "account"
    platform: Platform
    username: str
    name: Annotated[str | None, Meta(description="Display name.")]
    description: Annotated[str | None, Meta(description="Bio.")]
    profile_pic_url: Annotated[str | None, Meta(description="The same as profile_pic_url_original.")]
    profile_pic_url_original: Annotated[str | None, Meta(description="Picture at the platform; it expires.")]
    is_verified: bool
    is_active: Annotated[bool | None, Meta(description="Tracking is on, or paused; never null here.")]
    is_unavailable: Annotated[bool, Meta(description="Private, removed or unreachable.")]
    link_in_bio: str | None
    creator_id: UUID | None
    creator_name: str | None
    category: str | None
    metadata: dict[str, str] | None
    added_at: Annotated[Instant | None, Meta(description="When tracking began.")]
    first_scrape_time: Annotated[Instant | None, Meta(description="First refresh that succeeded.")]
    last_scrape_time: Annotated[Instant | None, Meta(description="Latest one; null until the first.")]
    scrape_interval_hours: int
    follower_count: int
    following_count: int
    profile_post_count: Annotated[int, Meta(description="Posts as the platform reports them.")]
    total_post_count: Annotated[int, Meta(description="Posts found and tracked here.")]
    view_count: int
    like_count: int
    comment_count: int
    share_count: int
    play_count: int
    saved_count: Annotated[int | None, Meta(description="Instagram only.")]
    fb_play_count: Annotated[int | None, Meta(description="Not kept for accounts; each post has its own.")]
    ig_play_count: Annotated[int | None, Meta(description="Not kept for accounts; each post has its own.")]
    fb_like_count: Annotated[int | None, Meta(description="Not kept for accounts; each post has its own.")]
    max_recent_posts_per_account: Annotated[int | None, Meta(description="Null inherits the organization's.")]
    post_lookback_days: Annotated[int | None, Meta(description="Null inherits the organization's.")]
    effective_max_recent_posts_per_account: int | None
    effective_post_lookback_days: int | None


SHOWN: records.Attributes = frozenset(
    [
        *("platform", "handle", "display_name", "biography", "picture_url", "is_verified", "is_active"),
        *("is_unavailable", "link_in_bio", "creator_name", "category", "metadata", "refresh_interval_hours"),
        *("added_at", "first_refreshed_at", "last_refreshed_at", "followers", "following", "profile_posts"),
        *("discovered_posts", "views", "likes", "comments", "shares", "plays", "saves", "max_recent_posts"),
        *("post_lookback_days", "effective_max_recent_posts", "effective_post_lookback_days"),
    ]
)
"""What of an account is shown, so that lists need not read the rest."""


def show_account(account: records.Account) -> Account:
    """An account of the two platforms of v2."""
    platform = PLATFORM_OF[account.platform]
    return Account(
        id=account.id,
        platform=platform,
        username=account.handle,
        name=account.display_name,
        description=account.biography,
        profile_pic_url=account.picture_url,
        profile_pic_url_original=account.picture_url,
        is_verified=account.is_verified,
        is_active=account.is_active,
        is_unavailable=account.is_unavailable,
        link_in_bio=account.link_in_bio,
        creator_id=account.creator_id,
        creator_name=account.creator_name,
        category=account.category,
        metadata=dict(account.metadata),
        added_at=account.added_at,
        first_scrape_time=account.first_refreshed_at,
        last_scrape_time=account.last_refreshed_at,
        scrape_interval_hours=account.refresh_interval_hours,
        follower_count=account.followers or 0,
        following_count=account.following or 0,
        profile_post_count=account.profile_posts or 0,
        total_post_count=account.discovered_posts,
        view_count=account.views or 0,
        like_count=account.likes or 0,
        comment_count=account.comments or 0,
        share_count=account.shares or 0,
        play_count=account.plays or 0,
        saved_count=account.saves if platform is Platform.INSTAGRAM else None,
        fb_play_count=None,
        ig_play_count=None,
        fb_like_count=None,
        max_recent_posts_per_account=account.max_recent_posts,
        post_lookback_days=account.post_lookback_days,
        effective_max_recent_posts_per_account=account.effective_max_recent_posts,
        effective_post_lookback_days=account.effective_post_lookback_days,
    )


class AccountOrder(StrEnum):
    """What a list of accounts is ordered by."""

    ADDED_AT = "added_at"
    USERNAME = "username"
    LAST_SCRAPE_TIME = "last_scrape_time"
    FOLLOWER_COUNT = "follower_count"
    VIEW_COUNT = "view_count"
    LIKE_COUNT = "like_count"
    PLAY_COUNT = "play_count"


AccountSort = Literal[
    "added_at",
    "-added_at",
    "username",
    "-username",
    "last_scrape_time",
    "-last_scrape_time",
    "follower_count",
    "-follower_count",
    "view_count",
    "-view_count",
    "like_count",
    "-like_count",
    "play_count",
    "-play_count",
]


class AccountListing(Struct, frozen=True, kw_only=True):
    """Which accounts, in which order, and how many."""

    limit: Limit = 50
    cursor: Cursor | None = None
    platform: Annotated[Platform | None, Meta(description="Only those of this one.")] = None
    q: Text | None = None
    is_active: Annotated[bool | None, Meta(description="Only those that are tracked, or only those paused.")] = None
    is_verified: Annotated[bool | None, Meta(description="Only those with the platform's badge, or without.")] = None
    category: Annotated[str, Meta(max_length=128, description="Only those of this category.")] | None = None
    creator_id: CreatorChoice | None = None
    order_by: Annotated[AccountOrder | None, Meta(description="Wins over sort.")] = None
    order_direction: Annotated[OrderDirection | None, Meta(description="desc by default.")] = None
    sort: Annotated[AccountSort, Meta(description=SIGNED)] = "-added_at"
    include_total: IncludeTotal = False


class NewAccount(Struct, frozen=True, kw_only=True):
    """A profile to track."""

    platform: Platform
    username: Annotated[str, Meta(min_length=1, max_length=128, description="The handle, with or without @.")]
    creator_id: Annotated[UUID | None, Meta(description="A creator to link it to at once.")] = None
    category: Annotated[str, Meta(max_length=128, description="A label of your own.")] | None = None
    metadata: Metadata | None = None
    scrape_interval_hours: ScrapeInterval = 24


class AccountPatch(Struct, frozen=True, kw_only=True):
    """What to change; what is left out stays, null clears what can be null."""

    is_active: Annotated[bool, Meta(description="False pauses, true resumes.")] | UnsetType = UNSET
    category: Annotated[str, Meta(max_length=128)] | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    scrape_interval_hours: ScrapeInterval | UnsetType = UNSET
    creator_id: Annotated[UUID, Meta(description="Links it; null unlinks it.")] | UnsetType | None = UNSET
    max_recent_posts_per_account: Annotated[int, Meta(ge=1, le=1000)] | UnsetType | None = UNSET
    post_lookback_days: Annotated[int, Meta(ge=1, le=3650)] | UnsetType | None = UNSET
