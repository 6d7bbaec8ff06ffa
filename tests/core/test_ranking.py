"""Leaderboards: values, ranks, previous ranks, ties, what is unknown, and bounds."""

from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.problems import InvalidInput
from app.domain.records import Account
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
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
    board = await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", WINDOW, 10)
    # Handles are numbered in the order the accounts were made, which is what tells the tie of 20 apart.
    assert [(row.subject_id, row.rank, row.previous_rank, row.value, row.previous_value) for row in board.rows] == [
        (fast.id, 1, 2, 70, 10),
        (slow.id, 2, 1, 20, 50),
        (same.id, 3, 3, 20, 0),
        (unseen.id, 4, 4, None, None),
    ]
    assert (board.ranked_count, board.previous_start, board.previous_end) == (4, date(2026, 3, 1), date(2026, 3, 2))
    assert [row.is_complete for row in board.rows] == [True, True, True, False]
    first = await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", WINDOW, 1)
    assert ([row.subject_id for row in first.rows], first.ranked_count) == ([fast.id], 4)


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
    board = await rank_subjects(viewer, SubjectKind.CREATOR, "engagement_rate", WINDOW, 10)
    assert [(row.subject_id, row.value) for row in board.rows] == [
        (high, Fraction(100 * 10, 40)),
        (low, Fraction(100 * 2, 200)),
        (empty, None),
    ]


async def test_nobody_ranks_in_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    await account_with(viewer, 1, 2, 3)
    assert (await rank_subjects(other, SubjectKind.ACCOUNT, "views", WINDOW, 10)).rows == []


@pytest.mark.parametrize(
    ("metric", "limit", "path"), [("views", 0, "limit"), ("views", 201, "limit"), ("charm", 10, "metric")]
)
async def test_bad_arguments_are_named(database: None, metric: str, limit: int, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await rank_subjects(await new_viewer(), SubjectKind.ACCOUNT, metric, WINDOW, limit)
    assert refused.value.path == (path,)
