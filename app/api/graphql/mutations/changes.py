"""Changing how accounts and videos are tracked, and the organization's defaults."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.accounts import AccountInput
from app.api.graphql.mutations.payloads import AccountPayload, Change, Payload, VideoPayload, read_metadata, refusable
from app.api.graphql.mutations.videos import VideoInput
from app.api.graphql.nodes.organizations import Organization
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.scalars import JSON
from app.core.tracking.changes import (
    UNCHANGED,
    AccountChange,
    PostLimits,
    VideoChange,
    update_account,
    update_defaults,
    update_video,
)

METADATA = "An object of up to 20 strings of your own. Replaces the whole object."
HOURS = "Hours between two refreshes, 6 to 720. A shorter interval brings the next one forward."


@strawberry.type(description="What came of updateAccount.")
class UpdateAccountPayload(AccountPayload):
    pass


@strawberry.type(description="What came of updateVideo.")
class UpdateVideoPayload(VideoPayload):
    pass


@strawberry.type(description="What came of updateOrganization.")
class UpdateOrganizationPayload(Payload):
    organization: Organization | None = strawberry.field(description="The organization; null when there are errors.")


@strawberry.input(description="What to change of an account; what is left out stays as it is.")
class UpdateAccountInput(AccountInput):
    category: str | None = strawberry.field(default=UNSET, description="A category of your own; null clears it.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)
    refresh_interval_hours: int | None = strawberry.field(default=UNSET, description=HOURS)
    max_recent_posts: int | None = strawberry.field(
        default=UNSET, description="How many of its newest posts are followed, 1 to 1,000; null takes the default."
    )
    post_lookback_days: int | None = strawberry.field(
        default=UNSET, description="How old a post is followed, 1 to 3,650 days; null takes the default."
    )


@strawberry.input(description="What to change of a video that is tracked by itself; what is left out stays as it is.")
class UpdateVideoInput(VideoInput):
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)
    refresh_interval_hours: int | None = strawberry.field(default=UNSET, description=HOURS)


@strawberry.input(description="Defaults for accounts without bounds of their own; what is left out stays as it is.")
class UpdateOrganizationInput:
    max_recent_posts: int | None = strawberry.field(
        default=UNSET, description="How many of an account's newest posts are followed, 1 to 1,000; null is no bound."
    )
    post_lookback_days: int | None = strawberry.field(
        default=UNSET, description="How old a post is followed, 1 to 3,650 days; null is no bound."
    )


@strawberry.type(description="Changes of how things are tracked.")
class TrackingMutations:
    @resolver("Changes an account. Pausing and resuming are mutations of their own.", UpdateAccountPayload)
    @refusable
    async def update_account(
        info: Info, input: Annotated[UpdateAccountInput, strawberry.argument(description="What to change.")]
    ) -> Change:
        change = AccountChange(
            category=_given(input.category),
            metadata=_metadata(input.metadata),
            refresh_interval_hours=_unless_null(input.refresh_interval_hours),
            max_recent_posts=_given(input.max_recent_posts),
            post_lookback_days=_given(input.post_lookback_days),
        )
        account_id = decode_id_of("Account", input.account_id, "account_id")
        return Change(account=await update_account(info.context.viewer, account_id, change, now=info.context.now))

    @resolver("Changes a video that is tracked by itself.", UpdateVideoPayload)
    @refusable
    async def update_video(
        info: Info, input: Annotated[UpdateVideoInput, strawberry.argument(description="What to change.")]
    ) -> Change:
        change = VideoChange(
            metadata=_metadata(input.metadata), refresh_interval_hours=_unless_null(input.refresh_interval_hours)
        )
        video_id = decode_id_of("Video", input.video_id, "video_id")
        return Change(video=await update_video(info.context.viewer, video_id, change, now=info.context.now))

    @resolver("Changes the organization's defaults. Needs the scope admin.", UpdateOrganizationPayload)
    @refusable
    async def update_organization(
        info: Info, input: Annotated[UpdateOrganizationInput, strawberry.argument(description="What to change.")]
    ) -> Change:
        limits = PostLimits(_given(input.max_recent_posts), _given(input.post_lookback_days))
        await update_defaults(info.context.viewer, limits)
        return Change(organization=info.context.viewer)


def _given(value: Any) -> Any:
    """A value that null clears."""
    return UNCHANGED if value is UNSET else value


def _unless_null(value: Any) -> Any:
    """A value that cannot be cleared: null leaves it as it is."""
    return UNCHANGED if value is UNSET or value is None else value


def _metadata(value: Any) -> Any:
    metadata = read_metadata(value)
    return UNCHANGED if metadata is None else metadata
