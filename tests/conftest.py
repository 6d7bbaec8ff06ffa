"""Fixtures every test may ask for: real engines, one database per test process, settings that point at them."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store.db import close_database, open_database
from tests import engines
from tests.upstream import Sandbox, running_sandbox

CLUSTER = pytest.StashKey[str]()
POOL_SIZE = 5

# Tests start the program a hundred times over; where nothing is compiled beforehand, each start would compile it all.
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parent.parent / ".cache" / "bytecode")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def cluster_url(config: pytest.Config) -> str:
    """The administration URL of the run's one cluster, which the process that leads the run starts and keeps."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        return str(workerinput["cluster"])
    if CLUSTER not in config.stash:
        stack = ExitStack()
        config.stash[CLUSTER] = stack.enter_context(engines.cluster())
        config.add_cleanup(stack.close)
    return config.stash[CLUSTER]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Hand the cluster to each process of a parallel run."""
    node.workerinput["cluster"] = cluster_url(node.config)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> str:
    """Administration URL of the run's PostgreSQL."""
    return cluster_url(request.config)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Valkey of this test process. Tests share it, so they use keys of their own and wipe nothing."""
    with engines.cache() as url:
        yield url


@pytest.fixture(scope="session")
async def database_url(cluster: str) -> AsyncIterator[str]:
    """A migrated database of this test process. Tests share it, so each works in an organization of its own."""
    async with engines.cloned_database(cluster) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this test process's engines."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        data_dir=str(tmp_path_factory.mktemp("data")),
        database_pool_size=POOL_SIZE,
    )


@pytest.fixture(scope="session")
async def database(settings: Settings) -> AsyncIterator[None]:
    """The database, opened: every function of app.store and app.core works."""
    assert settings.database_url is not None
    await open_database(settings.database_url, POOL_SIZE)
    yield
    await close_database()


@asynccontextmanager
async def set_aside(settings: Settings) -> AsyncIterator[None]:
    """The open database closed while another one, or a runtime that opens it itself, is at work."""
    assert settings.database_url is not None
    await close_database()
    try:
        yield
    finally:
        await open_database(settings.database_url, POOL_SIZE)


@pytest.fixture
async def runtime(database: None, settings: Settings, sandbox: Sandbox) -> AsyncIterator[Runtime]:
    """A runtime whose providers ask a sandbox of the test's own."""
    upstream = msgspec.structs.replace(settings, upstream_base_template=sandbox.template, request_timeout_seconds=1.0)
    async with set_aside(settings), open_runtime(upstream) as running:
        yield running


@pytest.fixture
async def own_engines(database: None, settings: Settings, cluster: str) -> AsyncIterator[Settings]:
    """A database and a Valkey of one's own, for a test that sweeps, runs workers or wipes Valkey.

    The database is the open one while the test runs.
    """
    with engines.cache() as redis, engines.temporary_folder() as folder:
        async with engines.cloned_database(cluster) as url, set_aside(settings):
            await open_database(url, POOL_SIZE)
            yield Settings(database_url=url, redis_url=redis, data_dir=str(folder), database_pool_size=POOL_SIZE)
            await close_database()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox of the platforms of one's own, on a free port."""
    async with running_sandbox() as running:
        yield running
