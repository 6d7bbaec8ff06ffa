"""Series: windows cut into buckets, and sums of day rows read into them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.problems import InvalidInput
from app.domain.records import Bucket
from app.domain.windows import LONGEST_WINDOW_DAYS, Window


class Granularity(StrEnum):
    """How long a bucket is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


FIXED_DAYS = {Granularity.DAY: 1, Granularity.WEEK: 7}


class SeriesMode(StrEnum):
    """What a bucket's value is: the change in it, or the level at its end."""

    GAIN = "gain"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Span:
    """The dates of one bucket, cut to the window."""

    start: date
    end: date
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """What happened to a set of posts and accounts on one local day, per counter; all of it adds up over days.

    `gains` are signed changes, `starts` the baseline values that came in that day, `known` how many members' counter
    became known that day. So the level of the set at the end of a day is the sum of gains and starts up to then.
    """

    day: date
    observations: int
    baselines: int
    gains: Mapping[str, int]
    starts: Mapping[str, int]
    known: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Totals:
    """The levels of a set at the end of a window, and how many members have each counter known by then."""

    levels: Mapping[str, int]
    known: Mapping[str, int]


def cut_window(window: Window, granularity: Granularity | int, today: date) -> list[Span]:
    """The buckets of a window, oldest first: days, ISO weeks, months, or that many days counted from its start.

    The first and last are cut to the window. A bucket is partial where the window cuts it and while its last day has
    not ended (`today` is the local date in the window's zone). Raises InvalidInput for a number of days out of bounds.
    """
    if isinstance(granularity, int) and not 1 <= granularity <= LONGEST_WINDOW_DAYS:
        raise InvalidInput(f"A bucket of {granularity} days; it takes 1 to {LONGEST_WINDOW_DAYS}.", "granularity")
    spans = []
    for start, end in _calendar(window.start, window.end, granularity):
        cut_start, cut_end = max(start, window.start), min(end, window.end)
        spans.append(Span(cut_start, cut_end, (cut_start, cut_end) != (start, end) or cut_end >= today))
    return spans


def read_buckets(
    spans: Sequence[Span], rows: Sequence[Sums], end: Totals, counters: Sequence[str], mode: SeriesMode
) -> list[Bucket]:
    """The buckets' values, from the day rows inside the window and the standing at its end.

    Read backwards, so that the cost follows the window and not the history before it. A value is None while no member
    of the set has the counter known.
    """
    levels, known = dict(end.levels), dict(end.known)
    remaining = sorted(rows, key=lambda row: row.day)
    buckets: list[Bucket] = []
    for span in reversed(spans):
        inside = []
        while remaining and remaining[-1].day >= span.start:
            inside.append(remaining.pop())
        values: dict[str, int | None] = {}
        for counter in counters:
            gain = sum(row.gains[counter] for row in inside)
            if known[counter] == 0:
                values[counter] = None
            else:
                values[counter] = gain if mode is SeriesMode.GAIN else levels[counter]
            levels[counter] -= gain + sum(row.starts[counter] for row in inside)
            known[counter] -= sum(row.known[counter] for row in inside)
        observed = any(row.observations > 0 for row in inside)
        baseline = any(row.baselines > 0 for row in inside)
        buckets.append(Bucket(span.start, span.end, span.is_partial, baseline, observed, values))
    buckets.reverse()
    return buckets


def _calendar(first: date, last: date, granularity: Granularity | int) -> Iterator[tuple[date, date]]:
    """The uncut buckets that hold the dates from `first` to `last`."""
    start = first
    if granularity is Granularity.WEEK:
        start = first - timedelta(days=first.weekday())
    elif granularity is Granularity.MONTH:
        start = first.replace(day=1)
    while start <= last:
        if granularity is Granularity.MONTH:
            following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            days = FIXED_DAYS[granularity] if isinstance(granularity, Granularity) else granularity
            following = start + timedelta(days=days)
        yield start, following - timedelta(days=1)
        start = following
