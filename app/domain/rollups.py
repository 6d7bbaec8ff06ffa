"""Rollups as pure functions of observations: day rows of one post, and what a change adds to a set's day or slot."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from app.domain.levels import Change, Standing
from app.domain.metrics import ENGAGEMENT_COUNTERS, SERIES_COUNTERS

SLOT = timedelta(minutes=15)
"""Zones are whole quarters of an hour from UTC, so a local day of any zone is a sum of slots."""

Vector = list[int]
"""The columns of a sums table: observations, baselines; gain, start and known of each of SERIES_COUNTERS; and for each
of ENGAGEMENT_COUNTERS the gain that came while the post's views were known, and how many posts became known in both."""

OFFSET = {counter: 2 + 3 * index for index, counter in enumerate(SERIES_COUNTERS)}
VIEWED_OFFSET = {counter: 2 + 3 * len(SERIES_COUNTERS) + 2 * index for index, counter in enumerate(ENGAGEMENT_COUNTERS)}
WIDTH = 2 + 3 * len(SERIES_COUNTERS) + 2 * len(ENGAGEMENT_COUNTERS)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class VideoDay:
    """Where one post stood at the end of a UTC day, and what it gained in it; None while a counter is unknown."""

    day: date
    is_observed: bool
    is_baseline: bool
    levels: Mapping[str, int]
    gains: Mapping[str, int]


def utc_day(instant: datetime) -> date:
    """The UTC date an instant belongs to; midnight opens its day."""
    return instant.astimezone(UTC).date()


def slot_of(instant: datetime) -> datetime:
    """The start of the UTC quarter of an hour an instant lies in."""
    utc = instant.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % 15, second=0, microsecond=0)


def video_days(standing: Standing, changes: Sequence[Change], first: date, last: date) -> list[VideoDay]:
    """The rows of one post for every day from `first` to `last`, given where it stood before `first`.

    A day without a change carries the levels and gains 0.
    """
    by_day: dict[date, list[Change]] = {}
    for change in changes:
        by_day.setdefault(utc_day(change.captured_at), []).append(change)
    levels = dict(standing.levels)
    rows = []
    day = first
    while day <= last:
        of_day = by_day.get(day, ())
        gains: dict[str, int] = {}
        for change in of_day:
            for counter, gain in change.gains.items():
                gains[counter] = gains.get(counter, 0) + gain
            levels = dict(change.levels)
        gains = {counter: gains.get(counter, 0) for counter in levels}
        rows.append(VideoDay(day, bool(of_day), any(change.is_baseline for change in of_day), levels, gains))
        day += timedelta(days=1)
    return rows


def views_known_late_at(standing: Standing, changes: Sequence[Change]) -> datetime | None:
    """When a post's views became known after other counters that ratios add up; None when they came with or before.

    Only for a post whose views are unknown in `standing`.
    """
    known = bool(standing.levels.keys() & VIEWED_OFFSET.keys())
    for change in changes:
        if "views" in change.starts:
            return change.captured_at if known else None
        known = known or bool(change.levels.keys() & VIEWED_OFFSET.keys())
    return None


def add_change(sums: dict[Key, Vector], key: Key, change: Change, sign: int = 1) -> None:
    """Adds a change to the vector under `key` (or takes it out, with sign -1)."""
    vector = sums.get(key)
    if vector is None:
        vector = sums[key] = [0] * WIDTH
    vector[0] += sign
    if change.is_baseline:
        vector[1] += sign
    is_viewed = "views" in change.levels
    for counter, gain in change.gains.items():
        vector[OFFSET[counter]] += sign * gain
        if is_viewed and counter in VIEWED_OFFSET:
            vector[VIEWED_OFFSET[counter]] += sign * gain
    for counter, start in change.starts.items():
        vector[OFFSET[counter] + 1] += sign * start
        vector[OFFSET[counter] + 2] += sign
    if change.starts and is_viewed:
        for counter, offset in VIEWED_OFFSET.items():
            if counter in change.levels and change.starts.keys() & {counter, "views"}:
                vector[offset + 1] += sign


def add_vector(sums: dict[Key, Vector], key: Key, vector: Vector) -> None:
    """Adds a vector to the one under `key`."""
    present = sums.get(key)
    sums[key] = list(vector) if present is None else [a + b for a, b in zip(present, vector, strict=True)]


def total_of(vectors: Iterable[Vector]) -> Vector:
    """All vectors added up."""
    total = [0] * WIDTH
    for vector in vectors:
        total = [a + b for a, b in zip(total, vector, strict=True)]
    return total


def level_change(vector: Vector, counter: str) -> int:
    """By how much the level of a set rises through what a vector adds up."""
    offset = OFFSET[counter]
    return vector[offset] + vector[offset + 1]


def known_change(vector: Vector, counter: str) -> int:
    """By how many members with the counter known a set grows through what a vector adds up."""
    return vector[OFFSET[counter] + 2]


def viewed_known_change(vector: Vector, counter: str) -> int:
    """By how many posts with both their views and the counter known a set grows through what a vector adds up."""
    return vector[VIEWED_OFFSET[counter] + 1]
