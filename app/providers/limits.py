"""Pacing: how long to wait before the next request, agreed between all workers through Valkey."""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
chance = SystemRandom()


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that share one pace. Requests start at least `spacing_seconds` apart.

    `rest_seconds` is how long nobody asks again after the platform told us to slow down.
    """

    name: str
    spacing_seconds: float
    rest_seconds: float


TIKTOK_PAGES = Lane("tiktok.pages", 1.5, 60)
TIKTOK_LISTS = Lane("tiktok.lists", 2.0, 60)
INSTAGRAM = Lane("instagram", 12.0, 900)

LONGEST_JITTER = 0.5
"""The share of the spacing that chance may add to it."""
LONGEST_WAIT_SECONDS = 60.0
"""Beyond this a request is refused rather than held: whoever waits also holds a lease."""
VALKEY_TIMEOUT_SECONDS = 1.0
VALKEY_PAUSE_SECONDS = 10.0
KEY_PREFIX = "pace:"

RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local start = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local wait = start - now
if wait <= tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], string.format('%d', start + ARGV[1]), 'PX', wait + ARGV[1] + 1000)
end
return wait
"""
REST = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local start = math.max(now + ARGV[1], tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%d', start), 'PX', start - now + 1000)
return start - now
"""


class Pacing:
    """Keeps requests of all processes apart, lane by lane.

    Without Valkey (None, or while it is away) the requests of this process alone are kept apart. Where the base URL of
    the hosts is overridden nothing is: `is_on` is False.
    """

    def __init__(
        self, redis: "Redis | None", *, is_on: bool = True, jitter: Callable[[], float] = chance.random
    ) -> None:
        self._redis = redis
        self._is_on = is_on
        self._jitter = jitter
        self._next_start: dict[str, float] = {}
        """Lane to the loop time of its next free start, in seconds: the pace while Valkey is away."""
        self._asks_again_at = 0.0
        """The loop time before which Valkey is left alone, after it did not answer."""

    async def wait_turn(self, lane: Lane, until: float = math.inf) -> float:
        """Returns 0.0 when it is this request's turn, or at once how many seconds are too long to be waited out.

        Too long is beyond LONGEST_WAIT_SECONDS, or past the loop time `until`.
        """
        if not self._is_on:
            return 0.0
        spacing = lane.spacing_seconds * (1 + LONGEST_JITTER * self._jitter())
        now = asyncio.get_running_loop().time
        wait = await self.reserve(lane, spacing, min(LONGEST_WAIT_SECONDS, until - now()))
        if wait > min(LONGEST_WAIT_SECONDS, until - now()):
            return wait
        await asyncio.sleep(wait)
        return 0.0

    async def reserve(self, lane: Lane, spacing: float, longest_wait: float = LONGEST_WAIT_SECONDS) -> float:
        """Seconds until the lane's next free start, which is taken unless it lies beyond `longest_wait`."""
        shared = await self._run(RESERVE, lane, spacing, longest_wait)
        if shared is not None:
            return shared
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start.get(lane.name, now))
        if start - now <= longest_wait:
            self._next_start[lane.name] = start + spacing
        return start - now

    async def rest(self, lane: Lane, retry_after_seconds: int | None) -> None:
        """Holds the lane for all workers, after the platform asked to slow down."""
        if not self._is_on:
            return
        seconds = max(lane.rest_seconds, retry_after_seconds or 0)
        if await self._run(REST, lane, seconds) is None:
            now = asyncio.get_running_loop().time()
            self._next_start[lane.name] = max(now + seconds, self._next_start.get(lane.name, now))

    async def _run(self, script: str, lane: Lane, *seconds: float) -> float | None:
        """The seconds a script answers; None while Valkey is away."""
        loop = asyncio.get_running_loop()
        if self._redis is None or loop.time() < self._asks_again_at:
            return None
        milliseconds = [round(value * 1000) for value in seconds]
        try:
            async with asyncio.timeout(VALKEY_TIMEOUT_SECONDS):
                answer = await self._redis.eval(script, 1, KEY_PREFIX + lane.name, *milliseconds)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("Valkey is away (%s): this process keeps its own pace", type(error).__name__)
            self._asks_again_at = loop.time() + VALKEY_PAUSE_SECONDS
            return None
        return int(answer) / 1000
