"""What must hold before a part of the program starts: a free port, servers that answer, tables in the database."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from app.core.access.keys import ensure_bootstrap_key
from app.core.collect.sweep import end_all_leases
from app.domain.clock import utc_now
from app.domain.problems import InvalidInput
from app.embedded import Server, StartFailure, bundled_servers, data_folder, running_servers
from app.settings import PREFIX, Settings
from app.store.db import DatabaseUnreachable, close_database, open_database
from app.store.migrate import migrate

REDIS_TIMEOUT_SECONDS = 5.0


def check_port(settings: Settings) -> None:
    """Raise StartFailure when the API could not listen where the settings say."""
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except socket.gaierror as error:
        raise StartFailure(f"{PREFIX}HOST={settings.host} is no address of this machine: {error.strerror}") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise StartFailure(f"PORT={settings.port} cannot be listened on at {settings.host}: {reason}") from None


@contextmanager
def started_servers(settings: Settings) -> Iterator[tuple[Settings, Sequence[Server]]]:
    """The settings with every missing URL filled by a bundled server that runs as long as the block, and these servers.

    The caller owns the data folder. Raises StartFailure.
    """
    missing = settings.database_url is None, settings.redis_url is None
    if not any(missing):
        yield settings, ()
        return
    with bundled_servers(settings.data_path, use_postgres=missing[0], use_valkey=missing[1]) as servers:
        yield _filled(settings, servers.database, servers.redis), servers.running


@contextmanager
def reached_servers(settings: Settings) -> Iterator[Settings]:
    """The settings with the URL of every server: given, or of the `up` that runs on the data folder, or started here.

    Servers started here are migrated, and stop with the block. Raises StartFailure.
    """
    if settings.database_url is not None and settings.redis_url is not None:
        yield settings
        return
    running = running_servers(settings.data_path)
    if running is not None:
        yield _filled(settings, running.database, running.redis)
        return
    with data_folder(settings.data_path), started_servers(settings) as (settings, _):
        asyncio.run(prepare_database(settings))
        yield settings


def _filled(settings: Settings, database_url: str | None, redis_url: str | None) -> Settings:
    settings = msgspec.structs.replace(
        settings,
        database_url=settings.database_url or database_url,
        redis_url=settings.redis_url or redis_url,
    )
    for name in ("database_url", "redis_url"):
        if getattr(settings, name) is None:
            owner = f"the creatorgraph running on {settings.data_path}"
            raise StartFailure(f"{PREFIX}{name.upper()} is unset, and {owner} has none to share")
    return settings


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables in which another process, or a module started here, reads these very settings in any folder."""
    values = {name: value for name, value in msgspec.structs.asdict(settings).items() if value is not None}
    values["data_dir"] = settings.data_path
    return {PREFIX + name.upper(): str(value) for name, value in values.items()}


async def prepare_database(settings: Settings) -> None:
    """Bring the tables up to date and see to the bootstrap key. Idempotent; raises StartFailure."""
    await update_tables(settings)
    await give_bootstrap_key(settings)


async def update_tables(settings: Settings) -> None:
    """Bring the database to the tables this version knows. Idempotent; raises StartFailure."""
    assert settings.database_url is not None
    with _unreachable_named():
        await migrate(settings.database_url, utc_now())


async def forget_leases(settings: Settings) -> None:
    """End the leases of workers that were stopped. Only for a database of one's own, before the workers start."""
    async with opened_database(settings):
        await end_all_leases()


async def give_bootstrap_key(settings: Settings) -> None:
    """Give the first organization, made when there is none, the key of the settings, if they hold one."""
    if settings.bootstrap_key is None:
        return
    async with opened_database(settings):
        try:
            await ensure_bootstrap_key(settings.bootstrap_key, utc_now())
        except InvalidInput as problem:
            raise StartFailure(f"{PREFIX}BOOTSTRAP_KEY: {problem}") from None


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[None]:
    """The database, open for one errand. Raises StartFailure."""
    assert settings.database_url is not None
    with _unreachable_named():
        await open_database(settings.database_url, pool_size=1)
    try:
        yield
    finally:
        await close_database()


async def check_servers(settings: Settings) -> None:
    """Raise StartFailure when a server does not answer."""
    assert settings.redis_url is not None
    async with opened_database(settings):
        pass
    try:
        client = redis.asyncio.from_url(settings.redis_url, socket_connect_timeout=REDIS_TIMEOUT_SECONDS)
        async with client:
            await client.ping()
    except (RedisError, OSError, ValueError) as error:
        raise StartFailure(f"{PREFIX}REDIS_URL: nothing answers there: {error}") from None


@contextmanager
def _unreachable_named() -> Iterator[None]:
    try:
        yield
    except DatabaseUnreachable as error:
        raise StartFailure(f"{PREFIX}DATABASE_URL: {error}") from None
