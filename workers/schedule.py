"""The scheduler: every second, hands what is due to the workers. Any number of them may run."""

import asyncio
import logging
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from dramatiq import Actor
from redis.exceptions import RedisError
from tortoise.exceptions import BaseORMException

from app.core.access.replays import forget_old_replays
from app.core.collect.retention import forget_old_runs
from app.core.collect.sweep import make_room, sweep_due
from app.core.tracking.removal import delete_expired_removals
from app.domain.clock import utc_now
from app.domain.records import Refreshable
from app.runtime import Runtime, open_runtime
from app.settings import Settings, read_settings
from workers.actors import refresh_account, refresh_video
from workers.capacity import count_threads

log = logging.getLogger(__name__)

UPKEEP_EVERY = timedelta(hours=1)
ACTORS: Mapping[Refreshable, Actor[..., Any]] = {Refreshable.ACCOUNT: refresh_account, Refreshable.VIDEO: refresh_video}
PASSING = (OSError, RedisError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)
"""Errors of servers that are away for a while: the next look comes in a second."""


async def run_scheduler(settings: Settings, stop: asyncio.Event) -> None:
    """Looks for what is due until told to stop. A server that is away costs a wait, never the scheduler."""
    async with open_runtime(settings) as runtime:
        kept_up_at: datetime | None = None
        while not stop.is_set():
            now = utc_now()
            try:
                if kept_up_at is None or now - kept_up_at > UPKEEP_EVERY:
                    await keep_up(settings, now)
                    kept_up_at = now
                await hand_out(runtime, now)
            except PASSING as error:
                log.warning("nothing is handed out for now: %s", error)
            try:
                await asyncio.wait_for(stop.wait(), settings.sweep_interval_seconds)
            except TimeoutError:
                continue


async def keep_up(settings: Settings, now: datetime) -> None:
    """Makes room for what is to come, and deletes what is past its time."""
    await make_room(now, now)
    await forget_old_replays(now)
    undo = timedelta(days=settings.removal_undo_days)
    while await delete_expired_removals(undo, now):
        continue
    history = timedelta(days=settings.run_history_days)
    while await forget_old_runs(history, now):
        continue


async def hand_out(runtime: Runtime, now: datetime) -> int:
    """Leases what is due, as far as workers are free, and sends a message for each; how many."""
    threads = await count_threads(runtime.redis)
    leases = await sweep_due(now, runtime.lease_time, threads)

    def send() -> None:
        for lease in leases:
            ACTORS[lease.kind].send(str(lease.organization_id), str(lease.target_id), str(lease.id))

    if leases:
        await asyncio.to_thread(send)
    return len(leases)


async def main() -> None:
    """Runs a scheduler until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_scheduler(read_settings(), stop)


if __name__ == "__main__":
    asyncio.run(main())
