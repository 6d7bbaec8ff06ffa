"""The lists of all things of a kind, which Query and Organization both show."""

from typing import Any

from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.videos import Video
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.filters import (
    AccountsWanted,
    CreatorsWanted,
    VideosWanted,
    read_account_filter,
    read_creator_filter,
    read_video_filter,
)
from app.api.graphql.values.orders import (
    AccountsBy,
    CreatorsBy,
    VideosBy,
    read_account_order,
    read_creator_order,
    read_video_order,
)
from app.core.analytics.video_lists import list_videos
from app.core.tracking.accounts import list_accounts
from app.core.tracking.creators import list_creators
from app.domain import records
from app.domain.filters import NEWEST_ACCOUNTS, NEWEST_CREATORS, NEWEST_VIDEOS


def every_account() -> Any:
    """The field of the tracked accounts."""

    async def accounts(
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: AccountsWanted = UNSET,
        order_by: AccountsBy = UNSET,
    ) -> records.Page[records.Account]:
        return await list_accounts(
            info.context.viewer,
            read_account_filter(filter),
            asked_page(first, after, last, before),
            read_account_order(order_by, NEWEST_ACCOUNTS),
            with_total="totalCount" in selected_fields(info),
            attributes=info.context.loaders.attributes_of("Account"),
        )

    return resolver("The tracked accounts, most recently added first by default.", Connection[Account])(accounts)


def every_creator() -> Any:
    """The field of the creators."""

    async def creators(
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: CreatorsWanted = UNSET,
        order_by: CreatorsBy = UNSET,
    ) -> records.Page[records.Creator]:
        return await list_creators(
            info.context.viewer,
            read_creator_filter(filter),
            asked_page(first, after, last, before),
            read_creator_order(order_by, NEWEST_CREATORS),
            with_total="totalCount" in selected_fields(info),
            attributes=info.context.loaders.attributes_of("Creator"),
        )

    return resolver("The creators, most recently added first by default.", Connection[Creator])(creators)


def every_video() -> Any:
    """The field of the videos, found in feeds or tracked by themselves."""

    async def videos(
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: VideosWanted = UNSET,
        order_by: VideosBy = UNSET,
    ) -> records.Page[records.Video]:
        now = info.context.now
        return await list_videos(
            info.context.viewer,
            read_video_filter(filter, now),
            asked_page(first, after, last, before),
            read_video_order(order_by, NEWEST_VIDEOS, now),
            with_total="totalCount" in selected_fields(info),
            attributes=info.context.loaders.attributes_of("Video"),
        )

    return resolver(
        "Every video, found in the feed of a tracked account or tracked by itself; the latest published first by "
        "default.",
        Connection[Video],
    )(videos)
