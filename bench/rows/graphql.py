"""GraphQL: a nested list asked of the program over HTTP, in turn with other servers of the same rows."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from app.api.ids import decode_id
from app.settings import Settings
from bench.engines import fresh_database
from bench.goals import Finding, Goal, skipped
from bench.load import Sent, ask, requests_per_second
from bench.measuring import Timings
from bench.peers.filling import KEY, OWNER, fill
from bench.peers.node import installed_postgraphile, postgraphile_variables
from bench.peers.videos import ACCOUNT, CREATOR, DATABASE, ORGANIZATION, PORT, VIDEO
from bench.programs import part, processor_seconds, program
from bench.rows.row import Bench, MissingPrecondition, Row
from tests.end_to_end.programs import free_port
from tests.engines import cache

POSTGRAPHILE = Goal("Nested GraphQL list, requests/s against PostGraphile 5", 1.5, 2.2, at_most=False)
STOCK = Goal("Nested GraphQL list, requests/s against stock Strawberry", 6, 9, at_most=False)
BARE = Goal("Nested GraphQL list, requests/s against bare Starlette", 0.4, 0.6, at_most=False)
NOT_COMPILED = Goal("A query that is not compiled, requests/s against Strawberry with caches", 1, 2, at_most=False)

PROJECT = Path(__file__).parent.parent.parent
SIZE = 50
CONNECTIONS = 12
SAMPLE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
UNLIMITED_POINTS, UNLIMITED_COST = 10**9, 10**6

OF_CREATOR = " ".join(CREATOR)
OF_ACCOUNT = f"{' '.join(ACCOUNT)} creator {{ {OF_CREATOR} }}"
LISTED = f"videos(first: $first) {{ nodes {{ {' '.join(VIDEO)} account {{ {OF_ACCOUNT} }} }} }}"
QUERY = f"query List($first: Int!) {{ {LISTED} }}"
MIXED_QUERY = f"query List($first: Int!) {{ {LISTED} __schema {{ queryType {{ name }} }} }}"
"""Part of it asks for the schema, which is left to graphql-core, and the rest with it."""


def _selected(fields: Mapping[str, str]) -> str:
    """Fields as PostGraphile names columns, under the names that they have elsewhere."""
    named = {field: "rowId" if column == "id" else _camel_case(column) for field, column in fields.items()}
    return " ".join(f"{field}: {name}" for field, name in named.items())


def _camel_case(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(map(str.capitalize, others))


POSTGRAPHILE_QUERY = f"""
query List($first: Int!, $organization: UUID!) {{
  videos: allVideos(
    first: $first
    orderBy: [PUBLISHED_AT_DESC, ROW_ID_DESC]
    condition: {{ organizationId: $organization, removedAt: null }}
  ) {{
    nodes {{
      {_selected(VIDEO)}
      account: accountByAccountId {{
        {_selected(ACCOUNT)}
        creator: creatorByCreatorId {{ {_selected(CREATOR)} }}
      }}
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs, and how it is asked."""

    sent: Sent
    pid: int


async def measure_graphql(bench: Bench) -> list[Finding]:
    """Rounds in which each server is asked for the same rows for some seconds, by as many connections."""
    with cache() as redis_url:
        async with fresh_database(bench.administration, "graphql") as url, AsyncExitStack() as stack:
            await fill(url)
            peers = {
                "ours": await stack.enter_async_context(_ours(bench, url, redis_url, QUERY)),
                "ours, not compiled": await stack.enter_async_context(_ours(bench, url, redis_url, MIXED_QUERY)),
                "bare": await stack.enter_async_context(_python(bench, url, "bare", QUERY)),
                "stock": await stack.enter_async_context(_python(bench, url, "stock", QUERY)),
                "stock with caches": await stack.enter_async_context(
                    _python(bench, url, "stock", MIXED_QUERY, "cached")
                ),
            }
            reason = ""
            try:
                peers["PostGraphile"] = await stack.enter_async_context(_postgraphile(bench, url))
            except MissingPrecondition as missing:
                reason = str(missing)
            await _check(peers)
            return await _measure(bench, peers, reason)


async def _measure(bench: Bench, peers: Mapping[str, Peer], reason: str) -> list[Finding]:
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    cpu: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(-1, bench.rounds):
        for name in list(peers) if number % 2 == 0 else reversed(list(peers)):
            before = processor_seconds(peers[name].pid)
            rate = await requests_per_second(peers[name].sent, CONNECTIONS, SAMPLE_SECONDS)
            if number >= 0:  # the first round warms everybody up
                seconds[name].append(1 / rate)
                cpu[name].append((processor_seconds(peers[name].pid) - before) / (rate * SAMPLE_SECONDS))
        bench.progress("GraphQL", number + 2, bench.rounds + 1)
    timings, cpus = Timings(seconds), Timings(cpu)

    def compared(goal: Goal, ours: str, theirs: str) -> Finding:
        """How many times as many requests ours answered in the same time."""
        details: dict[str, float] = {}
        for name in (ours, theirs):
            details |= {f"{name} req/s": 1 / timings.of(name), f"{name} ms of processor": cpus.of(name) * 1000}
        return Finding(goal, timings.ratio(theirs, ours), details)

    return [
        skipped(POSTGRAPHILE, reason) if reason else compared(POSTGRAPHILE, "ours", "PostGraphile"),
        compared(STOCK, "ours", "stock"),
        compared(BARE, "ours", "bare"),
        compared(NOT_COMPILED, "ours, not compiled", "stock with caches"),
    ]


@asynccontextmanager
async def _ours(bench: Bench, url: str, redis_url: str, query: str) -> AsyncIterator[Peer]:
    """One process of the program's API, whose key may ask for as much as it likes."""
    settings = Settings(
        database_url=url,
        redis_url=redis_url,
        port=free_port(),
        graphql_points_per_minute=UNLIMITED_POINTS,
        graphql_max_cost=UNLIMITED_COST,
    )
    async with part("api", folder=bench.folder, settings=settings) as pid:
        sent = _sent(settings.port, query, {"Authorization": f"Bearer {KEY}"})
        await _until_it_answers(sent)
        yield Peer(sent, pid)


@asynccontextmanager
async def _python(bench: Bench, url: str, module: str, query: str, *arguments: str) -> AsyncIterator[Peer]:
    command = [sys.executable, "-m", f"bench.peers.{module}", *arguments]
    async with _peer(bench, module, command, url, query, {}) as peer:
        yield peer


@asynccontextmanager
async def _postgraphile(bench: Bench, url: str) -> AsyncIterator[Peer]:
    command = await installed_postgraphile(bench.folder.parent / "postgraphile")
    variables = postgraphile_variables(url)
    async with _peer(bench, "postgraphile", command, url, POSTGRAPHILE_QUERY, variables) as peer:
        yield peer


@asynccontextmanager
async def _peer(
    bench: Bench, name: str, command: Sequence[str], url: str, query: str, variables: Mapping[str, str]
) -> AsyncIterator[Peer]:
    port = free_port()
    told = {DATABASE: url, ORGANIZATION: str(OWNER), PORT: str(port), "PYTHONPATH": str(PROJECT), **variables}
    async with program(name, command, folder=bench.folder, variables=told) as pid:
        sent = _sent(port, query, {})
        await _until_it_answers(sent)
        yield Peer(sent, pid)


def _sent(port: int, query: str, headers: Mapping[str, str]) -> Sent:
    variables = {"first": SIZE, "organization": str(OWNER)}
    if query is not POSTGRAPHILE_QUERY:
        del variables["organization"]
    body = msgspec.json.encode({"query": query, "variables": variables})
    return Sent.post(f"http://127.0.0.1:{port}/graphql", body, headers)


async def _until_it_answers(sent: Sent) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await ask(sent)
                return
            except OSError:
                await asyncio.sleep(0.1)


async def _check(peers: Mapping[str, Peer]) -> None:
    """Makes sure that everybody answers with the same rows."""
    shown = {name: _comparable(await ask(peer.sent)) for name, peer in peers.items()}
    for name, nodes in shown.items():
        assert len(nodes) == SIZE, f"{name} answered with {len(nodes)} videos"
        assert nodes == shown["bare"], f"{name} answered otherwise"


def _comparable(body: bytes) -> list[dict[str, Any]]:
    """The videos of an answer, with values that are written differently read."""
    nodes: list[dict[str, Any]] = msgspec.json.decode(body)["data"]["videos"]["nodes"]
    for video in nodes:
        account = video["account"]
        for type_name, shown in (("Video", video), ("Account", account), ("Creator", account["creator"])):
            shown["id"] = _read_id(type_name, shown["id"])
        for shown in (video, account):
            shown |= {name: int(value) for name, value in shown.items() if name.endswith("Count") and value is not None}
        video["publishedAt"] = datetime.fromisoformat(video["publishedAt"])
    return nodes


def _read_id(type_name: str, text: str) -> UUID:
    """The uuid of an id, which the program shows as a global one."""
    try:
        return UUID(text)
    except ValueError:
        found, id = decode_id(text)
        assert found == type_name, f"{text} is the id of another type"
        return id


ROW = Row("graphql", (POSTGRAPHILE, STOCK, BARE, NOT_COMPILED), measure_graphql, reads_dataset=False)
