"""Refresh: one worker process against the sandbox, beside a bare loop that fetches the same pages and stores them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from urllib.parse import parse_qs
from uuid import UUID, uuid5

import asyncpg
import httpx

from app.core.tracking.accounts import NewAccount, track_account
from app.domain.clock import utc_now
from app.domain.facts import Counts, PostFacts, ProfileFacts
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform
from app.providers.failures import Refusal
from app.providers.http import INSTAGRAM_HOST
from app.providers.instagram.parse import parse_web_profile_info
from app.providers.tiktok.parse import parse_item_page, parse_profile_page
from app.settings import Settings
from app.store.db import close_database, execute, fetch, open_database
from bench.dataset import SECRET, organization_id, viewer_of
from bench.engines import connection, fresh_database
from bench.goals import Finding, Goal
from bench.programs import part
from bench.rows.recording import RAW_POST, RAW_PROFILE
from bench.rows.row import Bench, MissingPrecondition, Row
from tests.end_to_end.programs import free_port
from tests.engines import cache

GOAL = Goal("Refresh: accounts/s of one worker against a bare fetch, parse and COPY", 0.4, 0.7, at_most=False)
ACCOUNTS = 64
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120.0
SPACE = UUID(int=7)
"""Ids of raw rows are made in it, of the platform's own."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that a refresh sent."""

    path: str
    """Below the sandbox's root: host, path and query."""
    headers: Mapping[str, str]


async def measure_refreshing(bench: Bench) -> list[Finding]:
    """Rounds in which the worker refreshes every account, and the bare loop asks and stores the same, in turn."""
    port = free_port()
    with cache() as redis_url:
        async with fresh_database(bench.administration, "refreshing") as url:
            settings = Settings(
                database_url=url,
                redis_url=redis_url,
                upstream_base_template=f"http://127.0.0.1:{port}/{{host}}",
                sweep_interval_seconds=0.05,
                recent_facts_seconds=0,
            )
            async with AsyncExitStack() as stack:
                await open_database(url, 2)
                stack.push_async_callback(close_database)
                arguments = ("--port", str(port))
                await stack.enter_async_context(part("sandbox", *arguments, folder=bench.folder, settings=settings))
                base = f"http://127.0.0.1:{port}"
                client = await stack.enter_async_context(httpx.AsyncClient(base_url=base, trust_env=False))
                await _until_it_answers(client)
                await _track()
                for name in ("worker", "scheduler"):
                    await stack.enter_async_context(part(name, folder=bench.folder, settings=settings))
                stores = [await stack.enter_async_context(connection(url)) for _ in range(settings.worker_threads)]
                return [await _measure(bench, client, stores)]


async def _measure(bench: Bench, client: httpx.AsyncClient, stores: Sequence[asyncpg.Connection]) -> Finding:
    bench.progress("refreshing", 0, bench.rounds + 1)
    await _refresh_all()  # finds the posts
    for table in ("video_observation", "account_observation"):
        await stores[0].execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
    await stores[0].execute("ANALYZE")
    await client.post("/_ctl/reset")
    await _refresh_all()
    asked = await _asked(client)
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(bench.rounds):
        bench.progress("refreshing", number + 1, bench.rounds + 1)
        seconds["ours"].append(await _refresh_all())
        seconds["bare"].append(await _fetch_all(client, stores, asked))
    bench.progress("refreshing", bench.rounds + 1, bench.rounds + 1)
    ratio = median(bare / ours for ours, bare in zip(seconds["ours"], seconds["bare"], strict=True))
    details = {f"{name} accounts/s": ACCOUNTS / median(taken) for name, taken in seconds.items()}
    return Finding(GOAL, ratio, {**details, "pages an account": sum(map(len, asked)) / ACCOUNTS})


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            await client.get("/_ctl/clock")
        except httpx.TransportError:
            await asyncio.sleep(POLL_SECONDS)
        else:
            return
    raise MissingPrecondition("the sandbox does not start; see its log")


async def _track() -> None:
    """Accounts of both platforms, none of them due yet."""
    now = utc_now()
    await execute(
        "INSERT INTO organization (id, name, created_at, cursor_secret) VALUES ($1, 'Refreshing', $2, $3)",
        organization_id(0),
        now,
        SECRET,
    )
    platforms = list(Platform)[:2]
    for number in range(ACCOUNTS):
        await track_account(viewer_of(0), NewAccount(platforms[number % 2], f"bench{number}"), now=now)
    await execute("UPDATE account SET next_refresh_at = NULL")


async def _refresh_all() -> float:
    """Makes every account due; the seconds until the last one is refreshed."""
    since = utc_now()
    started = time.perf_counter()
    await execute("UPDATE account SET next_refresh_at = $1, failures = 0", since)
    while await _waiting(since):
        if time.perf_counter() - started > PATIENCE_SECONDS:
            raise MissingPrecondition("the worker did not refresh all accounts; see its log")
        await asyncio.sleep(POLL_SECONDS)
    return time.perf_counter() - started


async def _waiting(since: datetime) -> bool:
    rows = await fetch("SELECT 1 FROM account WHERE next_refresh_at <= $1 OR lease_id IS NOT NULL LIMIT 1", since)
    return bool(rows)


async def _asked(client: httpx.AsyncClient) -> list[list[Ask]]:
    """What one refresh of every account asked the sandbox, account by account."""
    entries = (await client.get("/_ctl/log")).json()["entries"]
    asks: dict[str, list[Ask]] = {}
    owners: dict[str, str] = {}
    for entry in entries:
        path = f"/{entry['host']}{entry['path']}" + (f"?{entry['query']}" if entry["query"] else "")
        ask = Ask(path, entry["headers"])
        query = {name: values[0] for name, values in parse_qs(entry["query"]).items()}
        if entry["host"] == INSTAGRAM_HOST:
            owner = query.get("username", entry["path"].strip("/"))
        elif "secUid" in query:
            owner = owners[query["secUid"]]
        else:
            owner = entry["path"].removeprefix("/@")
            profile = parse_profile_page((await client.get(path, headers=ask.headers)).content, owner)
            if isinstance(profile, ProfileFacts) and profile.secondary_id is not None:
                owners[profile.secondary_id] = owner
        asks.setdefault(owner, []).append(ask)
    return list(asks.values())


async def _fetch_all(
    client: httpx.AsyncClient, stores: Sequence[asyncpg.Connection], asked: Sequence[Sequence[Ask]]
) -> float:
    """The seconds the bare loop takes, as many accounts at a time as the worker has threads."""
    started = time.perf_counter()
    waiting = iter(asked)

    async def work(store: asyncpg.Connection) -> None:
        for asks in waiting:
            await _fetch(client, store, asks)

    async with asyncio.TaskGroup() as tasks:
        for store in stores:
            tasks.create_task(work(store))
    return time.perf_counter() - started


async def _fetch(client: httpx.AsyncClient, store: asyncpg.Connection, asks: Sequence[Ask]) -> None:
    """One account: its pages one after the other, parsed, and their rows stored."""
    captured_at = utc_now()
    posts: dict[str, PostFacts] = {}
    profiles: list[ProfileFacts] = []
    for ask in asks:
        body = (await client.get(ask.path, headers=ask.headers)).content
        profile, found = _parsed(ask.path, body)
        posts |= {post.external_id: post for post in found}
        profiles += [profile] if profile is not None else []
    source = (organization_id(0), captured_at, SPACE, "bench", "bench")
    async with store.transaction():
        await store.copy_records_to_table(
            "raw_video_observation",
            records=[
                _row(source, post.external_id, (post.views_kind,), post.counts, POST_COUNTERS)
                for post in posts.values()
            ],
            columns=RAW_POST,
        )
        await store.copy_records_to_table(
            "raw_account_observation",
            records=[
                _row(source, str(profile.external_id), (), profile.counts, ACCOUNT_COUNTERS) for profile in profiles
            ],
            columns=RAW_PROFILE,
        )


def _parsed(path: str, body: bytes) -> tuple[ProfileFacts | None, Sequence[PostFacts]]:
    if path.startswith(f"/{INSTAGRAM_HOST}"):
        info = parse_web_profile_info(body, path.partition("username=")[2])
        return (None, ()) if isinstance(info, Refusal) else (info.profile, info.posts)
    if "/item_list/" in path:
        page = parse_item_page(body)
        return None, () if isinstance(page, Refusal) else page.posts
    profile = parse_profile_page(body, path.rpartition("@")[2])
    return (None if isinstance(profile, Refusal) else profile), ()


def _row(
    source: tuple[UUID, datetime, UUID, str, str],
    external_id: str,
    more: tuple[object, ...],
    counts: Counts,
    counters: Sequence[str],
) -> tuple[object, ...]:
    owner, captured_at, *rest = source
    values = (counts[name].value if name in counts else None for name in counters)
    return owner, uuid5(SPACE, external_id), captured_at, *rest, *more, *values


ROW = Row("refreshing", (GOAL,), measure_refreshing, reads_dataset=False)
