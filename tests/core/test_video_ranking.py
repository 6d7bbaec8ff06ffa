"""Leaderboards of videos: scopes, ties by caption, what is unknown, instants that are no UTC midnights, statements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, VideoFilter
from app.domain.metrics import METRICS
from app.domain.platforms import Platform, ViewsKind
from app.domain.problems import InvalidCursor
from app.domain.records import Account, Leaderboard
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store import db
from app.store.db import execute, fetch
from tests.factories import Value, account_facts, at, new_account, new_viewer, post, record

START = at("2026-03-01 08:00")
DAY = timedelta(days=1)
WINDOW = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("UTC"))
IN_KATHMANDU = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("Asia/Kathmandu"))
"""From 18:15 UTC on March 2 to 18:15 UTC on March 4."""

TEN = PageRequest(10)

Seen = tuple[datetime, dict[str, Value]]


async def video_with(
    account: Account, name: str, seen: Sequence[Seen], caption: str | None = None, published_at: datetime | None = None
) -> UUID:
    """A video that was observed so, in the feed of an account."""
    for captured_at, values in seen:
        facts = replace(post(name, published_at, values), caption=caption, platform=account.platform)
        await record(account, account_facts(account, captured_at, [facts]))
    rows = await fetch("SELECT id FROM video WHERE account_id = $1 AND external_id = $2", account.id, name)
    return rows[0]["id"]


def daily(*views: int) -> list[Seen]:
    """Views one day after the other from the first of March."""
    return [(START + number * DAY, {"views": value}) for number, value in enumerate(views)]


async def top(
    viewer: Viewer,
    metric: str = "views",
    window: Window = WINDOW,
    page: PageRequest = TEN,
    scope: VideoFilter = EVERY_VIDEO,
) -> Leaderboard:
    return await rank_subjects(viewer, SubjectKind.VIDEO, metric, window, page, scope=scope)


async def test_videos_are_ranked_by_what_they_gained(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    fast = await video_with(account, "fast", daily(10, 20, 60, 90))
    ended = await video_with(account, "ended", daily(1000, 1500))
    late = await video_with(account, "late", [(START + 3 * DAY, {"views": 40})], published_at=START + 3 * DAY)
    after = await video_with(account, "after", [(START + 5 * DAY, {"views": 7000})])
    falling = await video_with(account, "falling", daily(100, 100, 100, 95))
    board = await top(viewer)
    assert [(row.subject_id, row.rank, row.previous_rank, row.value, row.previous_value) for row in board.nodes] == [
        (fast, 1, 2, 70, 10),
        (late, 2, 4, 40, None),
        (ended, 3, 1, 0, 500),
        (falling, 4, 3, -5, 0),
        (after, 5, 5, None, None),
    ]
    assert [row.is_complete for row in board.nodes] == [True, False, True, True, False]
    assert board.ranked_count == 5


async def test_ties_are_told_apart_by_caption_then_by_id(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    captions = ["zoë", "Ant", "\U0001f600", "ant", "Éclair", None, "ZOË!", "é", "ant hill", None]
    found = {
        await video_with(account, f"p{number}", daily(1, 2, 3), text): text for number, text in enumerate(captions)
    }
    # By code point: letters without accents, those with them, and then the planes beyond.
    expected = [None, None, "Ant", "ant", "ant hill", "zoë", "ZOË!", "é", "Éclair", "\U0001f600"]
    for size in (1, 3, 10):
        rows, page = [], PageRequest(size)
        while True:
            board = await top(viewer, page=page)
            rows += board.nodes
            if not board.has_next_page:
                break
            page = PageRequest(size, board.cursors[-1])
        assert [found[row.subject_id] for row in rows] == expected
        assert [(row.rank, row.previous_rank) for row in rows] == [(rank, rank) for rank in range(1, 11)]
    assert rows[0].subject_id < rows[1].subject_id
    assert rows[2].subject_id < rows[3].subject_id


async def test_a_page_goes_on_within_captions_of_any_length(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    videos = [
        await video_with(account, f"p{text[-1]}", daily(1, 2), text)
        for text in ("\U0001f600" * 254 + "a", "\U0001f600" * 254 + "b")
    ]
    first = await top(viewer, page=PageRequest(1))
    second = await top(viewer, page=PageRequest(1, first.cursors[0]))
    assert [row.subject_id for row in (*first.nodes, *second.nodes)] == videos


async def test_ratios_are_over_known_views_alone(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)

    async def with_likes(name: str, *seen: dict[str, Value]) -> UUID:
        return await video_with(account, name, [(START + number * DAY, values) for number, values in enumerate(seen)])

    third = await with_likes("a", {"views": 0, "likes": 0}, {}, {"views": 3, "likes": 1})
    half = await with_likes("b", {"views": 10, "likes": 0}, {}, {"views": 12, "saves": 5}, {"likes": 1})
    hidden = await with_likes("c", {"likes": 1}, {}, {"likes": 100})
    still = await with_likes("d", {"views": 5, "likes": 1}, {}, {"views": 5, "likes": 9})
    board = await top(viewer, "engagement_rate")
    assert [(row.subject_id, row.value) for row in board.nodes] == [
        (half, Fraction(50)),
        (third, Fraction(100, 3)),
        (hidden, None),
        (still, None),
    ]
    assert [row.value for row in (await top(viewer, "likes")).nodes] == [99, 8, 1, 1]


async def test_what_a_video_has_not_is_unknown_and_listed(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    published_at = START + 2 * DAY
    video = await video_with(account, "a", daily(0, 0, 14, 28), published_at=published_at)
    expected: dict[str, int | Fraction | None] = dict.fromkeys(METRICS)
    expected |= {
        "views": 28,
        "posts_published": 1,
        "posts_per_week": Fraction(7, 2),
        "avg_views_per_post": Fraction(28),
    }
    for metric in METRICS:
        board = await top(viewer, metric)
        assert [(row.subject_id, row.value) for row in board.nodes] == [(video, expected[metric])], metric
        assert board.nodes[0].previous_value == ({"views": 0, "posts_published": 0, "posts_per_week": 0}.get(metric))


async def test_the_day_of_another_zone_ends_within_a_utc_day(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    seen: list[Seen] = [
        (at("2026-03-02 18:14"), {"views": 100}),
        (at("2026-03-02 18:15"), {"views": 110}),
        (at("2026-03-04 09:00"), {"views": 150, "likes": 3}),
        (at("2026-03-04 18:14"), {"likes": 4}),
        (at("2026-03-04 18:15"), {"views": 900}),
        (at("2026-03-06 08:00"), {"views": 1000}),
    ]
    video = await video_with(account, "a", seen)
    for metric, value in (("views", 50), ("likes", 1), ("engagement_rate", Fraction(100, 50))):
        board = await top(viewer, metric, IN_KATHMANDU)
        assert [(row.subject_id, row.value) for row in board.nodes] == [(video, value)]
    assert [row.value for row in (await top(viewer)).nodes] == [790]


async def test_rounded_values_and_other_kinds_of_views_move_nothing_after_midnight(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    exact = await video_with(account, "exact", [(START, {"views": 1000}), (at("2026-03-04 10:00"), {"views": 1240})])
    rounded = await video_with(
        account, "rounded", [(START, {"views": 1000}), (at("2026-03-04 10:00"), {"views": 1250})]
    )
    facts = [
        post("rounded", None, {"views": (1200, 100)}),
        post("exact", None, {"views": 5}, views_kind=ViewsKind.IMPRESSIONS),
    ]
    await record(account, account_facts(account, at("2026-03-04 12:00"), facts))
    await record(account, account_facts(account, at("2026-03-07 12:00"), [post("rounded", None, {"views": 2000})]))
    board = await top(viewer, window=IN_KATHMANDU)
    assert [(row.subject_id, row.value) for row in board.nodes] == [(rounded, 250), (exact, 240)]


async def test_scopes(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    one, two = await new_account(viewer, START), await new_account(viewer, START, Platform.INSTAGRAM)
    a, b = await video_with(one, "a", daily(0, 1, 2, 3)), await video_with(two, "b", daily(0, 2, 4, 9))
    gone = await video_with(one, "gone", daily(0, 0, 0, 99))
    await execute("UPDATE video SET removed_at = $2 WHERE id = $1", gone, START + 4 * DAY)
    lone = await video_with(two, "lone", daily(0, 0, 0, 1))
    await execute("UPDATE video SET account_id = NULL, discovered_at = NULL, added_at = $2 WHERE id = $1", lone, START)
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    await link_account(viewer, creator.id, two.id, now=START)
    for scope, expected in (
        (VideoFilter(), [b, a, lone]),
        (VideoFilter(account_ids=frozenset({one.id})), [a]),
        (VideoFilter(creator_ids=frozenset({creator.id})), [b]),
        (VideoFilter(creator_ids=frozenset({creator.id}), account_ids=frozenset({one.id})), []),
        (VideoFilter(platforms=frozenset({Platform.TIKTOK})), [a]),
        (VideoFilter(platforms=frozenset({Platform.INSTAGRAM})), [b, lone]),
        (VideoFilter(account_ids=frozenset({two.id}), platforms=frozenset({Platform.INSTAGRAM})), [b]),
    ):
        for window in (WINDOW, IN_KATHMANDU):
            board = await top(viewer, scope=scope, window=window)
            assert ([row.subject_id for row in board.nodes], board.ranked_count) == (expected, len(expected))
    assert (await top(other, scope=VideoFilter(account_ids=frozenset({one.id})))).nodes == []
    await execute("UPDATE account SET removed_at = $2 WHERE id = $1", two.id, START + 4 * DAY)
    assert (await top(viewer, scope=VideoFilter(creator_ids=frozenset({creator.id})))).nodes == []


async def test_a_cursor_belongs_to_its_scope(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    await video_with(account, "a", daily(0, 1, 2, 3))
    cursor = (await top(viewer)).cursors[0]
    for scope in (
        VideoFilter(account_ids=frozenset({account.id})),
        VideoFilter(platforms=frozenset({Platform.TIKTOK})),
    ):
        with pytest.raises(InvalidCursor) as refused:
            await top(viewer, page=PageRequest(1, cursor), scope=scope)
        assert refused.value.path == ("after",)


@pytest.mark.parametrize(("window", "expected"), [(WINDOW, 1), (IN_KATHMANDU, 2)])
@pytest.mark.parametrize("videos", [1, 12])
async def test_statements_do_not_grow_with_the_ranking(
    database: None, monkeypatch: pytest.MonkeyPatch, window: Window, expected: int, videos: int
) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, START)
    for number in range(videos):
        await video_with(account, f"p{number}", [*daily(number, 2, 3), (at("2026-03-04 09:00"), {"views": 9})])
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    assert (await top(viewer, window=window)).ranked_count == videos
    assert statements == expected
