"""Pacing, with a real Valkey: turns are handed out once, whoever asks."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.providers.limits import LONGEST_WAIT_SECONDS, Lane, Pacing


def lane(spacing: float = 10.0, rest: float = 900.0) -> Lane:
    return Lane(uuid4().hex, spacing, rest)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def test_turns_are_shared_by_all_workers(redis: Redis) -> None:
    mine = lane()
    workers = [Pacing(redis) for _ in range(3)]
    waits = sorted(await asyncio.gather(*(workers[turn % 3].reserve(mine, 10.0) for turn in range(9))))
    # The clock runs on between the reservations, so each wait is at most its turn's and hardly less.
    for wait, turn in zip(waits[:7], range(7), strict=True):
        assert turn * 10 - 2 < wait <= turn * 10
    # What lies too far ahead is refused and takes no turn.
    assert all(68 < wait <= 70 for wait in waits[7:])
    assert 68 < await workers[0].reserve(mine, 10.0) <= 70
    assert await workers[0].reserve(lane(), 10.0) == 0.0


async def test_a_turn_comes_after_its_wait(redis: Redis) -> None:
    mine, loop = lane(spacing=0.2), asyncio.get_running_loop()
    pacing = Pacing(redis, jitter=lambda: 1.0)
    started = loop.time()
    assert [await pacing.wait_turn(mine) for _ in range(3)] == [0.0, 0.0, 0.0]
    # Twice 0.2 s and half of that for jitter; Valkey's clock counts whole milliseconds.
    assert loop.time() - started >= 0.59


async def test_a_turn_after_the_time_is_over_is_not_taken(redis: Redis) -> None:
    mine, loop = lane(), asyncio.get_running_loop()
    pacing = Pacing(redis)
    assert await pacing.wait_turn(mine, loop.time() + 5) == 0.0
    waits = [await pacing.wait_turn(mine, loop.time() + 5) for _ in range(3)]
    # The turn is 10 to 15 s ahead of the first, and stays the next.
    assert all(8 < wait <= 15 for wait in waits)
    assert 8 < await pacing.reserve(mine, 10.0) <= 15


async def test_a_rest_holds_the_lane_for_all(redis: Redis) -> None:
    mine = lane(rest=900)
    await Pacing(redis).rest(mine, None)
    assert 890 < await Pacing(redis).wait_turn(mine) <= 900
    await Pacing(redis).rest(mine, 3600)
    assert 3590 < await Pacing(redis).wait_turn(mine) <= 3600
    await Pacing(redis).rest(mine, 5)
    assert 3590 < await Pacing(redis).wait_turn(mine) <= 3600


async def test_a_lane_forgets_itself(redis: Redis) -> None:
    mine = lane()
    await Pacing(redis).reserve(mine, 10.0)
    assert 10_000 < await redis.pttl(f"pace:{mine.name}") <= 11_000


@pytest.mark.parametrize("is_configured", [True, False])
async def test_without_valkey_a_process_keeps_its_own_pace(
    is_configured: bool, caplog: pytest.LogCaptureFixture
) -> None:
    mine = lane()
    async with Redis(host="127.0.0.1", port=1) as nobody:
        pacing = Pacing(nobody if is_configured else None)
        waits = [await pacing.reserve(mine, 25.0) for _ in range(4)]
        assert [round(wait) for wait in waits] == [0, 25, 50, 75]
        assert waits[3] > LONGEST_WAIT_SECONDS
        await pacing.rest(mine, 1200)
        assert round(await pacing.wait_turn(mine)) == 1200
    assert len(caplog.records) == (1 if is_configured else 0)


async def test_an_overridden_host_is_not_paced(redis: Redis) -> None:
    mine, pacing = lane(spacing=50.0), Pacing(redis, is_on=False)
    await pacing.rest(mine, 3600)
    assert [await pacing.wait_turn(mine) for _ in range(20)] == [0.0] * 20
    assert await redis.exists(f"pace:{mine.name}") == 0
