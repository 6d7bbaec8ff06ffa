"""An independent reading of the analytics page: figures straight from the list of observations. Never imports `app`.

An observation is (instant, {counter: (value, rounding step)}); a post is its observations and whether it grows from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
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


def percent(numerator: Sequence[int | None], denominator: int | None, scale: int = 100) -> Fraction | None:
    """Added first, divided last; unknown beside known counts 0; an unknown or non-positive divisor gives nothing."""
    known = [value for value in numerator if value is not None]
    if not known or denominator is None or denominator <= 0:
        return None
    return Fraction(scale * sum(known), denominator)


def growth(
    entities: Sequence[Entity], counter: str, before: datetime, start: datetime, end: datetime, *, of_levels: bool
) -> Fraction | None:
    """Growth in percent of [start, end) against [before, start): of gains, or of the levels at the ends."""
    if of_levels:
        value, previous = (total([level(entity, counter, instant) for entity in entities]) for instant in (end, start))
    else:
        value = total([gain(entity, counter, start, end) for entity in entities])
        previous = total([gain(entity, counter, before, start) for entity in entities])
    if value is None or previous is None or previous <= 0:
        return None
    return Fraction(100 * (value - previous), previous)


def delta(entity: Entity, counter: str, today: date, days: int, zone: ZoneInfo) -> int | None:
    """The gain of the `days` dates ending today."""
    tomorrow = today + timedelta(days=1)
    return gain(entity, counter, first_instant(tomorrow - timedelta(days=days), zone), first_instant(tomorrow, zone))


def ranked(values: Mapping[str, int | Fraction | None], names: Mapping[str, str]) -> list[str]:
    """Keys by value descending, unknown ones last, then by lower-cased name, then by key."""
    by_name = sorted(values, key=lambda key: (names[key].lower(), key))
    known = sorted((key for key in by_name if values[key] is not None), key=lambda key: values[key], reverse=True)
    return known + [key for key in by_name if values[key] is None]


def metrics(
    posts: Sequence[tuple[Entity, datetime | None]],
    profiles: Sequence[Entity],
    start: datetime,
    end: datetime,
    days: int,
) -> dict[str, int | Fraction | None]:
    """Every metric of a set over a stretch, by name; counters as gains. A post comes with its time of publication."""
    entities = [entity for entity, _ in posts]
    found: dict[str, int | Fraction | None] = {}
    for counter in ("views", "plays", "likes", "comments", "shares", "saves"):
        found[counter] = total([gain(entity, counter, start, end) for entity in entities])
    for counter in ("followers", "following", "profile_posts", "total_likes"):
        found[counter] = total([gain(profile, counter, start, end) for profile in profiles])
    viewed = [entity for entity in entities if level(entity, "views", end) is not None]
    engaged = {
        counter: total([gain(entity, counter, start, end) for entity in viewed])
        for counter in ("likes", "comments", "shares", "saves")
    }
    # Where no post with known views has the counter, its sum over them is nothing at all.
    views = found["views"]
    assert views is None or isinstance(views, int)
    followers = total([level(profile, "followers", end) for profile in profiles])
    everything = [found[counter] for counter in ("likes", "comments", "shares", "saves")]
    published = [instant for _, instant in posts if instant is not None]
    found["posts_published"] = sum(start <= instant < end for instant in published)
    found["engagement_rate"] = percent([engaged["likes"], engaged["comments"], engaged["shares"]], views)
    found["engagement_rate_by_views"] = percent(list(engaged.values()), views)
    found["engagement_rate_by_followers"] = percent([v for v in everything if isinstance(v, int)], followers)
    found["posts_per_week"] = percent([found["posts_published"]], days, 7)
    found["avg_views_per_post"] = percent([views], sum(instant < end for instant in published), 1)
    return found
