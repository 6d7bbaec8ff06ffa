"""How much there is in a data set, and how unevenly it is spread over organizations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NOW = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
"""The present of every data set: use cases are handed it, so a window ends on the last day that was observed."""

DAYS = 116
POSTS = (100_000, 21_000)
"""The posts of the two organizations that the goals name."""
OTHER_POSTS = 379_000
OTHER_ORGANIZATIONS = 18
FALL = 0.85
"""Each of the other organizations has this share of the posts of the one before it."""
POSTS_PER_ACCOUNT = 50


@dataclass(frozen=True, slots=True)
class OrganizationSize:
    """One organization: its place in the data set, its accounts, and the posts found in their feeds."""

    number: int
    accounts: int
    posts: int


@dataclass(frozen=True, slots=True)
class Size:
    """Organizations and the days of history each of them has, the last one being the day of NOW."""

    name: str
    organizations: Sequence[OrganizationSize]
    days: int

    @property
    def accounts(self) -> int:
        """The accounts of all organizations."""
        return sum(organization.accounts for organization in self.organizations)

    @property
    def posts(self) -> int:
        """The posts of all organizations."""
        return sum(organization.posts for organization in self.organizations)

    @property
    def first_day(self) -> date:
        """The first day anything can be observed on."""
        return NOW.date() - timedelta(days=self.days - 1)


def whole_size(name: str, part: float) -> Size:
    """That part of the full size: 20 organizations, 10,000 accounts, 500,000 posts, about 20 million observations."""
    weights = [FALL**place for place in range(OTHER_ORGANIZATIONS)]
    others = [OTHER_POSTS * weight / sum(weights) for weight in weights]
    posts = [round(count * part) for count in (*POSTS, *others)]
    organizations = [
        OrganizationSize(number, max(round(count / POSTS_PER_ACCOUNT), 1), count) for number, count in enumerate(posts)
    ]
    return Size(name, organizations, DAYS)


FULL = whole_size("full", 1.0)
SMALL = whole_size("small", 1 / 20)
LARGEST = 0
"""The number of the organization of 100,000 posts (at full size)."""
NAMED = 1
"""The number of the organization of 21,000 posts (at full size)."""
