"""The engines a bench runs on: the bundled PostgreSQL with its ordinary, durable settings, and databases in it."""

import hashlib
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from app.embedded import bundled_servers, data_folder
from app.store.db import close_database, credentials_of, open_database
from app.store.migrate import migrate
from bench import dataset, generating, rolling, sizes
from bench.dataset import Report, make_dataset
from bench.sizes import NOW, Size
from tests.engines import at_database

POOL_SIZE = 5
MAKERS = (dataset, generating, rolling, sizes)
"""The modules that a data set's rows follow from, beside the migrations."""


@contextmanager
def cluster(folder: Path, *, keep: bool) -> Iterator[str]:
    """Run PostgreSQL on the cluster in `folder` and give the URL of its administration database.

    The folder is removed at the end unless it is to be kept. Raises StartFailure, and leaves alone what is another's.
    """
    is_ours = False
    try:
        with data_folder(folder), bundled_servers(folder, use_valkey=False) as servers:
            is_ours = True
            assert servers.database is not None
            yield at_database(servers.database, "postgres")
    finally:
        if is_ours and not keep:
            shutil.rmtree(folder, ignore_errors=True)


def dataset_url(administration: str, size: Size) -> str:
    """The URL of the database of a data set."""
    return at_database(administration, f"bench_{size.name}")


@asynccontextmanager
async def open_dataset(administration: str, size: Size, on_progress: Report) -> AsyncIterator[str]:
    """The database of a data set, opened; one that an earlier run kept serves if it was made in the same way."""
    name, mark, url = f"bench_{size.name}", _mark(size), dataset_url(administration, size)
    admin = await asyncpg.connect(administration)
    try:
        kept = await admin.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
        )
        if kept != mark:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {name}")
            await migrate(url, NOW)
        await open_database(url, POOL_SIZE)
        try:
            if kept != mark:
                await make_dataset(size, on_progress)
                await admin.execute("CHECKPOINT")
                await admin.execute(f"COMMENT ON DATABASE {name} IS '{mark}'")
            yield url
        finally:
            await close_database()
    finally:
        await admin.close()


@asynccontextmanager
async def fresh_database(administration: str, name: str) -> AsyncIterator[str]:
    """A migrated, empty database, dropped when the block ends. It is not opened."""
    name = f"bench_{name}"
    url = at_database(administration, name)
    admin = await asyncpg.connect(administration)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name}")
        await migrate(url, NOW)
        yield url
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the program's pool, in the program's time zone."""
    opened = await asyncpg.connect(**credentials_of(url), server_settings={"timezone": "UTC"})
    try:
        yield opened
    finally:
        await opened.close()


def _mark(size: Size) -> str:
    """Tells one making of a data set from another: its size, and the text of everything its rows follow from."""
    migrations = Path(__file__).parent.parent / "app" / "store" / "migrations"
    sources = [Path(str(module.__file__)) for module in MAKERS] + sorted(migrations.glob("*.py"))
    digest = hashlib.sha256(repr(size).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()
