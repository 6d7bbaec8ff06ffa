"""Values that v2 spells in its own way, and bounds that several of its bodies share."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from app.domain.platforms import Platform as AnyPlatform


class Platform(StrEnum):
    """Where something lives; other platforms are not part of v2."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"

    @property
    def ours(self) -> AnyPlatform:
        return AnyPlatform(self.value)


PLATFORM_OF: Mapping[AnyPlatform, Platform] = {platform.ours: platform for platform in Platform}


class Period(StrEnum):
    """That many UTC days ending today."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"


class PeriodOrCustom(StrEnum):
    """That many UTC days ending today, or two dates."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    CUSTOM = "custom"


class OrderDirection(StrEnum):
    """Which way a list runs."""

    ASC = "asc"
    DESC = "desc"


class SeriesMode(StrEnum):
    """What a value of a series is: what was gained, or where it stood."""

    GAIN = "gain"
    CUMULATIVE = "cumulative"


Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""Only an instant is a date-time to others; what has no zone is but a text."""
Metadata: TypeAlias = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=255)], Annotated[str, Meta(max_length=255)]],
    Meta(max_length=20, description="Tags of your own: up to 20, up to 255 characters each."),
]
ScrapeInterval: TypeAlias = Annotated[int, Meta(ge=6, le=720, description="Hours between two refreshes.")]
Cursor: TypeAlias = Annotated[str, Meta(max_length=2048, description="next_cursor of the page before.")]
Text: TypeAlias = Annotated[str, Meta(max_length=128, description="A piece of text, whatever its case.")]
IncludeTotal: TypeAlias = Annotated[bool, Meta(description="Adds pagination.total_count, at the price of counting.")]
CreatorChoice: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^(none|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
        description="A creator; none: without one.",
        extra={"takes": "a UUID, or none"},
    ),
]
SIGNED = "The field, with a leading - for descending."
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=200, description="Page size.")]

WORDS: Mapping[str, str] = {
    "handle": "username",
    "refresh_interval_hours": "scrape_interval_hours",
    "max_recent_posts": "max_recent_posts_per_account",
    "after": "cursor",
    "before": "cursor",
    "first": "limit",
    "start": "start_date",
    "end": "end_date",
    "text": "q",
    "filter/handle": "q",
    "filter/text": "q",
    "filter/categories": "category",
    "idempotency_key": "Idempotency-Key",
}
"""v2's names of what use cases call otherwise, whole paths first."""


class Window(Struct, frozen=True, kw_only=True):
    """Which UTC days: a period, or two dates with period=custom."""

    period: Annotated[PeriodOrCustom, Meta(description="Which days.")] = PeriodOrCustom.MONTH
    start_date: Annotated[date | None, Meta(description="First UTC day, with period=custom.")] = None
    end_date: Annotated[date | None, Meta(description="Last UTC day, with period=custom.")] = None
