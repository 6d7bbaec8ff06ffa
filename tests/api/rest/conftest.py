"""Somebody who asks REST v2."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.domain.viewer import Viewer
from tests.api.conftest import Caller


@dataclass(frozen=True)
class RestCaller:
    """A key at work on REST v2."""

    client: httpx.AsyncClient
    key: str
    viewer: Viewer

    async def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """An answer, whatever it is; `path` is below /v2."""
        headers = {"Authorization": f"Bearer {self.key}", **arguments.pop("headers", {})}
        return await self.client.request(method, f"/v2{path}", headers=headers, **arguments)

    async def get(self, path: str, **parameters: Any) -> Any:
        """The body of an answer with status 200."""
        answer = await self.send("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create(self, path: str, **members: Any) -> Any:
        """What was created."""
        answer = await self.send("POST", path, json=members)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/v2{path}/{answer.json()['data']['id']}"
        return answer.json()["data"]


def problem_of(answer: httpx.Response, status: int, code: str) -> Any:
    """The body of a refusal, which is a problem of that status and code in every respect."""
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:creatorgraph:error:{code.lower().replace('_', '-')}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["instance"].startswith("/v2")
    assert (problem["errors"] is not None) == (status == 422)
    return problem


@pytest.fixture
def rest(caller: Caller) -> RestCaller:
    """Somebody with all scopes in an organization of its own."""
    return RestCaller(caller.client, caller.key, caller.viewer)


@pytest.fixture
def other(stranger: Caller) -> RestCaller:
    """The same in another organization."""
    return RestCaller(stranger.client, stranger.key, stranger.viewer)
