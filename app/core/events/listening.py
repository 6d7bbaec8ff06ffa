"""Listening: one connection to Valkey for a whole process, which goes on after Valkey was away."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.core.events.messages import CHANNEL_PREFIX, RunMoved, channel_of, decode

SILENCE_SECONDS = 15.0
"""After so long without a message Valkey is asked for a sign of life, and given as long again to answer."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0
"""Between two attempts to reach Valkey; each is twice the one before."""
JOIN_SECONDS = 1.0
AWAY = (RedisError, OSError, TimeoutError)

log = logging.getLogger(__name__)


class Listener:
    """Hears what happens to the organizations that were joined.

    `on_message` is called for each message, `on_gap` for each organization of which some may have been missed, since
    Valkey was away. Neither may block.
    """

    def __init__(self, redis_url: str, on_message: Callable[[RunMoved], None], on_gap: Callable[[UUID], None]) -> None:
        self._redis_url = redis_url
        self._on_message = on_message
        self._on_gap = on_gap
        self._heard: dict[UUID, asyncio.Event] = {}
        """The organizations that are joined, and whether Valkey has said that it sends what happens to them."""
        self._missed: set[UUID] = set()
        """Those of which something may have happened while Valkey was away."""
        self._pubsub: PubSub | None = None
        self._turn = asyncio.Lock()
        """Held by whoever tells Valkey what to send, so that what is told last is what is meant."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hears as long as the block runs."""
        listening = asyncio.create_task(self._keep_listening())
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def join(self, organization_id: UUID) -> None:
        """Hears what happens to an organization from now on; with Valkey away, from when it is back."""
        heard = self._heard.get(organization_id)
        if heard is None:
            heard = self._heard[organization_id] = asyncio.Event()
            async with self._turn:
                if self._pubsub is not None:
                    with suppress(*AWAY):  # whoever listens finds out too, and joins everything again
                        await self._pubsub.subscribe(channel_of(organization_id))
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), JOIN_SECONDS)

    async def leave(self, organization_id: UUID) -> None:
        """Hears nothing more of an organization."""
        self._missed.discard(organization_id)
        self._heard.pop(organization_id, None)
        async with self._turn:
            if self._pubsub is not None and organization_id not in self._heard:
                with suppress(*AWAY):
                    await self._pubsub.unsubscribe(channel_of(organization_id))

    async def _keep_listening(self) -> None:
        wait, is_away = FIRST_WAIT_SECONDS, False
        # Reconnecting is left to the loop below, which then joins everything and tells of the gap.
        async with Redis.from_url(self._redis_url, retry=Retry(NoBackoff(), 0)) as redis:
            while True:
                try:
                    async with redis.pubsub() as pubsub:
                        # One channel that nothing is ever sent on: it is subscribed to while nothing is joined, too.
                        await pubsub.subscribe(CHANNEL_PREFIX, *map(channel_of, self._heard))
                        if is_away:
                            log.warning("Valkey answers again: subscriptions go on")
                        wait, is_away = FIRST_WAIT_SECONDS, False
                        await self._listen(pubsub)
                except AWAY as error:
                    if not is_away:
                        log.warning("Valkey is away (%s): subscriptions wait", type(error).__name__)
                    is_away = True
                    self._missed.update(self._heard)
                    for heard in self._heard.values():
                        heard.clear()
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _listen(self, pubsub: PubSub) -> None:
        """Until the connection is lost. Raises one of AWAY."""
        was_asked = False
        self._pubsub = pubsub
        try:
            while True:
                message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                if message is not None:
                    self._take(message["type"], message["channel"], message["data"])
                elif was_asked:
                    raise TimeoutError
                else:
                    await pubsub.ping()
                was_asked = message is None
        finally:
            self._pubsub = None

    def _take(self, kind: str, channel: bytes | None, data: bytes) -> None:
        if kind == "message":
            moved = decode(data)
            if moved is None:
                log.warning("a message of another version is not understood")
            elif moved.organization_id in self._heard:
                self._on_message(moved)
        elif kind == "subscribe" and channel is not None and channel != CHANNEL_PREFIX.encode():
            organization_id = UUID(channel.decode().removeprefix(CHANNEL_PREFIX))
            if (heard := self._heard.get(organization_id)) is not None:
                heard.set()
                if organization_id in self._missed:
                    self._missed.discard(organization_id)
                    self._on_gap(organization_id)
