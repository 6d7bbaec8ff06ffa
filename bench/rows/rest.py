"""REST v2: a list, one thing and a series asked of the program over HTTP, in turn with a bare route of the same SQL."""

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from starlette.requests import Request

from app.api.rest.answering import etag_of
from app.api.rest.operations import Call
from app.api.rest.paths import Paths
from app.api.rest.v2.server import OPERATIONS
from app.api.rest.values import read_query
from app.domain.clock import utc_now
from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store.rollups import SUM_COLUMNS
from bench.dataset import viewer_of
from bench.engines import connection, fresh_database
from bench.goals import Finding, Goal
from bench.load import Sent, ask, requests_per_second
from bench.measuring import Timings
from bench.peers.filling import KEY, OWNER, fill
from bench.peers.same_sql import STATEMENTS
from bench.peers.videos import DATABASE, PORT
from bench.programs import part, processor_seconds, program
from bench.rows.row import Bench, Row
from bench.statements import Statement, statements_of
from tests.end_to_end.programs import free_port
from tests.engines import cache

GATE, AIM = 0.6, 0.8
LIST = Goal("REST list of 50 accounts, requests/s against bare Starlette", GATE, AIM, at_most=False)
ONE = Goal("REST one account, requests/s against bare Starlette", GATE, AIM, at_most=False)
SERIES = Goal("REST series of a creator, requests/s against bare Starlette", GATE, AIM, at_most=False)
KNOWN = Goal("REST list that the caller has, requests/s of 304 against 200", 1, None, at_most=False)

PROJECT = Path(__file__).parent.parent.parent
SIZE, DAYS = 50, 30
CONNECTIONS = 12
TURNS, TURN_SECONDS = 8, 0.25
"""Of each candidate in a round. Longer turns would show what else the machine does rather than a 304 beside its 200."""
PATIENCE_SECONDS = 60.0
UNLIMITED = 10**9
VIEWER = viewer_of(0)
PREFIX = "/v2/"
FIRST_ACCOUNT = UUID("00000000-0000-7000-8002-000000000001")
FIRST_CREATOR = UUID("00000000-0000-7000-8001-000000000001")
TARGETS = {
    LIST: f"/v2/accounts?limit={SIZE}",
    ONE: f"/v2/accounts/{FIRST_ACCOUNT}",
    SERIES: f"/v2/creators/{FIRST_CREATOR}/analytics/timeseries?period={DAYS}d",
}

DAYS_FILLED = 90
DAY_ROWS = f"""
INSERT INTO account_day (organization_id, account_id, day, {", ".join(SUM_COLUMNS)})
SELECT $1, id, $2::timestamptz::date - n, {
    ", ".join("50" if name == "observations" else "1000 + n" if name.endswith("_gain") else "0" for name in SUM_COLUMNS)
}
FROM account CROSS JOIN generate_series(0, {DAYS_FILLED - 1}) n WHERE organization_id = $1
"""
ACCOUNT_FIGURES = f"""
UPDATE account SET first_observed_at = $2::timestamptz - interval '{DAYS_FILLED} days', {
    ", ".join(f"{name} = 1000000, {name}_known = 50" for name in POST_COUNTERS)
}, {", ".join(f"viewed_{name}_known = 50" for name in ENGAGEMENT_COUNTERS)}
WHERE organization_id = $1
"""
"""What days of gains have come to, so that no figure of a series is unknown."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that answers, and how it is asked."""

    sent: Sent
    pid: int


async def measure_rest(bench: Bench) -> list[Finding]:
    """Rounds in which each is asked for the same, turn by turn, by as many connections."""
    now = utc_now()
    with cache() as redis_url:
        async with fresh_database(bench.administration, "rest") as url, AsyncExitStack() as stack:
            await _fill(url, now)
            settings = Settings(
                database_url=url, redis_url=redis_url, port=free_port(), rest_v2_requests_per_minute=UNLIMITED
            )
            statements = await _statements(settings, now)
            ours = await stack.enter_async_context(_ours(bench, settings))
            bare = await stack.enter_async_context(_bare(bench, url, statements))
            known = await _known(ours[LIST])
            await _check(ours, bare)
            return await _measure(bench, ours, bare, known)


async def _fill(url: str, now: datetime) -> None:
    await fill(url)
    async with connection(url) as connected:
        await connected.execute(DAY_ROWS, OWNER, now)
        await connected.execute(ACCOUNT_FIGURES, OWNER, now)
        for table in ("account", "account_day"):
            await connected.execute(f"VACUUM (ANALYZE) {table}")


async def _statements(settings: Settings, now: datetime) -> Mapping[Goal, Sequence[Statement]]:
    """What each route asks the database once the key is known."""
    async with open_runtime(settings) as runtime:
        return {goal: await _statements_of(runtime, target, now) for goal, target in TARGETS.items()}


async def _statements_of(runtime: Runtime, target: str, now: datetime) -> Sequence[Statement]:
    parts = urlsplit(target)
    found = Paths(OPERATIONS).find(parts.path.removeprefix(PREFIX))
    assert found is not None, f"nothing is at {parts.path}"
    operations, ids = found
    operation = operations["GET"]
    request = Request({"type": "http", "path": parts.path, "query_string": parts.query.encode(), "headers": []})
    query = None if operation.query is None else read_query(operation.query, request.query_params.multi_items())
    call = Call(request, runtime, now, VIEWER, {name: UUID(text) for name, text in ids.items()}, query, None)
    return await statements_of(lambda: operation.act(call))


async def _measure(
    bench: Bench, ours: Mapping[Goal, Candidate], bare: Mapping[Goal, Candidate], known: Candidate
) -> list[Finding]:
    compared = {goal: (ours[goal], bare[goal]) for goal in TARGETS} | {KNOWN: (known, ours[LIST])}
    names = {goal: ("304", "200") if goal is KNOWN else ("ours", "bare") for goal in compared}
    seconds: dict[Goal, Mapping[str, list[float]]] = {goal: {name: [] for name in names[goal]} for goal in compared}
    cpu = {goal: dict.fromkeys(names[goal], 0.0) for goal in compared}
    answers = {goal: dict.fromkeys(names[goal], 0.0) for goal in compared}
    for number in range(-1, bench.rounds):
        for goal, candidates in compared.items():
            pairs = list(zip(names[goal], candidates, strict=True))
            for turn in range(TURNS):
                for name, candidate in pairs if turn % 2 == 0 else reversed(pairs):
                    before = processor_seconds(candidate.pid)
                    rate = await requests_per_second(candidate.sent, CONNECTIONS, TURN_SECONDS)
                    if number >= 0:  # the first round warms everybody up
                        seconds[goal][name].append(1 / rate)
                        cpu[goal][name] += processor_seconds(candidate.pid) - before
                        answers[goal][name] += rate * TURN_SECONDS
        bench.progress("REST", number + 2, bench.rounds + 1)
    findings = []
    for goal, (mine, other) in names.items():
        timings = Timings(seconds[goal])
        details: dict[str, float] = {}
        for name in (mine, other):
            milliseconds = cpu[goal][name] / answers[goal][name] * 1000
            details |= {f"{name} req/s": 1 / timings.of(name), f"{name} ms of processor": milliseconds}
        findings.append(Finding(goal, timings.ratio(other, mine), details))
    return findings


@asynccontextmanager
async def _ours(bench: Bench, settings: Settings) -> AsyncIterator[Mapping[Goal, Candidate]]:
    """One process of the program's API, whose key may ask for as much as it likes."""
    async with part("api", folder=bench.folder, settings=settings) as pid:
        headers = {"Authorization": f"Bearer {KEY}"}
        yield await _candidates(settings.port, pid, headers)


@asynccontextmanager
async def _bare(
    bench: Bench, url: str, statements: Mapping[Goal, Sequence[Statement]]
) -> AsyncIterator[Mapping[Goal, Candidate]]:
    """One process that runs the same statements."""
    port, file = free_port(), bench.folder / "rest-statements.pickle"
    file.write_bytes(pickle.dumps({urlsplit(TARGETS[goal]).path: asked for goal, asked in statements.items()}))
    told = {DATABASE: url, PORT: str(port), STATEMENTS: str(file), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "bench.peers.same_sql"]
    async with program("same_sql", command, folder=bench.folder, variables=told) as pid:
        yield await _candidates(port, pid, {})


async def _candidates(port: int, pid: int, headers: Mapping[str, str]) -> Mapping[Goal, Candidate]:
    """A process asked for each target, once it answers."""
    asked = {goal: Sent.get(f"http://127.0.0.1:{port}{target}", headers) for goal, target in TARGETS.items()}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await ask(asked[LIST])
                break
            except OSError:
                await asyncio.sleep(0.1)
    return {goal: Candidate(sent, pid) for goal, sent in asked.items()}


async def _known(candidate: Candidate) -> Candidate:
    """The same, asked by somebody who has the answer."""
    sent = candidate.sent
    headers = {"Authorization": f"Bearer {KEY}", "If-None-Match": etag_of(await ask(sent))}
    url = f"http://{sent.host}:{sent.port}{TARGETS[LIST]}"
    return Candidate(Sent.get(url, headers, HTTPStatus.NOT_MODIFIED), candidate.pid)


async def _check(ours: Mapping[Goal, Candidate], bare: Mapping[Goal, Candidate]) -> None:
    """Makes sure that both have read the same rows, and that every day of the series has figures."""
    shown: dict[Goal, Any] = {
        goal: msgspec.json.decode(await ask(candidate.sent))["data"] for goal, candidate in ours.items()
    }
    rows: dict[Goal, Any] = {goal: msgspec.json.decode(await ask(candidate.sent)) for goal, candidate in bare.items()}
    assert [account["id"] for account in shown[LIST]] == [row["id"] for row in rows[LIST][0][:SIZE]]
    assert shown[ONE]["id"] == rows[ONE][0][0]["id"] == str(FIRST_ACCOUNT)
    assert len(shown[LIST]) == SIZE
    assert len(shown[SERIES]) == DAYS
    assert all(day["views"] for day in shown[SERIES]), "a day of the series has no views"
    assert sum(len(of_statement) for of_statement in rows[SERIES]) > DAYS, "the bare route read no days"


ROW = Row("rest", (LIST, ONE, SERIES, KNOWN), measure_rest, reads_dataset=False)
