"""An independent reading of the analytics page: figures straight from the list of observations. Never imports `app`.

An observation is (instant, {counter: (value, rounding step)}); a post is its observations and whether it grows from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Values = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Entity:
    """A post or a profile: everything that was ever observed of it."""

    observations: Sequence[tuple[datetime, Values]]
    from_zero: bool = False


def series(entity: Entity, counter: str) -> list[tuple[datetime, int]]:
    """The level after each instant at which the counter was known, oldest first."""
    best: dict[datetime, tuple[int, int]] = {}
    for instant, values in entity.observations:
        if counter in values:
            value, step = values[counter]
            held = best.get(instant)
            if held is None or step < held[1] or (step == held[1] and value > held[0]):
                best[instant] = (value, step)
    levels: list[tuple[datetime, int]] = []
    for instant in sorted(best):
        value, step = best[instant]
        if levels and step > 1 and abs(value - levels[-1][1]) < step:
            value = levels[-1][1]
        levels.append((instant, value))
    return levels


def level(entity: Entity, counter: str, before: datetime) -> int | None:
    """The level just before an instant."""
    known = [value for instant, value in series(entity, counter) if instant < before]
    return known[-1] if known else None


def gain(entity: Entity, counter: str, start: datetime, end: datetime) -> int | None:
    """level(later) - coalesce(level(earlier), start level)."""
    later = level(entity, counter, end)
    if later is None:
        return None
    earlier = level(entity, counter, start)
    if earlier is None:
        earlier = 0 if entity.from_zero else series(entity, counter)[0][1]
    return later - earlier


def total(values: Sequence[int | None]) -> int | None:
    """A sum counts the members that have the counter, and is unknown when none has."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, found by walking the quarters of an hour around it."""
    instant = datetime.combine(day, time(), UTC) - timedelta(hours=16)
    while instant.astimezone(zone).date() < day:
        instant += timedelta(minutes=15)
    return instant


def is_observed(entities: Sequence[Entity], start: datetime, end: datetime) -> bool:
    """Whether any counter of any part was known in the stretch."""
    return any(start <= instant < end and values for entity in entities for instant, values in entity.observations)


def is_baseline(entities: Sequence[Entity], counters: Sequence[str], start: datetime, end: datetime) -> bool:
    """Whether any counter of any part had its baseline in the stretch."""
    return any(
        start <= known[0][0] < end
        for entity in entities
        if not entity.from_zero
        for counter in counters
        if (known := series(entity, counter))
    )
