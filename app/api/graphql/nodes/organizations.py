"""The viewer and the organization it acts for."""

from typing import Any

import strawberry

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, node_id
from app.api.graphql.values.enums import Scope
from app.domain import viewer as domain


@strawberry.type(description="A tenant: it owns everything else.")
class Organization(Node, HasAnalytics):
    id: strawberry.ID = node_id("Organization", "organization_id")
    organization_name: str = strawberry.field(name="name", description="Its name.")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, domain.Viewer)


@strawberry.type(description="Who asks: an API key at work.")
class Viewer:
    @resolver("The organization the key acts for.", Organization)
    def organization(viewer: strawberry.Parent[domain.Viewer]) -> domain.Viewer:
        return viewer

    key_name: str = strawberry.field(description="What the key was named when it was made.")

    @resolver("What the key may do.")
    def scopes(viewer: strawberry.Parent[domain.Viewer]) -> list[Scope]:
        return sorted(viewer.scopes, key=list(Scope).index)
