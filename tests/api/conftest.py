"""The application in process, on the real database, and somebody who asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeAlias

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import main
from app.core.access.keys import KeyLookups, authenticate
from app.core.access.usage import UsageTally
from app.domain.clock import utc_now
from app.domain.viewer import Viewer
from app.settings import Settings
from app.store import db
from tests.factories import at, new_key

Statements: TypeAlias = list[None]


def without_cost(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an answer without what it cost, which must be there."""
    assert list(body["extensions"]) == ["cost"]
    return {name: value for name, value in body.items() if name != "extensions"}


@dataclass(frozen=True)
class Caller:
    """A key at work."""

    client: httpx.AsyncClient
    key: str
    viewer: Viewer

    async def post(self, content: bytes | str, **headers: str) -> httpx.Response:
        """A POST with that very body."""
        sent = httpx.Headers({"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return await self.client.post("/graphql", content=content, headers=sent)

    async def ask(self, query: str, **variables: Any) -> Any:
        """The body of an answer with status 200, without what it cost."""
        response = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        assert response.status_code == 200, response.text
        return without_cost(response.json())

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = await self.ask(query, **variables)
        assert "errors" not in body, body["errors"]
        return body["data"]


@asynccontextmanager
async def opened_app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application with what it needs of a runtime, on the database that is open already."""
    app = main.create_app(settings)
    assert settings.redis_url is not None
    async with Redis.from_url(settings.redis_url) as redis:
        app.state.runtime = SimpleNamespace(redis=redis, usage=UsageTally(), keys=KeyLookups(), look_ups=None)
        yield app


@asynccontextmanager
async def opened_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application of its own, as if it were another process."""
    async with (
        opened_app(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        yield client


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Ten seconds past the minute, where the applications opened after this stay, so that no minute ends."""
    now = at("2026-03-01 08:00") + timedelta(seconds=10)
    monkeypatch.setattr(main, "utc_now", lambda: now)
    return now


@pytest.fixture
async def client(database: None, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a key."""
    async with opened_client(settings) as client:
        yield client


@pytest.fixture
async def caller(client: httpx.AsyncClient) -> Caller:
    """Somebody with all scopes in an organization of its own."""
    key = await new_key()
    return Caller(client, key, await authenticate(key, now=utc_now()))


@pytest.fixture
async def stranger(client: httpx.AsyncClient) -> Caller:
    """The same in another organization."""
    key = await new_key()
    return Caller(client, key, await authenticate(key, now=utc_now()))


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """One entry for each statement that the database is asked."""
    connection_of = db._client
    asked: Statements = []

    def counting() -> object:
        asked.append(None)
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    return asked
