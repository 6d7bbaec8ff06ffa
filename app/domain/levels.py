"""Levels: observations folded, in the order of capture, into what each of them changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.facts import Count, Counts
from app.domain.metrics import SERIES_COUNTERS
from app.domain.platforms import ViewsKind

LEVELLED = frozenset(SERIES_COUNTERS)
"""The counters that have levels; a post shows others too."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Facts we stored about one entity: absolute counters at an instant."""

    captured_at: datetime
    counts: Counts
    views_kind: ViewsKind | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an entity stands: the level of each counter known so far, and the level its growth is counted from."""

    levels: Mapping[str, int] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What one observation changed. Counters that are absent did not change.

    `gains` are signed; `starts` holds the start level of each counter that became known here (0 for a true zero
    start); `levels` is where every known counter stands afterwards.
    """

    captured_at: datetime
    gains: Mapping[str, int]
    starts: Mapping[str, int]
    levels: Mapping[str, int]
    is_baseline: bool


def merge_observations(observations: Iterable[Observation], views_kind: ViewsKind | None) -> list[Observation]:
    """The observations in order of capture, those of one instant merged per counter.

    Known before unknown, exact before approximate, then the greater: the same whatever the order they arrived in.
    Of two kinds of views at one instant the kind that the post keeps wins.
    """
    merged: dict[datetime, Observation] = {}
    for observation in observations:
        twin = merged.get(observation.captured_at)
        merged[observation.captured_at] = observation if twin is None else _merge(twin, observation, views_kind)
    return [merged[instant] for instant in sorted(merged)]


def fold_observations(
    standing: Standing, observations: Sequence[Observation], *, true_zero_start: bool, views_kind: ViewsKind | None
) -> list[Change]:
    """What each observation with a known counter changed, given where the entity stood before the first.

    `observations` are in order of capture. With `true_zero_start` a counter's first value is growth from 0, otherwise
    it is a baseline. Views that are not of `views_kind`, the kind this post keeps, are left out, and so are counters
    that have no levels.
    """
    levels, starts = dict(standing.levels), dict(standing.starts)
    changes = []
    for observation in observations:
        gains: dict[str, int] = {}
        begun: dict[str, int] = {}
        observed = False
        for counter, count in observation.counts.items():
            if counter not in LEVELLED or (counter == "views" and observation.views_kind is not views_kind):
                continue
            observed = True
            before = levels.get(counter)
            if before is None:
                starts[counter] = begun[counter] = 0 if true_zero_start else count.value
                gains[counter] = count.value - starts[counter]
                levels[counter] = count.value
            elif count.is_approximate and abs(count.value - before) < count.step:
                continue
            else:
                gains[counter] = count.value - before
                levels[counter] = count.value
        if observed:
            baseline = bool(begun) and not true_zero_start
            changes.append(Change(observation.captured_at, gains, begun, dict(levels), baseline))
    return changes


def _merge(one: Observation, other: Observation, views_kind: ViewsKind | None) -> Observation:
    if other.views_kind is views_kind:
        one, other = other, one
    counts = other.counts
    if None not in (one.views_kind, other.views_kind) and other.views_kind is not one.views_kind:
        counts = {counter: count for counter, count in counts.items() if counter != "views"}
    merged: dict[str, Count] = dict(one.counts)
    for counter, count in counts.items():
        twin = merged.get(counter)
        if twin is None or (count.step, -count.value) < (twin.step, -twin.value):
            merged[counter] = count
    return Observation(one.captured_at, merged, one.views_kind or other.views_kind)
