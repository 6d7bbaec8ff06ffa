"""The failure table: every class has a treatment, and the next try follows from it alone."""

from datetime import timedelta

from app.providers.failures import TREATMENTS, AnswerClass, Effect, retry_delay


def test_every_class_has_a_treatment() -> None:
    assert set(TREATMENTS) == set(AnswerClass)


def test_only_the_platforms_own_word_changes_the_tracked_thing() -> None:
    effects = {answer: treatment.effect for answer, treatment in TREATMENTS.items() if treatment.effect != Effect.NONE}
    assert effects == {AnswerClass.NOT_FOUND: Effect.MARK_UNAVAILABLE, AnswerClass.PRIVATE: Effect.MARK_PRIVATE}


def test_whole_facts_keep_the_ordinary_interval() -> None:
    for answer_class in (AnswerClass.OK, AnswerClass.HIDDEN):
        assert retry_delay(answer_class, 1) is None
        assert retry_delay(answer_class, 3, 60) is None


def test_a_missing_part_is_asked_for_soon_then_less_often() -> None:
    delays = [retry_delay(AnswerClass.PARTIAL, times) for times in (1, 2, 3, 4)]
    assert delays == [timedelta(hours=hours) for hours in (1, 6, 24, 24)]


def test_failures_in_a_row_wait_longer_up_to_the_last_step() -> None:
    delays = [retry_delay(AnswerClass.UPSTREAM_ERROR, failures) for failures in range(8)]
    assert delays == [timedelta(minutes=minutes) for minutes in (1, 1, 5, 15, 60, 180, 180, 180)]
    for treatment in TREATMENTS.values():
        assert list(treatment.delays) == sorted(treatment.delays)


def test_a_wait_the_upstream_asked_for_is_kept_and_bounded() -> None:
    asked = [retry_delay(AnswerClass.RATE_LIMITED, failures, 1200) for failures in (1, 2, 3, 4)]
    assert asked == [timedelta(minutes=minutes) for minutes in (20, 20, 30, 60)]
    assert retry_delay(AnswerClass.RATE_LIMITED, 1, 0) == timedelta(seconds=1)
    assert retry_delay(AnswerClass.RATE_LIMITED, 1, 10**9) == timedelta(hours=24)
