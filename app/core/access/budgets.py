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
class Charge:
    """What a key is to be charged, and when."""

    key_id: UUID
    cost: int
    now: datetime

    @property
    def minute(self) -> int:
        return int(self.now.timestamp()) // 60

    @property
    def resets_at(self) -> datetime:
        return datetime.fromtimestamp(self.minute * 60, UTC) + MINUTE


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
        answer = await self._charges.ask((redis, Charge(key_id, cost, now)))
        if isinstance(answer, BudgetSpent):
            raise answer
        return answer

    async def charge_all(self, redis: "Redis", charges: Sequence[Charge]) -> list[Standing | BudgetSpent]:
        """The same of several, in one round trip: one after the other, as far as there is room. Raises nothing."""
        counters = [f"budget:{self._face}:{charge.key_id}:{charge.minute}" for charge in charges]
        asked: Counter[str] = Counter()
        for counter, charge in zip(counters, charges, strict=True):
            asked[counter] += charge.cost
        try:
            sums = await self._questions.ask(lambda: self._add(redis, asked))
        except ValkeyAway:
            return [Standing(self.per_minute, None, charge.resets_at) for charge in charges]
        left = {counter: self.per_minute - (total - asked[counter]) for counter, total in sums.items()}
        standings: list[Standing | BudgetSpent] = []
        refused: Counter[str] = Counter()
        for counter, charge in zip(counters, charges, strict=True):
            is_granted = charge.cost <= left[counter]
            if is_granted:
                left[counter] -= charge.cost
            standing = Standing(self.per_minute, max(left[counter], 0), charge.resets_at)
            if not is_granted:
                refused[counter] += charge.cost
            standings.append(standing if is_granted else BudgetSpent(standing, charge.cost, charge.now))
        if refused:
            with suppress(ValkeyAway):
                # Given back, so that what is refused for its size leaves room for what is smaller.
                await self._questions.ask(lambda: self._add(redis, {name: -cost for name, cost in refused.items()}))
        return standings

    async def _take(self, asked: Sequence[tuple["Redis", Charge]]) -> list[Standing | BudgetSpent]:
        redis = asked[0][0]  # a process has one
        return await self.charge_all(redis, [charge for _, charge in asked])

    async def _add(self, redis: "Redis", costs: Mapping[str, int]) -> Mapping[str, int]:
        """Adds to counters; what each has come to."""
        async with redis.pipeline(transaction=False) as pipeline:
            for counter, cost in costs.items():
                pipeline.incrby(counter, cost)
                # The counter outlives its minute by one, for processes whose clocks are behind.
                pipeline.expire(counter, 2 * MINUTE)
            sums = (await pipeline.execute())[::2]
        return dict(zip(costs, map(int, sums), strict=True))
