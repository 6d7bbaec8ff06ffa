"""Waiting: how long until something refreshed is due again, from what its refresh came to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.providers.base import Fetched
from app.providers.failures import AnswerClass, retry_delay

JITTER = 0.05
"""Part of the interval by which due times are shifted, always the same for one account or video."""
WHOLE = frozenset({AnswerClass.OK, AnswerClass.HIDDEN})
"""Classes of outcomes that leave nothing to be asked for again."""


def wait_until_due(id: UUID, interval: timedelta, outcome: Fetched[Any], failures: int) -> timedelta:
    """How long until it is due again, after an outcome that was the last of so many failures in a row."""
    usual = refresh_delay(id, interval)
    delay = retry_delay(outcome.answer_class, max(failures, 1), outcome.retry_after_seconds)
    if delay is None:
        return usual
    if outcome.answer_class is AnswerClass.PARTIAL:
        return min(delay, usual)
    if outcome.answer_class is AnswerClass.PRIVATE:
        return max(delay, usual)
    return delay


def refresh_delay(id: UUID, interval: timedelta) -> timedelta:
    """A refresh interval with a lasting jitter of its own, so that things added together spread out."""
    share = id.int % 10_000 / 10_000
    return interval * (1 + JITTER * (2 * share - 1))
