"""Circuit breakers: when an upstream is left alone, for how long, and who tries whether it answers again."""

import logging
from collections.abc import Mapping

import msgspec

from app.providers.failures import TREATMENTS, AnswerClass, BreakerRule

log = logging.getLogger(__name__)

LONGEST_REST_MILLISECONDS = 24 * 3600 * 1000
CREDENTIAL_REST_MILLISECONDS = 3600 * 1000
"""A key that was refused is not taken sooner than somebody can have seen to it."""
REST_FACTORS: Mapping[AnswerClass, int] = {AnswerClass.BLOCKED: 2}
"""How many of the lane's rests a class asks for, where not one."""
CREDENTIAL_CLASSES = frozenset({AnswerClass.AUTH_INVALID, AnswerClass.SESSION_INVALID, AnswerClass.ACCOUNT_CHALLENGED})
MOST_IN_A_ROW: Mapping[AnswerClass, int] = {AnswerClass.SCHEMA_CHANGED: 5, AnswerClass.UNAVAILABLE: 20}
"""Different things in a row that cannot be read, or are said not to be there: from so many on it is our problem."""


class Breaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """One upstream's breaker, as all workers see it; instants are in milliseconds.

    Closed without trips. After one it is open until `open_until`, and then half open: one request at a time tries.
    """

    open_until: int = 0
    trips: int = 0
    """Times it opened without the upstream having answered well in between."""
    answer_class: AnswerClass | None = None
    """Why it opened."""
    probe_until: int = 0
    """Until when the request that tries is waited for."""
    suspects: tuple[tuple[AnswerClass, str], ...] = ()
    """The things that could not be read, or were said not to be there, since the last that could."""

    def holds_back(self, now: int) -> int:
        """For how many milliseconds nobody else may ask; 0 when somebody may."""
        if not self.trips:
            return 0
        return max(self.open_until - now, self.probe_until - now, 0)

    def admit(self, now: int, probe: int) -> "Breaker":
        """The breaker with one more request on its way, which when half open tries for everybody, `probe` at most."""
        return msgspec.structs.replace(self, probe_until=now + probe) if self.trips else self

    def told(
        self, answer_class: AnswerClass, thing: str, now: int, *, rest: int, to_reset: int, retry_after: int
    ) -> "Breaker":
        """The breaker after an answer about a thing.

        `rest` is how long the lane rests after a first refusal, `to_reset` how long until a used up quota is full
        again, `retry_after` the wait the answer asked for or 0, all in milliseconds.
        """
        rule = TREATMENTS[answer_class].breaker
        if rule is BreakerRule.OPENS:
            return self._opened(answer_class, now, _rest(answer_class, rest, to_reset), retry_after)
        if rule is BreakerRule.COUNTS:
            return self._counted(answer_class, thing, now, rest)
        if rule is BreakerRule.CLOSES:
            is_closed = not self.trips or self.open_until <= now
            return Breaker() if is_closed else msgspec.structs.replace(self, suspects=())
        return msgspec.structs.replace(self, probe_until=0)

    def _opened(self, answer_class: AnswerClass, now: int, rest: int, retry_after: int) -> "Breaker":
        if self.trips and self.open_until > now:
            # One that was on its way when it opened: it tells nothing new, but for how long it is to wait.
            return msgspec.structs.replace(self, open_until=max(self.open_until, now + retry_after))
        wait = min(max(rest << min(self.trips, 20), retry_after), LONGEST_REST_MILLISECONDS)
        return Breaker(now + wait, self.trips + 1, answer_class)

    def _counted(self, answer_class: AnswerClass, thing: str, now: int, rest: int) -> "Breaker":
        # Being told that there is nothing, and being told that it is not there, look alike when we are refused.
        kind = AnswerClass.UNAVAILABLE if answer_class is AnswerClass.NOT_FOUND else answer_class
        suspects = self.suspects if (kind, thing) in self.suspects else (*self.suspects, (kind, thing))
        in_a_row = sum(each is kind for each, _ in suspects)
        if in_a_row < MOST_IN_A_ROW[kind]:
            if self.trips and self.open_until <= now and self.answer_class not in MOST_IN_A_ROW:
                return Breaker(suspects=suspects)  # it answers again, whatever it says
            return msgspec.structs.replace(self, suspects=suspects, probe_until=0)
        opened = self._opened(kind, now, rest, 0)
        return msgspec.structs.replace(opened, suspects=suspects[-sum(MOST_IN_A_ROW.values()) :])


def _rest(answer_class: AnswerClass, rest: int, to_reset: int) -> int:
    if answer_class is AnswerClass.QUOTA_EXHAUSTED:
        return to_reset
    if answer_class in CREDENTIAL_CLASSES:
        return CREDENTIAL_REST_MILLISECONDS
    return rest * REST_FACTORS.get(answer_class, 1)
