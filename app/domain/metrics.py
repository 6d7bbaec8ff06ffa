"""Metrics as data: which counters exist, and each figure as counters to add and counters to divide by."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

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
        terms = [term for name in self.numerator if (term := amounts.get(name)) is not None]
        divisor = amounts.get(self.denominator)
        if not terms or divisor is None or divisor <= 0:
            return None
        return Fraction(self.scale * sum(terms), divisor)


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


def change_percent(current: Fraction | int | None, previous: Fraction | int | None) -> Fraction | None:
    """(current - previous) / previous x 100: 0 when both are 0, None when the previous one is 0, negative or unknown.

    >>> change_percent(150, 100), change_percent(0, 0), change_percent(5, 0), change_percent(None, 3)
    (Fraction(50, 1), Fraction(0, 1), None, None)
    """
    if current is None or previous is None:
        return None
    if current == 0 and previous == 0:
        return Fraction(0)
    if previous <= 0:
        return None
    return Fraction(current - previous) / Fraction(previous) * 100


def rounded(value: Fraction) -> float:
    """A ratio as a face shows it: 4 decimals, half away from zero.

    >>> rounded(Fraction(1, 80000)), rounded(Fraction(-1, 20000)), rounded(Fraction(2, 3))
    (0.0, -0.0001, 0.6667)
    """
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return float(scaled.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP))
