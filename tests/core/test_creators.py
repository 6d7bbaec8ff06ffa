"""Creators, the links of accounts to them, and what pausing one of both does to the other."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.tracking.accounts import load_accounts, set_account_active
from app.core.tracking.creators import (
    CreatorChange,
    Linked,
    NewCreator,
    create_creator,
    creator_cursor,
    delete_creator,
    link_account,
    list_creators,
    list_linked_accounts,
    load_creators,
    unlink_account,
    update_creator,
)
from app.domain.cursors import page_request
from app.domain.filters import CreatorFilter
from app.domain.platforms import Platform
from app.domain.problems import AccountLinkedElsewhere, Forbidden, InvalidCursor, InvalidInput, NotFound
from app.domain.records import Account, Creator
from app.domain.viewer import Scope, Viewer
from app.store import db
from app.store.db import fetch
from tests.factories import account_facts, at, new_account, new_viewer, record

NOW = at("2026-03-01 08:00")
LATER = at("2026-03-02 08:00")
LATEST = at("2026-03-03 08:00")
PAUSE, RESUME = CreatorChange(is_active=False), CreatorChange(is_active=True)


async def new_creator(viewer: Viewer, name: str = "Somebody", *, is_active: bool = True) -> Creator:
    return await create_creator(viewer, NewCreator(name, is_active=is_active), now=NOW)


async def new_linked(viewer: Viewer, creator: Creator, platform: Platform = Platform.TIKTOK) -> Account:
    account = await new_account(viewer, NOW, platform)
    return (await link_account(viewer, creator.id, account.id, now=NOW)).account


async def rows_of(viewer: Viewer) -> list[dict[str, Any]]:
    """Everything stored about the organization's creators and accounts."""
    found = []
    for table in ("creator", "account"):
        found += await fetch(f"SELECT * FROM {table} WHERE organization_id = $1 ORDER BY id", viewer.organization_id)
    return [dict(row) for row in found]


async def standing(account: Account) -> tuple[UUID | None, bool, bool]:
    """What an account is linked to, whether it is active, and whether its creator's pause is why not."""
    (row,) = await fetch("SELECT creator_id, is_active, is_paused_by_creator FROM account WHERE id = $1", account.id)
    return row["creator_id"], row["is_active"], row["is_paused_by_creator"]


async def due(account: Account) -> datetime | None:
    (row,) = await fetch("SELECT next_refresh_at FROM account WHERE id = $1", account.id)
    instant: datetime | None = row["next_refresh_at"]
    return instant


async def test_a_creator_is_made_and_read_again(database: None) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("  Café Ñandú ", {"tier": "gold"}), now=NOW)
    assert creator == Creator(
        id=creator.id,
        organization_id=viewer.organization_id,
        name="Café Ñandú",
        is_active=True,
        metadata={"tier": "gold"},
        added_at=NOW,
        platforms={},
        platform_followers={},
        followers=None,
    )
    assert (creator.account_count, creator.platform) == (0, None)
    assert await load_creators(viewer, [creator.id, uuid4()]) == {creator.id: creator}
    assert (await rows_of(viewer))[0]["search_text"] == "cafe nandu"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"metadata": {str(number): "x" for number in range(21)}}, "metadata"),
        ({"metadata": {"": "x"}}, "metadata"),
        ({"metadata": {"x": 5}}, "metadata"),
    ],
)
async def test_bad_input_is_named_and_leaves_no_trace(database: None, change: dict[str, Any], path: str) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await create_creator(viewer, replace(NewCreator("Somebody"), **change), now=NOW)
    assert refused.value.path == (path,)
    assert await rows_of(viewer) == []

    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    before = await rows_of(viewer)
    with pytest.raises(InvalidInput) as refused:
        await update_creator(viewer, creator.id, replace(PAUSE, **change), now=LATER)
    assert refused.value.path == (path,)
    assert await rows_of(viewer) == before
    assert await standing(account) == (creator.id, True, False)


async def test_a_name_of_255_characters_is_the_longest_and_names_may_repeat(database: None) -> None:
    viewer = await new_viewer()
    names = {(await new_creator(viewer, "x" * 255)).name for _ in range(2)}
    assert names == {"x" * 255}


async def test_an_update_changes_what_it_names(database: None) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Before", {"a": "1", "b": "2"}), now=NOW)
    assert await update_creator(viewer, creator.id, CreatorChange(), now=LATER) == creator
    renamed = await update_creator(viewer, creator.id, CreatorChange(name=" Áfter "), now=LATER)
    assert renamed == replace(creator, name="Áfter")
    assert (await rows_of(viewer))[0]["search_text"] == "after"
    replaced = await update_creator(viewer, creator.id, CreatorChange(metadata={"c": "3"}), now=LATER)
    assert replaced == replace(renamed, metadata={"c": "3"})
    emptied = await update_creator(viewer, creator.id, CreatorChange(metadata={}, is_active=False), now=LATER)
    assert emptied == replace(renamed, metadata={}, is_active=False)
    assert await load_creators(viewer, [creator.id]) == {creator.id: emptied}


async def test_linking_is_idempotent_and_keeps_the_first_moment(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_account(viewer, NOW)
    assert (account.creator_id, account.linked_at) == (None, None)
    first = await link_account(viewer, creator.id, account.id, now=LATER)
    assert first.account == replace(account, creator_id=creator.id, creator_name=creator.name, linked_at=LATER)
    assert first.creator == replace(creator, platforms={Platform.TIKTOK: 1})
    assert first.is_new
    before = await rows_of(viewer)
    assert await link_account(viewer, creator.id, account.id, now=LATEST) == replace(first, is_new=False)
    assert await rows_of(viewer) == before


async def test_an_account_of_another_creator_stays_there_and_the_problem_names_it(database: None) -> None:
    viewer = await new_viewer()
    one, other = await new_creator(viewer, "One"), await new_creator(viewer, "Other", is_active=False)
    account = await new_linked(viewer, one)
    before = await rows_of(viewer)
    with pytest.raises(AccountLinkedElsewhere) as refused:
        await link_account(viewer, other.id, account.id, now=LATER)
    assert refused.value.creator == replace(one, platforms={Platform.TIKTOK: 1})
    assert refused.value.path == ("account_id",)
    assert refused.value.message == (
        f"@{account.handle} on tiktok is linked to the creator 'One'. Unlink it there first."
    )
    assert await rows_of(viewer) == before


async def test_of_two_links_of_one_account_at_once_one_is_made(database: None) -> None:
    viewer = await new_viewer()
    creators = [await new_creator(viewer, name) for name in ("One", "Other")]
    for _ in range(10):
        account = await new_account(viewer, NOW)
        answers = await asyncio.gather(
            *(link_account(viewer, creator.id, account.id, now=LATER) for creator in creators), return_exceptions=True
        )
        (made,) = [answer for answer in answers if isinstance(answer, Linked)]
        (refused,) = [answer for answer in answers if isinstance(answer, AccountLinkedElsewhere)]
        assert refused.creator.id == made.creator.id
        assert await standing(account) == (made.creator.id, True, False)


async def test_a_link_and_a_pause_at_once_leave_the_account_paused_with_its_creator(database: None) -> None:
    viewer = await new_viewer()
    for _ in range(10):
        creator, account = await new_creator(viewer), await new_account(viewer, NOW)
        await asyncio.gather(
            link_account(viewer, creator.id, account.id, now=LATER),
            update_creator(viewer, creator.id, PAUSE, now=LATER),
        )
        assert await standing(account) == (creator.id, False, True)


async def test_a_link_and_a_deletion_at_once_leave_no_link_to_nothing(database: None) -> None:
    viewer = await new_viewer()
    for _ in range(10):
        creator, account = await new_creator(viewer, is_active=False), await new_account(viewer, NOW)
        linked, _ = await asyncio.gather(
            link_account(viewer, creator.id, account.id, now=LATER),
            delete_creator(viewer, creator.id, now=LATER),
            return_exceptions=True,
        )
        assert isinstance(linked, Linked | NotFound)
        assert await standing(account) == (None, True, False)


async def test_a_creator_sums_up_its_accounts(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    accounts = [await new_linked(viewer, creator) for _ in range(2)]
    only_tiktok = (await load_creators(viewer, [creator.id]))[creator.id]
    assert (only_tiktok.account_count, only_tiktok.platform, only_tiktok.followers) == (2, Platform.TIKTOK, None)

    for account, followers in zip(accounts, (3_000_000_000, 2_000_000_005), strict=True):
        await record(account, account_facts(account, NOW, [], {"followers": followers}))
    await new_linked(viewer, creator, Platform.INSTAGRAM)
    both = (await load_creators(viewer, [creator.id]))[creator.id]
    assert both.platforms == {Platform.TIKTOK: 2, Platform.INSTAGRAM: 1}
    assert (both.account_count, both.platform, both.followers) == (3, None, 5_000_000_005)

    await unlink_account(viewer, creator.id, accounts[0].id, now=LATER)
    rest = (await load_creators(viewer, [creator.id]))[creator.id]
    assert (rest.account_count, rest.followers) == (2, 2_000_000_005)


async def test_unlinking_leaves_the_account_tracked(database: None) -> None:
    viewer = await new_viewer()
    creator, other = await new_creator(viewer), await new_creator(viewer)
    account = await new_linked(viewer, creator)
    unlinked = await unlink_account(viewer, creator.id, account.id, now=LATER)
    assert unlinked == replace(account, creator_id=None, creator_name=None, linked_at=None)
    assert await load_accounts(viewer, [account.id]) == {account.id: unlinked}
    for creator_id, account_id, path in [
        (creator.id, account.id, "account_id"),
        (other.id, account.id, "account_id"),
        (creator.id, uuid4(), "account_id"),
        (uuid4(), account.id, "creator_id"),
    ]:
        with pytest.raises(NotFound) as refused:
            await unlink_account(viewer, creator_id, account_id, now=LATER)
        assert refused.value.path == (path,)


async def test_changes_need_the_write_scope_and_reading_the_read_scope(database: None) -> None:
    viewer = await new_viewer()
    creator = await new_creator(viewer)
    account = await new_linked(viewer, creator)
    before = await rows_of(viewer)
    reader = replace(viewer, scopes=frozenset({Scope.READ}))
    for change in (
        create_creator(reader, NewCreator("Somebody"), now=LATER),
        update_creator(reader, creator.id, PAUSE, now=LATER),
        delete_creator(reader, creator.id, now=LATER),
        link_account(reader, creator.id, account.id, now=LATER),
        unlink_account(reader, creator.id, account.id, now=LATER),
        set_account_active(reader, account.id, False, now=LATER),
    ):
        with pytest.raises(Forbidden):
            await change
    assert await rows_of(viewer) == before
    assert list(await load_creators(reader, [creator.id])) == [creator.id]
    nobody = replace(viewer, scopes=frozenset())
    for reading in (
        load_creators(nobody, [creator.id]),
        list_creators(nobody, CreatorFilter(), page_request(), with_total=False),
        list_linked_accounts(nobody, [creator.id], page_request(), with_total=False),
    ):
        with pytest.raises(Forbidden):
            await reading


async def test_nobody_sees_or_touches_anothers(database: None) -> None:
    one, other = await new_viewer(), await new_viewer()
    creator, mine = await new_creator(one), await new_creator(other)
    account, own = await new_linked(one, creator), await new_account(other, NOW)
    before = await rows_of(one) + await rows_of(other)
    for change, path in [
        (update_creator(other, creator.id, PAUSE, now=LATER), "creator_id"),
        (delete_creator(other, creator.id, now=LATER), "creator_id"),
        (link_account(other, creator.id, own.id, now=LATER), "creator_id"),
        (link_account(other, mine.id, account.id, now=LATER), "account_id"),
        (unlink_account(other, creator.id, account.id, now=LATER), "creator_id"),
        (unlink_account(other, mine.id, account.id, now=LATER), "account_id"),
        (set_account_active(other, account.id, False, now=LATER), "account_id"),
    ]:
        with pytest.raises(NotFound) as refused:
            await change
        assert refused.value.path == (path,)
    assert await rows_of(one) + await rows_of(other) == before
    assert await load_creators(other, [creator.id]) == {}
    seen = await list_linked_accounts(other, [creator.id], page_request(), with_total=True)
    assert (list(seen[creator.id].nodes), seen[creator.id].total_count) == ([], 0)
    page = await list_creators(other, CreatorFilter(), page_request(), with_total=True)
    assert ([creator.id for creator in page.nodes], page.total_count) == ([mine.id], 1)
    cursor = creator_cursor(one, CreatorFilter(), creator)
    with pytest.raises(InvalidCursor):
        await list_creators(other, CreatorFilter(), page_request(after=cursor), with_total=False)


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_of_creators_fit_together_both_ways(database: None, size: int) -> None:
    viewer = await new_viewer()
    # Two of each instant: the id decides between them.
    made = [
        await create_creator(viewer, NewCreator(str(number)), now=NOW + timedelta(minutes=number // 2))
        for number in range(5)
    ]
    newest_first = [c.name for c in sorted(made, key=lambda c: (c.added_at, c.id), reverse=True)]
    forward: list[str] = []
    cursor = None
    while True:
        page = await list_creators(viewer, CreatorFilter(), page_request(size, cursor), with_total=True)
        assert (page.total_count, page.has_previous_page) == (5, cursor is not None)
        forward += [creator.name for creator in page.nodes]
        if not page.has_next_page:
            break
        cursor = page.cursors[-1]
    assert forward == newest_first
    backward: list[str] = []
    cursor = None
    while True:
        page = await list_creators(viewer, CreatorFilter(), page_request(None, None, size, cursor), with_total=False)
        backward = [creator.name for creator in page.nodes] + backward
        if not page.has_previous_page:
            break
        cursor = page.cursors[0]
    assert backward == newest_first


async def test_creators_are_filtered_and_cursors_bound_to_the_filter(database: None) -> None:
    viewer = await new_viewer()
    active, paused = await new_creator(viewer), await new_creator(viewer, is_active=False)
    for is_active, expected in ((True, active), (False, paused)):
        filter = CreatorFilter(is_active)
        page = await list_creators(viewer, filter, page_request(), with_total=True)
        assert (page.nodes, page.total_count) == ([expected], 1)
        assert list(page.cursors) == [creator_cursor(viewer, filter, expected)]
        for foreign in (CreatorFilter(), CreatorFilter(not is_active)):
            with pytest.raises(InvalidCursor) as refused:
                await list_creators(viewer, foreign, page_request(after=page.cursors[0]), with_total=False)
            assert refused.value.path == ("after",)


async def test_accounts_of_many_creators_come_the_one_linked_last_first(database: None) -> None:
    viewer = await new_viewer()
    creators = [await new_creator(viewer) for _ in range(2)]
    linked: dict[UUID, list[UUID]] = {creator.id: [] for creator in creators}
    for minute in (3, 1, 2):
        for creator in creators:
            account = await new_account(viewer, NOW)
            await link_account(viewer, creator.id, account.id, now=NOW + timedelta(minutes=minute))
            linked[creator.id].append(account.id)
    first = await list_linked_accounts(viewer, [c.id for c in creators], page_request(2), with_total=True)
    for creator in creators:
        third, oldest, second = linked[creator.id]
        page = first[creator.id]
        assert [account.id for account in page.nodes] == [third, second]
        assert (page.total_count, page.has_next_page, page.has_previous_page) == (3, True, False)
        rest = await list_linked_accounts(viewer, [creator.id], page_request(2, page.cursors[1]), with_total=False)
        assert [account.id for account in rest[creator.id].nodes] == [oldest]
    foreign = first[creators[0].id].cursors[0]
    with pytest.raises(InvalidCursor):
        await list_linked_accounts(viewer, [creators[1].id], page_request(2, foreign), with_total=False)
    assert await list_linked_accounts(viewer, [], page_request(), with_total=False) == {}


@pytest.mark.parametrize("creators", [1, 7])
async def test_reading_creators_takes_one_statement_however_many(
    database: None, monkeypatch: pytest.MonkeyPatch, creators: int
) -> None:
    viewer = await new_viewer()
    made = [await new_creator(viewer) for _ in range(creators)]
    for creator in made:
        await new_linked(viewer, creator)
    ids = [creator.id for creator in made]
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    assert len(await load_creators(viewer, ids)) == creators
    assert statements == 1
    assert len((await list_creators(viewer, CreatorFilter(), page_request(), with_total=False)).nodes) == creators
    assert statements == 2
    pages = await list_linked_accounts(viewer, ids, page_request(), with_total=False)
    assert [len(pages[id].nodes) for id in ids] == [1] * creators
    assert statements == 3
