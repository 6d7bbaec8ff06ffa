"""The overview: what is counted by when, and the figures beside the window before."""

from datetime import date
from fractions import Fraction

from app.core.analytics.overview import organization_overview
from app.core.tracking.creators import NewCreator, create_creator
from app.core.tracking.removal import remove_account, restore_account
from app.domain.records import MetricChange
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import execute
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record, record_video

WINDOW = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("UTC"))


def count(current: int, previous: int, change: Fraction | None) -> MetricChange:
    return MetricChange(current, previous, change, None)


async def tracked(viewer: Viewer) -> None:
    """Two accounts, one of them paused; a post found in a feed and tracked by itself, and one of each alone."""
    old = await new_account(viewer, at("2026-03-01 08:00"))
    for day, followers, views, likes in (
        (1, 100, 1000, 10),
        (2, 110, 1200, 20),
        (3, 120, 1300, 26),
        (4, 150, 1500, 34),
    ):
        facts = [post("7300000000000000001", None, {"views": views, "likes": likes})]
        if day >= 3:
            facts.append(post("7300000000000000002", None, {"views": 50}))
        captured_at = at(f"2026-03-0{day} 09:00")
        await record(old, account_facts(old, captured_at, facts, {"followers": followers}))
    await new_account(viewer, at("2026-03-04 23:59"))
    paused = await new_account(viewer, at("2026-03-01 08:00"))
    await execute("UPDATE account SET is_active = false WHERE id = $1", paused.id)
    await new_account(viewer, at("2026-03-05 00:00"))
    await new_video(viewer, "7300000000000000001", at("2026-03-02 10:00"))
    lone = await new_video(viewer, "7300000000000000003", at("2026-03-04 10:00"))
    for day, views in ((4, 7), (5, 9)):
        await record_video(lone, post("7300000000000000003", None, {"views": views}), at(f"2026-03-0{day} 11:00"))
    await create_creator(viewer, NewCreator("Somebody"), now=at("2026-03-02 23:59"))
    await create_creator(viewer, NewCreator("Anybody"), now=at("2026-03-03 00:00"))


async def test_the_cards(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    await tracked(viewer)
    statements.clear()
    found = await organization_overview(viewer, WINDOW)
    assert len(statements) == 2  # sums, counts
    assert (found.start, found.end, found.timezone) == (date(2026, 3, 3), date(2026, 3, 4), "UTC")
    assert (found.previous_start, found.previous_end) == (date(2026, 3, 1), date(2026, 3, 2))
    assert found.is_complete
    assert found.views == MetricChange(300, 200, Fraction(50), 1557)
    assert found.engagement_rate == MetricChange(Fraction(14, 3), Fraction(5), Fraction(-20, 3), None)
    assert found.followers == count(150, 110, Fraction(400, 11))
    assert found.active_accounts == count(2, 1, Fraction(100))
    assert found.account_videos == count(2, 1, Fraction(100))
    assert found.individual_videos == count(2, 1, Fraction(100))
    assert found.creators == count(2, 1, Fraction(100))


async def test_the_days_are_of_the_zone(database: None) -> None:
    viewer = await new_viewer()
    await tracked(viewer)
    # In New York the fourth of March ends at 05:00 UTC of the fifth.
    found = await organization_overview(viewer, Window(WINDOW.start, WINDOW.end, read_zone("America/New_York")))
    assert found.active_accounts == count(3, 1, Fraction(200))
    assert found.creators == count(2, 2, Fraction(0))


async def test_an_organization_without_anything(database: None) -> None:
    found = await organization_overview(await new_viewer(), WINDOW)
    assert (found.views, found.followers) == (MetricChange(None, None, None, None),) * 2
    assert found.active_accounts == found.individual_videos == count(0, 0, Fraction(0))
    assert not found.is_complete


async def test_a_post_whose_account_is_removed_is_tracked_by_itself_alone(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-01 08:00"))
    await record(account, account_facts(account, at("2026-03-01 09:00"), [post("1", None, {"views": 1})]))
    await new_video(viewer, "1", at("2026-03-02 10:00"))
    await remove_account(viewer, account.id, now=at("2026-03-05 08:00"))
    found = await organization_overview(viewer, WINDOW)
    assert (found.account_videos, found.individual_videos) == (count(0, 0, Fraction(0)), count(1, 1, Fraction(0)))
    await restore_account(viewer, account.id, now=at("2026-03-05 09:00"))
    assert (await organization_overview(viewer, WINDOW)).account_videos == count(1, 1, Fraction(0))
