"""Real scheduler and worker processes, killed in the middle of refreshes: nothing is lost, nothing counts twice."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from app.core.tracking.accounts import NewAccount, list_accounts, track_account
from app.domain.cursors import page_request
from app.domain.filters import AccountFilter
from app.domain.metrics import ACCOUNT_COUNTERS
from app.domain.platforms import Platform
from app.domain.records import Account
from app.domain.viewer import Viewer
from app.settings import PREFIX, Settings
from app.store.db import fetch
from tests.factories import new_viewer
from tests.upstream import Sandbox

ACCOUNTS = 12
DEADLINE_SECONDS = 90


async def test_a_killed_worker_loses_nothing(own_engines: Settings, sandbox: Sandbox) -> None:
    settings = await slow_and_still(own_engines, sandbox)
    viewer = await viewer_of_due_accounts()
    async with part("scheduler", settings):
        for _ in range(2):
            async with part("worker", settings) as worker:
                await until(lambda: at_work(viewer))
                os.killpg(worker.pid, signal.SIGKILL)
                await worker.wait()
        async with part("worker", settings):
            await until(lambda: all_refreshed(viewer))
    assert await lost_runs(viewer) >= 1, "the workers were killed while nothing was running"
    await each_account_counts_once(viewer, sandbox)


async def test_a_wiped_valkey_loses_nothing(own_engines: Settings, sandbox: Sandbox) -> None:
    settings = await slow_and_still(own_engines, sandbox)
    viewer = await viewer_of_due_accounts()
    assert settings.redis_url is not None
    async with (
        Redis.from_url(settings.redis_url) as redis,
        part("scheduler", settings),
        part("worker", settings),
    ):
        for _ in range(3):
            await until(lambda: at_work(viewer))
            await redis.flushall()
        await until(lambda: all_refreshed(viewer))
    await each_account_counts_once(viewer, sandbox)


FROZEN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


async def slow_and_still(engines: Settings, sandbox: Sandbox) -> Settings:
    """Settings on a sandbox that takes its time, and whose time stands still: the truth is the same at any moment."""
    reply = await sandbox.client.post("/_ctl/clock", json={"freeze_at": FROZEN.isoformat()})
    assert reply.status_code == 200
    await sandbox.fault("www.instagram.com", "slow", delay_ms=400)
    return msgspec.structs.replace(
        engines, upstream_base_template=sandbox.template, lease_seconds=2.0, worker_threads=4, recent_facts_seconds=0
    )


async def viewer_of_due_accounts() -> Viewer:
    viewer = await new_viewer()
    for number in range(ACCOUNTS):
        await track_account(viewer, NewAccount(Platform.INSTAGRAM, f"killed{number}"), now=datetime.now(UTC))
    return viewer


async def each_account_counts_once(viewer: Viewer, sandbox: Sandbox) -> None:
    """Every account has the figures of the truth, from one observation of its profile and one of each post."""
    accounts = await read(viewer)
    assert len(accounts) == ACCOUNTS
    for account in accounts:
        truth = await sandbox.truth("instagram", "account", account.handle, FROZEN)
        assert {name: getattr(account, name) for name in ACCOUNT_COUNTERS} == {
            name: truth[name] for name in ACCOUNT_COUNTERS
        }
    counted = await fetch(
        """
        SELECT sum(d.observations) AS observations, a.discovered_posts, a.likes AS latest,
               sum(d.likes_start + d.likes_gain) AS likes
        FROM account a JOIN account_day d ON d.account_id = a.id WHERE a.organization_id = $1 GROUP BY a.id
        """,
        viewer.organization_id,
    )
    assert [(row["observations"], row["likes"]) for row in counted] == [
        (1 + row["discovered_posts"], row["latest"]) for row in counted
    ]
    assert len(counted) == ACCOUNTS


@asynccontextmanager
async def part(name: str, settings: Settings) -> AsyncIterator[Process]:
    """A part of the program as a process group of its own."""
    values = {key: value for key, value in msgspec.structs.asdict(settings).items() if value is not None}
    environment = os.environ | {PREFIX + key.upper(): str(value) for key, value in values.items()}
    log = Path(settings.data_dir) / f"{name}.log"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "app.cli", name),
            cwd=settings.data_dir,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    except BaseException:
        sys.stderr.write(log.read_text())
        raise
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def until(holds: Callable[[], Coroutine[None, None, bool]]) -> None:
    """Waits for what must come to hold; fails when it does not in time."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await holds():
            await asyncio.sleep(0.02)


async def at_work(viewer: Viewer) -> bool:
    """Whether refreshes are running whose answers are not in."""
    rows = await fetch(
        "SELECT count(*) AS n FROM run WHERE organization_id = $1 AND state = 'running' AND started_at > $2",
        viewer.organization_id,
        datetime.now(UTC) - timedelta(seconds=0.3),
    )
    return bool(rows[0]["n"] >= 2)


async def all_refreshed(viewer: Viewer) -> bool:
    return all(account.last_refreshed_at is not None for account in await read(viewer))


async def lost_runs(viewer: Viewer) -> int:
    rows = await fetch(
        "SELECT count(*) AS n FROM run WHERE organization_id = $1 AND state = 'lost'", viewer.organization_id
    )
    return int(rows[0]["n"])


async def read(viewer: Viewer) -> list[Account]:
    page = await list_accounts(viewer, AccountFilter(), page_request(first=200), with_total=False)
    return list(page.nodes)
