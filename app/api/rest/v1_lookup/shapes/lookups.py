"""What was looked up, as `/v1` shows it. An unknown counter is null."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

from msgspec import Meta, Struct

from app.api.rest.operations import Answer, Repeat
from app.api.rest.v1_lookup.shapes.envelopes import About, Success
from app.domain import records
from app.domain.platforms import Platform

Shown = TypeVar("Shown")

Instant: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
FetchedAt: TypeAlias = Annotated[Instant, Meta(description="When the platform was asked.")]
Provider: TypeAlias = Annotated[str, Meta(description="The source that answered.")]
Username: TypeAlias = Annotated[str, Meta(description="Without @.")]
Counter: TypeAlias = int | None


class PostStats(Struct, frozen=True, kw_only=True):
    """Counters of a public post."""

    platform: Platform
    post_url: Annotated[str, Meta(description="As it was asked.")]
    post_id: Annotated[str, Meta(description="The platform's own id; on Instagram the shortcode.")]
    views: Annotated[Counter, Meta(description="On LinkedIn, which shows none, the reactions.")]
    likes: Counter
    comments: Counter
    shares: Counter
    provider: Provider
    fetched_at: FetchedAt


class Profile(Struct, frozen=True, kw_only=True):
    """A public profile."""

    platform: Platform
    username: Username
    full_name: str | None
    bio: str | None
    profile_pic_url: str | None
    followers: Counter
    following: Counter
    posts_count: Counter
    is_verified: Annotated[bool | None, Meta(description="null where the platform does not say.")]
    external_url: str | None
    provider: Provider
    fetched_at: FetchedAt


class Video(Struct, frozen=True, kw_only=True):
    """One of the recent posts of an account."""

    id: Annotated[str, Meta(description="The platform's own id; on Instagram the shortcode.")]
    url: str
    description: str | None
    views: Counter
    likes: Counter
    comments: Counter
    shares: Counter
    created_at: Instant | None


class ChannelVideos(Struct, frozen=True, kw_only=True):
    """The newest posts of an account, the newest first."""

    platform: Platform
    username: Username
    videos: list[Video]
    count: Annotated[int, Meta(description="How many they are, at most 20.")]
    provider: Provider
    fetched_at: FetchedAt


class MedianViews(Struct, frozen=True, kw_only=True):
    """What the newest posts of an account are usually viewed."""

    platform: Platform
    username: Username
    median_views: Annotated[
        Counter, Meta(description="Of an even number the mean of the middle two, half up; null without any.")
    ]
    videos_analyzed: Annotated[int, Meta(description="Posts whose views are known.")]
    raw_view_counts: Annotated[list[int], Meta(description="Theirs, in ascending order.")]
    provider: Provider
    fetched_at: FetchedAt


class Email(Struct, frozen=True, kw_only=True):
    """The mail address in a public biography."""

    platform: Platform
    username: Username
    email: Annotated[str | None, Meta(description="The first one that stands there.")]
    found: bool
    source: Annotated[Literal["bio"] | None, Meta(description="Where it stands.")]
    provider: Provider
    fetched_at: FetchedAt


def show_post_stats(stats: records.PostStats, post_url: str) -> Answer[Success[PostStats]]:
    """A post that was asked for by `post_url`."""
    views = stats.likes if stats.platform is Platform.LINKEDIN and stats.views is None else stats.views
    shown = PostStats(
        platform=stats.platform,
        post_url=post_url,
        post_id=_post_id(stats),
        views=views,
        likes=stats.likes,
        comments=stats.comments,
        shares=stats.shares,
        provider=stats.provider,
        fetched_at=_instant(stats.fetched_at),
    )
    return _answer(shown, stats)


def show_profile(profile: records.Profile) -> Answer[Success[Profile]]:
    """A profile."""
    shown = Profile(
        platform=profile.platform,
        username=profile.username,
        full_name=profile.display_name,
        bio=profile.biography,
        profile_pic_url=profile.picture_url,
        followers=profile.followers,
        following=profile.following,
        posts_count=profile.profile_posts,
        is_verified=profile.is_verified,
        external_url=profile.link_in_bio,
        provider=profile.provider,
        fetched_at=_instant(profile.fetched_at),
    )
    return _answer(shown, profile)


def show_channel_videos(recent: records.RecentVideos) -> Answer[Success[ChannelVideos]]:
    """Recent posts."""
    shown = ChannelVideos(
        platform=recent.platform,
        username=recent.username,
        videos=[_video(video) for video in recent.videos],
        count=len(recent.videos),
        provider=recent.provider,
        fetched_at=_instant(recent.fetched_at),
    )
    return _answer(shown, recent)


def show_median_views(median: records.MedianViews) -> Answer[Success[MedianViews]]:
    """A median, and what it is of."""
    shown = MedianViews(
        platform=median.platform,
        username=median.username,
        median_views=median.median_views,
        videos_analyzed=len(median.view_counts),
        raw_view_counts=list(median.view_counts),
        provider=median.provider,
        fetched_at=_instant(median.fetched_at),
    )
    return _answer(shown, median)


def show_email(contact: records.ContactEmail) -> Answer[Success[Email]]:
    """An address, or none."""
    shown = Email(
        platform=contact.platform,
        username=contact.username,
        email=contact.email,
        found=contact.email is not None,
        source=None if contact.email is None else "bio",
        provider=contact.provider,
        fetched_at=_instant(contact.fetched_at),
    )
    return _answer(shown, contact)


def _answer(shown: Shown, found: records.LookedUp) -> Answer[Success[Shown]]:
    def success(*, cached: bool) -> Success[Shown]:
        return Success(data=shown, meta=About(cached=cached, platform=found.platform))

    return Answer(success(cached=found.is_cached), repeat=Repeat(success(cached=True), found.good_until))


def _video(post: records.PublicPost) -> Video:
    return Video(
        id=_post_id(post),
        url=post.url,
        description=post.caption,
        views=post.views,
        likes=post.likes,
        comments=post.comments,
        shares=post.shares,
        created_at=None if post.published_at is None else _instant(post.published_at),
    )


def _post_id(post: records.PublicPost) -> str:
    return post.shortcode or post.external_id


def _instant(instant: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
