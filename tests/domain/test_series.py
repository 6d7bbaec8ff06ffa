"""Buckets: how a window is cut, and what is partial."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from app.domain.problems import InvalidInput
from app.domain.series import Granularity, Span, Sums, Totals, cut_window, read_stretches
from app.domain.windows import Window

LATER = date(2027, 1, 1)


def window(start: date, end: date) -> Window:
    return Window(start, end, ZoneInfo("UTC"))


def d(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("granularity", "start", "end", "today", "spans"),
    [
        (
            Granularity.DAY,
            "03-01",
            "03-02",
            d("03-02"),
            [Span(d("03-01"), d("03-01"), False), Span(d("03-02"), d("03-02"), True)],
        ),
        (
            # The first is a Sunday: its week is cut; the last week is whole and over.
            Granularity.WEEK,
            "03-01",
            "03-15",
            LATER,
            [
                Span(d("03-01"), d("03-01"), True),
                Span(d("03-02"), d("03-08"), False),
                Span(d("03-09"), d("03-15"), False),
            ],
        ),
        (
            Granularity.WEEK,
            "03-02",
            "03-10",
            d("03-10"),
            [Span(d("03-02"), d("03-08"), False), Span(d("03-09"), d("03-10"), True)],
        ),
        (
            Granularity.MONTH,
            "01-31",
            "03-31",
            LATER,
            [
                Span(d("01-31"), d("01-31"), True),
                Span(d("02-01"), d("02-28"), False),
                Span(d("03-01"), d("03-31"), False),
            ],
        ),
        (
            3,
            "03-01",
            "03-07",
            LATER,
            [
                Span(d("03-01"), d("03-03"), False),
                Span(d("03-04"), d("03-06"), False),
                Span(d("03-07"), d("03-07"), True),
            ],
        ),
    ],
)
def test_a_window_is_cut(granularity: Granularity | int, start: str, end: str, today: date, spans: list[Span]) -> None:
    assert cut_window(window(d(start), d(end)), granularity, today) == spans


def sums(gain: int, start: int = 0, known: int = 0) -> Sums:
    return Sums(1, int(start > 0), {"views": gain}, {"views": start}, {"views": known}, {}, {})


def test_stretches_are_read_backwards_from_where_the_set_stands() -> None:
    happened = {1: sums(0, start=1000, known=1), 3: sums(50)}
    stretches = read_stretches(happened, 5, Totals({"views": 1050}, {"views": 1}, {}), ["views"])
    assert [stretch.amounts["views_level"] for stretch in stretches] == [None, 1000, 1000, 1050, 1050]
    assert [stretch.amounts["views_gain"] for stretch in stretches] == [None, 0, 0, 50, 0]
    assert [stretch.is_observed for stretch in stretches] == [False, True, False, True, False]
    assert [stretch.is_baseline for stretch in stretches] == [False, True, False, False, False]


@pytest.mark.parametrize("days", [0, -1, 732])
def test_buckets_of_impossible_length_are_refused(days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        cut_window(window(d("03-01"), d("03-02")), days, LATER)
    assert refused.value.path == ("bucket_days",)
