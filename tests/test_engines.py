"""The engines of the tests keep their promises."""

import asyncpg
import redis.asyncio

from app.settings import Settings
from app.store.db import fetch_row
from tests.engines import cloned_database


async def test_own_engines_are_the_open_ones_and_apart(settings: Settings, own_engines: Settings) -> None:
    row = await fetch_row("SELECT current_database() AS name")
    assert row is not None
    assert own_engines.database_url is not None
    assert f"/{row['name']}?" in own_engines.database_url
    assert own_engines.database_url != settings.database_url
    assert own_engines.redis_url != settings.redis_url
    async with redis.asyncio.from_url(str(own_engines.redis_url)) as client:
        await client.set("mine", "1")
    async with redis.asyncio.from_url(str(settings.redis_url)) as client:
        assert await client.get("mine") is None


async def test_the_shared_database_is_open_again_afterwards(database: None, database_url: str) -> None:
    row = await fetch_row("SELECT current_database() AS name")
    assert row is not None
    assert f"/{row['name']}?" in database_url


async def test_a_clone_is_dropped(cluster: str) -> None:
    async with cloned_database(cluster) as url:
        connection = await asyncpg.connect(url)
        tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert tables > 0
    admin = await asyncpg.connect(cluster)
    name = url.rpartition("/test_")[2].partition("?")[0]
    assert await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", f"test_{name}") == 0
    await admin.close()
