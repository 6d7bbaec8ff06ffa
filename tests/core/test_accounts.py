"""Tracking and listing accounts: one account once, one organization never in another's, pages that fit together."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core.analytics.video_lists import list_videos_of
from app.core.tracking.accounts import (
    NewAccount,
    account_cursor,
    find_account,
    list_accounts,
    load_accounts,
    track_account,
)
from app.core.tracking.videos import load_videos
from app.domain.cursors import page_request
from app.domain.filters import AccountFilter
from app.domain.platforms import Platform
from app.domain.problems import Forbidden, HandleTaken, InvalidCursor, InvalidInput
from app.domain.records import Account
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.store.db import fetch
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-01 08:00")
TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM
NEW = NewAccount(TIKTOK, "somebody")


async def count_accounts(viewer: Viewer) -> int:
    rows = await fetch("SELECT count(*) AS n FROM account WHERE organization_id = $1", viewer.organization_id)
    return int(rows[0]["n"])


async def test_a_tracked_account_is_due_at_once(database: None) -> None:
    viewer = await new_viewer()
    account = await track_account(
        viewer, NewAccount(INSTAGRAM, "@Rival_One", " sports ", {"tier": "gold"}, 12), now=NOW
    )
    assert (account.platform, account.handle, account.url) == (
        INSTAGRAM,
        "rival_one",
        "https://www.instagram.com/rival_one/",
    )
    assert (account.category, account.metadata, account.refresh_interval_hours) == ("sports", {"tier": "gold"}, 12)
    assert (account.added_at, account.next_refresh_at, account.last_refreshed_at) == (NOW, NOW, None)
    assert (account.followers, account.views, account.discovered_posts) == (None, None, 0)
    assert await load_accounts(viewer, [account.id, uuid4()]) == {account.id: account}
    assert await find_account(viewer, INSTAGRAM, "https://instagram.com/RIVAL_one") == account
    assert await find_account(viewer, TIKTOK, "rival_one") is None


async def test_an_account_is_tracked_once_whatever_its_spelling_and_however_many_ask(database: None) -> None:
    viewer = await new_viewer()
    spellings = ["somebody", "@SomeBody", "https://www.tiktok.com/@somebody"] * 4
    answers = await asyncio.gather(
        *(track_account(viewer, NewAccount(TIKTOK, text), now=NOW) for text in spellings), return_exceptions=True
    )
    tracked = [answer for answer in answers if isinstance(answer, Account)]
    refused = [answer for answer in answers if isinstance(answer, HandleTaken)]
    assert (len(tracked), len(refused)) == (1, 11)
    assert {problem.account.id for problem in refused} == {tracked[0].id}
    assert refused[0].path == ("handle",)
    assert await count_accounts(viewer) == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"handle": ""}, "handle"),
        ({"handle": "not a handle"}, "handle"),
        ({"category": "x" * 129}, "category"),
        ({"category": "a\0b"}, "category"),
        ({"metadata": {str(number): "x" for number in range(21)}}, "metadata"),
        ({"metadata": {"": "x"}}, "metadata"),
        ({"metadata": {"x" * 256: "x"}}, "metadata"),
        ({"metadata": {"x": "x" * 256}}, "metadata"),
        ({"metadata": {"x": "\0"}}, "metadata"),
        ({"metadata": {"x": 5}}, "metadata"),
        ({"refresh_interval_hours": 5}, "refresh_interval_hours"),
        ({"refresh_interval_hours": 721}, "refresh_interval_hours"),
    ],
)
async def test_bad_input_is_named_and_leaves_no_trace(database: None, change: dict[str, Any], path: str) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await track_account(viewer, replace(NEW, **change), now=NOW)
    assert refused.value.path == (path,)
    assert await count_accounts(viewer) == 0


async def test_tracking_needs_the_write_scope(database: None) -> None:
    reader = await new_viewer(frozenset({Scope.READ}))
    with pytest.raises(Forbidden):
        await track_account(reader, NEW, now=NOW)
    assert await count_accounts(reader) == 0
    writer = await new_viewer(frozenset({Scope.WRITE}))
    await track_account(writer, NEW, now=NOW)
    assert len((await list_accounts(writer, AccountFilter(), page_request(), with_total=False)).nodes) == 1


async def test_nobody_sees_anothers(database: None) -> None:
    one, other = await new_viewer(), await new_viewer()
    account = await track_account(one, NEW, now=NOW)
    await record(account, account_facts(account, NOW, [post("p", None, {"views": 5})]))
    video = (await list_videos_of(one, SubjectKind.ACCOUNT, [account.id], page_request(), with_total=False))[
        account.id
    ].nodes[0]
    assert await load_accounts(other, [account.id]) == {}
    assert await load_videos(other, [video.id]) == {}
    assert await find_account(other, TIKTOK, "somebody") is None
    assert (await list_accounts(other, AccountFilter(), page_request(), with_total=True)).total_count == 0
    seen = (await list_videos_of(other, SubjectKind.ACCOUNT, [account.id], page_request(), with_total=True))[account.id]
    assert (list(seen.nodes), seen.total_count) == ([], 0)
    mine = await track_account(other, NEW, now=NOW)
    assert mine.id != account.id
    cursor = account_cursor(one, AccountFilter(), account)
    with pytest.raises(InvalidCursor):
        await list_accounts(other, AccountFilter(), page_request(after=cursor), with_total=False)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_fit_together_both_ways(database: None, size: int) -> None:
    viewer = await new_viewer()
    # Two of each instant: the id decides between them.
    accounts = [await new_account(viewer, NOW + timedelta(minutes=number // 2)) for number in range(7)]
    newest_first = [a.id for a in sorted(accounts, key=lambda a: (a.added_at, a.id), reverse=True)]

    forward, cursor = [], None
    while True:
        page = await list_accounts(viewer, AccountFilter(), page_request(size, cursor), with_total=True)
        assert page.total_count == 7
        assert page.has_previous_page == (cursor is not None)
        forward += [account.id for account in page.nodes]
        if not page.has_next_page:
            break
        cursor = page.cursors[-1]
    assert forward == newest_first

    backward, cursor = [], None
    while True:
        page = await list_accounts(viewer, AccountFilter(), page_request(None, None, size, cursor), with_total=False)
        assert page.total_count is None
        backward = [account.id for account in page.nodes] + backward
        if not page.has_previous_page:
            break
        cursor = page.cursors[0]
    assert backward == newest_first


async def test_an_account_added_while_paging_moves_nothing(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW + timedelta(minutes=number)) for number in range(4)]
    page = await list_accounts(viewer, AccountFilter(), page_request(2), with_total=False)
    await new_account(viewer, NOW + timedelta(hours=1))
    rest = await list_accounts(viewer, AccountFilter(), page_request(2, page.cursors[-1]), with_total=False)
    assert [a.id for a in [*page.nodes, *rest.nodes]] == [a.id for a in reversed(accounts)]
    assert not rest.has_next_page


async def test_a_cursor_is_bound_to_its_filter(database: None) -> None:
    viewer = await new_viewer()
    await new_account(viewer, NOW)
    page = await list_accounts(viewer, AccountFilter(frozenset({TIKTOK})), page_request(), with_total=False)
    assert len(page.nodes) == 1
    assert (
        await list_accounts(viewer, AccountFilter(frozenset({INSTAGRAM})), page_request(), with_total=False)
    ).nodes == []
    with pytest.raises(InvalidCursor) as refused:
        await list_accounts(viewer, AccountFilter(), page_request(after=page.cursors[0]), with_total=False)
    assert refused.value.path == ("after",)


async def test_videos_of_many_accounts_come_newest_first_and_undated_ones_last(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(2)]
    for account in accounts:
        dated = [post(f"{account.handle}-{day}", at(f"2026-02-{day:02}"), {"views": day}) for day in (3, 9, 5)]
        await record(account, account_facts(account, NOW, [*dated, post(f"{account.handle}-none", None, {"likes": 1})]))
    first = await list_videos_of(
        viewer, SubjectKind.ACCOUNT, [a.id for a in accounts], page_request(3), with_total=True
    )
    for account in accounts:
        page = first[account.id]
        assert [video.external_id.split("-")[1] for video in page.nodes] == ["9", "5", "3"]
        assert (page.total_count, page.has_next_page) == (4, True)
        rest = await list_videos_of(
            viewer, SubjectKind.ACCOUNT, [account.id], page_request(3, page.cursors[-1]), with_total=False
        )
        assert [video.external_id.split("-")[1] for video in rest[account.id].nodes] == ["none"]
    foreign = first[accounts[0].id].cursors[0]
    with pytest.raises(InvalidCursor):
        await list_videos_of(viewer, SubjectKind.ACCOUNT, [accounts[1].id], page_request(3, foreign), with_total=False)
