"""Budgets of REST v2: so many requests a minute, told in the headers, whoever asks at the same time."""

import asyncio
from datetime import datetime

import httpx
import msgspec
import pytest

from app.settings import Settings
from tests.api.conftest import opened_client
from tests.api.rest.conftest import RestCaller, problem_of
from tests.valkeys import own_valkey


async def test_the_last_request_of_a_minute_is_followed_by_429(
    stopped_clock: datetime, settings: Settings, rest: RestCaller, other: RestCaller
) -> None:
    async with opened_client(msgspec.structs.replace(settings, rest_v2_requests_per_minute=3)) as client:
        here = RestCaller(client, rest.key, rest.viewer)
        for left in ("2", "1", "0"):
            answer = await here.send("GET", "/whoami")
            assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (200, left)
        for method, path in (("GET", "/whoami"), ("POST", "/accounts"), ("GET", "/nothing"), ("PATCH", "/accounts")):
            refused = await here.send(method, path)
            problem = problem_of(refused, 429, "RATE_LIMITED")
            assert problem["title"] == "Too Many Requests"
            told = {name: refused.headers[name] for name in ("retry-after", "x-ratelimit-limit", "x-ratelimit-reset")}
            assert told == {"retry-after": "50", "x-ratelimit-limit": "3", "x-ratelimit-reset": "1772352060"}
            assert refused.headers["x-ratelimit-remaining"] == "0"
        elsewhere = await RestCaller(client, other.key, other.viewer).send("GET", "/whoami")
        assert elsewhere.headers["x-ratelimit-remaining"] == "2"
        assert (await here.send("GET", "/meta")).status_code == 200


async def test_processes_grant_no_more_together_than_there_is(
    stopped_clock: datetime, settings: Settings, rest: RestCaller
) -> None:
    few = msgspec.structs.replace(settings, rest_v2_requests_per_minute=20)
    async with opened_client(few) as one, opened_client(few) as another:
        callers = [RestCaller(client, rest.key, rest.viewer) for client in (one, another)]
        answers = await asyncio.gather(*(callers[n % 2].send("GET", "/whoami") for n in range(60)))
    granted = [answer for answer in answers if answer.status_code == 200]
    assert sorted(int(answer.headers["x-ratelimit-remaining"]) for answer in granted) == list(range(20))
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_while_valkey_is_away_everything_is_answered(settings: Settings, rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="away")
    with own_valkey() as valkey:
        few = msgspec.structs.replace(settings, redis_url=valkey.url, rest_v2_requests_per_minute=2)
        async with opened_client(few) as client:
            here = RestCaller(client, rest.key, rest.viewer)
            assert (await here.send("GET", "/whoami")).headers["x-ratelimit-remaining"] == "1"
            valkey.kill()
            for _ in range(5):
                answer = await here.send("GET", f"/accounts/{made['id']}")
                assert (answer.status_code, answer.json()) == (200, {"data": made})
                assert not [name for name in answer.headers if name.startswith("x-ratelimit")]
            created = await here.send("POST", "/creators", json={"name": "While away"})
            assert created.status_code == 201
            assert (await here.send("GET", "/creators")).status_code == 200


@pytest.mark.parametrize("path", ["/meta", "/openapi.json", "/docs"])
async def test_what_needs_no_key_is_not_counted(
    stopped_clock: datetime, settings: Settings, rest: RestCaller, path: str
) -> None:
    async with opened_client(msgspec.structs.replace(settings, rest_v2_requests_per_minute=1)) as client:
        here = RestCaller(client, rest.key, rest.viewer)
        for _ in range(3):
            answer = await here.send("GET", path)
            assert answer.status_code == 200
            assert "x-ratelimit-limit" not in answer.headers
        assert (await here.send("GET", "/whoami")).status_code == 200
        assert (await here.send("GET", "/whoami")).status_code == 429


async def test_a_face_has_a_budget_of_its_own(stopped_clock: datetime, settings: Settings, rest: RestCaller) -> None:
    async with opened_client(settings) as client:
        here = RestCaller(client, rest.key, rest.viewer)
        await here.send("GET", "/whoami")
        asked = await client.post(
            "/graphql", json={"query": "{viewer{keyName}}"}, headers={"Authorization": f"Bearer {rest.key}"}
        )
        assert asked.status_code == httpx.codes.OK
        assert (await here.send("GET", "/whoami")).headers["x-ratelimit-remaining"] == "598"
