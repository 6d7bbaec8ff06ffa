"""Circuit breakers: what opens them, for how long, who tries, what closes them. Pure: instants are given."""

import pytest

from app.providers.breakers import Breaker
from app.providers.failures import TREATMENTS, AnswerClass, BreakerRule

MINUTE = 60_000
HOUR = 60 * MINUTE
NOW = 1_790_000_000_000


def told(
    breaker: Breaker, answer_class: AnswerClass, now: int = NOW, thing: str = "a", retry_after: int = 0
) -> Breaker:
    return breaker.told(answer_class, thing, now, rest=MINUTE, to_reset=7 * HOUR, retry_after=retry_after)


@pytest.mark.parametrize(
    ("answer_class", "rest"),
    [
        (AnswerClass.RATE_LIMITED, MINUTE),
        (AnswerClass.BLOCKED, 2 * MINUTE),
        (AnswerClass.AUTH_INVALID, HOUR),
        (AnswerClass.SESSION_INVALID, HOUR),
        (AnswerClass.ACCOUNT_CHALLENGED, HOUR),
        (AnswerClass.QUOTA_EXHAUSTED, 7 * HOUR),
    ],
)
def test_a_refusal_opens_it_for_its_rest(answer_class: AnswerClass, rest: int) -> None:
    breaker = told(Breaker(), answer_class)
    assert (breaker.holds_back(NOW), breaker.holds_back(NOW + rest - 1)) == (rest, 1)
    assert breaker.holds_back(NOW + rest) == 0
    assert breaker.answer_class is answer_class


def test_only_the_table_opens_and_closes() -> None:
    for answer_class, treatment in TREATMENTS.items():
        assert (told(Breaker(), answer_class).trips == 1) == (treatment.breaker is BreakerRule.OPENS)
        half_open = Breaker(open_until=NOW, trips=3, answer_class=AnswerClass.BLOCKED, probe_until=NOW + MINUTE)
        after = told(half_open, answer_class)
        if treatment.breaker is BreakerRule.NONE:
            assert after == Breaker(NOW, 3, AnswerClass.BLOCKED)
        else:
            assert after.trips == (4 if treatment.breaker is BreakerRule.OPENS else 0)


def test_a_wait_that_was_asked_for_is_never_undercut_and_at_most_a_day() -> None:
    assert told(Breaker(), AnswerClass.RATE_LIMITED, retry_after=5).holds_back(NOW) == MINUTE
    assert told(Breaker(), AnswerClass.RATE_LIMITED, retry_after=3 * HOUR).holds_back(NOW) == 3 * HOUR
    assert told(Breaker(), AnswerClass.RATE_LIMITED, retry_after=90 * HOUR).holds_back(NOW) == 24 * HOUR


def test_each_refusal_after_a_rest_doubles_it_up_to_a_day() -> None:
    breaker, now, rests = Breaker(), NOW, []
    for _ in range(14):
        breaker = told(breaker.admit(now, MINUTE), AnswerClass.RATE_LIMITED, now)
        rests.append(breaker.holds_back(now) // MINUTE)
        now = breaker.open_until
    assert rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440]


def test_a_refusal_that_was_on_its_way_does_not_double_it() -> None:
    breaker = told(told(Breaker(), AnswerClass.RATE_LIMITED), AnswerClass.BLOCKED, NOW + 1000)
    assert (breaker.trips, breaker.open_until) == (1, NOW + MINUTE)
    breaker = told(breaker, AnswerClass.RATE_LIMITED, NOW + 1000, retry_after=HOUR)
    assert (breaker.trips, breaker.open_until) == (1, NOW + 1000 + HOUR)


def test_one_tries_for_all_and_its_answer_decides() -> None:
    later = NOW + MINUTE
    half_open = told(Breaker(), AnswerClass.RATE_LIMITED)
    probed = half_open.admit(later, 20_000)
    assert (half_open.holds_back(later), probed.holds_back(later)) == (0, 20_000)
    assert told(probed, AnswerClass.OK, later) == Breaker()
    assert told(probed, AnswerClass.PRIVATE, later) == Breaker()
    # No answer at all decides nothing, and another may try.
    unanswered = told(probed, AnswerClass.NETWORK_TIMEOUT, later)
    assert (unanswered.trips, unanswered.holds_back(later)) == (1, 0)
    # One that never comes back is not waited for.
    assert probed.holds_back(later + 20_000) == 0


def test_an_answer_that_was_on_its_way_does_not_close_it() -> None:
    breaker = told(told(Breaker(), AnswerClass.BLOCKED), AnswerClass.OK, NOW + 1000)
    assert breaker.holds_back(NOW + 1000) == 2 * MINUTE - 1000


@pytest.mark.parametrize(
    ("answer_classes", "most"),
    [
        ([AnswerClass.SCHEMA_CHANGED], 5),
        ([AnswerClass.NOT_FOUND], 20),
        ([AnswerClass.UNAVAILABLE], 20),
        ([AnswerClass.NOT_FOUND, AnswerClass.UNAVAILABLE], 20),
    ],
)
def test_many_things_in_a_row_are_our_problem(answer_classes: list[AnswerClass], most: int) -> None:
    breaker = Breaker()
    for number in range(most):
        assert breaker.trips == 0
        breaker = told(breaker, answer_classes[number % len(answer_classes)], thing=f"thing {number}")
    assert breaker.trips == 1
    # Never as if the things were gone.
    assert breaker.answer_class in (AnswerClass.SCHEMA_CHANGED, AnswerClass.UNAVAILABLE)
    # Another thing that is not there keeps it open, one that is there closes it.
    later = breaker.open_until
    again = told(breaker.admit(later, MINUTE), answer_classes[0], later, "another")
    assert (again.trips, again.holds_back(later)) == (2, 2 * MINUTE)
    assert told(breaker.admit(later, MINUTE), AnswerClass.OK, later, "another") == Breaker()


def test_one_thing_again_and_again_is_not() -> None:
    breaker = Breaker()
    for _ in range(50):
        breaker = told(breaker, AnswerClass.NOT_FOUND)
    assert (breaker.trips, len(breaker.suspects)) == (0, 1)


def test_one_good_answer_breaks_the_row() -> None:
    breaker = Breaker()
    for number in range(60):
        breaker = told(breaker, AnswerClass.SCHEMA_CHANGED, thing=f"thing {number}")
        if number % 4 == 3:
            breaker = told(breaker, AnswerClass.OK)
    assert breaker.trips == 0


def test_what_is_kept_does_not_grow() -> None:
    breaker, now = Breaker(), NOW
    for number in range(200):
        breaker = told(breaker.admit(now, 1000), AnswerClass.NOT_FOUND, now, f"thing {number}")
        now = max(now, breaker.open_until)
    assert len(breaker.suspects) <= 25
