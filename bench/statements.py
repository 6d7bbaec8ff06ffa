"""The SQL that a use case really runs: captured with its values, to be run again by itself or explained."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg
from asyncpg.connection import LoggedQuery

from app.store.db import transaction

QUESTIONS = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
PROBE = "SELECT 1"
OF_ASYNCPG = ("typeinfo_tree", "set_config('jit'")
"""In what asyncpg asks, once for a connection, about types it does not know."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and its values."""

    sql: str
    values: Sequence[object]


class _Undone(Exception):
    """Ends a transaction without leaving anything of it."""


async def statements_of(use_case: Callable[[], Awaitable[object]]) -> list[Statement]:
    """What a use case asks the open database, in order. Nothing of what it writes stays."""
    logged: list[LoggedQuery] = []
    try:
        async with transaction() as inside:
            # Whatever the task does until the block ends goes through this one connection.
            async with inside.acquire_connection() as connection:
                connection.add_query_logger(logged.append)
            try:
                await use_case()
                # Loggers are called soon, not at once; another statement comes back after them.
                async with inside.acquire_connection() as connection:
                    await connection.fetch(PROBE)
            finally:
                connection.remove_query_logger(logged.append)
            raise _Undone
    except _Undone:
        pass
    statements = [Statement(query.query, query.args) for query in logged]
    return [
        statement
        for statement in statements
        if statement.sql.lstrip().upper().startswith(QUESTIONS)
        and statement.sql != PROBE
        and not any(sign in statement.sql for sign in OF_ASYNCPG)
    ]


async def run(connection: asyncpg.Connection, statements: Sequence[Statement]) -> list[list[asyncpg.Record]]:
    """The rows of each statement, one after the other."""
    return [await connection.fetch(statement.sql, *statement.values) for statement in statements]
