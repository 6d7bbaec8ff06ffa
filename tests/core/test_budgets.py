"""Budgets: so much for each key, face and minute, however many processes charge it."""

import asyncio
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.core.access.budgets import Budget, BudgetSpent
from tests.factories import at


async def test_a_budget_is_of_one_key_face_and_minute(redis_url: str) -> None:
    now, one, other = at("2026-03-01 08:00"), uuid4(), uuid4()
    graphql, rest = Budget("graphql", 10), Budget("v2", 10)
    async with Redis.from_url(redis_url) as redis:
        standing = await graphql.charge(redis, one, 7, now=now)
        assert (standing.limit, standing.remaining, standing.resets_at) == (10, 3, at("2026-03-01 08:01"))
        with pytest.raises(BudgetSpent) as spent:
            await graphql.charge(redis, one, 4, now=now + timedelta(seconds=30.5))
        assert (spent.value.standing.remaining, spent.value.retry_after_seconds) == (3, 30)
        assert (await graphql.charge(redis, one, 3, now=now + timedelta(seconds=59))).remaining == 0
        assert (await graphql.charge(redis, other, 4, now=now)).remaining == 6
        assert (await rest.charge(redis, one, 4, now=now)).remaining == 6
        assert (await graphql.charge(redis, one, 4, now=now + timedelta(minutes=1))).remaining == 6
        counter = f"budget:graphql:{one}:{int(now.timestamp()) // 60 + 1}"
        assert 0 < await redis.ttl(counter) <= 120
        # Valkey forgets, and the counter that begins anew in the middle of a minute ends too.
        await redis.delete(counter)
        assert (await graphql.charge(redis, one, 4, now=now + timedelta(seconds=61))).remaining == 6
        assert (await graphql.charge(redis, one, 4, now=now + timedelta(seconds=62))).remaining == 2
        assert 0 < await redis.ttl(counter) <= 120


async def test_charges_of_one_moment_are_granted_one_after_the_other(redis_url: str) -> None:
    now, one, other = at("2026-03-01 08:00"), uuid4(), uuid4()
    budget = Budget("graphql", 10)
    async with Redis.from_url(redis_url) as redis:
        asked = [(one, 4), (other, 10), (one, 7), (one, 5), (other, 1), (one, 1)]
        came = await asyncio.gather(
            *(budget.charge(redis, key, cost, now=now) for key, cost in asked), return_exceptions=True
        )
        standings = [found.standing if isinstance(found, BudgetSpent) else found for found in came]
        assert [isinstance(found, BudgetSpent) for found in came] == [False, False, True, False, True, False]
        assert [standing.remaining for standing in standings if not isinstance(standing, BaseException)] == [
            *(6, 0, 6, 1, 0, 0)
        ]
        assert await redis.get(f"budget:graphql:{one}:{int(now.timestamp()) // 60}") == b"10"
        assert await redis.get(f"budget:graphql:{other}:{int(now.timestamp()) // 60}") == b"10"


CHARGING = """
import asyncio, sys
from datetime import datetime
from uuid import UUID
from redis.asyncio import Redis
from app.core.access.budgets import Budget, BudgetSpent

async def main():
    budget, granted = Budget("graphql", 3000), 0
    async with Redis.from_url(sys.argv[1]) as redis:
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(1000):
            try:
                now = datetime.fromisoformat("2026-03-01T08:00:00+00:00")
                standing = await budget.charge(redis, UUID(sys.argv[2]), 7, now=now)
                assert standing.remaining is not None, "Valkey did not answer"
                granted += 7
            except BudgetSpent:
                pass
    print(granted)

asyncio.run(main())
"""


async def test_processes_together_grant_no_more_than_there_is(redis_url: str) -> None:
    key = str(uuid4())
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            CHARGING,
            redis_url,
            key,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in "ab"
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    granted = [int(out) for out, _ in outcomes]
    assert sum(granted) == 428 * 7
