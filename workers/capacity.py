"""Which worker threads there are: each process says so every few seconds, and is forgotten when it stops saying so."""

import time
from typing import cast

from redis.asyncio import Redis

KEY = "creatorgraph:worker-threads"
"""A sorted set: `name:threads` of each worker process, by the second at which it is forgotten."""
FORGOTTEN_SECONDS = 10.0


async def announce_threads(redis: Redis, name: str, threads: int) -> None:
    """Says that a worker process lives and has that many threads."""
    await redis.zadd(KEY, {f"{name}:{threads}": time.time() + FORGOTTEN_SECONDS})


async def withdraw_threads(redis: Redis, name: str, threads: int) -> None:
    """Says that a worker process is gone."""
    await redis.zrem(KEY, f"{name}:{threads}")


async def count_threads(redis: Redis) -> int:
    """How many threads the living worker processes have together."""
    now = time.time()
    await redis.zremrangebyscore(KEY, "-inf", now)
    members = cast(list[bytes], await redis.zrangebyscore(KEY, now, "+inf"))
    return sum(int(member.rpartition(b":")[2]) for member in members)
