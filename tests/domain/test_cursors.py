"""Cursors and page requests: what we issued comes back, everything else is refused."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cursors import PageRequest, decode_cursor, encode_cursor, page_request
from app.domain.problems import InvalidCursor, InvalidInput

SECRET, OTHER = b"s" * 32, b"t" * 32
KEYS = [datetime(2026, 3, 1, 8, 5, 0, 123456, tzinfo=UTC), UUID(int=7), None, 5, "é", 1.5, True]


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode_cursor(SECRET, "list", encode_cursor(SECRET, "list", KEYS)) == KEYS


def test_a_cursor_belongs_to_one_organization_and_one_list() -> None:
    cursor = encode_cursor(SECRET, "list a", KEYS)
    for secret, binding in ((OTHER, "list a"), (SECRET, "list b")):
        with pytest.raises(InvalidCursor) as refused:
            decode_cursor(secret, binding, cursor, "after")
        assert refused.value.path == ("after",)


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_tampered_cursor_is_refused(place: int, change: int) -> None:
    cursor = encode_cursor(SECRET, "list", KEYS)
    place %= len(cursor)
    tampered = cursor[:place] + chr((ord(cursor[place]) + change) % 256) + cursor[place + 1 :]
    if tampered != cursor:
        with pytest.raises(InvalidCursor):
            decode_cursor(SECRET, "list", tampered)


@given(st.text(max_size=60))
def test_no_text_makes_it_stumble(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(SECRET, "list", text)


def test_a_page_request() -> None:
    assert page_request() == PageRequest(50, None, False)
    assert page_request(first=1, after="x") == PageRequest(1, "x", False)
    assert page_request(last=200, before="y") == PageRequest(200, "y", True)
    assert page_request(before="y") == PageRequest(50, "y", True)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"first": 0}, "first"),
        ({"first": 201}, "first"),
        ({"first": -1}, "first"),
        ({"last": 0}, "last"),
        ({"first": 1, "last": 1}, "first"),
        ({"after": "x", "before": "y"}, "first"),
    ],
)
def test_bad_pages_are_refused_by_name(arguments: dict[str, int], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        page_request(**arguments)  # type: ignore[arg-type]
    assert refused.value.path == (path,)
