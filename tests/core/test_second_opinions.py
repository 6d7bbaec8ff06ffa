"""Falls, renames, gaps and costs: what chains of several providers come to once it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app.core.collect.refresh import refresh_account
from app.core.collect.runs import Refreshed
from app.core.collect.sweep import take_lease, take_video_lease
from app.core.collect.video_refresh import refresh_video
from app.core.tracking.accounts import load_accounts
from app.core.tracking.refreshes import load_runs
from app.core.tracking.videos import load_videos
from app.domain.platforms import Platform
from app.domain.records import Account, ProviderCall, RunState, Video
from app.domain.viewer import Viewer
from app.providers.base import AccountIdentity, Call, Operation, Outcome, PostBounds, PostIdentity, PostOutcome, Visit
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.registry import Entry, Registry
from app.settings import Settings
from app.store.db import fetch
from app.store.partitions import ensure_partitions
from tests.factories import Value, account_facts, new_account, new_video, new_viewer, post

LEASE = timedelta(minutes=5)
MONDAY = datetime(2026, 10, 5, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
PUBLISHED = MONDAY - timedelta(days=9)


@dataclass
class Scripted:
    """A provider that answers what it is told to."""

    name: str
    answers: list[Any] = field(default_factory=list)
    cost: int = 0

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        outcome: PostOutcome = self._next()
        return replace(outcome, captured_at=now, provider=self.name, route="page")

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        outcome: Outcome = self._next()
        if outcome.facts is not None:
            outcome = replace(outcome, facts=replace(outcome.facts, captured_at=now, provider=self.name))
        return outcome

    def _next(self) -> Any:
        answer = self.answers.pop(0)
        return replace(answer, calls=(Call(self.name, "page", answer.answer_class, 200, None, 5, 1, self.cost),))


class Desk:
    """Two providers of TikTok in a row, and a viewer of an organization of its own."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.first, self.second = Scripted("first"), Scripted("second", cost=3)
        providers = (self.first, self.second)

        def entries(operation: Operation) -> Any:
            return tuple(
                Entry(Platform.TIKTOK, operation, order, each, None) for order, each in enumerate(providers, 1)
            )

        accounts = {(Platform.TIKTOK, each): entries(each) for each in (Operation.PROFILE, Operation.RECENT_VIDEOS)}
        registry = Registry({Platform.TIKTOK: entries(Operation.POST_STATS)}, accounts)
        settings = Settings(upstream_base_template="http://upstream.test/{host}")
        upstream = Upstream.of(httpx.AsyncClient(), settings)
        self.chains = Chains(settings, upstream, Pacing(None, is_on=False), registry)

    async def refresh(self, account: Account, now: datetime) -> Refreshed:
        await ensure_partitions(now, now)
        lease = await take_lease(account.organization_id, account.id, datetime.now(UTC), LEASE)
        assert lease is not None
        done = await refresh_account(self.chains, None, lease, now=now, lease_time=LEASE)
        assert done is not None
        return done

    async def refresh_video(self, video: Video, now: datetime) -> Refreshed:
        await ensure_partitions(now, now)
        lease = await take_video_lease(video.organization_id, video.id, datetime.now(UTC), LEASE)
        assert lease is not None
        done = await refresh_video(self.chains, lease, now=now, lease_time=LEASE)
        assert done is not None
        return done

    async def read(self, account: Account) -> Account:
        return (await load_accounts(self.viewer, [account.id]))[account.id]


def told(account: Account, profile: Mapping[str, Value], posts: Mapping[str, Mapping[str, Value]]) -> Outcome:
    shown = [post(external_id, PUBLISHED, values) for external_id, values in posts.items()]
    return Outcome(AnswerClass.OK, account_facts(account, MONDAY, shown, profile))


async def test_a_fall_is_asked_about_and_what_comes_out_is_stored(database: None) -> None:
    desk = Desk(await new_viewer())
    account = await new_account(desk.viewer, MONDAY)
    desk.first.answers = [
        told(account, {"followers": 1000}, {"71": {"views": 500}, "72": {"views": 90}}),
        told(account, {"followers": 0}, {"71": {"views": 200}, "72": {"views": 91}}),
    ]
    desk.second.answers = [told(account, {"followers": 1010}, {"71": {"views": 510}, "72": {"views": 999}})]
    await desk.refresh(account, MONDAY)
    assert len(desk.second.answers) == 1
    done = await desk.refresh(account, TUESDAY)
    assert (done.state, done.answer_class) == (RunState.SUCCEEDED, AnswerClass.OK)
    stored = await desk.read(account)
    assert (stored.followers, stored.views) == (1010, 510 + 91)
    run = (await load_runs(desk.viewer, [done.run_id]))[done.run_id]
    assert run.calls == [
        ProviderCall("first", "page", AnswerClass.OK, 200, None, 5, 1),
        ProviderCall("second", "page", AnswerClass.OK, 200, None, 5, 1, 3),
    ]


async def test_a_fall_that_both_show_is_stored_as_it_is(database: None) -> None:
    desk = Desk(await new_viewer())
    video = await new_video(desk.viewer, "7100000000000000001", MONDAY)

    def shown(views: Value) -> PostOutcome:
        return PostOutcome(AnswerClass.OK, post(video.external_id, PUBLISHED, {"views": views, "likes": 5}))

    desk.first.answers, desk.second.answers = [shown(1000), shown(400), shown(390)], [shown(401)]
    for days in range(3):
        await desk.refresh_video(video, MONDAY + timedelta(days=days))
    assert (desk.first.answers, desk.second.answers) == ([], [])
    stored = (await load_videos(desk.viewer, [video.id]))[video.id]
    assert stored.views == 390
    rows = await fetch(
        "SELECT views, provider FROM video_observation WHERE video_id = $1 ORDER BY captured_at", video.id
    )
    assert [tuple(row) for row in rows] == [(1000, "first"), (400, "first"), (390, "first")]


async def test_a_rename_found_by_the_second_keeps_the_history(database: None) -> None:
    desk = Desk(await new_viewer())
    desk.first.name, desk.second.name = "instagram_web", "scrapecreators"
    account = await new_account(desk.viewer, MONDAY)
    renamed = told(account, {"followers": 1005}, {"71": {"views": 520}})
    assert renamed.facts is not None
    profile = replace(renamed.facts.profile, handle=f"{account.handle}.renamed")
    desk.first.answers = [
        told(account, {"followers": 1000}, {"71": {"views": 500}}),
        Outcome(AnswerClass.NOT_FOUND, reason="It is not there", signs=2),
    ]
    desk.second.answers = [replace(renamed, facts=replace(renamed.facts, profile=profile))]
    await desk.refresh(account, MONDAY)
    done = await desk.refresh(account, TUESDAY)
    assert done.state is RunState.SUCCEEDED
    stored = await desk.read(account)
    assert (stored.id, stored.handle, stored.is_unavailable) == (account.id, f"{account.handle}.renamed", False)
    assert (stored.followers, stored.views, stored.first_refreshed_at) == (1005, 520, MONDAY)


async def test_a_lone_vote_marks_nothing_gone(database: None) -> None:
    desk = Desk(await new_viewer())
    account = await new_account(desk.viewer, MONDAY)
    gone, blocked = Outcome(AnswerClass.NOT_FOUND, reason="Gone"), Outcome(AnswerClass.BLOCKED, reason="No")
    desk.first.answers, desk.second.answers = [gone, gone], [blocked, gone]
    done = await desk.refresh(account, MONDAY)
    assert (done.state, done.answer_class) == (RunState.FAILED, AnswerClass.UNAVAILABLE)
    assert not (await desk.read(account)).is_unavailable
    done = await desk.refresh(account, TUESDAY)
    assert (done.state, done.answer_class) == (RunState.FAILED, AnswerClass.NOT_FOUND)
    assert (await desk.read(account)).is_unavailable


async def test_what_was_filled_in_is_stored_with_its_step(database: None) -> None:
    desk = Desk(await new_viewer())
    account = await new_account(desk.viewer, MONDAY)
    first = told(account, {"followers": 1000}, {"71": {"likes": 40}})
    desk.first.answers = [first]
    desk.second.answers = [told(account, {}, {"71": {"views": (1_900_000, 100_000), "likes": (50, 10)}})]
    done = await desk.refresh(account, MONDAY)
    assert done.answer_class is AnswerClass.OK
    rows = await fetch(
        """
        SELECT views, (steps ->> 'views')::int, likes, (steps ->> 'likes')::int FROM video_observation
        WHERE video_id IN (SELECT id FROM video WHERE account_id = $1)
        """,
        account.id,
    )
    assert [tuple(row) for row in rows] == [(1_900_000, 100_000, 40, None)]
