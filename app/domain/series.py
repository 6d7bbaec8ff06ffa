"""Series: windows cut into buckets, and sums of day rows read into them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.metrics import ENGAGEMENT_COUNTERS
from app.domain.problems import InvalidInput
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


class Division(StrEnum):
    """What the members of a subject are told apart by."""

    CREATOR = "creator"
    ACCOUNT = "account"
    PLATFORM = "platform"
    VIDEO = "video"


class SubjectKind(StrEnum):
    """Whose figures they are: a set of posts and accounts, or a single video."""

    ORGANIZATION = "organization"
    CREATOR = "creator"
    ACCOUNT = "account"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Span:
    """The dates of one bucket, cut to the window."""

    start: date
    end: date
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """What happened to a set of posts and accounts in a stretch of time, per counter; all of it adds up.

    `gains` are signed changes, `starts` the baseline values that came in, `known` how many members' counter became
    known. So the level of the set at the end of a stretch is the sum of gains and starts up to then. `viewed` are the
    gains of engagement counters that came while the post's views were known, `viewed_known` how many posts became known
    in both.
    """

    observations: int
    baselines: int
    gains: Mapping[str, int]
    starts: Mapping[str, int]
    known: Mapping[str, int]
    viewed: Mapping[str, int]
    viewed_known: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Totals:
    """The levels of a set at the end of the last stretch, and how many members have each counter known by then."""

    levels: Mapping[str, int]
    known: Mapping[str, int]
    viewed_known: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a set amounts to over one stretch, by the terms that metrics are made of."""

    amounts: Mapping[str, int | None]
    is_observed: bool | None = None
    is_baseline: bool | None = None
    """Both None where nobody asked for them."""


def cut_window(window: Window, granularity: Granularity | int, today: date) -> list[Span]:
    """The buckets of a window, oldest first: days, ISO weeks, months, or that many days counted from its start.

    The first and last are cut to the window. A bucket is partial where the window cuts it and while its last day has
    not ended (`today` is the local date in the window's zone). Raises InvalidInput naming `bucket_days` for a number of
    days out of bounds.
    """
    if isinstance(granularity, int) and not 1 <= granularity <= LONGEST_WINDOW_DAYS:
        raise InvalidInput(f"A bucket of {granularity} days; it takes 1 to {LONGEST_WINDOW_DAYS}.", "bucket_days")
    spans = []
    for start, end in _calendar(window.start, window.end, granularity):
        cut_start, cut_end = max(start, window.start), min(end, window.end)
        spans.append(Span(cut_start, cut_end, (cut_start, cut_end) != (start, end) or cut_end >= today))
    return spans


def bucket_before(window: Window, granularity: Granularity | int) -> date | None:
    """Where the bucket before the first of a window begins, whole as that one is; None when the window cuts the first.

    >>> from zoneinfo import ZoneInfo
    >>> str(bucket_before(Window(date(2026, 3, 1), date(2026, 4, 5), ZoneInfo("UTC")), Granularity.MONTH))
    '2026-02-01'
    """
    start, end = next(_calendar(window.start, window.end, granularity))
    if start < window.start or end > window.end:
        return None
    last = start - timedelta(days=1)
    return last.replace(day=1) if granularity is Granularity.MONTH else last - (end - start)


def read_stretches(sums: Mapping[int, Sums], count: int, end: Totals, counters: Sequence[str]) -> list[Stretch]:
    """The amounts of `count` stretches that follow each other, given the sums of those in which anything happened.

    Read backwards from where the set stands at the end, so that the cost follows the stretches and not the history
    before them. A gain or level is None while no member of the set has the counter known.
    """
    levels, known, viewed_known = dict(end.levels), dict(end.known), dict(end.viewed_known)
    stretches: list[Stretch] = []
    for place in range(count - 1, -1, -1):
        inside = sums.get(place)
        amounts: dict[str, int | None] = {}
        for counter in counters:
            gain = inside.gains[counter] if inside else 0
            is_known = known[counter] > 0
            amounts[f"{counter}_gain"] = gain if is_known else None
            amounts[f"{counter}_level"] = levels[counter] if is_known else None
            if counter in ENGAGEMENT_COUNTERS:
                viewed = inside.viewed[counter] if inside else 0
                amounts[f"viewed_{counter}_gain"] = viewed if viewed_known[counter] > 0 else None
                viewed_known[counter] -= inside.viewed_known[counter] if inside else 0
            if inside:
                levels[counter] -= gain + inside.starts[counter]
                known[counter] -= inside.known[counter]
        observed = inside is not None and inside.observations > 0
        baseline = inside is not None and inside.baselines > 0
        stretches.append(Stretch(amounts, observed, baseline))
    stretches.reverse()
    return stretches


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
