"""Many refreshes of the same accounts at once leave the rows that one after another leaves."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from app.core.collect.recording import lock_for_recording, record_facts, record_organization
from app.domain.records import Account
from app.store.accounts import lock_account_refresh
from app.store.db import execute, fetch, transaction
from app.store.partitions import ensure_partitions
from tests.factories import account_facts, at, new_account, new_viewer, post

FIRST = at("2026-03-01 08:00")
REFRESHES = 20


async def record_one(account: Account, number: int) -> None:
    captured_at = FIRST + timedelta(hours=5 * number)
    posts = [
        post(f"{account.handle}-{name}", FIRST - timedelta(days=1), {"views": 100 * name + 7 * number, "likes": number})
        for name in range(5)
    ]
    facts = account_facts(account, captured_at, posts, {"followers": 1000 + number})
    async with transaction():
        accounts = await lock_for_recording(account.organization_id, account.id, facts)
        locked = await lock_account_refresh(account.organization_id, account.id, LEASE)
        assert locked is not None
        recorded = await record_facts(locked, facts, LEASE, accounts, captured_at)
        await record_organization(account.organization_id, recorded)


LEASE = uuid4()
SUMS = "day, observations, baselines, views_gain, views_start, views_known, likes_gain, followers_gain, followers_start"
DAYS = "v.external_id, d.day, d.views_level, d.views_gain, d.likes_level, d.is_observed, d.is_baseline"


async def history(at_once: bool) -> list[list[tuple[object, ...]]]:
    await ensure_partitions(FIRST, FIRST)
    viewer = await new_viewer()
    accounts = [await new_account(viewer, FIRST) for _ in range(3)]
    await execute("UPDATE account SET lease_id = $2 WHERE organization_id = $1", viewer.organization_id, LEASE)
    work = [(account, number) for number in range(REFRESHES) for account in accounts]
    if at_once:
        await asyncio.gather(*(record_one(account, number) for account, number in work))
    else:
        for account, number in work:
            await record_one(account, number)
    names = {account.handle: f"account {place}" for place, account in enumerate(accounts)}
    organization = await fetch(
        f"SELECT {SUMS} FROM organization_day WHERE organization_id = $1 ORDER BY day", viewer.organization_id
    )
    days = await fetch(
        f"""
        SELECT {DAYS} FROM video_day d JOIN video v ON v.id = d.video_id
        WHERE d.organization_id = $1 ORDER BY v.external_id, d.day
        """,
        viewer.organization_id,
    )
    renamed = [(names[row[0].split("-")[0]], row[0].split("-")[1], *row[1:]) for row in map(tuple, days)]
    return [[tuple(row) for row in organization], sorted(renamed, key=lambda row: row[:3])]


async def test_at_once_or_one_after_another(database: None) -> None:
    one_by_one = await history(at_once=False)
    assert len(one_by_one[1]) == 3 * 5 * 5
    assert await history(at_once=True) == one_by_one
