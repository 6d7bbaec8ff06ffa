"""A Valkey that a test may kill and start again, where it was."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.events.messages import channel_of
from app.embedded.processes import Server
from app.embedded.valkey import valkey
from tests.engines import temporary_folder


@dataclass(frozen=True)
class OwnValkey:
    """A Valkey of one's own."""

    server: Server

    @property
    def url(self) -> str:
        return self.server.url

    def kill(self) -> None:
        """Ends it at once, with all it knows."""
        self.server.stop((signal.SIGKILL, 5.0))

    async def start_again(self) -> None:
        """Starts it empty; returns when it answers."""
        self.server.start_again()
        async with Redis.from_url(self.url) as redis, asyncio.timeout(10):
            while True:
                try:
                    await redis.ping()
                    return
                except RedisError:
                    await asyncio.sleep(0.02)

    async def until_listened(self, organization_id: UUID, listeners: int = 1) -> None:
        """Until so many processes hear what happens to an organization."""
        channel = channel_of(organization_id)
        async with Redis.from_url(self.url) as redis, asyncio.timeout(15):
            while (await redis.pubsub_numsub(channel))[0][1] < listeners:
                await asyncio.sleep(0.02)


@contextmanager
def own_valkey() -> Iterator[OwnValkey]:
    """One that runs as long as the block does."""
    with temporary_folder() as folder, valkey(folder / "valkey", folder / "valkey.log") as server:
        yield OwnValkey(server)
