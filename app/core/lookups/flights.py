"""Single flight: of many who want the same thing at the same time one fetches it, and the others wait for that one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec
from redis.asyncio import Redis

from app.core.access.valkey import Questions, ValkeyAway
from app.domain.answers import AnswerClass

LEASE = timedelta(seconds=3)
"""How long a flight outlives a process that was killed on it."""
RENEWALS = 3
"""How often a lease is renewed before it would end."""
POLL_SECONDS = 0.03
"""How often those who wait for another process look whether it has landed."""
NOTE_LIFETIME = timedelta(seconds=10)
"""How long those who waited can read why a flight found nothing; who comes later never sees it."""

RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1"
LAND = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"

log = logging.getLogger(__name__)

Found = TypeVar("Found")
Sought = TypeVar("Sought", covariant=True)


class Failure(msgspec.Struct, frozen=True):
    """Why a flight found nothing."""

    answer_class: AnswerClass
    reason: str | None


class Route(Generic[Sought]):
    """What is wanted: its name among all processes, where it is once somebody has fetched it, and how to fetch it."""

    def __init__(
        self, name: str, find: Callable[[], Awaitable[Sought | None]], fetch: Callable[[], Awaitable[Sought | Failure]]
    ) -> None:
        self.name = name
        self.find = find
        self.fetch = fetch
        """Leaves what it found where `find` looks."""


class Flights:
    """The flights under way in one process, kept apart from those of others by leases in Valkey.

    A flight is a task of its own: it goes on when whoever began it leaves. While Valkey is away each process has
    flights of its own.
    """

    def __init__(self, redis: Redis, lease: timedelta = LEASE) -> None:
        self._redis = redis
        self._lease = lease
        self._flying: dict[str, asyncio.Task[Any]] = {}
        self._questions = Questions("each process looks up by itself")

    async def join(self, route: Route[Found]) -> Found | Failure:
        """What the one flight of that name comes to, which begins now unless it is under way."""
        flying = self._flying.get(route.name)
        if flying is None:
            flying = self._flying[route.name] = asyncio.create_task(self._fly(route))
            flying.add_done_callback(lambda task: self._end(route.name, task))
        landed: Found | Failure = await asyncio.shield(flying)
        return landed

    async def close(self) -> None:
        """Breaks off what is under way; other processes take it over."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    def _end(self, name: str, task: "asyncio.Task[Any]") -> None:
        self._flying.pop(name, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("the look-up %s failed: %r", name, error)  # whoever waits is told; perhaps nobody does any more

    async def _fly(self, route: Route[Found]) -> Found | Failure:
        """Fetches it, or waits for the process that does; that of a process that died is taken over."""
        lease, token = f"flight:{route.name}", uuid4().hex
        try:
            while (leader := await self._take(lease, token)) is not None:
                landed = await self._wait_for(lease, leader, route)
                if landed is not None:
                    return landed
        except ValkeyAway:
            return await route.fetch()
        landed = await self._lead(lease, token, route)
        note = msgspec.json.encode(landed) if isinstance(landed, Failure) else None
        with suppress(ValkeyAway):
            await self._questions.ask(lambda: self._land(lease, token, note))
        return landed

    async def _take(self, lease: str, token: str) -> str | None:
        """None when the lease is ours now, else who has it. Raises ValkeyAway."""
        # With `get` it answers what was there before.
        return _text(
            await self._questions.ask(lambda: self._redis.set(lease, token, nx=True, px=self._lease, get=True))
        )

    async def _lead(self, lease: str, token: str, route: Route[Found]) -> Found | Failure:
        renewing = asyncio.create_task(self._renew(lease, token))
        try:
            # Another process may have landed between our looking for it and our taking the lease.
            found = await route.find()
            return await route.fetch() if found is None else found
        except BaseException:
            with suppress(ValkeyAway):
                await asyncio.shield(self._questions.ask(lambda: self._land(lease, token, None)))
            raise
        finally:
            renewing.cancel()

    async def _renew(self, lease: str, token: str) -> None:
        milliseconds = self._lease // timedelta(milliseconds=1)
        while True:
            await asyncio.sleep(self._lease.total_seconds() / RENEWALS)
            with suppress(ValkeyAway):
                await self._questions.ask(lambda: self._redis.eval(RENEW, 1, lease, token, milliseconds))

    async def _land(self, lease: str, token: str, note: bytes | None) -> None:
        """Ends a lease of ours; those who waited read the note."""
        async with self._redis.pipeline() as pipeline:
            if note is not None:
                pipeline.set(_note(token), note, ex=NOTE_LIFETIME)
            pipeline.eval(LAND, 1, lease, token)
            await pipeline.execute()

    async def _wait_for(self, lease: str, leader: str, route: Route[Found]) -> Found | Failure | None:
        """What another process found, once it has landed; None when it died. Raises ValkeyAway."""
        holder: str | None = leader
        while holder == leader:
            await asyncio.sleep(POLL_SECONDS)
            holder = _text(await self._questions.ask(lambda: self._redis.get(lease)))
        found = await route.find()
        if found is not None:
            return found
        note = await self._questions.ask(lambda: self._redis.get(_note(leader)))
        return None if note is None else msgspec.json.decode(note, type=Failure)


def _text(value: object) -> str | None:
    return value.decode() if isinstance(value, bytes) else None


def _note(token: str) -> str:
    return f"flight-note:{token}"
