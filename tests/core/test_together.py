"""Questions asked together: one round at a time, nobody answered by one that began before they asked."""

import asyncio
from collections.abc import Sequence

import pytest

from app.core.access.together import MOST_AT_ONCE, Together


class Oracle:
    """Answers with the number of the round, once it is let; fails on being told to."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.may_answer = asyncio.Semaphore(0)
        self.together = Together(self.answer)

    async def answer(self, questions: Sequence[str]) -> list[int]:
        self.rounds.append(list(questions))
        number = len(self.rounds)
        await self.may_answer.acquire()
        if "fail" in questions:
            raise LookupError(f"round {number}")
        return [number] * len(questions)

    async def begun(self, rounds: int) -> None:
        while len(self.rounds) < rounds:
            await asyncio.sleep(0)


async def test_who_comes_during_a_round_goes_with_the_next_one() -> None:
    oracle = Oracle()
    first = [asyncio.create_task(oracle.together.ask(name)) for name in "ab"]
    await oracle.begun(1)
    later = [asyncio.create_task(oracle.together.ask(name)) for name in "cda"]
    oracle.may_answer.release()
    assert await asyncio.gather(*first) == [1, 1]
    await oracle.begun(2)
    oracle.may_answer.release()
    assert await asyncio.gather(*later) == [2, 2, 2]
    assert oracle.rounds == [["a", "b"], ["c", "d", "a"]]
    oracle.may_answer.release()
    assert await oracle.together.ask("e") == 3


async def test_a_round_that_fails_fails_its_own_askers_alone() -> None:
    oracle = Oracle()
    failing = [asyncio.create_task(oracle.together.ask(name)) for name in ("a", "fail")]
    await oracle.begun(1)
    after = asyncio.create_task(oracle.together.ask("b"))
    oracle.may_answer.release()
    assert [str(error) for error in await asyncio.gather(*failing, return_exceptions=True)] == ["round 1"] * 2
    oracle.may_answer.release()
    assert await after == 2


async def test_who_gives_up_takes_nobody_along() -> None:
    oracle = Oracle()
    first, second = (asyncio.create_task(oracle.together.ask(name)) for name in "ab")
    await oracle.begun(1)
    third, fourth = (asyncio.create_task(oracle.together.ask(name)) for name in "cd")
    await asyncio.sleep(0)
    first.cancel()
    third.cancel()
    for _ in range(2):
        oracle.may_answer.release()
    assert (await second, await fourth) == (1, 2)
    assert oracle.rounds == [["a", "b"], ["d"]]
    for gone in (first, third):
        with pytest.raises(asyncio.CancelledError):
            await gone


async def test_a_round_has_a_bound() -> None:
    oracle = Oracle()
    tasks = [asyncio.create_task(oracle.together.ask(str(number))) for number in range(MOST_AT_ONCE + 1)]
    for _ in range(2):
        oracle.may_answer.release()
    assert await asyncio.gather(*tasks) == [1] * MOST_AT_ONCE + [2]
