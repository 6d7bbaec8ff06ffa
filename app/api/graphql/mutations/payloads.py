"""What a mutation answers: what changed, and what has to be mended."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import Edge
from app.api.graphql.context import Info
from app.api.graphql.mutations.errors import MENDABLE, MutationError, Refusal
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.videos import Video
from app.domain import problems, records
from app.domain import viewer as viewing


@dataclass(frozen=True, slots=True)
class Change:
    """What came of a mutation; each payload shows the parts that it has."""

    account: records.Account | None = None
    account_edge: Edge[records.Account] | None = None
    creator: records.Creator | None = None
    creator_edge: Edge[records.Creator] | None = None
    deleted_creator_id: strawberry.ID | None = None
    removed_account_id: strawberry.ID | None = None
    video: records.Video | None = None
    video_edge: Edge[records.Video] | None = None
    removed_video_id: strawberry.ID | None = None
    api_key: viewing.ApiKey | None = None
    value: str | None = None
    revoked_api_key_id: strawberry.ID | None = None
    organization: viewing.Viewer | None = None
    run: records.Run | None = None
    index: int = 0
    """The place of what this came of, where it is one of many."""
    results: Sequence["Change"] = ()
    """What came of each of many."""
    errors: Sequence[Refusal] = ()


@strawberry.type(description="What every payload has.")
class Payload:
    errors: list[MutationError] = strawberry.field(description="What has to be mended; empty when it is done.")


@strawberry.type(description="A payload with the account that changed.")
class AccountPayload(Payload):
    account: Account | None = strawberry.field(description="The account; null when there are errors.")


@strawberry.type(description="A payload with the creator that changed.")
class CreatorPayload(Payload):
    creator: Creator | None = strawberry.field(description="The creator; null when there are errors.")


@strawberry.type(description="A payload with the video that changed.")
class VideoPayload(Payload):
    video: Video | None = strawberry.field(description="The video; null when there are errors.")


def refusable(change: Callable[..., Awaitable[Change]]) -> Callable[..., Awaitable[Change]]:
    """A mutation whose refusal is data. It and what is selected below it see nothing that was read before it."""

    @wraps(change)
    async def answer(info: Info, **arguments: object) -> Change:
        info.context.loaders.forget()
        try:
            return await change(info=info, **arguments)
        except MENDABLE as problem:
            return Change(errors=[Refusal(problem)])

    return answer


def read_metadata(value: object) -> dict[str, str] | None:
    """The object a caller attached; None when it was left out. Raises InvalidInput naming `metadata`."""
    if value is None or value is UNSET:
        return None
    if not isinstance(value, dict):
        raise problems.InvalidInput("The metadata is not an object.", "metadata")
    return value
