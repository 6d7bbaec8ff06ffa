"""The application in process, on the real database, and somebody who asks it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.core.access.keys import authenticate
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


@pytest.fixture
async def client(database: None, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a key."""
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
async def caller(client: httpx.AsyncClient) -> Caller:
    """Somebody with all scopes in an organization of its own."""
    key = await new_key()
    return Caller(client, key, await authenticate(key))


@pytest.fixture
async def stranger(client: httpx.AsyncClient) -> Caller:
    """The same in another organization."""
    key = await new_key()
    return Caller(client, key, await authenticate(key))
