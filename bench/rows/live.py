"""Live: a thousand sockets of ten subscriptions each at one API process, and how fast an event reaches them all."""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from statistics import median
from uuid import uuid4

import httpx
from redis.asyncio import Redis
from websockets import Subprotocol
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from app.core.access.keys import authenticate, create_key
from app.core.events.messages import RunMoved
from app.core.events.publishing import Events
from app.core.tracking.accounts import NewAccount, track_account
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.records import Account, Refreshable, RunState
from app.domain.viewer import Scope
from app.settings import Settings
from app.store.db import close_database, open_database
from bench.engines import fresh_database
from bench.goals import Finding, Goal
from bench.programs import part, resident_megabytes
from bench.rows.row import Bench, MissingPrecondition, Row
from tests.end_to_end.programs import free_port
from tests.engines import cache

MEMORY = Goal("Live: API process with 1,000 sockets of 10 subscriptions, resident", 150, 100, unit="MB")
LATENCY = Goal("Live: until an event has reached all 10,000 subscriptions", 2.0, 1.0, unit="s")
SOCKETS = 1_000
FIELDS = (
    "followerCount",
    "viewCount",
    "playCount",
    "likeCount",
    "shareCount",
    "url",
    "platform",
    "isActive",
    "addedAt",
)
DOCUMENTS = [f"subscription {{ accountRefreshed {{ account {{ id handle {field} }} }} }}" for field in FIELDS]
DOCUMENTS.append("subscription { accountRefreshed { account { id metrics { views { current } } } } }")
OPENED_AT_ONCE = 50
PATIENCE_SECONDS = 60.0


async def measure_live(bench: Bench) -> list[Finding]:
    """One API process, whose memory is read once every subscriber was shown some events."""
    if sys.platform != "linux":
        raise MissingPrecondition("what a process holds in memory is read from Linux's /proc")
    with cache() as redis_url:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(fresh_database(bench.administration, "live"))
            settings = Settings(database_url=url, redis_url=redis_url, port=free_port())
            await open_database(url, 2)
            stack.push_async_callback(close_database)
            key, account = await _track()
            pid = await stack.enter_async_context(part("api", folder=bench.folder, settings=settings))
            await _until_it_answers(settings)
            before = resident_megabytes(pid)
            shown = _Shown()
            for number in range(0, SOCKETS, OPENED_AT_ONCE):
                await asyncio.gather(*(_open(stack, settings.port, key, shown) for _ in range(OPENED_AT_ONCE)))
                bench.progress("sockets", number + OPENED_AT_ONCE, SOCKETS)
            opened = resident_megabytes(pid)
            redis = await stack.enter_async_context(Redis.from_url(redis_url))
            seconds = [await _tell(Events(redis), account, shown) for _ in range(bench.rounds)]
            after = resident_megabytes(pid)
    details = {"MB before": before, "MB once subscribed": opened, "MB after events": after}
    return [Finding(MEMORY, after, details), Finding(LATENCY, median(seconds), {"slowest s": max(seconds)})]


class _Shown:
    """How many events came, and when it were enough."""

    def __init__(self) -> None:
        self._left = 0
        self._enough = asyncio.Event()

    def expect(self, count: int) -> None:
        self._left = count
        self._enough.clear()

    def came(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._enough.set()

    async def all(self) -> None:
        """Until all have come that are expected."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._enough.wait()


class _Socket(asyncio.Protocol):
    """A subscriber that does as little as it can: it answers pings, and counts what it is shown."""

    def __init__(self, port: int, key: str, shown: _Shown) -> None:
        uri = parse_uri(f"ws://127.0.0.1:{port}/graphql")
        self._connection = ClientProtocol(uri, subprotocols=[Subprotocol("graphql-transport-ws")])
        self._key = key
        self._shown = shown
        self._settled = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connection.send_request(self._connection.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._connection.receive_data(data)
        for event in self._connection.events_received():
            if isinstance(event, Response):
                self._say({"type": "connection_init", "payload": {"apiKey": self._key}})
                for number, document in enumerate(DOCUMENTS):
                    self._say({"id": str(number), "type": "subscribe", "payload": {"query": document}})
                self._say({"id": "settle", "type": "subscribe", "payload": {"query": "{ __typename }"}})
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._take(bytes(event.data))
        self._flush()

    def _take(self, message: bytes) -> None:
        if message.startswith(b'{"id":"settle"'):
            if b'"type":"complete"' in message:
                self._settled.set_result(None)
        elif b'"type":"next"' in message:
            self._shown.came()

    async def settle(self) -> None:
        """Until it is subscribed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._settled

    def _say(self, message: object) -> None:
        self._connection.send_text(json.dumps(message).encode())

    def _flush(self) -> None:
        self._transport.writelines(self._connection.data_to_send())


async def _open(stack: AsyncExitStack, port: int, key: str, shown: _Shown) -> None:
    loop = asyncio.get_running_loop()
    transport, socket = await loop.create_connection(lambda: _Socket(port, key, shown), "127.0.0.1", port)
    stack.callback(transport.close)
    await socket.settle()


async def _tell(events: Events, account: Account, shown: _Shown) -> float:
    """Tells that the account was refreshed; the seconds until everybody has been shown it."""
    shown.expect(SOCKETS * len(DOCUMENTS))
    started = time.perf_counter()
    await events.publish(
        RunMoved(account.organization_id, uuid4(), RunState.SUCCEEDED, Refreshable.ACCOUNT, account.id)
    )
    await shown.all()
    return time.perf_counter() - started


async def _track() -> tuple[str, Account]:
    """A key, and an account of its organization that is never due."""
    now = utc_now()
    key = await create_key("Live", "bench", frozenset(Scope), now=now)
    viewer = await authenticate(key, now=now)
    return key, await track_account(viewer, NewAccount(Platform.TIKTOK, "live"), now=now)


async def _until_it_answers(settings: Settings) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                await client.get(f"http://127.0.0.1:{settings.port}/health")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise MissingPrecondition("the API does not start; see its log")


ROW = Row("live", (MEMORY, LATENCY), measure_live, reads_dataset=False)
"""A thousand sockets, and an event for all of them."""
