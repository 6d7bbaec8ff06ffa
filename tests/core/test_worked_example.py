"""The worked example of the analytics page, through the database: every level, gain, flag and sum of it."""

from datetime import date

import pytest

from app.core.analytics.series import subject_series
from app.domain.records import Account
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from tests.core.asking import flags, gains, levels, over, video_of
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-05 20:00")
PUBLISHED_A, PUBLISHED_B = at("2026-02-10 12:00"), at("2026-03-02 06:00")
OBSERVED = {
    "2026-03-01 08:05": {"A": 1000},
    "2026-03-02 08:05": {"A": 1300, "B": 200},
    "2026-03-04 08:05": {"A": 1900, "B": 260},
    "2026-03-05 08:05": {"A": 1850, "B": 300},
}
ORDERS = [
    list(OBSERVED),
    list(reversed(OBSERVED)),
    ["2026-03-04 08:05", "2026-03-01 08:05", "2026-03-05 08:05", "2026-03-02 08:05"],
    [*OBSERVED, *OBSERVED],
]


async def observe(viewer: Viewer, order: list[str]) -> Account:
    account = await new_account(viewer, at("2026-03-01 08:00"))
    published = {"A": PUBLISHED_A, "B": PUBLISHED_B}
    for instant in order:
        posts = [
            post(f"{name}-{account.id}", published[name], {"views": views}) for name, views in OBSERVED[instant].items()
        ]
        await record(account, account_facts(account, at(instant), posts), now=NOW)
    return account


@pytest.mark.parametrize("order", ORDERS, ids=["in order", "backwards", "mixed", "everything twice"])
async def test_video_days(database: None, order: list[str]) -> None:
    viewer = await new_viewer()
    account = await observe(viewer, order)
    rows = await fetch(
        """
        SELECT left(v.external_id, 1) AS post, d.day, d.views_level, d.views_gain, d.is_observed, d.is_baseline
        FROM video_day d JOIN video v ON v.id = d.video_id
        WHERE d.organization_id = $1 ORDER BY post, day
        """,
        account.organization_id,
    )
    assert [tuple(row) for row in rows] == [
        ("A", date(2026, 3, 1), 1000, 0, True, True),
        ("A", date(2026, 3, 2), 1300, 300, True, False),
        ("A", date(2026, 3, 3), 1300, 0, False, False),
        ("A", date(2026, 3, 4), 1900, 600, True, False),
        ("A", date(2026, 3, 5), 1850, -50, True, False),
        ("B", date(2026, 3, 2), 200, 200, True, False),
        ("B", date(2026, 3, 3), 200, 0, False, False),
        ("B", date(2026, 3, 4), 260, 60, True, False),
        ("B", date(2026, 3, 5), 300, 40, True, False),
    ]


@pytest.mark.parametrize("order", ORDERS, ids=["in order", "backwards", "mixed", "everything twice"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
async def test_account_series(database: None, order: list[str], zone: str) -> None:
    viewer = await new_viewer()
    account = await observe(viewer, order)
    window = Window(date(2026, 3, 1), date(2026, 3, 5), read_zone(zone))

    async def read(window: Window, granularity: Granularity, mode: SeriesMode) -> list[tuple[object, ...]]:
        found = await subject_series(
            viewer, SubjectKind.ACCOUNT, [account.id], window, granularity, mode, ["views", "likes"], now=NOW
        )
        assert all(bucket.values["likes"] is None for bucket in found[account.id].buckets)
        return [
            (b.start.day, b.end.day, b.values["views"], b.is_observed, b.is_baseline, b.is_partial)
            for b in found[account.id].buckets
        ]

    # At 20:00 UTC the fifth is over in Kathmandu, and the sixth is no part of the window.
    today = zone != "Asia/Kathmandu"
    assert await read(window, Granularity.DAY, SeriesMode.GAIN) == [
        (1, 1, 0, True, True, False),
        (2, 2, 500, True, False, False),
        (3, 3, 0, False, False, False),
        (4, 4, 660, True, False, False),
        (5, 5, -10, True, False, today),
    ]
    assert [row[2] for row in await read(window, Granularity.DAY, SeriesMode.LEVEL)] == [1000, 1500, 1500, 2160, 2150]
    assert [row[2] for row in await read(window, Granularity.MONTH, SeriesMode.GAIN)] == [1150]
    later = Window(date(2026, 3, 2), date(2026, 3, 5), read_zone(zone))
    assert sum(row[2] for row in await read(later, Granularity.DAY, SeriesMode.GAIN)) == 1150  # type: ignore[misc]
    middle = Window(date(2026, 3, 2), date(2026, 3, 3), read_zone(zone))
    assert [row[2] for row in await read(middle, Granularity.DAY, SeriesMode.LEVEL)] == [1500, 1500]


@pytest.mark.parametrize("order", ORDERS, ids=["in order", "backwards", "mixed", "everything twice"])
async def test_organization_days_equal_account_days(database: None, order: list[str]) -> None:
    viewer = await new_viewer()
    account = await observe(viewer, order)
    sums = "day, observations, baselines, views_gain, views_start, views_known"
    days = await fetch(f"SELECT {sums} FROM account_day WHERE account_id = $1 ORDER BY day", account.id)
    assert [tuple(row) for row in days] == [
        (date(2026, 3, 1), 1, 1, 0, 1000, 1),
        (date(2026, 3, 2), 2, 0, 500, 0, 1),
        (date(2026, 3, 4), 2, 0, 660, 0, 0),
        (date(2026, 3, 5), 2, 0, -10, 0, 0),
    ]
    of_organization = f"SELECT {sums} FROM organization_day WHERE organization_id = $1 ORDER BY day"
    assert await fetch(of_organization, viewer.organization_id) == days


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
async def test_the_whole_table_and_both_windows_of_every_scope(database: None, zone: str) -> None:
    viewer = await new_viewer()
    account = await observe(viewer, ORDERS[2])
    a, b = [await video_of(viewer, f"{name}-{account.id}") for name in "AB"]
    days = Window(date(2026, 3, 1), date(2026, 3, 5), read_zone(zone))
    later = Window(date(2026, 3, 2), date(2026, 3, 5), read_zone(zone))
    for subject, level, gain, marks in (
        (a, [1000, 1300, 1300, 1900, 1850], [0, 300, 0, 600, -50], ["ob", "o", "", "o", "o"]),
        (b, [None, 200, 200, 260, 300], [None, 200, 0, 60, 40], ["", "o", "", "o", "o"]),
        (account, [1000, 1500, 1500, 2160, 2150], [0, 500, 0, 660, -10], ["ob", "o", "", "o", "o"]),
        (viewer, [1000, 1500, 1500, 2160, 2150], [0, 500, 0, 660, -10], ["ob", "o", "", "o", "o"]),
    ):
        assert await levels(viewer, subject, days) == level
        assert await gains(viewer, subject, days) == gain
        assert await flags(viewer, subject, days) == marks
    for window in (days, later):
        gained = [(await over(viewer, subject, window)).current for subject in (a, b, account, viewer)]
        assert gained == [850, 300, 1150, 1150]
