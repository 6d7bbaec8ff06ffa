"""Load: one HTTP request sent again and again over kept connections, with as little work as that takes."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"
OK = b"HTTP/1.1 200 "


class UnexpectedAnswer(Exception):
    """A server answered otherwise than with 200 and a body whose length it tells."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as it goes over the wire."""

    host: str
    port: int
    data: bytes

    @classmethod
    def post(cls, url: str, body: bytes, headers: Mapping[str, str]) -> "Sent":
        """A POST of JSON to a URL, whose host is one of this machine's."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        named = {"Host": parts.netloc, "Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
        lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        return cls(parts.hostname, parts.port, "\r\n".join(lines).encode() + HEAD_END + body)


class _Caller(asyncio.Protocol):
    """One connection: the next request goes out when the last answer has come whole."""

    def __init__(self, sent: Sent, until: float, ended: "asyncio.Future[None]") -> None:
        self._data = sent.data
        self._until = until
        self._ended = ended
        self._received = bytearray()
        self._expected = 0
        self.answers = 0
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._data)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected and (end := self._received.find(HEAD_END)) >= 0:
            length = LENGTH.search(self._received, 0, end)
            if length is None or not self._received.startswith(OK):
                self._end(UnexpectedAnswer(self._received[:2000].decode(errors="replace")))
                return
            self._expected = end + len(HEAD_END) + int(length[1])
        if self._expected and len(self._received) >= self._expected:
            self.answers += 1
            if time.perf_counter() >= self._until:
                self.body = bytes(self._received).partition(HEAD_END)[2]
                self._end()
                return
            self._received.clear()
            self._expected = 0
            self._transport.write(self._data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(UnexpectedAnswer("the server closed the connection"))

    def _end(self, error: Exception | None = None) -> None:
        self._transport.close()
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)


async def ask(sent: Sent) -> bytes:
    """The body of one answer. Raises UnexpectedAnswer."""
    return (await _call(sent, time.perf_counter())).body


async def requests_per_second(sent: Sent, connections: int, seconds: float) -> float:
    """How many answers came each second, with one request under way on each connection. Raises UnexpectedAnswer."""
    started = time.perf_counter()
    callers = await asyncio.gather(*(_call(sent, started + seconds) for _ in range(connections)))
    return sum(caller.answers for caller in callers) / (time.perf_counter() - started)


async def _call(sent: Sent, until: float) -> _Caller:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    _, caller = await loop.create_connection(lambda: _Caller(sent, until, ended), sent.host, sent.port)
    await ended
    return caller
