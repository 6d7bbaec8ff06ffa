"""graphql-transport-ws to the letter: who gets in, what is refused and how, and what becomes of a lazy peer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import pytest
import websockets

from app.api.graphql.serving.live import connections
from app.core.tracking.accounts import NewAccount, track_account
from app.domain.platforms import Platform
from app.settings import Settings
from tests.api.conftest import Caller
from tests.api.live import ACCOUNTS, Api, refreshed, served, tell
from tests.factories import at

START = at("2026-03-01 08:00")
QUERY = {"query": "{ viewer { keyName } }"}


@pytest.fixture
async def api(caller: Caller, settings: Settings) -> AsyncIterator[Api]:
    async with served(settings) as api:
        yield api


@pytest.mark.parametrize(
    "payload",
    [
        {"Authorization": "Bearer KEY"},
        {"authorization": "bearer KEY"},
        {"headers": {"Authorization": "Bearer KEY"}},
        {"apiKey": "KEY"},
    ],
)
async def test_a_key_may_come_with_the_first_message(api: Api, caller: Caller, payload: Any) -> None:
    payload = json.loads(json.dumps(payload).replace("KEY", caller.key))
    async with api.socket() as client:
        await client.say("connection_init", payload=payload)
        assert await client.hear() == {"type": "connection_ack"}
        await client.say("subscribe", id="q", payload=QUERY)
        message = await client.hear()
        assert message["payload"]["data"] == {"viewer": {"keyName": "test key"}}
        assert message["payload"]["extensions"]["cost"]["requested"] == 1
        assert await client.hear() == {"id": "q", "type": "complete"}


async def test_a_key_may_come_with_the_handshake(api: Api, caller: Caller) -> None:
    async with api.socket(Authorization=f"Bearer {caller.key}") as client:
        await client.say("connection_init")
        assert await client.hear() == {"type": "connection_ack"}


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer cg_unknown"}, {"Authorization": 1}])
async def test_nobody_gets_in_without_a_key(api: Api, payload: Any) -> None:
    async with api.socket() as client:
        await client.say("connection_init", payload=payload)
        code, reason = await client.closed()
        assert (code, reason.startswith("Forbidden: ")) == (4403, True)


INIT = {"type": "connection_init", "payload": {"Authorization": "Bearer KEY"}}
SUBSCRIBE = {"type": "subscribe", "id": "a", "payload": {"query": ACCOUNTS}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([SUBSCRIBE], 4401),
        ([INIT, INIT], 4429),
        ([INIT, SUBSCRIBE, SUBSCRIBE], 4409),
        ([INIT, {"type": "nonsense"}], 4400),
        ([INIT, {"type": ["subscribe"]}], 4400),
        ([INIT, {"id": "a"}], 4400),
        ([INIT, []], 4400),
        ([INIT, None], 4400),
        ([INIT, "not json"], 4400),
        ([INIT, b"\x00binary"], 4400),
        ([INIT, '{"type":"ping","type":"pong"}'], 4400),
        ([INIT, '{"type":"ping","payload":' + "9" * 5_000 + "}"], 4400),
        ([INIT, '{"type":"ping","payload":' + "[" * 50_000 + "]" * 50_000 + "}"], 4400),
        ([INIT, {"type": "subscribe", "payload": QUERY}], 4400),
        ([INIT, {"type": "subscribe", "id": 1, "payload": QUERY}], 4400),
        ([INIT, {"type": "subscribe", "id": "", "payload": QUERY}], 4400),
        ([INIT, {"type": "subscribe", "id": "a" * 257, "payload": QUERY}], 4400),
        ([INIT, {"type": "subscribe", "id": "a"}], 4400),
        ([INIT, {"type": "subscribe", "id": "a", "payload": []}], 4400),
        ([INIT, {"type": "subscribe", "id": "a", "payload": {"query": 1}}], 4400),
        ([INIT, {"type": "subscribe", "id": "a", "payload": {"query": "{a}", "variables": []}}], 4400),
        ([INIT, {"type": "complete"}], 4400),
        ([{"type": "connection_init", "payload": "KEY"}], 4400),
        (["x" * 2_000_000], 1009),
    ],
)
async def test_what_breaks_the_protocol_closes_the_socket(
    api: Api, caller: Caller, messages: list[Any], code: int
) -> None:
    async with api.socket() as client:
        for message in messages:
            text = message if isinstance(message, str | bytes) else json.dumps(message).replace("KEY", caller.key)
            await client.connection.send(text)
        closed, reason = await client.closed()
        assert closed == code
        assert not any(word in reason for word in ("None", "dict", "Error", "Python"))


async def test_a_ping_is_answered_even_before_the_first_message(api: Api) -> None:
    async with api.socket() as client:
        await client.say("ping", payload={"sent": 1})
        assert await client.hear() == {"type": "pong", "payload": {"sent": 1}}
        await client.say("pong")
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_who_says_nothing_is_not_kept(caller: Caller, settings: Settings) -> None:
    async with served(msgspec.structs.replace(settings, graphql_init_timeout_seconds=0.05)) as api:
        async with api.socket() as client:
            assert await client.closed() == (4408, "Connection initialisation timeout")
        async with api.follower(caller.key) as client:
            await asyncio.sleep(0.1)
            await client.settle()


async def test_only_this_subprotocol_is_spoken(api: Api) -> None:
    async with api.socket("graphql-ws") as client:
        code, reason = await client.closed()
        assert (code, "graphql-transport-ws" in reason) == (4406, True)


@pytest.mark.parametrize("origin", ["http://evil.invalid", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
async def test_a_page_of_elsewhere_is_not_let_in(api: Api, caller: Caller, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with api.socket(Origin=origin, Authorization=f"Bearer {caller.key}"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_page_of_ours_is(api: Api) -> None:
    async with api.socket(Origin=f"http://127.0.0.1:{api.port}") as client:
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_an_error_of_one_operation_leaves_the_others(api: Api, caller: Caller) -> None:
    async with api.follower(caller.key) as client:
        await client.subscribe("bad", "{ nothing }")
        message = await client.hear()
        assert (message["id"], message["type"]) == ("bad", "error")
        assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await client.subscribe("bad", "{ viewer { keyName } }")
        assert (await client.hear())["payload"]["data"] == {"viewer": {"keyName": "test key"}}


async def test_a_mutation_goes_over_a_socket_too(api: Api, caller: Caller) -> None:
    mutation = 'mutation { trackAccount(input: { platform: TIKTOK, handle: "overasocket" }) { account { handle } } }'
    async with api.follower(caller.key) as client:
        await client.subscribe("m", mutation)
        assert (await client.hear())["payload"]["data"]["trackAccount"] == {"account": {"handle": "overasocket"}}


async def test_operations_of_a_connection_are_bounded(caller: Caller, settings: Settings) -> None:
    bounded = msgspec.structs.replace(settings, graphql_operations_per_connection=2)
    async with served(bounded) as api, api.follower(caller.key) as client:
        for id in "abc":
            await client.subscribe(id, ACCOUNTS)
        message = await client.hear()
        assert (message["id"], message["type"]) == ("c", "error")
        assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
        await client.say("complete", id="a")
        await client.settle()


async def test_connections_are_bounded_by_key_and_in_all(caller: Caller, stranger: Caller, settings: Settings) -> None:
    bounded = msgspec.structs.replace(settings, graphql_connections=2, graphql_connections_per_key=1)
    async with served(bounded) as api, api.follower(caller.key):
        async with api.socket() as client:
            await client.say("connection_init", payload={"apiKey": caller.key})
            assert (await client.closed())[0] == 1013
        async with api.stream(caller.key, ACCOUNTS) as response:
            assert response.status_code == 429
            assert json.loads(await response.aread())["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
        async with api.follower(stranger.key), api.socket() as client:
            assert (await client.closed())[0] == 1013


async def test_a_revoked_key_ends_its_connections(
    monkeypatch: pytest.MonkeyPatch, caller: Caller, stranger: Caller, settings: Settings
) -> None:
    monkeypatch.setattr(connections, "KEYS_CHECKED_EVERY_SECONDS", 0.05)
    create = 'mutation { createApiKey(input: { name: "live", scopes: [READ] }) { apiKey { id } value } }'
    made = (await caller.data(create))["createApiKey"]
    key, id = made["value"], made["apiKey"]["id"]
    revoke = "mutation($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { errors { message } } }"
    async with (
        served(settings) as api,
        api.follower(stranger.key) as other,
        api.follower(key) as client,
        api.stream(key, ACCOUNTS) as response,
    ):
        await client.subscribe("a", ACCOUNTS)
        await client.settle()
        assert (await caller.data(revoke, id=id))["revokeApiKey"] == {"errors": []}
        assert await client.closed() == (4403, "The key is no longer in force.")
        text = (await response.aread()).decode()
        await other.settle()
    assert '"code":"UNAUTHENTICATED"' in text
    assert text.endswith("event: complete\ndata:\n\n")


async def test_when_the_server_stops_everybody_is_told(api: Api, caller: Caller) -> None:
    async with api.follower(caller.key) as client, api.stream(caller.key, ACCOUNTS) as response:
        await client.subscribe("a", ACCOUNTS)
        await client.settle()
        await api.app.state.hub.connections.end_all()
        assert (await client.closed())[0] == 1001
        assert (await response.aread()).decode().replace(":\n\n", "") == ""  # no "complete": clients ask again
        async with api.socket() as late:
            assert (await late.closed())[0] == 1013


async def test_who_does_not_read_is_dropped(caller: Caller, settings: Settings) -> None:
    metadata = {f"key {number}": "x" * 255 for number in range(20)}
    account = await track_account(caller.viewer, NewAccount(Platform.TIKTOK, "talks.much", None, metadata), now=START)
    aliases = " ".join(f"a{number}: metadata" for number in range(90))
    query = f"subscription {{ accountRefreshed {{ account {{ {aliases} }} }} }}"
    impatient = msgspec.structs.replace(settings, graphql_send_timeout_seconds=0.3)
    async with (
        served(impatient) as api,
        api.follower(caller.key) as quick,
        api.follower(caller.key) as slow,
        unread_stream(api, caller.key, query),
    ):
        for client in (quick, slow):
            await client.subscribe("a", query)
            await client.settle()
        slow.connection.transport.pause_reading()
        held = api.app.state.hub.connections
        told = 0
        while len(held) > 1:
            await tell(settings, refreshed(account))
            assert (await quick.hear())["type"] == "next"
            told += 1
        # The kernel's buffers take some megabytes; what we hold beside them is bounded.
        assert told < 100
        slow.connection.transport.resume_reading()
        assert (await slow.closed())[0] in (4413, 1006)
        await quick.settle()


@asynccontextmanager
async def unread_stream(api: Api, key: str, query: str) -> AsyncIterator[None]:
    """An event stream that has begun, and of which nothing more is read."""
    body = json.dumps({"query": query}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nAccept: text/event-stream\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    assert (await reader.readuntil(b":\n\n")).startswith(b"HTTP/1.1 200 OK\r\n")
    yield
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
