"""What a worker process has open while it works, and how the schedulers learn that it is there."""

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from typing import Any, ClassVar
from uuid import uuid4

from dramatiq import Broker, Worker
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from redis.exceptions import RedisError

from app.runtime import Runtime, open_runtime
from app.settings import Settings
from workers.capacity import announce_threads, withdraw_threads

log = logging.getLogger(__name__)

ANNOUNCE_SECONDS = 2.0
CANNOT_START = 3
"""Exit code of a worker process that found no database; whoever keeps it running starts it again."""


class OpenRuntime(Middleware):
    """Opens the runtime on the event loop of a worker process, and announces its threads while it lives."""

    current: ClassVar[Runtime | None] = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = uuid4().hex
        self._threads = 0
        self._stack = AsyncExitStack()
        self._announcing: asyncio.Task[None] | None = None

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:
        self._threads = worker.worker_threads
        try:
            self._run(self._open())
        except Exception:
            # Dramatiq would go on without: a worker that takes messages and can do nothing with them.
            log.exception("the worker cannot start")
            os._exit(CANNOT_START)

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        # Comes before the event loop's own end: shutting down runs through the middleware backwards.
        self._run(self._close())

    async def _open(self) -> None:
        runtime = await self._stack.enter_async_context(open_runtime(self._settings))
        OpenRuntime.current = runtime
        self._announcing = asyncio.create_task(self._announce(runtime))

    async def _close(self) -> None:
        if self._announcing is not None:
            self._announcing.cancel()
        if OpenRuntime.current is not None:
            try:
                await withdraw_threads(OpenRuntime.current.redis, self._name, self._threads)
            except RedisError as error:
                log.warning("Valkey is away while the worker ends: %s", error)
        OpenRuntime.current = None
        await self._stack.aclose()

    async def _announce(self, runtime: Runtime) -> None:
        while True:
            try:
                await announce_threads(runtime.redis, self._name, self._threads)
            except RedisError as error:
                log.warning("Valkey is away, schedulers do not see this worker: %s", error)
            await asyncio.sleep(ANNOUNCE_SECONDS)

    def _run(self, coroutine: Any) -> None:
        loop_thread = get_event_loop_thread()
        assert loop_thread is not None, "the AsyncIO middleware comes before this one"
        loop_thread.run_coroutine(coroutine)


def runtime() -> Runtime:
    """What this worker process has open."""
    assert OpenRuntime.current is not None, "actors run in worker processes only"
    return OpenRuntime.current
