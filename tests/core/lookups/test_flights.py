"""Single flight: of many who want the same, in however many processes, one fetches it; nobody waits for the dead."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.core.lookups.flights import Failure, Flights, Route
from app.domain.answers import AnswerClass
from tests.end_to_end.programs import environment
from tests.valkeys import own_valkey

ROOT = Path(__file__).parents[3]
LEASE = timedelta(milliseconds=300)


class Upstream:
    """Something slow to fetch, which is then found in Valkey, and how often it was fetched."""

    def __init__(self, redis: Redis, name: str, seconds: float = 0.1, answer: str | Failure = "found") -> None:
        self.redis = redis
        self.name = name
        self.seconds = seconds
        self.answer = answer
        self.fetches = 0

    @property
    def route(self) -> Route[str]:
        return Route(self.name, self.find, self.fetch)

    async def find(self) -> str | None:
        stored = await self.redis.get(f"found:{self.name}")
        return stored.decode() if isinstance(stored, bytes) else None

    async def fetch(self) -> str | Failure:
        self.fetches += 1
        await asyncio.sleep(self.seconds)
        if isinstance(self.answer, str):
            await self.redis.set(f"found:{self.name}", self.answer)
        return self.answer


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as redis:
        yield redis


def upstream(redis: Redis, seconds: float = 0.1, answer: str | Failure = "found") -> Upstream:
    return Upstream(redis, uuid4().hex, seconds, answer)


async def test_a_hundred_tasks_are_one_flight(redis: Redis) -> None:
    wanted, flights = upstream(redis), Flights(redis)
    assert await asyncio.gather(*(flights.join(wanted.route) for _ in range(100))) == ["found"] * 100
    assert wanted.fetches == 1
    assert await redis.exists(f"flight:{wanted.name}") == 0


async def test_two_processes_are_one_flight(redis: Redis) -> None:
    wanted = upstream(redis, 0.3)
    processes = [Flights(redis) for _ in range(4)]
    joined = [process.join(wanted.route) for _ in range(25) for process in processes]
    assert await asyncio.gather(*joined) == ["found"] * 100
    assert wanted.fetches == 1


async def test_who_comes_after_the_landing_finds_it_even_with_the_lease_in_hand(redis: Redis) -> None:
    wanted = upstream(redis)
    await redis.set(f"found:{wanted.name}", "kept by another")
    assert await Flights(redis).join(wanted.route) == "kept by another"
    assert wanted.fetches == 0


async def test_a_failure_is_shared_by_those_who_waited_and_by_nobody_else(redis: Redis) -> None:
    failure = Failure(AnswerClass.BLOCKED, "Refused")
    wanted = upstream(redis, 0.3, failure)
    processes = [Flights(redis) for _ in range(3)]
    joined = [process.join(wanted.route) for _ in range(10) for process in processes]
    assert await asyncio.gather(*joined) == [failure] * 30
    assert wanted.fetches == 1
    wanted.answer, wanted.seconds = "found", 0
    assert await processes[1].join(wanted.route) == "found"
    assert wanted.fetches == 2


async def test_the_flight_of_a_dead_process_is_taken_over(redis: Redis) -> None:
    wanted = upstream(redis)
    await redis.set(f"flight:{wanted.name}", "the dead one's", px=LEASE)
    started = time.monotonic()
    processes = [Flights(redis, LEASE) for _ in range(3)]
    joined = [process.join(wanted.route) for _ in range(5) for process in processes]
    assert await asyncio.gather(*joined) == ["found"] * 15
    assert wanted.fetches == 1
    assert time.monotonic() - started >= LEASE.total_seconds() - 0.05


async def test_a_flight_longer_than_its_lease_is_nobody_elses(redis: Redis) -> None:
    wanted = upstream(redis, 4 * LEASE.total_seconds())
    first, second = Flights(redis, LEASE), Flights(redis, LEASE)
    assert set(await asyncio.gather(first.join(wanted.route), second.join(wanted.route))) == {"found"}
    assert wanted.fetches == 1


async def test_it_goes_on_when_whoever_began_it_leaves(redis: Redis) -> None:
    wanted, flights = upstream(redis, 0.2), Flights(redis)
    leaving = asyncio.create_task(flights.join(wanted.route))
    await asyncio.sleep(0.05)
    staying = asyncio.create_task(flights.join(wanted.route))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "found"
    assert leaving.cancelled()
    assert wanted.fetches == 1


async def test_a_process_that_ends_hands_its_flight_over_at_once(redis: Redis) -> None:
    wanted = upstream(redis, 30)
    ending, going_on = Flights(redis), Flights(redis)
    begun = asyncio.create_task(ending.join(wanted.route))
    while not wanted.fetches:
        await asyncio.sleep(0.01)
    waiting = asyncio.create_task(going_on.join(wanted.route))
    await asyncio.sleep(0.05)
    wanted.seconds = 0
    await ending.close()
    assert await asyncio.wait_for(waiting, 1.5) == "found"
    assert (begun.cancelled() or begun.done(), wanted.fetches) == (True, 2)
    with pytest.raises(asyncio.CancelledError):
        await begun


async def test_a_fault_of_ours_is_raised_and_leaves_no_lease(redis: Redis) -> None:
    name = uuid4().hex

    async def find() -> None:
        return None

    async def fail() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Flights(redis).join(Route(name, find, fail))
    assert await redis.exists(f"flight:{name}") == 0


async def test_without_valkey_each_process_has_one_flight() -> None:
    with own_valkey() as valkey:
        async with Redis.from_url(valkey.url) as away:
            valkey.kill()
            fetches = 0

            async def find() -> None:
                return None

            async def fetch() -> str:
                nonlocal fetches
                fetches += 1
                await asyncio.sleep(0.1)
                return "found"

            flights = Flights(away)
            route = Route("away", find, fetch)
            assert await asyncio.gather(*(flights.join(route) for _ in range(100))) == ["found"] * 100
            assert fetches == 1


async def test_valkey_may_go_in_mid_flight() -> None:
    with own_valkey() as valkey:
        async with Redis.from_url(valkey.url) as redis:
            processes = [Flights(redis), Flights(redis)]
            fetches = 0

            async def find() -> None:
                return None

            async def fetch() -> str:
                nonlocal fetches
                fetches += 1
                await asyncio.sleep(0.3)
                return "found"

            route = Route("going", find, fetch)
            joined = [asyncio.create_task(process.join(route)) for process in processes]
            while not fetches:
                await asyncio.sleep(0.01)
            valkey.kill()
            assert await asyncio.wait_for(asyncio.gather(*joined), 10) == ["found", "found"]
            assert fetches == 2


PROGRAM = """
import asyncio, sys
from redis.asyncio import Redis
from app.core.lookups.flights import Flights
from tests.core.lookups.test_flights import Upstream

async def main(url, name, seconds):
    async with Redis.from_url(url) as redis:
        wanted = Upstream(redis, name, float(seconds))
        flights = Flights(redis)
        print("ready", flush=True)
        sys.stdin.readline()
        found = await asyncio.gather(*(flights.join(wanted.route) for _ in range(50)))
        assert found == ["found"] * 50, found
        print(wanted.fetches, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def program(redis_url: str, name: str, seconds: float) -> asyncio.subprocess.Process:
    """A process of its own that is ready to join the flight of that name."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, redis_url, name, str(seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT)),
    )
    assert started.stdout is not None
    assert await started.stdout.readline() == b"ready\n"
    return started


async def test_a_hundred_of_two_real_processes_are_one_flight(redis: Redis, redis_url: str) -> None:
    name = uuid4().hex
    processes = [await program(redis_url, name, 0.5) for _ in range(2)]
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert sorted(out for out, _ in said) == [b"0\n", b"1\n"]


async def test_a_killed_process_is_survived(redis: Redis, redis_url: str) -> None:
    name = uuid4().hex
    killed, living = [await program(redis_url, name, seconds) for seconds in (60, 0.1)]
    assert killed.stdin is not None
    killed.stdin.write(b"go\n")
    await killed.stdin.drain()
    async with asyncio.timeout(15):
        while not await redis.exists(f"flight:{name}"):
            await asyncio.sleep(0.02)
    killed.kill()
    await killed.wait()
    said, _ = await asyncio.wait_for(living.communicate(b"go\n"), 15)
    assert said == b"1\n"
