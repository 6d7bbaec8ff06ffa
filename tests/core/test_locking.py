"""Locks in one order: who works on the same accounts, creators and posts at once waits, and never in a circle."""

import asyncio
from datetime import timedelta

import pytest

from app.core.collect.recording import lock_for_recording
from app.core.tracking.accounts import load_accounts
from app.core.tracking.changes import AccountChange, update_account
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.core.tracking.removal import remove_account, restore_account
from app.store.accounts import lock_accounts
from app.store.creators import lock_creator
from app.store.db import fetch, transaction
from app.store.videos import insert_discovered_videos, lock_video_states
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record

FIRST = at("2026-03-01 08:00")
DAY = timedelta(days=1)
PATIENCE_SECONDS = 20


async def test_a_refresh_goes_on_while_its_creator_is_changed(database: None) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Somebody"), now=FIRST)
    account = await new_account(viewer, FIRST)
    await link_account(viewer, creator.id, account.id, now=FIRST)
    locked, refreshed = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with transaction():
            assert await lock_creator(viewer.organization_id, creator.id)
            locked.set()
            await refreshed.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(change())
        await locked.wait()
        async with asyncio.timeout(
            PATIENCE_SECONDS
        ):  # an account changed twice in one transaction has its keys checked
            await record(account, account_facts(account, FIRST, [], {"followers": 7}))
        refreshed.set()
    assert (await load_accounts(viewer, [account.id]))[account.id].followers == 7


async def test_restoring_waits_for_a_feed_that_shows_posts_of_both_sorts(database: None) -> None:
    viewer = await new_viewer()
    organization_id = viewer.organization_id
    removed, other = await new_account(viewer, FIRST), await new_account(viewer, FIRST)
    shown = [post("1", None, {"views": 1}), post("2", None, {"views": 2})]
    await record(removed, account_facts(removed, FIRST, shown))
    await new_video(viewer, "1", FIRST)
    await remove_account(viewer, removed.id, now=FIRST + DAY)
    facts = account_facts(other, FIRST + DAY, shown)
    begun = asyncio.Event()

    async def feed() -> None:
        """As recording does: the lone post is locked first, the hidden one brought in next."""
        async with transaction():
            await lock_for_recording(organization_id, other.id, facts)
            states = await lock_video_states(organization_id, other.platform, ["1", "2"])
            assert list(states) == ["1"]
            begun.set()
            while not await fetch("SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"):
                await asyncio.sleep(0.01)
            await insert_discovered_videos(organization_id, other.id, shown[1:], FIRST + DAY, FIRST)

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(feed())
        await begun.wait()
        await restore_account(viewer, removed.id, now=FIRST + DAY)
    rows = await fetch(
        "SELECT external_id, account_id FROM video WHERE organization_id = $1 ORDER BY external_id", organization_id
    )
    assert [tuple(row) for row in rows] == [("1", removed.id), ("2", other.id)]


@pytest.mark.parametrize("is_linked", [True, False])
async def test_a_change_that_links_or_unlinks_waits_for_the_creator_before_it_takes_the_account(
    database: None, is_linked: bool
) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Somebody"), now=FIRST)
    account = await new_account(viewer, FIRST)
    if is_linked:
        await link_account(viewer, creator.id, account.id, now=FIRST)
    change = AccountChange(category="Food", is_active=True, creator_id=None if is_linked else creator.id)
    locked = asyncio.Event()

    async def pause() -> None:
        """As a pause of the creator does: it comes first, its accounts next."""
        async with transaction():
            assert await lock_creator(viewer.organization_id, creator.id)
            locked.set()
            while not await fetch(
                "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ):
                await asyncio.sleep(0.01)
            await lock_accounts(viewer.organization_id, [account.id])

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(pause())
        await locked.wait()
        changed = await update_account(viewer, account.id, change, now=FIRST)
    assert (changed.category, changed.creator_id) == ("Food", None if is_linked else creator.id)
