"""Repeats: answers that are given again to the very bytes they were the answer to, without reading those."""

from datetime import datetime
from typing import NamedTuple

MOST_ANSWERS = 2_000
LONGEST_QUESTION, LONGEST_ANSWER = 2_048, 64 * 1024
"""Bytes; longer ones are not kept."""


class _Kept(NamedTuple):
    answer: bytes
    good_until: datetime


class Repeats:
    """The answers of one process that are good for a while, whoever asks; the oldest go first."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], _Kept] = {}

    def find(self, operation: str, question: bytes, now: datetime) -> bytes | None:
        """The answer to that body of a request, where there is one that is good still."""
        kept = self._kept.get((operation, question))
        if kept is None:
            return None
        if now < kept.good_until:
            return kept.answer
        del self._kept[operation, question]
        return None

    def keep(self, operation: str, question: bytes, answer: bytes, good_until: datetime) -> None:
        """Keeps an answer until then, unless it is too long to be worth it."""
        if len(question) > LONGEST_QUESTION or len(answer) > LONGEST_ANSWER:
            return
        self._kept.pop((operation, question), None)
        if len(self._kept) >= MOST_ANSWERS:
            del self._kept[next(iter(self._kept))]
        self._kept[operation, question] = _Kept(answer, good_until)
