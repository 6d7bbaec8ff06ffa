"""Connections: the sockets and event streams that one process holds, how many there may be, and why they are ended."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Protocol
from uuid import UUID

from app.core.access.keys import digests_in_force
from app.domain.clock import Clock
from app.domain.problems import Problem
from app.runtime import is_database_away
from app.settings import Settings

KEYS_CHECKED_EVERY_SECONDS = 15.0
PARTING_SECONDS = 2.0
"""For all to be told that the server stops."""

log = logging.getLogger(__name__)


class Ending(Enum):
    """Why a connection is ended from our side."""

    STOPPING = "The server is stopping. Connect again."
    REVOKED = "The key is no longer in force."
    TOO_SLOW = "What was sent was not read in time."


class TooManyConnections(Problem):
    """No further connection is held."""

    code = "TOO_MANY_CONNECTIONS"


class Connection(Protocol):
    """A socket or an event stream."""

    def part(self, ending: Ending) -> None:
        """Ends it soon, saying why where that can be said. Does not wait, and may be called again."""


class Connections:
    """All of one process, of which each belongs to one key once that is known."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._digests: dict[Connection, str | None] = {}
        """What is kept of the key's value; None until it is known."""
        self._of_key: Counter[UUID] = Counter()
        self._is_stopping = False
        self._all_gone = asyncio.Event()

    def __len__(self) -> int:
        return len(self._digests)

    @contextmanager
    def held(self, connection: Connection) -> Iterator[None]:
        """Room for a connection as long as the block runs. Raises TooManyConnections."""
        if self._is_stopping:
            raise TooManyConnections(Ending.STOPPING.value)
        if len(self._digests) >= (most := self._settings.graphql_connections):
            raise TooManyConnections(f"This server holds {most} connections, which is all it may. Try again later.")
        self._digests[connection] = None
        try:
            yield
        finally:
            del self._digests[connection]
            if not self._digests:
                self._all_gone.set()

    @contextmanager
    def of_key(self, connection: Connection, key_id: UUID, digest: str) -> Iterator[None]:
        """The same for the connections of one key, of whose value the digest is. Raises TooManyConnections."""
        if self._of_key[key_id] >= (most := self._settings.graphql_connections_per_key):
            raise TooManyConnections(f"This key has {most} connections here, which is all it may. Close some.")
        self._digests[connection] = digest
        self._of_key[key_id] += 1
        try:
            yield
        finally:
            self._of_key[key_id] -= 1
            if not self._of_key[key_id]:
                del self._of_key[key_id]

    async def check_keys(self) -> None:
        """Ends the connections whose key was revoked, or rotated and is past its grace. One statement."""
        digests = {digest for digest in self._digests.values() if digest is not None}
        out_of_force = digests - await digests_in_force(digests, now=self._clock())
        for connection, digest in list(self._digests.items()):
            if digest in out_of_force:
                connection.part(Ending.REVOKED)

    async def keep_checking_keys(self) -> None:
        """Checks them again and again."""
        while True:
            await asyncio.sleep(KEYS_CHECKED_EVERY_SECONDS)
            try:
                await self.check_keys()
            except Exception as error:
                if not is_database_away(error):
                    log.exception("keys are not checked")

    async def end_all(self) -> None:
        """Ends every connection and lets none in any more. Returns when all are gone, or will not go."""
        self._is_stopping = True
        self._all_gone.clear()
        for connection in list(self._digests):
            connection.part(Ending.STOPPING)
        if self._digests:
            try:
                await asyncio.wait_for(self._all_gone.wait(), PARTING_SECONDS)
            except TimeoutError:
                log.warning("%d connections are left to themselves", len(self._digests))
