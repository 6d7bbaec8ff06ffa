"""Removing accounts: out of every figure at once, back with everything, or gone for good."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.core.analytics.search import search
from app.core.collect.rebuilding import rebuild_rollups, verify_rollups
from app.core.collect.sweep import sweep_due, take_lease
from app.core.tracking.accounts import NewAccount, find_account, list_accounts, load_accounts, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account, list_linked_accounts, load_creators
from app.core.tracking.removal import delete_expired_removals, remove_account, restore_account
from app.core.tracking.videos import load_videos
from app.domain.cursors import page_request
from app.domain.filters import AccountFilter
from app.domain.problems import Forbidden, HandleTaken, NotFound
from app.domain.records import Account
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.settings import Settings
from app.store.db import fetch
from tests.core.test_tracked_videos import assert_rollups_are_right, gains, organization_gains
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record, record_video

DAY = timedelta(days=1)
FIRST = at("2026-03-01 10:00")
REMOVED_AT = at("2026-03-05 12:00")
TABLES = ("account_observation", "account_day", "account_slot")


async def observed_account(viewer: Viewer, *names: str) -> Account:
    """An account whose posts had 100 views on the first of March and 10 more each of the three days after."""
    account = await new_account(viewer, FIRST)
    for number in range(4):
        posts = [post(name, None, {"views": 100 + 10 * number}) for name in names]
        await record(account, account_facts(account, FIRST + number * DAY, posts, {"followers": 50 + number}))
    return account


async def test_a_removed_account_is_out_of_every_figure(database: None) -> None:
    viewer = await new_viewer()
    removed, kept = await observed_account(viewer, "1", "2"), await observed_account(viewer, "3")
    creator = await create_creator(viewer, NewCreator("Both"), now=FIRST)
    for account in (removed, kept):
        await link_account(viewer, creator.id, account.id, now=FIRST)
    assert await organization_gains(viewer) == [0, 30, 30, 30, 0]
    await remove_account(viewer, removed.id, now=REMOVED_AT)
    assert await organization_gains(viewer) == [0, 10, 10, 10, 0]
    assert await gains(viewer, SubjectKind.CREATOR, creator.id) == [0, 10, 10, 10, 0]
    assert (await load_creators(viewer, [creator.id]))[creator.id].account_count == 1
    linked = (await list_linked_accounts(viewer, [creator.id], page_request(), with_total=True))[creator.id]
    assert ([account.id for account in linked.nodes], linked.total_count) == ([kept.id], 1)
    page = await list_accounts(viewer, AccountFilter(), page_request(), with_total=True)
    assert ([account.id for account in page.nodes], page.total_count) == ([kept.id], 1)
    assert await load_accounts(viewer, [removed.id]) == {}
    assert await find_account(viewer, removed.platform, removed.handle) is None
    assert [account.id for account in (await search(viewer, removed.handle)).accounts if account.id == removed.id] == []
    hidden = await fetch("SELECT id FROM video WHERE account_id = $1", removed.id)
    assert len(hidden) == 2
    assert await load_videos(viewer, [row["id"] for row in hidden]) == {}
    await assert_rollups_are_right(viewer)
    with pytest.raises(NotFound) as refused:
        await remove_account(viewer, removed.id, now=REMOVED_AT)
    assert refused.value.path == ("account_id",)


async def test_restoring_brings_everything_back(database: None) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1", "2")
    before = (await load_accounts(viewer, [account.id]))[account.id]
    rows = await rows_of(account.id)
    await remove_account(viewer, account.id, now=REMOVED_AT)
    assert await organization_gains(viewer) == [None] * 5
    back = await restore_account(viewer, account.id, now=REMOVED_AT + DAY)
    assert (back.added_at, back.views, back.followers) == (FIRST, before.views, before.followers)
    assert (back.next_refresh_at, back.discovered_posts) == (REMOVED_AT + DAY, 2)
    assert await rows_of(account.id) == rows
    assert await organization_gains(viewer) == [0, 20, 20, 20, 0]
    await assert_rollups_are_right(viewer)
    with pytest.raises(NotFound):
        await restore_account(viewer, account.id, now=REMOVED_AT + DAY)


async def test_posts_tracked_by_themselves_stay(database: None) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1", "2")
    video = await new_video(viewer, "1", FIRST + 2 * DAY)
    await remove_account(viewer, account.id, now=REMOVED_AT)
    stays = (await load_videos(viewer, [video.id]))[video.id]
    assert (stays.account_id, stays.discovered_at, stays.views) == (None, None, 130)
    assert await organization_gains(viewer) == [0, 10, 10, 10, 0]
    await assert_rollups_are_right(viewer)
    await record_video(video, post("1", None, {"views": 180}), FIRST + 4 * DAY)
    assert await organization_gains(viewer) == [0, 10, 10, 10, 50]
    await restore_account(viewer, account.id, now=REMOVED_AT)
    back = (await load_videos(viewer, [video.id]))[video.id]
    assert (back.account_id, back.discovered_at) == (account.id, FIRST)
    assert await organization_gains(viewer) == [0, 20, 20, 20, 50]
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id) == [0, 20, 20, 20, 50]
    await assert_rollups_are_right(viewer)


async def test_tracking_anew_begins_from_nothing(database: None) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1")
    await remove_account(viewer, account.id, now=REMOVED_AT)
    anew = await track_account(viewer, NewAccount(account.platform, account.handle), now=FIRST + 3 * DAY)
    assert anew.id != account.id
    await record(anew, account_facts(anew, FIRST + 3 * DAY, [post("1", None, {"views": 500})]))
    await record(anew, account_facts(anew, FIRST + 4 * DAY, [post("1", None, {"views": 507})]))
    assert await organization_gains(viewer) == [None, None, None, 0, 7]
    with pytest.raises(HandleTaken) as refused:
        await restore_account(viewer, account.id, now=REMOVED_AT)
    assert (refused.value.account.id, refused.value.path) == (anew.id, ("account_id",))
    await assert_rollups_are_right(viewer)


async def test_a_post_others_show_is_theirs_while_its_account_is_gone(database: None) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1", "2")
    await remove_account(viewer, account.id, now=REMOVED_AT)
    other = await new_account(viewer, FIRST)
    await record(other, account_facts(other, FIRST + 3 * DAY, [post("2", None, {"views": 1000})]))
    await record(other, account_facts(other, FIRST + 4 * DAY, [post("2", None, {"views": 1001})]))
    await restore_account(viewer, account.id, now=REMOVED_AT)
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id) == [0, 10, 10, 10, 0]
    assert await gains(viewer, SubjectKind.ACCOUNT, other.id) == [None, None, None, 0, 1]
    assert await organization_gains(viewer) == [0, 10, 10, 10, 1]
    assert (await load_accounts(viewer, [account.id]))[account.id].discovered_posts == 1
    await assert_rollups_are_right(viewer)


async def test_a_refresh_under_way_finds_its_lease_gone(database: None) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1")
    now = REMOVED_AT
    lease = await take_lease(account.organization_id, account.id, now, timedelta(minutes=5))
    assert lease is not None
    await remove_account(viewer, account.id, now=now)
    assert await take_lease(account.organization_id, account.id, now + DAY, timedelta(minutes=5)) is None
    stored = await fetch("SELECT lease_id FROM account WHERE id = $1", account.id)
    assert [row["lease_id"] for row in stored] == [None]


async def test_others_neither_remove_nor_restore(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    reader = await new_viewer(frozenset({Scope.READ}))
    account = await observed_account(viewer, "1")
    with pytest.raises(NotFound):
        await remove_account(other, account.id, now=REMOVED_AT)
    with pytest.raises(Forbidden):
        await remove_account(reader, account.id, now=REMOVED_AT)
    await remove_account(viewer, account.id, now=REMOVED_AT)
    with pytest.raises(NotFound):
        await restore_account(other, account.id, now=REMOVED_AT)
    assert await organization_gains(viewer) == [None] * 5


async def test_what_was_removed_long_ago_is_deleted(own_engines: Settings) -> None:
    viewer = await new_viewer()
    gone, kept, recent = [await observed_account(viewer, name) for name in ("1", "2", "3")]
    video = await new_video(viewer, "1", FIRST)
    await remove_account(viewer, gone.id, now=REMOVED_AT)
    await remove_account(viewer, recent.id, now=REMOVED_AT + 5 * DAY)
    assert await delete_expired_removals(30 * DAY, REMOVED_AT + 30 * DAY) == 0
    assert await delete_expired_removals(30 * DAY, REMOVED_AT + 31 * DAY) == 1
    for table in TABLES:
        rows = await fetch(f"SELECT DISTINCT account_id FROM {table}")
        assert {row["account_id"] for row in rows} == {kept.id, recent.id}, table
    assert {row["id"] for row in await fetch("SELECT id FROM account")} == {kept.id, recent.id}
    assert len(await fetch("SELECT DISTINCT video_id FROM video_observation")) == 3
    assert list(await load_videos(viewer, [video.id])) == [video.id]
    assert await organization_gains(viewer) == [0, 20, 20, 20, 0]
    await restore_account(viewer, recent.id, now=REMOVED_AT + 31 * DAY)
    with pytest.raises(NotFound):
        await restore_account(viewer, gone.id, now=REMOVED_AT + 31 * DAY)
    assert await organization_gains(viewer) == [0, 30, 30, 30, 0]
    await assert_rollups_are_right(viewer)


async def test_removed_accounts_are_not_swept(own_engines: Settings) -> None:
    viewer = await new_viewer()
    account = await observed_account(viewer, "1")
    video = await new_video(viewer, "77", FIRST)
    await remove_account(viewer, account.id, now=REMOVED_AT)
    leases = await sweep_due(REMOVED_AT + 60 * DAY, timedelta(minutes=5), 4)
    assert [(lease.kind, lease.target_id) for lease in leases] == [("video", video.id)]
    assert await sweep_due(REMOVED_AT + 60 * DAY, timedelta(minutes=5), 4) == []


async def test_a_rebuild_knows_what_is_removed_and_what_is_lone(database: None) -> None:
    viewer = await new_viewer()
    account, other = await observed_account(viewer, "1", "2"), await observed_account(viewer, "3")
    lone = await new_video(viewer, "9", FIRST)
    await record_video(lone, post("9", None, {"views": 5}), FIRST)
    await record_video(lone, post("9", None, {"views": 9}), FIRST + DAY)
    await new_video(viewer, "1", FIRST)
    await remove_account(viewer, account.id, now=REMOVED_AT)
    expected = [0, 24, 20, 20, 0]
    assert await organization_gains(viewer) == expected
    organization_id = viewer.organization_id
    for table in ("account_day", "account_slot", "video_slot", "organization_day", "organization_slot"):
        await fetch(f"DELETE FROM {table} WHERE organization_id = $1", organization_id)
    assert (await verify_rollups(None, date(2026, 3, 6), organization_ids=[organization_id])).count > 0
    await rebuild_rollups(date(2026, 3, 1), date(2026, 3, 6), organization_ids=[organization_id])
    await assert_rollups_are_right(viewer)
    assert await organization_gains(viewer) == expected
    await restore_account(viewer, account.id, now=REMOVED_AT)
    assert await organization_gains(viewer) == [0, 34, 30, 30, 0]
    assert await gains(viewer, SubjectKind.ACCOUNT, other.id) == [0, 10, 10, 10, 0]
    await assert_rollups_are_right(viewer)


async def rows_of(account_id: UUID) -> list[object]:
    return [
        row
        for table, place in (("account_day", "day"), ("account_slot", "slot"))
        for row in await fetch(f"SELECT * FROM {table} WHERE account_id = $1 ORDER BY {place}", account_id)
    ]
