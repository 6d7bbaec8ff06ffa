"""Folding observations: baselines, true zero starts, corrections, approximate values, kinds of views."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.facts import Count
from app.domain.levels import Observation, Standing, fold_observations, merge_observations
from app.domain.platforms import ViewsKind

START = datetime(2026, 3, 1, tzinfo=UTC)
PLAYS, SECONDS = ViewsKind.PLAYS, ViewsKind.THREE_SECOND_VIEWS


def seen(hour: int, kind: ViewsKind | None = PLAYS, **counts: int | tuple[int, int]) -> Observation:
    read = {name: Count(value) if isinstance(value, int) else Count(*value) for name, value in counts.items()}
    return Observation(START + timedelta(hours=hour), read, kind if "views" in counts else None)


def fold(*observations: Observation, zero: bool = False, standing: Standing | None = None) -> list[dict[str, int]]:
    changes = fold_observations(
        standing or Standing(), merge_observations(observations, PLAYS), true_zero_start=zero, views_kind=PLAYS
    )
    return [dict(change.gains) for change in changes]


def test_the_first_value_is_a_baseline_and_a_correction_is_shown() -> None:
    assert fold(seen(0, views=100), seen(1, views=130), seen(2, views=120)) == [
        {"views": 0},
        {"views": 30},
        {"views": -10},
    ]


def test_a_true_zero_start_grows_from_nothing_and_marks_nothing() -> None:
    changes = fold_observations(Standing(), [seen(0, views=100)], true_zero_start=True, views_kind=PLAYS)
    assert (changes[0].gains, changes[0].starts, changes[0].is_baseline) == ({"views": 100}, {"views": 0}, False)


def test_each_counter_has_its_own_baseline() -> None:
    changes = fold_observations(
        Standing(), [seen(0, views=5), seen(1, views=7, likes=3)], true_zero_start=False, views_kind=PLAYS
    )
    assert [(change.gains, change.starts, change.is_baseline) for change in changes] == [
        ({"views": 0}, {"views": 5}, True),
        ({"views": 2, "likes": 0}, {"likes": 3}, True),
    ]


def test_a_zero_is_a_value() -> None:
    assert fold(seen(0, views=0), seen(1, views=4)) == [{"views": 0}, {"views": 4}]


@pytest.mark.parametrize(
    ("values", "gains"),
    [
        # Within its rounding step an approximate value says nothing new.
        ([1000, (1050, 100)], [0, None]),
        ([1000, (1100, 100)], [0, 100]),
        ([1000, (900, 100)], [0, -100]),
        ([(1000, 100), 1010], [0, 10]),
        ([(1000, 100), (1000, 100), 1090, (1100, 100)], [0, None, 90, None]),
    ],
)
def test_approximate_values_change_a_level_by_steps(
    values: list[int | tuple[int, int]], gains: list[int | None]
) -> None:
    found = fold(*(seen(hour, views=value) for hour, value in enumerate(values)))
    assert [gain.get("views") for gain in found] == gains


@pytest.mark.parametrize("turned", [False, True])
def test_observations_of_one_instant_merge_the_same_way_round(turned: bool) -> None:
    pair = [seen(0, views=(1100, 100), likes=3), seen(0, views=1020, shares=1)]
    merged = merge_observations(reversed(pair) if turned else pair, PLAYS)
    assert len(merged) == 1
    assert dict(merged[0].counts) == {"views": Count(1020), "likes": Count(3), "shares": Count(1)}
    greater = [seen(0, likes=3), seen(0, likes=5)]
    assert merge_observations(reversed(greater) if turned else greater, PLAYS)[0].counts == {"likes": Count(5)}


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_kinds_of_views_at_one_instant_the_kept_one_wins(turned: bool) -> None:
    pair = [seen(0, SECONDS, views=7, likes=2), seen(0, views=150)]
    merged = merge_observations(reversed(pair) if turned else pair, PLAYS)
    assert [(m.views_kind, m.counts) for m in merged] == [(PLAYS, {"views": Count(150), "likes": Count(2)})]


def test_views_of_another_kind_stay_out() -> None:
    assert fold(seen(0, views=10), seen(1, SECONDS, views=4, likes=2), seen(2, views=12)) == [
        {"views": 0},
        {"likes": 0},
        {"views": 2},
    ]


def test_what_is_known_of_no_counter_is_no_observation() -> None:
    assert fold(seen(0), seen(1, SECONDS, views=4)) == []


def test_folding_goes_on_from_a_standing() -> None:
    assert fold(seen(5, views=130), standing=Standing({"views": 100}, {"views": 40})) == [{"views": 30}]
