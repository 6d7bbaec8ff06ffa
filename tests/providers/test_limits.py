"""Pacing, with a real Valkey: turns, rests and days are shared, whoever asks."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from app.providers import shared
from app.providers.caps import DailyCap
from app.providers.failures import AnswerClass
from app.providers.limits import FACEBOOK, LANES, Held, Lane, Pacing, open_pacing
from app.settings import Settings, SettingsError
from tests.valkeys import own_valkey


def lane(spacing: float = 0.0, rest: float = 900.0, concurrency: int = 1, daily: DailyCap | None = None) -> Lane:
    return Lane(uuid4().hex, spacing, rest, concurrency, daily or DailyCap(1000))


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


def seconds_of(turn: str | Held) -> int | None:
    assert isinstance(turn, Held)
    return turn.retry_after_seconds


async def passed(pacing: Pacing, mine: Lane) -> bool:
    """Whether a request gets its turn at once; it is over at once, too."""
    turn = await pacing.enter(mine)
    if isinstance(turn, Held):
        return False
    await pacing.leave(mine, turn)
    return True


async def test_starts_are_apart_whoever_asks(redis: Redis) -> None:
    mine, loop = lane(spacing=0.2, concurrency=4), asyncio.get_running_loop()
    workers = [Pacing(redis, jitter=lambda: 0.0) for _ in range(3)]

    async def ask(worker: Pacing) -> None:
        turn = await worker.enter(mine)
        assert isinstance(turn, str)
        await worker.leave(mine, turn)

    began = loop.time()
    await asyncio.gather(*(ask(workers[number % 3]) for number in range(6)))
    # Five times 0.2 s lie between six starts; Valkey's clock counts whole milliseconds.
    assert loop.time() - began > 0.98


async def test_a_start_is_apart_from_when_the_one_before_can_have_arrived(redis: Redis) -> None:
    mine, loop = lane(spacing=0.3), asyncio.get_running_loop()
    pacing = Pacing(redis, jitter=lambda: 0.0)
    turn = await pacing.enter(mine)
    assert isinstance(turn, str)
    await asyncio.sleep(0.4)
    await pacing.leave(mine, turn)
    ended = loop.time()
    assert isinstance(await pacing.enter(mine), str)
    assert loop.time() - ended > 0.28


async def test_chance_adds_half_of_the_spacing_at_most(redis: Redis) -> None:
    mine = lane(spacing=100.0, concurrency=9)
    pacing = Pacing(redis, jitter=lambda: 1.0)
    await pacing.enter(mine)
    assert seconds_of(await pacing.enter(mine)) == 150
    other = lane(spacing=100.0, concurrency=9)
    pacing = Pacing(redis, jitter=lambda: 0.0)
    await pacing.enter(other)
    assert seconds_of(await pacing.enter(other)) == 100


async def test_no_more_run_at_a_time_than_the_lane_takes(redis: Redis) -> None:
    mine, loop = lane(concurrency=2), asyncio.get_running_loop()
    one, other = Pacing(redis), Pacing(redis)
    turns = [await one.enter(mine), await other.enter(mine)]
    late = await one.enter(mine, loop.time() + 0.25)
    assert isinstance(late, Held)
    assert late.answer_class is AnswerClass.NETWORK_TIMEOUT
    waiting = asyncio.create_task(one.enter(mine, loop.time() + 30))
    await asyncio.sleep(0.25)
    assert not waiting.done()
    assert isinstance(turns[1], str)
    await other.leave(mine, turns[1])
    assert isinstance(await asyncio.wait_for(waiting, 5), str)


async def test_a_request_whose_worker_died_does_not_hold_the_lane(redis: Redis) -> None:
    mine, loop = lane(), asyncio.get_running_loop()
    pacing = Pacing(redis)
    await pacing.enter(mine, lasting_seconds=-4.9)  # with the grace, 0.1 s
    assert isinstance(await pacing.enter(mine, loop.time() + 30), str)


async def test_a_turn_after_the_time_is_over_is_not_taken(redis: Redis) -> None:
    mine, loop = lane(spacing=10.0), asyncio.get_running_loop()
    pacing = Pacing(redis, jitter=lambda: 0.0)
    turn = await pacing.enter(mine, loop.time() + 5)
    assert isinstance(turn, str)
    for _ in range(3):
        held = await pacing.enter(mine, loop.time() + 5)
        assert isinstance(held, Held)
        assert held.answer_class is AnswerClass.NETWORK_TIMEOUT
    state = await pacing.state(mine)
    assert state.next_turn - state.last_start <= 10_000


async def test_a_turn_further_than_a_minute_away_is_our_own_pace(redis: Redis) -> None:
    mine = lane(spacing=90.0)
    pacing = Pacing(redis, jitter=lambda: 0.0)
    await pacing.enter(mine)
    held = await pacing.enter(mine)
    assert held == Held(AnswerClass.RATE_LIMITED, f"Our own pace for {mine.name} leaves no turn for 90 s", 90)


async def test_a_hold_is_for_all_and_never_shortened(redis: Redis) -> None:
    mine = lane()
    await Pacing(redis).hold(mine, 900)
    assert seconds_of(await Pacing(redis).enter(mine)) == 900
    await Pacing(redis).hold(mine, 5)
    assert seconds_of(await Pacing(redis).enter(mine)) in (899, 900)


async def test_a_refusal_rests_the_lane_for_all(redis: Redis) -> None:
    mine = lane(rest=900)
    await Pacing(redis).told(mine, AnswerClass.RATE_LIMITED, "a", 40)
    held = await Pacing(redis).enter(mine)
    assert held == Held(AnswerClass.RATE_LIMITED, f"{mine.name} is left alone for 900 s: rate_limited", 900)
    await Pacing(redis).told(mine, AnswerClass.RATE_LIMITED, "b", 3600)
    assert seconds_of(await Pacing(redis).enter(mine)) == 3600
    await Pacing(redis).told(mine, AnswerClass.OK, "c")  # one that was on its way
    assert not await passed(Pacing(redis), mine)


async def test_who_waited_while_the_lane_was_refused_does_not_ask(redis: Redis) -> None:
    mine, loop = lane(spacing=0.5, concurrency=2), asyncio.get_running_loop()
    pacing = Pacing(redis, jitter=lambda: 0.0)
    await pacing.enter(mine)
    waiting = asyncio.create_task(pacing.enter(mine, loop.time() + 30))
    await asyncio.sleep(0.1)
    await pacing.told(mine, AnswerClass.BLOCKED, "a")
    held = await asyncio.wait_for(waiting, 5)
    assert isinstance(held, Held)
    assert held.answer_class is AnswerClass.BLOCKED


async def test_after_the_rest_one_tries_for_all(redis: Redis) -> None:
    mine = lane(rest=0.2, concurrency=4)
    workers = [Pacing(redis) for _ in range(3)]
    await workers[0].told(mine, AnswerClass.RATE_LIMITED, "a")
    await asyncio.sleep(0.25)
    turns = await asyncio.gather(*(worker.enter(mine) for worker in workers))
    assert sum(isinstance(turn, str) for turn in turns) == 1
    # It is refused again, and the rest is twice as long.
    await workers[0].told(mine, AnswerClass.RATE_LIMITED, "a")
    state = await workers[1].state(mine)
    assert (state.breaker.trips, state.breaker.answer_class) == (2, AnswerClass.RATE_LIMITED)
    await asyncio.sleep(0.25)
    assert not await passed(workers[1], mine)
    await asyncio.sleep(0.25)
    assert await passed(workers[1], mine)
    await workers[1].told(mine, AnswerClass.OK, "b")
    assert [await passed(worker, mine) for worker in workers] == [True] * 3


async def test_the_requests_of_a_day_are_counted_together(redis: Redis) -> None:
    mine = lane(daily=DailyCap(3))
    workers = [Pacing(redis) for _ in range(2)]
    assert [await passed(workers[number % 2], mine) for number in range(5)] == [True, True, True, False, False]
    held = await workers[0].enter(mine)
    assert isinstance(held, Held)
    assert held.answer_class is AnswerClass.QUOTA_EXHAUSTED
    assert held.reason == f"{mine.name} has had the 3 requests it may have in a day"
    assert 0 < (held.retry_after_seconds or 0) <= 86_400
    assert await passed(Pacing(redis, caps={mine.name: 4}), mine)
    assert not await passed(Pacing(redis, caps={mine.name: 4}), mine)


async def test_what_an_upstream_charges_is_counted_where_it_charges(redis: Redis) -> None:
    mine = lane(daily=DailyCap(10, in_units=True))
    pacing = Pacing(redis)
    assert isinstance(await pacing.enter(mine, cost=4), str)
    await pacing.charge(mine, 5)
    state = await pacing.state(mine)
    assert state.spent.amount == 9
    held = await pacing.enter(mine, cost=2)
    assert isinstance(held, Held)
    assert held.reason == f"{mine.name} has had the 10 units it may have in a day"


async def test_a_lane_forgets_itself(redis: Redis) -> None:
    mine = lane()
    await passed(Pacing(redis), mine)
    assert 47 * 3600 < await redis.ttl(f"lane:{mine.name}") <= 48 * 3600


@pytest.mark.parametrize("is_configured", [True, False])
async def test_without_valkey_a_process_keeps_its_own_pace(
    is_configured: bool, caplog: pytest.LogCaptureFixture
) -> None:
    mine, other = lane(spacing=100.0, daily=DailyCap(5)), lane(daily=DailyCap(1))
    async with Redis(host="127.0.0.1", port=1) as nobody:
        pacing = Pacing(nobody if is_configured else None, jitter=lambda: 0.0)
        turn = await pacing.enter(mine)
        assert isinstance(turn, str)
        await pacing.leave(mine, turn)
        assert seconds_of(await pacing.enter(mine)) == 100
        assert [await passed(pacing, other) for _ in range(2)] == [True, False]
        await pacing.told(mine, AnswerClass.BLOCKED, "a")
        assert seconds_of(await pacing.enter(mine)) == 1800
    warnings = [record for record in caplog.records if "Valkey is away" in record.message]
    assert len(warnings) == (1 if is_configured else 0)


async def test_a_wait_that_an_answer_asks_for_begins_before_anybody_else_is_let_in(redis: Redis) -> None:
    mine, loop = lane(), asyncio.get_running_loop()
    turn = await Pacing(redis).enter(mine)
    assert isinstance(turn, str)
    waiting = asyncio.create_task(Pacing(redis).enter(mine, loop.time() + 30))
    await asyncio.sleep(0.15)
    await Pacing(redis).leave(mine, turn, 40)
    held = await asyncio.wait_for(waiting, 5)
    assert held == Held(AnswerClass.RATE_LIMITED, f"{mine.name} is left alone for 40 s, as it asks", 40)
    # Its answer is read later, and is a refusal with a longer rest.
    await Pacing(redis).told(mine, AnswerClass.RATE_LIMITED, "a", 40)
    assert seconds_of(await Pacing(redis).enter(mine)) == 900


async def test_what_valkey_forgets_its_users_remember(redis: Redis) -> None:
    mine = lane(spacing=100.0, concurrency=9, daily=DailyCap(7))
    one, other = Pacing(redis, jitter=lambda: 0.0), Pacing(redis, jitter=lambda: 0.0)
    turn = await one.enter(mine)
    assert isinstance(turn, str)
    await other.leave(mine, turn, 300)
    await redis.delete(f"lane:{mine.name}")
    # The first was told of the start alone; the second knows of the wait that was asked for as well.
    assert seconds_of(await one.enter(mine)) == 100
    assert seconds_of(await other.enter(mine)) == 300
    assert seconds_of(await one.enter(mine)) == 300
    assert (await one.state(mine)).spent.amount == 1


async def test_a_process_that_was_alone_adds_what_it_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "VALKEY_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(shared, "VALKEY_PAUSE_SECONDS", 0.0)
    mine = lane()
    with own_valkey() as valkey:
        async with Redis.from_url(valkey.url) as redis, Redis.from_url(valkey.url) as others:
            alone, other = Pacing(redis), Pacing(others)
            assert await passed(other, mine)
            valkey.kill()
            await alone.told(mine, AnswerClass.BLOCKED, "a")
            await valkey.start_again()
            assert await passed(other, mine)  # nobody has told it yet
            assert seconds_of(await alone.enter(mine)) == 1800
            assert seconds_of(await other.enter(mine)) == 1800


async def test_valkey_that_starts_again_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    mine = lane(spacing=100.0)
    with own_valkey() as valkey:
        async with Redis.from_url(valkey.url) as redis, Redis.from_url(valkey.url) as others:
            one, other = Pacing(redis, jitter=lambda: 0.0), Pacing(others, jitter=lambda: 0.0)
            assert await passed(one, mine)
            valkey.kill()
            waiting = asyncio.create_task(one.enter(mine))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            await valkey.start_again()
            assert seconds_of(await waiting) == 100
            assert seconds_of(await other.enter(mine)) in (99, 100)
    assert not [record for record in caplog.records if "Valkey is away" in record.message]


async def test_a_process_that_asked_nothing_remembers_for_all() -> None:
    with own_valkey() as valkey:
        async with Redis.from_url(valkey.url) as redis, Redis.from_url(valkey.url) as others:
            idle = Pacing(others)
            await Pacing(redis).told(FACEBOOK, AnswerClass.RATE_LIMITED, "a", 900)
            await idle.look()
            valkey.kill()
            await valkey.start_again()
            await idle.look()
            # The one that was refused is gone; one that has just been started asks.
            assert seconds_of(await Pacing(redis).enter(FACEBOOK)) in (899, 900)


async def test_an_overridden_host_is_neither_paced_nor_guarded(redis: Redis) -> None:
    mine, pacing = lane(spacing=50.0, daily=DailyCap(2)), Pacing(redis, is_on=False)
    await pacing.hold(mine, 3600)
    await pacing.told(mine, AnswerClass.BLOCKED, "a")
    assert all([isinstance(await pacing.enter(mine), str) for _ in range(20)])
    assert await redis.exists(f"lane:{mine.name}") == 0


async def test_an_overridden_host_can_be_guarded_all_the_same(redis: Redis) -> None:
    mine, pacing = lane(spacing=50.0, daily=DailyCap(12)), Pacing(redis, is_on=False, is_guarded=True)
    assert all([isinstance(await pacing.enter(mine), str) for _ in range(12)])
    assert isinstance(await pacing.enter(mine), Held)
    other = lane(spacing=50.0)
    await pacing.told(other, AnswerClass.AUTH_INVALID, "a")
    assert seconds_of(await pacing.enter(other)) == 3600


async def test_what_another_version_has_written_is_begun_anew(redis: Redis) -> None:
    mine = lane()
    await redis.set(f"lane:{mine.name}", b"[]")
    assert await passed(Pacing(redis), mine)


async def test_a_processes_pacing_is_as_its_settings_say(redis: Redis) -> None:
    real = open_pacing(redis, Settings(daily_caps="instagram=0"))
    instagram = next(each for each in LANES if each.name == "instagram")
    held = await real.enter(instagram)
    assert isinstance(held, Held)
    assert held.reason == "instagram has had the 0 requests it may have in a day"
    overridden = Settings(daily_caps="instagram=0", upstream_base_template="http://127.0.0.1:1/{host}")
    assert isinstance(await open_pacing(redis, overridden).enter(instagram), str)
    guarded = msgspec.structs.replace(overridden, limits_on_overridden_hosts=True)
    assert isinstance(await open_pacing(redis, guarded).enter(instagram), Held)
    with pytest.raises(SettingsError, match="CREATORGRAPH_DAILY_CAPS names 'insta', which is none of the upstreams"):
        open_pacing(redis, Settings(daily_caps="insta=5"))
