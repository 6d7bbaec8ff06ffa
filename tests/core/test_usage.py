"""What an organization uses is counted, added up, and told."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from app.core.access import usage as usage_at_work
from app.core.access.quotas import set_quota
from app.core.access.usage import UsageTally, kept_up, organization_usage, tracking_limits
from app.core.tracking.changes import PostLimits, update_defaults
from app.domain.problems import Forbidden, InvalidInput, NotFound
from app.domain.records import FaceUsage, ProviderUsage, TrackingLimits, UsageDay
from app.domain.viewer import Scope
from app.store.db import execute, fetch
from tests.factories import at, new_account, new_viewer

NOON = at("2026-03-02 12:00")
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


async def test_requests_are_added_up_by_day_and_face(database: None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    mine, theirs = UsageTally(), UsageTally()
    for tally in (mine, theirs):  # as two processes
        tally.note(viewer.organization_id, "graphql", points=3, now=NOON)
        tally.note(viewer.organization_id, "graphql", points=4, now=NOON - timedelta(days=1))
        tally.note(viewer.organization_id, "exports", points=0, now=NOON)
        tally.note(stranger.organization_id, "graphql", points=100, now=NOON)
        await tally.write()
        await tally.write()  # nothing is written twice

    usage = await organization_usage(viewer, FIRST, SECOND)
    assert (usage.start, usage.end) == (FIRST, SECOND)
    assert usage.days == [UsageDay(FIRST, 2, 8, 0, 0, 0), UsageDay(SECOND, 4, 6, 0, 0, 0)]
    assert usage.faces == [FaceUsage("exports", 2, 0), FaceUsage("graphql", 4, 14)]
    assert usage.providers == []


async def test_a_day_is_one_of_utc(database: None) -> None:
    viewer, tally = await new_viewer(), UsageTally()
    for now in ("2026-03-01 23:59", "2026-03-02 00:00"):
        tally.note(viewer.organization_id, "graphql", points=1, now=at(now))
    await tally.write()
    usage = await organization_usage(viewer, FIRST, SECOND)
    assert [day.requests for day in usage.days] == [1, 1]


async def test_refreshes_are_told_by_day_and_provider(database: None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    account, theirs = await new_account(viewer, NOON), await new_account(stranger, NOON)
    well = '[{"provider": "web", "answer_class": "ok", "requests": 3}]'
    failed = well[:-2] + '}, {"provider": "web", "answer_class": "blocked", "requests": 0}]'
    for organization_id, account_id, started, state, calls, posts in (
        (
            viewer.organization_id,
            account.id,
            "2026-03-01 23:59",
            "succeeded",
            well,
            30,
        ),
        (viewer.organization_id, account.id, "2026-03-02 00:00", "failed", failed, 0),
        (viewer.organization_id, account.id, "2026-03-02 01:00", "lost", "[]", 0),
        (viewer.organization_id, account.id, "2026-03-02 02:00", "running", "[]", 0),
        (viewer.organization_id, account.id, "2026-03-03 00:00", "succeeded", "[]", 7),
        (viewer.organization_id, account.id, "2026-02-28 23:59", "succeeded", "[]", 7),
        (stranger.organization_id, theirs.id, "2026-03-02 00:00", "succeeded", failed, 9),
    ):
        await execute(
            """
            INSERT INTO run
                (id, organization_id, account_id, started_at, state, calls, posts_observed, used_recent_facts)
            VALUES ($1, $2, $3, $4, $5, $6, $7, false)
            """,
            uuid4(),
            organization_id,
            account_id,
            at(started),
            state,
            calls,
            posts,
        )
    usage = await organization_usage(viewer, FIRST, SECOND)
    assert usage.days == [UsageDay(FIRST, 0, 0, 1, 0, 30), UsageDay(SECOND, 0, 0, 0, 2, 0)]
    assert usage.providers == [ProviderUsage("web", 6, 1)]


async def test_a_window_has_at_most_93_days(database: None) -> None:
    viewer = await new_viewer()
    assert len((await organization_usage(viewer, FIRST, FIRST + timedelta(days=92))).days) == 93
    with pytest.raises(InvalidInput) as refused:
        await organization_usage(viewer, FIRST, FIRST + timedelta(days=93))
    assert refused.value.path == ("window",)


async def test_usage_needs_a_scope(database: None) -> None:
    nobody = replace(await new_viewer(), scopes=frozenset())
    with pytest.raises(Forbidden):
        await organization_usage(nobody, FIRST, SECOND)
    with pytest.raises(Forbidden):
        await tracking_limits(nobody)


async def test_what_cannot_be_written_is_counted_still(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, tally = await new_viewer(), UsageTally()
    tally.note(viewer.organization_id, "graphql", points=2, now=NOON)

    async def away(_tally: object) -> None:
        tally.note(viewer.organization_id, "graphql", points=5, now=NOON)  # somebody asks meanwhile
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("app.core.access.usage.add_usage", away)
        with pytest.raises(OSError):
            await tally.write()
    await tally.write()
    assert (await organization_usage(viewer, SECOND, SECOND)).faces == [FaceUsage("graphql", 2, 7)]


async def test_an_organization_that_is_gone_does_not_hold_up_the_others(database: None) -> None:
    viewer, tally = await new_viewer(), UsageTally()
    for organization_id in (uuid4(), viewer.organization_id):
        tally.note(organization_id, "graphql", points=1, now=NOON)
    await tally.write()
    assert (await organization_usage(viewer, SECOND, SECOND)).faces == [FaceUsage("graphql", 1, 1)]


async def test_what_is_left_is_written_at_the_end(database: None) -> None:
    viewer, tally = await new_viewer(), UsageTally()
    async with kept_up(tally):
        tally.note(viewer.organization_id, "graphql", points=1, now=NOON)
    rows = await fetch(
        "SELECT face, requests, points FROM usage_day WHERE organization_id = $1", viewer.organization_id
    )
    assert [tuple(row) for row in rows] == [("graphql", 1, 1)]


async def test_limits_and_defaults_are_told(database: None) -> None:
    viewer = await new_viewer()
    assert await tracking_limits(viewer) == TrackingLimits(0, None, 100, 365)
    await new_account(viewer, NOON)
    await update_defaults(viewer, PostLimits(max_recent_posts=None, post_lookback_days=30))
    assert await set_quota(viewer.organization_name, 7) == 1
    assert await tracking_limits(viewer) == TrackingLimits(1, 7, None, 30)
    assert await set_quota(viewer.organization_name, None) == 1
    assert await tracking_limits(viewer) == TrackingLimits(1, None, None, 30)
    with pytest.raises(NotFound):
        await set_quota("nobody's", 7)


async def test_reading_is_enough_to_see_them(database: None) -> None:
    reader = await new_viewer(frozenset({Scope.READ}))
    assert (await tracking_limits(reader)).account_count == 0


async def test_a_write_that_is_under_way_at_the_end_counts_once(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_at_work, "WRITE_EVERY", timedelta())
    viewer, tally = await new_viewer(), UsageTally()
    for number in range(40):
        async with kept_up(tally):
            tally.note(viewer.organization_id, "graphql", points=2, now=NOON)
            await asyncio.sleep(number / 20_000)
    usage = await organization_usage(viewer, SECOND, SECOND)
    assert usage.faces == [FaceUsage("graphql", 40, 80)]
