"""Lists under every filter and every order, against a plain reading of the same rows."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from app.core.analytics.video_lists import list_videos, list_videos_of, video_cursor
from app.core.tracking.accounts import account_cursor, list_accounts
from app.core.tracking.creators import creator_cursor, list_creators, list_linked_accounts
from app.domain.cursors import PageRequest
from app.domain.filters import (
    NEWEST_ACCOUNTS,
    NEWEST_CREATORS,
    NEWEST_VIDEOS,
    AccountFilter,
    AccountOrderField,
    CountRange,
    CreatorFilter,
    CreatorOrderField,
    OrderDirection,
    OrderKey,
    Period,
    VideoFilter,
    VideoOrderField,
)
from app.domain.metrics import total_of
from app.domain.platforms import Platform, VideoKind
from app.domain.series import SubjectKind
from app.store.ids import new_id
from tests.core.listed import HOUR, START, AccountRow, CreatorRow, Stock, VideoRow, check_pages, holds, in_order
from tests.factories import new_viewer

ASC, DESC = OrderDirection.ASC, OrderDirection.DESC
SIZES = (1, 4, 200)
NOBODY = new_id()
TEXTS = ("zo", "ZOË", "50%", "0% o", "a_b", "\\", "ant", "off\\n", "é", "éclair", "zoo", "oe", "zoe cooks")
RANGES = (CountRange(), CountRange(min=1), CountRange(max=1), CountRange(1, 7), CountRange(0, 0), CountRange(min=-3))
TEAM_A, TIER_1 = ("team", "a"), ("tier", "1")
LABELS = (frozenset({TEAM_A}), frozenset({TEAM_A, TIER_1}), frozenset({("team", "c")}), frozenset({("a", "team")}))

AccountCondition = Callable[[AccountRow], bool]
VideoCondition = Callable[[VideoRow], bool]


async def stocked(accounts: int = 40, videos: int = 0) -> Stock:
    """Rows of all sorts, and those of another organization beside them."""
    for seed in (1, 2):
        stock = Stock(await new_viewer(), seed)
        await stock.add(creators=12, accounts=accounts, videos=videos)
    return stock


def within(value: int | None, bounds: CountRange) -> bool:
    if bounds == CountRange():
        return True
    return (
        value is not None
        and (bounds.min is None or value >= bounds.min)
        and (bounds.max is None or value <= bounds.max)
    )


def directed(fields: Sequence[Any]) -> list[tuple[OrderKey[Any], ...]]:
    """Orders by each field in both directions, and by two, three and four of them in directions that differ."""
    single = [(OrderKey(field, direction),) for field in fields for direction in OrderDirection]
    double = [(OrderKey(one, ASC), OrderKey(other, DESC)) for one, other in pairwise(fields)]
    double += [(OrderKey(other, DESC), OrderKey(one, DESC)) for one, other in pairwise(fields)]
    longest = [
        tuple(OrderKey(field, direction) for field, direction in zip(fields[at : at + 4], directions, strict=True))
        for at in range(len(fields) - 3)
        for directions in ((DESC, ASC, ASC, DESC), (ASC, ASC, DESC, ASC), (DESC, DESC, DESC, DESC))
    ]
    return [*single, *double, *longest]


def account_filters(stock: Stock) -> list[tuple[AccountFilter, AccountCondition]]:
    some, other = stock.creators[0].id, stock.creators[1].id
    tiktok, food = frozenset({Platform.TIKTOK}), frozenset({"food", "10%"})
    return [
        (AccountFilter(), lambda row: True),
        (AccountFilter(platforms=tiktok), lambda row: row.platform == "tiktok"),
        (AccountFilter(platforms=frozenset(Platform)), lambda row: True),
        (AccountFilter(platforms=frozenset()), lambda row: False),
        (AccountFilter(categories=frozenset({"food"})), lambda row: row.category == "food"),
        (AccountFilter(categories=food), lambda row: row.category in ("food", "10%")),
        (AccountFilter(creator_ids=frozenset({some})), lambda row: row.creator_id == some),
        (AccountFilter(creator_ids=frozenset({some, other, NOBODY})), lambda row: row.creator_id in (some, other)),
        (AccountFilter(creator_ids=frozenset({NOBODY})), lambda row: False),
        *(
            (AccountFilter(has_creator=wanted), lambda row, wanted=wanted: (row.creator_id is not None) is wanted)
            for wanted in (True, False)
        ),
        *(
            (AccountFilter(**{name: wanted}), lambda row, name=name, wanted=wanted: getattr(row, name) is wanted)
            for name in ("is_active", "is_unavailable", "is_verified", "is_private")
            for wanted in (True, False)
        ),
        *(
            (AccountFilter(metadata=labels), lambda row, labels=labels: labels <= set(row.metadata))
            for labels in LABELS
        ),
        *(
            (AccountFilter(followers=bounds), lambda row, bounds=bounds: within(row.followers, bounds))
            for bounds in RANGES
        ),
        *(
            (AccountFilter(text=text), lambda row, text=text: holds(text, row.handle, row.display_name))
            for text in TEXTS
        ),
        *(
            (AccountFilter(handle=text), lambda row, text=text: text.lower() in row.handle)
            for text in ("a", "ER", "_", "%", "\\", "zo", "nobody")
        ),
        (AccountFilter(text=" \n"), lambda row: True),
        (
            AccountFilter(platforms=tiktok, is_active=True, has_creator=True, text="o", metadata=frozenset({TEAM_A})),
            lambda row: (
                row.platform == "tiktok"
                and row.is_active
                and row.creator_id is not None
                and holds("o", row.handle, row.display_name)
                and TEAM_A in row.metadata
            ),
        ),
    ]


def account_value(field: AccountOrderField) -> Callable[[AccountRow], Any]:
    if field is AccountOrderField.DISPLAY_NAME:
        return lambda row: None if row.display_name is None else row.display_name.lower()
    return lambda row: getattr(row, field.value)


async def test_accounts_are_those_of_the_filter(database: None) -> None:
    stock = await stocked()
    for filter, condition in account_filters(stock):

        async def read(page: PageRequest, filter: AccountFilter = filter) -> Any:
            return await list_accounts(stock.viewer, filter, page, with_total=True)

        expected = in_order(filter_rows(stock.accounts, condition), (lambda row: row.added_at, True))
        await check_pages(read, expected, (5,), filter)


def filter_rows(rows: Sequence[Any], condition: Callable[[Any], bool]) -> list[Any]:
    return [row for row in rows if condition(row)]


async def test_accounts_are_in_the_order_asked_for(database: None) -> None:
    stock = await stocked(24)
    for order in directed(list(AccountOrderField)):

        async def read(page: PageRequest, order: Any = order) -> Any:
            return await list_accounts(stock.viewer, AccountFilter(), page, order, with_total=True)

        keys = [(account_value(key.field), key.descending) for key in order]
        await check_pages(read, in_order(stock.accounts, *keys), SIZES, order)


async def test_each_creators_accounts_take_filters_and_orders(database: None) -> None:
    stock = await stocked()
    ids = [creator.id for creator in stock.creators]
    newest = (OrderKey(AccountOrderField.LINKED_AT, DESC),)
    for filter, condition in account_filters(stock)[::3]:
        for order in (
            newest,
            (OrderKey(AccountOrderField.FOLLOWER_COUNT, DESC), OrderKey(AccountOrderField.HANDLE, ASC)),
        ):
            keys = [(account_value(key.field), key.descending) for key in order]
            expected = {
                creator.id: in_order(filter_rows(stock.accounts_of(creator), condition), *keys)
                for creator in stock.creators
            }
            whole = await list_linked_accounts(stock.viewer, ids, PageRequest(200), filter, order, with_total=True)
            assert {id: [node.id for node in page.nodes] for id, page in whole.items()} == expected, (filter, order)
            busiest = max(expected, key=lambda id: len(expected[id]))

            async def read(page: PageRequest, filter: Any = filter, order: Any = order, one: UUID = busiest) -> Any:
                found = await list_linked_accounts(stock.viewer, [one], page, filter, order, with_total=True)
                return found[one]

            await check_pages(read, expected[busiest], (1, 2), (filter, order))


async def test_creators_take_filters_and_orders(database: None) -> None:
    stock = await stocked(30)

    def values(field: CreatorOrderField) -> Callable[[CreatorRow], Any]:
        return {
            CreatorOrderField.ADDED_AT: lambda row: row.added_at,
            CreatorOrderField.NAME: lambda row: row.name.lower(),
            CreatorOrderField.ACCOUNT_COUNT: lambda row: len(stock.accounts_of(row)),
            CreatorOrderField.FOLLOWER_COUNT: lambda row: total_of(a.followers for a in stock.accounts_of(row)),
        }[field]

    tiktok = frozenset({Platform.TIKTOK})
    filters: list[tuple[CreatorFilter, Callable[[CreatorRow], bool]]] = [
        (CreatorFilter(), lambda row: True),
        (CreatorFilter(is_active=False), lambda row: not row.is_active),
        (CreatorFilter(name=" ZEBRA"), lambda row: row.name == "ZEBRA"),
        (CreatorFilter(name="zoë"), lambda row: row.name == "Zoë"),
        (CreatorFilter(name="zoe"), lambda row: False),
        (CreatorFilter(name="ANT"), lambda row: row.name in ("ant", "Ant")),
        (CreatorFilter(name=""), lambda row: False),
        (CreatorFilter(platforms=tiktok), lambda row: any(a.platform == "tiktok" for a in stock.accounts_of(row))),
        (CreatorFilter(platforms=frozenset(Platform)), lambda row: bool(stock.accounts_of(row))),
        *(
            (CreatorFilter(metadata=labels), lambda row, labels=labels: labels <= set(row.metadata))
            for labels in LABELS
        ),
        *((CreatorFilter(text=text), lambda row, text=text: holds(text, row.name)) for text in TEXTS),
    ]
    for filter, condition in filters:
        for order in (NEWEST_CREATORS, (OrderKey(CreatorOrderField.FOLLOWER_COUNT, ASC),)):
            await check_creators(stock, filter, filter_rows(stock.creators, condition), order, values)
    for order in directed(list(CreatorOrderField)):
        await check_creators(stock, CreatorFilter(), stock.creators, order, values)


async def check_creators(stock: Stock, filter: CreatorFilter, rows: Any, order: Any, values: Any) -> None:
    async def read(page: PageRequest) -> Any:
        return await list_creators(stock.viewer, filter, page, order, with_total=True)

    keys = [(values(key.field), key.descending) for key in order]
    await check_pages(read, in_order(rows, *keys), (1, 3), (filter, order))


def video_filters(stock: Stock) -> list[tuple[VideoFilter, VideoCondition]]:
    accounts = [account.id for account in stock.accounts if not account.is_removed]
    creators = [creator.id for creator in stock.creators]
    start, end = START + 2 * HOUR, START + 5 * HOUR
    return [
        (VideoFilter(), lambda row: True),
        (VideoFilter(account_ids=frozenset({accounts[0]})), lambda row: row.account_id == accounts[0]),
        (VideoFilter(account_ids=frozenset(accounts[:5])), lambda row: row.account_id in accounts[:5]),
        (VideoFilter(account_ids=frozenset()), lambda row: False),
        (VideoFilter(creator_ids=frozenset(creators[:1])), lambda row: stock.creator_of(row) == creators[0]),
        (VideoFilter(creator_ids=frozenset(creators[:4])), lambda row: stock.creator_of(row) in creators[:4]),
        (VideoFilter(platforms=frozenset({Platform.INSTAGRAM})), lambda row: row.platform == "instagram"),
        (VideoFilter(kinds=frozenset({VideoKind.REEL})), lambda row: row.kind == "reel"),
        (VideoFilter(kinds=frozenset({VideoKind.REEL, VideoKind.IMAGE})), lambda row: row.kind in ("reel", "image")),
        (VideoFilter(kinds=frozenset()), lambda row: False),
        (VideoFilter(published=Period()), lambda row: True),
        (VideoFilter(published=Period(start)), lambda row: row.published_at is not None and row.published_at >= start),
        (VideoFilter(published=Period(None, end)), lambda row: row.published_at is not None and row.published_at < end),
        (
            VideoFilter(published=Period(start, end)),
            lambda row: row.published_at is not None and start <= row.published_at < end,
        ),
        *((VideoFilter(text=text), lambda row, text=text: holds(text, row.caption)) for text in TEXTS),
        *((VideoFilter(views=bounds), lambda row, bounds=bounds: within(row.views, bounds)) for bounds in RANGES),
        *(
            (VideoFilter(is_tracked=wanted), lambda row, wanted=wanted: (row.added_at is not None) is wanted)
            for wanted in (True, False)
        ),
        *(
            (VideoFilter(is_discovered=wanted), lambda row, wanted=wanted: (row.account_id is not None) is wanted)
            for wanted in (True, False)
        ),
        *(
            (
                VideoFilter(has_creator=wanted),
                lambda row, wanted=wanted: (stock.creator_of(row) is not None) is wanted,
            )
            for wanted in (True, False)
        ),
        (VideoFilter(is_active=True), lambda row: True),
        (VideoFilter(is_active=False), lambda row: False),
        *(
            (VideoFilter(**{name: wanted}), lambda row, name=name, wanted=wanted: getattr(row, name) is wanted)
            for name in ("is_unavailable", "is_pinned")
            for wanted in (True, False)
        ),
        (
            VideoFilter(
                creator_ids=frozenset(creators),
                views=CountRange(min=1),
                text="o",
                published=Period(START),
                is_pinned=True,
            ),
            lambda row: (
                stock.creator_of(row) is not None
                and within(row.views, CountRange(min=1))
                and holds("o", row.caption)
                and row.published_at is not None
                and row.is_pinned
            ),
        ),
    ]


def video_value(field: VideoOrderField) -> Callable[[VideoRow], Any]:
    return lambda row: getattr(row, field.value)


async def test_videos_are_those_of_the_filter(database: None) -> None:
    stock = await stocked(videos=70)
    for filter, condition in video_filters(stock):

        async def read(page: PageRequest, filter: VideoFilter = filter) -> Any:
            return await list_videos(stock.viewer, filter, page, with_total=True)

        expected = in_order(filter_rows(stock.videos, condition), (lambda row: row.published_at, True))
        await check_pages(read, expected, (7,), filter)


async def test_videos_are_in_the_order_asked_for(database: None) -> None:
    stock = await stocked(10, videos=24)
    for order in directed(list(VideoOrderField)):

        async def read(page: PageRequest, order: Any = order) -> Any:
            return await list_videos(stock.viewer, VideoFilter(), page, order, with_total=True)

        keys = [(video_value(key.field), key.descending) for key in order]
        await check_pages(read, in_order(stock.videos, *keys), SIZES, order)


@pytest.mark.parametrize("kind", [SubjectKind.ACCOUNT, SubjectKind.CREATOR])
async def test_the_videos_of_each_take_filters_and_orders(database: None, kind: SubjectKind) -> None:
    stock = await stocked(8, videos=70)
    owners = [
        row.id for row in (stock.accounts if kind is SubjectKind.ACCOUNT else stock.creators) if not row.is_removed
    ]

    def owner_of(row: VideoRow) -> UUID | None:
        return row.account_id if kind is SubjectKind.ACCOUNT else stock.creator_of(row)

    by_views = (OrderKey(VideoOrderField.VIEW_COUNT, DESC), OrderKey(VideoOrderField.PUBLISHED_AT, ASC))
    for filter, condition in video_filters(stock)[::2]:
        for order in (NEWEST_VIDEOS, by_views):
            keys = [(video_value(key.field), key.descending) for key in order]
            chosen = filter_rows(stock.videos, condition)
            expected = {id: in_order([row for row in chosen if owner_of(row) == id], *keys) for id in owners}
            pages = await list_videos_of(stock.viewer, kind, owners, PageRequest(200), filter, order, with_total=True)
            assert {id: [node.id for node in page.nodes] for id, page in pages.items()} == expected, (filter, order)
            busiest = max(expected, key=lambda id: len(expected[id]))

            async def read(page: PageRequest, filter: Any = filter, order: Any = order, one: UUID = busiest) -> Any:
                found = await list_videos_of(stock.viewer, kind, [one], page, filter, order, with_total=True)
                return found[one]

            await check_pages(read, expected[busiest], (2,), (filter, order))


@pytest.mark.parametrize("what", ["accounts", "videos"])
async def test_a_walk_sees_each_old_row_once_whatever_is_added(database: None, what: str) -> None:
    stock = await stocked(16, videos=16)
    fields: list[Any] = list(AccountOrderField if what == "accounts" else VideoOrderField)
    newest = NEWEST_ACCOUNTS if what == "accounts" else NEWEST_VIDEOS
    for order in [newest, *directed(fields)[:: 3 if what == "videos" else 5]]:
        old: list[Any] = list(getattr(stock, what))
        keys = [((account_value if what == "accounts" else video_value)(key.field), key.descending) for key in order]
        for backward in (False, True):
            seen: list[UUID] = []
            cursor = None
            while True:
                page = PageRequest(3, cursor, backward)
                if what == "accounts":
                    found: Any = await list_accounts(stock.viewer, AccountFilter(), page, order, with_total=False)
                else:
                    found = await list_videos(stock.viewer, VideoFilter(), page, order, with_total=False)
                ids = [node.id for node in found.nodes]
                seen = [*ids, *seen] if backward else [*seen, *ids]
                if not (found.has_previous_page if backward else found.has_next_page):
                    break
                cursor = found.cursors[0 if backward else -1]
                if len(getattr(stock, what)) < len(old) + 12:
                    await stock.add(**{what: 2})
            known = {row.id for row in old}
            assert [id for id in seen if id in known] == in_order(old, *keys), (order, backward)


async def test_the_edge_of_something_new_has_the_cursor_it_has_in_its_list(database: None) -> None:
    stock = await stocked(6, videos=12)
    viewer, page = stock.viewer, PageRequest(200)
    tiktok = frozenset({Platform.TIKTOK})
    for filter in (VideoFilter(), VideoFilter(text=" Zo"), VideoFilter(platforms=tiktok)):
        videos = await list_videos(viewer, filter, page, with_total=False)
        assert list(videos.cursors) == [video_cursor(viewer, filter, video) for video in videos.nodes]
    for chosen in (AccountFilter(), AccountFilter(text=" "), AccountFilter(platforms=tiktok)):
        accounts = await list_accounts(viewer, chosen, page, with_total=False)
        assert list(accounts.cursors) == [account_cursor(viewer, chosen, account) for account in accounts.nodes]
    creators = await list_creators(viewer, CreatorFilter(), page, with_total=False)
    assert list(creators.cursors) == [creator_cursor(viewer, CreatorFilter(), creator) for creator in creators.nodes]
