"""Leaderboards of accounts and creators: values, ranks, previous ranks, ties, what is unknown, pages and bounds."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.cursors import PageRequest
from app.domain.problems import Forbidden, InvalidCursor, InvalidInput
from app.domain.records import Account, Leaderboard
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import execute
from tests.factories import account_facts, at, new_account, new_viewer, post, record

START = at("2026-03-01 08:00")
DAY = timedelta(days=1)
WINDOW = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("UTC"))


async def account_with(viewer: Viewer, *views: int, likes: int | None = None) -> Account:
    """An account whose one post had these views, one a day from the first of March."""
    account = await new_account(viewer, START)
    for number, value in enumerate(views):
        captured_at = START + number * DAY
        seen = {"views": value} | ({} if likes is None else {"likes": likes * number})
        await record(account, account_facts(account, captured_at, [post(f"p{account.id}", None, seen)]))
    return account


async def test_accounts_are_ranked_by_what_they_gained(database: None) -> None:
    viewer = await new_viewer()
    slow = await account_with(viewer, 1000, 1050, 1060, 1070)
    fast = await account_with(viewer, 10, 20, 60, 90)
    same = await account_with(viewer, 5, 5, 15, 25)
    unseen = await new_account(viewer, START)
    board = await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", WINDOW, PageRequest(10))
    # Handles are numbered in the order the accounts were made, which is what tells the tie of 20 apart.
    assert [(row.subject_id, row.rank, row.previous_rank, row.value, row.previous_value) for row in board.nodes] == [
        (fast.id, 1, 2, 70, 10),
        (slow.id, 2, 1, 20, 50),
        (same.id, 3, 3, 20, 0),
        (unseen.id, 4, 4, None, None),
    ]
    assert (board.ranked_count, board.previous_start, board.previous_end) == (4, date(2026, 3, 1), date(2026, 3, 2))
    assert [row.is_complete for row in board.nodes] == [True, True, True, False]
    first = await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", WINDOW, PageRequest(1))
    assert ([row.subject_id for row in first.nodes], first.ranked_count) == ([fast.id], 4)


async def test_creators_are_ranked_by_ratios(database: None) -> None:
    viewer = await new_viewer()

    async def creator_of(*accounts: Account) -> UUID:
        creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
        for account in accounts:
            await link_account(viewer, creator.id, account.id, now=START)
        return creator.id

    low = await creator_of(await account_with(viewer, 0, 100, 200, 300, likes=1))
    high = await creator_of(
        await account_with(viewer, 0, 10, 20, 30, likes=3), await account_with(viewer, 0, 10, 20, 30, likes=2)
    )
    empty = await creator_of()
    board = await rank_subjects(viewer, SubjectKind.CREATOR, "engagement_rate", WINDOW, PageRequest(10))
    assert [(row.subject_id, row.value) for row in board.nodes] == [
        (high, Fraction(100 * 10, 40)),
        (low, Fraction(100 * 2, 200)),
        (empty, None),
    ]


async def test_what_came_before_the_views_of_a_post_belongs_to_its_ratio(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    for days, seen in ((0, {"likes": 1}), (2, {"likes": 5}), (2.5, {"views": 100}), (3, {"views": 200, "likes": 7})):
        await record(account, account_facts(account, START + days * DAY, [post("p", None, seen)]))
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    await link_account(viewer, creator.id, account.id, now=START)
    for kind in (SubjectKind.ACCOUNT, SubjectKind.CREATOR, SubjectKind.VIDEO):
        board = await rank_subjects(viewer, kind, "engagement_rate", WINDOW, PageRequest(10))
        assert [row.value for row in board.nodes] == [Fraction(100 * 6, 100)]


async def test_nobody_ranks_in_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    await account_with(viewer, 1, 2, 3)
    board = await rank_subjects(other, SubjectKind.ACCOUNT, "views", WINDOW, PageRequest(10))
    assert (board.nodes, board.ranked_count, board.has_next_page) == ([], 0, False)


async def test_what_is_removed_does_not_rank(database: None) -> None:
    viewer = await new_viewer()
    gone, here = await account_with(viewer, 0, 9, 19, 29), await account_with(viewer, 0, 1, 2, 3)
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    for account in (gone, here):
        await link_account(viewer, creator.id, account.id, now=START)
    await execute("UPDATE account SET removed_at = $2 WHERE id = $1", gone.id, START + 5 * DAY)
    await execute("UPDATE video SET removed_at = $2 WHERE account_id = $1", gone.id, START + 5 * DAY)
    for kind, subject_id in ((SubjectKind.ACCOUNT, here.id), (SubjectKind.CREATOR, creator.id)):
        for metric, value in (("views", 2), ("posts_published", 0)):
            board = await rank_subjects(viewer, kind, metric, WINDOW, PageRequest(10))
            assert [(row.subject_id, row.rank, row.value) for row in board.nodes] == [(subject_id, 1, value)]


async def test_pages_stay_where_they_are_while_others_come(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await account_with(viewer, 0, 0, 0, views) for views in (90, 70, 50, 30)]
    first = await ranked(viewer, PageRequest(2))
    assert [row.rank for row in first.nodes] == [1, 2]
    between = await account_with(viewer, 0, 0, 0, 80)
    beyond = await account_with(viewer, 0, 0, 0, 40)
    second = await ranked(viewer, PageRequest(2, first.cursors[-1]))
    assert [(row.subject_id, row.rank) for row in second.nodes] == [(accounts[2].id, 4), (beyond.id, 5)]
    assert (second.has_next_page, second.has_previous_page) == (True, True)
    back = await ranked(viewer, PageRequest(2, second.cursors[0], backward=True))
    assert [(row.subject_id, row.rank) for row in back.nodes] == [(between.id, 2), (accounts[1].id, 3)]


async def test_a_page_goes_on_after_somebody_who_left(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await account_with(viewer, 0, 0, 0, views) for views in (90, 70, 50)]
    first = await ranked(viewer, PageRequest(2))
    await execute("UPDATE account SET removed_at = $2 WHERE id = $1", accounts[1].id, START + 5 * DAY)
    second = await ranked(viewer, PageRequest(2, first.cursors[-1]))
    assert [(row.subject_id, row.rank) for row in second.nodes] == [(accounts[2].id, 2)]


async def test_the_pages_of_a_ratio_are_exact(database: None) -> None:
    """A third and a neighbour that a double cannot tell from it: 1/3 and 333333333333333333/10^18."""
    viewer = await new_viewer()
    views = 10**18
    third = await account_with(viewer, 0, 0, 0, 3, likes=0)
    less = await account_with(viewer, 0, 0, 0, views, likes=0)
    same = await account_with(viewer, 0, 0, 0, 6, likes=0)
    for account, likes in ((third, 1), (less, views // 3), (same, 2)):
        captured_at = START + 3 * DAY + timedelta(hours=1)
        facts = [post(f"p{account.id}", None, {"likes": likes})]
        await record(account, account_facts(account, captured_at, facts))
    found, page = [], PageRequest(1)
    for _ in range(3):
        board = await rank_subjects(viewer, SubjectKind.ACCOUNT, "engagement_rate", WINDOW, page)
        found += [(row.subject_id, row.rank, row.value) for row in board.nodes]
        page = PageRequest(1, board.cursors[-1])
    assert found == [
        (third.id, 1, Fraction(100, 3)),
        (same.id, 2, Fraction(100, 3)),
        (less.id, 3, Fraction(100 * (views // 3), views)),
    ]


async def test_a_cursor_belongs_to_its_ranking(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    await account_with(viewer, 0, 1, 2, 3)
    cursor = (await ranked(viewer, PageRequest(1))).cursors[0]
    day_before = Window(WINDOW.start - DAY, WINDOW.end - DAY, WINDOW.zone)
    elsewhere = Window(WINDOW.start, WINDOW.end, read_zone("Europe/Berlin"))
    for asker, kind, metric, window in (
        (other, SubjectKind.ACCOUNT, "views", WINDOW),
        (viewer, SubjectKind.CREATOR, "views", WINDOW),
        (viewer, SubjectKind.ACCOUNT, "likes", WINDOW),
        (viewer, SubjectKind.ACCOUNT, "views", day_before),
        (viewer, SubjectKind.ACCOUNT, "views", elsewhere),
    ):
        for backward, argument in ((False, "after"), (True, "before")):
            with pytest.raises(InvalidCursor) as refused:
                await rank_subjects(asker, kind, metric, window, PageRequest(1, cursor, backward))
            assert (refused.value.code, refused.value.path) == ("INVALID_CURSOR", (argument,))


async def test_a_metric_that_is_none_is_named(database: None) -> None:
    with pytest.raises(InvalidInput) as refused:
        await rank_subjects(await new_viewer(), SubjectKind.ACCOUNT, "charm", WINDOW, PageRequest())
    assert refused.value.path == ("metric",)


async def test_reading_takes_its_scope(database: None) -> None:
    viewer = replace(await new_viewer(), scopes=frozenset())
    with pytest.raises(Forbidden):
        await ranked(viewer, PageRequest())


async def ranked(viewer: Viewer, page: PageRequest) -> Leaderboard:
    return await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", WINDOW, page)
