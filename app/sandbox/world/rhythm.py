"""How counters move with time: the quarter of an hour, the pulse of an audience, and the curve of a post."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from app.sandbox.world.draws import draws

QUARTER = 900
DAY = 86_400
WORLD_BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
WORLD_ENDS = datetime(2100, 1, 1, tzinfo=UTC)
"""Instants outside these two are refused: the farther the present, the longer the history there is to add up."""

SETTLED_DAYS = 400
"""The age, in audience days, at which a post's counters have come to rest."""
SURELY_SETTLED = (SETTLED_DAYS + 10) * DAY
"""The same in seconds of the clock, with room for the waves (which never carry it off by more than a few days)."""

EVENING = 0.8
SATURDAY_NIGHT = 3.0 / 7
"""Days since the epoch began on a Thursday, so its third day ends on a Saturday night."""


def quantised(at: datetime) -> int:
    """The start of the quarter of an hour `at` lies in, in seconds since the epoch.

    Everything in the world is read at such an instant, so two readers within one quarter see the same figures.

    >>> quantised(datetime(2026, 3, 8, 10, 29, 59, tzinfo=UTC)) == quantised(datetime(2026, 3, 8, 10, 15, tzinfo=UTC))
    True
    """
    return int(at.timestamp()) // QUARTER * QUARTER


def instant(seconds: int) -> datetime:
    """The instant of so many seconds since the epoch, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The pulse of one audience: evenings and weekends are busy, months better and worse.

    `waves` are (angular frequency per day, amplitude / frequency, phase). The amplitudes add up to less than 1, so
    audience time never stands still and never runs backwards, and neither do the counters made from it.
    """

    waves: tuple[tuple[float, float, float], ...]

    def days(self, seconds: int) -> float:
        """The days an audience has lived since the epoch: now faster than the clock, now slower."""
        day = seconds / DAY
        return day + sum(reach * math.sin(frequency * day + phase) for frequency, reach, phase in self.waves)


def rhythm_of(*name: object) -> Rhythm:
    """The pulse of the audience of that name."""
    u = draws("rhythm", *name)
    full = 2 * math.pi
    return Rhythm(
        tuple(
            (full / period, amplitude * period / full, phase)
            for period, amplitude, phase in (
                (1.0, 0.30, u[0] - 0.5 - full * EVENING),
                (7.0, 0.35, u[1] - 0.5 - full * SATURDAY_NIGHT),
                (31.0, 0.18, full * u[2]),
                (101.0, 0.12, full * u[3]),
            )
        )
    )


def matured(age: float, haste: float) -> float:
    """The share of its final figures a post has reached at an age in audience days: a rush, then a long tail.

    `haste` is the age at which the rush is about two thirds over. Never falls, 0 at birth, 1 from SETTLED_DAYS on.
    """
    if age >= SETTLED_DAYS:
        return 1.0
    rush = -math.expm1(-age / haste)
    return 0.82 * rush + 0.18 * math.log1p(age) / math.log1p(SETTLED_DAYS) if age > 0 else 0.0
