"""The sandbox's time: that of the request's header, else of a clock that can be frozen, shifted and sped up."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from app.domain.clock import Clock
from app.sandbox.world.rhythm import WORLD_BEGINS, WORLD_ENDS

LONGEST_SHIFT = 80 * 365 * 86_400


class BadTime(ValueError):
    """Not an instant the world knows; the text says what is."""


class ClockOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with the clock, in this order: freeze it at an instant, shift it, have it run at another speed."""

    freeze_at: Annotated[datetime, Meta(tz=True)] | None = None
    shift_seconds: Annotated[float, Meta(ge=-LONGEST_SHIFT, le=LONGEST_SHIFT)] | None = None
    speed: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class SandboxClock:
    """A clock that runs like the real one until it is told otherwise."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.reset()

    @property
    def speed(self) -> float:
        """How many seconds of the world pass in one real second; 0 while frozen."""
        return self._speed

    def reset(self) -> None:
        self._shown_then = self._real_then = self._clock()
        self._speed = 1.0

    def real_now(self) -> datetime:
        return self._clock()

    def now(self) -> datetime:
        """The present of the world, kept inside its bounds."""
        passed = (self._clock() - self._real_then).total_seconds() * self._speed
        room = (WORLD_ENDS - self._shown_then).total_seconds()
        return max(self._shown_then + timedelta(seconds=min(passed, room)), WORLD_BEGINS)

    def obey(self, order: ClockOrder) -> None:
        """Does what it is told. Raises BadTime, having done nothing, when that leads out of the world."""
        shown, speed = self.now(), self._speed
        if order.freeze_at is not None:
            shown, speed = within_world(order.freeze_at, "freeze_at"), 0.0
        if order.shift_seconds is not None:
            shown = within_world(shown + timedelta(seconds=order.shift_seconds), "shift_seconds")
        self._shown_then, self._real_then = shown, self._clock()
        self._speed = speed if order.speed is None else order.speed


def within_world(at: datetime, field: str) -> datetime:
    """`at`, if the world exists then. Raises BadTime naming `field` otherwise."""
    if not WORLD_BEGINS <= at < WORLD_ENDS:
        raise BadTime(f"{field}: {at.isoformat()} is not between {WORLD_BEGINS:%Y-%m-%d} and {WORLD_ENDS:%Y-%m-%d}.")
    return at


def read_time(text: str, field: str) -> datetime:
    """The instant written in RFC 3339. Raises BadTime naming `field`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadTime(f"{field}: {text[:64]!r} is not an instant such as 2026-03-01T12:00:00Z.")
    return within_world(at, field)
