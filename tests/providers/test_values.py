"""The value rules: what is sent in many forms is read in one, and what cannot be read is unknown."""

from datetime import UTC, datetime

import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform
from app.providers.values import (
    BrokenJson,
    decode_json,
    dig,
    read_count,
    read_flag,
    read_handle,
    read_identifier,
    read_instant,
    read_link,
    read_seconds,
    read_text,
    read_url,
)


@pytest.mark.parametrize(
    ("sent", "value", "step"),
    [
        (0, 0, 1),
        (1900000, 1900000, 1),
        (12.0, 12, 1),
        ("0", 0, 1),
        (" 427682 ", 427682, 1),
        ("12.0", 12, 1),
        ("1,234,567", 1234567, 1),
        ("1 234", 1234, 1),
        ("1\u202f234", 1234, 1),
        ("12'345", 12345, 1),
        ("1.2K", 1200, 100),
        ("3.4m", 3_400_000, 100_000),
        ("2B", 2_000_000_000, 1_000_000_000),
        (10**13, 10**13, 1),
        ("9999.999B", 9_999_999_000_000, 10**6),
    ],
)
def test_counts_are_read_in_every_form(sent: object, value: int, step: int) -> None:
    assert read_count(sent) == Count(value, step)


@pytest.mark.parametrize(
    "sent",
    [
        *(None, "", " ", -1, "-1", -1.0, True, False, 12.5, "12.5", float("nan"), float("inf"), [], {}, [5], {"n": 5}),
        *(
            "abc",
            "1,23",
            "1.234,5",
            "٣",
            "1e5",
            "0x10",
            "1K2",
            "9" * 5000,
            10**13 + 1,
            10**400,
            "-1.2K",
            "12_34_5",
            "--1",
        ),
    ],
)
def test_anything_else_is_unknown(sent: object) -> None:
    assert read_count(sent) is None


def test_text_is_made_fit_for_storage() -> None:
    assert read_text("a\x00b") == "ab"
    assert read_text("cut \ud83d") == "cut "
    assert read_text("💡" * 6000) == "💡" * 5000
    assert read_text("x" * 400, 300) == "x" * 300
    assert [read_text(value) for value in ("", " \n", "\x00", None, 5, ["a"])] == [None] * 6


def test_addresses_of_other_schemes_are_refused() -> None:
    assert read_link("linktr.ee/me") == "linktr.ee/me"
    assert read_link("example.com:8080/x") == "example.com:8080/x"
    assert read_link("HTTPS://example.com/") == "HTTPS://example.com/"
    for text in ("javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "", " ", "a b", "x" * 5000, None):
        assert read_link(text) is None
    assert read_url("https://example.com/a.jpg") == "https://example.com/a.jpg"
    assert [read_url(text) for text in ("example.com/a.jpg", "//example.com", "ftp://example.com", 5)] == [None] * 4


def test_identifiers_keep_every_digit() -> None:
    assert read_identifier("6799838955094836230") == "6799838955094836230"
    assert read_identifier(6799838955094836230) == "6799838955094836230"
    others: list[object] = [6.799e18, "0", 0, -5, True, "", "12a", "1" * 21, 10**20, None, ["1"], "٣"]
    assert [read_identifier(sent) for sent in others] == [None] * len(others)


def test_handles_are_lower_case_and_within_the_platforms_rule() -> None:
    assert read_handle(Platform.TIKTOK, "@Zg.520") == "zg.520"
    assert read_handle(Platform.INSTAGRAM, "a" * 30) == "a" * 30
    for sent in ("", "a" * 25, "a/b", "https://www.tiktok.com/@a", 5, None, "x" * 10**6):
        assert read_handle(Platform.TIKTOK, sent) is None


def test_instants_durations_and_flags() -> None:
    assert read_instant("1749265942") == datetime(2025, 6, 7, 3, 12, 22, tzinfo=UTC)
    assert [read_instant(sent) for sent in (0, -1, 1749265942000, "soon", None, 1e300)] == [None] * 6
    assert [read_seconds(sent) for sent in (18, "18", 71.1, 0.2, 0, -1, None, 10**9)] == [18, 18, 71, 1] + [None] * 4
    flags: list[object] = [True, False, 1, 0, "true", None, 2, []]
    assert [read_flag(sent) for sent in flags] == [True, False, True, False, None, None, None, None]


def test_broken_json_says_whether_it_began_as_json() -> None:
    assert decode_json(b'{"a": [1]}') == {"a": [1]}
    assert decode_json(b' {"a": [1') == BrokenJson(looks_like_json=True)
    assert decode_json("<html>") == BrokenJson(looks_like_json=False)
    assert decode_json("[" * 100_000) == BrokenJson(looks_like_json=True)
    assert decode_json(b"\xff\xfe\x00") == BrokenJson(looks_like_json=False)
    assert decode_json("[" + "9" * 5000 + "]") == BrokenJson(looks_like_json=True)
    assert dig({"a": [{"b": 1}]}, "a", 0, "b") == 1
    empty: list[object] = [[], "a", None, {"a": {}}, {"a": []}]
    assert [dig(value, "a", 0) for value in empty] == [None] * 5
