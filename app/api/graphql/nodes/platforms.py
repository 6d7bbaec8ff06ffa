"""The platforms, and what each of them shows at all."""

import strawberry

from app.api.graphql.values.enums import AccountCounter, LookUp, Platform, VideoCounter


@strawberry.type(description="A platform and what it shows at all: what it does not show is null wherever it is asked.")
class PlatformTraits:
    platform: Platform = strawberry.field(description="The platform.")
    name: str = strawberry.field(description="As people write it.")
    tracks_accounts: bool = strawberry.field(
        description="Whether its accounts can be tracked; its posts can, on every platform."
    )
    post_counters: list[VideoCounter] = strawberry.field(description="The counters that its posts can have.")
    account_counters: list[AccountCounter] = strawberry.field(description="The counters that its accounts can have.")
    look_ups: list[LookUp] = strawberry.field(description="What can be looked up there without tracking it.")
