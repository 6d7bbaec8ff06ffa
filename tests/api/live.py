"""The application behind a real server on loopback, and clients that follow what happens there."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
import websockets
from redis.asyncio import Redis
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from app.core.events.messages import RunMoved
from app.core.events.publishing import Events
from app.domain.records import Account, Refreshable, RunState
from app.domain.viewer import Viewer
from app.settings import Settings
from app.store.collect.runs import finish_run, start_run
from tests.api.conftest import opened_app
from tests.end_to_end.programs import free_port
from tests.factories import at

PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
PATIENCE_SECONDS = 10.0
ACCOUNTS = "subscription($ids: [ID!]) { accountRefreshed(accountIds: $ids) { account { handle followerCount } } }"
PROGRESS = "subscription($ids: [ID!]!) { refreshProgress(runIds: $ids) { run { state } endedCount runCount } }"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Api:
    """One API process, as far as a test can tell."""

    app: Starlette
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @asynccontextmanager
    async def socket(self, protocol: str = PROTOCOL, **headers: str) -> AsyncIterator["Client"]:
        """A socket that has said nothing yet."""
        async with connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=[websockets.Subprotocol(protocol)],
            additional_headers=headers,
            compression=None,
            proxy=None,
        ) as connection:
            yield Client(connection)

    @asynccontextmanager
    async def follower(self, key: str) -> AsyncIterator["Client"]:
        """A socket that is acknowledged."""
        async with self.socket() as client:
            await client.say("connection_init", payload={"Authorization": f"Bearer {key}"})
            assert await client.hear() == {"type": "connection_ack"}
            yield client

    @asynccontextmanager
    async def stream(self, key: str, query: str, **variables: Any) -> AsyncIterator[httpx.Response]:
        """An event stream, begun."""
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        async with (
            httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client,
            client.stream("POST", self.url, json={"query": query, "variables": variables}, headers=headers) as response,
        ):
            yield response


@dataclass(frozen=True)
class Client:
    """One end of a socket."""

    connection: ClientConnection
    seen: list[Any] = field(default_factory=list)

    async def say(self, type: str, **members: Any) -> None:
        await self.connection.send(json.dumps({"type": type, **members}))

    async def subscribe(self, id: str, query: str, **variables: Any) -> None:
        await self.say("subscribe", id=id, payload={"query": query, "variables": variables})

    async def hear(self) -> Any:
        """The next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return json.loads(await self.connection.recv())

    async def settle(self) -> None:
        """Until all that was said is dealt with, subscriptions being heard by Valkey: nothing else may come."""
        id = f"settled {uuid4()}"
        await self.subscribe(id, "{ __typename }")
        assert (await self.hear())["id"] == id
        assert await self.hear() == {"id": id, "type": "complete"}

    async def closed(self) -> tuple[int, str]:
        """The code and reason with which the server closes it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Api]:
    """An API process of its own, on the database that is open already."""
    async with opened_app(settings) as app, app.state.hub.running():
        port = free_port()
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            lifespan="off",
            log_config=None,
            ws="websockets-sansio",
            ws_max_size=settings.max_request_bytes,
            ws_per_message_deflate=False,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Api(app, port)
        finally:
            await app.state.hub.connections.end_all()
            server.should_exit = True
            await serving


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str]]:
    """The events of a stream, each with its data; comments are left out."""
    kind, data = "", ""
    async for line in lines:
        if line.startswith("event:"):
            kind = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data = line.removeprefix("data:").strip()
        elif not line and kind:
            yield kind, data
            kind, data = "", ""


async def tell(settings: Settings, *messages: RunMoved) -> None:
    """Tells everybody, as a worker does."""
    assert settings.redis_url is not None
    async with Redis.from_url(settings.redis_url) as redis:
        await Events(redis).publish(*messages)


def refreshed(account: Account, *videos: UUID) -> RunMoved:
    """That an account was refreshed."""
    return RunMoved(account.organization_id, uuid4(), RunState.SUCCEEDED, Refreshable.ACCOUNT, account.id, videos)


@dataclass(frozen=True)
class Refresh:
    """A run of an account in the database, which a test moves on."""

    account: Account
    run_id: UUID

    def moved(self, state: RunState) -> RunMoved:
        return RunMoved(self.account.organization_id, self.run_id, state, Refreshable.ACCOUNT, self.account.id)

    async def finish(self, state: RunState) -> None:
        await finish_run(self.account.organization_id, self.run_id, state, at("2026-03-01 08:01"))


async def begin_refresh(viewer: Viewer, account: Account) -> Refresh:
    """A run that is under way."""
    begun = await start_run(Refreshable.ACCOUNT, viewer.organization_id, account.id, at("2026-03-01 08:00"))
    return Refresh(account, begun.id)
