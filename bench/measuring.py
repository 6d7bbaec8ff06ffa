"""Measuring side by side: candidates take turns round by round, so that what else the machine does hits them alike."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median

LEAST_SAMPLE_SECONDS = 0.2
"""A candidate that is quicker is repeated within a sample until it takes as long."""
MOST_REPEATS = 1000
WARM_UPS = 7
"""Runs before the first sample of a quick candidate: PostgreSQL settles on a plan after five of a statement."""
QUICK_SECONDS = 0.2

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of each candidate, round by round."""

    seconds: Mapping[str, list[float]]

    def of(self, name: str) -> float:
        """The median of a candidate's rounds, in seconds."""
        return median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """The median over the rounds of how many times as long as `other` a candidate took in the same round."""
        return median(mine / its for mine, its in zip(self.seconds[name], self.seconds[other], strict=True))


async def take_turns(candidates: Mapping[str, Work], rounds: int) -> Timings:
    """Times each candidate once in every round, after a warm-up; in every second round in the opposite order."""
    repeats = {name: await _repeats(work) for name, work in candidates.items()}
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds):
        names = list(candidates)
        for name in names if number % 2 == 0 else reversed(names):
            seconds[name].append(await _sample(candidates[name], repeats[name]))
    return Timings(seconds)


async def _repeats(work: Work) -> int:
    """How often a sample runs the candidate, found by running it until it is warm."""
    taken = await _sample(work, 1)
    if taken < QUICK_SECONDS:
        taken = await _sample(work, WARM_UPS)
    return max(1, min(MOST_REPEATS, round(LEAST_SAMPLE_SECONDS / taken)))


async def _sample(work: Work, repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        await work()
    return (time.perf_counter() - started) / repeats
