"""Idempotency keys of REST v2: a create happens once, and is answered the same each time."""

import asyncio
import json
import os
import signal
import subprocess
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.viewer import Scope
from app.settings import Settings
from tests.api.conftest import opened_app, opened_client
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.test_http_guide import is_up
from tests.api.test_limits import locked
from tests.end_to_end.programs import COMMAND, environment, free_port, until
from tests.engines import temporary_folder
from tests.factories import new_key

CREATES: dict[str, dict[str, Any]] = {
    "/accounts": {"platform": "tiktok", "username": "once", "metadata": {"a": "1", "b": "2"}},
    "/videos": {"platform": "tiktok", "identifier": "7301234567890123456"},
    "/creators": {"name": "Once"},
}


async def create(rest: RestCaller, path: str, key: str | bytes, members: dict[str, Any]) -> httpx.Response:
    return await rest.send("POST", path, json=members, headers={"Idempotency-Key": key})


async def total(rest: RestCaller, path: str) -> int:
    return int((await rest.get(path, include_total="true"))["pagination"]["total_count"])


@pytest.mark.parametrize("path", CREATES)
async def test_the_same_again_is_answered_the_same(rest: RestCaller, path: str) -> None:
    key = str(uuid4())
    first = await create(rest, path, key, CREATES[path])
    assert (first.status_code, first.headers["content-type"]) == (201, "application/json")
    members = dict(reversed(CREATES[path].items()))
    content = json.dumps(members, indent=4)
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    again = await rest.send("POST", path, content=content, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("location", "content-type", "content-length"):
        assert again.headers[name] == first.headers[name]
    assert int(again.headers["x-ratelimit-remaining"]) == int(first.headers["x-ratelimit-remaining"]) - 1
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await total(rest, path) == 1
    # It is the first answer, whatever became of what was created.
    assert (await rest.send("DELETE", first.headers["location"].removeprefix("/v2"))).status_code == 204
    assert (await create(rest, path, key, CREATES[path])).content == first.content
    assert await total(rest, path) == 0


@pytest.mark.parametrize("path", CREATES)
async def test_another_body_or_route_under_the_same_key_is_a_conflict(rest: RestCaller, path: str) -> None:
    await create(rest, path, "the key", CREATES[path])
    others = [(other, members) for other, members in CREATES.items() if other != path]
    for other, members in [(path, {**CREATES[path], "metadata": {"a": "3"}}), *others]:
        problem = problem_of(await create(rest, other, "the key", members), 409, "CONFLICT")
        assert problem["detail"] == (
            "This idempotency key was used for another request. Use a new one for each thing to create."
        )
        assert problem["existing_id"] is None
    assert [await total(rest, one) for one in CREATES] == [int(one == path) for one in CREATES]


async def test_what_was_refused_can_be_tried_again(rest: RestCaller) -> None:
    taken = await rest.create("/accounts", **CREATES["/accounts"])
    problem_of(await create(rest, "/accounts", "k", CREATES["/accounts"]), 409, "CONFLICT")
    problem_of(await create(rest, "/accounts", "k", {"platform": "tiktok", "username": "!"}), 422, "VALIDATION_ERROR")
    missing = {**CREATES["/accounts"], "creator_id": str(uuid4())}
    problem_of(await create(rest, "/accounts", "k", missing), 404, "NOT_FOUND")
    await rest.send("DELETE", f"/accounts/{taken['id']}")
    made = await create(rest, "/accounts", "k", CREATES["/accounts"])
    assert made.status_code == 201
    assert made.json()["data"]["id"] != taken["id"]


async def test_keys_belong_to_the_api_key(rest: RestCaller, other: RestCaller) -> None:
    mine = await create(rest, "/creators", "shared", {"name": "Mine"})
    theirs = await create(other, "/creators", "shared", {"name": "Theirs"})
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert theirs.json()["data"]["name"] == "Theirs"


@pytest.mark.parametrize(("key", "status"), [("k", 201), (" ~" * 127 + "~", 201), ("k" * 255, 201)])
async def test_keys_are_printable(rest: RestCaller, key: str, status: int) -> None:
    assert (await create(rest, "/creators", key, {"name": "Keyed"})).status_code == status
    assert (await create(rest, "/creators", key, {"name": "Keyed"})).status_code == status
    assert await total(rest, "/creators") == 1


@pytest.mark.parametrize("key", [b"", b"k" * 256, b"caf\xe9", b"a\tb", b"\x7f"])
async def test_other_keys_are_refused(rest: RestCaller, key: bytes) -> None:
    problem = problem_of(await create(rest, "/creators", key, {"name": "Keyed"}), 422, "VALIDATION_ERROR")
    message = "An idempotency key takes 1 to 255 printable ASCII characters."
    assert problem["errors"] == [{"field": "Idempotency-Key", "message": message}]
    assert await total(rest, "/creators") == 0


async def test_a_key_of_scope_read_learns_nothing(client: httpx.AsyncClient) -> None:
    reader = {"Authorization": f"Bearer {await new_key(frozenset({Scope.READ}))}", "Idempotency-Key": "k"}
    answer = await client.post("/v2/creators", json={"name": "x"}, headers=reader)
    problem_of(answer, 403, "INSUFFICIENT_SCOPE")


async def test_other_routes_leave_the_key_aside(rest: RestCaller) -> None:
    made = await rest.create("/creators", name="Keyed")
    for name in ("One", "Two"):
        headers = {"Idempotency-Key": "k" * 999}
        answer = await rest.send("PATCH", f"/creators/{made['id']}", json={"name": name}, headers=headers)
        assert answer.json()["data"]["name"] == name


async def test_a_twin_under_way_is_waited_for(rest: RestCaller, settings: Settings) -> None:
    async with opened_client(settings) as another_process:
        twin = RestCaller(another_process, rest.key, rest.viewer)
        async with locked(settings) as waiting:
            first = asyncio.create_task(create(rest, "/accounts", "k", CREATES["/accounts"]))
            while not await waiting():
                await asyncio.sleep(0.01)
            started = asyncio.get_running_loop().time()
            second = await create(twin, "/accounts", "k", CREATES["/accounts"])
            waited = asyncio.get_running_loop().time() - started
        problem = problem_of(second, 409, "CONFLICT")
        assert problem["detail"] == "The same request is still under way. Ask again in a second."
        assert second.headers["retry-after"] == "1"
        assert 1.9 < waited < 10
        made = await first
        assert made.status_code == 201
        again = await create(twin, "/accounts", "k", CREATES["/accounts"])
        assert (again.status_code, again.content) == (201, made.content)
    assert await total(rest, "/accounts") == 1


async def test_a_twin_gets_the_answer_that_comes_in_time(rest: RestCaller, settings: Settings) -> None:
    async with locked(settings) as waiting:
        twins = [asyncio.create_task(create(rest, "/accounts", "k", CREATES["/accounts"])) for _ in range(3)]
        while not await waiting():
            await asyncio.sleep(0.01)
    answers = await asyncio.gather(*twins)
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert await total(rest, "/accounts") == 1


async def test_a_crash_right_after_the_commit_still_replays(rest: RestCaller, settings: Settings) -> None:
    body = json.dumps(CREATES["/accounts"]).encode()
    headers = {"authorization": f"Bearer {rest.key}", "content-type": "application/json", "idempotency-key": "k"}
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        told.append(message)
        raise OSError("the process is gone")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v2/accounts",
        "raw_path": b"/v2/accounts",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    async with opened_app(settings) as app:
        with pytest.raises(OSError, match="the process is gone"):
            await app(scope, receive, send)
    assert told[0]["status"] == 201
    assert await total(rest, "/accounts") == 1
    async with opened_client(settings) as another_process:
        answer = await create(
            RestCaller(another_process, rest.key, rest.viewer), "/accounts", "k", CREATES["/accounts"]
        )
    location = dict(told[0]["headers"])[b"location"].decode()
    assert (answer.status_code, answer.headers["location"]) == (201, location)
    assert await total(rest, "/accounts") == 1


async def test_two_processes_racing_on_a_key_create_one(rest: RestCaller, settings: Settings) -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        urls = [start(stack, folder, settings) for _ in range(2)]
        for url in urls:
            await asyncio.to_thread(until, "the API answers", lambda url=url: is_up(url))
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            headers = {"Authorization": f"Bearer {rest.key}"}
            for path, members in CREATES.items():
                for number in range(5):
                    key = f"{path} {number}"
                    sent = {**members, **({"username": f"race{number}"} if path == "/accounts" else {})}
                    if path == "/videos":
                        sent["identifier"] = f"730123456789012345{number}"
                    answers = await asyncio.gather(
                        *(
                            client.post(
                                f"{urls[n % 2]}/v2{path}", json=sent, headers=headers | {"Idempotency-Key": key}
                            )
                            for n in range(6)
                        )
                    )
                    assert {answer.status_code for answer in answers} == {201}
                    assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
    assert [await total(rest, path) for path in CREATES] == [5, 5, 5]


def start(stack: ExitStack, folder: Any, settings: Settings) -> str:
    """A process of its own on the same database."""
    port = free_port()
    variables = environment(
        CREATORGRAPH_DATABASE_URL=str(settings.database_url),
        CREATORGRAPH_REDIS_URL=str(settings.redis_url),
        PORT=str(port),
        PATH=os.environ["PATH"],
    )
    server = subprocess.Popen([COMMAND, "api"], cwd=folder, env=variables, stderr=subprocess.DEVNULL)
    stack.callback(server.wait, 30)
    stack.callback(server.send_signal, signal.SIGTERM)
    return f"http://127.0.0.1:{port}"
