"""The data set: organizations with accounts, posts, observations and rollups, made in the open database."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time
from uuid import UUID

from app.domain.viewer import Scope, Viewer
from app.store.db import execute, transaction
from app.store.partitions import ensure_partitions
from bench import generating, rolling
from bench.sizes import NOW, OrganizationSize, Size

CONCURRENCY = 2
"""Organizations made at a time, one on each core."""
TABLES = (
    *("organization", "creator", "account", "video", "run", "video_observation", "account_observation", "video_day"),
    *("account_day", "account_slot", "organization_day", "organization_slot", "organization_total"),
)
SECRET = bytes(32)
"""Signs the cursors of invented organizations; there is nothing to keep from anybody."""

Report = Callable[[int, int], None]


def organization_id(number: int) -> UUID:
    """The id of an organization of a data set."""
    return UUID(int=(0x0194_0000_0000_7000_8000 << 48) + number)


def viewer_of(number: int) -> Viewer:
    """Somebody who may do anything in an organization of a data set."""
    identity = organization_id(number)
    return Viewer(identity, f"Organization {number}", identity, "bench", frozenset({Scope.ADMIN}), SECRET)


async def make_dataset(size: Size, on_progress: Report = lambda done, total: None) -> None:
    """Fills the open, migrated, empty database; the same size makes the same rows.

    Rollups are exactly those that recording the observations one by one would have left. `on_progress` is told the
    posts whose history is stored and those there are.
    """
    await ensure_partitions(datetime.combine(size.first_day, time(), UTC), NOW)
    for organization in size.organizations:
        await execute(
            "INSERT INTO organization (id, name, created_at, cursor_secret) VALUES ($1, $2, $3, $4)",
            organization_id(organization.number),
            f"Organization {organization.number}",
            datetime(2025, 1, 1, tzinfo=UTC),
            SECRET,
        )
    places, done = asyncio.Semaphore(CONCURRENCY), 0
    on_progress(done, size.posts)

    async def make(organization: OrganizationSize) -> None:
        nonlocal done
        async with places:
            await _make_organization(organization, size)
        done += organization.posts
        on_progress(done, size.posts)

    async with asyncio.TaskGroup() as tasks:
        for organization in sorted(size.organizations, key=lambda organization: -organization.posts):
            tasks.create_task(make(organization))
    for table in TABLES:
        # As autovacuum would have done: figures for the planner, and pages known to be visible to all.
        await execute(f"VACUUM (ANALYZE) {table}")


async def _make_organization(organization: OrganizationSize, size: Size) -> None:
    async with transaction():
        await execute("SET LOCAL work_mem = '256MB'")
        for statement in (*generating.statements(organization, size), rolling.SUMS):
            await execute(statement)
        for statement in rolling.statements(organization):
            await execute(statement, organization_id(organization.number))
