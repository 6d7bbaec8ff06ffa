"""Budgets: so much for each key, face and minute, counted by all processes together."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from app.core.access.valkey import Questions, ValkeyAway
from app.domain.problems import Problem

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands in its minute at one face."""

    limit: int
    remaining: int | None
    """None while nobody counts, because Valkey is away."""
    resets_at: datetime


class BudgetSpent(Problem):
    """A key asks for more than is left of its minute. Nothing was charged."""

    code = "RATE_LIMITED"

    def __init__(self, standing: Standing, cost: int, now: datetime) -> None:
        self.standing = standing
        self.retry_after_seconds = max(-((now - standing.resets_at) // timedelta(seconds=1)), 1)
        super().__init__(
            f"This asks for {cost}; the key has {standing.remaining} of {standing.limit} left in this minute. "
            f"Try again in {self.retry_after_seconds} seconds."
        )


class Budget:
    """The budget of one face: a fixed window, one counter in Valkey for each key and minute.

    However many processes charge it, they never grant more than `per_minute` together. While Valkey is away
    everything is granted, and the log says so.
    """

    def __init__(self, face: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._face = face
        self._questions = Questions(f"the {face} face is not rate limited")
        self._minute = 0
        self._expiring: set[str] = set()
        """Counters of that minute whose expiry this process has set."""

    async def charge(self, redis: "Redis", key_id: UUID, cost: int, *, now: datetime) -> Standing:
        """Takes `cost` from what the key has left of the minute of `now`. Raises BudgetSpent, taking nothing."""
        minute = int(now.timestamp()) // 60
        counter = f"budget:{self._face}:{key_id}:{minute}"
        resets_at = datetime.fromtimestamp(minute * 60, UTC) + MINUTE

        try:
            taken = await self._questions.ask(lambda: self._take(redis, counter, minute, cost))
        except ValkeyAway:
            return Standing(self.per_minute, None, resets_at)
        if taken <= self.per_minute:
            return Standing(self.per_minute, self.per_minute - taken, resets_at)
        with suppress(ValkeyAway):
            # Given back, so that what is refused for its size leaves room for what is smaller.
            await self._questions.ask(lambda: redis.decrby(counter, cost))
        left = max(self.per_minute - (taken - cost), 0)
        raise BudgetSpent(Standing(self.per_minute, left, resets_at), cost, now)

    async def _take(self, redis: "Redis", counter: str, minute: int, cost: int) -> int:
        """What is taken of the minute now, in one round trip; a plain one where the expiry is known to be set."""
        if minute != self._minute:
            self._minute, self._expiring = minute, set()
        if counter in self._expiring and (taken := int(await redis.incrby(counter, cost))) > cost:
            return taken
        async with redis.pipeline(transaction=False) as pipeline:
            # Nothing is added to a counter that began anew, because Valkey forgot it.
            pipeline.incrby(counter, 0 if counter in self._expiring else cost)
            # The counter outlives its minute by one, for processes whose clocks are behind.
            pipeline.expire(counter, 2 * MINUTE)
            taken = int((await pipeline.execute())[0])
        self._expiring.add(counter)
        return taken
