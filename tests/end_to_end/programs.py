"""`creatorgraph` as people run it: real processes in a folder and on a port of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import httpx

from app.settings import PREFIX, UNPREFIXED

COMMAND = str(Path(sys.executable).with_name("creatorgraph"))
PATIENCE_SECONDS = 90.0
Found = TypeVar("Found")


def environment(**values: str) -> dict[str, str]:
    """The environment without any setting but those given."""
    unset = {name.upper() for name in UNPREFIXED}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name not in unset}
    return kept | values


def run(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def until(what: str, look: Callable[[], Found | None]) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s in vain until {what}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def processes_in(folder: Path) -> dict[int, list[str]]:
    """The command lines of all processes whose current folder is `folder` or lies in it, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                found[int(entry.name)] = (entry / "cmdline").read_text(errors="replace").split("\0")
        except OSError:  # gone meanwhile
            continue
    return found


class Up:
    """A running `creatorgraph up`; leaving the block kills it and shows what it printed if the block failed."""

    def __init__(self, *options: str, cwd: Path, data: Path, port: int, **settings: str) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        self._output = cwd / f"up-{port}.txt"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [COMMAND, "up", *options],
                cwd=cwd,
                env=environment(PORT=str(port), DATA_DIR=str(data), **settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> "Up":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if error is not None:
            print(self.printed())

    def printed(self) -> str:
        return self._output.read_text()

    def until_printed(self, text: str) -> None:
        until(f"it prints {text!r}", lambda: text in self._printed_while_running())

    def until_healthy(self) -> None:
        def healthy() -> bool:
            self._printed_while_running()
            try:
                return httpx.get(f"{self.url}/health", trust_env=False).status_code == 200
            except httpx.TransportError:
                return False

        until("/health answers 200", healthy)

    def part(self, name: str, besides: frozenset[int] = frozenset()) -> frozenset[int]:
        """The process ids of one of its parts, the eldest's being the least, once one not in `besides` runs."""

        def look() -> frozenset[int]:
            running = processes_in(self.data).items()
            return frozenset(pid for pid, command in running if command[3:5] == ["app.cli", name]) - besides

        return until(f"{name} runs", look)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Its exit code after the signal."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def _printed_while_running(self) -> str:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.printed()}"
        return self.printed()
