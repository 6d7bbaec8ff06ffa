"""The door to the platforms, against a real local server: bounded, to known hosts only, never raising."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from app.providers.failures import AnswerClass
from app.providers.http import INSTAGRAM_HOST, LARGEST_BODY_BYTES, TIKTOK_HOST, Upstream, open_client
from app.settings import Settings

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


class Server:
    """A server that sends `answer` to every request, byte for byte, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.holds_open = False
        self.requests: list[str] = []
        self.connections = 0
        self.released = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"(?i)\r\ncontent-length: (\d+)", head)
                body = await reader.readexactly(int(length[1])) if length else b""
                self.requests.append(head + body.decode())
                writer.write(self.answer)
                await writer.drain()
                if self.holds_open:
                    await self.released.wait()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def running(timeout: float = 5.0) -> AsyncIterator[tuple[Server, Upstream]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = Settings(upstream_base_template=f"http://127.0.0.1:{port}/{{host}}", request_timeout_seconds=timeout)
    async with open_client(settings) as client:
        yield server, Upstream.of(client, settings)
    server.released.set()
    listening.close()
    await listening.wait_closed()


def answer(status: str, *headers: str, body: bytes = b"{}") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


async def test_the_host_is_found_by_the_template_and_the_time_is_told() -> None:
    async with running() as (server, upstream):
        server.answer = answer("200 OK", "Set-Cookie: id=5; Path=/", body=b"hello")
        reply = await upstream.get(TIKTOK_HOST, "/oembed", params={"url": "https://a.test/@b"})
        assert (reply.answer_class, reply.status, reply.body, reply.reason) == (AnswerClass.OK, 200, b"hello", "")
        await upstream.at(MOMENT).get(INSTAGRAM_HOST, "/x/", headers={"X-IG-App-ID": "1"})
        await upstream.get(INSTAGRAM_HOST, "/x/")
    first, timed, last = server.requests
    assert first.startswith("GET /www.tiktok.com/oembed?url=https%3A%2F%2Fa.test%2F%40b HTTP/1.1\r\n")
    assert "User-Agent: Mozilla/5.0" in first
    assert "Accept-Language: en-US" in first
    assert timed.startswith("GET /www.instagram.com/x/ HTTP/1.1\r\n")
    assert "X-Sandbox-Time: 2026-03-01T12:30:00+00:00\r\n" in timed
    assert "X-IG-App-ID: 1\r\n" in timed
    assert "x-sandbox-time" not in (first + last).lower()
    assert "cookie" not in (timed + last).lower()
    assert server.connections == 1


async def test_a_form_is_posted_within_the_same_bounds() -> None:
    async with running(timeout=0.4) as (server, upstream):
        server.answer = answer("200 OK", body=b"hello")
        reply = await upstream.at(MOMENT).post(
            INSTAGRAM_HOST, "/api/graphql", form={"a": "1", "b": "x y"}, headers={"X-CSRFToken": "t"}
        )
        assert (reply.answer_class, reply.status, reply.body) == (AnswerClass.OK, 200, b"hello")
        server.answer = answer("302 Found", "Location: /accounts/login/", body=b"")
        assert (await upstream.post(INSTAGRAM_HOST, "/", form={})).answer_class is AnswerClass.BLOCKED
        server.answer = answer("200 OK", body=b"x" * (LARGEST_BODY_BYTES + 1))
        assert (await upstream.post(INSTAGRAM_HOST, "/", form={})).answer_class is AnswerClass.UPSTREAM_ERROR
        server.holds_open = True
        server.answer = b""
        late = await upstream.post(INSTAGRAM_HOST, "/", form={}, within_seconds=0.1)
        assert (late.answer_class, late.reason) == (
            AnswerClass.NETWORK_TIMEOUT,
            "www.instagram.com did not answer in 0.1 s",
        )
        with pytest.raises(ValueError, match="no host of a platform"):
            await upstream.post("example.com", "/", form={})
    first = server.requests[0]
    assert first.startswith("POST /www.instagram.com/api/graphql HTTP/1.1\r\n")
    assert first.endswith("\r\n\r\na=1&b=x+y")
    for header in ("Content-Type: application/x-www-form-urlencoded", "X-CSRFToken: t", "User-Agent: Mozilla/5.0"):
        assert f"\r\n{header}" in first
    assert "X-Sandbox-Time: 2026-03-01T12:30:00+00:00\r\n" in first


async def test_cookies_are_told_and_never_kept() -> None:
    async with running() as (server, upstream):
        server.answer = answer("200 OK", "Set-Cookie: csrftoken=c5; Path=/; Secure", "Set-Cookie: mid=; Path=/")
        reply = await upstream.get(INSTAGRAM_HOST, "/")
        assert reply.cookies == {"csrftoken": "c5", "mid": ""}
        server.answer = answer("200 OK")
        assert (await upstream.get(INSTAGRAM_HOST, "/")).cookies == {}
    assert "cookie" not in server.requests[1].lower()


async def test_the_real_platforms_are_never_told_a_time() -> None:
    async with open_client(Settings()) as client:
        upstream = Upstream.of(client, Settings())
        assert not upstream.is_overridden
        assert upstream.at(MOMENT).client is client


async def test_no_other_host_is_contacted() -> None:
    async with running() as (server, upstream):
        for host in ("example.com", "tiktok.com", "www.tiktok.com.evil.test", "127.0.0.1", ""):
            with pytest.raises(ValueError, match="no host of a platform"):
                await upstream.get(host, "/")
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "answer_class"),
    [
        ("204 No Content", AnswerClass.OK),
        ("302 Found", AnswerClass.BLOCKED),
        ("400 Bad Request", AnswerClass.SCHEMA_CHANGED),
        ("401 Unauthorized", AnswerClass.LOGIN_REQUIRED),
        ("403 Forbidden", AnswerClass.BLOCKED),
        ("404 Not Found", AnswerClass.UNAVAILABLE),
        ("418 Teapot", AnswerClass.UPSTREAM_ERROR),
        ("429 Too Many", AnswerClass.RATE_LIMITED),
        ("451 Legal", AnswerClass.REGION_BLOCKED),
        ("500 Error", AnswerClass.UPSTREAM_ERROR),
        ("503 Busy", AnswerClass.UPSTREAM_ERROR),
        ("999 Denied", AnswerClass.BLOCKED),
    ],
)
async def test_what_a_status_amounts_to(status: str, answer_class: AnswerClass) -> None:
    async with running() as (server, upstream):
        server.answer = answer(status, "Location: /login", body=b"")
        reply = await upstream.get(TIKTOK_HOST, "/")
    assert (reply.answer_class, reply.status) == (answer_class, int(status[:3]))
    assert bool(reply.reason) == (answer_class is not AnswerClass.OK)
    assert reply.location == "/login"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Retry-After: 120"], 120),
        (["Retry-After: 99999999999999"], 86400),
        (["Retry-After: Sun, 01 Mar 2026 12:01:30 GMT", "Date: Sun, 01 Mar 2026 12:00:00 GMT"], 90),
        (["Retry-After: Sun, 01 Mar 2026 11:00:00 GMT", "Date: Sun, 01 Mar 2026 12:00:00 GMT"], 0),
        (["Retry-After: Sun, 01 Mar 2026 12:01:30 GMT"], None),
        (["Retry-After: soon"], None),
        (["Retry-After: -5"], None),
        ([], None),
    ],
)
async def test_the_wait_that_is_asked_for(headers: list[str], seconds: int | None) -> None:
    async with running() as (server, upstream):
        server.answer = answer("429 Too Many", *headers)
        assert (await upstream.get(TIKTOK_HOST, "/")).retry_after_seconds == seconds


@pytest.mark.parametrize("status", ["300 Multiple Choices", "304 Not Modified"])
async def test_a_redirect_that_leads_nowhere_is_a_reply(status: str) -> None:
    async with running() as (server, upstream):
        server.answer = answer(status, body=b"")
        reply = await upstream.get(TIKTOK_HOST, "/")
    assert (reply.answer_class, reply.status, reply.location) == (AnswerClass.BLOCKED, int(status[:3]), "")
    assert reply.reason == f"www.tiktok.com redirects to nowhere (status {status[:3]})"


async def test_a_body_is_capped_also_once_it_is_unpacked() -> None:
    async with running() as (server, upstream):
        server.answer = answer("200 OK", body=b"x" * LARGEST_BODY_BYTES)
        assert (await upstream.get(TIKTOK_HOST, "/")).answer_class is AnswerClass.OK
        packed = gzip.compress(b"x" * (LARGEST_BODY_BYTES + 1))
        server.answer = answer("200 OK", "Content-Encoding: gzip", body=packed)
        reply = await upstream.get(TIKTOK_HOST, "/")
        assert (reply.answer_class, reply.body) == (AnswerClass.UPSTREAM_ERROR, b"")
        assert "5 MiB" in reply.reason


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"])
async def test_a_server_that_hangs_is_given_up_on_in_time(sent: bytes) -> None:
    async with running(timeout=0.2) as (server, upstream):
        server.answer, server.holds_open = sent, True
        reply = await upstream.get(TIKTOK_HOST, "/")
    assert (reply.answer_class, reply.status) == (AnswerClass.NETWORK_TIMEOUT, None)
    assert 200 <= reply.elapsed_ms < 3000


async def test_a_request_may_be_given_less_time_but_not_more() -> None:
    async with running(timeout=0.4) as (server, upstream):
        server.holds_open = True
        less = await upstream.get(TIKTOK_HOST, "/", within_seconds=0.1)
        more = await upstream.get(TIKTOK_HOST, "/", within_seconds=30)
    assert (less.reason, more.reason) == (
        "www.tiktok.com did not answer in 0.1 s",
        "www.tiktok.com did not answer in 0.4 s",
    )
    assert less.elapsed_ms >= 100
    assert 400 <= more.elapsed_ms < 3000


async def test_what_is_no_http_and_nobody_there() -> None:
    async with running() as (server, upstream):
        server.answer = b"SSH-2.0\r\n\r\n"
        assert (await upstream.get(TIKTOK_HOST, "/")).answer_class is AnswerClass.UPSTREAM_ERROR
        server.answer = answer("200 OK", "Content-Encoding: gzip", body=b"not gzip")
        assert (await upstream.get(TIKTOK_HOST, "/")).answer_class is AnswerClass.UPSTREAM_ERROR
    settings = Settings(upstream_base_template="http://127.0.0.1:1/{host}")
    async with open_client(settings) as client:
        reply = await Upstream.of(client, settings).get(TIKTOK_HOST, "/")
    assert (reply.answer_class, reply.status) == (AnswerClass.NETWORK_TIMEOUT, None)
