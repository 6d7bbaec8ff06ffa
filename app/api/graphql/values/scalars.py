"""Scalars: how instants, dates, counters, addresses and caller metadata travel."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NewType, cast

import msgspec
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A counter: they pass 2^31 every day and stay under 2^53."""

URL = NewType("URL", str)
"""A web address."""

JSON = NewType("JSON", object)
"""What a caller attached, given back as it was sent."""

LARGEST_EXACT = 2**53 - 1
CALENDAR_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Python's own readers also take ISO week dates and leave out hyphens."""


def _write_datetime(value: datetime) -> str:
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    # The encoder's own way of writing it: RFC 3339 with Z, ten times as fast as isoformat.
    return cast(str, msgspec.to_builtins(utc))


def _read_datetime(value: object) -> datetime:
    if isinstance(value, str) and CALENDAR_DATE.match(value):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if instant.tzinfo is not None:
                return instant.astimezone(UTC)
    raise GraphQLError("DateTime takes an RFC 3339 instant with its offset, such as 2026-03-08T09:30:00Z.")


def _read_date(value: object) -> date:
    if isinstance(value, str) and CALENDAR_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("Date takes a calendar date, such as 2026-03-08.")


def _read_bigint(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_EXACT:
        return value
    raise GraphQLError("BigInt takes a whole number between -(2^53 - 1) and 2^53 - 1.")


def _read_url(value: object) -> str:
    if isinstance(value, str):
        return value
    raise GraphQLError("URL takes a string.")


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant: RFC 3339, in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_write_datetime,
        parse_value=_read_datetime,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar date without a time, such as 2026-03-08.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=_read_date,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 53 bits, as a JSON number: counters outgrow Int.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        parse_value=_read_bigint,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="A web address.",
        specified_by_url="https://url.spec.whatwg.org/",
        parse_value=_read_url,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="A JSON value. Only metadata that the caller attached has this type.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    ),
}
