"""The guide to GraphQL: its commands and requests work as they stand there."""

import asyncio
import json
import os
import re
import subprocess
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import httpx

from app.settings import Settings
from tests.api.conftest import Caller, without_cost
from tests.end_to_end.programs import COMMAND, environment, free_port, until
from tests.engines import temporary_folder

GUIDE = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == HTTPStatus.OK
    except httpx.TransportError:
        return False


async def test_the_command_asks_a_running_server(caller: Caller, settings: Settings) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = environment(
        CREATORGRAPH_DATABASE_URL=str(settings.database_url),
        CREATORGRAPH_REDIS_URL=str(settings.redis_url),
        PORT=str(port),
        URL=url,
        KEY=caller.key,
        PATH=os.environ["PATH"],
    )
    (command,) = blocks("sh")
    with temporary_folder() as folder:
        server = subprocess.Popen([COMMAND, "api"], cwd=folder, env=variables, stderr=subprocess.DEVNULL)
        try:
            await asyncio.to_thread(until, "the API answers", lambda: is_up(url))
            asked = await asyncio.to_thread(subprocess.check_output, ["bash", "-e", "-c", command], env=variables)
        finally:
            server.terminate()
            server.wait(30)
    assert without_cost(json.loads(asked)) == {"data": {"viewer": {"keyName": "test key"}}}


async def test_the_requests_are_read(caller: Caller) -> None:
    shown, by_hash, batch = blocks("json")
    answer = (await caller.post(json.dumps({"query": "{accounts(first:10){totalCount nodes{id}}}"}))).json()
    assert set(json.loads(shown)["extensions"]["cost"]) == set(answer["extensions"]["cost"])

    query = "{ viewer { keyName } }"
    request = by_hash.replace("64 hexadecimal digits", sha256(query.encode()).hexdigest())
    assert (await caller.post(request)).json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    assert "data" in (await caller.post(json.dumps({"query": query, **json.loads(request)}))).json()
    assert "data" in (await caller.post(request)).json()

    assert [without_cost(body) for body in (await caller.post(batch)).json()] == [
        {"data": {"viewer": {"keyName": "test key"}}},
        {"data": {"accounts": {"totalCount": 0}}},
    ]


async def test_what_cannot_be_read_costs_nothing(stopped_clock: datetime, caller: Caller) -> None:
    spent = [await left(caller)]
    for body in ("{", "[]", '{"query":1}'):
        assert (await caller.post(body)).status_code == HTTPStatus.BAD_REQUEST
    spent.append(await left(caller))
    await caller.post('{"query":"{nothing}"}')
    spent.append(await left(caller))
    assert spent == [5999, 5998, 5996]


async def left(caller: Caller) -> int:
    """The points that are left after the cheapest query."""
    body = (await caller.post('{"query":"{__typename}"}')).json()
    return int(body["extensions"]["cost"]["remaining"])
