"""Growth from bucket to bucket: gains of posts, levels of profiles, and what has no growth."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.core.analytics.series import subject_series
from app.domain.records import Account
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-20 12:00")
HISTORY = [(1, 100, 1000), (2, 110, 1200), (3, 110, 1500), (4, 99, 1500), (5, 120, 1400), (9, 150, 1800)]


async def observed(viewer: Viewer) -> Account:
    """An account with these followers and views of its one post by day of March."""
    account = await new_account(viewer, at("2026-03-01 08:00"))
    for day, followers, views in HISTORY:
        facts = [post(f"A{account.id}", None, {"views": views})]
        await record(account, account_facts(account, at(f"2026-03-{day:02} 09:00"), facts, {"followers": followers}))
    return account


async def growth(start: int, end: int, granularity: Granularity | int, counter: str) -> list[Any]:
    viewer = await new_viewer()
    account = await observed(viewer)
    window = Window(date(2026, 3, start), date(2026, 3, end), read_zone("UTC"))
    found = await subject_series(
        viewer,
        SubjectKind.ACCOUNT,
        [account.id],
        window,
        granularity,
        SeriesMode.LEVEL,
        [],
        now=NOW,
        growth_of_counters=[counter],
    )
    return [bucket.growth[counter] for bucket in found[account.id].buckets]


@pytest.mark.parametrize(
    ("start", "end", "granularity", "counter", "expected"),
    [
        # Gains 0 (baseline), 200, 300, 0, -100: against the day before the window, then against each other.
        (2, 6, Granularity.DAY, "views", [None, Fraction(50), Fraction(-100), None, None]),
        (3, 3, Granularity.DAY, "views", [Fraction(50)]),
        # Levels 100, 110, 110, 99, 120; before the first of March nothing is known.
        (1, 5, Granularity.DAY, "followers", [None, Fraction(10), Fraction(0), Fraction(-10), Fraction(700, 33)]),
        (2, 2, Granularity.DAY, "followers", [Fraction(10)]),
        # Weeks from Monday the second and the ninth: the first is cut where the window begins on a Tuesday.
        (2, 15, Granularity.WEEK, "views", [None, Fraction(0)]),
        (3, 15, Granularity.WEEK, "views", [None, Fraction(100)]),
        (2, 15, Granularity.WEEK, "followers", [Fraction(20), Fraction(25)]),
        # The window ends before the first week does.
        (2, 7, Granularity.WEEK, "followers", [None]),
        # Two days each: gains 300 and -100 after 200; the last bucket is cut and compared all the same.
        (3, 7, 2, "views", [Fraction(50), Fraction(-400, 3), None]),
        (4, 6, 2, "followers", [Fraction(100 * 10, 110), Fraction(0)]),
        (3, 4, 3, "followers", [None]),
    ],
)
async def test_growth(
    database: None, start: int, end: int, granularity: Granularity | int, counter: str, expected: list[Any]
) -> None:
    assert await growth(start, end, granularity, counter) == expected


async def test_one_stretch_more_is_no_statement_more(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    account = await observed(viewer)
    window = Window(date(2026, 3, 2), date(2026, 3, 15), read_zone("UTC"))
    statements.clear()
    found = await subject_series(
        viewer,
        SubjectKind.ACCOUNT,
        [account.id],
        window,
        Granularity.WEEK,
        SeriesMode.GAIN,
        ["views"],
        now=NOW,
        growth_of_counters=["views"],
    )
    assert len(statements) == 1
    buckets = found[account.id].buckets
    assert [(bucket.values["views"], bucket.growth["views"]) for bucket in buckets] == [(400, None), (400, Fraction(0))]


async def test_some_counters_are_levels_beside_gains_of_others(database: None) -> None:
    viewer = await new_viewer()
    account = await observed(viewer)
    window = Window(date(2026, 3, 1), date(2026, 3, 4), read_zone("UTC"))
    metrics = ["views", "followers"]
    asked = (viewer, SubjectKind.ACCOUNT, [account.id], window, Granularity.DAY, SeriesMode.GAIN, metrics)
    found = (await subject_series(*asked, now=NOW, levels_of=["followers"]))[account.id]
    assert [(bucket.values["views"], bucket.values["followers"]) for bucket in found.buckets] == [
        (0, 100),
        (200, 110),
        (300, 110),
        (0, 99),
    ]
