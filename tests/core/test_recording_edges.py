"""Recording where it is hard: shared posts, long gaps, missing partitions, times learnt late."""

import asyncio
from datetime import date, timedelta

import pytest

from app.core.analytics.video_lists import list_videos_of
from app.core.tracking.accounts import load_accounts
from app.domain.cursors import page_request
from app.domain.platforms import ViewsKind
from app.domain.records import Account
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.settings import Settings
from app.store.accounts import rename_account
from app.store.db import execute, fetch, transaction
from app.store.partitions import ensure_partitions, is_missing_partition
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-05 08:00")
DAY = timedelta(days=1)


async def views_of(viewer: Viewer, *accounts: Account) -> list[int | None]:
    found = await load_accounts(viewer, [account.id for account in accounts])
    return [found[account.id].views for account in accounts]


async def test_a_shared_post_counts_once_and_goes_on_whoever_sees_it(database: None) -> None:
    viewer = await new_viewer()
    one, other = await new_account(viewer, NOW), await new_account(viewer, NOW)
    shared = f"shared-{one.id}"
    await record(one, account_facts(one, NOW, [post(shared, None, {"views": 5})]))
    await record(other, account_facts(other, NOW + DAY, [post(shared, None, {"views": 50})]), now=NOW + DAY)
    assert await views_of(viewer, one, other) == [50, None]
    sums = "sum(views_gain)::int, sum(views_start)::int, sum(views_known)::int"
    for table in ("account_day", "account_slot", "organization_day", "organization_slot"):
        rows = await fetch(f"SELECT {sums} FROM {table} WHERE organization_id = $1", viewer.organization_id)
        assert [tuple(row) for row in rows] == [(45, 5, 1)], table


async def test_accounts_that_share_posts_do_not_wait_for_each_other_in_a_circle(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(4)]
    names = [f"{number}-{viewer.organization_id}" for number in range(12)]

    async def see(account: Account, turned: bool, hour: int) -> None:
        captured_at = NOW + timedelta(hours=hour)
        posts = [post(name, None, {"views": 10 + hour}) for name in (reversed(names) if turned else names)]
        await record(account, account_facts(account, captured_at, posts), now=captured_at)

    for hour in range(4):
        await asyncio.gather(*(see(account, bool(place % 2), hour) for place, account in enumerate(accounts)))
    totals = await views_of(viewer, *accounts)
    assert sum(total for total in totals if total is not None) == 12 * 13


async def test_a_gap_of_years_is_filled_once_its_partitions_are_there(own_engines: Settings) -> None:
    viewer = await new_viewer()
    first, last = at("2020-06-01 08:00"), at("2023-02-01 08:00")
    account = await new_account(viewer, first)
    await record(account, account_facts(account, first, [post("gap", None, {"views": 1})]))
    facts = account_facts(account, last, [post("gap", None, {"views": 9})])
    with pytest.raises(Exception, match="no partition of relation") as missing:
        await record(account, facts, now=last)
    assert is_missing_partition(missing.value)
    await ensure_partitions(first, last)
    await record(account, facts, now=last)
    days = await fetch("SELECT count(*) AS n, min(day) AS first, max(day) AS last FROM video_day")
    assert [tuple(row) for row in days] == [(976, date(2020, 6, 1), date(2023, 2, 1))]


async def test_partitions_are_made_while_refreshes_go_on(own_engines: Settings) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(3)]

    async def refresh(account: Account) -> None:
        for minute in range(25):
            captured_at = NOW + timedelta(minutes=minute)
            await record(account, account_facts(account, captured_at, [post(account.handle, None, {"views": minute})]))

    async def make() -> None:
        for year in range(2005, 2020):
            await ensure_partitions(at(f"{year}-01-01 00:00"), at(f"{year}-02-01 00:00"))

    await asyncio.gather(*(refresh(account) for account in accounts), make(), make())
    assert await views_of(viewer, *accounts) == [24, 24, 24]


async def test_undated_posts_are_paged_to_the_last(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    dated = [post(f"{account.id}-{day}", at(f"2026-02-0{day} 00:00"), {"views": day}) for day in (1, 2)]
    undated = [post(f"{account.id}-none{number}", None, {"views": 1}) for number in range(3)]
    await record(account, account_facts(account, NOW, [*dated, *undated]))
    seen: list[str] = []
    cursor = None
    for _ in range(5):
        page = (
            await list_videos_of(viewer, SubjectKind.ACCOUNT, [account.id], page_request(1, cursor), with_total=False)
        )[account.id]
        assert len(page.nodes) == 1
        seen.append(page.nodes[0].external_id.removeprefix(f"{account.id}-"))
        cursor = page.cursors[0]
    assert not page.has_next_page
    assert seen[:2] == ["2", "1"]
    assert set(seen[2:]) == {"none0", "none1", "none2"}


async def test_what_is_learnt_late_is_taken_over_and_rewrites_no_figure(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW - 3 * DAY)
    name, published_at = f"late-{account.id}", NOW - 2 * DAY
    await record(account, account_facts(account, NOW, [post(name, None, {"views": 5})]))
    await record(account, account_facts(account, NOW + DAY, [post(name, published_at, {"views": 7})]), now=NOW + DAY)
    await record(account, account_facts(account, NOW - DAY, [post(name, None, {"views": 4})]), now=NOW + DAY)
    video = (await list_videos_of(viewer, SubjectKind.ACCOUNT, [account.id], page_request(), with_total=False))[
        account.id
    ].nodes[0]
    assert (video.published_at, video.discovered_at) == (published_at, NOW - DAY)
    assert (video.first_refreshed_at, video.last_refreshed_at) == (NOW - DAY, NOW + DAY)
    rows = await fetch("SELECT views_gain FROM video_day WHERE video_id = $1 ORDER BY day", video.id)
    # Its time was unknown when it was first stored: its first value is a baseline and stays one.
    assert [row["views_gain"] for row in rows] == [0, 1, 2]


async def test_a_late_observation_tells_a_time_that_newer_ones_did_not(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW - 3 * DAY)
    name, published_at = f"told-{account.id}", NOW - 2 * DAY
    await record(account, account_facts(account, NOW, [post(name, None, {"views": 5})]))
    await record(account, account_facts(account, NOW - DAY, [post(name, published_at, {"views": 4})]), now=NOW)
    video = (await list_videos_of(viewer, SubjectKind.ACCOUNT, [account.id], page_request(), with_total=False))[
        account.id
    ].nodes[0]
    assert video.published_at == published_at


async def test_the_first_kind_of_views_is_kept_even_at_one_instant(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    name, later = f"kinds-{account.id}", NOW + DAY
    seconds = ViewsKind.THREE_SECOND_VIEWS
    await record(account, account_facts(account, NOW, [post(name, None, {"views": 100})]))
    await record(account, account_facts(account, later, [post(name, None, {"views": 7}, seconds)]), now=later)
    assert await views_of(viewer, account) == [100]
    await record(account, account_facts(account, later, [post(name, None, {"views": 150})]), now=later)
    assert await views_of(viewer, account) == [150]


async def test_facts_from_the_future_are_refused(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    facts = account_facts(account, NOW, [post(f"future-{account.id}", None, {"views": 5})])
    with pytest.raises(ValueError, match="come from the future"):
        await record(account, facts, now=NOW - DAY)
    assert await views_of(viewer, account) == [None]
    assert await fetch("SELECT FROM video WHERE account_id = $1", account.id) == []


async def test_a_taken_handle_leaves_the_transaction_whole(database: None) -> None:
    viewer = await new_viewer()
    one, other = await new_account(viewer, NOW), await new_account(viewer, NOW)
    async with transaction():
        await execute("UPDATE account SET category = 'kept' WHERE id = $1", one.id)
        assert not await rename_account(viewer.organization_id, one.id, other.handle)
    found = (await load_accounts(viewer, [one.id]))[one.id]
    assert (found.category, found.handle) == ("kept", one.handle)
