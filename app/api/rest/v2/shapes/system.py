"""What v2 tells of itself and of who asks."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct


class Health(Struct, frozen=True, kw_only=True):
    """Whether requests can be answered."""

    type: Literal["health"] = "health"
    status: Annotated[Literal["ok", "degraded"], Meta(description="degraded: refreshes wait, rate limits are off.")]


class ApiMeta(Struct, frozen=True, kw_only=True):
    """Where this version stands."""

    type: Literal["api_meta"] = "api_meta"
    api_version: Literal["v2"] = "v2"
    status: Literal["current"] = "current"
    docs_url: str
    openapi_url: str
    whoami_url: str
    deprecation: date | None = None
    sunset: date | None = None


class WhoAmI(Struct, frozen=True, kw_only=True):
    """The organization and the name of the key."""

    type: Literal["whoami"] = "whoami"
    organization_id: str
    api_key_name: str
