"""Windows: presets, dates, bounds, and days of every length."""

import doctest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain import links, metrics, search, windows
from app.domain.problems import InvalidInput
from app.domain.windows import (
    Window,
    WindowPreset,
    dated_window,
    day_start,
    preset_window,
    read_zone,
    window_dates,
    window_instants,
)

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
NOW = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("module", [windows, links, metrics, search], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("preset", "zone", "start", "end"),
    [
        (WindowPreset.LAST_7_DAYS, UTC_ZONE, date(2026, 3, 2), date(2026, 3, 8)),
        (WindowPreset.LAST_30_DAYS, UTC_ZONE, date(2026, 2, 7), date(2026, 3, 8)),
        (WindowPreset.LAST_90_DAYS, UTC_ZONE, date(2025, 12, 9), date(2026, 3, 8)),
        # Half past midnight of the ninth in Berlin.
        (WindowPreset.LAST_7_DAYS, BERLIN, date(2026, 3, 3), date(2026, 3, 9)),
    ],
)
def test_presets_end_today_in_their_zone(preset: WindowPreset, zone: ZoneInfo, start: date, end: date) -> None:
    assert preset_window(preset, zone, NOW) == Window(start, end, zone)


def test_the_previous_window_is_as_long_and_ends_the_day_before() -> None:
    window = Window(date(2026, 3, 2), date(2026, 3, 8), UTC_ZONE)
    assert window.previous == Window(date(2026, 2, 23), date(2026, 3, 1), UTC_ZONE)


@pytest.mark.parametrize(
    ("start", "end", "path", "message"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), ("window", "start"), "start (2026-03-02) is after end (2026-03-01)."),
        (date(2026, 3, 2), date(2026, 3, 9), ("window", "end"), "end (2026-03-09) is after today (2026-03-08 in UTC)."),
        (date(1, 1, 1), date(1, 1, 2), ("window", "start"), "start (0001-01-01) is before 2000-01-01."),
        (
            date(2024, 3, 7),
            date(2026, 3, 8),
            ("window", "start"),
            "2024-03-07 to 2026-03-08 is 732 days; a window holds at most 731.",
        ),
    ],
)
def test_bad_dates_are_refused_by_name(start: date, end: date, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        dated_window(start, end, UTC_ZONE, NOW, "window")
    assert (refused.value.message, refused.value.path) == (message, path)


def test_the_longest_window() -> None:
    assert dated_window(date(2024, 3, 8), date(2026, 3, 8), UTC_ZONE, NOW).days == 731


@pytest.mark.parametrize("name", ["Mars/Olympus", "localtime", "Factory", "", "utc+1", "../etc/passwd", "x" * 500])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_zone(name, "timezone")
    assert refused.value.path == ("timezone",)


@pytest.mark.parametrize(
    ("day", "zone", "starts"),
    [
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00:00+00:00"),
        (date(2026, 3, 30), "Europe/Berlin", "2026-03-29T22:00:00+00:00"),
        # Midnight is skipped in Cairo: the day begins at the jump.
        (date(2024, 4, 26), "Africa/Cairo", "2024-04-25T22:00:00+00:00"),
        # Two midnights in Havana: the day begins at the first.
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00:00+00:00"),
        (date(2026, 6, 1), "Asia/Kathmandu", "2026-05-31T18:15:00+00:00"),
    ],
)
def test_the_first_instant_of_a_local_day(day: date, zone: str, starts: str) -> None:
    assert day_start(day, ZoneInfo(zone)).isoformat() == starts


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_days_are_as_long_as_the_clocks_make_them(day: date, hours: int) -> None:
    start, end = window_instants(Window(day, day, BERLIN))
    assert end - start == timedelta(hours=hours)


def test_dates_of_a_window() -> None:
    assert window_dates(Window(date(2026, 2, 27), date(2026, 3, 1), UTC_ZONE)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
