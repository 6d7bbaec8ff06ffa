"""The competitor set of the guide, as a client makes it: created, refreshed from the sandbox, listed and charted."""

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from app.core.collect.refresh import refresh_account
from app.core.collect.sweep import take_lease
from app.domain.clock import utc_now
from app.runtime import Runtime
from app.settings import Settings
from app.store.partitions import ensure_partitions
from tests.api.live import served
from tests.api.rest.conftest import RestCaller
from tests.api.rest.test_guide import blocks
from tests.end_to_end.programs import environment

RIVALS = {"rival_one": "instagram", "rival_two": "tiktok", "rival_three": "instagram", "creatoraudit": "tiktok"}
LEASE = timedelta(minutes=5)


async def refresh(rest: RestCaller, runtime: Runtime) -> None:
    """Refreshes what waits for its first refresh, as workers do."""
    for row in (await rest.get("/accounts"))["data"]:
        if row["last_scrape_time"] is None:
            now = utc_now()
            lease = await take_lease(rest.viewer.organization_id, UUID(row["id"]), now, LEASE)
            assert lease is not None
            await refresh_account(runtime.chains.at(now), None, lease, now=now, lease_time=LEASE)


async def run(rest: RestCaller, runtime: Runtime, settings: Settings, folder: Path, *command: str) -> str:
    """What a program prints that asks a server, while things are refreshed."""
    await ensure_partitions(utc_now(), utc_now())
    async with served(settings) as api:
        variables = environment(URL=f"http://127.0.0.1:{api.port}", KEY=rest.key, PATH=os.environ["PATH"])
        program = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=variables, stdout=asyncio.subprocess.PIPE
        )
        said = asyncio.create_task(program.communicate())
        while not said.done():
            await refresh(rest, runtime)
            await asyncio.wait([said], timeout=0.1)
        printed, _ = await said
        assert program.returncode == 0
        return printed.decode()


async def test_a_client_makes_a_competitor_set_and_charts_it(
    rest: RestCaller, runtime: Runtime, settings: Settings, tmp_path: Path
) -> None:
    (client,) = blocks("docs/rest-v2.md", "python")
    printed = await run(rest, runtime, settings, tmp_path, sys.executable, "-c", client)
    accounts = (await rest.get("/accounts", sort="-follower_count"))["data"]
    assert {row["username"]: row["platform"] for row in accounts} == RIVALS
    assert all(row["total_post_count"] > 0 for row in accounts)
    followers = {row["username"]: row["follower_count"] for row in accounts}
    assert printed.splitlines() == [
        *(f"{row['username']} {row['follower_count']}" for row in accounts),
        *(f"{username} 30 days, {followers[username]} followers today" for username in RIVALS),
    ]
    creators = (await rest.get("/creators"))["data"]
    assert {row["name"]: row["platform"] for row in creators} == RIVALS
    assert {row["accounts_summary"]["total"] for row in creators} == {1}
    assert await run(rest, runtime, settings, tmp_path, sys.executable, "-c", client) == printed
    assert (await rest.get("/creators", include_total="true"))["pagination"]["total_count"] == len(RIVALS)


async def test_curl_does_the_same(rest: RestCaller, runtime: Runtime, settings: Settings, tmp_path: Path) -> None:
    _, commands = blocks("docs/rest-v2.md", "sh")
    printed = await run(rest, runtime, settings, tmp_path, "bash", "-e", "-c", commands)
    link, _, status = printed.partition("}}")
    (account,) = (await rest.get("/accounts"))["data"]
    assert json.loads(link + "}}")["data"]["account_id"] == account["id"]
    assert status.strip() == "304"
    assert json.loads((tmp_path / "first.json").read_text())["meta"]["period"] == "30d"
