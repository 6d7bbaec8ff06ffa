"""What v2 tells of itself and of who asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from app.settings import Settings
from tests.api.conftest import opened_app
from tests.api.rest.conftest import RestCaller, problem_of


@dataclass
class Standing:
    """What a runtime vouches for."""

    database: bool = True
    redis: bool = True

    async def database_is_up(self) -> bool:
        return self.database

    async def redis_is_up(self) -> bool:
        return self.redis


@pytest.fixture
async def standing(database: None, settings: Settings) -> AsyncIterator[tuple[Standing, httpx.AsyncClient]]:
    """An application and what its runtime says of itself."""
    async with opened_app(settings) as app:
        app.state.runtime = Standing()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            yield app.state.runtime, client


async def test_health_follows_the_servers_behind(standing: tuple[Standing, httpx.AsyncClient]) -> None:
    runtime, client = standing
    healthy = await client.get("/v2/health")
    assert (healthy.status_code, healthy.json()) == (200, {"data": {"type": "health", "status": "ok"}})
    assert healthy.headers["cache-control"] == "no-store"
    assert "x-ratelimit-limit" not in healthy.headers
    runtime.redis = False
    degraded = await client.get("/v2/health", headers={"Authorization": "Bearer nobody"})
    assert (degraded.status_code, degraded.json()) == (200, {"data": {"type": "health", "status": "degraded"}})
    runtime.database = False
    away = await client.get("/v2/health")
    problem = problem_of(away, 503, "SERVICE_UNAVAILABLE")
    assert (problem["title"], away.headers["retry-after"]) == ("Service Unavailable", "1")
    assert (await client.head("/v2/health")).status_code == 503


async def test_meta_is_the_way_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v2/meta", headers={"Host": "api.example.com"})
    assert answer.json() == {
        "data": {
            "type": "api_meta",
            "api_version": "v2",
            "status": "current",
            "docs_url": "http://api.example.com/v2/docs",
            "openapi_url": "http://api.example.com/v2/openapi.json",
            "whoami_url": "http://api.example.com/v2/whoami",
            "deprecation": None,
            "sunset": None,
        }
    }
    for name in ("docs_url", "openapi_url"):
        path = answer.json()["data"][name].removeprefix("http://api.example.com")
        assert (await client.get(path)).status_code == 200


async def test_whoami_tells_the_organization_and_the_key(rest: RestCaller) -> None:
    assert await rest.get("/whoami") == {
        "data": {
            "type": "whoami",
            "organization_id": str(rest.viewer.organization_id),
            "api_key_name": "test key",
        }
    }


async def test_bearer_is_read_in_any_case(rest: RestCaller) -> None:
    for scheme in ("bearer", "BEARER", "Bearer "):
        answer = await rest.client.get("/v2/whoami", headers={"Authorization": f"{scheme} {rest.key}"})
        assert answer.status_code == 200
