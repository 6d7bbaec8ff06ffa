"""Budgets: so much for each key, face and minute, counted by all processes together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from app.core.access.together import Together
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


@dataclass(frozen=True, slots=True)
class _Charge:
    """What somebody asks for."""

    redis: "Redis"
    counter: str
    cost: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came of it."""

    is_granted: bool
    left: int


class Budget:
    """The budget of one face: a fixed window, one counter in Valkey for each key and minute.

    However many processes charge it, they never grant more than `per_minute` together. While Valkey is away
    everything is granted, and the log says so.
    """

    def __init__(self, face: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._face = face
        self._questions = Questions(f"the {face} face is not rate limited")
        self._charges = Together(self._take)

    async def charge(self, redis: "Redis", key_id: UUID, cost: int, *, now: datetime) -> Standing:
        """Takes `cost` from what the key has left of the minute of `now`. Raises BudgetSpent, taking nothing."""
        minute = int(now.timestamp()) // 60
        resets_at = datetime.fromtimestamp(minute * 60, UTC) + MINUTE
        try:
            taken = await self._charges.ask(_Charge(redis, f"budget:{self._face}:{key_id}:{minute}", cost))
        except ValkeyAway:
            return Standing(self.per_minute, None, resets_at)
        standing = Standing(self.per_minute, taken.left, resets_at)
        if not taken.is_granted:
            raise BudgetSpent(standing, cost, now)
        return standing

    async def _take(self, charges: Sequence[_Charge]) -> list[_Taken]:
        """Takes for all of them in one round trip, one after the other as far as there is room. Raises ValkeyAway."""
        redis = charges[0].redis  # a process has one
        asked: Counter[str] = Counter()
        for charge in charges:
            asked[charge.counter] += charge.cost
        sums = await self._questions.ask(lambda: self._add(redis, asked))
        left = {counter: self.per_minute - (total - asked[counter]) for counter, total in sums.items()}
        taken, refused = [], Counter[str]()
        for charge in charges:
            is_granted = charge.cost <= left[charge.counter]
            if is_granted:
                left[charge.counter] -= charge.cost
            else:
                refused[charge.counter] += charge.cost
            taken.append(_Taken(is_granted, max(left[charge.counter], 0)))
        if refused:
            with suppress(ValkeyAway):
                # Given back, so that what is refused for its size leaves room for what is smaller.
                await self._questions.ask(lambda: self._add(redis, {name: -cost for name, cost in refused.items()}))
        return taken

    async def _add(self, redis: "Redis", costs: Mapping[str, int]) -> Mapping[str, int]:
        """Adds to counters; what each has come to."""
        async with redis.pipeline(transaction=False) as pipeline:
            for counter, cost in costs.items():
                pipeline.incrby(counter, cost)
                # The counter outlives its minute by one, for processes whose clocks are behind.
                pipeline.expire(counter, 2 * MINUTE)
            sums = (await pipeline.execute())[::2]
        return dict(zip(costs, map(int, sums), strict=True))
