"""What a caller can mend, as data."""

from dataclasses import dataclass

import strawberry
from strawberry.utils.str_converters import to_camel_case

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.videos import Video
from app.api.graphql.values.enums import ErrorCode
from app.domain import problems, records
from app.domain.problems import Problem

MENDABLE = (
    problems.InvalidInput,
    problems.NotFound,
    problems.HandleTaken,
    problems.VideoTaken,
    problems.AccountLinkedElsewhere,
    problems.QuotaReached,
    problems.IdempotencyConflict,
    problems.LastAdminKey,
)
"""Problems that come back as data; the others are errors of the request."""


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


@strawberry.type(description="Nothing of that id is in the organization.")
class NotFound(MutationError):
    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.NotFound)


@strawberry.type(description="The organization tracks this account already.")
class HandleTaken(MutationError):
    @resolver("The account that exists.", Account)
    def account(refusal: strawberry.Parent[Refusal]) -> records.Account:
        assert isinstance(refusal.problem, problems.HandleTaken)
        return refusal.problem.account

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.HandleTaken)


@strawberry.type(description="The organization tracks this video by itself already.")
class VideoTaken(MutationError):
    @resolver("The video that exists.", Video)
    def video(refusal: strawberry.Parent[Refusal]) -> records.Video:
        assert isinstance(refusal.problem, problems.VideoTaken)
        return refusal.problem.video

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.VideoTaken)


@strawberry.type(description="The account is linked to another creator already; an account has one at most.")
class AccountLinkedElsewhere(MutationError):
    @resolver("The creator it is linked to.", Creator)
    def creator(refusal: strawberry.Parent[Refusal]) -> records.Creator:
        assert isinstance(refusal.problem, problems.AccountLinkedElsewhere)
        return refusal.problem.creator

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.AccountLinkedElsewhere)


@strawberry.type(description="The organization tracks as many accounts as it may.")
class QuotaReached(MutationError):
    @resolver("How many that is.")
    def limit(refusal: strawberry.Parent[Refusal]) -> int:
        assert isinstance(refusal.problem, problems.QuotaReached)
        return refusal.problem.limit

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.QuotaReached)


@strawberry.type(description="The idempotency key was used for another request.")
class IdempotencyConflict(MutationError):
    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.IdempotencyConflict)


@strawberry.type(description="Without this key nobody could manage the organization's keys any more.")
class LastAdminKey(MutationError):
    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.LastAdminKey)


ERROR_TYPES = (
    InvalidInput,
    NotFound,
    HandleTaken,
    VideoTaken,
    AccountLinkedElsewhere,
    QuotaReached,
    IdempotencyConflict,
    LastAdminKey,
)
"""The implementations of MutationError, which no field names."""
