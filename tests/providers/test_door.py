"""The door's bolts: no private address, no other port, no body that unpacks to more than it may."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpcore
import httpx
import pytest

from app.providers.door import PublicNetwork, TooLarge, Unreadable, is_public, read_body
from app.providers.failures import AnswerClass
from app.providers.http import TIKTOK_HOST, Upstream, open_client
from app.settings import Settings

Resolve = Callable[[str], None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Makes every name resolve to some addresses, with commas between."""

    def to(addresses: str) -> None:
        def found(host: str, port: int, *more: object, **named: object) -> list[Any]:
            return [
                (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in addresses.split(",")
            ]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return to


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.8", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.7"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b:1::1", "64:ff9b::a00:1"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "5f00::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("addresses", ["127.0.0.1", "169.254.169.254", "::1", "1.1.1.1,10.0.0.1", "::ffff:10.0.0.1"])
async def test_a_platforms_name_at_a_private_address_is_not_asked(resolve: Resolve, addresses: str) -> None:
    connections: list[object] = []
    server = await asyncio.start_server(lambda reader, writer: connections.append(writer), "127.0.0.1", 0)
    resolve(addresses)
    async with server, open_client(Settings()) as client:
        reply = await Upstream.of(client, Settings()).get(TIKTOK_HOST, "/@someone")
    assert (reply.answer_class, reply.reason) == (
        AnswerClass.NETWORK_TIMEOUT,
        "www.tiktok.com could not be reached",
    )
    assert (reply.status, connections) == (None, [])


async def test_the_address_that_was_checked_is_the_one_that_is_used(
    resolve: Resolve, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, int]] = []

    async def connect(self: object, host: str, port: int, *more: object) -> object:
        used.append((host, port))
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    resolve("1.1.1.1,2606:4700:4700::1111")
    with pytest.raises(httpcore.ConnectError, match="nobody there"):
        await PublicNetwork().connect_tcp(TIKTOK_HOST, 443)
    assert used == [("1.1.1.1", 443), ("2606:4700:4700::1111", 443)]


@pytest.mark.parametrize("port", [80, 22, 6379, 8443])
async def test_other_ports_are_not_asked(resolve: Resolve, port: int) -> None:
    resolve("1.1.1.1")
    with pytest.raises(httpcore.ConnectError, match=f"port {port} is not asked"):
        await PublicNetwork().connect_tcp(TIKTOK_HOST, port)
    with pytest.raises(httpcore.ConnectError):
        await PublicNetwork().connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize("path", ["@evil.test/", ":8080/", ".evil.test/", "evil", "", "?a=1", "#a"])
async def test_a_path_does_not_reach_into_the_host(path: str) -> None:
    async with open_client(Settings()) as client:
        with pytest.raises(ValueError, match="is no path of"):
            await Upstream.of(client, Settings()).get(TIKTOK_HOST, path)


class Pieces(httpx.AsyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.sent += 1
            yield piece


def packed(encoding: str, *pieces: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Pieces(*pieces))


async def test_bodies_are_unpacked() -> None:
    text = b"hello " * 100
    assert await read_body(packed("gzip", gzip.compress(text)), 1000) == text
    assert await read_body(packed("GZIP", *[bytes([each]) for each in gzip.compress(text)]), 1000) == text
    assert await read_body(packed("deflate", zlib.compress(text)), 1000) == text
    assert await read_body(packed("identity", b"a", b"b"), 1000) == b"ab"
    assert await read_body(packed("gzip"), 1000) == b""


async def test_a_bomb_is_not_unpacked_beyond_what_a_body_may_be() -> None:
    bomb = gzip.compress(bytes(64 * 2**20))
    assert len(bomb) < 70_000
    with pytest.raises(TooLarge):
        await read_body(packed("gzip", bomb), 5 * 2**20)
    stream = Pieces(*[b"x" * 100] * 50)
    with pytest.raises(TooLarge):
        await read_body(httpx.Response(200, stream=stream), 1000)
    assert stream.sent == 11


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x"])
async def test_what_we_did_not_ask_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(Unreadable, match="packed by"):
        await read_body(packed(encoding, b"x"), 1000)


async def test_a_body_that_is_not_what_it_says_cannot_be_read() -> None:
    for body in (b"plain text", gzip.compress(b"hello")[:-9], gzip.compress(b"hello")[:5]):
        with pytest.raises(Unreadable):
            await read_body(packed("gzip", body), 1000)
