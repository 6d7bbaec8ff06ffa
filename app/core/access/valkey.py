"""Valkey as something that may be away: asked briefly, and left alone for a moment after it did not answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import RedisError

PATIENCE_SECONDS = 1.0
REST_SECONDS = 2.0
"""How long it is left alone after it did not answer, so that a request does not pay for what the last one learnt."""

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class ValkeyAway(Exception):
    """Valkey did not answer, or did not a moment ago."""


class Questions:
    """One process's questions to Valkey about one matter; `consequence` tells the log what its absence means."""

    def __init__(self, consequence: str) -> None:
        self._consequence = consequence
        self._is_away = False
        self._rests_until = 0.0
        """By the event loop's own time."""

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of Valkey. Raises ValkeyAway; the log says so once for each absence."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until:
            raise ValkeyAway
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await question()
        except (RedisError, OSError, TimeoutError) as error:
            self._rests_until = loop.time() + REST_SECONDS
            if not self._is_away:
                log.warning("Valkey is away (%s): %s", type(error).__name__, self._consequence)
            self._is_away = True
            raise ValkeyAway from None
        if self._is_away:
            log.warning("Valkey answers again")
        self._is_away = False
        return answer
