"""What every answer of v2 is wrapped in."""

from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

from app.api.rest.values import FieldError

Shown = TypeVar("Shown")
About = TypeVar("About")


class Pagination(Struct, frozen=True):
    """Where a page lies in its list."""

    has_next: Annotated[bool, Meta(description="Whether further pages exist.")]
    limit: Annotated[int, Meta(description="The page size in effect.")]
    next_cursor: Annotated[str | None, Meta(description="The token of the next page; null on the last one.")] = None
    total_count: Annotated[int | None, Meta(description="The size of the whole list, with include_total=true.")] = None


class Single(Struct, Generic[Shown], frozen=True):
    """One object."""

    data: Shown


class Collection(Struct, Generic[Shown], frozen=True):
    """A page of a list."""

    data: list[Shown]
    pagination: Pagination
    filters: Annotated[dict[str, Any], Meta(description="The filters that are active, and the order in effect.")]


class Described(Struct, Generic[Shown, About], frozen=True):
    """Something with a word about it."""

    data: Shown
    meta: About


class Code(StrEnum):
    """The kinds of problems. FORBIDDEN and UPSTREAM_ERROR are kept for clients that know them; they do not occur."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHORIZED = "UNAUTHORIZED"
    FORBIDDEN = "FORBIDDEN"
    INSUFFICIENT_SCOPE = "INSUFFICIENT_SCOPE"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    NOT_FOUND = "NOT_FOUND"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    CONFLICT = "CONFLICT"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    UPSTREAM_ERROR = "UPSTREAM_ERROR"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


class Problem(Struct, frozen=True):
    """Why a request was refused (RFC 9457). Branch on status, then on code."""

    type: Annotated[str, Meta(description="A URN: urn:creatorgraph:error: and the code with hyphens.")]
    title: Annotated[str, Meta(description="The reason phrase of the status.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What is wrong, and the way on.")]
    code: Annotated[Code, Meta(description="The kind of problem.")]
    instance: Annotated[str | None, Meta(description="The path that was asked.")] = None
    errors: Annotated[list[FieldError] | None, Meta(description="Each field at fault.")] = None
    request_id: Annotated[str | None, Meta(description="The same as X-Request-ID.")] = None
    existing_id: Annotated[str | None, Meta(description="Of a duplicate: the id of what exists.")] = None
