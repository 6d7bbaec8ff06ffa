"""Series: windows cut into buckets, and sums of day rows read into them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from operator import add
from types import MappingProxyType
from typing import overload

from app.domain.metrics import ENGAGEMENT_COUNTERS, PUBLISHED_EVER, SERIES_COUNTERS
from app.domain.problems import InvalidInput
from app.domain.records.figures import Span
from app.domain.windows import LONGEST_WINDOW_DAYS, Window


class Granularity(StrEnum):
    """How long a bucket is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


PARTS = ("gain", "start", "known")
STANDING = frozenset({PUBLISHED_EVER, *(f"{counter}_level" for counter in SERIES_COUNTERS)})
"""Terms that say how things stand at the end of a stretch."""
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
class Place:
    """Where the sums of one counter stand in a row of sums, and the terms they are read into."""

    gain: int
    start: int
    known: int
    gain_term: str
    level_term: str
    viewed: int | None
    viewed_known: int | None
    viewed_term: str
    """The three of a counter that ratios over views add up; None elsewhere."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a row of sums: what happened to a set of posts and accounts in a stretch of time. All adds up.

    First how many observations and how many baselines there were. Then for each counter its gain, the signed change;
    its start, the baseline values that came in; and known, how many members' counter became known. So the level of the
    set at the end of a stretch is the sum of gains and starts up to then. Last, for each engagement counter the gain
    that came while the post's views were known, and how many posts became known in both.
    """

    columns: tuple[str, ...]
    places: tuple[Place, ...]


OBSERVATIONS, BASELINES = 0, 1
"""The first two columns of every row of sums."""


@lru_cache(maxsize=1024)
def layout_of(counters: tuple[str, ...]) -> Layout:
    """The layout of the sums of these counters."""
    columns = ["observations", "baselines", *(f"{name}_{part}" for name in counters for part in PARTS)]
    engaged = [name for name in counters if name in ENGAGEMENT_COUNTERS]
    columns += [f"viewed_{name}_{part}" for name in engaged for part in ("gain", "known")]
    at = {column: number for number, column in enumerate(columns)}
    places = [
        Place(
            gain=at[f"{name}_gain"],
            start=at[f"{name}_start"],
            known=at[f"{name}_known"],
            gain_term=f"{name}_gain",
            level_term=f"{name}_level",
            viewed=at.get(f"viewed_{name}_gain"),
            viewed_known=at.get(f"viewed_{name}_known"),
            viewed_term=f"viewed_{name}_gain",
        )
        for name in counters
    ]
    return Layout(tuple(columns), tuple(places))


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a set amounts to over one stretch, by the terms that metrics are made of."""

    amounts: Mapping[str, int | None]
    is_observed: bool | None = None
    is_baseline: bool | None = None
    """Both None where nobody asked for them."""


class Stretches(Sequence[Stretch]):
    """Stretches that follow each other, kept term by term: whole columns are read and added up at a time."""

    __slots__ = ("columns", "is_baseline", "is_observed")

    def __init__(
        self,
        columns: Mapping[str, Sequence[int | None]],
        is_observed: Sequence[bool | None],
        is_baseline: Sequence[bool | None],
    ) -> None:
        self.columns = columns
        """The amounts of each term, stretch after stretch."""
        self.is_observed = is_observed
        self.is_baseline = is_baseline

    @classmethod
    def of(cls, stretches: Sequence[Stretch]) -> "Stretches":
        """The same stretches, which have the same terms."""
        terms = stretches[0].amounts if stretches else {}
        return cls(
            {term: [stretch.amounts[term] for stretch in stretches] for term in terms},
            [stretch.is_observed for stretch in stretches],
            [stretch.is_baseline for stretch in stretches],
        )

    def __len__(self) -> int:
        return len(self.is_observed)

    @overload
    def __getitem__(self, place: int) -> Stretch: ...
    @overload
    def __getitem__(self, place: slice) -> "Stretches": ...
    def __getitem__(self, place: int | slice) -> "Stretch | Stretches":
        if isinstance(place, slice):
            columns = {term: column[place] for term, column in self.columns.items()}
            return Stretches(columns, self.is_observed[place], self.is_baseline[place])
        amounts = {term: column[place] for term, column in self.columns.items()}
        return Stretch(amounts, self.is_observed[place], self.is_baseline[place])


@lru_cache(maxsize=256)
def cut_window(window: Window, granularity: Granularity | int, today: date) -> tuple[Span, ...]:
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
    return tuple(spans)


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


def read_stretches(
    sums: Mapping[int, Sequence[int]],
    count: int,
    end: Sequence[int],
    layout: Layout,
    more: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> Stretches:
    """The amounts of `count` stretches that follow each other, given the sums of those in which anything happened.

    Read backwards from where the set stands at the end, which `end` adds up to, so that the cost follows the stretches
    and not the history before them. A gain or level is None while no member of the set has the counter known. `more`
    are terms of another source, with an amount for each stretch.
    """
    nothing = (0,) * len(layout.columns)
    rows = [sums.get(number, nothing) for number in range(count)]
    # Column by column, for whole columns are added up without a step of the interpreter for each number.
    columns = list(zip(*rows, strict=True))
    found: dict[str, Sequence[int | None]] = {}
    for place in layout.places:
        gains, known = columns[place.gain], (end[place.known], columns[place.known])
        levels = _standing(end[place.gain] + end[place.start], list(map(add, gains, columns[place.start])))
        found[place.gain_term], found[place.level_term] = _while_known(gains, *known), _while_known(levels, *known)
        if place.viewed is not None and place.viewed_known is not None:
            known = (end[place.viewed_known], columns[place.viewed_known])
            found[place.viewed_term] = _while_known(columns[place.viewed], *known)
    found.update(more)
    return Stretches(found, [n > 0 for n in columns[OBSERVATIONS]], [n > 0 for n in columns[BASELINES]])


def _standing(end: int, changes: Sequence[int]) -> list[int]:
    """Where something stands at the end of each stretch, given where at the end of the last one."""
    others = changes[1:]
    return list(accumulate(others, initial=end - sum(others)))


def _while_known(values: Sequence[int], end: int, became: Sequence[int]) -> Sequence[int | None]:
    """The values, where any member has them: `end` have by now, and so many came to have them in each stretch."""
    if end > 0 and not any(became):
        return values
    known = _standing(end, became)
    return [value if members > 0 else None for value, members in zip(values, known, strict=True)]


def joined(stretches: Stretches) -> Stretch:
    """What stretches that follow each other amount to as one.

    Where the last one stands is where the whole does, and what is unknown at its end is unknown of the whole.

    >>> joined(Stretches({"views_gain": [1, 2], "views_level": [5, 7]}, [True, False], [False, False])).amounts
    {'views_gain': 3, 'views_level': 7}
    """
    amounts = {
        term: column[-1] if column[-1] is None or term in STANDING else sum(filter(None, column))
        for term, column in stretches.columns.items()
    }
    return Stretch(amounts, any(stretches.is_observed), any(stretches.is_baseline))


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
