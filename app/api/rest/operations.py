"""Operations: what a REST face can be asked. Each is a function whose types say what it takes and gives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from msgspec import Struct
from starlette.requests import Request

from app.domain.viewer import Scope, Viewer
from app.runtime import Runtime

Query = TypeVar("Query")
Body = TypeVar("Body")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A request that needs no key."""

    request: Request
    runtime: Runtime
    now: datetime


@dataclass(frozen=True, slots=True)
class Call(OpenCall, Generic[Query, Body]):
    """A request of a known key, read and checked: the parameters of its query string and the members of its body."""

    viewer: Viewer
    ids: Mapping[str, UUID]
    """Those in the path, by name."""
    query: Query
    body: Body


@dataclass(frozen=True, slots=True)
class Repeat(Generic[Shown]):
    """What whoever sends the same body until then is answered, with 200."""

    body: Shown
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Answer(Generic[Shown]):
    """What an operation answers; an empty body is None."""

    body: Shown
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: Repeat[Shown] | None = None
    """Where the answer does not depend on who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    """Below the face's own; ids in braces: `/accounts/{account_id}`."""
    id: str
    tag: str
    summary: str
    description: str
    act: Callable[[Any], Awaitable[Answer[Any]]]
    query: type[Struct] | None
    body: type[Struct] | None
    shows: Any
    """The type of the body it answers with; NoneType for none."""
    status: HTTPStatus
    also: Sequence[HTTPStatus]
    """Other statuses of success."""
    refuses: Sequence[HTTPStatus]
    """Refusals beside those that every operation of its kind has."""
    scope: Scope | None
    """None where no key is needed."""
    is_create: bool
    """Whether an idempotency key makes it happen once."""
    example: object
    """A body to send, where it takes one."""


class Operations:
    """The operations of one face, in the order in which they are told."""

    def __init__(self) -> None:
        self.all: list[Operation] = []

    def add(
        self,
        method: str,
        path: str,
        tag: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        also: Sequence[HTTPStatus] = (),
        refuses: Sequence[HTTPStatus] = (),
        scope: Scope | None = Scope.READ,
        is_create: bool = False,
        example: object = None,
    ) -> Callable[[Callable[[Any], Awaitable[Answer[Any]]]], Callable[[Any], Awaitable[Answer[Any]]]]:
        """Declares the decorated function; its name is the id, its docstring tells the summary and the description."""

        def declare(act: Callable[[Any], Awaitable[Answer[Any]]]) -> Callable[[Any], Awaitable[Answer[Any]]]:
            hints = get_type_hints(act, include_extras=True)
            call = next(hint for name, hint in hints.items() if name != "return")
            taken = [None if one is NoneType else one for one in get_args(call)] or [None, None]
            summary, _, description = (act.__doc__ or "").strip().partition("\n\n")
            operation = Operation(
                method=method,
                path=path,
                id=act.__name__,
                tag=tag,
                summary=summary,
                description=" ".join(description.split()),
                act=act,
                query=taken[0],
                body=taken[1],
                shows=get_args(hints["return"])[0],
                status=status,
                also=also,
                refuses=refuses,
                scope=scope,
                is_create=is_create,
                example=example,
            )
            self.all.append(operation)
            return act

        return declare
