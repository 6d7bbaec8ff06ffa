"""Somebody who asks `/v1`, whose providers ask a sandbox of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from redis.asyncio import Redis

from app import main
from app.core.collect.recent import RecentFacts
from app.core.lookups.sources import Sources
from app.domain.clock import utc_now
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from tests import engines
from tests.conftest import set_aside
from tests.factories import new_key
from tests.upstream import Sandbox

POST, PROFILE, VIDEOS, MEDIAN, EMAIL = "/post/stats", "/profile", "/channel/videos", "/median-views", "/email"
CREATOR_PATHS = (PROFILE, VIDEOS, MEDIAN, EMAIL)


@dataclass
class Time:
    """The clock of the API, which a test moves."""

    moved: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return utc_now() + self.moved


@dataclass(frozen=True)
class LookUpCaller:
    """A key at work on `/v1`."""

    client: httpx.AsyncClient
    key: str
    sandbox: Sandbox
    time: Time

    async def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """An answer, whatever it is; `path` is below /v1."""
        headers = {"Authorization": f"Bearer {self.key}", **arguments.pop("headers", {})}
        return await self.client.request(method, f"/v1{path}", headers=headers, **arguments)

    async def ask(self, path: str, **members: Any) -> Any:
        """The body of an answer with status 200."""
        answer = await self.send("POST", path, json=members)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, status: int, path: str, **members: Any) -> str:
        """What a refusal of that status says."""
        return error_of(await self.send("POST", path, json=members), status)

    async def upstream_calls(self) -> int:
        """Requests that the platforms got so far."""
        return len(await self.sandbox.log())


def error_of(answer: httpx.Response, status: int) -> str:
    """The text of a refusal, which is one of that status in every respect."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert list(body) == ["ok", "error"]
    assert body["ok"] is False
    assert isinstance(body["error"], str)
    assert body["error"]
    return str(body["error"])


@asynccontextmanager
async def opened(runtime: Runtime, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application on a runtime."""
    app = main.create_app(settings)
    app.state.runtime = runtime
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@asynccontextmanager
async def listening(runtime: Runtime, settings: Settings) -> AsyncIterator[str]:
    """The address of a server on loopback, of an application on a runtime."""
    app = main.create_app(settings)
    app.state.runtime = runtime
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "the server did not start"
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


def often(settings: Settings) -> Settings:
    """Settings with which a key may ask often."""
    return msgspec.structs.replace(settings, rest_v1_lookup_requests_per_minute=100_000)


@asynccontextmanager
async def another_process(
    runtime: Runtime, redis_url: str | None = None, settings: Settings | None = None
) -> AsyncIterator[Runtime]:
    """A runtime that has Valkey, the database and the sandbox in common with the first, unless others are given."""
    settings, url = settings or runtime.settings, redis_url or runtime.settings.redis_url
    assert url is not None
    async with Redis.from_url(url) as redis:
        recent = RecentFacts(redis, timedelta(seconds=300), timedelta(seconds=900))
        look_ups = Sources.of(settings, redis, runtime.chains, recent)
        yield replace(runtime, redis=redis, recent=recent, look_ups=look_ups)
        await look_ups.flights.close()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Moves the clock of the applications that are opened after this."""
    time = Time()
    monkeypatch.setattr(main, "utc_now", time.now)
    return time


@pytest.fixture(scope="module")
def valkey_url() -> Iterator[str]:
    """A Valkey of these tests alone: what was looked up by others would be answers to them."""
    with engines.cache() as url:
        yield url


@pytest.fixture
async def runtime(database: None, settings: Settings, valkey_url: str, sandbox: Sandbox) -> AsyncIterator[Runtime]:
    """A runtime that nobody has looked anything up with."""
    async with Redis.from_url(valkey_url) as redis:
        await redis.flushall()
    own = msgspec.structs.replace(
        settings, redis_url=valkey_url, upstream_base_template=sandbox.template, request_timeout_seconds=3.0
    )
    async with set_aside(settings), open_runtime(own) as running:
        yield running


@pytest.fixture
async def lookups(runtime: Runtime, time: Time, sandbox: Sandbox) -> AsyncIterator[LookUpCaller]:
    """Somebody with a key that may ask often."""
    async with opened(runtime, often(runtime.settings)) as client:
        yield LookUpCaller(client, await new_key(), sandbox, time)
