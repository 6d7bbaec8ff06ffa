"""Lists of videos by what they gained: the order of the leaderboard over the same videos, page by page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.analytics.video_lists import list_videos, list_videos_of
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.cursors import PageRequest
from app.domain.filters import (
    EVERY_VIDEO,
    CountRange,
    Gain,
    OrderDirection,
    OrderKey,
    VideoCounter,
    VideoFilter,
    VideoOrder,
    VideoOrderField,
)
from app.domain.platforms import Platform
from app.domain.problems import InvalidCursor, InvalidInput
from app.domain.records import RankedSubject, Video
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store import db
from tests.core.listed import check_pages
from tests.core.test_video_ranking import DAY, IN_KATHMANDU, START, WINDOW, daily, video_with
from tests.factories import new_account, new_video, new_viewer

ASC, DESC = OrderDirection.ASC, OrderDirection.DESC
IN_BERLIN = Window(date(2026, 3, 2), date(2026, 3, 5), read_zone("Europe/Berlin"))
WHOLE = PageRequest(200)


def by_gain(
    window: Window = WINDOW, counter: VideoCounter = VideoCounter.VIEWS, direction: OrderDirection = DESC
) -> VideoOrder:
    return (OrderKey(Gain(counter, window), direction),)


class Growth:
    """An organization whose videos grow in all sorts of ways: two creators with two accounts, one account with none."""

    async def make(self) -> "Growth":
        self.viewer = await new_viewer()
        self.accounts = [
            await new_account(self.viewer, START, platform)
            for platform in (Platform.TIKTOK, Platform.INSTAGRAM, Platform.TIKTOK, Platform.TIKTOK, Platform.TIKTOK)
        ]
        self.creators = [await create_creator(self.viewer, NewCreator(name), now=START) for name in "ab"]
        for number, account in enumerate(self.accounts[:4]):
            await link_account(self.viewer, self.creators[number % 2].id, account.id, now=START)
        captions = (None, "same", "Same", "zoë", "a", "longer text")
        for number, account in enumerate(self.accounts):
            for place in range(6):
                seen = {
                    0: daily(10, 20, 60, 90 + number),
                    1: daily(5, 5, 5, 5),
                    2: daily(7, 7, 7, 7),
                    3: daily(900, 700),
                    4: [(START + 6 * DAY, {"views": 3, "likes": 1})],
                    5: [*daily(10), (START + 3 * DAY + timedelta(hours=9), {"views": (2_000, 100)})],
                }[place]
                await video_with(account, f"{number}{place}", seen, captions[(place + number) % 6])
        await new_video(self.viewer, f"{7_000_000_000_000_000_000 + self.viewer.organization_id.int % 10**17}", START)
        return self

    async def board(self, window: Window, filter: VideoFilter = EVERY_VIDEO, metric: str = "views") -> Sequence[Any]:
        found = await rank_subjects(self.viewer, SubjectKind.VIDEO, metric, window, WHOLE, scope=filter)
        return found.nodes

    async def listed(self, order: VideoOrder, filter: VideoFilter = EVERY_VIDEO) -> Sequence[Video]:
        return (await list_videos(self.viewer, filter, WHOLE, order, with_total=False)).nodes


def ids(nodes: Sequence[Video]) -> list[UUID]:
    return [node.id for node in nodes]


def ranked(board: Sequence[RankedSubject]) -> list[UUID]:
    return [row.subject_id for row in board]


async def test_a_list_by_gain_is_the_leaderboard_of_the_same_videos(database: None) -> None:
    growth = await Growth().make()
    scopes = [
        EVERY_VIDEO,
        VideoFilter(account_ids=frozenset({growth.accounts[0].id})),
        VideoFilter(creator_ids=frozenset({growth.creators[0].id})),
        VideoFilter(platforms=frozenset({Platform.TIKTOK})),
        VideoFilter(text="same"),
        VideoFilter(views=CountRange(min=50)),
    ]
    for window in (WINDOW, IN_KATHMANDU, IN_BERLIN):
        for scope in scopes:
            expected = ranked(await growth.board(window, scope))
            assert len(expected) >= 6

            async def read(page: PageRequest, scope: VideoFilter = scope, window: Window = window) -> Any:
                return await list_videos(growth.viewer, scope, page, by_gain(window), with_total=True)

            await check_pages(read, expected, (1, 4, 200), (window, scope))
    assert ids(await growth.listed(by_gain(WINDOW, VideoCounter.LIKES))) == ranked(
        await growth.board(WINDOW, metric="likes")
    )
    assert ids(await growth.listed(by_gain(WINDOW))) != ids(await growth.listed(by_gain(IN_BERLIN)))


async def test_the_least_gain_comes_first_and_what_is_unknown_last(database: None) -> None:
    growth = await Growth().make()
    board = await growth.board(WINDOW)
    captions = {video.id: (video.caption or "").lower() for video in await growth.listed(by_gain())}
    known = [row for row in board if row.value is not None]
    assert len({row.value for row in known}) > 3
    assert 0 < len(known) < len(board) - 1
    least = sorted(known, key=lambda row: (row.value, captions[row.subject_id], row.subject_id))
    unknown = [row for row in board if row.value is None]

    async def read(page: PageRequest) -> Any:
        return await list_videos(growth.viewer, EVERY_VIDEO, page, by_gain(direction=ASC), with_total=True)

    await check_pages(read, ranked([*least, *unknown]), (1, 3, 200), "ascending")


async def test_further_keys_tell_equal_gains_apart(database: None) -> None:
    growth = await Growth().make()
    gains = {row.subject_id: row.value for row in await growth.board(WINDOW)}
    order = (*by_gain(), OrderKey(VideoOrderField.VIEW_COUNT, ASC), OrderKey(VideoOrderField.PUBLISHED_AT, DESC))

    def place(video: Video) -> tuple[Any, ...]:
        gain = gains[video.id]
        views = (video.views is None, video.views or 0)
        return (gain is None, -(gain or 0), *views, -video.id.int)

    expected = ids(sorted(await growth.listed(by_gain()), key=place))

    async def read(page: PageRequest) -> Any:
        return await list_videos(growth.viewer, EVERY_VIDEO, page, order, with_total=True)

    await check_pages(read, expected, (1, 3, 200), order)


@pytest.mark.parametrize("kind", [SubjectKind.ACCOUNT, SubjectKind.CREATOR])
async def test_the_videos_of_each_are_in_the_order_of_its_leaderboard(database: None, kind: SubjectKind) -> None:
    growth = await Growth().make()
    owners = [owner.id for owner in (growth.accounts if kind is SubjectKind.ACCOUNT else growth.creators)]

    def of(owner: UUID) -> VideoFilter:
        one = frozenset({owner})
        return VideoFilter(account_ids=one) if kind is SubjectKind.ACCOUNT else VideoFilter(creator_ids=one)

    for window in (WINDOW, IN_KATHMANDU):
        whole = await list_videos_of(
            growth.viewer, kind, owners, PageRequest(3), EVERY_VIDEO, by_gain(window), with_total=True
        )
        for owner in owners:
            expected = ranked(await growth.board(window, of(owner)))
            assert (ids(whole[owner].nodes), whole[owner].total_count) == (expected[:3], len(expected))

            async def read(page: PageRequest, owner: UUID = owner, window: Window = window) -> Any:
                found = await list_videos_of(
                    growth.viewer, kind, [owner], page, EVERY_VIDEO, by_gain(window), with_total=True
                )
                return found[owner]

            await check_pages(read, expected, (1, 4), (owner, window))
    first = frozenset({growth.accounts[0].id})
    narrowed = await list_videos_of(
        growth.viewer, kind, owners, WHOLE, VideoFilter(account_ids=first), by_gain(), with_total=True
    )
    assert ids(narrowed[owners[0]].nodes) == ranked(await growth.board(WINDOW, VideoFilter(account_ids=first)))
    assert all(page.nodes == [] and page.total_count == 0 for id, page in narrowed.items() if id != owners[0])


async def test_cursors_belong_to_one_filter_order_and_owner(database: None) -> None:
    growth = await Growth().make()
    one, other = (account.id for account in growth.accounts[:2])
    pages = await list_videos_of(
        growth.viewer, SubjectKind.ACCOUNT, [one], PageRequest(2), EVERY_VIDEO, by_gain(), with_total=False
    )
    after = PageRequest(2, pages[one].cursors[0])
    asked: list[tuple[SubjectKind, list[UUID], VideoFilter, VideoOrder]] = [
        (SubjectKind.ACCOUNT, [other], EVERY_VIDEO, by_gain()),
        (SubjectKind.ACCOUNT, [one, other], EVERY_VIDEO, by_gain()),
        (SubjectKind.CREATOR, [one], EVERY_VIDEO, by_gain()),
        (SubjectKind.ACCOUNT, [one], VideoFilter(is_pinned=False), by_gain()),
        (SubjectKind.ACCOUNT, [one], EVERY_VIDEO, by_gain(direction=ASC)),
        (SubjectKind.ACCOUNT, [one], EVERY_VIDEO, by_gain(IN_BERLIN)),
        (SubjectKind.ACCOUNT, [one], EVERY_VIDEO, by_gain(counter=VideoCounter.LIKES)),
        (SubjectKind.ACCOUNT, [one], EVERY_VIDEO, (*by_gain(), OrderKey(VideoOrderField.VIEW_COUNT, ASC))),
    ]
    for kind, owners, filter, order in asked:
        with pytest.raises(InvalidCursor) as refused:
            await list_videos_of(growth.viewer, kind, owners, after, filter, order, with_total=False)
        assert refused.value.path == ("after",)
    with pytest.raises(InvalidCursor):
        await list_videos(growth.viewer, EVERY_VIDEO, after, by_gain(), with_total=False)
    stranger = await Growth().make()
    with pytest.raises(InvalidCursor):
        await list_videos_of(
            stranger.viewer, SubjectKind.ACCOUNT, [one], after, EVERY_VIDEO, by_gain(), with_total=False
        )
    # The same videos in other words: a blank text and a range without bounds leave their conditions out.
    same = VideoFilter(text=" ", views=CountRange())
    rest = await list_videos_of(growth.viewer, SubjectKind.ACCOUNT, [one], after, same, by_gain(), with_total=False)
    assert len(rest[one].nodes) == 2


async def test_another_organization_sees_nothing(database: None) -> None:
    growth = await Growth().make()
    other = await new_viewer()
    assert (await list_videos(other, EVERY_VIDEO, WHOLE, by_gain(), with_total=True)).nodes == []
    ours = VideoFilter(account_ids=frozenset({growth.accounts[0].id}))
    assert (await list_videos(other, ours, WHOLE, by_gain(), with_total=True)).total_count == 0
    for kind, owner in ((SubjectKind.ACCOUNT, growth.accounts[0]), (SubjectKind.CREATOR, growth.creators[0])):
        for order in (by_gain(), (OrderKey(VideoOrderField.VIEW_COUNT, DESC),)):
            found = await list_videos_of(other, kind, [owner.id], WHOLE, EVERY_VIDEO, order, with_total=True)
            assert (found[owner.id].nodes, found[owner.id].total_count) == ([], 0)


@pytest.mark.parametrize(
    ("order", "path", "message"),
    [
        ((), ("order_by",), "There are 0 order keys; it takes 1 to 4."),
        (
            tuple(OrderKey(field, ASC) for field in list(VideoOrderField)[:5]),
            ("order_by",),
            "There are 5 order keys; it takes 1 to 4.",
        ),
        (
            (OrderKey(VideoOrderField.VIEW_COUNT, ASC), *by_gain()),
            ("order_by", "1", "gain"),
            "A gain orders the whole list: it takes one, as the first key.",
        ),
        (
            (*by_gain(), *by_gain(IN_BERLIN)),
            ("order_by", "1", "gain"),
            "A gain orders the whole list: it takes one, as the first key.",
        ),
        (
            (OrderKey(VideoOrderField.VIEW_COUNT, ASC), OrderKey(VideoOrderField.VIEW_COUNT, DESC)),
            ("order_by", "1", "field"),
            "VIEW_COUNT is a key already; whatever is equal by it stays equal. Leave it out.",
        ),
    ],
)
async def test_orders_that_make_no_sense_are_refused(
    database: None, order: VideoOrder, path: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await list_videos(await new_viewer(), EVERY_VIDEO, WHOLE, order, with_total=False)
    assert (refused.value.message, refused.value.path) == (message, path)


@pytest.mark.parametrize(("window", "most"), [(WINDOW, 1), (IN_KATHMANDU, 4)])
async def test_statements_are_as_many_whatever_is_asked_for(
    database: None, monkeypatch: pytest.MonkeyPatch, window: Window, most: int
) -> None:
    growth = await Growth().make()
    counted = []
    connection_of = db._client

    def counting() -> object:
        counted.append(None)
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)

    async def statements(viewer: Viewer, size: int, owners: int) -> int:
        counted.clear()
        ids = [account.id for account in growth.accounts[:owners]]
        await list_videos_of(
            viewer, SubjectKind.ACCOUNT, ids, PageRequest(size), EVERY_VIDEO, by_gain(window), with_total=False
        )
        return len(counted)

    assert {await statements(growth.viewer, size, owners) for size in (1, 200) for owners in (1, 5)} == {most}
