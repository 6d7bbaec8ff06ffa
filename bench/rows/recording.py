"""Ingest and WAL: recording with every rollup kept beside a plain COPY of the same raw rows."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

import asyncpg

from app.core.collect.recording import lock_for_recording, record_facts, record_organization
from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.store.accounts import lock_account_refresh
from app.store.collect.leases import lease_account
from app.store.db import close_database, execute, open_database, transaction
from app.store.partitions import ensure_partitions
from app.store.tracking.additions import AccountAddition, insert_accounts
from bench.dataset import SECRET, organization_id
from bench.engines import connection, fresh_database
from bench.goals import Finding, Goal
from bench.rows.row import Bench, Row

ACCOUNTS = 60
POSTS = 30
"""Of one refresh: the account's newest ones. Every day one is new and one falls out."""
CONNECTIONS = 4
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RUN = UUID(int=1)
ROWS_PER_DAY = ACCOUNTS * (POSTS + 1)

INGEST = Goal("Ingest with all rollups, rows/s against COPY of the raw rows", 0.2, 0.35, at_most=False)
WAL = Goal("WAL of the whole layout against raw partitions alone", 6, 3.5)
RAW_POST = ("organization_id", "video_id", "captured_at", "run_id", "provider", "route", "views_kind", *POST_COUNTERS)
RAW_PROFILE = ("organization_id", "account_id", "captured_at", "run_id", "provider", "route", *ACCOUNT_COUNTERS)


@dataclass(slots=True)
class Account:
    """One of the accounts that are recorded."""

    number: int
    id: UUID
    lease_id: UUID
    videos: dict[int, UUID] = field(default_factory=dict)
    """The ids of its posts among the raw rows."""


async def measure_recording(bench: Bench) -> list[Finding]:
    """Days of refreshes, each stored by the program and, in turn, by COPY; one transaction for each refresh."""
    async with fresh_database(bench.administration, "recording") as url:
        await open_database(url, CONNECTIONS)
        try:
            async with AsyncExitStack() as stack:
                raw = [await stack.enter_async_context(connection(url)) for _ in range(CONNECTIONS)]
                return await _measure(bench, raw)
        finally:
            await close_database()


async def _measure(bench: Bench, raw: Sequence[asyncpg.Connection]) -> list[Finding]:
    accounts = await _prepare(raw[0], bench.rounds)
    seconds: dict[str, list[float]] = {"ours": [], "copy": []}
    wal: dict[str, list[int]] = {"ours": [], "copy": []}

    async def ours(day: int) -> None:
        await _shared(accounts, CONNECTIONS, lambda _, account: _record(account, day))

    async def copy(day: int) -> None:
        await _shared(accounts, CONNECTIONS, lambda place, account: _copy(raw[place], account, day))

    for day in range(-1, bench.rounds):
        for name, store in (("ours", ours), ("copy", copy)):
            # Each side begins as after a checkpoint, when the first change of a page takes the whole page along.
            await raw[0].execute("CHECKPOINT")
            before = await raw[0].fetchval("SELECT pg_current_wal_lsn()")
            started = time.perf_counter()
            await store(day + 1)
            taken = time.perf_counter() - started
            written = await raw[0].fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1)", before)
            if day >= 0:  # the first day finds no posts to update
                seconds[name].append(taken)
                wal[name].append(int(written))
        if day < 0:
            await raw[0].execute("ANALYZE")  # as autovacuum does once there are rows
        bench.progress("recording", day + 2, bench.rounds + 1)
    started = time.perf_counter()
    await _copy_at_once(raw[0], accounts, bench.rounds + 1)
    at_once = time.perf_counter() - started
    rates = {name: ROWS_PER_DAY / median(taken) for name, taken in seconds.items()}
    ratio = median(its / mine for mine, its in zip(seconds["ours"], seconds["copy"], strict=True))
    return [
        Finding(
            INGEST,
            ratio,
            {
                "our rows/s": rates["ours"],
                "COPY rows/s": rates["copy"],
                "one COPY of a day, rows/s": ROWS_PER_DAY / at_once,
                "our refreshes/s": rates["ours"] / (POSTS + 1),
            },
        ),
        Finding(
            WAL,
            median(mine / its for mine, its in zip(wal["ours"], wal["copy"], strict=True)),
            {name: f"{median(written) / ROWS_PER_DAY:.0f} B a row" for name, written in wal.items()},
        ),
    ]


async def _shared(accounts: Sequence[Account], places: int, store: Callable[[int, Account], Awaitable[None]]) -> None:
    """Stores the accounts in turn, some at a time, as workers do."""
    waiting = iter(accounts)

    async def work(place: int) -> None:
        for account in waiting:
            await store(place, account)

    async with asyncio.TaskGroup() as tasks:
        for place in range(places):
            tasks.create_task(work(place))


async def _prepare(raw: asyncpg.Connection, days: int) -> list[Account]:
    await ensure_partitions(BEGIN, BEGIN + timedelta(days=days + 2))
    owner = organization_id(0)
    await execute(
        "INSERT INTO organization (id, name, created_at, cursor_secret) VALUES ($1, 'Recording', $2, $3)",
        owner,
        BEGIN,
        SECRET,
    )
    for table in ("video_observation", "account_observation"):
        await raw.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
    accounts = []
    for number in range(ACCOUNTS):
        addition = AccountAddition(Platform.TIKTOK, f"account{number}", None, {}, 24, None)
        (account_id,) = await insert_accounts(owner, [addition], BEGIN)
        lease_id = await lease_account(owner, account_id, BEGIN, BEGIN + timedelta(days=365))
        assert lease_id is not None
        accounts.append(Account(number, account_id, lease_id))
    return accounts


def _captured_at(account: Account, day: int) -> datetime:
    return BEGIN + timedelta(days=day, minutes=20 * account.number, seconds=7)


def _posts_of(day: int) -> range:
    return range(day, day + POSTS)


def _counters(account: Account, post: int, day: int) -> dict[str, int]:
    views = 1_000 * (account.number + 1) + 137 * post * (day + 1)
    return {
        "views": views,
        "likes": views // 11,
        "comments": views // 190,
        "shares": views // 230,
        "saves": views // 70,
    }


def _profile(account: Account, day: int) -> dict[str, int]:
    return {
        "followers": 1_000 * account.number + 13 * day,
        "following": 100 + day // 3,
        "profile_posts": POSTS + day,
        "total_likes": 9_000 * account.number + 250 * day,
    }


def _facts(account: Account, day: int) -> AccountFacts:
    posts = [
        PostFacts(
            platform=Platform.TIKTOK,
            external_id=f"{account.number:05}{post:08}",
            kind=VideoKind.VIDEO,
            caption=f"Post {post} of account {account.number}",
            published_at=_captured_at(account, post - POSTS),
            views_kind=ViewsKind.PLAYS,
            counts={name: Count(value) for name, value in _counters(account, post, day).items()},
        )
        for post in _posts_of(day)
    ]
    profile = ProfileFacts(
        platform=Platform.TIKTOK,
        external_id=f"id{account.number}",
        handle=f"account{account.number}",
        counts={name: Count(value) for name, value in _profile(account, day).items()},
    )
    return AccountFacts(profile, tuple(posts), _captured_at(account, day), "bench", "bench")


async def _record(account: Account, day: int) -> None:
    """What a refresh does with its facts, in its one transaction."""
    facts, owner = _facts(account, day), organization_id(0)
    async with transaction():
        locked = await lock_for_recording(owner, account.id, facts)
        row = await lock_account_refresh(owner, account.id, account.lease_id)
        assert row is not None
        recorded = await record_facts(row, facts, RUN, locked, facts.captured_at)
        await record_organization(owner, recorded)


def _raw_rows(account: Account, day: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    captured_at, owner, source = _captured_at(account, day), organization_id(0), (RUN, "bench", "bench")
    posts: list[tuple[object, ...]] = []
    for post in _posts_of(day):
        video_id = account.videos.setdefault(post, uuid4())
        counters = _counters(account, post, day)
        values = [counters.get(name) for name in POST_COUNTERS]
        posts.append((owner, video_id, captured_at, *source, ViewsKind.PLAYS.value, *values))
    shown = _profile(account, day)
    return posts, [(owner, account.id, captured_at, *source, *(shown[name] for name in ACCOUNT_COUNTERS))]


async def _copy(raw: asyncpg.Connection, account: Account, day: int) -> None:
    posts, profile = _raw_rows(account, day)
    async with raw.transaction():
        await raw.copy_records_to_table("raw_video_observation", records=posts, columns=RAW_POST)
        await raw.copy_records_to_table("raw_account_observation", records=profile, columns=RAW_PROFILE)


async def _copy_at_once(raw: asyncpg.Connection, accounts: Sequence[Account], day: int) -> None:
    made = [_raw_rows(account, day) for account in accounts]
    async with raw.transaction():
        posts, profiles = ([row for rows in part for row in rows] for part in zip(*made, strict=True))
        await raw.copy_records_to_table("raw_video_observation", records=posts, columns=RAW_POST)
        await raw.copy_records_to_table("raw_account_observation", records=profiles, columns=RAW_PROFILE)


ROW = Row("recording", (INGEST, WAL), measure_recording, reads_dataset=False)
