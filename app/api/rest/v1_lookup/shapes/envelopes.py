"""What every answer of `/v1` is wrapped in."""

from typing import Annotated, Generic, TypeAlias, TypeVar

from msgspec import Meta, Struct

from app.domain.platforms import Platform

Shown = TypeVar("Shown")

Succeeded: TypeAlias = Annotated[bool, Meta(description="true.", extra_json_schema={"const": True})]
"""By its constant clients that are made of the document tell an answer from a refusal."""


class Cached(Struct, frozen=True, kw_only=True):
    """A word about the answer."""

    cached: Annotated[bool, Meta(description="Whether the answer was there already.")]


class About(Cached, frozen=True, kw_only=True):
    """A word about what was looked up."""

    platform: Annotated[Platform, Meta(description="The platform that was asked.")]


class Success(Struct, Generic[Shown], frozen=True, kw_only=True):
    """What was looked up."""

    ok: Succeeded = True
    data: Shown
    meta: About


class Told(Struct, Generic[Shown], frozen=True, kw_only=True):
    """What no platform was asked for."""

    ok: Succeeded = True
    data: Shown
    meta: Cached


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is no answer. Branch on the HTTP status."""

    ok: Annotated[bool, Meta(description="false.", extra_json_schema={"const": False})] = False
    error: Annotated[str, Meta(description="What is wrong, for people to read.")]
