"""View deltas: dates ending today, in any zone, for several look-backs at once."""

from datetime import date
from uuid import UUID

import pytest

from app.core.analytics.deltas import view_deltas
from app.domain.problems import InvalidInput
from app.domain.records import VideoDeltas, ViewDelta
from app.domain.viewer import Viewer
from app.domain.windows import read_zone
from app.store.ids import new_id
from tests.core.test_breakdown import videos_of
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-10 20:00")
VIEWS = {"2026-03-01 12:00": 100, "2026-03-08 23:30": 150, "2026-03-09 12:00": 170, "2026-03-10 01:00": 200}


async def observed(viewer: Viewer) -> list[UUID]:
    """A post with these views, one published after tracking began, and one whose views are hidden."""
    account = await new_account(viewer, at("2026-03-01 08:00"))
    for instant, views in VIEWS.items():
        posts = [post(f"A{account.id}", None, {"views": views}), post(f"C{account.id}", None, {"likes": views})]
        if instant >= "2026-03-09":
            posts.append(post(f"B{account.id}", at("2026-03-09 10:00"), {"views": views - 165}))
        await record(account, account_facts(account, at(instant), posts))
    return await videos_of(account)


async def test_gains_of_the_dates_ending_today(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    old, new, hidden = await observed(viewer)
    gone = new_id()
    statements.clear()
    found = await view_deltas(viewer, [hidden, gone, old, new, old], [30, 1, 7, 1, 2], read_zone("UTC"), now=NOW)
    assert len(statements) == 1
    assert (found.today, found.timezone, found.days) == (date(2026, 3, 10), "UTC", [1, 2, 7, 30])
    assert found.videos == [
        VideoDeltas(hidden, [ViewDelta(days, None) for days in (1, 2, 7, 30)]),
        VideoDeltas(old, [ViewDelta(1, 30), ViewDelta(2, 50), ViewDelta(7, 100), ViewDelta(30, 100)]),
        VideoDeltas(new, [ViewDelta(1, 30), ViewDelta(2, 35), ViewDelta(7, 35), ViewDelta(30, 35)]),
    ]
    assert found.not_found == [gone]


async def test_the_days_are_of_the_zone(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    old, *_ = await observed(viewer)
    statements.clear()
    # In Tokyo it is the eleventh, which began at 15:00 UTC, as each day before it did.
    found = await view_deltas(viewer, [old], [1, 2, 3], read_zone("Asia/Tokyo"), now=NOW)
    assert len(statements) == 2
    assert found.today == date(2026, 3, 11)
    assert found.videos[0].deltas == [ViewDelta(1, 0), ViewDelta(2, 30), ViewDelta(3, 100)]


@pytest.mark.parametrize(
    ("ids", "days", "path"),
    [
        (0, [1], "ids"),
        (201, [1], "ids"),
        (1, [], "days"),
        (1, [0], "days"),
        (1, [366], "days"),
        (1, list(range(1, 12)), "days"),
    ],
)
async def test_bounds_are_named(database: None, ids: int, days: list[int], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await view_deltas(await new_viewer(), [new_id() for _ in range(ids)], days, read_zone("UTC"), now=NOW)
    assert refused.value.path == (path,)


async def test_the_largest_question(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    videos = await observed(viewer)
    statements.clear()
    look_backs = [36 * number for number in range(1, 10)] + [365]
    found = await view_deltas(viewer, videos, look_backs, read_zone("UTC"), now=NOW)
    assert len(statements) == 1
    assert found.videos[0].deltas == [ViewDelta(days, 100) for days in look_backs]
