"""Videos in the graph."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from app.api.graphql.connections import Connection
from app.api.graphql.fields import related
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, Tracked, node_id
from app.api.graphql.nodes.runs import RefreshRun, own_runs
from app.api.graphql.values.enums import Platform, VideoKind, ViewsKind
from app.api.graphql.values.scalars import JSON, URL, BigInt
from app.domain import records

if TYPE_CHECKING:
    from app.api.graphql.nodes.accounts import Account


@strawberry.type(description="One post, with its latest counters.")
class Video(Node, Tracked, HasAnalytics):
    id: strawberry.ID = node_id("Video")
    platform: Platform = strawberry.field(description="The platform it lives on.")
    external_id: str = strawberry.field(description="The platform's own id of it.")
    author_handle: str | None = strawberry.field(description="Handle of who posted it; null while unknown.")
    author_external_id: str | None = strawberry.field(
        description="The platform's own id of who posted it; null while unknown."
    )
    shortcode: str | None = strawberry.field(description="Instagram's short name of it; null elsewhere.")
    kind: VideoKind | None = strawberry.field(
        description="What sort of post it is; null before the first refresh of one that is tracked by itself."
    )
    url: URL = strawberry.field(description="Its page at the platform.")
    caption: str | None = strawberry.field(description="Its text.")
    published_at: datetime | None = strawberry.field(description="When it was posted; null while unknown.")
    duration_seconds: int | None = strawberry.field(description="How long it plays; null while unknown.")
    thumbnail_url: URL | None = strawberry.field(description="Its still picture; such addresses expire.")
    video_url: URL | None = strawberry.field(name="mediaUrl", description="Its media file; such addresses expire.")
    is_pinned: bool = strawberry.field(description="Whether it is pinned to the top of its account's feed.")
    is_unavailable: bool = strawberry.field(description="Whether it cannot be read: private, removed or unreachable.")
    discovered_at: datetime | None = strawberry.field(
        description="When it was found in its account's feed; null when it was not."
    )
    added_at: datetime | None = strawberry.field(
        description="When tracking of it by itself began; null while it is only part of its account's feed."
    )
    metadata: JSON = strawberry.field(description="What the caller attached: an object of strings.")
    is_active: bool = strawberry.field(description="Whether it is refreshed by itself; its account may do so besides.")
    first_refreshed_at: datetime | None = strawberry.field(description="Its first refresh; null before.")
    last_refreshed_at: datetime | None = strawberry.field(description="Its latest refresh; null before the first.")
    next_refresh_at: datetime | None = strawberry.field(
        description="When it is due again by itself; null while it is not, or refreshed with its account alone."
    )
    refresh_interval_hours: int | None = strawberry.field(
        description="Hours between two refreshes of its own; null while it is refreshed with its account alone."
    )

    views_kind: ViewsKind | None = strawberry.field(
        description="What its platform counts as one view; null while views are unknown."
    )
    views: BigInt | None = strawberry.field(name="viewCount", description="Views; null while unknown.")
    plays: BigInt | None = strawberry.field(name="playCount", description="Plays; null while unknown.")
    likes: BigInt | None = strawberry.field(name="likeCount", description="Likes; null while unknown or hidden.")
    comments: BigInt | None = strawberry.field(name="commentCount", description="Comments; null while unknown.")
    shares: BigInt | None = strawberry.field(name="shareCount", description="Shares; null while unknown.")
    saves: BigInt | None = strawberry.field(name="saveCount", description="Saves; null while unknown.")
    reposts: BigInt | None = strawberry.field(name="repostCount", description="Reposts; null where there are none.")
    ig_plays: BigInt | None = strawberry.field(
        name="instagramPlayCount", description="Plays on Instagram alone; null elsewhere, and while unknown."
    )
    fb_plays: BigInt | None = strawberry.field(
        name="facebookPlayCount", description="Plays of an Instagram post on Facebook; null while unknown."
    )
    fb_likes: BigInt | None = strawberry.field(
        name="facebookLikeCount", description="Likes of an Instagram post on Facebook; null while unknown."
    )

    account: Annotated["Account", strawberry.lazy("app.api.graphql.nodes.accounts")] | None = related(
        "The tracked account whose feed it was found in.", key="account_id", loader="accounts"
    )

    refreshes: Connection[RefreshRun] = own_runs(
        records.Refreshable.VIDEO, "Its refreshes by itself, the newest first; those of its account are with that."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Video)
