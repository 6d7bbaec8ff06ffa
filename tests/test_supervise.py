"""What is supervised is started again, seen to its end, and its logs stay short."""

import asyncio
import os
from pathlib import Path

import pytest

from app.supervise import KEPT_LOG_BYTES, LONGEST_LOG_BYTES, Child, Supervisor, shorten


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path


def test_only_the_end_of_a_long_log_is_kept_and_its_writer_goes_on(folder: Path) -> None:
    log = folder / "logs" / "api.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * LONGEST_LOG_BYTES)
        shorten(log)
        assert log.stat().st_size == LONGEST_LOG_BYTES
        writer.write(b"end")
        shorten(log)
        writer.write(b" and more")
    assert log.read_bytes() == b"a" * (KEPT_LOG_BYTES - 3) + b"end and more"


async def test_logs_are_shortened_as_soon_as_something_runs(folder: Path) -> None:
    log = folder / "logs" / "postgres.log"
    log.write_bytes(b"a" * (LONGEST_LOG_BYTES + 1))
    async with Supervisor(folder, os.environ, print), asyncio.timeout(10):
        while log.stat().st_size > KEPT_LOG_BYTES:
            await asyncio.sleep(0.01)


async def test_a_child_whose_lines_cannot_be_taken_is_not_hidden_and_the_others_are_ended(folder: Path) -> None:
    def refuse(line: str) -> None:
        raise ValueError(line)

    ended: list[bool] = []

    async def supervise() -> None:
        async with Supervisor(folder, os.environ, print) as children:
            listing = children.start(Child("listing", ("sandbox", "--list")))
            listing.add_done_callback(lambda task: ended.append(task.exception() is None))
            told = children.start(Child("help", ("--help",), once=True, on_line=refuse))
            await asyncio.wait((told,))

    with pytest.raises(ValueError, match="Usage"):
        await supervise()
    assert ended == [True]


async def test_a_child_that_dies_is_started_again(folder: Path) -> None:
    said: list[str] = []
    async with Supervisor(folder, os.environ, said.append) as children, asyncio.timeout(60):
        children.start(Child("nothing", ("no-such-command",)))
        while not said:
            await asyncio.sleep(0.05)
    assert said[0].startswith("nothing ended with exit code 2; starting it again in 0.5 s")
