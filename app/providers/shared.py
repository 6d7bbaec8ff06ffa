"""State that all workers share: small values in Valkey, each changed in one step, or kept here while it is away."""

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, Self, TypeVar

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

VALKEY_TIMEOUT_SECONDS = 1.0
VALKEY_PATIENCE_SECONDS = 2.0
"""How long it is waited for where it answered before: it may only be starting again."""
VALKEY_RETRY_SECONDS = 0.1
VALKEY_PAUSE_SECONDS = 10.0
KEPT = timedelta(days=2)
"""How long a value outlives its last change: beyond every rest, and the day a sum belongs to."""
MOST_TRIES = 100

READ = """
local time = redis.call('TIME')
return {time[1] * 1000 + math.floor(time[2] / 1000), redis.call('GET', KEYS[1])}
"""
SWAP = """
local value = redis.call('GET', KEYS[1])
if (value or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


class SharedState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that workers share, with a default for everything."""

    origin: str = ""
    """Made up whenever Valkey has no value: by it a process sees that what it knows was forgotten there.

    Empty for what a process has made by itself.
    """

    def joined(self, other: Self) -> Self:
        """What this one and another that was made apart from it say together."""
        raise NotImplementedError


State = TypeVar("State", bound=SharedState)
Said = TypeVar("Said")


class SharedStates(Generic[State]):
    """Values by name, all of one kind; `prefix` is what their keys begin with.

    Each process remembers what it saw last. While Valkey is away (or None) it goes on from there by itself; once
    Valkey answers again, with nothing or with what others know, it adds that.
    """

    def __init__(self, redis: "Redis | None", prefix: str, kind: type[State]) -> None:
        self._redis = redis
        self._prefix = prefix
        self._kind = kind
        self._own: dict[str, State] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One change of a value at a time in this process, so that only processes meet in Valkey."""
        self._asks_again_at = 0.0
        """The loop time before which Valkey is left alone, after it did not answer."""
        self._is_away = False

    async def change(self, name: str, step: Callable[[State, int], tuple[State, Said]]) -> Said:
        """Takes one step: from the value and the time in milliseconds, on one clock for all, to the next value.

        Nobody else changes the value meanwhile. The step may be taken more than once, and must only compute.
        """
        async with self._turns[name]:
            if self._redis is not None and asyncio.get_running_loop().time() >= self._asks_again_at:
                try:
                    after, said = await self._change_shared(self._redis, name, step)
                except (RedisError, OSError, TimeoutError) as error:
                    if not self._is_away:
                        log.warning("Valkey is away (%s): this process keeps its own pace", type(error).__name__)
                    self._asks_again_at = asyncio.get_running_loop().time() + VALKEY_PAUSE_SECONDS
                    self._is_away = True
                else:
                    self._is_away = False
                    self._own[name] = after
                    return said
            state, said = step(self._own.get(name) or self._kind(), round(time.time() * 1000))
            self._own[name] = msgspec.structs.replace(state, origin="")
            return said

    async def _change_shared(
        self, redis: Redis, name: str, step: Callable[[State, int], tuple[State, Said]]
    ) -> tuple[State, Said]:
        """The step taken in Valkey, which is waited for a moment. Raises what it fails with."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + (0 if self._is_away else VALKEY_PATIENCE_SECONDS)
        while True:
            try:
                return await self._swap(redis, name, step)
            except (RedisError, OSError, TimeoutError):
                if self._is_away or loop.time() + VALKEY_RETRY_SECONDS > ends:
                    raise
            await asyncio.sleep(VALKEY_RETRY_SECONDS)

    async def _swap(
        self, redis: Redis, name: str, step: Callable[[State, int], tuple[State, Said]]
    ) -> tuple[State, Said]:
        key, kept = self._prefix + name, KEPT // timedelta(milliseconds=1)
        for _ in range(MOST_TRIES):
            async with asyncio.timeout(VALKEY_TIMEOUT_SECONDS):
                now, stored = await redis.eval(READ, 1, key)
            shared = self._read(stored)
            after, said = step(self._with_own(name, shared), int(now))
            if after == shared or (not stored and msgspec.structs.replace(after, origin="") == self._kind()):
                return after, said
            async with asyncio.timeout(VALKEY_TIMEOUT_SECONDS):
                if await redis.eval(SWAP, 1, key, stored or b"", msgspec.json.encode(after), kept):
                    return after, said
        raise TimeoutError

    def _with_own(self, name: str, shared: State) -> State:
        """The value in Valkey, and what this process knows of it besides."""
        own = self._own.get(name)
        if shared.origin and (own is None or own.origin == shared.origin):
            return shared
        both = shared if own is None else shared.joined(own)
        return msgspec.structs.replace(both, origin=shared.origin or secrets.token_hex(8))

    def _read(self, stored: bytes | None) -> State:
        if not stored:
            return self._kind()
        try:
            return msgspec.json.decode(stored, type=self._kind)
        except msgspec.DecodeError:  # written by another version
            return self._kind()
