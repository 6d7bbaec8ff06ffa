"""The classes an upstream's answer falls into, and what each means for the refresh and for the tracked thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.answers import AnswerClass as AnswerClass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that holds no facts: what it amounts to, and one readable line saying why."""

    answer_class: AnswerClass
    reason: str
    upstream_code: str | None = None
    """The platform's own number or word for it, where it gave one."""


NO_FIGURES = "The answer carries none of the figures we know"


def changed(reason: str) -> Refusal:
    """An answer of another shape, or about something else, than was asked for."""
    return Refusal(AnswerClass.SCHEMA_CHANGED, reason)


class Effect(StrEnum):
    """What an outcome does to the tracked thing, besides the facts it may carry. A later success undoes it."""

    NONE = "none"
    MARK_PRIVATE = "mark_private"
    """It is there, but not for the public: it is private, and unavailable."""
    MARK_UNAVAILABLE = "mark_unavailable"
    """It is not there any more. At once: a chain answers NOT_FOUND only when a second, independent sign agreed."""


class BreakerRule(StrEnum):
    """What an answer means for all that is asked of the same upstream."""

    NONE = "none"
    """Nothing: it says neither that we are welcome nor that we are not."""
    CLOSES = "closes"
    """It answers, and as we know it."""
    COUNTS = "counts"
    """Once it may be right; about many things in a row it is our problem, and we stop."""
    OPENS = "opens"
    """Nobody asks for a while."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a class asks of us.

    `delays` is the wait until the next try by the number of outcomes in a row that came short (the last one repeats);
    it is empty where the thing's ordinary refresh interval applies.
    """

    asks_next_provider: bool
    delays: tuple[timedelta, ...] = ()
    effect: Effect = Effect.NONE
    breaker: BreakerRule = BreakerRule.NONE


def _minutes(*minutes: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in minutes)


def _hours(*hours: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(hours=value) for value in hours)


TREATMENTS: Mapping[AnswerClass, Treatment] = {
    AnswerClass.OK: Treatment(False, breaker=BreakerRule.CLOSES),
    # A part is missing: asked for again soon, then less often, but never less than a whole one would be.
    AnswerClass.PARTIAL: Treatment(True, _hours(1, 6, 24), breaker=BreakerRule.CLOSES),
    AnswerClass.HIDDEN: Treatment(False, breaker=BreakerRule.CLOSES),
    # What is gone may come back, as a suspended account does, or open up: asked for less and less often.
    AnswerClass.NOT_FOUND: Treatment(True, _hours(6, 24, 72, 168), Effect.MARK_UNAVAILABLE, BreakerRule.COUNTS),
    AnswerClass.PRIVATE: Treatment(False, _hours(24, 72, 168), Effect.MARK_PRIVATE, BreakerRule.CLOSES),
    # Gone, or refused to us: nobody can tell. Blocks look like this, so it marks nothing.
    AnswerClass.UNAVAILABLE: Treatment(True, _hours(1, 6, 24), breaker=BreakerRule.COUNTS),
    AnswerClass.LOGIN_REQUIRED: Treatment(True, _hours(6, 24, 72)),
    AnswerClass.REGION_BLOCKED: Treatment(True, _hours(24, 72)),
    AnswerClass.RATE_LIMITED: Treatment(True, _minutes(15, 30, 60, 120, 240), breaker=BreakerRule.OPENS),
    AnswerClass.BLOCKED: Treatment(True, _minutes(30, 60, 120, 240, 480), breaker=BreakerRule.OPENS),
    # Whoever can pass it comes next, at once.
    AnswerClass.CHALLENGE: Treatment(True, _minutes(1, 30, 60, 120, 240, 480)),
    AnswerClass.SESSION_INVALID: Treatment(True, _hours(6, 24), breaker=BreakerRule.OPENS),
    AnswerClass.ACCOUNT_CHALLENGED: Treatment(True, _hours(6, 24), breaker=BreakerRule.OPENS),
    AnswerClass.AUTH_INVALID: Treatment(True, _hours(6, 24), breaker=BreakerRule.OPENS),
    AnswerClass.QUOTA_EXHAUSTED: Treatment(True, _hours(6, 24), breaker=BreakerRule.OPENS),
    AnswerClass.SCHEMA_CHANGED: Treatment(True, _hours(1, 6, 24), breaker=BreakerRule.COUNTS),
    AnswerClass.UPSTREAM_ERROR: Treatment(True, _minutes(1, 5, 15, 60, 180)),
    AnswerClass.NETWORK_TIMEOUT: Treatment(True, _minutes(1, 5, 15, 60, 180)),
    AnswerClass.UNSUPPORTED: Treatment(True, _hours(1)),
}

LONGEST_RETRY_AFTER = timedelta(hours=24)


def retry_delay(answer_class: AnswerClass, failures: int, retry_after_seconds: int | None = None) -> timedelta | None:
    """How long to wait after an outcome before trying again; None where the ordinary refresh interval applies.

    After a PARTIAL one the sooner of this and the interval applies. `failures` is how many outcomes in a row came
    short, this one included (1 or more). A wait the upstream asked for (at most a day of it) takes the place of the
    first step and is never undercut: an upstream that keeps refusing after the wait it named itself is left alone for
    longer.

    >>> retry_delay(AnswerClass.NETWORK_TIMEOUT, 2)
    datetime.timedelta(seconds=300)
    >>> retry_delay(AnswerClass.RATE_LIMITED, 1, 40), retry_delay(AnswerClass.RATE_LIMITED, 2, 40)
    (datetime.timedelta(seconds=40), datetime.timedelta(seconds=900))
    """
    delays = TREATMENTS[answer_class].delays
    if not delays:
        return None
    step = max(failures, 1)
    if retry_after_seconds is None:
        return delays[min(step, len(delays)) - 1]
    asked = min(timedelta(seconds=max(retry_after_seconds, 1)), LONGEST_RETRY_AFTER)
    return asked if step == 1 else max(asked, delays[min(step - 1, len(delays)) - 1])
