"""Answers that are given again: until their time, to the same bytes alone, and so many at most."""

from datetime import UTC, datetime, timedelta

from app.api.rest.repeats import LONGEST_ANSWER, LONGEST_QUESTION, MOST_ANSWERS, Repeats

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_an_answer_is_given_again_until_its_time() -> None:
    repeats = Repeats()
    repeats.keep("one", b"question", b"answer", LATER)
    assert repeats.find("one", b"question", NOW) == b"answer"
    assert repeats.find("one", b"question ", NOW) is None
    assert repeats.find("other", b"question", NOW) is None
    assert repeats.find("one", b"question", LATER) is None
    assert repeats.find("one", b"question", NOW) is None


def test_a_later_answer_takes_the_place_of_the_one_before() -> None:
    repeats = Repeats()
    repeats.keep("one", b"question", b"answer", NOW)
    repeats.keep("one", b"question", b"newer", LATER)
    assert repeats.find("one", b"question", NOW) == b"newer"


def test_the_oldest_go_first() -> None:
    repeats = Repeats()
    for number in range(MOST_ANSWERS + 1):
        repeats.keep("one", str(number).encode(), b"answer", LATER)
    assert repeats.find("one", b"0", NOW) is None
    assert repeats.find("one", b"1", NOW) == b"answer"
    assert repeats.find("one", str(MOST_ANSWERS).encode(), NOW) == b"answer"


def test_what_is_long_is_not_kept() -> None:
    repeats = Repeats()
    repeats.keep("one", b"x" * (LONGEST_QUESTION + 1), b"answer", LATER)
    repeats.keep("one", b"question", b"x" * (LONGEST_ANSWER + 1), LATER)
    assert repeats.find("one", b"x" * (LONGEST_QUESTION + 1), NOW) is None
    assert repeats.find("one", b"question", NOW) is None
