"""When something of ours fails, is slow or is not there; and requests that no client would write."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from app.api import limits
from app.api.rest.face import OUR_FAULT, SERVER_IS_AWAY, TOO_LONG
from app.core.tracking import accounts as tracking
from app.settings import Settings
from tests.api.conftest import opened_app, opened_client
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.test_limits import locked


async def test_a_body_that_does_not_arrive_is_not_waited_for(rest: RestCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LONGEST_WAIT_SECONDS", 0.05)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = await rest.send("POST", "/accounts", content=chunks(), headers={"Content-Type": "application/json"})
    problem = problem_of(answer, 408, "BAD_REQUEST")
    assert (problem["title"], answer.headers["connection"]) == ("Request Timeout", "close")


async def test_a_failure_of_ours_tells_nothing_but_its_id(
    rest: RestCaller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(tracking, "list_accounts", fail)
    with caplog.at_level(logging.ERROR):
        answer = await rest.send("GET", "/accounts", headers={"X-Request-ID": "the-request"})
    problem = problem_of(answer, 500, "INTERNAL_ERROR")
    assert (problem["detail"], problem["request_id"]) == (OUR_FAULT, "the-request")
    assert "the secret inside" not in answer.text
    assert answer.headers["x-ratelimit-remaining"] == "599"
    assert "Request the-request failed" in caplog.text


async def test_what_runs_for_too_long_is_cancelled_in_the_database_too(rest: RestCaller, settings: Settings) -> None:
    hasty = msgspec.structs.replace(settings, rest_timeout_seconds=0.5)
    async with opened_client(hasty) as client, locked(settings) as waiting:
        here = RestCaller(client, rest.key, rest.viewer)
        asked = asyncio.create_task(here.send("GET", "/accounts"))
        while not await waiting():
            await asyncio.sleep(0.01)
        answer = await asked
        assert problem_of(answer, 503, "SERVICE_UNAVAILABLE")["detail"] == TOO_LONG
        assert (answer.headers["retry-after"], "x-ratelimit-limit" in answer.headers) == ("1", True)
        async with asyncio.timeout(10):
            while await waiting():
                await asyncio.sleep(0.01)


async def test_a_database_that_is_lost_is_said_to_be_away(
    rest: RestCaller, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(settings) as waiting:
        with caplog.at_level(logging.ERROR):
            asked = asyncio.create_task(rest.send("GET", "/accounts"))
            while not (backends := await waiting()):
                await asyncio.sleep(0.01)
            admin = await asyncpg.connect(settings.database_url)
            await admin.execute("SELECT pg_terminate_backend($1)", backends[0])
            await admin.close()
            answer = await asked
    assert problem_of(answer, 503, "SERVICE_UNAVAILABLE")["detail"] == SERVER_IS_AWAY
    assert answer.headers["retry-after"] == "1"


async def test_a_hostile_host_is_not_repeated(rest: RestCaller) -> None:
    for host in ("[", "a b", "x>; rel=next", "\u00ff"):
        answer = await rest.send("GET", "/accounts", headers={"Host": host.encode("latin-1")})
        assert re.fullmatch(r'<http://127\.0\.0\.1(:\w+)?/v2/accounts>; rel="first"', answer.headers["link"])
        meta = await rest.send("GET", "/meta", headers={"Host": host.encode("latin-1")})
        assert re.fullmatch(r"http://127\.0\.0\.1(:\w+)?/v2/docs", meta.json()["data"]["docs_url"])


@pytest.mark.parametrize(
    ("query", "status"), [(b"q=\xff", 200), (b"limit=\xff&\xfe", 422), (b"&&=&%&%zz=%", 200), (b"%6cimit=%30", 422)]
)
async def test_bytes_that_are_no_text_are_read_all_the_same(
    rest: RestCaller, settings: Settings, query: bytes, status: int
) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v2/accounts",
        "raw_path": b"/v2/accounts",
        "query_string": query,
        "headers": [(b"authorization", f"Bearer {rest.key}".encode())],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    async with opened_app(settings) as app:
        await app(scope, receive, send)
    assert sent[0]["status"] == status
    if status == httpx.codes.OK:
        link = dict(sent[0]["headers"])[b"link"]
        assert link.startswith(b"<http://127.0.0.1/v2/accounts?")
        assert link.isascii()
    else:
        assert json.loads(sent[1]["body"])["errors"][0]["field"] == "limit"
