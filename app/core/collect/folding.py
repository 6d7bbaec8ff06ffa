"""Folding: what stored observations make of a post or a profile, for recording them and for making rollups again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from app.domain.levels import Change, Observation, Standing, fold_observations
from app.domain.rollups import (
    Vector,
    VideoDay,
    add_change,
    add_vector,
    slot_of,
    utc_day,
    video_days,
    views_known_late_at,
)
from app.store.videos import VideoState


@dataclass(slots=True)
class Changes:
    """What rollup rows of one account gain, by quarter of an hour."""

    slots: dict[datetime, Vector] = field(default_factory=dict)

    @property
    def days(self) -> dict[date, Vector]:
        """The same by UTC day."""
        days: dict[date, Vector] = {}
        for slot, vector in self.slots.items():
            add_vector(days, utc_day(slot), vector)
        return days

    def add(self, changes: Sequence[Change], sign: int) -> None:
        """Adds what observations changed, or takes it out with sign -1."""
        for change in changes:
            add_change(self.slots, slot_of(change.captured_at), change, sign)

    def add_slots(self, slots: Mapping[datetime, Vector], sign: int) -> None:
        """Adds what quarters of an hour amount to, or takes it out with sign -1."""
        for slot, vector in slots.items():
            add_vector(self.slots, slot, [sign * value for value in vector])


def fold_post(state: VideoState, standing: Standing, observations: Sequence[Observation]) -> list[Change]:
    """What observations of a post changed, given where it stood before them."""
    return fold_observations(standing, observations, true_zero_start=state.grows_from_zero, views_kind=state.views_kind)


def fold_profile(standing: Standing, observations: Sequence[Observation]) -> list[Change]:
    """What observations of a profile changed, given where it stood before them."""
    return fold_observations(standing, observations, true_zero_start=False, views_kind=None)


def move_state(state: VideoState, standing: Standing, changes: Sequence[Change], day: date) -> list[VideoDay]:
    """Moves a post's state to after the changes, all those since `day`; the day rows that are new or other than before.

    `standing` is where it stood before `day`. The rows begin with the days missed since the last observed one.
    """
    first = day if standing.levels else utc_day(changes[0].captured_at)
    if state.last_observed_day is not None and state.last_observed_day < day:
        first = state.last_observed_day + timedelta(days=1)
    last = max(utc_day(changes[-1].captured_at), state.last_observed_day or day)
    state.last_observed_day = last
    if "views" not in standing.levels:
        state.views_known_late_at = views_known_late_at(standing, changes)
    state.levels = dict(changes[-1].levels)
    for change in changes:
        state.starts |= change.starts
    return video_days(standing, changes, first, last)


def changes_of_days(days: Iterable[VideoDay], starts: Mapping[str, int]) -> list[Change]:
    """What day rows of a post say that changed, for days whose observations are gone: one change at each midnight."""
    changes: list[Change] = []
    known: set[str] = set()
    for row in sorted(days, key=lambda row: row.day):
        if row.is_observed:
            begun = {counter: starts[counter] for counter in row.levels if counter not in known}
            known |= row.levels.keys()
            midnight = datetime.combine(row.day, time(), UTC)
            changes.append(Change(midnight, row.gains, begun, row.levels, row.is_baseline))
    return changes
