"""The application in process, on the real database, and somebody who asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app.core.access.keys import authenticate
from app.domain.clock import utc_now
from app.domain.viewer import Viewer
from app.main import create_app
from app.settings import Settings
from tests.factories import new_key


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
        """The body of an answer with status 200."""
        response = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        assert response.status_code == 200, response.text
        return response.json()

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = await self.ask(query, **variables)
        assert "errors" not in body, body["errors"]
        return body["data"]


@asynccontextmanager
async def opened_app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application with what it needs of a runtime, on the database that is open already."""
    app = create_app(settings)
    assert settings.redis_url is not None
    async with Redis.from_url(settings.redis_url) as redis:
        app.state.runtime = SimpleNamespace(redis=redis)
        yield app


@pytest.fixture
async def client(database: None, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a key."""
    async with (
        opened_app(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
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
