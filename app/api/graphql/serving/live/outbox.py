"""The outbox: what is on its way to somebody who may read slowly, and never more than so much of it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

MOST_MESSAGES = 1_000
MOST_CHARACTERS = 1 << 20
"""Of the messages that wait behind the first; what many are sent is held once, and counts for each."""

Message = TypeVar("Message")


class Outbox(Generic[Message]):
    """Sends messages in their order, by a task that is there while any wait.

    `send` waits while the connection takes nothing. When that lasts for `patience_seconds`, or too much waits behind
    it, `on_stuck` is called and nothing more is sent.
    """

    __slots__ = (
        "_is_closed",
        "_messages",
        "_on_stuck",
        "_patience_seconds",
        "_send",
        "_sending",
        "_waiting_characters",
    )

    def __init__(
        self, send: Callable[[Message], Awaitable[None]], on_stuck: Callable[[], None], patience_seconds: float
    ) -> None:
        self._send = send
        self._on_stuck = on_stuck
        self._patience_seconds = patience_seconds
        self._messages: deque[tuple[Message, int]] = deque()
        """The first is being sent; the others wait."""
        self._waiting_characters = 0
        self._sending: asyncio.Task[None] | None = None
        self._is_closed = False

    def put(self, message: Message, size: int) -> None:
        """Sends a message of about so many characters, after those before it. Does not wait."""
        if self._is_closed:
            return
        if self._messages:
            if len(self._messages) >= MOST_MESSAGES or self._waiting_characters + size > MOST_CHARACTERS:
                self._give_up()
                return
            self._waiting_characters += size
        self._messages.append((message, size))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())

    async def close(self) -> None:
        """Sends nothing more, and forgets what waits."""
        self._stop()
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _send_all(self) -> None:
        try:
            while self._messages:
                message, _ = self._messages[0]
                async with asyncio.timeout(self._patience_seconds) as patience:
                    await self._send(message)
                if self._is_closed:  # meanwhile, and nothing is left
                    return
                self._messages.popleft()
                if self._messages:
                    self._waiting_characters -= self._messages[0][1]
        except (
            OSError
        ):  # the peer is gone, as whoever reads from it notices; or patience is, whose error is one as well
            if patience.expired():
                self._give_up()
            else:
                self._stop()
        finally:
            self._sending = None

    def _give_up(self) -> None:
        self._stop()
        self._on_stuck()

    def _stop(self) -> None:
        self._is_closed = True
        self._messages.clear()
