"""Daily caps: what a day may come to, and when it begins. Pure: instants are given."""

from datetime import UTC, datetime

import pytest

from app.providers.caps import PACIFIC, DailyCap, Spent, correct, milliseconds_to_reset, read_caps, spend
from app.providers.limits import SCRAPECREATORS, YOUTUBE_API, YOUTUBE_STATS

HOUR = 3_600_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_requests_are_counted_up_to_the_cap() -> None:
    cap, spent = DailyCap(2), Spent()
    for amount in (1, 2):
        after = spend(spent, cap, 1, 7, at("2026-11-21T10:00"))
        assert after == Spent("2026-11-21", amount)
        spent = after
    assert spend(spent, cap, 1, 0, at("2026-11-21T23:59:59")) is None
    assert spend(spent, cap, 1, 0, at("2026-11-22T00:00")) == Spent("2026-11-22", 1)


def test_units_are_counted_where_the_upstream_charges() -> None:
    cap = DailyCap(100, in_units=True)
    spent = spend(Spent(), cap, 1, 60, at("2026-11-21T10:00"))
    assert spent == Spent("2026-11-21", 60)
    assert spend(spent, cap, 1, 41, at("2026-11-21T10:00")) is None
    assert correct(spent, cap, 45, at("2026-11-21T10:00")) == Spent("2026-11-21", 105)
    assert correct(spent, cap, -70, at("2026-11-21T10:00")) == Spent("2026-11-21", 0)
    assert correct(spent, cap, 5, at("2026-11-22T10:00")) == Spent("2026-11-22", 5)
    assert correct(Spent("2026-11-21", 3), DailyCap(9), 5, at("2026-11-21T10:00")) == Spent("2026-11-21", 3)


def test_a_day_begins_at_midnight_of_the_caps_zone() -> None:
    assert milliseconds_to_reset(DailyCap(1), at("2026-11-21T22:00")) == 2 * HOUR
    pacific = DailyCap(1, zone=PACIFIC)
    assert milliseconds_to_reset(pacific, at("2026-11-21T07:00")) == HOUR  # 23:00 of the day before, UTC-8
    assert milliseconds_to_reset(pacific, at("2026-07-21T06:00")) == HOUR  # UTC-7 in summer
    assert spend(Spent("2026-11-20", 1), pacific, 1, 0, at("2026-11-21T07:59")) is None
    assert spend(Spent("2026-11-20", 1), pacific, 1, 0, at("2026-11-21T08:00")) == Spent("2026-11-21", 1)


def test_quotas_are_those_the_upstreams_give() -> None:
    for lane in (YOUTUBE_API, YOUTUBE_STATS):
        assert lane.daily == DailyCap(10_000, in_units=True, zone="America/Los_Angeles")
    assert SCRAPECREATORS.daily.in_units


def test_caps_are_read_from_text() -> None:
    assert read_caps("") == {}
    assert read_caps(" instagram = 5,youtube.api=9000 ") == {"instagram": 5, "youtube.api": 9000}
    for wrong in ("instagram", "instagram=", "instagram=x", "a=1=2", "a=-1"):
        with pytest.raises(ValueError):
            read_caps(wrong)
