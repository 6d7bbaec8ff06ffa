"""The bundled servers of one data folder: started by one process at a time, found by the others."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.embedded.postgres import postgres
from app.embedded.processes import POLL_SECONDS, Server, StartFailure
from app.embedded.valkey import valkey

LONGEST_FOLDER = 800
"""Bytes of the path: PostgreSQL takes a little less than 1,024 for the longest name below it."""


class FolderInUse(StartFailure):
    """Another process runs on this data folder."""


class ServerUrls(msgspec.Struct, frozen=True):
    """Where the servers that were started are reached; None for one that was not asked for."""

    database: str | None
    redis: str | None


@dataclass(frozen=True)
class BundledServers:
    """The servers started here; None for one that was not asked for."""

    postgres: Server | None
    valkey: Server | None

    @property
    def database(self) -> str | None:
        """The URL of the database."""
        return None if self.postgres is None else self.postgres.url

    @property
    def redis(self) -> str | None:
        """The URL of the Valkey."""
        return None if self.valkey is None else self.valkey.url

    @property
    def running(self) -> list[Server]:
        """Those that were started."""
        return [server for server in (self.postgres, self.valkey) if server is not None]


@contextmanager
def data_folder(folder: Path) -> Iterator[Path]:
    """Own `folder`, made if absent, as long as the block runs; a kill ends the ownership too.

    Raises FolderInUse, or StartFailure when the folder cannot be written.
    """
    try:
        # Passable, not readable: as root the servers run as an account that has to reach its own folder in here.
        if len(os.fsencode(folder)) > LONGEST_FOLDER:
            raise StartFailure(f"DATA_DIR is too long: {len(os.fsencode(folder))} bytes, at most {LONGEST_FOLDER}")
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise StartFailure(f"DATA_DIR={folder} cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(f"DATA_DIR={folder} is in use by another running creatorgraph") from None
        _note(folder).unlink(missing_ok=True)  # of a run that was killed
        yield folder


@contextmanager
def bundled_servers(
    folder: Path, *, use_postgres: bool = True, use_valkey: bool = True, durable: bool = True
) -> Iterator[BundledServers]:
    """Run the bundled servers under `folder`, which the caller owns (see `data_folder`).

    Call it from the main thread: the servers end with the thread that started them, even by a kill. A server that is
    not `durable` is faster and may lose its data with its machine. Raises StartFailure.
    """
    logs = folder / "logs"
    database = redis = None
    with ExitStack() as running:
        try:
            if use_postgres:
                cluster = postgres(folder / "postgres", logs / "postgres.log", durable=durable)
                database = running.enter_context(cluster)
            if use_valkey:
                redis = running.enter_context(valkey(folder / "valkey", logs / "valkey.log"))
        except PermissionError as error:  # another user's data, as a rule
            raise StartFailure(f"DATA_DIR={folder} cannot be used: {error.strerror}: {error.filename}") from None
        servers = BundledServers(database, redis)
        _leave_note(folder, ServerUrls(servers.database, servers.redis))
        running.callback(_note(folder).unlink, missing_ok=True)
        yield servers


def _leave_note(folder: Path, urls: ServerUrls) -> None:
    draft = folder / "servers.new"
    draft.write_bytes(msgspec.json.encode(urls))
    draft.rename(_note(folder))


def running_servers(folder: Path, wait_seconds: float = 30.0) -> ServerUrls | None:
    """The URLs of the servers another process runs under `folder`; None when nobody owns it. A start is waited for."""
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline:
        if not _is_owned(folder):
            return None
        try:
            return msgspec.json.decode(_note(folder).read_bytes(), type=ServerUrls)
        except FileNotFoundError:
            time.sleep(POLL_SECONDS)
        except PermissionError as error:
            raise StartFailure(f"DATA_DIR={folder} cannot be read: {error.strerror}") from None
    raise FolderInUse(f"DATA_DIR={folder} is in use by another creatorgraph that runs no servers")


def _is_owned(folder: Path) -> bool:
    try:
        lock = (folder / "lock").open("a")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StartFailure(f"DATA_DIR={folder} cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _note(folder: Path) -> Path:
    return folder / "servers.json"
