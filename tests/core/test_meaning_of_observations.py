"""What an observation is: what is stored of a refresh, what makes two of them one, and which of them move a figure."""

from datetime import timedelta

import pytest

from app.domain.platforms import ViewsKind
from app.domain.records import Account
from app.store.db import fetch
from tests.core.asking import gains, levels, name_of, see, video_of, window
from tests.factories import account_facts, at, new_account, new_viewer, post, record

DAYS = window("03-01", "03-05")
ADDED_AT = at("2026-02-28 08:00")


async def of_profile(account: Account, columns: str) -> list[tuple[object, ...]]:
    query = f"SELECT {columns} FROM account_observation WHERE account_id = $1 ORDER BY captured_at"
    return [tuple(row) for row in await fetch(query, account.id)]


async def of_posts(account: Account, columns: str) -> list[tuple[object, ...]]:
    query = f"""
        SELECT {columns} FROM video_observation o JOIN video v ON v.id = o.video_id
        WHERE v.account_id = $1 ORDER BY o.captured_at, v.external_id
        """
    return [tuple(row) for row in await fetch(query, account.id)]


async def test_a_refresh_is_one_row_of_the_account_and_one_of_each_post_seen(database: None) -> None:
    account = await new_account(await new_viewer(), ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 100, "likes": 0}, "B": {"saves": 3}}, {"followers": 50})
    assert await of_profile(account, "followers, following, profile_posts, total_likes") == [(50, None, None, None)]
    # What nobody showed is unknown; a nought that was shown is a nought.
    assert await of_posts(account, "o.views, o.plays, o.likes, o.comments, o.shares, o.saves") == [
        (100, None, 0, None, None, None),
        (None, None, None, None, None, 3),
    ]


async def test_counters_are_stored_as_they_stood_then(database: None) -> None:
    account = await new_account(await new_viewer(), ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 100}}, {"followers": 50})
    await see(account, "03-02 08:00", {"A": {"views": 130}}, {"followers": 48})
    assert await of_posts(account, "o.views") == [(100,), (130,)]
    assert await of_profile(account, "followers") == [(50,), (48,)]


async def test_a_microsecond_makes_another_observation(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    instant = at("2026-03-01 08:00")
    for number, views in enumerate((100, 101, 103)):
        await see(account, instant + timedelta(microseconds=number), {"A": {"views": views}}, {"followers": views})
    assert await of_posts(account, "o.views") == await of_profile(account, "followers") == [(100,), (101,), (103,)]
    assert await gains(viewer, account, window("03-01", "03-01")) == [3]


async def test_storing_it_again_changes_no_row(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)

    async def rows() -> list[list[tuple[object, ...]]]:
        found = [await of_posts(account, "o.*"), await of_profile(account, "*")]
        for table in ("account_day", "account_slot", "organization_day", "organization_slot"):
            query = f"SELECT * FROM {table} WHERE organization_id = $1 ORDER BY 1, 2, 3"
            found.append([tuple(row) for row in await fetch(query, viewer.organization_id)])
        return found

    for _ in range(2):
        await see(account, "03-01 08:00", {"A": {"views": 100}}, {"followers": 50})
        await see(account, "03-02 08:00", {"A": {"views": 130}}, {"followers": 60})
    once = await rows()
    assert [len(found) for found in once] == [2, 2, 2, 2, 2, 2]
    await see(account, "03-01 08:00", {"A": {"views": 100}}, {"followers": 50})
    assert await rows() == once


@pytest.mark.parametrize("turned", [False, True], ids=["the greater last", "the greater first"])
async def test_two_of_one_instant_are_one_counter_by_counter(database: None, turned: bool) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 50}}, {"followers": 10})
    pair = [
        ({"A": {"views": 100, "likes": 7}}, {"followers": 20}),
        ({"A": {"views": 110, "shares": 2}}, {"followers": 19, "total_likes": 5}),
    ]
    for posts, profile in reversed(pair) if turned else pair:
        await see(account, "03-02 08:00", posts, profile)
    assert await of_posts(account, "o.views, o.likes, o.shares") == [(50, None, None), (110, 7, 2)]
    assert await of_profile(account, "followers, total_likes") == [(10, None), (20, 5)]
    assert await gains(viewer, account, window("03-01", "03-02")) == [0, 60]
    assert await gains(viewer, account, window("03-01", "03-02"), "followers") == [0, 10]


async def test_one_from_before_tracking_counts_from_its_own_instant(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-04 08:00"))
    await see(account, "03-04 09:00", {"A": {"views": 190}}, {"followers": 60})
    await see(account, "03-02 09:00", {"A": {"views": 150}}, {"followers": 50})
    assert await levels(viewer, account, DAYS) == [None, 150, 150, 190, 190]
    assert await gains(viewer, account, DAYS) == [None, 0, 0, 40, 0]
    assert await gains(viewer, account, DAYS, "followers") == [None, 0, 0, 10, 0]


async def test_it_keeps_who_was_asked_how_and_in_which_run(database: None) -> None:
    account = await new_account(await new_viewer(), ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 1}}, {"followers": 1})
    # The factory gives the account's own id as that of the run.
    assert await of_profile(account, "provider, route, run_id") == [("test", "test", account.id)]
    assert await of_posts(account, "o.provider, o.route, o.run_id") == [("test", "test", account.id)]


async def test_a_rounded_value_is_kept_with_its_step(database: None) -> None:
    account = await new_account(await new_viewer(), ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": (12_300, 100), "likes": 5}}, {"followers": (1_200_000, 100_000)})
    assert await of_posts(account, "o.views, o.likes, o.steps") == [(12_300, 5, '{"views": 100}')]
    assert await of_profile(account, "followers, steps") == [(1_200_000, '{"followers": 100000}')]


ROUNDED = {"03-01": 1000, "03-02": (1050, 100), "03-03": 1060, "03-04": (1100, 100), "03-05": (1160, 100)}


@pytest.mark.parametrize("order", [list(ROUNDED), list(reversed(ROUNDED))], ids=["in order", "backwards"])
async def test_a_rounded_value_moves_a_level_by_its_step_or_not_at_all(database: None, order: list[str]) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for day in order:
        await see(account, f"{day} 08:00", {"A": {"views": ROUNDED[day]}}, {"followers": ROUNDED[day]})
    for counter in ("views", "followers"):
        assert await levels(viewer, account, DAYS, counter) == [1000, 1000, 1060, 1060, 1160]
        assert await gains(viewer, account, DAYS, counter) == [0, 0, 60, 0, 100]


async def test_at_one_instant_an_exact_value_beats_a_rounded_one(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for value in (1000, (1500, 100), 1020):
        await see(account, "03-01 08:00", {"A": {"views": value}}, {"followers": value})
    # Of the exact ones the greater.
    assert await levels(viewer, account, window("03-01", "03-01")) == [1020]
    assert await levels(viewer, account, window("03-01", "03-01"), "followers") == [1020]


async def test_views_of_a_kind_stored_later_are_kept_and_not_counted(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for day, views, kind in (
        (3, 100, ViewsKind.PLAYS),
        (1, 7, ViewsKind.THREE_SECOND_VIEWS),  # captured sooner, stored later
        (4, 9, ViewsKind.THREE_SECOND_VIEWS),
        (5, 120, ViewsKind.PLAYS),
    ):
        captured_at = at(f"2026-03-0{day} 08:00")
        facts = account_facts(account, captured_at, [post(name_of(account, "A"), None, {"views": views}, kind)])
        await record(account, facts)
    assert await of_posts(account, "o.views, o.views_kind") == [
        (7, "three_second_views"),
        (100, "plays"),
        (9, "three_second_views"),
        (120, "plays"),
    ]
    assert await gains(viewer, account, DAYS) == [None, None, 0, 0, 20]
    assert (await video_of(viewer, name_of(account, "A"))).views_kind is ViewsKind.PLAYS


@pytest.mark.parametrize(("fallen", "gain"), [(0, -1000), (400, -600)])
async def test_a_fall_is_stored_and_shown_as_it_is(database: None, fallen: int, gain: int) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 1000}}, {"followers": 1000})
    await see(account, "03-02 08:00", {"A": {"views": fallen}}, {"followers": fallen})
    assert await of_posts(account, "o.views") == await of_profile(account, "followers") == [(1000,), (fallen,)]
    for counter in ("views", "followers"):
        assert await levels(viewer, account, window("03-01", "03-03"), counter) == [1000, fallen, fallen]
        assert await gains(viewer, account, window("03-01", "03-03"), counter) == [0, gain, 0]
