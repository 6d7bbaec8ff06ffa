"""What a caller can mend, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import strawberry
from strawberry.utils.str_converters import to_camel_case

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.runs import RefreshRun
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
    problems.RefreshedRecently,
    problems.IdempotencyConflict,
    problems.LastAdminKey,
)
"""Problems that come back as data; the others are errors of the request."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem as data: the executor would raise an exception that it finds in a list."""

    problem: Problem
    place: Sequence[str] | None = None
    """Where in the arguments, where the problem does not know; its own path otherwise."""


@strawberry.interface(description="Something in the input that the caller can mend. Nothing was changed by it.")
class MutationError:
    @resolver("What is wrong, and the way on.")
    def message(refusal: strawberry.Parent[Refusal]) -> str:
        return refusal.problem.message

    @resolver("What it is about.")
    def code(refusal: strawberry.Parent[Refusal]) -> ErrorCode:
        return ErrorCode(refusal.problem.code)

    @resolver(
        'Where in the arguments, from the outside in: ["input", "handle"], and with the place of an entry in a list, '
        'counted from 0: ["input", "accounts", "3", "handle"].'
    )
    def path(refusal: strawberry.Parent[Refusal]) -> list[str]:
        path = refusal.problem.path if refusal.place is None else refusal.place
        return ["input", *(to_camel_case(name) for name in path)]


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


@strawberry.type(description="It was refreshed a moment ago; its figures are fresh.")
class RefreshedRecently(MutationError):
    @resolver("The refresh that has ended a moment ago.", RefreshRun)
    def run(refusal: strawberry.Parent[Refusal]) -> records.Run:
        assert isinstance(refusal.problem, problems.RefreshedRecently)
        return refusal.problem.run

    @resolver("From when on it may be asked for again.")
    def retry_at(refusal: strawberry.Parent[Refusal]) -> datetime:
        assert isinstance(refusal.problem, problems.RefreshedRecently)
        return refusal.problem.retry_at

    @classmethod
    def is_type_of(cls, value: Refusal, _info: object) -> bool:
        return isinstance(value.problem, problems.RefreshedRecently)


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
    RefreshedRecently,
    IdempotencyConflict,
    LastAdminKey,
)
"""The implementations of MutationError, which no field names."""
