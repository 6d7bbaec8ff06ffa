"""Breakdowns: children in their order, shares, the rest, and that nothing is lost between them."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.core.analytics.breakdown import break_down
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.core.tracking.removal import remove_account
from app.domain.cursors import page_request
from app.domain.metrics import METRICS
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.domain.records import Account, BreakdownRest, MetricChange, SubjectReference
from app.domain.series import Division, Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record, record_video

START = at("2026-03-01 08:00")
DAY = timedelta(days=1)
WINDOW = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("UTC"))
NOTHING = MetricChange(None, None, None, None)


async def account_with(viewer: Viewer, *posts: list[int], **more: Any) -> Account:
    """An account whose posts had these views, one a day from the first of March."""
    account = await new_account(viewer, START, **more)
    for number in range(max((len(views) for views in posts), default=0)):
        facts = [
            replace(
                post(f"{place}-{account.id}", None, {"views": views[number], "likes": views[number] // 10}),
                platform=account.platform,
            )
            for place, views in enumerate(posts)
            if number < len(views)
        ]
        await record(account, account_facts(account, START + number * DAY, facts))
    return account


async def videos_of(account: Account) -> list[Any]:
    rows = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY external_id", account.id)
    return [row["id"] for row in rows]


async def test_an_organization_by_account(database: None) -> None:
    viewer = await new_viewer()
    fast = await account_with(viewer, [10, 20, 60, 90])
    slow = await account_with(viewer, [1000, 1040, 1050, 1060])
    unseen = await new_account(viewer, START)
    lone = await new_video(viewer, "7300000000000000001", START)
    for number, views in enumerate([5, 6, 7, 11]):
        facts = post("7300000000000000001", at("2026-01-01 00:00"), {"views": views})
        await record_video(lone, facts, START + number * DAY)
    found = await break_down(
        viewer, SubjectKind.ORGANIZATION, [viewer.organization_id], "views", Division.ACCOUNT, WINDOW
    )
    breakdown = found[viewer.organization_id]
    assert breakdown.total == MetricChange(95, 51, Fraction(4400, 51), 1161)
    assert [(row.subject, row.platform, row.change, row.share_percent) for row in breakdown.rows] == [
        (SubjectReference(account_id=fast.id), None, MetricChange(70, 10, Fraction(600), 90), Fraction(1400, 19)),
        (SubjectReference(account_id=slow.id), None, MetricChange(20, 40, Fraction(-50), 1060), Fraction(400, 19)),
        (SubjectReference(account_id=unseen.id), None, NOTHING, None),
    ]
    # The post that is in no account belongs to no child.
    of_lone = MetricChange(5, 1, Fraction(400), 11)
    assert breakdown.rest == BreakdownRest(0, of_lone, Fraction(100, 19), [])
    assert (breakdown.start, breakdown.end) == (date(2026, 3, 3), date(2026, 3, 4))
    assert (breakdown.previous_start, breakdown.previous_end) == (date(2026, 3, 1), date(2026, 3, 2))


async def test_creators_and_platforms(database: None) -> None:
    viewer = await new_viewer()
    one, two = await account_with(viewer, [0, 0, 10, 20]), await account_with(viewer, [0, 0, 0, 100])
    instagram = await account_with(viewer, [0, 1, 2, 4], platform=Platform.INSTAGRAM)
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    empty = await create_creator(viewer, NewCreator("Anybody"), now=START)
    for account in (one, instagram):
        await link_account(viewer, creator.id, account.id, now=START)
    organization = viewer.organization_id

    async def rows(kind: SubjectKind, subject: Any, by: Division) -> tuple[list[Any], Any]:
        found = (await break_down(viewer, kind, [subject], "views", by, WINDOW))[subject]
        return [(row.subject or row.platform, row.change.current) for row in found.rows], found.rest.change.current

    assert await rows(SubjectKind.ORGANIZATION, organization, Division.CREATOR) == (
        [(SubjectReference(creator_id=creator.id), 23), (SubjectReference(creator_id=empty.id), None)],
        100,
    )
    by_platform = [(Platform.TIKTOK, 120), (Platform.INSTAGRAM, 3)]
    assert await rows(SubjectKind.ORGANIZATION, organization, Division.PLATFORM) == (by_platform, None)
    assert await rows(SubjectKind.CREATOR, creator.id, Division.PLATFORM) == (
        [(Platform.TIKTOK, 20), (Platform.INSTAGRAM, 3)],
        None,
    )
    assert await rows(SubjectKind.CREATOR, creator.id, Division.ACCOUNT) == (
        [(SubjectReference(account_id=one.id), 20), (SubjectReference(account_id=instagram.id), 3)],
        None,
    )
    assert await rows(SubjectKind.CREATOR, empty.id, Division.VIDEO) == ([], None)
    assert two.creator_id is None


async def test_the_rest_of_a_ratio_is_made_of_sums(database: None) -> None:
    viewer = await new_viewer()
    # Twelve posts that gain 10, 20 ... 120 views; ten are listed. A tenth of views are likes.
    account = await account_with(viewer, *([0, 0, 0, 10 * number] for number in range(1, 13)))
    videos = await videos_of(account)
    found = (await break_down(viewer, SubjectKind.ACCOUNT, [account.id], "views", Division.VIDEO, WINDOW))[account.id]
    assert [row.change.current for row in found.rows] == [120, 110, 100, 90, 80, 70, 60, 50, 40, 30]
    assert {row.subject for row in found.rows} <= {SubjectReference(video_id=video_id) for video_id in videos}
    assert (found.rest.count, found.rest.change.current, found.rest.share_percent) == (2, 30, Fraction(300, 78))
    ratio = (await break_down(viewer, SubjectKind.ACCOUNT, [account.id], "engagement_rate", Division.VIDEO, WINDOW))[
        account.id
    ]
    assert ratio.rest.change.current == Fraction(10)
    assert (ratio.total.current, ratio.rest.share_percent) == (Fraction(10), None)


async def test_posts_that_are_no_longer_observed_stand_for_each_other(database: None) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, *([number] for number in range(14)), [0, 1, 2, 3])
    later = Window(date(2026, 3, 20), date(2026, 3, 22), read_zone("Europe/Berlin"))
    for window, count, total in ((WINDOW, 5, 2), (later, 5, 0)):
        found = (await break_down(viewer, SubjectKind.ACCOUNT, [account.id], "views", Division.VIDEO, window))[
            account.id
        ]
        assert len(found.rows) == 10
        assert (found.rest.count, found.rest.change.current, found.total.current) == (count, 0, total)
        assert found.total.level == sum(range(14)) + 3
        values = (
            await break_down(
                viewer,
                SubjectKind.ACCOUNT,
                [account.id],
                "views",
                Division.VIDEO,
                window,
                granularity=7,
                mode=SeriesMode.LEVEL,
            )
        )[account.id]
        assert sum(level for of in (*values.rows, values.rest) for level in of.values) == found.total.level
    ties = [row.subject.video_id for row in found.rows if row.subject]
    assert ties == sorted(await videos_of(account), key=str)[:10]


@pytest.mark.parametrize("metric", METRICS)
async def test_rows_and_rest_bucket_by_bucket(database: None, metric: str) -> None:
    viewer = await new_viewer()
    accounts = [await account_with(viewer, [0, 10 * number, 30 * number, 60 * number]) for number in range(12)]
    await account_with(viewer)
    found = (
        await break_down(
            viewer,
            SubjectKind.ORGANIZATION,
            [viewer.organization_id],
            metric,
            Division.ACCOUNT,
            WINDOW,
            granularity=Granularity.DAY,
        )
    )[viewer.organization_id]
    own = await subject_metrics(viewer, SubjectKind.ORGANIZATION, [viewer.organization_id], WINDOW, [metric])
    assert found.total == own[viewer.organization_id].values[metric]
    assert found.bucket_starts == [date(2026, 3, 3), date(2026, 3, 4)]
    if metric == "views":
        assert [row.values for row in found.rows] == [[20 * n, 30 * n] for n in range(11, 1, -1)]
        assert (found.rest.count, found.rest.values) == (3, [20, 30])
    if metric == "engagement_rate":
        assert found.rest.values == [Fraction(10), Fraction(10)]
    assert len(accounts) == 12


async def test_levels_bucket_by_bucket(database: None) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, [5, 10, 30, 60])
    found = (
        await break_down(
            viewer,
            SubjectKind.ACCOUNT,
            [account.id],
            "views",
            Division.VIDEO,
            WINDOW,
            granularity=1,
            mode=SeriesMode.LEVEL,
        )
    )[account.id]
    assert ([row.values for row in found.rows], found.rest.values) == ([[30, 60]], [None, None])


@pytest.mark.parametrize(
    ("kind", "by", "metric", "path"),
    [
        (SubjectKind.VIDEO, Division.VIDEO, "views", "by"),
        (SubjectKind.ACCOUNT, Division.PLATFORM, "views", "by"),
        (SubjectKind.CREATOR, Division.CREATOR, "views", "by"),
        (SubjectKind.ACCOUNT, Division.VIDEO, "charm", "metric"),
        (SubjectKind.ACCOUNT, Division.VIDEO, "followers", "metric"),
        (SubjectKind.ACCOUNT, Division.VIDEO, "engagement_rate_by_followers", "metric"),
    ],
)
async def test_what_is_not_possible_is_named(
    database: None, kind: SubjectKind, by: Division, metric: str, path: str
) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await break_down(viewer, kind, [viewer.organization_id], metric, by, WINDOW)
    assert refused.value.path == (path,)


async def test_ties_are_told_apart_as_in_a_leaderboard(database: None) -> None:
    viewer = await new_viewer()
    named = {}
    # Two whose lower case the database and Python do not agree on, between others.
    for name in ("\u0391\u03a3", "\u03b1\u03c2", "\u03b1\u03c3a", "b", "A"):
        named[(await create_creator(viewer, NewCreator(name), now=START)).id] = name
    organization = viewer.organization_id
    board = await rank_subjects(viewer, SubjectKind.CREATOR, "views", WINDOW, page_request())
    found = await break_down(viewer, SubjectKind.ORGANIZATION, [organization], "views", Division.CREATOR, WINDOW)
    children = [row.subject.creator_id for row in found[organization].rows if row.subject]
    assert [named[row.subject_id] for row in board.nodes] == [named[id] for id in children if id]


async def test_what_is_removed_is_no_child(database: None) -> None:
    viewer = await new_viewer()
    kept, removed = await account_with(viewer, [0, 0, 1, 3]), await account_with(viewer, [0, 0, 10, 20])
    await remove_account(viewer, removed.id, now=at("2026-03-05 08:00"))
    organization = viewer.organization_id
    for by in (Division.ACCOUNT, Division.VIDEO, Division.PLATFORM):
        found = await break_down(viewer, SubjectKind.ORGANIZATION, [organization], "views", by, WINDOW)
        assert [row.change.current for row in found[organization].rows] == [3]
        assert (found[organization].rest.count, found[organization].total.current) == (0, 3)
    assert await break_down(viewer, SubjectKind.ACCOUNT, [removed.id], "views", Division.VIDEO, WINDOW) == {}
    assert list(await break_down(viewer, SubjectKind.ACCOUNT, [kept.id], "views", Division.VIDEO, WINDOW)) == [kept.id]


async def test_nobody_reads_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    account = await account_with(viewer, [1, 2, 3])
    assert await break_down(other, SubjectKind.ACCOUNT, [account.id], "views", Division.VIDEO, WINDOW) == {}


@pytest.mark.parametrize(
    ("by", "count"), [(Division.ACCOUNT, 4), (Division.CREATOR, 5), (Division.PLATFORM, 4), (Division.VIDEO, 3)]
)
async def test_the_statements_are_the_same_however_many_rows(
    database: None, statements: list[None], by: Division, count: int
) -> None:
    viewer = await new_viewer()
    for _ in range(2):
        for _ in range(2):
            await account_with(viewer, [1, 2, 3, 4], [1, 2, 3])
        statements.clear()
        await break_down(viewer, SubjectKind.ORGANIZATION, [viewer.organization_id], "engagement_rate", by, WINDOW)
        # Whether it is there; its members, accounts and other posts; their sums and late views, or their levels.
        assert len(statements) == count
