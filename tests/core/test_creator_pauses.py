"""Pausing: a creator takes its accounts along, and gives back exactly those it paused itself."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.collect.sweep import sweep_due
from app.core.tracking.accounts import load_accounts, set_account_active
from app.core.tracking.creators import (
    delete_creator,
    link_account,
    load_creators,
    unlink_account,
    update_creator,
)
from app.domain.problems import NotFound
from tests.core.test_creators import LATER, LATEST, NOW, PAUSE, RESUME, due, new_creator, new_linked, rows_of, standing
from tests.factories import new_account, new_viewer


async def test_pausing_a_creator_pauses_its_active_accounts_and_resuming_resumes_exactly_those(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    active, paused = await new_linked(viewer, creator), await new_linked(viewer, creator)
    bystander = await new_linked(viewer, await new_creator(viewer))
    await set_account_active(viewer, paused.id, False, now=NOW)

    assert not (await update_creator(viewer, creator.id, PAUSE, now=LATER)).is_active
    assert await standing(active) == (creator.id, False, True)
    assert await standing(paused) == (creator.id, False, False)
    assert await standing(bystander) == (bystander.creator_id, True, False)
    seen = (await load_accounts(viewer, [active.id]))[active.id]
    assert (seen.is_active, seen.is_paused_by_creator, seen.next_refresh_at) == (False, True, None)

    assert (await update_creator(viewer, creator.id, RESUME, now=LATEST)).is_active
    assert await standing(active) == (creator.id, True, False)
    assert await standing(paused) == (creator.id, False, False)
    assert [await due(account) for account in (active, paused, bystander)] == [LATEST, NOW, NOW]


async def test_a_pause_or_resumption_that_is_there_already_changes_no_account(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    before = await rows_of(viewer)
    await update_creator(viewer, creator.id, RESUME, now=LATER)
    assert await rows_of(viewer) == before
    await update_creator(viewer, creator.id, PAUSE, now=LATER)
    await set_account_active(viewer, account.id, True, now=LATER)
    before = await rows_of(viewer)
    await update_creator(viewer, creator.id, PAUSE, now=LATEST)
    assert await rows_of(viewer) == before


async def test_an_account_resumed_by_itself_stays_at_work_whatever_its_creator_does(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    await update_creator(viewer, creator.id, PAUSE, now=NOW)
    resumed = await set_account_active(viewer, account.id, True, now=LATER)
    assert (resumed.is_active, resumed.is_paused_by_creator, resumed.next_refresh_at) == (True, False, LATER)
    await update_creator(viewer, creator.id, RESUME, now=LATEST)
    assert await standing(account) == (creator.id, True, False)
    assert await due(account) == LATER


async def test_an_account_paused_by_itself_while_its_creator_is_paused_stays_paused(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    await update_creator(viewer, creator.id, PAUSE, now=NOW)
    await set_account_active(viewer, account.id, False, now=LATER)
    assert await standing(account) == (creator.id, False, False)
    await update_creator(viewer, creator.id, RESUME, now=LATEST)
    assert await standing(account) == (creator.id, False, False)


async def test_linking_to_a_paused_creator_pauses_an_active_account_until_the_creator_resumes(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer, is_active=False)
    neighbour = await new_linked(viewer, creator)
    await set_account_active(viewer, neighbour.id, True, now=NOW)
    active, paused = await new_account(viewer, NOW), await new_account(viewer, NOW)
    await set_account_active(viewer, paused.id, False, now=NOW)
    linked = await link_account(viewer, creator.id, active.id, now=LATER)
    assert (linked.account.is_active, linked.account.is_paused_by_creator) == (False, True)
    await link_account(viewer, creator.id, paused.id, now=LATER)
    assert await standing(paused) == (creator.id, False, False)
    assert await standing(neighbour) == (creator.id, True, False)

    # Linking once more is no new link: what was resumed by itself stays so.
    await set_account_active(viewer, active.id, True, now=LATER)
    await link_account(viewer, creator.id, active.id, now=LATER)
    assert await standing(active) == (creator.id, True, False)


async def test_unlinking_resumes_what_the_creators_pause_has_paused(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    marked, left, individually = [await new_linked(viewer, creator) for _ in range(3)]
    await set_account_active(viewer, individually.id, False, now=NOW)
    await update_creator(viewer, creator.id, PAUSE, now=NOW)
    unlinked = await unlink_account(viewer, creator.id, marked.id, now=LATER)
    assert (unlinked.is_active, unlinked.is_paused_by_creator, unlinked.next_refresh_at) == (True, False, LATER)
    await unlink_account(viewer, creator.id, individually.id, now=LATER)
    assert await standing(individually) == (None, False, False)
    assert await standing(left) == (creator.id, False, True)


async def test_deleting_a_creator_unlinks_its_accounts_and_resumes_what_it_had_paused(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    marked, individually = [await new_linked(viewer, creator) for _ in range(2)]
    await set_account_active(viewer, individually.id, False, now=NOW)
    await update_creator(viewer, creator.id, PAUSE, now=NOW)
    await delete_creator(viewer, creator.id, now=LATER)
    assert await load_creators(viewer, [creator.id]) == {}
    assert await standing(marked) == (None, True, False)
    assert await standing(individually) == (None, False, False)
    assert await due(marked) == LATER
    assert {row["linked_at"] for row in await rows_of(viewer)} == {None}
    with pytest.raises(NotFound) as refused:
        await delete_creator(viewer, creator.id, now=LATER)
    assert refused.value.path == ("creator_id",)


async def test_deleting_an_active_creator_leaves_due_times_alone(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    await delete_creator(viewer, creator.id, now=LATER)
    unlinked = replace(account, creator_id=None, creator_name=None, linked_at=None)
    assert await load_accounts(viewer, [account.id]) == {account.id: unlinked}


async def test_pausing_one_account_is_idempotent_and_resuming_makes_it_due_once(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    paused = await set_account_active(viewer, account.id, False, now=LATER)
    assert paused == replace(account, is_active=False, next_refresh_at=None)
    assert await set_account_active(viewer, account.id, False, now=LATER) == paused
    resumed = await set_account_active(viewer, account.id, True, now=LATER)
    assert resumed == replace(account, next_refresh_at=LATER)
    assert await set_account_active(viewer, account.id, True, now=LATEST) == resumed
    with pytest.raises(NotFound) as refused:
        await set_account_active(viewer, uuid4(), False, now=LATER)
    assert refused.value.path == ("account_id",)


async def test_a_paused_account_is_not_swept(own_engines: object) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    swept, paused, with_creator = [await new_account(viewer, NOW) for _ in range(3)]
    await set_account_active(viewer, paused.id, False, now=NOW)
    await link_account(viewer, creator.id, with_creator.id, now=NOW)
    await update_creator(viewer, creator.id, PAUSE, now=NOW)
    hour = timedelta(hours=1)
    assert [lease.target_id for lease in await sweep_due(LATER, hour, 8)] == [swept.id]
    await set_account_active(viewer, paused.id, True, now=LATER)
    assert [lease.target_id for lease in await sweep_due(LATER, hour, 8)] == [paused.id]
    await update_creator(viewer, creator.id, RESUME, now=LATER)
    assert [lease.target_id for lease in await sweep_due(LATER, hour, 8)] == [with_creator.id]
