"""The bundled servers start on anything an earlier run may have left, and touch nothing that is not theirs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
from redis.exceptions import RedisError

from app.embedded import BundledServers, FolderInUse, ServerUrls, bundled_servers, data_folder, running_servers
from app.embedded.postgres import postgres
from app.embedded.processes import end_process
from tests.end_to_end.programs import processes_in, until
from tests.engines import temporary_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as folder, data_folder(folder):
        yield folder


async def select(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


async def test_both_answer_and_are_found_by_others_as_long_as_they_run(folder: Path) -> None:
    with bundled_servers(folder, durable=False) as urls:
        assert urls.database == f"postgresql://postgres@/creatorgraph?host={folder}/postgres"
        assert urls.redis == f"unix://{folder}/valkey/valkey.sock?db=0"
        assert await select(
            urls.database, "SELECT current_database() || ' ' || current_setting('server_encoding')"
        ) == ("creatorgraph UTF8")
        async with redis.asyncio.from_url(urls.redis) as client:
            assert await client.ping() is True
        assert running_servers(folder) == ServerUrls(urls.database, urls.redis)
    assert not (folder / "servers.json").exists()
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()


def test_a_folder_has_one_owner(folder: Path) -> None:
    with pytest.raises(FolderInUse, match="is in use by another running creatorgraph"), data_folder(folder):
        pass


def test_nobody_runs_on_a_folder_without_an_owner(tmp_path: Path) -> None:
    assert running_servers(tmp_path) is None
    with data_folder(tmp_path):
        pass
    assert running_servers(tmp_path) is None


async def test_data_survives_a_killed_server(folder: Path) -> None:
    log = folder / "logs" / "postgres.log"
    with postgres(folder / "postgres", log, durable=True) as server:
        await select(server.url, "CREATE TABLE kept AS SELECT 7 AS value")
        end_process(postmaster(folder))  # no steps: killed at once, and its note stays
        assert (folder / "postgres" / "data" / "postmaster.pid").exists()
    with postgres(folder / "postgres", log, durable=True) as server:
        assert await select(server.url, "SELECT value FROM kept") == 7


async def test_a_server_an_earlier_run_left_is_ended(folder: Path) -> None:
    log = folder / "logs" / "postgres.log"
    with postgres(folder / "postgres", log, durable=False) as server:
        await select(server.url, "CREATE TABLE kept AS SELECT 7 AS value")
        left = postmaster(folder)
        with postgres(folder / "postgres", log, durable=False) as server:
            assert postmaster(folder) != left
            assert await select(server.url, "SELECT value FROM kept") == 7


async def test_a_stale_note_that_names_another_program_harms_neither(folder: Path) -> None:
    log = folder / "logs" / "postgres.log"
    with postgres(folder / "postgres", log, durable=False):
        note = (folder / "postgres" / "data" / "postmaster.pid").read_text()
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        path = folder / "postgres" / "data" / "postmaster.pid"
        path.write_text("\n".join([str(bystander.pid), *note.split("\n")[1:]]))
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
        with postgres(folder / "postgres", log, durable=False) as server:
            assert await select(server.url, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.communicate(b"\n", timeout=10)


async def test_a_first_start_that_was_interrupted_is_made_good(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with bundled_servers(folder, use_valkey=False, durable=False) as urls:
        assert urls.redis is None
        assert await select(str(urls.database), "SELECT 1") == 1
    assert not half.exists()


async def test_a_private_home_stays_private(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    data = home / "data"
    with data_folder(data), bundled_servers(data, durable=False) as urls:
        assert await select(str(urls.database), "SELECT 1") == 1
        assert home.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_mode & 0o777 == 0o700
    assert data.stat().st_uid == os.geteuid()


def test_servers_end_with_a_killed_owner(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.embedded import bundled_servers, data_folder\n"
        "folder = Path(sys.argv[1])\n"
        "with data_folder(folder), bundled_servers(folder) as urls:\n"
        "    print('ready', flush=True); input()"
    )
    data = folder / "data"
    owner = subprocess.Popen([sys.executable, "-c", program, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    server = postmaster(data)
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    with data_folder(data), bundled_servers(data, use_valkey=False):
        assert postmaster(data) != server
        assert server not in processes_in(data)


async def test_servers_that_died_are_started_again_where_they_were(folder: Path) -> None:
    with bundled_servers(folder) as servers:
        await select(str(servers.database), "CREATE TABLE kept AS SELECT 7 AS value")
        for server in servers.running:
            assert server.ending() is None
            os.kill(server.pid, signal.SIGKILL)
            assert until(f"{server.name} is dead", server.ending) == -signal.SIGKILL
        async with asyncio.timeout(30):
            # Not at the first try, as a rule: the orphans of the old PostgreSQL must have seen its death.
            while not await both_answer(servers):
                for server in servers.running:
                    if server.ending() is not None:
                        server.start_again()
                await asyncio.sleep(0.05)
        assert await select(str(servers.database), "SELECT value FROM kept") == 7


async def both_answer(servers: BundledServers) -> bool:
    try:
        async with redis.asyncio.from_url(str(servers.redis)) as client:
            return await select(str(servers.database), "SELECT 1") == 1 and await client.ping() is True
    except (OSError, RedisError, asyncpg.PostgresError):
        return False
