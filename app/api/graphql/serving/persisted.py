"""Automatic persisted queries: documents that clients may name by the SHA-256 of their text."""

from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID

from redis.asyncio import Redis

from app.core.access.valkey import Questions, ValkeyAway

LARGEST_KEPT = 16_384
"""Bytes of a document; a larger one is executed and not kept."""
KEPT_FOR = timedelta(days=7)
"""After an organization's last use of any of its documents."""
KEPT_HERE = 512
"""Documents in front of Valkey in this process, of all organizations."""


class PersistedDocuments:
    """The documents of each organization, shared by all processes through Valkey.

    Each organization has its own: otherwise anybody could learn by a guessed text's hash whether somebody else uses
    it, and push the documents of others out. At most `most` are kept of each; beyond it some others make room. While
    Valkey is away, what is not known here is not found, and clients send the text as they do for any other miss.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: OrderedDict[tuple[UUID, str], str] = OrderedDict()
        self._questions = Questions("persisted documents are kept in each process alone")

    @property
    def is_on(self) -> bool:
        return self._most > 0

    async def find(self, redis: "Redis", organization_id: UUID, digest: str) -> str | None:
        """The text of that hash, which the organization has sent before; None when it is not kept (any more)."""
        if (text := self._here.get((organization_id, digest))) is not None:
            self._here.move_to_end((organization_id, digest))
            return text
        key = _key(organization_id)

        async def get() -> bytes | None:
            async with redis.pipeline(transaction=False) as pipeline:
                pipeline.hget(key, digest)
                pipeline.expire(key, KEPT_FOR)
                return cast(bytes | None, (await pipeline.execute())[0])

        try:
            found = await self._questions.ask(get)
        except ValkeyAway:
            return None
        if found is None or sha256(found).hexdigest() != digest:
            return None
        self._keep_here(organization_id, digest, found.decode())
        return found.decode()

    async def keep(self, redis: "Redis", organization_id: UUID, digest: str, text: str) -> None:
        """Keeps a text under its hash, for requests of this organization."""
        if not self.is_on or len(encoded := text.encode()) > LARGEST_KEPT:
            return
        self._keep_here(organization_id, digest, text)
        key = _key(organization_id)

        async def put() -> int:
            async with redis.pipeline(transaction=False) as pipeline:
                pipeline.hset(key, digest, encoded)
                pipeline.expire(key, KEPT_FOR)
                pipeline.hlen(key)
                return int((await pipeline.execute())[2])

        async def make_room(count: int) -> None:
            # One more is drawn, for the new one may be among them.
            drawn = cast(list[bytes], await redis.hrandfield(key, count + 1))
            await redis.hdel(key, *[name for name in drawn if name != digest.encode()][:count])

        try:
            kept = await self._questions.ask(put)
            if kept > self._most:
                await self._questions.ask(lambda: make_room(kept - self._most))
        except ValkeyAway:
            return

    def _keep_here(self, organization_id: UUID, digest: str, text: str) -> None:
        self._here[organization_id, digest] = text
        self._here.move_to_end((organization_id, digest))
        while len(self._here) > KEPT_HERE:
            self._here.popitem(last=False)


def _key(organization_id: UUID) -> str:
    return f"persisted:{organization_id}"
