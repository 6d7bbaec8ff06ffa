"""Metrics as data: which counters exist, and each figure as counters to add and counters to divide by."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from app.domain.problems import InvalidInput

POST_COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
"""Counters of a post that have levels, gains and series. The order is that of the columns in the store."""

POST_EXTRAS = ("ig_plays", "fb_plays", "fb_likes", "reposts")
"""Counters of a post that are kept as they come (observation and latest value), without series."""

ACCOUNT_COUNTERS = ("followers", "following", "profile_posts", "total_likes")
"""Counters of a profile: read as a level at the end of a bucket, or as a gain."""

SERIES_COUNTERS = POST_COUNTERS + ACCOUNT_COUNTERS
"""Every counter a day or slot row of a set (account, organization) adds up."""

ENGAGEMENT_COUNTERS = ("likes", "comments", "shares", "saves")
"""Counters of a post that a ratio over views adds up."""

DECIMALS = 4
"""Places a ratio is rounded to, once, where it leaves the program."""

Amounts = Mapping[str, int | None]
"""What a bucket or window amounts to, by term; None where unknown.

Terms are `<counter>_gain` and `<counter>_level`; `viewed_<counter>_gain`, the same gain over those posts only whose
views are known by the end; `posts_published`, `posts_published_ever` (up to the end of the bucket) and `days`.
"""
Columns = Mapping[str, Sequence[int | None]]
"""Many amounts, term by term."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Terms added up, divided by a term, times a scale. Added first, divided last, never averaged."""

    numerator: tuple[str, ...]
    denominator: str
    scale: int = 100

    def of(self, amounts: Amounts) -> Fraction | None:
        """The exact value; None when no term of the numerator is known, or the denominator is unknown or not positive.

        A term that is unknown counts 0 beside one that is known.

        >>> ENGAGEMENT_RATE.of({"viewed_likes_gain": 3, "viewed_comments_gain": None, "views_gain": 200})
        Fraction(3, 2)
        """
        return self._quotient([amounts.get(name) for name in self.numerator], amounts.get(self.denominator))

    def over(self, columns: Columns) -> list[Fraction | None]:
        """The same of many amounts."""
        parts = zip(*(columns[name] for name in self.numerator if name in columns), strict=True)
        return list(map(self._quotient, parts, columns[self.denominator]))

    def _quotient(self, parts: Sequence[int | None], divisor: int | None) -> Fraction | None:
        if divisor is None or divisor <= 0:
            return None
        terms = [term for term in parts if term is not None]
        return Fraction(self.scale * sum(terms), divisor) if terms else None


ENGAGEMENT_RATE = Ratio(("viewed_likes_gain", "viewed_comments_gain", "viewed_shares_gain"), "views_gain")
ENGAGEMENT_RATE_BY_VIEWS = Ratio((*ENGAGEMENT_RATE.numerator, "viewed_saves_gain"), "views_gain")
ENGAGEMENT_RATE_BY_FOLLOWERS = Ratio(("likes_gain", "comments_gain", "shares_gain", "saves_gain"), "followers_level")
POSTS_PER_WEEK = Ratio(("posts_published",), "days", scale=7)
AVG_VIEWS_PER_POST = Ratio(("views_gain",), "posts_published_ever", scale=1)

RATIOS: Mapping[str, Ratio] = {
    "engagement_rate": ENGAGEMENT_RATE,
    "engagement_rate_by_views": ENGAGEMENT_RATE_BY_VIEWS,
    "engagement_rate_by_followers": ENGAGEMENT_RATE_BY_FOLLOWERS,
    "posts_per_week": POSTS_PER_WEEK,
    "avg_views_per_post": AVG_VIEWS_PER_POST,
}

POSTS_PUBLISHED = "posts_published"
PUBLISHED_EVER = "posts_published_ever"
DAYS = "days"

METRICS = (*SERIES_COUNTERS, POSTS_PUBLISHED, *RATIOS)
"""Every metric by name."""

Value = int | Fraction | None
Key = TypeVar("Key", bound=Hashable)


def check_metrics(names: Iterable[str], argument: str = "metrics") -> None:
    """Raises InvalidInput naming `argument` for a name that is no metric."""
    for name in names:
        if name not in METRICS:
            raise InvalidInput(f"{name[:64]!r} is no metric; there are {', '.join(METRICS)}.", argument)


def terms_of(metric: str) -> tuple[str, ...]:
    """The terms a metric is made of."""
    if metric in RATIOS:
        return (*RATIOS[metric].numerator, RATIOS[metric].denominator)
    return (metric,) if metric == POSTS_PUBLISHED else (f"{metric}_gain", f"{metric}_level")


def counters_of(metrics: Iterable[str]) -> tuple[str, ...]:
    """The counters that have to be read for metrics, in their own order.

    >>> counters_of(["engagement_rate", "posts_per_week"])
    ('views', 'likes', 'comments', 'shares')
    """
    terms = {term for metric in metrics for term in terms_of(metric)}
    wanted = {term.removeprefix("viewed_").rpartition("_")[0] for term in terms}
    if any(term.startswith("viewed_") for term in terms):
        wanted.add("views")
    return tuple(counter for counter in SERIES_COUNTERS if counter in wanted)


def value_of(metric: str, amounts: Amounts, *, as_level: bool = False) -> Value:
    """A metric's exact value: a counter's gain, or with `as_level` where it stands at the end; None while unknown."""
    if metric in RATIOS:
        return RATIOS[metric].of(amounts)
    return amounts[_term_of(metric, as_level=as_level)]


def values_of(metric: str, columns: Columns, *, as_level: bool = False) -> Sequence[Value]:
    """The same of many amounts, which are kept term by term."""
    if metric in RATIOS:
        return RATIOS[metric].over(columns)
    return columns[_term_of(metric, as_level=as_level)]


def _term_of(counter: str, *, as_level: bool) -> str:
    return counter if counter == POSTS_PUBLISHED else f"{counter}_level" if as_level else f"{counter}_gain"


def sum_amounts(terms: Iterable[str], parts: Iterable[tuple[Amounts, int]], days: int) -> dict[str, int | None]:
    """The terms of a set over a stretch of `days`, from those of its parts, each that many times.

    A sum counts the parts that have the term and is None when none has; counts of things are never None.

    >>> sum_amounts(["views_gain", "likes_gain"], [({"views_gain": 2, "likes_gain": None}, 3)], 7)
    {'views_gain': 6, 'likes_gain': None, 'days': 7}
    """
    sums: dict[str, int | None] = {term: 0 if term in (POSTS_PUBLISHED, PUBLISHED_EVER) else None for term in terms}
    for amounts, times in parts:
        for term in sums:
            amount = amounts[term]
            if amount is not None:
                sums[term] = (sums[term] or 0) + times * amount
    return {**sums, DAYS: days}


def total_of(values: Iterable[int | None]) -> int | None:
    """The sum of the values that are known; None when none is.

    >>> total_of([None, 2, 3]), total_of([None])
    (5, None)
    """
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def growth_percent(value: Value, before: Value) -> Fraction | None:
    """(value - before) / before x 100; None when the one before is 0, negative or unknown.

    >>> growth_percent(150, 100), growth_percent(0, 0), growth_percent(5, -1), growth_percent(None, 3)
    (Fraction(50, 1), None, None, None)
    """
    if value is None or before is None or before <= 0:
        return None
    return Fraction((value - before) * 100, before)


def growths_of(counter: str, columns: Columns) -> list[Fraction | None]:
    """A counter's growth against the bucket before, in percent: of the gains of posts, of the levels of profiles.

    Of buckets that follow each other; that of the first is None.
    """
    values = values_of(counter, columns, as_level=counter in ACCOUNT_COUNTERS)
    return [None, *map(growth_percent, values[1:], values)]


def share_percent(part: Value, whole: Value) -> Fraction | None:
    """part / whole x 100; None when either is unknown or the whole is not positive.

    >>> share_percent(1, 3), share_percent(1, 0)
    (Fraction(100, 3), None)
    """
    if part is None or whole is None or whole <= 0:
        return None
    return Fraction(part) / whole * 100


def change_percent(current: Value, previous: Value) -> Fraction | None:
    """The growth against the window before, and 0 when both are 0.

    >>> change_percent(150, 100), change_percent(0, 0), change_percent(5, 0), change_percent(None, 3)
    (Fraction(50, 1), Fraction(0, 1), None, None)
    """
    return Fraction(0) if current == 0 and previous == 0 else growth_percent(current, previous)


def rounded(value: Fraction | int) -> float:
    """A ratio as a face shows it: 4 decimals, half away from zero.

    >>> rounded(Fraction(1, 80000)), rounded(Fraction(-1, 20000)), rounded(Fraction(2, 3))
    (0.0, -0.0001, 0.6667)
    """
    top, bottom = value.numerator, value.denominator
    scale: int = 10**DECIMALS
    scaled = (2 * abs(top) * scale + bottom) // (2 * bottom)
    return (scaled if top > 0 else -scaled) / scale


def ranks_of(values: Mapping[Key, Value], names: Mapping[Key, str]) -> dict[Key, int]:
    """The rank of each key, 1 to n: the greatest value first, unknown ones last; then by lower-cased name, then by key.

    The keys come back in the order of their ranks.

    >>> ranks_of({1: 5, 2: None, 3: 7, 4: 5}, {1: "b", 2: "a", 3: "c", 4: "A"})
    {3: 1, 4: 2, 1: 3, 2: 4}
    """

    def order(key: Key) -> tuple[bool, Value, str, str]:
        value = values[key]
        return (value is None, 0 if value is None else -value, names[key].lower(), str(key))

    return {key: rank for rank, key in enumerate(sorted(values, key=order), 1)}


def median_views(views: Sequence[int]) -> int | None:
    """The median of view counts; of an even number the mean of the two in the middle, half up. None of none.

    >>> median_views([5, 1, 4]), median_views([1, 2]), median_views([])
    (4, 2, None)
    """
    if not views:
        return None
    ordered, middle = sorted(views), len(views) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle] + 1) // 2
