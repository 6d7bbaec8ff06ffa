"""Every mutation, put together."""

import strawberry

from app.api.graphql.mutations.accounts import AccountMutations
from app.api.graphql.mutations.changes import TrackingMutations
from app.api.graphql.mutations.creators import CreatorMutations
from app.api.graphql.mutations.keys import KeyMutations
from app.api.graphql.mutations.refreshing import RefreshMutations
from app.api.graphql.mutations.videos import VideoMutations


@strawberry.type(description="Everything that can be changed.")
class Mutation(AccountMutations, CreatorMutations, KeyMutations, RefreshMutations, TrackingMutations, VideoMutations):
    pass
