"""The real PostgreSQL and Valkey the tests run on: one cluster for a run, databases cloned from a migrated template."""

import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from app.domain.clock import utc_now
from app.embedded import bundled_servers, data_folder
from app.store.migrate import migrate

PREFIX = "creatorgraph-tests-"
TEMPLATE = "creatorgraph_template"
TEMPLATE_LOCK = 7_020_301
"""Advisory lock of the test process that makes the template; any constant of the tests' own will do."""


@contextmanager
def cluster() -> Iterator[str]:
    """Run a PostgreSQL for the tests of one run and give the URL of its administration database.

    It ends with the process that started it, however that ends, and leaves nothing behind.
    """
    _remove_leftovers()
    with (
        temporary_folder() as folder,
        data_folder(folder),
        bundled_servers(folder, use_valkey=False, durable=False) as urls,
    ):
        assert urls.database is not None
        yield at_database(urls.database, "postgres")


@contextmanager
def cache() -> Iterator[str]:
    """Run an empty Valkey and give its URL."""
    with temporary_folder() as folder, data_folder(folder), bundled_servers(folder, use_postgres=False) as urls:
        assert urls.redis is not None
        yield urls.redis


@asynccontextmanager
async def cloned_database(administration: str) -> AsyncIterator[str]:
    """A freshly migrated database of one's own, dropped when the block ends whoever is still connected."""
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(administration)
    try:
        await _ensure_template(admin, administration)
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield at_database(administration, name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def _ensure_template(admin: asyncpg.Connection, administration: str) -> None:
    await admin.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
    try:
        if await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE):
            return
        draft = f"{TEMPLATE}_draft"
        await admin.execute(f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {draft}")
        await migrate(at_database(administration, draft), utc_now())
        await admin.execute(f"ALTER DATABASE {draft} RENAME TO {TEMPLATE}")
    finally:
        await admin.execute("SELECT pg_advisory_unlock($1)", TEMPLATE_LOCK)


def at_database(url: str, name: str) -> str:
    """`url` with another database of the same cluster."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A short folder (a socket's path must fit) that is removed with what unprivileged servers left in it."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers() -> None:
    """Remove the folders of runs that were killed: those whose owner's lock is free."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        try:
            with lock.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # in use, or another user's
            continue
