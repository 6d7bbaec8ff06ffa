"""Publishing: what happened is told once it is committed, and never at the cost of who made it happen."""

from dataclasses import dataclass, field

from redis.asyncio import Redis

from app.core.access.valkey import Questions, ValkeyAway
from app.core.events.messages import RunMoved, channel_of, encode


@dataclass(frozen=True, slots=True)
class Events:
    """Tells whoever listens. While Valkey is away nobody is told, the log says so once, and nothing else changes."""

    redis: Redis
    _questions: Questions = field(default_factory=lambda: Questions("subscribers are not told what is refreshed"))

    async def publish(self, *messages: RunMoved) -> None:
        """Tells what is committed, in that order. Returns within a second or so, and raises nothing of Valkey's."""
        try:
            await self._questions.ask(lambda: self._send(messages))
        except ValkeyAway:
            return

    async def _send(self, messages: tuple[RunMoved, ...]) -> None:
        async with self.redis.pipeline(transaction=False) as pipeline:
            for message in messages:
                pipeline.publish(channel_of(message.organization_id), encode(message))
            await pipeline.execute()
