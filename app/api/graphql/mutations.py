"""The entrances for changing: one input each, and what the user can mend comes back as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from app.api.graphql.connections import Edge
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.values.enums import ErrorCode, Platform
from app.api.graphql.values.scalars import JSON
from app.core.tracking.accounts import NewAccount, account_cursor, track_account
from app.domain import problems, records
from app.domain.filters import AccountFilter
from app.domain.problems import Problem

DEFAULT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem as data: the executor would raise an exception that it finds in a list."""

    problem: Problem


@strawberry.interface(description="Something in the input that the caller can mend. Nothing was changed.")
class MutationError:
    @resolver("What is wrong, and the way on.")
    def message(refusal: strawberry.Parent[Refusal]) -> str:
        return refusal.problem.message

    @resolver("What it is about.")
    def code(refusal: strawberry.Parent[Refusal]) -> ErrorCode:
        return ErrorCode(refusal.problem.code)

    @resolver('Where in the arguments, from the outside in: ["input", "handle"].')
    def path(refusal: strawberry.Parent[Refusal]) -> list[str]:
        return ["input", *(to_camel_case(name) for name in refusal.problem.path)]


@strawberry.type(description="A value is malformed or out of its bounds.")
class InvalidInput(MutationError):
    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.InvalidInput)


@strawberry.type(description="The organization tracks this account already.")
class HandleTaken(MutationError):
    @resolver("The account that exists.", Account)
    def account(refusal: strawberry.Parent[Refusal]) -> records.Account:
        assert isinstance(refusal.problem, problems.HandleTaken)
        return refusal.problem.account

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.HandleTaken)


@dataclass(frozen=True, slots=True)
class TrackedAccount:
    """What came of `trackAccount`."""

    account: records.Account | None = None
    account_edge: Edge[records.Account] | None = None
    errors: Sequence[Refusal] = ()


@strawberry.type(description="What came of trackAccount.")
class TrackAccountPayload:
    account: Account | None = strawberry.field(description="The account; null when there are errors.")
    account_edge: Edge[Account] | None = strawberry.field(
        description="Its place in the unfiltered list of accounts; null when there are errors."
    )
    errors: list[MutationError] = strawberry.field(description="What has to be mended; empty when it is done.")


@strawberry.input(description="An account to track.")
class TrackAccountInput:
    platform: Platform = strawberry.field(description="The platform it lives on.")
    handle: str = strawberry.field(description="Its handle, with or without @, or its profile URL.")
    category: str | None = strawberry.field(default=UNSET, description="A category of your own, up to 128 characters.")
    metadata: JSON | None = strawberry.field(
        default=UNSET, description="An object of up to 20 strings of your own, up to 255 characters each."
    )
    refresh_interval_hours: int | None = strawberry.field(
        default=DEFAULT_HOURS, description="Hours between two refreshes, 6 to 720."
    )


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    @resolver(
        "Starts tracking an account. Its figures come with the first refresh, within seconds.", TrackAccountPayload
    )
    async def track_account(
        info: Info, input: Annotated[TrackAccountInput, strawberry.argument(description="The account.")]
    ) -> TrackedAccount:
        viewer = info.context.viewer
        try:
            account = await track_account(viewer, _new_account(input), now=info.context.now)
        except (problems.InvalidInput, problems.HandleTaken) as problem:
            return TrackedAccount(errors=[Refusal(problem)])
        return TrackedAccount(account, Edge(node=account, cursor=account_cursor(viewer, AccountFilter(), account)))


def _new_account(input: TrackAccountInput) -> NewAccount:
    metadata: object = {} if input.metadata in (None, UNSET) else input.metadata
    if not isinstance(metadata, dict):
        raise problems.InvalidInput("The metadata is not an object.", "metadata")
    hours = DEFAULT_HOURS if input.refresh_interval_hours is None else input.refresh_interval_hours
    return NewAccount(input.platform, input.handle, input.category or None, metadata, hours)
