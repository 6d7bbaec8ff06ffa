"""Child processes kept running: started again when they die, ended together."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from app.embedded import leashed

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
SETTLED_SECONDS = 30.0
"""A child that ran this long counts as well again: its next start waits the first delay."""
GRACE_SECONDS = 10.0
LONGEST_LOG_BYTES = 10 * 2**20


@dataclass(frozen=True)
class Child:
    """One part of the program, run as `creatorgraph <arguments>`."""

    name: str
    arguments: tuple[str, ...]
    once: bool = False
    """Whether it is done, and not started again, when it ends well."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it finds in its environment beside what all children find there."""
    on_line: Callable[[str], None] | None = None
    """Takes each line of its output; without it they go to its log. Errors always go to its log."""


class Supervisor:
    """Keeps children running in `folder` as long as its block runs; then each is asked to end, and killed after 10 s.

    The folder is the children's current one, so that no package lying elsewhere is taken for ours. `say` is told, in
    one line, when a child has died.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._say = say
        self._stop = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []

    def start(self, child: Child) -> asyncio.Task[None]:
        """Keep `child` running; the task ends with the block, or when a child that runs once has ended well."""
        keeper = asyncio.create_task(self._keep(child), name=child.name)
        self._keepers.append(keeper)
        return keeper

    async def __aenter__(self) -> "Supervisor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        await asyncio.gather(*self._keepers)

    async def _keep(self, child: Child) -> None:
        log = self._folder / "logs" / f"{child.name}.log"
        shorten(log)
        delay = FIRST_DELAY_SECONDS
        while not self._stop.is_set():
            started = time.monotonic()
            code = await self._run(child, log)
            if self._stop.is_set() or (child.once and code == 0):
                return
            if time.monotonic() - started >= SETTLED_SECONDS:
                delay = FIRST_DELAY_SECONDS
            ending = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            self._say(f"{child.name} {ending}; starting it again in {delay:g} s (see {log})")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), delay)
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    async def _run(self, child: Child, log: Path) -> int:
        """One life of the child: its exit code, negative for a signal. Nothing of its process group is left."""
        command = [sys.executable, "-P", "-m", "app.cli", *child.arguments]
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                # Without us nobody would kill what is slow to end; parts are made to lose nothing by it.
                *leashed(command, signal.SIGKILL),
                cwd=self._folder,
                env={**self._environment, **child.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if child.on_line else output,
                stderr=output,
                start_new_session=True,
            )
        reader = asyncio.create_task(_read_lines(process.stdout, child.on_line))
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
            await asyncio.wait((ended,), timeout=GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # its own children may outlive a child that was killed
            os.killpg(process.pid, signal.SIGKILL)
        code = await ended
        stopped.cancel()
        await reader
        return code


async def _read_lines(stream: asyncio.StreamReader | None, on_line: Callable[[str], None] | None) -> None:
    if stream is None or on_line is None:
        return
    async for line in stream:
        on_line(line.decode(errors="replace").strip())


def shorten(log: Path) -> None:
    """Empty a log that has grown beyond 10 MB."""
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.write_bytes(b"")
