"""`creatorgraph up`: starts everything, keeps it running, and leaves nothing behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.embedded import running_servers
from tests.end_to_end.programs import Up, free_port, processes_in, run, until
from tests.engines import temporary_folder

PARTS = ("api", "worker", "scheduler")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder to start from that holds packages named like ours, which must not be taken for ours."""
    with temporary_folder() as folder:
        for package in ("app", "workers"):
            (folder / package).mkdir()
            (folder / package / "__init__.py").write_text("raise SystemExit('a foreign package was imported')")
        yield folder


async def test_demo_survives_deaths_and_ends_cleanly(folder: Path) -> None:
    data = folder / "data"
    with Up("--demo", cwd=folder, data=data, port=free_port()) as up:
        up.until_healthy()
        assert await select(data, "SELECT count(*) FROM account") == 12
        up.until_printed(f"{up.url}/graphql")
        for part in ("worker", "api"):
            before = up.part(part)
            os.kill(min(before), signal.SIGKILL)
            up.until_printed(f"{part} was killed by SIGKILL; starting it again in 0.5 s")
            up.part(part, besides=before)
            assert not before & processes_in(data).keys()
        up.until_healthy()
        up.until_printed("History complete")
        days = "SELECT account_id, count(DISTINCT captured_at::date) AS days FROM account_observation GROUP BY 1"
        assert await select(data, f"SELECT count(*) FROM ({days}) AS a WHERE days >= 90") == 12
        assert up.stop() == 0
        assert "Stopped." in up.printed()
    assert processes_in(data) == {}


async def select(data: Path, sql: str) -> object:
    urls = running_servers(data)
    assert urls is not None
    connection = await asyncpg.connect(urls.database)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_a_killed_up_leaves_nothing_running_and_its_folder_can_be_used_again(folder: Path) -> None:
    data = folder / "data"
    with Up(cwd=folder, data=data, port=free_port()) as up:
        up.until_healthy()
        made = run("keys", "create", "--organization", "Acme", "--scopes", "read", cwd=folder, DATA_DIR=str(data))
        assert made.returncode == 0
        assert made.stdout.startswith("cg_")
        up.process.kill()
        up.process.wait()
        until("all children are gone", lambda: not processes_in(data))
    with Up(cwd=folder, data=data, port=free_port()) as up:
        up.until_healthy()
        assert up.stop(signal.SIGTERM) == 0
    assert processes_in(data) == {}


def test_two_at_once_on_two_folders_and_none_twice_on_one(folder: Path) -> None:
    ports = free_port(), free_port()
    with (
        Up(cwd=folder, data=folder / "one", port=ports[0]) as one,
        Up(cwd=folder, data=folder / "two", port=ports[1]) as two,
    ):
        one.until_healthy()
        two.until_healthy()
        for up in (one, two):
            assert [up.part(part) for part in PARTS]
        again = run("up", cwd=folder, DATA_DIR=str(one.data), PORT=str(free_port()))
        assert again.returncode == 2
        assert again.stderr == f"creatorgraph: DATA_DIR={one.data} is in use by another running creatorgraph\n"
        taken = run("up", cwd=folder, DATA_DIR=str(folder / "three"), PORT=str(ports[0]))
        assert taken.returncode == 2
        assert taken.stderr == (
            f"creatorgraph: PORT={ports[0]} cannot be listened on at 127.0.0.1: Address already in use\n"
        )
        assert httpx.get(f"{one.url}/health", trust_env=False).status_code == 200
        assert (one.stop(), two.stop()) == (0, 0)
    assert processes_in(folder) == {}


def test_a_folder_too_deep_for_a_socket(folder: Path) -> None:
    data = folder / ("deep-ä " * 15)
    with Up(cwd=folder, data=data, port=free_port()) as up:
        up.until_healthy()
        assert up.stop() == 0
    assert processes_in(data) == {}
