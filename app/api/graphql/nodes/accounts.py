"""Accounts in the graph."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import related, resolver
from app.api.graphql.loaders import VideosAsked
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, Tracked, node_id
from app.api.graphql.nodes.runs import RefreshRun, own_runs
from app.api.graphql.nodes.videos import Video
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.filters import VideosWanted, read_video_filter
from app.api.graphql.values.orders import VideosBy, read_video_order
from app.api.graphql.values.scalars import JSON, URL, BigInt
from app.domain import records
from app.domain.filters import NEWEST_VIDEOS
from app.domain.series import SubjectKind

if TYPE_CHECKING:
    from app.api.graphql.nodes.creators import Creator


@strawberry.type(description="One handle on one platform that the organization tracks, with its latest counters.")
class Account(Node, Tracked, HasAnalytics):
    id: strawberry.ID = node_id("Account")
    platform: Platform = strawberry.field(description="The platform it lives on.")
    handle: str = strawberry.field(description="Its handle, in lower case and without the @.")
    url: URL = strawberry.field(description="Its profile page.")
    external_id: str | None = strawberry.field(
        description="The platform's own id of it, which survives a change of handle; null before the first refresh."
    )
    display_name: str | None = strawberry.field(description="The name it shows; null before the first refresh.")
    biography: str | None = strawberry.field(description="What it says about itself.")
    link_in_bio: str | None = strawberry.field(description="The link on its profile, as it stands there.")
    picture_url: URL | None = strawberry.field(description="Its picture at the platform; such addresses expire.")
    category: str | None = strawberry.field(description="A category the caller gave it.")
    metadata: JSON = strawberry.field(description="What the caller attached: an object of strings.")
    is_verified: bool = strawberry.field(description="Whether the platform has verified it.")
    is_active: bool = strawberry.field(description="Whether it is refreshed at all.")
    is_paused_by_creator: bool = strawberry.field(
        description="Whether it is not active because its creator was paused; it resumes with the creator."
    )
    is_unavailable: bool = strawberry.field(description="Whether it cannot be read: private, removed or unreachable.")
    is_private: bool = strawberry.field(description="Whether its posts are hidden from the public.")
    added_at: datetime = strawberry.field(description="When tracking began.")
    first_refreshed_at: datetime | None = strawberry.field(description="Its first refresh; null before.")
    last_refreshed_at: datetime | None = strawberry.field(description="Its latest refresh; null before the first.")
    next_refresh_at: datetime | None = strawberry.field(description="When it is due again; null while it is not.")
    refresh_interval_hours: int = strawberry.field(description="Hours between two refreshes.")
    max_recent_posts: int | None = strawberry.field(
        description="How many of its newest posts are followed; null takes the organization's default."
    )
    post_lookback_days: int | None = strawberry.field(
        description="How old a post is followed, in days; null takes the organization's default."
    )
    effective_max_recent_posts: int | None = strawberry.field(
        description="How many are followed, by itself or by default; null is no bound."
    )
    effective_post_lookback_days: int | None = strawberry.field(
        description="How old a post is followed, by itself or by default; null is no bound."
    )

    followers: BigInt | None = strawberry.field(name="followerCount", description="Followers; null while unknown.")
    following: BigInt | None = strawberry.field(
        name="followingCount", description="Accounts it follows; null while unknown."
    )
    profile_posts: BigInt | None = strawberry.field(
        name="profilePostCount", description="Posts its profile counts; null while unknown."
    )
    total_likes: BigInt | None = strawberry.field(
        name="totalLikeCount", description="Likes its profile counts; null while unknown."
    )
    discovered_posts: BigInt = strawberry.field(
        name="discoveredPostCount", description="Posts found in its feed and tracked here."
    )
    views: BigInt | None = strawberry.field(
        name="viewCount", description="Views of its discovered videos; null while unknown."
    )
    plays: BigInt | None = strawberry.field(
        name="playCount", description="Plays of its discovered videos; null while unknown."
    )
    likes: BigInt | None = strawberry.field(
        name="likeCount", description="Likes of its discovered videos; null while unknown."
    )
    comments: BigInt | None = strawberry.field(
        name="commentCount", description="Comments on its discovered videos; null while unknown."
    )
    shares: BigInt | None = strawberry.field(
        name="shareCount", description="Shares of its discovered videos; null while unknown."
    )
    saves: BigInt | None = strawberry.field(
        name="saveCount", description="Saves of its discovered videos; null while unknown."
    )

    linked_at: datetime | None = strawberry.field(description="When it was linked to its creator; null without one.")

    creator: Annotated["Creator", strawberry.lazy("app.api.graphql.nodes.creators")] | None = related(
        "The creator it is linked to.", key="creator_id", loader="creators"
    )

    @resolver("Its discovered videos, the latest published first by default.", Connection[Video])
    async def videos(
        account: strawberry.Parent[records.Account],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: VideosWanted = UNSET,
        order_by: VideosBy = UNSET,
    ) -> records.Page[records.Video]:
        page = asked_page(first, after, last, before)
        asked = VideosAsked(
            kind=SubjectKind.ACCOUNT,
            page=page,
            filter=read_video_filter(filter, info.context.now),
            order=read_video_order(order_by, NEWEST_VIDEOS, info.context.now),
            with_total="totalCount" in selected_fields(info),
        )
        return await info.context.loaders.listed_videos.load((account.id, asked))

    refreshes: Connection[RefreshRun] = own_runs(records.Refreshable.ACCOUNT, "Its refreshes, the newest first.")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Account)
