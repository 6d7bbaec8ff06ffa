"""The scheduler: every second, hands what is due to the workers. Any number of them may run."""

import asyncio
import logging
import signal
from datetime import datetime, timedelta

import asyncpg
from redis.exceptions import RedisError
from tortoise.exceptions import BaseORMException

from app.core.collect.sweep import make_room, sweep_due_accounts
from app.domain.clock import utc_now
from app.runtime import Runtime, open_runtime
from app.settings import Settings, read_settings
from workers.actors import refresh_account
from workers.capacity import count_threads

log = logging.getLogger(__name__)

PARTITIONS_EVERY = timedelta(hours=1)
PASSING = (OSError, RedisError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)
"""Errors of servers that are away for a while: the next look comes in a second."""


async def run_scheduler(settings: Settings, stop: asyncio.Event) -> None:
    """Looks for what is due until told to stop. A server that is away costs a wait, never the scheduler."""
    async with open_runtime(settings) as runtime:
        partitions_made_at: datetime | None = None
        while not stop.is_set():
            now = utc_now()
            try:
                if partitions_made_at is None or now - partitions_made_at > PARTITIONS_EVERY:
                    await make_room(now, now)
                    partitions_made_at = now
                await hand_out(runtime, now)
            except PASSING as error:
                log.warning("nothing is handed out for now: %s", error)
            try:
                await asyncio.wait_for(stop.wait(), settings.sweep_interval_seconds)
            except TimeoutError:
                continue


async def hand_out(runtime: Runtime, now: datetime) -> int:
    """Leases what is due, as far as workers are free, and sends a message for each; how many."""
    threads = await count_threads(runtime.redis)
    leases = await sweep_due_accounts(now, runtime.lease_time, threads)

    def send() -> None:
        for lease in leases:
            refresh_account.send(str(lease.organization_id), str(lease.account_id), str(lease.id))

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
