"""Series and breakdowns as v2 shows them, days beside totals beside the window before, and what asks for them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import repeat
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from app.api.rest.v2.shapes.words import PeriodOrCustom, SeriesMode, Window
from app.domain import records
from app.domain.metrics import change_percent, rounded

COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
FOLLOWERS, SAVES, ENGAGEMENT_RATE = "followers", "saves", "engagement_rate"
METRICS = (*COUNTERS, FOLLOWERS, ENGAGEMENT_RATE)
UNREAD = dict.fromkeys(METRICS)

Counter: TypeAlias = int | None
Saves: TypeAlias = Annotated[int | None, Meta(description="Null where everything is on TikTok.")]
Followers: TypeAlias = Annotated[int | None, Meta(description="Where they stood at the end; null for a video.")]
Rate: TypeAlias = Annotated[float | None, Meta(description="(likes + comments + shares) / views, in percent.")]


class Metric(StrEnum):
    """What a breakdown is of."""

    VIEWS = "views"
    PLAYS = "plays"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    SAVES = "saves"
    FOLLOWERS = "followers"
    ENGAGEMENT_RATE = "engagement_rate"


class Point(Struct, frozen=True):
    """One UTC day of a series; null while unknown."""

    date: date
    views: Counter
    plays: Counter
    likes: Counter
    comments: Counter
    shares: Counter
    saves: Saves
    followers: Followers
    engagement_rate: Rate
    is_observed: Annotated[bool, Meta(description="Whether something was measured on that day.")]
    is_baseline: Annotated[bool, Meta(description="Whether first values came in, of which the growth is not known.")]
    is_partial: Annotated[bool, Meta(description="Whether the day has not ended.")]


class Value(Struct, frozen=True):
    """One metric on one UTC day; null while unknown."""

    date: date
    value: float | int | None
    is_observed: bool
    is_baseline: bool
    is_partial: bool


class Figures(Struct, frozen=True, kw_only=True):
    """What a window comes to; null while unknown."""

    views: Counter
    plays: Counter
    likes: Counter
    comments: Counter
    shares: Counter
    saves: Saves
    followers: Followers
    engagement_rate: Rate


class Changes(Struct, frozen=True, kw_only=True):
    """From the window before, in percent: 100 when only that one is 0, and 0 when it is negative or one is unknown."""

    views_pct: float
    plays_pct: float
    likes_pct: float
    comments_pct: float
    shares_pct: float
    saves_pct: float
    followers_pct: float
    engagement_rate_pct: float


class SeriesChangesAvailable(Struct, frozen=True, kw_only=True):
    """Whether a change says something: false where the figure before is 0, negative or unknown."""

    views: bool
    plays: bool
    likes: bool
    comments: bool
    shares: bool
    saves: bool
    followers: bool
    engagement_rate: bool


class SeriesMeta(Struct, frozen=True, kw_only=True):
    """The window of a series, and its figures as a whole."""

    period: PeriodOrCustom
    start_date: date
    end_date: date
    previous_start_date: date
    previous_end_date: date
    mode: SeriesMode
    is_complete: Annotated[bool, Meta(description="False when the window begins before anything was first measured.")]
    totals: Annotated[Figures, Meta(description="Of the whole window: what was gained, whatever the mode.")]
    previous: Annotated[Figures, Meta(description="Of the window before.")]
    changes: Changes
    changes_available: SeriesChangesAvailable


class BreakdownMeta(Struct, frozen=True, kw_only=True):
    """The window of a breakdown, and its metric as a whole."""

    metric: Metric
    period: PeriodOrCustom
    start_date: date
    end_date: date
    previous_start_date: date
    previous_end_date: date
    mode: SeriesMode
    is_complete: bool
    total: float | int | None
    previous: float | int | None
    change_pct: float
    change_available: bool


class DailyWindow(Struct, frozen=True, kw_only=True):
    """Which UTC days, both included; the last 30 when neither is given."""

    start_date: Annotated[date | None, Meta(description="First UTC day; goes with end_date.")] = None
    end_date: Annotated[date | None, Meta(description="Last UTC day, today at the latest; goes with start_date.")] = (
        None
    )
    mode: Annotated[SeriesMode, Meta(description="What the value of a counter is.")] = SeriesMode.GAIN


class SeriesWindow(Window, frozen=True, kw_only=True):
    """Which UTC days: a period, or two dates with period=custom."""

    mode: Annotated[SeriesMode, Meta(description="What the value of a counter is.")] = SeriesMode.GAIN


class BreakdownWindow(SeriesWindow, frozen=True, kw_only=True):
    """Which metric over which UTC days."""

    metric: Annotated[Metric, Meta(description="Which metric.")] = Metric.VIEWS


Exact: TypeAlias = int | Fraction | None


def show_value(value: Exact) -> float | int | None:
    """A metric as v2 shows it: counters whole, ratios with four decimals."""
    return value if value is None or isinstance(value, int) else rounded(value)


def show_change(change: Fraction | None, current: Exact, previous: Exact) -> float:
    """A change in percent as v2 shows it, never null: 100 for growth from 0, and 0 for what is unknown."""
    if change is not None:
        return rounded(change)
    return 100 if previous == 0 and current is not None and current > 0 else 0


def show_points(series: records.Series) -> list[Point]:
    """The days of a series; metrics that were not read are null."""
    unread = [None] * len(series.spans)
    counters = [series.values.get(name, unread) for name in (*COUNTERS, FOLLOWERS)]
    rates = map(show_value, series.values.get(ENGAGEMENT_RATE, unread))
    partly = [span.is_partial for span in series.spans]
    days = [span.start for span in series.spans]
    return list(map(Point, days, *counters, rates, series.is_observed, series.is_baseline, partly))


def show_values(series: records.Series, metric: Metric, *, is_shown: bool) -> list[Value]:
    """The days of one metric, null throughout unless it is shown."""
    values = map(show_value, series.values[metric]) if is_shown else repeat(None)
    partly = [span.is_partial for span in series.spans]
    days = [span.start for span in series.spans]
    return list(map(Value, days, values, series.is_observed, series.is_baseline, partly))


def show_figures(values: Mapping[str, Exact]) -> dict[str, Any]:
    """Metrics by name; one that was not read is null."""
    shown: dict[str, Any] = {**UNREAD, **values}
    shown[ENGAGEMENT_RATE] = show_value(shown[ENGAGEMENT_RATE])
    return shown


def show_meta(metrics: records.WindowMetrics, period: PeriodOrCustom, mode: SeriesMode) -> SeriesMeta:
    """The window of a series."""
    now, before = _both(metrics)
    changes = {name: change_percent(now.get(name), before.get(name)) for name in METRICS}
    return SeriesMeta(
        period=period,
        start_date=metrics.start,
        end_date=metrics.end,
        previous_start_date=metrics.previous_start,
        previous_end_date=metrics.previous_end,
        mode=mode,
        is_complete=metrics.is_complete,
        totals=Figures(**show_figures(now)),
        previous=Figures(**show_figures(before)),
        changes=Changes(
            **{f"{name}_pct": show_change(change, now.get(name), before.get(name)) for name, change in changes.items()}
        ),
        changes_available=SeriesChangesAvailable(**{name: change is not None for name, change in changes.items()}),
    )


def show_breakdown_meta(metrics: records.WindowMetrics, asked: BreakdownWindow, *, is_shown: bool) -> BreakdownMeta:
    """The window of a breakdown."""
    now, before = (values[asked.metric] if is_shown else None for values in _both(metrics))
    change = change_percent(now, before)
    return BreakdownMeta(
        metric=asked.metric,
        period=asked.period,
        start_date=metrics.start,
        end_date=metrics.end,
        previous_start_date=metrics.previous_start,
        previous_end_date=metrics.previous_end,
        mode=asked.mode,
        is_complete=metrics.is_complete,
        total=show_value(now),
        previous=show_value(before),
        change_pct=show_change(change, now, before),
        change_available=change is not None,
    )


def _both(metrics: records.WindowMetrics) -> tuple[Mapping[str, Exact], Mapping[str, Exact]]:
    """What the window and the one before come to: followers where they stood at the ends, anything else its value."""
    now: dict[str, Exact] = {name: change.current for name, change in metrics.values.items()}
    before: dict[str, Exact] = {name: change.previous for name, change in metrics.values.items()}
    if FOLLOWERS in metrics.values:
        now[FOLLOWERS] = metrics.values[FOLLOWERS].level
        before[FOLLOWERS] = metrics.previous_levels[FOLLOWERS]
    return now, before
