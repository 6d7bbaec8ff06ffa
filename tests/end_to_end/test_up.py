"""`creatorgraph up`: starts everything, keeps it running, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.embedded import bundled_servers, data_folder, running_servers
from tests.end_to_end.programs import COMMAND, Up, environment, free_port, processes_in, run, until
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
        assert await select(data, "SELECT count(*) FROM account") == 14
        assert await select(data, "SELECT count(*) FROM creator") == 4
        up.until_printed(f"{up.url}/graphql")
        for part in ("worker", "api"):
            before = up.part(part)
            os.kill(min(before), signal.SIGKILL)
            up.until_printed(f"{part} was killed by SIGKILL; starting it again in 0.5 s")
            up.part(part, besides=before)
            assert not before & processes_in(data).keys()
        up.until_healthy()
        up.until_printed("History complete")
        assert await accounts_with_history(data) == 14
        for name, pid in (("Valkey", valkey(data)), ("PostgreSQL", postmaster(data))):
            os.kill(pid, signal.SIGKILL)
            up.until_printed(f"{name} was killed by SIGKILL; starting it again in 0.5 s")
        until("Valkey answers again", lambda: health(up.url) == (200, "ok"))
        await until_followed(up, data, "rival_two")
        assert up.stop() == 0
        assert "Stopped." in up.printed()
        assert "Traceback" not in up.printed()
    assert processes_in(data) == {}


async def test_a_history_that_is_interrupted_or_killed_is_completed_by_the_next_run(folder: Path) -> None:
    data = folder / "data"
    with Up("--demo", cwd=folder, data=data, port=free_port()) as up:
        up.until_printed("14 accounts: 0 %")
        up.part("demo")
        while await select(data, "SELECT count(*) FROM account_observation") == 0:
            await asyncio.sleep(0.1)
        assert up.stop() == 0
        printed = up.printed()
        assert "Stopped." in printed
        assert "Traceback" not in printed
        assert "starting it again" not in printed
    assert processes_in(data) == {}
    with data_folder(data), bundled_servers(data, use_valkey=False) as servers:
        # As if a worker had been ended with work in its hands.
        held = "lease_id = gen_random_uuid(), lease_until = now() + interval '300 seconds'"
        await ask(
            str(servers.database), f"WITH held AS (UPDATE account SET {held} RETURNING id) SELECT count(*) FROM held"
        )
        kept = await ask(str(servers.database), "SELECT count(*) FROM account_observation")
    with Up("--demo", cwd=folder, data=data, port=free_port()) as up:
        up.until_printed("14 accounts: 25 %")
        assert await select(data, "SELECT count(*) FROM account_observation") > kept
        up.process.kill()
        up.process.wait()
        until("all children are gone", lambda: not processes_in(data))
    started = time.monotonic()
    with Up("--demo", cwd=folder, data=data, port=free_port()) as up:
        up.until_printed("History complete")
        assert time.monotonic() - started < 180
        assert await accounts_with_history(data) == 14
        assert await select(data, "SELECT count(*) FROM creator") == 4
        assert await select(data, "SELECT count(creator_id) FROM account") == 13
        assert up.stop() == 0
    assert processes_in(data) == {}


def test_ctrl_c_while_the_program_is_still_being_imported(folder: Path) -> None:
    for seconds in (0.1, 0.3, 0.5):
        process = subprocess.Popen(
            [COMMAND, "up"],
            cwd=folder,
            env=environment(PORT=str(free_port()), DATA_DIR=str(folder / "data")),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        time.sleep(seconds)  # whenever that is: no instant may show a traceback
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
        assert (process.returncode, b"Traceback" in printed) in {(130, False), (0, False)}, printed


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def valkey(data: Path) -> int:
    [found] = [pid for pid, command in processes_in(data).items() if "valkey" in Path(command[0]).name]
    return found


def health(url: str) -> tuple[int, object]:
    try:
        answer = httpx.get(f"{url}/health", trust_env=False)
        return answer.status_code, answer.json().get("data", {}).get("status")
    except httpx.TransportError:
        return 0, None


async def until_followed(up: Up, data: Path, handle: str) -> None:
    """Track an account of TikTok and wait for its figures."""
    client = httpx.Client(
        base_url=up.url,
        headers={"Authorization": f"Bearer {(data / 'demo-key').read_text().strip()}"},
        trust_env=False,
        timeout=30,
    )

    def graph(query: str) -> dict[str, Any]:
        answer = client.post("/graphql", json={"query": query}).json()
        assert "errors" not in answer, answer
        found = answer["data"]
        assert isinstance(found, dict)
        return found

    with client:
        tracked = graph(
            f'mutation {{ trackAccount(input: {{platform: TIKTOK, handle: "{handle}"}})'
            " { account { id } errors { message } } }"
        )["trackAccount"]
        assert tracked["errors"] == []
        query = f'{{ node(id: "{tracked["account"]["id"]}") {{ ... on Account {{ followerCount }} }} }}'
        until(f"{handle} has figures", lambda: graph(query)["node"]["followerCount"])


async def accounts_with_history(data: Path) -> object:
    """How many accounts were observed on at least 90 days."""
    days = "SELECT account_id, count(DISTINCT captured_at::date) AS days FROM account_observation GROUP BY 1"
    return await select(data, f"SELECT count(*) FROM ({days}) AS a WHERE days >= 90")


async def select(data: Path, sql: str) -> Any:
    urls = running_servers(data)
    assert urls is not None
    return await ask(str(urls.database), sql)


async def ask(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
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
