"""Tracking and linking many at once: each by itself, in as many statements as for two, whoever does the same."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.tracking.accounts import NewAccount, list_accounts, load_accounts, track_account, track_accounts
from app.core.tracking.creators import (
    CreatorChange,
    NewCreator,
    create_creator,
    link_account,
    link_accounts,
    load_creators,
    update_creator,
)
from app.core.tracking.removal import remove_account
from app.core.tracking.videos import NewVideo, load_videos, track_videos
from app.domain.cursors import page_request
from app.domain.filters import AccountFilter
from app.domain.platforms import Platform
from app.domain.problems import (
    AccountLinkedElsewhere,
    Forbidden,
    HandleTaken,
    InvalidInput,
    NotFound,
    Problem,
    QuotaReached,
    VideoTaken,
)
from app.domain.records import Account, Video
from app.domain.viewer import Scope, Viewer
from app.store.db import execute, fetch
from tests.core.asking import gains, video_of, window
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record

NOW = at("2026-03-01 08:00")
DAY = timedelta(days=1)
TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM
IDS = [str(7 * 10**18 + number) for number in range(200)]


def outcome(answer: Account | Video | Problem) -> object:
    """What an answer is in short: the handle or external id, or which problem, where, and with what."""
    match answer:
        case Account():
            return answer.handle
        case Video():
            return answer.external_id
        case HandleTaken():
            return HandleTaken, answer.path, answer.account.id
        case VideoTaken():
            return VideoTaken, answer.path, answer.video.id
        case QuotaReached():
            return QuotaReached, answer.path, answer.limit
        case AccountLinkedElsewhere():
            return AccountLinkedElsewhere, answer.path, answer.creator.id
    return type(answer), answer.path


async def handles(viewer: Viewer) -> list[str]:
    page = await list_accounts(viewer, AccountFilter(), page_request(first=200), with_total=False)
    return sorted(account.handle for account in page.nodes)


async def test_each_account_is_reported_by_itself(database: None) -> None:
    viewer = await new_viewer()
    present = await track_account(viewer, NewAccount(TIKTOK, "present"), now=NOW - DAY)
    creator = await create_creator(viewer, NewCreator("Somebody"), now=NOW)
    given = InvalidInput("given", "metadata")
    answers = await track_accounts(
        viewer,
        [
            NewAccount(TIKTOK, "@First", " sports ", {"tier": "gold"}, 12, creator.id),
            NewAccount(TIKTOK, "present"),
            NewAccount(TIKTOK, "no handle"),
            NewAccount(TIKTOK, "first"),
            NewAccount(INSTAGRAM, "first"),
            given,
            NewAccount(TIKTOK, "second", creator_id=uuid4()),
            NewAccount(TIKTOK, "second", refresh_interval_hours=5),
            NewAccount(TIKTOK, "second"),
        ],
        now=NOW,
    )
    first, last = answers[0], answers[-1]
    assert isinstance(first, Account)
    assert [outcome(answer) for answer in answers] == [
        "first",
        (HandleTaken, ("handle",), present.id),
        (InvalidInput, ("handle",)),
        (HandleTaken, ("handle",), first.id),
        "first",
        (InvalidInput, ("metadata",)),
        (NotFound, ("creator_id",)),
        (InvalidInput, ("refresh_interval_hours",)),
        "second",
    ]
    assert answers[5] is given
    assert await handles(viewer) == ["first", "first", "present", "second"]
    assert (first.category, first.metadata, first.refresh_interval_hours) == ("sports", {"tier": "gold"}, 12)
    assert (first.creator_id, first.linked_at, first.is_active) == (creator.id, NOW, True)
    assert (first.added_at, first.next_refresh_at, first.last_refreshed_at) == (NOW, NOW, None)
    assert (first.is_verified, first.is_private, first.is_unavailable, first.discovered_posts) == (False,) * 3 + (0,)
    assert isinstance(last, Account)
    assert (last.creator_id, last.linked_at) == (None, None)
    assert (await load_creators(viewer, [creator.id]))[creator.id].account_count == 1


async def test_an_account_of_a_paused_creator_is_paused_with_it(database: None) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Paused", is_active=False), now=NOW)
    account = await track_account(viewer, NewAccount(TIKTOK, "paused", creator_id=creator.id), now=NOW)
    assert (account.is_active, account.is_paused_by_creator, account.next_refresh_at) == (False, True, None)
    await update_creator(viewer, creator.id, CreatorChange(is_active=True), now=NOW + DAY)
    resumed = (await load_accounts(viewer, [account.id]))[account.id]
    assert (resumed.is_active, resumed.is_paused_by_creator, resumed.next_refresh_at) == (True, False, NOW + DAY)


async def test_the_quota_is_reached_midway(database: None) -> None:
    viewer = await new_viewer()
    taken = await new_account(viewer, NOW)
    await execute("UPDATE organization SET account_quota = 3 WHERE id = $1", viewer.organization_id)
    names = ["one", taken.handle, "one", "two", "three", "two", "three"]
    answers = await track_accounts(viewer, [NewAccount(TIKTOK, name) for name in names], now=NOW)
    one, two = answers[0], answers[3]
    assert isinstance(one, Account)
    assert isinstance(two, Account)
    full = (QuotaReached, (), 3)
    assert [outcome(answer) for answer in answers] == [
        "one",
        (HandleTaken, ("handle",), taken.id),
        (HandleTaken, ("handle",), one.id),
        "two",
        full,
        (HandleTaken, ("handle",), two.id),
        full,
    ]
    await remove_account(viewer, taken.id, now=NOW)
    racing = [[NewAccount(TIKTOK, f"{who}{number}") for number in range(3)] for who in "ab"]
    answered = await asyncio.gather(*(track_accounts(viewer, new, now=NOW) for new in racing))
    assert sum(isinstance(answer, Account) for answers in answered for answer in answers) == 1
    assert len(await handles(viewer)) == 3


async def test_two_that_track_the_same_track_each_once(database: None) -> None:
    viewer = await new_viewer()
    names = [f"racer{number}" for number in range(100)]
    orders: Sequence[list[str]] = [names, names[::-1], names[50:] + names[:50]]
    answered = await asyncio.gather(
        *(track_accounts(viewer, [NewAccount(TIKTOK, name) for name in order], now=NOW) for order in orders)
    )
    tracked = [answer for answers in answered for answer in answers if isinstance(answer, Account)]
    taken = [answer for answers in answered for answer in answers if isinstance(answer, HandleTaken)]
    assert sorted(account.handle for account in tracked) == sorted(names)
    assert len(taken) == 200
    assert {problem.account.id for problem in taken} <= {account.id for account in tracked}
    assert await handles(viewer) == sorted(names)


@pytest.mark.parametrize("size", [0, 201])
async def test_batches_have_bounds(database: None, size: int) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Somebody"), now=NOW)
    refused = []
    for asked in (
        track_accounts(viewer, [NewAccount(TIKTOK, "somebody")] * size, now=NOW),
        track_videos(viewer, [NewVideo(TIKTOK, IDS[0])] * size, now=NOW),
        link_accounts(viewer, creator.id, [uuid4()] * size, now=NOW),
    ):
        with pytest.raises(InvalidInput) as problem:
            await asked
        refused.append(problem.value.path)
    assert refused == [("accounts",), ("videos",), ("account_ids",)]
    assert await handles(viewer) == []


async def test_readers_change_nothing(database: None) -> None:
    reader = await new_viewer(frozenset({Scope.READ}))
    for asked in (
        track_accounts(reader, [NewAccount(TIKTOK, "somebody")], now=NOW),
        track_videos(reader, [NewVideo(TIKTOK, IDS[0])], now=NOW),
        link_accounts(reader, uuid4(), [uuid4()], now=NOW),
    ):
        with pytest.raises(Forbidden):
            await asked
    assert await handles(reader) == []


async def test_two_hundred_take_as_many_statements_as_two(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Somebody"), now=NOW)
    holder = await new_account(viewer, NOW)
    found = [post(external_id, None, {"views": 5}) for external_id in IDS[:100]]
    await record(holder, account_facts(holder, NOW, found))
    taken: list[list[int]] = []
    for new in (range(2), range(2, 200)):
        statements.clear()
        accounts = await track_accounts(viewer, [NewAccount(TIKTOK, f"many{n}") for n in new], now=NOW)
        counted = [len(statements)]
        assert all(isinstance(account, Account) for account in accounts)
        statements.clear()
        # Half of them were found in a feed, half are not there yet.
        half = [number // 2 + 100 * (number % 2) for number in new]
        videos = await track_videos(viewer, [NewVideo(TIKTOK, IDS[n]) for n in half], now=NOW)
        counted.append(len(statements))
        assert all(isinstance(video, Video) for video in videos)
        statements.clear()
        ids = [account.id for account in accounts if isinstance(account, Account)]
        links = await link_accounts(viewer, creator.id, ids, now=NOW)
        counted.append(len(statements))
        assert links.new == frozenset(ids)
        taken.append(counted)
    assert taken[0] == taken[1]
    assert max(taken[0]) < 20


async def test_each_video_is_reported_by_itself(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW - DAY)
    for instant, views in ((NOW, 100), (NOW + DAY, 130)):
        await record(account, account_facts(account, instant, [post(IDS[0], None, {"views": views})]))
    found = await video_of(viewer, IDS[0])
    taken = await new_video(viewer, IDS[1], NOW)
    new = [
        NewVideo(TIKTOK, IDS[0], {"campaign": "spring"}, False, 6),
        NewVideo(TIKTOK, IDS[1]),
        NewVideo(TIKTOK, "nothing"),
        NewVideo(TIKTOK, f"https://www.tiktok.com/@somebody/video/{IDS[2]}"),
        NewVideo(TIKTOK, IDS[2]),
    ]
    answers = await track_videos(viewer, new, now=NOW + 2 * DAY)
    first, last = answers[0], answers[3]
    assert isinstance(first, Video)
    assert isinstance(last, Video)
    assert [outcome(answer) for answer in answers] == [
        IDS[0],
        (VideoTaken, ("identifier",), taken.id),
        (InvalidInput, ("identifier",)),
        IDS[2],
        (VideoTaken, ("identifier",), last.id),
    ]
    assert (first.id, first.account_id, first.views) == (found.id, account.id, 130)
    assert (first.metadata, first.is_active, first.refresh_interval_hours) == ({"campaign": "spring"}, False, 6)
    assert first.added_at == NOW + 2 * DAY
    slots = await fetch("SELECT sum(views_gain)::int AS views FROM video_slot WHERE video_id = $1", found.id)
    assert slots[0]["views"] == 30, "its own sums hold its past"
    assert await gains(viewer, viewer, window("03-01", "03-02")) == [0, 30]


async def test_tracking_what_a_feed_shows_in_this_very_moment(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, NOW) for _ in range(2)]
    half = len(IDS) // 2
    shown = [[post(id, None, {"views": 1}) for id in ids] for ids in (IDS[:half], IDS[half:])]
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for account, posts in zip(accounts, shown, strict=True):
            tasks.create_task(record(account, account_facts(account, NOW, posts)))
        tracking = [
            tasks.create_task(track_videos(viewer, [NewVideo(TIKTOK, id) for id in ids], now=NOW))
            for ids in (IDS, IDS[::-1])
        ]
    for account, posts in zip(accounts, shown, strict=True):  # what somebody brought in meanwhile is found next time
        await record(account, account_facts(account, NOW + DAY, posts))
    videos = [answer for task in tracking for answer in task.result() if isinstance(answer, Video)]
    assert sorted(video.external_id for video in videos) == IDS
    rows = await fetch(
        """
        SELECT count(*) AS n, count(DISTINCT external_id) AS posts, count(account_id) AS owned, count(added_at) AS added
        FROM video WHERE organization_id = $1
        """,
        viewer.organization_id,
    )
    assert tuple(rows[0]) == (200, 200, 200, 200)


async def test_each_link_is_reported_by_itself(database: None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    creator = await create_creator(viewer, NewCreator("Paused", is_active=False), now=NOW)
    other = await create_creator(viewer, NewCreator("Other"), now=NOW)
    free, linked, elsewhere = [await new_account(viewer, NOW) for _ in range(3)]
    await link_account(viewer, creator.id, linked.id, now=NOW)
    await link_account(viewer, other.id, elsewhere.id, now=NOW)
    foreign = await new_account(stranger, NOW)
    given = InvalidInput("given")
    ids = [free.id, linked.id, given, elsewhere.id, foreign.id, free.id]
    links = await link_accounts(viewer, creator.id, ids, now=NOW + DAY)
    assert [outcome(answer) for answer in links.answers] == [
        free.handle,
        linked.handle,
        (InvalidInput, ()),
        (AccountLinkedElsewhere, ("account_id",), other.id),
        (NotFound, ("account_id",)),
        free.handle,
    ]
    assert (links.creator.id, links.creator.account_count, links.new) == (creator.id, 2, frozenset({free.id}))
    stored = await load_accounts(viewer, [free.id, linked.id, elsewhere.id])
    assert [(stored[id].creator_id, stored[id].linked_at, stored[id].is_active) for id in stored] == [
        (creator.id, NOW + DAY, False) if id == free.id else (creator.id, NOW, False) if id == linked.id
        else (other.id, NOW, True)
        for id in stored
    ]  # fmt: skip
    with pytest.raises(NotFound) as refused:
        await link_accounts(stranger, creator.id, [foreign.id], now=NOW)
    assert refused.value.path == ("creator_id",)


async def test_nobody_links_to_anothers_creator_while_tracking(database: None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    creator = await create_creator(viewer, NewCreator("Somebody"), now=NOW)
    with pytest.raises(NotFound) as refused:
        await track_account(stranger, NewAccount(TIKTOK, "somebody", creator_id=creator.id), now=NOW)
    assert refused.value.path == ("creator_id",)
    assert await handles(stranger) == []
    assert await load_videos(stranger, []) == {}
