"""The HTTP server: how the API listens, how many connections it may hold, and how it takes its leave."""

import gc
import logging
import os
import resource
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

KEEP_ALIVE_SECONDS = 5
LEAVE_SECONDS = 5
REQUESTS_AT_ONCE = 800
"""Connections of plain requests that there is room for, beside those that last; beyond all room the answer is 503."""
FILES_BESIDES = 224
"""What a process has open beside the connections it accepted."""
PING_SECONDS = 20.0
"""How often a WebSocket's peer is asked for a sign of life, and how long it may take to give one."""
CYCLES_EVERY = 10_000
"""New objects after which cycles among them are looked for. A request makes some thousands and hardly ever a cycle."""
UNREAD_SECONDS = 60
"""Who takes nothing of what was sent for so long is gone, even if its system says otherwise."""

log = logging.getLogger(__name__)


async def _nothing() -> None:
    return


def room_for(streams: int) -> int:
    """How many connections that last this process can hold, up to those wanted.

    It is let have as many files open as that takes; where the system does not let it, they get half of the room.
    """
    room = _open_files(REQUESTS_AT_ONCE + streams + FILES_BESIDES) - FILES_BESIDES
    found = min(streams, max(room - REQUESTS_AT_ONCE, room // 2, 0))
    if found < streams:
        log.warning("%d connections may last, not %d: raise the number of open files (ulimit -n)", found, streams)
    return found


def serve(
    application: Any,
    host: str,
    port: int,
    *,
    streams: int = 0,
    largest_message: int = 1 << 20,
    on_leaving: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """Answer until SIGINT or SIGTERM. In this process: `python -m uvicorn` would import from the current folder.

    There is room for that many connections that last, `streams`, WebSockets among them when there is any. `on_leaving`
    is awaited while everybody is still connected; whoever is connected after it is given some seconds.
    """
    most = _open_files(REQUESTS_AT_ONCE + streams + FILES_BESIDES) - FILES_BESIDES
    logging.getLogger("uvicorn.error").addFilter(_is_worth_saying)
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LEAVE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        limit_concurrency=most,
        ws="websockets-sansio" if streams else "none",
        ws_max_size=largest_message,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,  # it would hold some hundred kilobytes for each connection
    )
    # What was made until now stays, so nobody needs to look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(CYCLES_EVERY, *gc.get_threshold()[1:])
    _Server(config, on_leaving).run()


class _Server(uvicorn.Server):
    """The server, which tells the application of its end before it closes connections, and holds no dead ones."""

    def __init__(self, config: uvicorn.Config, on_leaving: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._on_leaving = on_leaving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            for listener in server.sockets or ():
                _end_unread_connections(listener.fileno())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._on_leaving()
        await super().shutdown(sockets)


def _open_files(wanted: int) -> int:
    """How many files this process may have open, which are as many as wanted if the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)


def _end_unread_connections(listener: int) -> None:
    """Has the system end connections accepted there whose peer leaves unread what it was sent, as only Linux can."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        with socket.socket(fileno=os.dup(listener)) as same:  # what is accepted from now on inherits it
            same.setsockopt(socket.IPPROTO_TCP, option, UNREAD_SECONDS * 1000)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Whether the server's own word goes into the log.

    Not every WebSocket, for requests are not logged either; nor that an answer was broken off, which is how a caller
    who does not read is left.
    """
    message = str(record.msg)
    is_of_socket = '"WebSocket ' in message or message.startswith("connection ")
    return not is_of_socket and message != "ASGI callable returned without completing response."
