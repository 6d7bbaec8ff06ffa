"""Videos as v2 shows them: those tracked by themselves, and those found in the feeds of accounts."""

from enum import StrEnum
from typing import Annotated, Any, Literal
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


class Post(Struct, frozen=True, kw_only=True):
    """What both kinds of videos show. A counter is null until it is known."""

    id: UUID
    platform: Platform
    external_id: Annotated[str, Meta(description="The platform's id of it.")]
    type: Literal["video"] = "video"
    shortcode: Annotated[str | None, Meta(description="Instagram only.")]
    first_scrape_time: Instant | None
    last_scrape_time: Instant | None
    metadata: dict[str, str] | None
    updated_at: Annotated[Instant | None, Meta(description="When it was refreshed last, or came here.")]
    description: Annotated[str | None, Meta(description="Caption.")]
    create_time: Annotated[Instant | None, Meta(description="When it was posted.")]
    media_type: Annotated[str | None, Meta(description="video, image, carousel or reel.")]
    duration: Annotated[int | None, Meta(description="Seconds.")]
    is_unavailable: bool | None
    cover_image_url: str | None
    cover_image_url_original: str | None
    video_url: str | None
    video_url_original: str | None
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    play_count: int | None
    saved_count: Annotated[int | None, Meta(description="Instagram only.")]
    total_views: Annotated[int | None, Meta(description="Views on all surfaces.")]
    total_plays: Annotated[int | None, Meta(description="Plays on all surfaces.")]
    account_id: Annotated[UUID | None, Meta(description="The tracked account that posted it.")]
    account_username: str | None
    platform_account_id: str | None
    platform_data: Annotated[dict[str, Any] | None, Meta(description="What only its platform counts.")]


class Video(Post, frozen=True, kw_only=True):
    """A post that is tracked by itself."""

    is_active: Annotated[bool, Meta(description="Tracking is on, or paused.")]
    scrape_interval_hours: int
    added_at: Instant | None


class AccountVideo(Post, frozen=True, kw_only=True):
    """A post that was found in the feed of a tracked account."""

    internal_id: Annotated[int, Meta(description="A number, for POST /account-videos/metrics.")]
    discovered_at: Instant | None


def _post(video: records.Video) -> dict[str, Any]:
    platform = PLATFORM_OF[video.platform]
    return {
        "id": video.id,
        "platform": platform,
        "external_id": video.external_id,
        "shortcode": video.shortcode,
        "first_scrape_time": video.first_refreshed_at,
        "last_scrape_time": video.last_refreshed_at,
        "metadata": dict(video.metadata),
        "updated_at": max(filter(None, (video.added_at, video.discovered_at, video.last_refreshed_at)), default=None),
        "description": video.caption,
        "create_time": video.published_at,
        "media_type": video.kind and video.kind.value,
        "duration": video.duration_seconds,
        "is_unavailable": video.is_unavailable,
        "cover_image_url": video.thumbnail_url,
        "cover_image_url_original": video.thumbnail_url,
        "video_url": video.video_url,
        "video_url_original": video.video_url,
        "view_count": video.views,
        "like_count": video.likes,
        "comment_count": video.comments,
        "share_count": video.shares,
        "play_count": video.plays,
        "saved_count": video.saves if platform is Platform.INSTAGRAM else None,
        "total_views": video.views,
        "total_plays": video.plays,
        "account_id": video.account_id,
        "account_username": video.author_handle,
        "platform_account_id": video.author_external_id,
        "platform_data": _platform_data(video),
    }


def _platform_data(video: records.Video) -> dict[str, int] | None:
    counts = {
        "ig_play_count": video.ig_plays,
        "fb_play_count": video.fb_plays,
        "fb_like_count": video.fb_likes,
        "repost_count": video.reposts,
    }
    return {name: count for name, count in counts.items() if count is not None} or None


def show_video(video: records.Video) -> Video:
    """A video tracked by itself, of the two platforms of v2."""
    return Video(
        **_post(video),
        is_active=video.is_active,
        scrape_interval_hours=video.refresh_interval_hours or 24,
        added_at=video.added_at,
    )


def show_account_video(video: records.Video) -> AccountVideo:
    """A video found in a feed, of the two platforms of v2."""
    return AccountVideo(**_post(video), internal_id=video.internal_id, discovered_at=video.discovered_at)


class VideoOrder(StrEnum):
    """What a list of videos is ordered by."""

    ADDED_AT = "added_at"
    CREATE_TIME = "create_time"
    VIEW_COUNT = "view_count"
    LIKE_COUNT = "like_count"
    PLAY_COUNT = "play_count"


class AccountVideoOrder(StrEnum):
    """What a list of discovered videos is ordered by."""

    CREATE_TIME = "create_time"
    VIEW_COUNT = "view_count"
    LIKE_COUNT = "like_count"
    PLAY_COUNT = "play_count"


AccountVideoSort = Literal[
    "create_time",
    "-create_time",
    "view_count",
    "-view_count",
    "like_count",
    "-like_count",
    "play_count",
    "-play_count",
]
VideoSort = Literal["added_at", "-added_at", AccountVideoSort]


class VideoListing(Struct, frozen=True, kw_only=True):
    """Which videos tracked by themselves, in which order, and how many."""

    limit: Limit = 50
    cursor: Cursor | None = None
    account_id: Annotated[UUID | None, Meta(description="Only those of this tracked account.")] = None
    platform: Annotated[Platform | None, Meta(description="Only those of this one.")] = None
    q: Text | None = None
    is_active: Annotated[bool | None, Meta(description="Only those that are tracked, or only those paused.")] = None
    order_by: Annotated[VideoOrder | None, Meta(description="Wins over sort.")] = None
    order_direction: Annotated[OrderDirection | None, Meta(description="desc by default.")] = None
    sort: Annotated[VideoSort, Meta(description=SIGNED)] = "-added_at"
    include_total: IncludeTotal = False


class AccountVideoListing(Struct, frozen=True, kw_only=True):
    """Which discovered videos, in which order, and how many."""

    limit: Limit = 50
    cursor: Cursor | None = None
    account_id: Annotated[UUID | None, Meta(description="Only those of this account.")] = None
    creator_id: CreatorChoice | None = None
    platform: Annotated[Platform | None, Meta(description="Only those of this one.")] = None
    q: Text | None = None
    order_by: Annotated[AccountVideoOrder | None, Meta(description="Wins over sort.")] = None
    order_direction: Annotated[OrderDirection | None, Meta(description="desc by default.")] = None
    sort: Annotated[AccountVideoSort, Meta(description=SIGNED)] = "-create_time"
    include_total: IncludeTotal = False


class NewVideo(Struct, frozen=True, kw_only=True):
    """A post to track by itself."""

    platform: Platform
    identifier: Annotated[
        str, Meta(min_length=1, max_length=2048, description="Its URL, an Instagram shortcode, or the platform's id.")
    ]
    metadata: Metadata | None = None
    is_active: Annotated[bool, Meta(description="False registers it without refreshing it.")] = True
    scrape_interval_hours: ScrapeInterval = 24


class VideoPatch(Struct, frozen=True, kw_only=True):
    """What to change; what is left out stays."""

    is_active: Annotated[bool, Meta(description="False pauses, true resumes.")] | UnsetType = UNSET
    scrape_interval_hours: ScrapeInterval | UnsetType = UNSET
    metadata: Metadata | UnsetType | None = UNSET
