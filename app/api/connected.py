"""Work that is worth doing only while the caller waits for it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Result = TypeVar("Result")

UNWATCHED_SECONDS = 0.2
"""Work that takes no longer ends before anybody has looked whether the caller is there: looking costs more."""


async def while_connected(
    receive: Receive, work: Awaitable[Result], *, unwatched_seconds: float = UNWATCHED_SECONDS
) -> Result:
    """The result of work for a caller whose request has been read.

    When the caller disconnects first, the work is cancelled and has come to its end: ClientDisconnect. Whether the
    caller is there is looked at once the work has taken `unwatched_seconds`.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    cancelled_before = task.cancelling()
    watch = _Watch(receive, task)
    begins = loop.call_later(unwatched_seconds, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.has_cancelled and task.uncancel() <= cancelled_before:
            raise ClientDisconnect from None
        raise
    finally:
        begins.cancel()
        watch.end()


class _Watch:
    """Looks out for the caller's leaving, on which it cancels a task."""

    def __init__(self, receive: Receive, task: "asyncio.Task[Any]") -> None:
        self._receive = receive
        self._task = task
        self._watching: asyncio.Task[None] | None = None
        self.has_cancelled = False

    def begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._look_out())

    def end(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _look_out(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self.has_cancelled = True
        self._task.cancel()
