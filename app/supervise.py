"""Child processes and servers kept running: started again when they die; children ended together, logs kept short."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from app.embedded import Server, leashed

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
SETTLED_SECONDS = 30.0
"""A child that ran this long counts as well again: its next start waits the first delay."""
GRACE_SECONDS = 10.0
WATCH_SECONDS = 0.2
LONGEST_LOG_BYTES = 10 * 2**20
KEPT_LOG_BYTES = 2**20
TIDY_SECONDS = 60.0


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

    Servers that others started are kept running too, and go on running at the end. The folder is the children's
    current one, so that no package lying elsewhere is taken for ours. `say` is told, in one line, when one has died.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._say = say
        self._stop = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []

    def start(self, child: Child) -> asyncio.Task[None]:
        """Keep `child` running; the task ends with the block, or when a child that runs once has ended well."""
        log = self._folder / "logs" / f"{child.name}.log"
        return self._care_for(child.name, log, lambda: self._run(child, log), once=child.once)

    def watch(self, server: Server) -> None:
        """Start `server` again whenever it has died. Call it from the thread that started the server."""
        self._care_for(server.name, server.log, lambda: self._outlive(server))

    async def __aenter__(self) -> "Supervisor":
        self._keepers.append(asyncio.create_task(self._tidy(), name="logs"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        # Every child is waited for, whatever became of the others' keepers.
        endings = await asyncio.gather(*self._keepers, return_exceptions=True)
        failures = [ending for ending in endings if isinstance(ending, Exception)]
        if failures and error is None:
            raise failures[0]

    def _care_for(
        self, name: str, log: Path, live: Callable[[], Awaitable[int]], *, once: bool = False
    ) -> asyncio.Task[None]:
        keeper = asyncio.create_task(self._keep(name, log, live, once=once), name=name)
        self._keepers.append(keeper)
        return keeper

    async def _keep(self, name: str, log: Path, live: Callable[[], Awaitable[int]], *, once: bool) -> None:
        """Have it live again after each of its lives, until told to stop, or until it ended well when it runs once."""
        delay = FIRST_DELAY_SECONDS
        while not self._stop.is_set():
            started = time.monotonic()
            code = await live()
            if self._stop.is_set() or (once and code == 0):
                return
            if time.monotonic() - started >= SETTLED_SECONDS:
                delay = FIRST_DELAY_SECONDS
            ending = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            self._say(f"{name} {ending}; starting it again in {delay:g} s (see {log})")
            await self._stopped_within(delay)
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    async def _tidy(self) -> None:
        while True:
            for log in (self._folder / "logs").glob("*.log"):
                shorten(log)
            if await self._stopped_within(TIDY_SECONDS):
                return

    async def _stopped_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self._stop.is_set()

    async def _outlive(self, server: Server) -> int:
        """One life of the server, which may be under way: its exit code; 0 when it outlives us."""
        if server.ending() is not None:
            server.start_again()
        while (code := server.ending()) is None:
            if await self._stopped_within(WATCH_SECONDS):
                return 0
        return code

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
    """Keep only the last MB of a log that has grown beyond 10 MB; whoever appends to it may go on meanwhile."""
    if log.stat().st_size <= LONGEST_LOG_BYTES:
        return
    with log.open("rb+") as file:
        file.seek(-KEPT_LOG_BYTES, os.SEEK_END)
        kept = file.read(KEPT_LOG_BYTES)
        file.truncate(0)
    with log.open("ab") as file:
        file.write(kept)
