"""What a search has found."""

import strawberry

from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.videos import Video


@strawberry.type(description="What a search has found. Only the sections selected are searched.")
class SearchResults:
    accounts: list[Account] = strawberry.field(
        description="Accounts by their handles and display names, most followers first, then by handle."
    )
    creators: list[Creator] = strawberry.field(description="Creators by their names, in the order of those.")
    videos: list[Video] = strawberry.field(description="Videos by their captions, most views first, then newest.")
