"""Questions asked at about the same time, answered as one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from itertools import islice
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST_AT_ONCE = 500


class Together(Generic[Question, Answer]):
    """Asks for many what would else be asked for each.

    One round is under way at a time; whoever comes meanwhile goes with the next one. So an answer is never older than
    its question, nobody waits for company, and the busier it gets the less a question costs. `answer` gives the answers
    in the order of the questions; what it raises, all of the round raise. Belongs to one event loop.
    """

    def __init__(self, answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._rounds: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer of a round that begins now or next."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, future))
        if self._rounds is None:
            # A task of its own: it outlives whoever asked first, and knows nothing of the transaction they may be in.
            self._rounds = loop.create_task(self._run(), context=Context())
        return await future

    async def _run(self) -> None:
        """Rounds until nobody waits."""
        try:
            while self._waiting:
                asked = list(islice(self._waiting, MOST_AT_ONCE))
                del self._waiting[: len(asked)]
                await self._answer_all([one for one in asked if not one[1].done()])
        finally:
            self._rounds = None

    async def _answer_all(self, asked: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        if not asked:
            return
        try:
            answers = await self._answer([question for question, _ in asked])
        except Exception as error:
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        except BaseException:
            for _, future in asked:
                future.cancel()
            raise
        for (_, future), answer in zip(asked, answers, strict=True):
            if not future.done():  # whoever asked may have gone
                future.set_result(answer)
