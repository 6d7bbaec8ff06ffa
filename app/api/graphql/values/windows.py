"""Windows as input: a preset or two dates, with the zone as an argument beside it."""

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from app.api.graphql.values.enums import WindowPreset
from app.domain.windows import Window, dated_window, preset_window, read_zone


@strawberry.input(description="Two calendar dates, both included.")
class DateRange:
    start: date = strawberry.field(description="The first date.")
    end: date = strawberry.field(description="The last date, today at the latest.")


@strawberry.input(name="Window", one_of=True, description="A stretch of local days: exactly one of its fields.")
class WindowInput:
    last: WindowPreset | None = strawberry.field(default=UNSET, description="That many days ending today.")
    between: DateRange | None = strawberry.field(default=UNSET, description="Two dates, at most 731 days.")


LAST_30_DAYS = WindowInput(last=WindowPreset.LAST_30_DAYS)


def read_window(window: WindowInput, timezone: str, now: datetime, *path: str) -> Window:
    """The dates a window stands for at `now`. Raises InvalidInput naming the argument at fault, below `path`."""
    zone = read_zone(timezone, *path, "timezone")
    if window.between:
        return dated_window(window.between.start, window.between.end, zone, now, *path, "window", "between")
    assert window.last
    return preset_window(window.last, zone, now)
