"""What can be asked of which platform."""

import strawberry

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.platforms import PlatformTraits
from app.api.graphql.values.enums import AccountCounter, VideoCounter
from app.domain.platforms import TRAITS


@strawberry.type(description="Reading what platforms there are.")
class PlatformQueries:
    @resolver("The platforms, each with the counters and look-ups it has.", list[PlatformTraits])
    def platforms() -> list[PlatformTraits]:
        return [
            PlatformTraits(
                platform=platform,
                name=traits.name,
                tracks_accounts=traits.tracks_accounts,
                post_counters=[VideoCounter(name) for name in traits.post_counters],
                account_counters=[AccountCounter(name) for name in traits.account_counters],
                look_ups=list(traits.look_ups),
            )
            for platform, traits in TRAITS.items()
        ]
