"""The viewer and the organization it acts for."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from app.api.graphql.connections import Connection
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.figures.overviews import Overview
from app.api.graphql.nodes.interfaces import HasAnalytics, Node, node_id
from app.api.graphql.nodes.keys import ApiKey
from app.api.graphql.nodes.lists import every_account, every_creator, every_video
from app.api.graphql.nodes.usage import RateLimit, TrackingLimits, Usage
from app.api.graphql.nodes.videos import Video
from app.api.graphql.values.enums import Scope
from app.api.graphql.values.ids import encode_id
from app.api.graphql.values.windows import LAST_30_DAYS, WindowInput, read_window
from app.core.access.key_management import list_keys
from app.core.access.usage import organization_usage, tracking_limits
from app.domain import records
from app.domain import viewer as domain


@strawberry.type(description="A tenant: it owns everything else.")
class Organization(Node, HasAnalytics):
    id: strawberry.ID = node_id("Organization", "organization_id")
    organization_name: str = strawberry.field(name="name", description="Its name.")

    creators: Connection[Creator] = every_creator()
    accounts: Connection[Account] = every_account()
    videos: Connection[Video] = every_video()

    @resolver("What it gained and how much it tracks, beside the window before.", Overview)
    async def overview(
        viewer: strawberry.Parent[domain.Viewer],
        info: Info,
        window: Annotated[WindowInput | None, strawberry.argument(description="Which days.")] = LAST_30_DAYS,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> records.Overview:
        days = read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now)
        return await info.context.loaders.overviews.load((viewer.organization_id, days))

    @resolver("How much it tracks and may track, and the defaults of its accounts.", TrackingLimits)
    async def tracking_limits(viewer: strawberry.Parent[domain.Viewer]) -> records.TrackingLimits:
        return await tracking_limits(viewer)

    @resolver("What it asked of the API and of the platforms, by UTC days; some seconds behind.", Usage)
    async def usage(
        viewer: strawberry.Parent[domain.Viewer],
        info: Info,
        window: Annotated[
            WindowInput | None, strawberry.argument(description="Which days, at most 93.")
        ] = LAST_30_DAYS,
    ) -> records.Usage:
        days = read_window(window or LAST_30_DAYS, "UTC", info.context.now)
        return await organization_usage(viewer, days.start, days.end)

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, domain.Viewer)


@strawberry.type(description="Who asks: an API key at work.")
class Viewer:
    @resolver("The organization the key acts for.", Organization)
    def organization(viewer: strawberry.Parent[domain.Viewer]) -> domain.Viewer:
        return viewer

    @resolver(
        "The organization's keys, the newest first; null, with an error, without the scope admin.", list[ApiKey] | None
    )
    async def api_keys(viewer: strawberry.Parent[domain.Viewer]) -> Sequence[domain.ApiKey]:
        return await list_keys(viewer)

    @resolver("Global id of the key.")
    def key_id(viewer: strawberry.Parent[domain.Viewer]) -> strawberry.ID:
        return encode_id("ApiKey", viewer.key_id)

    @resolver("Where the key stands in its minute, this operation included.", RateLimit)
    def rate_limit(info: Info) -> RateLimit:
        standing = info.context.standing
        return RateLimit(
            limit=standing.limit,
            cost=info.context.cost,
            remaining=standing.remaining,
            reset_at=standing.resets_at,
        )

    key_name: str = strawberry.field(description="What the key was named when it was made.")

    @resolver("What the key may do.")
    def scopes(viewer: strawberry.Parent[domain.Viewer]) -> list[Scope]:
        return sorted(viewer.scopes, key=list(Scope).index)
