"""The demo: an organization with some accounts, and 90 days of history made by refreshing at simulated times."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from app.core.access.keys import KEY_PREFIX, authenticate, create_key
from app.core.collect.backfill import backfill_account, missing_times, prepare_backfill
from app.core.tracking.accounts import NewAccount, list_accounts, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account, list_creators
from app.domain.clock import utc_now
from app.domain.cursors import LARGEST_PAGE, PageRequest
from app.domain.filters import AccountFilter, CreatorFilter
from app.domain.platforms import Platform
from app.domain.problems import HandleTaken
from app.domain.records import Account
from app.domain.viewer import Scope, Viewer
from app.runtime import Runtime, open_runtime
from app.settings import Settings

ORGANIZATION = "Creatorgraph demo"
HISTORY = timedelta(days=90)
STEP = timedelta(days=1)
LEASE_TIME = timedelta(seconds=20)
"""Every step renews the lease: a fill that was killed keeps the next one waiting no longer than this."""
CONCURRENCY = 6
"""Accounts filled at a time: enough to keep the sandbox, the database and this process busy on two cores."""

HANDLES: dict[Platform, Sequence[str]] = {
    Platform.TIKTOK: ("luna.cooks", "trailwithtom", "pixelforge", "mira_moves", "the_tiny_lab", "oldtownbakes"),
    Platform.INSTAGRAM: (
        "studio.verde",
        "kai.rides",
        "northlight.photo",
        "ada.makes",
        "riverside.cafe",
        "slowtravel.jo",
    ),
    Platform.YOUTUBE: ("lunacooks", "thetinylab"),
}
"""Accounts that the sandbox describes by hand."""

CREATORS = {
    "Kitchen Table": ("luna.cooks", "oldtownbakes", "riverside.cafe", "lunacooks"),
    "Mira Studio": ("mira_moves", "studio.verde"),
    "Off the Map": ("trailwithtom", "kai.rides", "slowtravel.jo"),
    "Weekend Makers": ("pixelforge", "the_tiny_lab", "ada.makes", "thetinylab"),
}
"""Creators and the handles of their accounts; one account is left without."""

KEY_FILE = "demo-key"
SANDBOX_YOUTUBE_KEY = "sandbox-youtube-key"
"""What the sandbox takes for a key of YouTube's API; it opens nothing else."""


def at_sandbox(settings: Settings, base_template: str) -> Settings:
    """Settings that find every platform in the sandbox, which answers YouTube's API as well."""
    return msgspec.structs.replace(settings, upstream_base_template=base_template, youtube_api_key=SANDBOX_YOUTUBE_KEY)


async def prepare_demo(settings: Settings) -> str:
    """Makes the demo organization with its accounts, tracked since 90 days ago, and creators; the value of its key.

    Idempotent, and what somebody did to the creators stays.
    """
    async with open_runtime(settings):
        key, viewer = await _open_organization(settings.data_path)
        now = utc_now()
        since = now - HISTORY
        for platform, handles in HANDLES.items():
            for handle in handles:
                with contextlib.suppress(HandleTaken):
                    await track_account(viewer, NewAccount(platform, handle), now=since)
        await _group(viewer, since)
        await prepare_backfill([account for account, times in await _missing(viewer, now) if times], since, now)
    return key


async def _group(viewer: Viewer, now: datetime) -> None:
    """Makes the creators, unless there are some."""
    if (await list_creators(viewer, CreatorFilter(), PageRequest(1), with_total=False)).nodes:
        return
    accounts = (await list_accounts(viewer, AccountFilter(), PageRequest(LARGEST_PAGE), with_total=False)).nodes
    by_handle = {account.handle: account for account in accounts}
    for name, handles in CREATORS.items():
        creator = await create_creator(viewer, NewCreator(name), now=now)
        for handle in handles:
            if handle in by_handle:  # somebody may have removed it
                await link_account(viewer, creator.id, by_handle[handle].id, now=now)


async def fill_demo(settings: Settings, on_progress: Callable[[int, int], None]) -> None:
    """Refreshes the demo's accounts as of every day since they are tracked that has no observation yet.

    `on_progress` is told the refreshes done and those there are. Can be interrupted and done again.
    """
    async with open_runtime(settings) as runtime:
        _, viewer = await _open_organization(settings.data_path)
        missing = await _missing(viewer, utc_now())
        total, done = sum(len(times) for _, times in missing), 0
        on_progress(done, total)

        def step() -> None:
            nonlocal done
            done += 1
            on_progress(done, total)

        await _fill(runtime, missing, step)


async def _fill(
    runtime: Runtime, missing: Sequence[tuple[Account, Sequence[datetime]]], step: Callable[[], None]
) -> None:
    places = asyncio.Semaphore(CONCURRENCY)

    async def fill(account: Account, times: Sequence[datetime]) -> None:
        async with places:
            await backfill_account(runtime.chains, account, times, LEASE_TIME, utc_now, step)

    async with asyncio.TaskGroup() as tasks:
        for account, times in missing:
            tasks.create_task(fill(account, times))


async def _missing(viewer: Viewer, now: datetime) -> list[tuple[Account, list[datetime]]]:
    """The demo's accounts, each with the days it was not refreshed on."""
    accounts = (await list_accounts(viewer, AccountFilter(), PageRequest(LARGEST_PAGE), with_total=False)).nodes
    demo = [account for account in accounts if account.handle in HANDLES.get(account.platform, ())]
    return [(account, await missing_times(account, _days(account, now), STEP / 2)) for account in demo]


def _days(account: Account, now: datetime) -> list[datetime]:
    """An instant for every day from the account's first to now."""
    return [account.added_at + number * STEP for number in range((now - account.added_at) // STEP + 1)]


async def _open_organization(folder: Path) -> tuple[str, Viewer]:
    """The demo's key and its viewer. Only a digest of the key is in the database, so its value lies in the folder."""
    key = _key_in(folder / KEY_FILE)
    await create_key(ORGANIZATION, "Demo", frozenset(Scope), now=utc_now(), value=key)
    return key, await authenticate(key, now=utc_now())


def _key_in(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(KEY_PREFIX + secrets.token_urlsafe(24))
    return file.read_text().strip()
