"""Rollups made again from generated histories are the rows the refreshes kept; what is off is named and put right."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.collect.differences import SHOWN, Difference
from app.core.collect.rebuilding import rebuild_rollups, verify_rollups
from app.domain.metrics import POST_COUNTERS
from app.domain.problems import InvalidInput
from app.domain.records import Account
from app.domain.viewer import Viewer
from app.settings import Settings
from app.store.collect.rebuilding import COUNTER_COLUMNS
from app.store.db import execute, fetch
from app.store.partitions import ensure_partitions
from tests.factories import account_facts, at, new_account, new_viewer, post, record

EPOCH = datetime(2026, 3, 24, tzinfo=UTC)
NOW = EPOCH + timedelta(days=10)
ADDED_AT = EPOCH + timedelta(days=1, hours=5)
FIRST, LAST = EPOCH.date(), NOW.date()
DAY = timedelta(days=1)
SUMS = ("account_day", "account_slot", "organization_day", "organization_slot")
TABLES = (*SUMS, "organization_total", "video_day", "video", "account")

instants = st.integers(0, 9 * 96 - 1).map(lambda quarter: EPOCH + timedelta(minutes=15 * quarter))
values = st.one_of(
    st.tuples(st.integers(0, 500), st.just(1)), st.tuples(st.integers(1, 9).map(lambda n: n * 100), st.just(100))
)


def known(*names: str) -> st.SearchStrategy[dict[str, tuple[int, int]]]:
    return st.dictionaries(st.sampled_from(names), values, max_size=len(names))


# Few instants and names, so that observations repeat, contradict each other, come late, and are of shared posts.
refreshes = st.tuples(
    st.integers(0, 1),
    instants,
    known("followers", "total_likes"),
    st.dictionaries(st.sampled_from("ABC"), known("views", "likes", "saves"), max_size=3),
)
histories = st.lists(refreshes, min_size=1, max_size=8).flatmap(
    lambda history: st.tuples(st.just(history), st.lists(st.tuples(st.sampled_from(history), values), max_size=3)).map(
        lambda pair: [*pair[0], *(again(*repeated) for repeated in pair[1])]
    )
)
published = st.fixed_dictionaries({name: st.one_of(st.none(), instants, st.just(ADDED_AT)) for name in "ABC"})


def again(refresh: tuple, value: tuple[int, int]) -> tuple:
    """The same refresh once more, with other values of what it saw."""
    number, captured_at, profile, posts = refresh
    return number, captured_at, profile, {name: dict.fromkeys(seen, value) for name, seen in posts.items()}


async def make_history(history: list, published: Mapping[str, datetime | None]) -> tuple[Viewer, list[Account]]:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, ADDED_AT) for _ in range(2)]
    for number, captured_at, profile, posts in history:
        facts = [post(f"{name}{viewer.organization_id}", published[name], seen) for name, seen in sorted(posts.items())]
        await record(accounts[number], account_facts(accounts[number], captured_at, facts, profile), now=NOW)
    return viewer, accounts


async def everything(organization_id: UUID) -> dict[str, list[tuple[object, ...]]]:
    """Every column of every row of an organization that rollups are made of, or that follows from them."""
    return {
        table: sorted(
            (tuple(row) for row in await fetch(f"SELECT * FROM {table} WHERE organization_id = $1", organization_id)),
            key=repr,
        )
        for table in TABLES
    }


async def ruin(organization_id: UUID, first: date, last: date) -> None:
    """Deletes the rows of some days, and falsifies all that follows from the days since."""
    for table in (*SUMS, "video_day"):
        column = "slot" if table.endswith("slot") else "day"
        end = last + DAY
        await execute(
            f"DELETE FROM {table} WHERE organization_id = $1 AND {column} >= $2::date AND {column} < $3::date",
            organization_id,
            first,
            end,
        )
    await execute("DELETE FROM organization_total WHERE organization_id = $1", organization_id)
    wrong = ", ".join(f"{name} = 77" for name in COUNTER_COLUMNS)
    await execute(f"UPDATE account SET {wrong} WHERE organization_id = $1", organization_id)
    wrong = ", ".join(f"{name} = 77" for name in POST_COUNTERS)
    await execute(f"UPDATE video SET {wrong}, last_observed_day = NULL WHERE organization_id = $1", organization_id)
    # What began before is seeded from what is stored.
    starts = ", ".join(f"{name}_start = 78" for name in POST_COUNTERS)
    await execute(
        f"""
        UPDATE video SET {starts}, views_known_late_at = '2020-01-01 00:00:00+00' WHERE organization_id = $1
        AND NOT EXISTS (SELECT FROM video_day WHERE organization_id = $1 AND video_id = video.id AND day < $2)
        """,
        organization_id,
        first,
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, published=published, start=st.integers(0, 9), length=st.integers(0, 9))
async def test_rebuilt_rows_are_those_the_refreshes_kept(
    database: None, history: list, published: dict, start: int, length: int
) -> None:
    viewer, _ = await make_history(history, published)
    mine = [viewer.organization_id]
    kept = await everything(viewer.organization_id)
    assert (await verify_rollups(FIRST, LAST, organization_ids=mine)).shown == []
    first = FIRST + start * DAY
    last = min(first + length * DAY, LAST)
    for since, until in ((FIRST, LAST), (first, last)):
        await ruin(viewer.organization_id, since, until)
        ruined = await everything(viewer.organization_id)
        assert (await verify_rollups(since, until, organization_ids=mine)).count > 0
        assert await everything(viewer.organization_id) == ruined
        await rebuild_rollups(since, until, organization_ids=mine)
        assert await everything(viewer.organization_id) == kept
    assert (await rebuild_rollups(first, last, organization_ids=mine)).shown == []


async def small_history() -> tuple[Viewer, Account, UUID]:
    """Two days of one account with one post: 100 views, then 130."""
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for number, views in enumerate((100, 130)):
        captured_at = EPOCH + number * DAY + timedelta(hours=6)
        facts = [post(f"A{account.id}", None, {"views": views})]
        await record(account, account_facts(account, captured_at, facts, {"followers": 9 + number}), now=NOW)
    (row,) = await fetch("SELECT id FROM video WHERE account_id = $1", account.id)
    return viewer, account, row["id"]


async def test_what_was_changed_by_hand_is_named_and_put_right(database: None) -> None:
    viewer, account, video_id = await small_history()
    organization_id = viewer.organization_id
    kept = await everything(organization_id)
    second = FIRST + DAY
    slot = EPOCH + timedelta(hours=6)
    for statement, entity in (
        ("UPDATE video_day SET views_gain = 31 WHERE video_id = $1 AND day = '2026-03-25'", video_id),
        ("UPDATE video SET views_start = 5 WHERE id = $1", video_id),
        ("UPDATE account SET views_known = 4 WHERE id = $1", account.id),
        ("DELETE FROM account_slot WHERE account_id = $1 AND slot < '2026-03-25'", account.id),
        ("UPDATE account_day SET followers_gain = 3 WHERE account_id = $1 AND day = '2026-03-25'", account.id),
        (
            "UPDATE organization_day SET views_gain = 29 WHERE organization_id = $1 AND day = '2026-03-25'",
            organization_id,
        ),
        ("UPDATE organization_total SET observations = 0 WHERE organization_id = $1", organization_id),
        (
            'INSERT INTO organization_slot SELECT (jsonb_populate_record(s, \'{"slot": "2026-03-26 00:00:00+00"}\')).*'
            " FROM organization_slot s WHERE organization_id = $1 AND slot < '2026-03-25'",
            organization_id,
        ),
    ):
        await execute(statement, entity)
    found = await verify_rollups(FIRST, LAST, organization_ids=[organization_id])
    assert found.shown == [
        Difference("video", video_id, None, "views_start", 5, 100),
        Difference("video_day", video_id, second, "views_gain", 31, 30),
        Difference("account", account.id, None, "views_known", 4, 1),
        Difference("account_day", account.id, second, "followers_gain", 3, 1),
        Difference("account_slot", account.id, slot, "row", "absent", "present"),
        Difference("organization_day", organization_id, second, "views_gain", 29, 30),
        Difference("organization_slot", organization_id, EPOCH + 2 * DAY, "row", "present", "absent"),
        Difference("organization_total", organization_id, None, "observations", 0, 4),
    ]
    assert found.count == 8
    await rebuild_rollups(FIRST, LAST, organization_ids=[organization_id])
    assert await everything(organization_id) == kept


async def test_only_the_days_asked_for_are_compared_and_mended(database: None) -> None:
    viewer, _, video_id = await small_history()
    mine = [viewer.organization_id]
    await execute("UPDATE video_day SET views_gain = views_gain + 1 WHERE video_id = $1", video_id)
    assert (await verify_rollups(FIRST, LAST, organization_ids=mine)).count == 2
    await rebuild_rollups(FIRST, FIRST, organization_ids=mine)
    found = await verify_rollups(FIRST, LAST, organization_ids=mine)
    assert found.shown == [Difference("video_day", video_id, FIRST + DAY, "views_gain", 31, 30)]


async def test_many_differences_are_counted_and_the_first_are_kept(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    posts = [post(f"{number}-{account.id}", None, {"views": number}) for number in range(SHOWN + 5)]
    await record(account, account_facts(account, EPOCH, posts), now=NOW)
    await execute("UPDATE video SET views = -1 WHERE account_id = $1", account.id)
    found = await verify_rollups(FIRST, LAST, organization_ids=[viewer.organization_id])
    assert (found.count, len(found.shown)) == (SHOWN + 5, SHOWN)


async def test_progress_is_told_for_each_account_and_organization(database: None) -> None:
    viewer, _, _ = await small_history()
    await new_account(viewer, ADDED_AT)
    told: list[tuple[int, int]] = []
    mine = [viewer.organization_id]
    await rebuild_rollups(
        FIRST, LAST, organization_ids=mine, on_progress=lambda done, total: told.append((done, total))
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


async def test_days_without_kept_observations_are_refused(own_engines: Settings) -> None:
    await ensure_partitions(at("2026-02-10 00:00"), at("2026-02-10 00:00"))
    for use_case in (rebuild_rollups, verify_rollups):
        with pytest.raises(InvalidInput) as refused:
            await use_case(date(2026, 1, 5), date(2026, 3, 1))
        assert refused.value.message == (
            "No observations are kept of the days from 2026-01-05 to 2026-01-31: begin at 2026-02-01 or later."
        )
        assert refused.value.path == ("from",)
        with pytest.raises(InvalidInput, match="from 2026-03-02 to 2026-03-01 end before they begin"):
            await use_case(date(2026, 3, 2), date(2026, 3, 1))
    assert (await verify_rollups(None, date(2026, 3, 1))).count == 0


async def test_beside_refreshes_of_shared_posts(own_engines: Settings) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, ADDED_AT) for _ in range(3)]
    names = [f"{number}-{viewer.organization_id}" for number in range(6)]
    await ensure_partitions(EPOCH, NOW)

    async def refresh(account: Account, place: int) -> None:
        for number in range(12):
            captured_at = EPOCH + timedelta(hours=7 * ((5 * number + place) % 12))
            posts = [post(name, None, {"views": 10 * number, "likes": place}) for name in names]
            await record(account, account_facts(account, captured_at, posts, {"followers": number}), now=NOW)

    rounds = 0
    async with asyncio.TaskGroup() as tasks:
        refreshing = [tasks.create_task(refresh(account, place)) for place, account in enumerate(accounts)]
        while not all(task.done() for task in refreshing):
            assert (await verify_rollups(FIRST, LAST)).shown == []
            assert (await rebuild_rollups(FIRST, LAST)).shown == []
            rounds += 1
    assert rounds > 1
    assert (await verify_rollups(FIRST, LAST)).shown == []


async def test_two_rebuilds_at_once_beside_refreshes_mend_once(own_engines: Settings) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, ADDED_AT) for _ in range(2)]

    async def refresh(account: Account, numbers: range) -> None:
        for number in numbers:
            facts = [post(account.handle, None, {"views": 100 + number})]
            await record(account, account_facts(account, EPOCH + timedelta(hours=number), facts), now=NOW)

    for account in accounts:
        await refresh(account, range(30))
    # These would be added twice, were both to add what is missing.
    await execute("UPDATE organization_day SET views_gain = 0")
    await execute("DELETE FROM organization_slot")
    refreshing = [refresh(account, range(30, 50)) for account in accounts]
    await asyncio.gather(*refreshing, rebuild_rollups(FIRST, LAST), rebuild_rollups(FIRST, LAST))
    assert (await verify_rollups(FIRST, LAST)).shown == []
    (row,) = await fetch("SELECT sum(views_gain)::int AS views FROM organization_day")
    assert row["views"] == 2 * 49
