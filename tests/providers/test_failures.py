"""The failure table: every class has a treatment, and the next try follows from it alone."""

from datetime import timedelta

import pytest

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


@pytest.mark.parametrize(
    ("answer_class", "asks_next", "first_retry", "breaker", "effect"),
    [
        ("ok", False, None, "closes", "none"),
        ("partial", True, timedelta(hours=1), "closes", "none"),
        ("hidden", False, None, "closes", "none"),
        ("not_found", True, timedelta(hours=6), "counts", "mark_unavailable"),
        ("private", False, timedelta(hours=24), "closes", "mark_private"),
        ("unavailable", True, timedelta(hours=1), "counts", "none"),
        ("login_required", True, timedelta(hours=6), "none", "none"),
        ("region_blocked", True, timedelta(hours=24), "none", "none"),
        ("rate_limited", True, timedelta(minutes=15), "opens", "none"),
        ("blocked", True, timedelta(minutes=30), "opens", "none"),
        ("challenge", True, timedelta(minutes=1), "none", "none"),
        ("session_invalid", True, timedelta(hours=6), "opens", "none"),
        ("account_challenged", True, timedelta(hours=6), "opens", "none"),
        ("auth_invalid", True, timedelta(hours=6), "opens", "none"),
        ("quota_exhausted", True, timedelta(hours=6), "opens", "none"),
        ("schema_changed", True, timedelta(hours=1), "counts", "none"),
        ("upstream_error", True, timedelta(minutes=1), "none", "none"),
        ("network_timeout", True, timedelta(minutes=1), "none", "none"),
        ("unsupported", True, timedelta(hours=1), "none", "none"),
    ],
)
def test_the_failure_table(
    answer_class: str, asks_next: bool, first_retry: timedelta | None, breaker: str, effect: str
) -> None:
    treatment = TREATMENTS[AnswerClass(answer_class)]
    assert treatment.asks_next_provider is asks_next
    assert retry_delay(AnswerClass(answer_class), 1) == first_retry
    assert (treatment.breaker.value, treatment.effect.value) == (breaker, effect)
