"""Buckets: how a window is cut, and what is partial."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.metrics import SERIES_COUNTERS
from app.domain.problems import InvalidInput
from app.domain.records import Span
from app.domain.series import Granularity, cut_window, joined, layout_of, read_stretches
from app.domain.windows import Window
from app.store.rollups import SUM_COLUMNS

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
    assert cut_window(window(d(start), d(end)), granularity, today) == tuple(spans)


LAYOUT = layout_of(("views", "likes"))


def sums(**values: int) -> list[int]:
    return [values.get(column, 0) for column in LAYOUT.columns]


def test_the_columns_of_sums_are_those_of_the_tables() -> None:
    assert LAYOUT.columns == (
        *("observations", "baselines", "views_gain", "views_start", "views_known"),
        *("likes_gain", "likes_start", "likes_known", "viewed_likes_gain", "viewed_likes_known"),
    )
    assert layout_of(SERIES_COUNTERS).columns == SUM_COLUMNS


def test_stretches_are_read_backwards_from_where_the_set_stands() -> None:
    happened = {
        1: sums(observations=1, baselines=1, views_start=1000, views_known=1),
        3: sums(observations=1, views_gain=50, likes_gain=3, likes_start=4, likes_known=1, viewed_likes_gain=2),
        4: sums(viewed_likes_gain=1, viewed_likes_known=1),
    }
    end = sums(
        views_start=1000, views_gain=50, views_known=1, likes_gain=3, likes_start=4, likes_known=1, viewed_likes_known=1
    )
    stretches = read_stretches(happened, 5, end, LAYOUT)
    assert [stretch.amounts["views_level"] for stretch in stretches] == [None, 1000, 1000, 1050, 1050]
    assert [stretch.amounts["views_gain"] for stretch in stretches] == [None, 0, 0, 50, 0]
    assert [stretch.amounts["likes_level"] for stretch in stretches] == [None, None, None, 7, 7]
    assert [stretch.amounts["likes_gain"] for stretch in stretches] == [None, None, None, 3, 0]
    assert [stretch.amounts["viewed_likes_gain"] for stretch in stretches] == [None, None, None, None, 1]
    assert [stretch.is_observed for stretch in stretches] == [False, True, False, True, False]
    assert [stretch.is_baseline for stretch in stretches] == [False, True, False, False, False]


@given(st.lists(st.tuples(*[st.integers(0, 9)] * len(LAYOUT.columns)), min_size=1, max_size=6), st.data())
def test_stretches_joined_are_what_one_stretch_over_them_is(rows: list[tuple[int, ...]], data: st.DataObject) -> None:
    count = len(rows)
    end = [sum(values) for values in zip(*rows, strict=True)]
    cut = data.draw(st.integers(0, count - 1))
    single = dict(enumerate(rows))
    whole = {0: [sum(values) for values in zip(*rows[:cut], strict=True)]} if cut else {}
    whole[1] = [sum(values) for values in zip(*rows[cut:], strict=True)]
    expected = read_stretches(whole, 2, end, LAYOUT)[1]
    # What nobody has, nobody gains: as it is of real sums.
    for place in LAYOUT.places:
        for known, gained in ((place.known, place.gain), (place.viewed_known, place.viewed)):
            if known is not None and gained is not None:
                ever = 0
                for row in rows:
                    ever += row[known]
                    assume(ever or not row[gained])
    assert joined(read_stretches(single, count, end, LAYOUT)[cut:]) == expected


@pytest.mark.parametrize("days", [0, -1, 732])
def test_buckets_of_impossible_length_are_refused(days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        cut_window(window(d("03-01"), d("03-02")), days, LATER)
    assert refused.value.path == ("bucket_days",)
