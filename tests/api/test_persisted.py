"""Automatic persisted queries: documents named by the hash of their text."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from app.api.graphql.serving.persisted import LARGEST_KEPT
from app.settings import Settings
from tests.api.conftest import Caller, opened_client, without_cost

GRAPHQL_RESPONSE = "application/graphql-response+json"
NAMED = {"data": {"viewer": {"keyName": "test key"}}}
NOT_FOUND = {
    "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}],
}
AWAY = "unix:///nowhere/valkey.sock"


def document() -> str:
    """A document that nobody has asked before."""
    return f"query Q{uuid4().hex} {{ viewer {{ keyName }} }}"


def hash_of(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}


async def send(caller: Caller, accept: str = "*/*", **request: Any) -> tuple[int, Any]:
    """Status and body of a POST."""
    response = await caller.post(json.dumps(request), accept=accept)
    return response.status_code, without_cost(response.json())


async def get(caller: Caller, accept: str = "*/*", **request: Any) -> tuple[int, Any]:
    """Status and body of a GET."""
    parameters = {name: value if isinstance(value, str) else json.dumps(value) for name, value in request.items()}
    headers = {"Authorization": f"Bearer {caller.key}", "Accept": accept}
    response = await caller.client.get("/graphql", params=parameters, headers=headers)
    return response.status_code, without_cost(response.json())


@pytest.fixture
async def elsewhere(caller: Caller, settings: Settings) -> AsyncIterator[Caller]:
    """The same key at another process."""
    async with opened_client(settings) as client:
        yield Caller(client, caller.key, caller.viewer)


@pytest.mark.parametrize("ask", [send, get])
async def test_a_hash_nobody_sent_the_text_of_is_not_found(caller: Caller, ask: Any) -> None:
    extensions = hash_of(document())
    assert await ask(caller, extensions=extensions) == (200, NOT_FOUND)
    assert await ask(caller, GRAPHQL_RESPONSE, extensions=extensions) == (400, NOT_FOUND)


@pytest.mark.parametrize("first", [send, get])
@pytest.mark.parametrize("then", [send, get])
async def test_a_text_sent_once_is_found_by_every_process(
    caller: Caller, elsewhere: Caller, first: Any, then: Any
) -> None:
    text = document()
    assert await first(caller, query=text, extensions=hash_of(text)) == (200, NAMED)
    assert await then(caller, extensions=hash_of(text)) == (200, NAMED)
    assert await then(elsewhere, extensions=hash_of(text)) == (200, NAMED)


async def test_variables_and_names_go_with_a_hash(caller: Caller) -> None:
    name = f"Q{uuid4().hex}"
    text = (
        f"query {name}($no: Boolean!) {{ viewer {{ keyName @skip(if: $no) __typename }} }} query Other {{ __typename }}"
    )
    await send(caller, query=text, extensions=hash_of(text), operationName="Other")
    answer = await send(caller, extensions=hash_of(text), operationName=name, variables={"no": True})
    assert answer == (200, {"data": {"viewer": {"__typename": "Viewer"}}})


async def test_an_upper_case_hash_is_the_same_hash(caller: Caller) -> None:
    text = document()
    extensions = hash_of(text)
    extensions["persistedQuery"]["sha256Hash"] = extensions["persistedQuery"]["sha256Hash"].upper()
    assert await send(caller, query=text, extensions=extensions) == (200, NAMED)
    assert await send(caller, extensions=hash_of(text)) == (200, NAMED)


async def test_a_text_without_its_hash_is_not_kept(caller: Caller) -> None:
    text = document()
    assert await send(caller, query=text) == (200, NAMED)
    assert await send(caller, extensions=hash_of(text)) == (200, NOT_FOUND)


@pytest.mark.parametrize("ask", [send, get])
async def test_a_hash_of_something_else_is_refused_and_keeps_nothing(caller: Caller, ask: Any) -> None:
    text, other = document(), document()
    for accept in ("*/*", GRAPHQL_RESPONSE):
        headers = {"Authorization": f"Bearer {caller.key}", "Accept": accept}
        if ask is send:
            response = await caller.post(json.dumps({"query": text, "extensions": hash_of(other)}), accept=accept)
        else:
            parameters = {"query": text, "extensions": json.dumps(hash_of(other))}
            response = await caller.client.get("/graphql", params=parameters, headers=headers)
        (error,) = response.json()["errors"]
        assert response.status_code == 400
        assert error == {
            "message": "sha256Hash is not the hash of query.",
            "extensions": {"code": "PERSISTED_QUERY_HASH_MISMATCH"},
        }
    assert await send(caller, extensions=hash_of(other)) == (200, NOT_FOUND)
    assert await send(caller, extensions=hash_of(text)) == (200, NOT_FOUND)


@pytest.mark.parametrize(
    ("persisted", "message"),
    [
        ("abc", "extensions.persistedQuery is not an object."),
        ({"sha256Hash": "a" * 64}, "extensions.persistedQuery.version is not 1, the one there is."),
        ({"version": True, "sha256Hash": "a" * 64}, "extensions.persistedQuery.version is not 1, the one there is."),
        ({"version": 2, "sha256Hash": "a" * 64}, "extensions.persistedQuery.version is not 1, the one there is."),
        *(
            (
                {"version": 1, "sha256Hash": digest},
                "extensions.persistedQuery.sha256Hash is not a SHA-256 in 64 hexadecimal digits.",
            )
            for digest in (None, 7, "", "a" * 63, "g" * 64, "a" * 64 + "\n")
        ),
    ],
)
async def test_a_malformed_hash_is_refused(caller: Caller, persisted: object, message: str) -> None:
    response = await caller.post(json.dumps({"query": document(), "extensions": {"persistedQuery": persisted}}))
    expected = {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    assert (response.status_code, response.json()) == (400, expected)


async def test_organizations_have_documents_of_their_own(caller: Caller, stranger: Caller) -> None:
    text = document()
    await send(caller, query=text, extensions=hash_of(text))
    assert await send(stranger, extensions=hash_of(text)) == (200, NOT_FOUND)


@pytest.mark.parametrize(
    "broken", ["query { viewer { nothing } }", "query { viewer {", "fragment F on Viewer { keyName }"]
)
async def test_only_documents_that_can_run_are_kept(caller: Caller, broken: str) -> None:
    text = broken + f"# {uuid4()}"
    status, body = await send(caller, query=text, extensions=hash_of(text))
    assert (status, list(body)) == (200, ["errors"])
    assert await send(caller, extensions=hash_of(text)) == (200, NOT_FOUND)


async def test_a_mutation_by_its_hash_is_not_for_get(caller: Caller) -> None:
    text = f'mutation M{uuid4().hex} {{ createCreator(input: {{ name: "Ada" }}) {{ creator {{ name }} }} }}'
    created = {"data": {"createCreator": {"creator": {"name": "Ada"}}}}
    assert await send(caller, query=text, extensions=hash_of(text)) == (200, created)
    response = await caller.client.get(
        "/graphql",
        params={"extensions": json.dumps(hash_of(text))},
        headers={"Authorization": f"Bearer {caller.key}"},
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    assert await caller.data("{ creators { totalCount } }") == {"creators": {"totalCount": 1}}


async def test_what_is_kept_is_bounded_and_expires(caller: Caller, settings: Settings) -> None:
    few = msgspec.structs.replace(settings, graphql_persisted_documents=3)
    texts = [document() for _ in range(8)]
    large = document() + "#" * LARGEST_KEPT
    assert settings.redis_url is not None
    key = f"persisted:{caller.viewer.organization_id}"
    async with opened_client(few) as client, Redis.from_url(settings.redis_url) as redis:
        here = Caller(client, caller.key, caller.viewer)
        for number, text in enumerate(texts, start=1):
            await send(here, query=text, extensions=hash_of(text))
            assert await redis.hlen(key) == min(number, 3)
            assert await redis.hexists(key, sha256(text.encode()).hexdigest())
        assert await send(here, query=large, extensions=hash_of(large)) == (200, NAMED)
        assert await redis.hlen(key) == 3
        assert 604_000 < await redis.ttl(key) <= 604_800
    assert await send(caller, extensions=hash_of(texts[-1])) == (200, NAMED)
    assert await send(caller, extensions=hash_of(large)) == (200, NOT_FOUND)


async def test_a_hash_never_gives_another_text(caller: Caller, settings: Settings) -> None:
    text = document()
    assert settings.redis_url is not None
    async with Redis.from_url(settings.redis_url) as redis:
        key, digest = f"persisted:{caller.viewer.organization_id}", sha256(text.encode()).hexdigest()
        await redis.hset(key, digest, document())
    assert await send(caller, extensions=hash_of(text)) == (200, NOT_FOUND)


async def test_without_valkey_clients_send_the_text(caller: Caller, settings: Settings) -> None:
    text = document()
    await send(caller, query=text, extensions=hash_of(text))
    async with opened_client(msgspec.structs.replace(settings, redis_url=AWAY)) as client:
        here = Caller(client, caller.key, caller.viewer)
        assert await send(here, extensions=hash_of(text)) == (200, NOT_FOUND)
        assert await send(here, query=text, extensions=hash_of(text)) == (200, NAMED)
        assert await send(here, extensions=hash_of(text)) == (200, NAMED)


async def test_it_can_be_turned_off(caller: Caller, settings: Settings, client: httpx.AsyncClient) -> None:
    text = document()
    expected = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}
    async with opened_client(msgspec.structs.replace(settings, graphql_persisted_documents=0)) as client:
        here = Caller(client, caller.key, caller.viewer)
        assert await send(here, extensions=hash_of(text)) == (200, {"errors": [expected]})
        assert await send(here, GRAPHQL_RESPONSE, query=text, extensions=hash_of(text)) == (400, {"errors": [expected]})
