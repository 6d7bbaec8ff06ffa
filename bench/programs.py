"""Parts of the program as processes of their own, and what memory they hold."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from app.embedded import leashed
from app.settings import PREFIX, Settings
from tests.end_to_end.programs import environment

GRACE_SECONDS = 15.0
KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE


@asynccontextmanager
async def part(name: str, *arguments: str, folder: Path, settings: Settings) -> AsyncIterator[int]:
    """`creatorgraph <name>` with these settings, told to end when the block does; its process id."""
    chosen = {
        PREFIX + field.upper(): str(value)
        for field, value in msgspec.structs.asdict(settings).items()
        if value is not None
    }
    command = [sys.executable, "-P", "-m", "app.cli", name, *arguments]
    async with program(name, command, folder=folder, variables=chosen) as pid:
        yield pid


@asynccontextmanager
async def program(
    name: str, command: Sequence[str], *, folder: Path, variables: Mapping[str, str]
) -> AsyncIterator[int]:
    """Any command with these variables in its environment, told to end when the block does; its process id.

    What it prints goes to `<name>.log` in the folder.
    """
    with (folder / f"{name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *leashed(command, signal.SIGKILL),
            cwd=folder,
            env=environment(**variables),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_SECONDS)
        with suppress(ProcessLookupError):  # its own children may outlive it
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def resident_megabytes(pid: int) -> float:
    """What a process holds in memory, shared pages included."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / MEGABYTE


def processor_seconds(pid: int) -> float:
    """The processor time that a process has taken so far."""
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def proportional_megabytes(pids: Iterable[int]) -> float:
    """What processes hold in memory together, each shared page counted once."""
    total = 0
    for pid in pids:
        with suppress(OSError):  # it ended meanwhile
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * KILOBYTE
    return total / MEGABYTE
