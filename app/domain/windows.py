"""Windows: half-open stretches of local days. The only reader of "30d"."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from app.domain.problems import InvalidInput

LONGEST_WINDOW_DAYS = 731
NO_PLACES = frozenset({"localtime", "Factory", "posixrules"})
"""Names that a machine's own zone files add: they mean that machine, or nothing."""
EARLIEST_DATE = date(2000, 1, 1)
"""No platform is older, and the calendar's own beginning has no day before it."""
LATEST_DATE = date(2100, 1, 1)
"""Far enough for whoever does not mean an end, and the calendar's own has no day after it."""


class WindowPreset(StrEnum):
    """That many days ending today, today included."""

    LAST_7_DAYS = "7d"
    LAST_30_DAYS = "30d"
    LAST_90_DAYS = "90d"

    @property
    def days(self) -> int:
        return int(self.value.removesuffix("d"))


@dataclass(frozen=True, slots=True)
class Window:
    """Inclusive local dates in a zone."""

    start: date
    end: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many dates it holds."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> "Window":
        """The window of the same length that ends the day before this one starts."""
        return Window(self.start - timedelta(days=self.days), self.start - timedelta(days=1), self.zone)


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_PLACES


def read_zone(name: str, *path: str) -> ZoneInfo:
    """The IANA zone of that name. Raises InvalidInput naming `path` for any other.

    >>> read_zone("Europe/Berlin").key
    'Europe/Berlin'
    """
    if name not in _known_zones():
        raise InvalidInput(f"{name[:64]!r} is not an IANA time zone such as UTC or Europe/Berlin.", *path)
    return ZoneInfo(name)


def preset_window(preset: WindowPreset, zone: ZoneInfo, now: datetime) -> Window:
    """The preset's inclusive dates ending today in `zone`.

    >>> w = preset_window(WindowPreset.LAST_7_DAYS, ZoneInfo("UTC"), datetime(2026, 3, 8, 1, tzinfo=UTC))
    >>> str(w.start), str(w.end), w.days
    ('2026-03-02', '2026-03-08', 7)
    """
    end = now.astimezone(zone).date()
    return Window(end - timedelta(days=preset.days - 1), end, zone)


def dated_window(start: date, end: date, zone: ZoneInfo, now: datetime, *path: str) -> Window:
    """The window of two inclusive dates. Raises InvalidInput naming the date at fault, below `path`."""
    today = now.astimezone(zone).date()
    if start > end:
        raise InvalidInput(f"start ({start}) is after end ({end}).", *path, "start")
    if start < EARLIEST_DATE:
        raise InvalidInput(f"start ({start}) is before {EARLIEST_DATE}.", *path, "start")
    if end > today:
        raise InvalidInput(f"end ({end}) is after today ({today} in {zone.key}).", *path, "end")
    window = Window(start, end, zone)
    if window.days > LONGEST_WINDOW_DAYS:
        raise InvalidInput(
            f"{start} to {end} is {window.days} days; a window holds at most {LONGEST_WINDOW_DAYS}.", *path, "start"
        )
    return window


def dated_period(
    start: date | None, end: date | None, zone: ZoneInfo, *path: str
) -> tuple[datetime | None, datetime | None]:
    """The half-open interval, in UTC, of two inclusive dates, open-ended where one is None.

    Raises InvalidInput naming the date at fault, below `path`.
    """
    for name, day in (("start", start), ("end", end)):
        if day is not None and not EARLIEST_DATE <= day <= LATEST_DATE:
            raise InvalidInput(f"{name} ({day}) is not within {EARLIEST_DATE} and {LATEST_DATE}.", *path, name)
    if start is not None and end is not None and start > end:
        raise InvalidInput(f"start ({start}) is after end ({end}).", *path, "start")
    return (
        None if start is None else day_start(start, zone),
        None if end is None else day_start(end + timedelta(days=1), zone),
    )


@lru_cache(maxsize=8192)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC: the first of two midnights, the jump where midnight is skipped.

    >>> day_start(date(2026, 3, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T22:00:00+00:00'
    """
    naive = datetime.combine(day, time())
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).date() == day and first.astimezone(zone).replace(tzinfo=None) == naive:
        return first
    # Midnight is skipped: fold=0 reads it with the offset from before the jump, which lands after it; the day begins
    # at the jump itself, the one instant where the two readings' offsets change over.
    return _jump(naive.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (before, after] at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def window_instants(window: Window) -> tuple[datetime, datetime]:
    """The half-open interval of a window: its first instant and that of the day after it, in UTC."""
    return day_start(window.start, window.zone), day_start(window.end + timedelta(days=1), window.zone)


def window_dates(window: Window) -> list[date]:
    """Its dates, oldest first."""
    return [window.start + timedelta(days=number) for number in range(window.days)]
