"""Memory: what the API, a worker and the whole demo hold after they have worked for a while."""

import asyncio
import signal
import sys
import time
from itertools import cycle

import httpx

from app.demo import KEY_FILE
from app.welcome import FIRST_QUERY
from bench.goals import Finding, Goal
from bench.programs import proportional_megabytes, resident_megabytes
from bench.rows.row import Bench, MissingPrecondition, Row
from tests.end_to_end.programs import Up, free_port, processes_in
from tests.engines import temporary_folder

API = Goal("Memory: API process, resident", 150, 100, unit="MB")
WORKER = Goal("Memory: worker process, resident", 200, 150, unit="MB")
DEMO = Goal("Memory: whole demo, shared pages once", 1024, 700, unit="MB")
SECONDS = 60
SECONDS_AT_FULL_SIZE = 600
"""The goals speak of an hour."""
PATIENCE_SECONDS = 900.0
HISTORY = "History complete"
QUERIES = (FIRST_QUERY, "{ accounts(first: 100) { nodes { id handle displayName followers following views likes } } }")
PAUSE_SECONDS = 0.05


async def measure_memory(bench: Bench) -> list[Finding]:
    """The demo as people start it: its history filled, its API asked for a while."""
    seconds = SECONDS if bench.size.name != "full" else SECONDS_AT_FULL_SIZE
    if sys.platform != "linux":
        raise MissingPrecondition("what processes hold in memory is read from Linux's /proc")
    with temporary_folder() as folder:
        data = folder / "data"
        with Up("--demo", cwd=folder, data=data, port=free_port()) as up:
            await _until_filled(bench, up)
            await _ask(bench, up.url, (data / KEY_FILE).read_text().strip(), seconds)
            figures = {
                API: max(map(resident_megabytes, up.part("api"))),
                WORKER: max(map(resident_megabytes, up.part("worker"))),
                DEMO: proportional_megabytes({up.process.pid, *processes_in(data)}),
            }
            up.stop(signal.SIGINT)
    after = f"after {seconds} s of requests, not an hour"
    return [Finding(goal, megabytes, {after: ""}) for goal, megabytes in figures.items()]


async def _until_filled(bench: Bench, up: Up) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while HISTORY not in up.printed():
        if up.process.poll() is not None or time.monotonic() > deadline:
            raise MissingPrecondition(f"the demo did not fill its history: {up.printed()[-200:]}")
        quarters = up.printed().count(" %")
        bench.progress("demo history", max(quarters - 1, 0) * 25, 100)
        await asyncio.sleep(1)
    bench.progress("demo history", 100, 100)


async def _ask(bench: Bench, url: str, key: str, seconds: int) -> None:
    ends = time.monotonic() + seconds
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {key}"}) as client:
        for query in cycle(QUERIES):
            left = ends - time.monotonic()
            if left <= 0:
                break
            await client.post(f"{url}/graphql", json={"query": query})
            bench.progress("demo asked", seconds - int(left), seconds)
            await asyncio.sleep(PAUSE_SECONDS)


ROW = Row("memory", (API, WORKER, DEMO), measure_memory, reads_dataset=False)
