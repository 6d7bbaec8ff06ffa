"""Filters and orders that cannot be: each refusal names the field and the way on, and nothing is read."""

from typing import Any
from uuid import UUID

import pytest

from app.api.graphql.values.ids import encode_id
from tests.api.conftest import Caller, Statements
from tests.api.test_filters import ACCOUNTS, BY_GAIN, CREATORS, VIDEOS

TEXT = "x" * 129


@pytest.mark.parametrize(
    ("query", "variables", "argument", "message"),
    [
        (ACCOUNTS, {"f": {"text": TEXT}}, "filter.text", "The text has 129 characters; 128 are allowed."),
        (
            ACCOUNTS,
            {"f": {"text": "a\0b"}},
            "filter.text",
            "The text takes no NUL character and no half of a surrogate pair.",
        ),
        (
            ACCOUNTS,
            {"f": {"categories": ["\0"]}},
            "filter.categories",
            "A category takes at most 128 characters, no NUL character and no half of a surrogate pair.",
        ),
        (
            ACCOUNTS,
            {"f": {"categories": [str(number) for number in range(201)]}},
            "filter.categories",
            "There are 201 of them; 200 are allowed.",
        ),
        (
            ACCOUNTS,
            {"f": {"creatorIds": [encode_id("Account", UUID(int=1))]}},
            "filter.creatorIds",
            "This is the id of another type (Account); an id of Creator is wanted.",
        ),
        (
            VIDEOS,
            {"f": {"accountIds": ["' OR 1=1 --"]}},
            "filter.accountIds",
            '"\' OR 1=1 --" is not an id of ours. Use an id that the API gave.',
        ),
        (
            ACCOUNTS,
            {"f": {"followerCount": {"min": 2, "max": 1}}},
            "filter.followerCount.min",
            "min (2) is greater than max (1). Swap them.",
        ),
        (
            ACCOUNTS,
            {"f": {"metadata": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}},
            "filter.metadata",
            "The metadata key 'a' has one value at most, and is asked for with several. Choose one.",
        ),
        (
            CREATORS,
            {"f": {"metadata": [{"key": str(number), "value": ""} for number in range(21)]}},
            "filter.metadata",
            "There are 21 metadata keys; 20 are allowed.",
        ),
        (
            CREATORS,
            {"f": {"name": "x" * 256}},
            "filter.name",
            "The name takes at most 255 characters, no NUL character and no half of a surrogate pair.",
        ),
        (
            VIDEOS,
            {"f": {"published": {"start": "2026-03-02", "end": "2026-03-01"}}},
            "filter.published.start",
            "start (2026-03-02) is after end (2026-03-01).",
        ),
        (
            VIDEOS,
            {"f": {"published": {"end": "9999-12-31"}}},
            "filter.published.end",
            "end (9999-12-31) is not within 2000-01-01 and 2100-01-01.",
        ),
        (
            VIDEOS,
            {"f": {"published": {"start": "0001-01-01"}}},
            "filter.published.start",
            "start (0001-01-01) is not within 2000-01-01 and 2100-01-01.",
        ),
        (
            VIDEOS,
            {"f": {"published": {"last": "LAST_7_DAYS", "end": "2026-03-01"}}},
            "filter.published.last",
            "last does not go with start and end. Ask with one or the other.",
        ),
        (
            VIDEOS,
            {"f": {"published": {"timezone": "Mars"}}},
            "filter.published.timezone",
            "'Mars' is not an IANA time zone such as UTC or Europe/Berlin.",
        ),
        (VIDEOS, {"o": [{"direction": "ASC"}]}, "orderBy.0", "A key takes either a field or a gain."),
        (
            VIDEOS,
            {"o": [{**BY_GAIN, "field": "VIEW_COUNT", "direction": "ASC"}]},
            "orderBy.0",
            "A key takes either a field or a gain.",
        ),
        (
            VIDEOS,
            {"o": [{"field": "VIEW_COUNT", "direction": "ASC"}, {**BY_GAIN, "direction": "ASC"}]},
            "orderBy.1.gain",
            "A gain orders the whole list: it takes one, as the first key.",
        ),
        (
            VIDEOS,
            {
                "o": {
                    "gain": {
                        "metric": "LIKES",
                        "window": {"between": {"start": "2026-03-02", "end": "2026-03-01"}},
                    },
                    "direction": "DESC",
                }
            },
            "orderBy.0.gain.window.between.start",
            "start (2026-03-02) is after end (2026-03-01).",
        ),
        (
            ACCOUNTS,
            {"o": [{"field": "HANDLE", "direction": "ASC"}] * 5},
            "orderBy",
            "There are 5 order keys; it takes 1 to 4.",
        ),
        (
            CREATORS,
            {"o": [{"field": "NAME", "direction": "ASC"}, {"field": "NAME", "direction": "DESC"}]},
            "orderBy.1.field",
            "NAME is a key already; whatever is equal by it stays equal. Leave it out.",
        ),
    ],
)
async def test_a_refusal_names_the_field_and_the_way_on(
    caller: Caller, statements: Statements, query: str, variables: dict[str, Any], argument: str, message: str
) -> None:
    body = await caller.ask(query, **variables)
    assert body["data"] is None
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}
    assert error["message"] == message
    assert len(statements) == 1  # the key
