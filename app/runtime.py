"""The runtime: opens, closes and vouches for what use cases need."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise.exceptions import BaseORMException, DBConnectionError

from app.core.access.keys import KeyLookups
from app.core.access.usage import UsageTally
from app.core.collect.recent import RecentFacts
from app.core.events.publishing import Events
from app.core.lookups.sources import Ages, Sources
from app.providers.chain import Chains
from app.providers.http import Upstream, open_client
from app.providers.limits import open_pacing
from app.settings import Settings
from app.store.db import close_database, fetch_row, open_database

PROBE_SECONDS = 2.0
CONNECTION_LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    DBConnectionError,
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one process has open."""

    settings: Settings
    redis: Redis
    chains: Chains
    recent: RecentFacts
    events: Events
    look_ups: Sources
    usage: UsageTally = field(default_factory=UsageTally)
    keys: KeyLookups = field(default_factory=KeyLookups)

    @property
    def lease_time(self) -> timedelta:
        """How long a refresh owns what it works on."""
        return timedelta(seconds=self.settings.lease_seconds)

    async def database_is_up(self) -> bool:
        """Whether the database answers within two seconds."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await fetch_row("SELECT 1") is not None
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException):
            return False

    async def redis_is_up(self) -> bool:
        """Whether Valkey answers within two seconds."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return bool(await self.redis.ping())
        except (OSError, TimeoutError, RedisError):
            return False


def is_database_away(error: BaseException) -> bool:
    """Whether a use case failed because the database is not there: the same request may succeed in a moment."""
    # asyncpg has no class of its own for a connection found closed.
    return isinstance(error, CONNECTION_LOST) or (isinstance(error, asyncpg.InterfaceError) and "closed" in str(error))


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Everything open for as long as the block runs.

    Raises DatabaseUnreachable. Valkey may be away: whoever needs it does without, or waits.
    """
    assert settings.database_url is not None
    assert settings.redis_url is not None
    await open_database(settings.database_url, settings.database_pool_size)
    try:
        redis = Redis.from_url(settings.redis_url)
        async with redis, open_client(settings) as client:
            upstream = Upstream.of(client, settings)
            pacing = open_pacing(redis, settings)
            recent = RecentFacts(
                redis, timedelta(seconds=settings.recent_facts_seconds), lifetime=Ages.of(settings).longest
            )
            chains = Chains(settings, upstream, pacing)
            look_ups = Sources.of(settings, redis, chains, recent)
            following = asyncio.create_task(pacing.follow())
            try:
                yield Runtime(settings, redis, chains, recent, Events(redis), look_ups)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                await look_ups.flights.close()
    finally:
        await close_database()
