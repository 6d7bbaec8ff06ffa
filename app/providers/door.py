"""The door's bolts: connections to public addresses only, and bodies that never unpack to more than they may."""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Iterable

import httpcore
import httpx

ENCODINGS = "gzip, deflate"
"""What we ask to be packed by: all that is unpacked here."""
PUBLIC_PORT = 443
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 as networks without it see it; the address is in the last 32 bits."""
UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is routed between networks; older and local ways to write IPv4 in it lie outside."""


class TooLarge(Exception):
    """A body that is, or unpacks to, more than it may."""


class Unreadable(Exception):
    """A body that is packed in a way we did not ask for, or not as it says."""


class PublicTransport(httpx.AsyncHTTPTransport):
    """A transport that connects to public addresses alone, whatever the names resolve to."""

    def __init__(self, limits: httpx.Limits) -> None:
        super().__init__(limits=limits)
        # httpx has no door of its own to the backend of its pool; the tests see to it that this one is used.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=PublicNetwork(),
        )


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connections by TCP to addresses that were looked up and found public; the address checked is the one used."""

    def __init__(self) -> None:
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ConnectError where the port is not that of https, or the name has an address that is not public."""
        if port != PUBLIC_PORT:
            raise httpcore.ConnectError(f"port {port} is not asked")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError(f"{host} is at no public address")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: no platform is found there."""
        raise httpcore.ConnectError("sockets of this machine are not asked")

    async def sleep(self, seconds: float) -> None:
        """What the pool waits by between tries."""
        await self._network.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; one of IPv4 written in IPv6 is read as what it is."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if parsed in TRANSLATED:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed not in UNICAST:
            return False
    return parsed.is_global and not parsed.is_multicast


async def read_body(response: httpx.Response, largest: int) -> bytes:
    """The body, unpacked, at most `largest` bytes packed or not. Raises TooLarge and Unreadable."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unreadable(f"packed by {encoding[:40]}")
    unpacker = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    body, received = bytearray(), 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        received += len(chunk)
        if received > largest:
            raise TooLarge
        if unpacker is None:
            body += chunk
            continue
        try:
            body += unpacker.decompress(chunk, largest + 1 - len(body))
        except zlib.error as error:
            raise Unreadable(str(error)) from None
        if len(body) > largest:
            raise TooLarge
    if unpacker is not None and received and not unpacker.eof:
        raise Unreadable("its end is missing")
    return bytes(body)
