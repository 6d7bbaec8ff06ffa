"""Admission: who a key acts for, and a request taken from the budget of the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from app.core.access.budgets import Budget, BudgetSpent, Charge, Standing
from app.core.access.keys import UNKNOWN_KEY, find_viewers
from app.core.access.together import Together
from app.domain.problems import Problem, Unauthenticated
from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class _Presented:
    """A key somebody shows, and when."""

    redis: "Redis"
    token: str
    now: datetime


class Admissions:
    """Admits the requests of one face, each of which costs one: those of about the same moment, in one go."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._rounds = Together(self._admit)

    async def admit(self, redis: "Redis", token: str, *, now: datetime) -> tuple[Viewer, Standing]:
        """Who asks, and where the key stands. Raises Unauthenticated, or BudgetSpent."""
        answer = await self._rounds.ask(_Presented(redis, token, now))
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def _admit(self, presented: Sequence[_Presented]) -> list[tuple[Viewer, Standing] | Problem]:
        redis = presented[0].redis  # a process has one
        viewers = await find_viewers([key.token for key in presented], now=max(key.now for key in presented))
        charges = [Charge(viewer.key_id, 1, key.now) for viewer, key in zip(viewers, presented, strict=True) if viewer]
        standings = iter(await self._budget.charge_all(redis, charges) if charges else ())
        answers: list[tuple[Viewer, Standing] | Problem] = []
        for viewer in viewers:
            if viewer is None:
                answers.append(Unauthenticated(UNKNOWN_KEY))
                continue
            standing = next(standings)
            answers.append(standing if isinstance(standing, BudgetSpent) else (viewer, standing))
        return answers
