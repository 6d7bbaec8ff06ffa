"""Exports on the way: one at a time per key, as fast as they are taken, in constant memory, no half one unnoticed."""

import asyncio
import logging
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette

from app.core.access.turns import TurnTaken, take_turn
from app.core.analytics import export
from app.settings import Settings
from app.store import db
from tests import engines
from tests.api.conftest import Caller, opened_app
from tests.factories import account_facts, at, new_account, post, record

CAPTION_BYTES = 200_000
"""Of one video: what a few of them make is more than sockets hold."""
PAGE = 2


@pytest.fixture
async def app(database: None, settings: Settings) -> AsyncIterator[Starlette]:
    async with opened_app(settings) as app:
        yield app


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE_ROWS", PAGE)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each page of videos that is read."""
    select, read = export.select_videos_after, []

    async def counting(*arguments: Any) -> Any:
        read.append(None)
        return await select(*arguments)

    monkeypatch.setattr(export, "select_videos_after", counting)
    return read


async def long_videos(caller: Caller, number: int) -> None:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    posts = [post(f"{n}-{account.id}", None, {"views": n}) for n in range(number)]
    await record(account, account_facts(account, at("2026-03-01 08:05"), posts))
    await db.execute(
        "UPDATE video SET caption = repeat('x', $2) WHERE organization_id = $1",
        caller.viewer.organization_id,
        CAPTION_BYTES,
    )


async def ask(
    app: Starlette, caller: Caller, take: Callable[[bytes], Awaitable[None]], gone: asyncio.Event | None = None
) -> list[dict[str, Any]]:
    """The messages of an export of all videos, its bytes given to `take`; `gone` is when the caller disconnects."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await take(message.pop("body", b""))
        messages.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/exports/videos.csv",
        "raw_path": b"/exports/videos.csv",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {caller.key}".encode()), (b"x-request-id", b"the-request")],
    }
    async with asyncio.timeout(30):
        await app(scope, receive, send)
    return messages


async def let_it_go(_: bytes) -> None:
    """Takes bytes and keeps nothing."""


def turn_of(caller: Caller) -> str:
    return f"turn:export:{caller.viewer.key_id}"


@asynccontextmanager
async def listening(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application behind a real server and socket."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        await running


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.sleep(0.01)


async def test_the_head_comes_before_anything_is_read_and_a_slow_reader_makes_nobody_read_on(
    app: Starlette, caller: Caller, pages: list[None]
) -> None:
    await long_videos(caller, 10)
    taken: asyncio.Queue[bytes] = asyncio.Queue()
    room = asyncio.Semaphore(0)

    async def take(content: bytes) -> None:
        taken.put_nowait(content)
        await room.acquire()

    asked = asyncio.create_task(ask(app, caller, take))
    assert await taken.get() == b""  # the status
    assert len(pages) == 0
    room.release()
    assert (await taken.get()).startswith(b"id,platform,")
    assert len(pages) == 0
    for page in range(1, 6):
        for _ in range(PAGE):
            room.release()
            assert len(await taken.get()) > CAPTION_BYTES
            for _ in range(20):  # whatever could go on by itself would have
                await asyncio.sleep(0)
            await db.fetch("SELECT 1")
            assert len(pages) == page
    for _ in range(2):
        room.release()
    messages = await asked
    assert messages[-1]["more_body"] is False
    assert len(pages) == 6  # the last one found nothing more


async def test_memory_does_not_grow_with_the_table(app: Starlette, caller: Caller, stranger: Caller) -> None:
    async def peak(of: Caller) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        await ask(app, of, let_it_go)
        return tracemalloc.get_traced_memory()[1] - before

    await long_videos(caller, 6)
    await long_videos(stranger, 60)
    await ask(app, caller, let_it_go)
    tracemalloc.start()
    try:
        small, large = await peak(caller), await peak(stranger)
    finally:
        tracemalloc.stop()
    assert large < 1.3 * small
    assert large < 20 * CAPTION_BYTES


async def test_no_connection_is_held_while_the_reader_is_slow(app: Starlette, caller: Caller) -> None:
    await long_videos(caller, 6)
    waiting, room = asyncio.Event(), asyncio.Event()

    async def take(content: bytes) -> None:
        if len(content) > CAPTION_BYTES:
            waiting.set()
            await room.wait()

    asked = asyncio.create_task(ask(app, caller, take))
    await waiting.wait()
    # None of the pool is in a transaction, or in the middle of a statement: that of this question alone is at work.
    [row] = await db.fetch(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    )
    assert row["n"] == 1
    room.set()
    await asked


async def test_a_key_has_one_export_at_a_time(
    app: Starlette, caller: Caller, stranger: Caller, settings: Settings
) -> None:
    await long_videos(caller, 2)
    headers = {"Authorization": f"Bearer {caller.key}"}
    waiting, room = asyncio.Event(), asyncio.Event()

    async def take(_: bytes) -> None:
        waiting.set()
        await room.wait()

    asked = asyncio.create_task(ask(app, caller, take))
    await waiting.wait()
    second = await caller.client.get("/exports/accounts.jsonl", headers=headers)
    assert (second.status_code, second.headers["retry-after"]) == (429, "5")
    assert second.headers["content-type"] == "application/problem+json"
    detail = "This key has one export running. Wait for its end, or end it, then ask again."
    assert second.json() == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": detail,
        "code": "RATE_LIMITED",
    }
    # What is refused anyway, a look at the head, and other keys do not wait.
    assert (await caller.client.get("/exports/accounts.csv?x=1", headers=headers)).status_code == 422
    assert (await caller.client.head("/exports/accounts.csv", headers=headers)).status_code == 200
    other = {"Authorization": f"Bearer {stranger.key}"}
    assert (await caller.client.get("/exports/accounts.csv", headers=other)).status_code == 200
    room.set()
    await asked
    assert (await caller.client.get("/exports/accounts.csv", headers=headers)).status_code == 200
    async with Redis.from_url(str(settings.redis_url)) as redis:
        assert await redis.exists(turn_of(caller), turn_of(stranger)) == 0


async def test_an_export_ends_with_the_connection_that_waits_for_it(
    app: Starlette, caller: Caller, settings: Settings, pages: list[None]
) -> None:
    await long_videos(caller, 60)
    async with Redis.from_url(str(settings.redis_url)) as redis:

        async def is_over() -> bool:
            return not await redis.exists(turn_of(caller))

        async with listening(app) as client:
            headers = {"Authorization": f"Bearer {caller.key}"}
            async with client.stream("GET", "/exports/videos.csv", headers=headers) as response:
                assert response.headers["transfer-encoding"] == "chunked"
                body = response.aiter_raw()
                assert (await anext(body)).startswith(b"id,platform,")
                assert not await is_over()
            await until(is_over)
            assert len(pages) < 60 / PAGE
            again = await client.get("/exports/videos.csv", headers=headers)
        assert again.text.count("\r\n") == 61
        assert await is_over()


async def test_an_error_on_the_way_breaks_the_stream_and_is_logged(
    own_engines: Settings, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    await long_videos(caller, 60)
    headers = {"Authorization": f"Bearer {caller.key}", "X-Request-ID": "the-request"}
    async with opened_app(own_engines) as app, listening(app) as client:
        with caplog.at_level(logging.ERROR):
            async with client.stream("GET", "/exports/videos.csv", headers=headers) as response:
                assert response.status_code == 200
                body = response.aiter_raw()
                assert (await anext(body)).startswith(b"id,platform,")
                await db.execute("ALTER TABLE video RENAME TO elsewhere")
                with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
                    async for _ in body:
                        pass
        (logged,) = (record for record in caplog.records if record.name.startswith("app."))
        assert logged.getMessage() == "Request the-request failed"
        assert logged.exc_info is not None
        await db.execute("ALTER TABLE elsewhere RENAME TO video")
        assert (await client.get("/exports/videos.csv", headers=headers)).status_code == 200


async def test_without_valkey_exports_run(caller: Caller, settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {caller.key}"}
    with engines.cache() as url:
        gone = msgspec.structs.replace(settings, redis_url=url)
    async with opened_app(gone) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            responses = [await client.get("/exports/accounts.csv", headers=headers) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 200]


async def test_a_turn_is_kept_by_renewing_and_ends_by_itself_when_nobody_renews(settings: Settings) -> None:
    key, lease = uuid4(), timedelta(seconds=0.6)
    async with Redis.from_url(str(settings.redis_url)) as redis:
        async with take_turn(redis, "test", key, lease=lease):
            await asyncio.sleep(2 * lease.total_seconds())  # longer than the lease: it was renewed
            with pytest.raises(TurnTaken):
                async with take_turn(redis, "test", key):
                    pass
            await redis.delete(f"turn:test:{key}")  # as if Valkey had been wiped

            async def is_back() -> bool:
                return bool(await redis.exists(f"turn:test:{key}"))

            await until(is_back)
        assert not await is_back()
        await redis.set(f"turn:test:{key}", "a process that was killed", px=300)

        async def is_free() -> bool:
            try:
                async with take_turn(redis, "test", key):
                    return True
            except TurnTaken:
                return False

        assert not await is_free()
        await until(is_free)


async def test_a_turn_that_is_anothers_by_now_is_left_alone(settings: Settings) -> None:
    key = uuid4()
    async with Redis.from_url(str(settings.redis_url)) as redis:
        async with take_turn(redis, "test", key):
            await redis.set(f"turn:test:{key}", "another")
        assert await redis.get(f"turn:test:{key}") == b"another"
        await redis.delete(f"turn:test:{key}")
