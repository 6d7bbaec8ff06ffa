"""The API as a process of its own: what sockets cost it, and how it takes its leave of them."""

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest

from app.core.access.keys import authenticate
from app.listening import room_for
from app.settings import Settings
from bench.programs import resident_megabytes
from tests.api.live import ACCOUNTS, Api, Client, refreshed, tell
from tests.api.test_http_guide import is_up
from tests.end_to_end.programs import COMMAND, environment, free_port, until
from tests.engines import temporary_folder
from tests.factories import at, new_account, new_key

GUIDE = (Path(__file__).parents[1] / "docs" / "graphql.md").read_text()
SOCKETS, EACH = 100, 10
MOST_KILOBYTES_OF_A_SOCKET = 65
"""A thousand of them beside what a process that has worked for a while holds, within the goal of 150 MB."""


@contextmanager
def running_api(settings: Settings) -> Iterator[tuple[Api, "subprocess.Popen[bytes]", Path]]:
    """`creatorgraph api` on the tests' servers, and the file with what it logs."""
    port = free_port()
    variables = environment(
        CREATORGRAPH_DATABASE_URL=str(settings.database_url),
        CREATORGRAPH_REDIS_URL=str(settings.redis_url),
        PORT=str(port),
    )
    with temporary_folder() as folder:
        log = folder / "api.log"
        with log.open("wb") as output:
            process = subprocess.Popen([COMMAND, "api"], cwd=folder, env=variables, stderr=output)
        try:
            until("the API answers", lambda: is_up(f"http://127.0.0.1:{port}"))
            yield Api(None, port), process, log  # type: ignore[arg-type]
        finally:
            process.kill()
            process.wait(30)


async def test_sockets_and_streams_end_with_the_process(database: None, settings: Settings) -> None:
    key = await new_key()
    with running_api(settings) as (api, process, log):
        async with api.follower(key) as client, api.stream(key, ACCOUNTS) as stream:
            await client.subscribe("a", ACCOUNTS)
            await client.settle()
            asked_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await client.closed() == (1001, "The server is stopping. Connect again.")
            assert (await stream.aread()).replace(b":\n\n", b"") == b""
            assert await asyncio.to_thread(process.wait, 10) in (0, -signal.SIGTERM)
            assert time.monotonic() - asked_at < 4
        said = log.read_text()
    assert "WebSocket" not in said
    assert "connection " not in said
    assert "ERROR" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds in memory is read from Linux's /proc")
async def test_a_socket_with_ten_subscriptions_takes_little_memory(database: None, settings: Settings) -> None:
    key = await new_key()
    account = await new_account(await authenticate(key, now=at("2026-03-01 08:00")), at("2026-03-01 08:00"))
    queries = [ACCOUNTS.replace("handle", f"a{number}: handle") for number in range(EACH)]

    async def follow(client: Client) -> None:
        for number, query in enumerate(queries):
            await client.subscribe(str(number), query)
        await client.settle()

    with running_api(settings) as (api, process, _):
        async with api.follower(key) as first:
            await follow(first)
            before = resident_megabytes(process.pid)
            async with AsyncExitStack() as stack:
                clients = [await stack.enter_async_context(api.follower(key)) for _ in range(SOCKETS)]
                for client in clients:
                    await follow(client)
                await tell(settings, refreshed(account))
                for client in (first, *clients):
                    assert {(await client.hear())["id"] for _ in queries} == {str(number) for number in range(EACH)}
                grown = (resident_megabytes(process.pid) - before) * 1024 / SOCKETS
    assert grown < MOST_KILOBYTES_OF_A_SOCKET


async def test_the_command_of_the_guide_shows_what_happens(database: None, settings: Settings) -> None:
    key = await new_key()
    account = await new_account(await authenticate(key, now=at("2026-03-01 08:00")), at("2026-03-01 08:00"))
    (command,) = re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)
    with running_api(settings) as (api, _, _):
        variables = environment(URL=api.url.removesuffix("/graphql"), KEY=key, PATH=os.environ["PATH"])
        curl = await asyncio.create_subprocess_exec(
            "bash", "-ec", f"exec {command}", env=variables, stdout=asyncio.subprocess.PIPE
        )
        assert curl.stdout is not None
        try:
            async with asyncio.timeout(20):
                assert await curl.stdout.readline() == b":\n"  # it has begun
                await tell(settings, refreshed(account))
                while (line := await curl.stdout.readline()) != b"event: next\n":
                    assert line in (b"\n", b":\n")
                data = json.loads((await curl.stdout.readline()).removeprefix(b"data: "))
        finally:
            curl.kill()
            await curl.wait()
    shown = {"handle": account.handle, "followerCount": None}
    assert data == {"data": {"accountRefreshed": {"account": shown}}}


@pytest.mark.parametrize(
    ("soft", "hard", "set_to", "found"),
    [
        (1_024, resource.RLIM_INFINITY, 5_024, 4_000),
        (1_024, 20_000, 5_024, 4_000),
        (20_000, 20_000, None, 4_000),
        (1_024, 3_024, 3_024, 2_000),
        (256, 1_024, 1_024, 400),
        (64, 64, None, 0),
    ],
)
def test_room_is_found_for_connections_that_last(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, set_to: int | None, found: int
) -> None:
    told: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda *said: told.append(said))
    assert room_for(4_000) == found
    expected = [] if set_to is None else [(resource.RLIMIT_NOFILE, (set_to, hard))]
    assert [said for said in told if said[1][0] != soft] == expected
