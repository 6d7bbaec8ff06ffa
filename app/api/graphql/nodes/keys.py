"""API keys in the graph."""

from datetime import datetime
from typing import Any

import strawberry

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.interfaces import Node, node_id
from app.api.graphql.values.enums import Scope
from app.domain import viewer as domain


@strawberry.type(description="A key that acts for the organization. Its value is shown once, when it is made.")
class ApiKey(Node):
    id: strawberry.ID = node_id("ApiKey")
    name: str = strawberry.field(description="What it was named.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute; null before.")
    former_until: datetime | None = strawberry.field(
        name="formerValueUntil", description="Until when the value before the last rotation works; null without one."
    )

    @resolver("What it may do.")
    def scopes(key: strawberry.Parent[domain.ApiKey]) -> list[Scope]:
        return sorted(key.scopes, key=list(Scope).index)

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, domain.ApiKey)
