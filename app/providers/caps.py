"""Caps: what a day's requests, or the units they cost, may come to at one upstream, and when the next day begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

PACIFIC = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class DailyCap:
    """The most that one day may come to: requests, or the units they are charged, where the upstream charges."""

    most: int
    in_units: bool = False
    zone: str = "UTC"
    """The zone whose midnight begins another day."""


class Spent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the requests of a day came to."""

    day: str = ""
    """The ISO date, in the zone of the cap."""
    amount: int = 0


def day_of(cap: DailyCap, now: int) -> str:
    """The day that `now`, in milliseconds, belongs to."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(cap.zone)).date().isoformat()


def milliseconds_to_reset(cap: DailyCap, now: int) -> int:
    """How long until the next day begins."""
    zone = ZoneInfo(cap.zone)
    tomorrow = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), zone)
    return round(midnight.timestamp() * 1000) - now


def spend(spent: Spent, cap: DailyCap, requests: int, cost: int, now: int) -> Spent | None:
    """The sum with these requests in it; None where it would be more than the cap allows."""
    day = day_of(cap, now)
    amount = (spent.amount if spent.day == day else 0) + (cost if cap.in_units else requests)
    return None if amount > cap.most else Spent(day, amount)


def correct(spent: Spent, cap: DailyCap, extra_cost: int, now: int) -> Spent:
    """The sum once the upstream has said what it charged beyond what was spent for it; it may exceed the cap."""
    if not cap.in_units or not extra_cost:
        return spent
    day = day_of(cap, now)
    return Spent(day, max(0, (spent.amount if spent.day == day else 0) + extra_cost))


def read_caps(text: str) -> Mapping[str, int]:
    """The caps of `name=number, name=number`. Raises ValueError where it is something else.

    >>> read_caps("instagram=500, youtube.api=9000")
    {'instagram': 500, 'youtube.api': 9000}
    """
    pairs = (part.split("=") for part in text.split(",") if part.strip())
    caps = {name.strip(): int(number) for name, number in pairs}
    if any(number < 0 for number in caps.values()):
        raise ValueError("a cap is not negative")
    return caps
