"""The database: opened once per process, transactions, and parameterised SQL."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

APP = "creatorgraph"
MODELS = {"models": ["app.store.models"], "migrations": "app.store.migrations", "default_connection": "default"}
MIGRATIONS_CONFIG = {
    "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": {"host": "unused"}}},
    "apps": {APP: MODELS},
    "use_tz": True,
}
"""What `tortoise makemigrations` reads; it compares models with migrations and never connects."""

CONNECT_TIMEOUT_SECONDS = 5.0
CONNECT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError, ValueError)


class DatabaseUnreachable(Exception):
    """Nothing answers at the database URL, or it refuses us; the text says which and never holds a password."""


def credentials_of(url: str) -> dict[str, Any]:
    """The parts of a database URL: TCP (`postgresql://user:password@host:port/name`) or socket (`?host=/folder`).

    Raises DatabaseUnreachable for anything else.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        port = int(options.pop("port", 0)) or parts.port or 5432
    except ValueError as error:
        raise DatabaseUnreachable(f"it is not a URL ({error})") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise DatabaseUnreachable("it must look like postgresql://user:password@host:5432/name")
    credentials: dict[str, Any] = {
        "host": options.pop("host", None) or parts.hostname or "localhost",
        "port": port,
        "user": unquote(parts.username or options.pop("user", "postgres")),
        "password": unquote(parts.password) if parts.password else options.pop("password", None),
        "database": name,
    }
    if "sslmode" in options:
        credentials["ssl"] = options.pop("sslmode")
    if options:
        raise DatabaseUnreachable(f"it has options that are not known: {', '.join(sorted(options))}")
    return credentials


async def open_database(url: str, pool_size: int) -> None:
    """Opens the pool every later call uses, from whichever task.

    Raises DatabaseUnreachable when nothing answers.
    """
    credentials = credentials_of(url)
    await _try_to_connect(credentials)
    await Tortoise.init(
        config={
            "connections": {
                "default": {
                    "engine": "tortoise.backends.asyncpg",
                    "credentials": {
                        **credentials,
                        "minsize": 1,
                        "maxsize": pool_size,
                        "timeout": CONNECT_TIMEOUT_SECONDS,
                        "reset": _leave_session,
                        "server_settings": {"application_name": APP, "timezone": "UTC"},
                    },
                }
            },
            "apps": {APP: MODELS},
            "use_tz": True,
        },
        # Requests and async actors run in tasks that were not started by the task that opened the database.
        _enable_global_fallback=True,
    )


async def close_database() -> None:
    """Closes the pool."""
    await Tortoise.close_connections()


async def _leave_session(connection: asyncpg.Connection) -> None:
    """What is done to a connection that goes back to the pool: nothing, once an open transaction is rolled back.

    Asking the server to forget what a session set and held would cost every statement a second one. So nothing may be
    set or held beyond a transaction: `SET LOCAL`, and advisory locks of the transaction.
    """


async def _try_to_connect(credentials: dict[str, Any]) -> None:
    where = f"{credentials['host']}:{credentials['port']}/{credentials['database']}"
    try:
        probe = await asyncpg.connect(**credentials, timeout=CONNECT_TIMEOUT_SECONDS)
    except CONNECT_ERRORS as error:
        raise DatabaseUnreachable(f"no database answers at {where}: {error or type(error).__name__}") from None
    await probe.close()


def transaction() -> AbstractAsyncContextManager[TransactionWrapper]:
    """One transaction; statements of the same task run inside it until the block ends."""
    return cast(AbstractAsyncContextManager[TransactionWrapper], in_transaction("default"))


async def fetch(sql: str, *values: object) -> list[asyncpg.Record]:
    """The rows of a statement."""
    async with _connection() as connection:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
        return rows


async def fetch_row(sql: str, *values: object) -> asyncpg.Record | None:
    """The first row of a statement, or None."""
    async with _connection() as connection:
        row: asyncpg.Record | None = await connection.fetchrow(sql, *values)
        return row


async def execute(sql: str, *values: object) -> None:
    """Runs a statement for its effect."""
    async with _client().acquire_connection() as connection:
        await connection.execute(sql, *values)


async def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Adds rows that are not there yet: in half the time that an INSERT takes, and half the log."""
    async with _client().acquire_connection() as connection:
        await connection.copy_records_to_table(table, records=rows, columns=columns)


def _connection() -> AbstractAsyncContextManager[asyncpg.Connection]:
    """The connection that a statement runs on: that of the transaction around it, or one of the pool."""
    client = _client()
    if client._pool is None or isinstance(client, TransactionWrapper):
        return cast(AbstractAsyncContextManager[asyncpg.Connection], client.acquire_connection())
    # Straight from the pool: the ORM's way there takes as long again as a small statement.
    return cast(AbstractAsyncContextManager[asyncpg.Connection], client._pool.acquire())


def _client() -> AsyncpgDBClient:
    return cast(AsyncpgDBClient, get_connection("default"))
