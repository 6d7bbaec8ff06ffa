"""Windows as v2 asks for them: whole UTC days, both ends included."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.api.rest.v2.shapes import words
from app.api.rest.v2.shapes.analytics import DailyWindow
from app.api.rest.v2.shapes.words import PeriodOrCustom
from app.api.rest.values import FieldError, InvalidValues
from app.domain.windows import Window, WindowPreset, dated_window, preset_window

UTC = ZoneInfo("UTC")


def read_days(asked: DailyWindow, now: datetime) -> tuple[PeriodOrCustom, Window]:
    """Two dates, or the last 30 days when neither is given. Raises InvalidValues, InvalidInput."""
    if asked.start_date is None and asked.end_date is None:
        return PeriodOrCustom.MONTH, read_period(words.Window(), now)
    return PeriodOrCustom.CUSTOM, _dated(asked.start_date, asked.end_date, now, "It goes with the other date.")


def read_period(asked: words.Window, now: datetime) -> Window:
    """A period, whose dates are then left aside, or two dates. Raises InvalidValues, InvalidInput."""
    if asked.period is PeriodOrCustom.CUSTOM:
        return _dated(asked.start_date, asked.end_date, now, "It is needed with period=custom.")
    return preset_window(WindowPreset(asked.period.value), UTC, now)


def _dated(start: date | None, end: date | None, now: datetime, why: str) -> Window:
    missing = [name for name, day in (("start_date", start), ("end_date", end)) if day is None]
    if missing:
        raise InvalidValues([FieldError(name, why) for name in missing])
    assert start is not None
    assert end is not None
    return dated_window(start, end, UTC, now)
