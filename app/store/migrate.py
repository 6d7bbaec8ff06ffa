"""Brings a database to the tables this version knows, one process at a time."""

from datetime import datetime

import asyncpg
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor

from app.store.db import APP, MODELS, close_database, credentials_of, open_database
from app.store.partitions import ensure_partitions

LOCK = 0x63675F6D69677261
"""Advisory lock of whoever migrates; any constant of our own will do."""


async def migrate(url: str, now: datetime) -> None:
    """Applies the migrations that are missing and makes the partitions of the months ahead. Idempotent.

    Raises DatabaseUnreachable when nothing answers at `url`.
    """
    await open_database(url, pool_size=2)
    try:
        # The migrations themselves take no lock, and two processes often start at once.
        guard = await asyncpg.connect(**credentials_of(url))
        try:
            await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
            await MigrationExecutor(get_connection("default"), {APP: MODELS}).migrate()
            await ensure_partitions(now, now)
        finally:
            await guard.close()
    finally:
        await close_database()
