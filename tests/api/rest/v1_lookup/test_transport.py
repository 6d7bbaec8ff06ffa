"""Keys, statuses, headers and budgets of `/v1`."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from app import main
from app.core.access.key_management import revoke_key
from app.core.access.keys import authenticate, create_key
from app.domain.clock import utc_now
from app.domain.viewer import Scope
from app.runtime import Runtime
from app.store.db import fetch
from tests.api.rest.v1_lookup.conftest import EMAIL, POST, PROFILE, LookUpCaller, another_process, error_of, opened
from tests.factories import at, new_key
from tests.valkeys import own_valkey

URL = "https://www.tiktok.com/@charlidamelio/video/7123456789"
PATHS = [("GET", "/v1/ping"), ("GET", "/v1/platforms"), ("POST", "/v1/post/stats"), ("POST", "/v1/email")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {key}"},
        {"Authorization": "bearer {key}"},
        {"Authorization": "  BEARER   {key}  "},
        {"X-API-Key": "{key}"},
        {"x-api-key": "  {key} "},
        {"Authorization": "Bearer {key}", "X-API-Key": "something else"},
        {"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": "{key}"},
        {"Authorization": "", "X-API-Key": "{key}"},
    ],
)
async def test_a_key_is_taken_either_way(lookups: LookUpCaller, headers: dict[str, str]) -> None:
    sent = {name: value.format(key=lookups.key) for name, value in headers.items()}
    answer = await lookups.client.get("/v1/ping", headers=sent)
    assert (answer.status_code, answer.json()["data"]) == (200, "pong")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer ct_live_nothing"},
        {"Authorization": "{key}"},
        {"Authorization": "Token {key}"},
        {"X-API-Key": ""},
        {"X-API-Key": "ct_live_nothing"},
        {"X-API-Key": "Bearer {key}"},
        {"Authorization": "Bearer ct_live_nothing", "X-API-Key": "{key}"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Api-Key": "{key}"},
    ],
)
@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_without_a_known_key_it_is_a_401(
    lookups: LookUpCaller, method: str, path: str, headers: dict[str, str]
) -> None:
    sent = {name: value.format(key=lookups.key) for name, value in headers.items()}
    answer = await lookups.client.request(method, path, headers=sent)
    error_of(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


async def test_a_revoked_key_is_refused_at_once(lookups: LookUpCaller) -> None:
    viewer = await authenticate(lookups.key, now=utc_now())
    assert (await lookups.send("GET", "/ping")).status_code == 200
    await create_key(viewer.organization_name, "another", frozenset({Scope.ADMIN}), now=utc_now())
    await revoke_key(viewer, viewer.key_id, now=utc_now())
    error_of(await lookups.send("GET", "/ping"), 401)


async def test_unknown_paths_and_methods_are_refused_in_the_same_envelope(lookups: LookUpCaller) -> None:
    for path in ("/nothing", "/post", "/post/stats/more", "/channel", "", "/v1/ping"):
        answer = await lookups.send("GET", path)
        error_of(answer, 404)
        assert "x-ratelimit-remaining" in answer.headers
    for method, path, allowed in (
        ("GET", POST, "OPTIONS, POST"),
        ("PUT", PROFILE, "OPTIONS, POST"),
        ("DELETE", EMAIL, "OPTIONS, POST"),
        ("POST", "/ping", "GET, HEAD, OPTIONS"),
        ("PATCH", "/platforms", "GET, HEAD, OPTIONS"),
    ):
        answer = await lookups.send(method, path)
        error_of(answer, 405)
        assert answer.headers["allow"] == allowed
    nobody = await lookups.client.get("/v1/nothing")
    error_of(nobody, 404)
    with_key = await lookups.client.get("/v1/nothing", headers={"X-API-Key": lookups.key})
    assert "x-ratelimit-remaining" in with_key.headers


async def test_a_path_may_end_with_a_slash(lookups: LookUpCaller) -> None:
    assert (await lookups.send("GET", "/ping/")).status_code == 200
    assert (await lookups.send("POST", "/post/stats/", json={"url": URL})).status_code == 200


async def test_an_answer_that_is_not_taken_is_a_400(lookups: LookUpCaller) -> None:
    error_of(await lookups.send("GET", "/ping", headers={"Accept": "text/html"}), 400)


async def test_the_minute_of_a_key(runtime: Runtime, lookups: LookUpCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    now = at("2026-03-01 08:00") + timedelta(seconds=10)
    monkeypatch.setattr(main, "utc_now", lambda: now)
    async with opened(runtime, runtime.settings) as client:
        here = LookUpCaller(client, lookups.key, lookups.sandbox, lookups.time)
        for left in range(59, -1, -1):
            answer = await here.send("POST", POST, json={"url": URL} if left % 2 else {"url": "nothing"})
            assert answer.status_code == (200 if left % 2 else 400)
            told = (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"])
            assert told == ("60", str(left))
        for method, path in (("POST", POST), ("GET", "/ping"), ("GET", "/nothing"), ("GET", POST)):
            spent = await here.send(method, path, json={"url": URL})
            error_of(spent, 429)
            assert (spent.headers["retry-after"], spent.headers["x-ratelimit-limit"]) == ("50", "60")
            assert spent.headers["x-ratelimit-remaining"] == "0"
        other = LookUpCaller(client, await new_key(), lookups.sandbox, lookups.time)
        assert (await other.send("GET", "/ping")).headers["x-ratelimit-remaining"] == "59"
        elsewhere = await client.get("/v2/whoami", headers={"Authorization": f"Bearer {lookups.key}"})
        assert elsewhere.headers["x-ratelimit-remaining"] == "599"


async def test_usage_is_noted(lookups: LookUpCaller, runtime: Runtime) -> None:
    viewer = await authenticate(lookups.key, now=utc_now())
    await lookups.ask(POST, url=URL)
    await lookups.refused(400, POST, url="nothing")
    await runtime.usage.write()
    rows = await fetch(
        "SELECT face, requests, points FROM usage_day WHERE organization_id = $1", viewer.organization_id
    )
    assert [tuple(row) for row in rows] == [("v1_lookup", 2, 2)]


async def test_while_valkey_is_away_look_ups_are_answered(lookups: LookUpCaller, runtime: Runtime) -> None:
    with own_valkey() as valkey:
        async with another_process(runtime, valkey.url) as away, opened(away, runtime.settings) as client:
            valkey.kill()
            here = LookUpCaller(client, lookups.key, lookups.sandbox, lookups.time)
            await lookups.sandbox.fault("tiktok.com", "slow", delay_ms=200)
            answers = await asyncio.gather(*(here.send("POST", POST, json={"url": URL}) for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            assert len(await lookups.sandbox.log()) == 1
            assert not [name for name in answers[0].headers if name.startswith("x-ratelimit")]


async def test_addresses_can_be_switched_off(lookups: LookUpCaller, runtime: Runtime) -> None:
    settings = msgspec.structs.replace(runtime.settings, lookup_emails=False, facebook_enabled=False)
    async with another_process(runtime, settings=settings) as quiet, opened(quiet, settings) as client:
        here = LookUpCaller(client, lookups.key, lookups.sandbox, lookups.time)
        assert "switched off" in await here.refused(404, EMAIL, username="creator_username", platform="instagram")
        told = (await here.send("GET", "/platforms")).json()["data"]["platforms"]
        assert [one["platform"] for one in told] == ["tiktok", "instagram", "youtube", "twitter", "linkedin"]
        assert "email" not in told[0]["endpoints"]
