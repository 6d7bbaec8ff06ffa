"""What `/v1` tells of itself."""

from typing import Annotated

from msgspec import Meta, Struct

from app.api.rest.v1_lookup.shapes.envelopes import Cached, Succeeded
from app.domain.platforms import Platform


class SupportedPlatform(Struct, frozen=True, kw_only=True):
    """A platform, and what can be looked up on it."""

    platform: Platform
    name: Annotated[str, Meta(description="As people write it.")]
    endpoints: Annotated[list[str], Meta(description="Paths below /v1.")]


class Platforms(Struct, frozen=True, kw_only=True):
    """The platforms that are asked."""

    platforms: list[SupportedPlatform]


class Pong(Struct, frozen=True, kw_only=True):
    """The API runs, and the key is known."""

    ok: Succeeded = True
    data: Annotated[str, Meta(description="pong.", examples=["pong"])] = "pong"
    meta: Cached = Cached(cached=False)
