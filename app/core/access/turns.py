"""Turns: work that one key may do once at a time, agreed between all processes through Valkey."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.domain.problems import Problem

LEASE = timedelta(seconds=30)
"""How long a turn outlives a process that was killed in it."""
RENEWALS = 3
"""How often a lease is renewed before it would end."""
VALKEY_TIMEOUT_SECONDS = 1.0

KEEP = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"

log = logging.getLogger(__name__)


class TurnTaken(Problem):
    """The key is at this work already; it may try again when that has ended."""

    code = "RATE_LIMITED"


@asynccontextmanager
async def take_turn(redis: "Redis", work: str, key_id: UUID, *, lease: timedelta = LEASE) -> AsyncIterator[None]:
    """The key's turn at that work, held until the block ends, however it ends.

    Raises TurnTaken while the key is at it elsewhere. With Valkey away everybody has a turn.
    """
    turn = _Turn(redis, f"turn:{work}:{key_id}", uuid4().hex, lease)
    if not await turn.keep():
        raise TurnTaken(f"This key has one {work} running. Wait for its end, or end it, then ask again.")
    renewing = asyncio.create_task(turn.renew())
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await turn.give_back()


class _Turn:
    def __init__(self, redis: "Redis", key: str, token: str, lease: timedelta) -> None:
        self._redis = redis
        self._key = key
        self._token = token
        self._lease = lease

    async def keep(self) -> bool:
        """Takes the turn, or goes on having it; False when somebody else has it."""
        return await self._ask(KEEP, self._lease // timedelta(milliseconds=1))

    async def renew(self) -> None:
        """Keeps the turn until cancelled, also one that Valkey forgot or could not give at first."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / RENEWALS)
            await self.keep()

    async def give_back(self) -> None:
        await self._ask(GIVE_BACK)

    async def _ask(self, script: str, *values: int) -> bool:
        try:
            async with asyncio.timeout(VALKEY_TIMEOUT_SECONDS):
                return bool(await self._redis.eval(script, 1, self._key, self._token, *values))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("Valkey is away (%s): turns are not kept apart", type(error).__name__)
            return True
