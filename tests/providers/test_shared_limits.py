"""Several workers on one sandbox and one Valkey: its request log shows what they asked, and when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from redis.asyncio import Redis

from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream, open_client
from app.providers.limits import TIKTOK_LISTS, TIKTOK_PAGES, Held, Pacing
from app.settings import Settings
from tests import engines
from tests.providers.answers import SECOND_OPINIONS
from tests.upstream import Sandbox

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PROFILE = PostBounds(0)
WITHIN = timedelta(seconds=30)


class Workers:
    """Chains that share nothing but a Valkey, as those of several processes."""

    def __init__(self, sandbox: Sandbox, redis: Redis, stack: AsyncExitStack) -> None:
        self.sandbox = sandbox
        self.redis = redis
        self.stack = stack

    async def hire(self, number: int, **limits: bool) -> list[Chains]:
        settings = Settings(
            upstream_base_template=self.sandbox.template,
            request_timeout_seconds=1.0,
            providers_off=SECOND_OPINIONS,
            scrapecreators_key="sandbox-scrapecreators-key",
        )
        client = await self.stack.enter_async_context(open_client(settings))
        upstream = Upstream.of(client, settings)
        return [Chains(settings, upstream, Pacing(self.redis, **limits)).at(NOW) for _ in range(number)]  # type: ignore[arg-type]

    async def asked(self, host: str) -> list[datetime]:
        """When the host was asked, in order."""
        return sorted(
            datetime.fromisoformat(entry["received_at"]) for entry in await self.sandbox.log() if entry["host"] == host
        )


@pytest.fixture
async def workers(sandbox: Sandbox) -> AsyncIterator[Workers]:
    with engines.cache() as url:
        async with Redis.from_url(url) as redis, AsyncExitStack() as stack:
            yield Workers(sandbox, redis, stack)


async def profile(chains: Chains, handle: str, platform: Platform = Platform.TIKTOK) -> Outcome:
    return await chains.fetch_account(AccountIdentity(platform, handle), PROFILE, NOW, within=WITHIN)


async def test_nobody_asks_faster_than_the_pace(workers: Workers) -> None:
    team = await workers.hire(2, is_on=True)
    outcomes = await asyncio.gather(*(profile(team[number % 2], f"somebody_{number}") for number in range(4)))
    assert [outcome.answer_class for outcome in outcomes] == [AnswerClass.OK] * 4
    asked = await workers.asked("www.tiktok.com")
    assert len(asked) == 4
    # Even where a request was on its way for long: the next is spaced from when it can have arrived.
    assert all((after - before).total_seconds() >= TIKTOK_PAGES.spacing_seconds for before, after in pairwise(asked))


async def test_after_one_refusal_no_worker_asks_and_all_turn_to_the_next(workers: Workers) -> None:
    team = await workers.hire(3, is_on=False, is_guarded=True)
    await workers.sandbox.fault("www.tiktok.com/", "too_many_429", retry_after=120)
    outcomes = [await profile(team[number % 3], f"somebody_{number}") for number in range(6)]
    assert [outcome.answer_class for outcome in outcomes] == [AnswerClass.OK] * 6
    assert all(outcome.facts is not None and outcome.facts.provider == "scrapecreators" for outcome in outcomes)
    assert len(await workers.asked("www.tiktok.com")) == 1
    first, *others = [outcome.calls[0] for outcome in outcomes]
    assert (first.http_status, first.requests) == (429, 1)
    assert {(call.answer_class, call.http_status, call.requests) for call in others} == {
        (AnswerClass.RATE_LIMITED, None, 0)
    }
    assert [call.cost for call in outcomes[1].calls] == [0, 1]


async def test_a_wait_that_is_asked_for_holds_for_all_that_is_asked_of_the_host(workers: Workers) -> None:
    team = await workers.hire(2, is_on=False, is_guarded=True)
    await workers.sandbox.fault("/@", "too_many_429", retry_after=120, times=1)
    assert (await profile(team[0], "somebody")).calls[0].answer_class is AnswerClass.RATE_LIMITED
    tiktok = AccountIdentity(Platform.TIKTOK, "somebody")
    held = await team[1]._pacing.enter(TIKTOK_LISTS)
    assert isinstance(held, Held)
    assert held.reason == "tiktok.lists is left alone for 120 s, as it asks"
    await workers.redis.flushdb()
    outcomes = [await chains.fetch_account(tiktok, PostBounds(3), NOW, within=WITHIN) for chains in team]
    assert all(outcome.facts is not None and outcome.facts.provider == "scrapecreators" for outcome in outcomes)
    assert len(await workers.asked("www.tiktok.com")) == 1


@pytest.mark.parametrize(
    ("mode", "answer_class"),
    [("empty_body", AnswerClass.BLOCKED), ("http_403", AnswerClass.BLOCKED), ("captcha", AnswerClass.BLOCKED)],
)
async def test_a_block_rests_the_upstream(workers: Workers, mode: str, answer_class: AnswerClass) -> None:
    team = await workers.hire(2, is_on=False, is_guarded=True)
    await workers.sandbox.fault("www.tiktok.com/", mode)
    outcomes = [await profile(chains, "somebody") for chains in (*team, *team)]
    assert [outcome.calls[0].answer_class for outcome in outcomes] == [answer_class] * 4
    assert len(await workers.asked("www.tiktok.com")) == 1


async def test_a_changed_page_stops_the_upstream_after_five_things(workers: Workers) -> None:
    team = await workers.hire(2, is_on=False, is_guarded=True)
    await workers.sandbox.fault("www.tiktok.com/", "missing_script")
    outcomes = [await profile(team[number % 2], f"somebody_{number}") for number in range(9)]
    assert [outcome.calls[0].answer_class for outcome in outcomes] == [AnswerClass.SCHEMA_CHANGED] * 9
    assert len(await workers.asked("www.tiktok.com")) == 5


async def test_instagrams_refusal_is_not_tried_a_second_time_by_another_way(workers: Workers) -> None:
    (chains,) = await workers.hire(1, is_on=False, is_guarded=True)
    await workers.sandbox.fault("www.instagram.com/", "soft_block_401")
    outcome = await profile(chains, "rival_one", Platform.INSTAGRAM)
    assert [(call.provider, call.route, call.answer_class) for call in outcome.calls] == [
        ("instagram_web", "web_profile_info", AnswerClass.RATE_LIMITED),
        ("scrapecreators", "instagram/profile", AnswerClass.OK),
    ]
    assert len(await workers.asked("www.instagram.com")) == 1


async def test_a_daily_cap_holds_in_the_sandbox_where_it_is_asked_for(workers: Workers) -> None:
    settings = Settings(upstream_base_template=workers.sandbox.template, providers_off=SECOND_OPINIONS)
    client = await workers.stack.enter_async_context(open_client(settings))
    pacing = Pacing(workers.redis, is_on=False, is_guarded=True, caps={TIKTOK_PAGES.name: 2})
    chains = Chains(settings, Upstream.of(client, settings), pacing).at(NOW)
    classes = [(await profile(chains, f"somebody_{number}")).answer_class for number in range(4)]
    assert classes == [AnswerClass.OK] * 2 + [AnswerClass.QUOTA_EXHAUSTED] * 2
    assert len(await workers.asked("www.tiktok.com")) == 2


@pytest.mark.parametrize(
    ("mode", "answer_class"),
    [
        ("too_many_429", AnswerClass.RATE_LIMITED),
        ("empty_body", AnswerClass.BLOCKED),
        ("wrong_entity", AnswerClass.SCHEMA_CHANGED),
        ("truncated_json", AnswerClass.UPSTREAM_ERROR),
        ("hang", AnswerClass.NETWORK_TIMEOUT),
        ("http_500", AnswerClass.UPSTREAM_ERROR),
    ],
)
async def test_a_fault_in_the_midst_is_filled_in_for_by_the_next(
    workers: Workers, mode: str, answer_class: AnswerClass
) -> None:
    (chains,) = await workers.hire(1, is_on=False)
    post = PostIdentity(Platform.TIKTOK, "7123456789", "charlidamelio")
    before = await chains.fetch_post(post, NOW, within=WITHIN)
    await workers.sandbox.fault("www.tiktok.com/", mode)
    after = await chains.fetch_post(post, NOW, within=WITHIN)
    assert before.facts is not None
    assert after.facts is not None
    assert (before.provider, after.provider) == ("tiktok_web", "scrapecreators")
    assert [call.answer_class for call in after.calls] == [answer_class, AnswerClass.OK]
    shown, exact = before.facts.counts["views"], after.facts.counts["views"]
    assert shown.is_approximate
    assert not exact.is_approximate
    assert abs(shown.value - exact.value) < shown.step


async def test_pacing_is_off_in_the_sandbox_and_on_where_it_is_asked_for(workers: Workers) -> None:
    off = Settings(upstream_base_template=workers.sandbox.template)
    on = msgspec.structs.replace(off, limits_on_overridden_hosts=True)
    assert (off.limits_on_overridden_hosts, on.limits_on_overridden_hosts) == (False, True)
    team = await workers.hire(1, is_on=False)
    await asyncio.gather(*(profile(team[0], f"somebody_{number}") for number in range(6)))
    asked = await workers.asked("www.tiktok.com")
    assert (asked[-1] - asked[0]).total_seconds() < 6
