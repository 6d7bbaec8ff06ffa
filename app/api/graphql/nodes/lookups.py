"""What look-ups come to, in the graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry

from app.api.graphql.fields import resolver
from app.api.graphql.values.enums import AnswerClass, LookUpErrorCode, Platform, VideoKind, ViewsKind
from app.api.graphql.values.scalars import URL, BigInt
from app.domain import records
from app.domain.problems import LookUpFailed, Problem

COUNTER_FIELDS: Mapping[str, str] = {
    "views": "viewCount",
    "plays": "playCount",
    "likes": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "saveCount",
    "followers": "followerCount",
    "following": "followingCount",
    "profile_posts": "postCount",
    "total_likes": "totalLikeCount",
}
"""The fields that show each counter."""
ROUNDED = "Names of those of its fields whose values are rounded by the platform."


@strawberry.interface(description="Something that a platform was asked for, now or a moment ago.")
class LookedUp:
    platform: Platform = strawberry.field(description="The platform it lives on.")
    provider: str = strawberry.field(description="The source that told of it.")
    fetched_at: datetime = strawberry.field(description="When the platform was asked.")
    is_cached: bool = strawberry.field(description="Whether the answer was there already.")


@strawberry.type(description="A public post.")
class PublicPost:
    external_id: str = strawberry.field(description="The platform's own id of it.")
    shortcode: str | None = strawberry.field(description="Instagram's short name of it; null elsewhere.")
    url: URL = strawberry.field(description="Its page at the platform.")
    kind: VideoKind = strawberry.field(description="What sort of post it is.")
    author_handle: str | None = strawberry.field(description="Handle of who posted it; null while unknown.")
    caption: str | None = strawberry.field(description="Its text.")
    published_at: datetime | None = strawberry.field(description="When it was posted; null while unknown.")
    thumbnail_url: URL | None = strawberry.field(description="Its still picture; such addresses expire.")
    views: BigInt | None = strawberry.field(name="viewCount", description="Views; null while unknown.")
    views_kind: ViewsKind | None = strawberry.field(
        description="What its platform counts as one view; null while views are unknown."
    )
    plays: BigInt | None = strawberry.field(name="playCount", description="Plays; null while unknown.")
    likes: BigInt | None = strawberry.field(name="likeCount", description="Likes; null while unknown or hidden.")
    comments: BigInt | None = strawberry.field(name="commentCount", description="Comments; null while unknown.")
    shares: BigInt | None = strawberry.field(name="shareCount", description="Shares; null while unknown.")
    saves: BigInt | None = strawberry.field(name="saveCount", description="Saves; null while unknown.")

    @resolver("Names of those of its fields whose counters the owner hides.")
    def hidden_fields(post: strawberry.Parent[records.PublicPost]) -> list[str]:
        return [COUNTER_FIELDS[counter] for counter in post.hidden if counter in COUNTER_FIELDS]

    @resolver(ROUNDED)
    def approximate_fields(post: strawberry.Parent[records.PublicPost]) -> list[str]:
        return [COUNTER_FIELDS[counter] for counter in post.approximate]


@strawberry.type(description="A public post, looked up: what its platform says of it.")
class PostStats(PublicPost, LookedUp):
    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.PostStats)


@strawberry.type(description="One of the newest posts of an account.")
class RecentVideo(PublicPost):
    pass


@strawberry.type(description="A public profile, looked up.")
class Profile(LookedUp):
    external_id: str | None = strawberry.field(
        description="The platform's own id of it, which outlives its handle; null where it is not told."
    )
    username: str = strawberry.field(description="Its handle, without @.")
    url: URL = strawberry.field(description="Its page at the platform.")
    display_name: str | None = strawberry.field(description="The name it shows.")
    biography: str | None = strawberry.field(description="What it says about itself.")
    link_in_bio: URL | None = strawberry.field(description="The link beside that.")
    picture_url: URL | None = strawberry.field(description="Its picture; such addresses expire.")
    is_verified: bool | None = strawberry.field(
        description="Whether the platform vouches for it; null where it does not say."
    )
    followers: BigInt | None = strawberry.field(name="followerCount", description="Followers; null while unknown.")
    following: BigInt | None = strawberry.field(
        name="followingCount", description="Accounts it follows; null while unknown."
    )
    profile_posts: BigInt | None = strawberry.field(
        name="postCount", description="Posts it counts; null while unknown."
    )
    total_likes: BigInt | None = strawberry.field(
        name="totalLikeCount", description="Likes it counts; null where it counts none."
    )

    @resolver(ROUNDED)
    def approximate_fields(profile: strawberry.Parent[records.Profile]) -> list[str]:
        return [COUNTER_FIELDS[counter] for counter in profile.approximate]

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Profile)


@strawberry.type(description="The newest posts of an account, looked up.")
class RecentVideos(LookedUp):
    username: str = strawberry.field(description="The account's handle, without @.")
    videos: list[RecentVideo] = strawberry.field(description="At most 20, the newest first.")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.RecentVideos)


@strawberry.type(description="What the newest posts of an account are usually viewed.")
class MedianViews(LookedUp):
    username: str = strawberry.field(description="The account's handle, without @.")
    median_views: BigInt | None = strawberry.field(
        name="medianViewCount",
        description="Of an even number the mean of the middle two, half up; null when no views are known.",
    )
    view_counts: list[BigInt] = strawberry.field(
        description="Views of those of its newest 20 posts whose views are known, in ascending order."
    )
    is_approximate: bool = strawberry.field(description="Whether one of those is rounded by the platform.")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.MedianViews)


@strawberry.type(description="The mail address that an account shows to everybody. It is not tried.")
class ContactEmail(LookedUp):
    username: str = strawberry.field(description="The account's handle, without @.")
    email: str | None = strawberry.field(description="The first one in its biography; null without one.")
    source: str | None = strawberry.field(description='Where it stands: "bio"; null without an address.')

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.ContactEmail)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one look-up of many."""

    index: int
    url: str
    post_stats: records.PostStats | None
    error: Problem | None


@strawberry.type(description="Why a look-up has no answer.")
class LookUpError:
    @resolver("What is wrong, and the way on.")
    def message(attempt: strawberry.Parent[Attempt]) -> str:
        assert attempt.error is not None
        return attempt.error.message

    @resolver("What it is about.")
    def code(attempt: strawberry.Parent[Attempt]) -> LookUpErrorCode:
        assert attempt.error is not None
        return LookUpErrorCode(attempt.error.code)

    @resolver("What the platform's answers amounted to; null when it was not asked.")
    def outcome(attempt: strawberry.Parent[Attempt]) -> AnswerClass | None:
        return attempt.error.answer_class if isinstance(attempt.error, LookUpFailed) else None


@strawberry.type(description="What came of one entry of urls.")
class PostStatsResult:
    index: int = strawberry.field(description="Its place in that list, counted from 0.")
    url: str = strawberry.field(description="The entry, as it was given.")
    post_stats: PostStats | None = strawberry.field(description="The post; null when there is an error.")

    @resolver("Why there is no post; null when there is one.", LookUpError | None)
    def error(attempt: strawberry.Parent[Attempt]) -> Attempt | None:
        return None if attempt.error is None else attempt
