"""The plans of the hottest statements: none reads the whole of a table that grows, whoever else is in it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import timedelta

import msgspec
import pytest

from app.core.analytics.batch import batch_metrics
from app.core.analytics.overview import organization_overview
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.series import subject_series
from app.core.analytics.video_lists import list_videos, list_videos_of
from app.core.analytics.window_metrics import subject_metrics
from app.core.collect.sweep import sweep_due
from app.core.tracking.accounts import list_accounts
from app.core.tracking.creators import list_creators
from app.core.tracking.refreshes import list_runs, list_runs_of, refresh_now
from app.domain.cursors import page_request
from app.domain.filters import (
    EVERY_VIDEO,
    AccountFilter,
    AccountOrderField,
    CountRange,
    CreatorFilter,
    CreatorOrderField,
    Gain,
    OrderDirection,
    OrderKey,
    Period,
    VideoCounter,
    VideoFilter,
    VideoOrderField,
)
from app.domain.platforms import Platform
from app.domain.records import Refreshable, RunState
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, read_zone
from app.settings import Settings
from app.store import db
from app.store.collect.runs import finish_run, start_run
from bench.dataset import make_dataset, organization_id, viewer_of
from bench.sizes import NOW, OrganizationSize, Size
from bench.statements import Statement, statements_of
from tests import engines
from tests.conftest import POOL_SIZE, set_aside
from tests.factories import account_facts, post, record

SIZE = Size("plans", tuple(OrganizationSize(number, 60, 600) for number in range(20)), days=10)
"""Enough organizations and rows for a whole table to be dearer than the part that is asked for."""
OURS = organization_id(7)
VIEWER = viewer_of(7)
ZONES = ("UTC", "Europe/Berlin")
BY_VIEWS = (OrderKey(VideoOrderField.VIEW_COUNT, OrderDirection.DESC),)
BY_NAME = (OrderKey(AccountOrderField.DISPLAY_NAME, OrderDirection.ASC),)
BY_FOLLOWERS = (OrderKey(CreatorOrderField.FOLLOWER_COUNT, OrderDirection.DESC),)
SOME_VIDEOS = VideoFilter(text="story", published=Period(NOW - timedelta(days=30)), views=CountRange(min=1))
SOME_ACCOUNTS = AccountFilter(platforms=frozenset({Platform.TIKTOK}), has_creator=True, followers=CountRange(max=10**6))
SOME_CREATORS = CreatorFilter(platforms=frozenset({Platform.TIKTOK}), text="a")
METRICS = ("views", "likes", "followers", "engagement_rate")
GROWING = (
    *("video_observation", "account_observation", "video_day", "account_day", "account_slot", "video_slot"),
    *("organization_day", "organization_slot", "video", "account", "run"),
)
UseCase = Callable[[], Awaitable[object]]


@pytest.fixture
async def dataset(database: None, settings: Settings, cluster: str) -> AsyncIterator[None]:
    """20 organizations in a database of their own, which is the open one."""
    async with engines.cloned_database(cluster) as url, set_aside(settings):
        await db.open_database(url, POOL_SIZE)
        await make_dataset(SIZE)
        yield
        await db.close_database()


async def test_no_plan_reads_a_whole_table_that_grows(dataset: None) -> None:
    reads = {}
    empty = await empty_partitions()
    for name, use_case in (await hot_use_cases()).items():
        statements = await statements_of(use_case)
        assert statements, f"{name} asks nothing"
        for statement in statements:
            for kind, plan in (await plans_of(statement)).items():
                whole = sorted(set(tables_read_whole(plan)) - empty)
                if whole:
                    reads[name, kind] = (whole, " ".join(statement.sql.split()))
    assert reads == {}
    whole_table = Statement("SELECT count(*) FROM video_day WHERE views_gain > $1", [10])
    for plan in (await plans_of(whole_table)).values():
        assert f"video_day_{NOW.year}" in set(tables_read_whole(plan)), "it would not be seen"


async def hot_use_cases() -> Mapping[str, UseCase]:
    """What most requests and every refresh ask, by name."""
    windows = {zone: Window(NOW.date() - timedelta(days=3), NOW.date(), read_zone(zone)) for zone in ZONES}
    accounts = (await list_accounts(VIEWER, AccountFilter(), page_request(first=100), with_total=False)).nodes
    account = next(account for account in accounts if account.platform is Platform.TIKTOK and account.creator_id)
    rows = await db.fetch("SELECT id FROM video WHERE organization_id = $1 ORDER BY id LIMIT 200", OURS)
    video_ids = [row["id"] for row in rows]
    subjects = {
        SubjectKind.ACCOUNT: account.id,
        SubjectKind.CREATOR: account.creator_id,
        SubjectKind.ORGANIZATION: OURS,
        SubjectKind.VIDEO: video_ids[0],
    }
    facts = account_facts(
        account,
        NOW + timedelta(hours=8),
        [post(f"new{number}", NOW, {"views": 5, "likes": 1}) for number in range(3)]
        + [post(row["external_id"], None, {"views": 10**6}) for row in await known_posts(account.id)],
        {"followers": 10},
    )

    async def run_of_a_refresh() -> None:
        run = await start_run(Refreshable.ACCOUNT, OURS, account.id, NOW)
        await finish_run(OURS, run.id, RunState.SUCCEEDED, NOW)

    cases: dict[str, UseCase] = {
        "page of accounts": lambda: list_accounts(VIEWER, AccountFilter(), page_request(first=50), with_total=True),
        "page of videos": lambda: list_videos_of(
            VIEWER, SubjectKind.ACCOUNT, [account.id], page_request(first=50), with_total=True
        ),
        "newest videos of all": lambda: list_videos(VIEWER, EVERY_VIDEO, page_request(first=50), with_total=True),
        "videos by views": lambda: list_videos(VIEWER, EVERY_VIDEO, page_request(first=50), BY_VIEWS, with_total=False),
        "videos of a filter": lambda: list_videos(VIEWER, SOME_VIDEOS, page_request(), BY_VIEWS, with_total=True),
        "videos of a creator": lambda: list_videos_of(
            VIEWER, SubjectKind.CREATOR, [account.creator_id], page_request(), EVERY_VIDEO, BY_VIEWS, with_total=True
        ),
        "accounts of a filter": lambda: list_accounts(VIEWER, SOME_ACCOUNTS, page_request(), BY_NAME, with_total=True),
        "creators by followers": lambda: list_creators(
            VIEWER, SOME_CREATORS, page_request(), BY_FOLLOWERS, with_total=True
        ),
        "lease of what is due": lambda: sweep_due(NOW + timedelta(minutes=5), timedelta(minutes=5), 8),
        "recording": lambda: record(account, facts),
        "run": run_of_a_refresh,
        "refresh now": lambda: refresh_now(VIEWER, [(Refreshable.ACCOUNT, account.id)], timedelta(), now=NOW),
        "history of an account": lambda: list_runs_of(
            VIEWER, Refreshable.ACCOUNT, [account.id], page_request(first=50), with_total=True
        ),
        "history of what failed": lambda: list_runs(VIEWER, [RunState.FAILED], page_request(first=50), with_total=True),
    }
    for zone, window in windows.items():
        for kind, subject_id in subjects.items():
            assert subject_id is not None
            cases[f"series of one {kind.value}, {zone}"] = lambda kind=kind, id=subject_id, window=window: (
                subject_series(VIEWER, kind, [id], window, Granularity.DAY, SeriesMode.GAIN, METRICS, now=NOW)
            )
            cases[f"metrics of one {kind.value}, {zone}"] = lambda kind=kind, id=subject_id, window=window: (
                subject_metrics(VIEWER, kind, [id], window, METRICS)
            )
        for kind in (SubjectKind.ACCOUNT, SubjectKind.CREATOR, SubjectKind.VIDEO):
            cases[f"leaderboard by {kind.value}, {zone}"] = lambda kind=kind, window=window: rank_subjects(
                VIEWER, kind, "views", window, page_request(first=20)
            )
        by_gain = (OrderKey(Gain(VideoCounter.VIEWS, window), OrderDirection.DESC),)
        cases[f"videos by gain, {zone}"] = lambda by_gain=by_gain: list_videos(
            VIEWER, EVERY_VIDEO, page_request(first=20), by_gain, with_total=False
        )
        cases[f"videos of a creator by gain, {zone}"] = lambda by_gain=by_gain: list_videos_of(
            VIEWER, SubjectKind.CREATOR, [account.creator_id], page_request(), EVERY_VIDEO, by_gain, with_total=False
        )
        cases[f"batch of 200 videos, {zone}"] = lambda window=window: batch_metrics(
            VIEWER, SubjectKind.VIDEO, video_ids, window, ("views", "engagement_rate")
        )
        cases[f"overview, {zone}"] = lambda window=window: organization_overview(VIEWER, window)
    return cases


async def known_posts(account_id: object) -> list[object]:
    return await db.fetch("SELECT external_id FROM video WHERE account_id = $1 ORDER BY id LIMIT 3", account_id)


async def empty_partitions() -> set[str]:
    """Those of months to come, which cost nothing to read."""
    rows = await db.fetch("SELECT relname::text AS name FROM pg_class WHERE relispartition AND reltuples <= 0")
    return {row["name"] for row in rows}


async def plans_of(statement: Statement) -> dict[str, object]:
    """The plan PostgreSQL makes for the very values, and the one it makes for any."""
    async with db.transaction():
        custom = await db.fetch(f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.values)
        await db.execute(
            """
            CREATE OR REPLACE FUNCTION pg_temp.generic_plan(statement text) RETURNS json LANGUAGE plpgsql AS $$
            DECLARE plan json;
            BEGIN
                EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || statement INTO plan;
                RETURN plan;
            END $$
            """
        )
        generic = await db.fetch("SELECT pg_temp.generic_plan($1)", statement.sql)
    return {"custom": msgspec.json.decode(custom[0][0]), "generic": msgspec.json.decode(generic[0][0])}


def tables_read_whole(plan: object) -> Iterator[str]:
    """The growing tables and their partitions that a part of the plan reads from end to end."""
    if isinstance(plan, list):
        for part in plan:
            yield from tables_read_whole(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            name = str(plan["Relation Name"])
            if re.sub(r"_20\d\d(_\d\d)?$", "", name) in GROWING:
                yield name
        for part in plan.values():
            yield from tables_read_whole(part)
