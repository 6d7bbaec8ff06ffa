"""Creators in the graph."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.loaders import ListAsked
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, node_id
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.scalars import JSON, BigInt
from app.domain import records


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

    @resolver("The accounts linked to it, the one linked last first.", Connection[Account])
    async def accounts(
        creator: strawberry.Parent[records.Creator],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> records.Page[records.Account]:
        asked = ListAsked(asked_page(first, after, last, before), with_total="totalCount" in selected_fields(info))
        return await info.context.loaders.creator_accounts.load((creator.id, asked))

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Creator)
