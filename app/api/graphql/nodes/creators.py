"""Creators in the graph."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.loaders import AccountsAsked, VideosAsked
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, node_id
from app.api.graphql.nodes.videos import Video
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.filters import AccountsWanted, VideosWanted, read_account_filter, read_video_filter
from app.api.graphql.values.orders import AccountsBy, VideosBy, read_account_order, read_video_order
from app.api.graphql.values.scalars import JSON, BigInt
from app.domain import records
from app.domain.filters import LATEST_LINKED, NEWEST_VIDEOS
from app.domain.series import SubjectKind


@strawberry.type(description="A named group of accounts.")
class Creator(Node, HasAnalytics):
    id: strawberry.ID = node_id("Creator")
    name: str = strawberry.field(description="What the caller named it.")
    is_active: bool = strawberry.field(description="False while it is paused, and with it the accounts it paused.")
    metadata: JSON = strawberry.field(description="What the caller attached: an object of strings.")
    added_at: datetime = strawberry.field(description="When it was made.")
    account_count: int = strawberry.field(description="Accounts linked to it.")
    followers: BigInt | None = strawberry.field(
        name="followerCount", description="Followers of its accounts, where they are known; null while none are."
    )
    platform: Platform | None = strawberry.field(
        description="The platform all its accounts live on; null when there is none, or several."
    )

    @resolver("The accounts linked to it, the one linked last first by default.", Connection[Account])
    async def accounts(
        creator: strawberry.Parent[records.Creator],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: AccountsWanted = UNSET,
        order_by: AccountsBy = UNSET,
    ) -> records.Page[records.Account]:
        asked = AccountsAsked(
            page=asked_page(first, after, last, before),
            filter=read_account_filter(filter),
            order=read_account_order(order_by, LATEST_LINKED),
            with_total="totalCount" in selected_fields(info),
        )
        return await info.context.loaders.linked_accounts.load((creator.id, asked))

    @resolver("The discovered videos of its accounts, the latest published first by default.", Connection[Video])
    async def videos(
        creator: strawberry.Parent[records.Creator],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: VideosWanted = UNSET,
        order_by: VideosBy = UNSET,
    ) -> records.Page[records.Video]:
        asked = VideosAsked(
            kind=SubjectKind.CREATOR,
            page=asked_page(first, after, last, before),
            filter=read_video_filter(filter, info.context.now),
            order=read_video_order(order_by, NEWEST_VIDEOS, info.context.now),
            with_total="totalCount" in selected_fields(info),
        )
        return await info.context.loaders.listed_videos.load((creator.id, asked))

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Creator)
