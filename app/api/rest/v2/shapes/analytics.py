"""Figures as v2 shows them: series, totals beside those of the window before, batches, and what asks for them."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from msgspec import Meta, Struct

from app.api.rest.v2.shapes.words import PeriodOrCustom, SeriesMode
from app.domain import records
from app.domain.metrics import change_percent, rounded

COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
FOLLOWERS, ENGAGEMENT_RATE = "followers", "engagement_rate"
METRICS = (*COUNTERS, FOLLOWERS, ENGAGEMENT_RATE)


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


class Figures(Struct, frozen=True, kw_only=True):
    """Counters and the engagement rate in percent; null while unknown."""

    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: Annotated[int | None, Meta(description="Of Instagram posts alone.")]
    followers: Annotated[int | None, Meta(description="Where they stood at the end; null for a video.")]
    engagement_rate: Annotated[float | None, Meta(description="(likes + comments + shares) / views, in percent.")]


class Point(Figures, frozen=True, kw_only=True):
    """One UTC day of a series."""

    date: date
    is_observed: Annotated[bool, Meta(description="Whether something was measured on that day.")]
    is_baseline: Annotated[bool, Meta(description="Whether first values came in, of which the growth is not known.")]
    is_partial: Annotated[bool, Meta(description="Whether the day has not ended.")]


class Value(Struct, frozen=True, kw_only=True):
    """One metric on one UTC day."""

    date: date
    value: float | int | None
    is_observed: bool
    is_baseline: bool
    is_partial: bool


class Changes(Struct, frozen=True, kw_only=True):
    """From the window before to this one, in percent; null where the one before is 0, negative or unknown."""

    views_pct: float | None
    plays_pct: float | None
    likes_pct: float | None
    comments_pct: float | None
    shares_pct: float | None
    saves_pct: float | None
    followers_pct: float | None
    engagement_rate_pct: float | None


class SeriesMeta(Struct, frozen=True, kw_only=True):
    """The window of a series, and its figures as a whole."""

    period: Annotated[str, Meta(description="7d, 30d, 90d or custom.")]
    start_date: date
    end_date: date
    previous_start_date: date
    previous_end_date: date
    mode: SeriesMode
    is_complete: Annotated[bool, Meta(description="False when the window begins before anything was first measured.")]
    totals: Annotated[Figures, Meta(description="Of the whole window; what was gained.")]
    previous: Annotated[Figures, Meta(description="Of the window before.")]
    changes: Changes


class BreakdownMeta(Struct, frozen=True, kw_only=True):
    """The window of a breakdown, and its metric as a whole."""

    metric: Metric
    start_date: date
    end_date: date
    previous_start_date: date
    previous_end_date: date
    mode: SeriesMode
    total: float | int | None
    previous: float | int | None
    change_pct: float | None


class DailyWindow(Struct, frozen=True, kw_only=True):
    """Which UTC days, both included; the last 30 when neither is given."""

    start_date: Annotated[date | None, Meta(description="First UTC day; with end_date.")] = None
    end_date: Annotated[date | None, Meta(description="Last UTC day; with start_date.")] = None
    mode: Annotated[SeriesMode, Meta(description="What a value of a counter is.")] = SeriesMode.GAIN


class SeriesWindow(DailyWindow, frozen=True, kw_only=True):
    """Which UTC days: a period, or two dates with period=custom."""

    period: Annotated[PeriodOrCustom, Meta(description="Which days.")] = PeriodOrCustom.MONTH


class BreakdownWindow(SeriesWindow, frozen=True, kw_only=True):
    """Which metric over which UTC days."""

    metric: Annotated[Metric, Meta(description="Which metric.")] = Metric.VIEWS


Shown = float | int | None


def show_value(value: int | Fraction | None) -> Shown:
    """A metric as v2 shows it: counters whole, ratios with four decimals."""
    return rounded(value) if isinstance(value, Fraction) else value


def show_points(series: records.Series) -> list[Point]:
    """The days of a series from the first one of which anything is known: those before are left out."""
    return [
        Point(
            date=bucket.start,
            is_observed=bucket.is_observed,
            is_baseline=bucket.is_baseline,
            is_partial=bucket.is_partial,
            **show_figures(bucket.values),
        )
        for bucket in known(series.buckets)
    ]


def show_values(series: records.Series, metric: str) -> list[Value]:
    """The same of one metric."""
    return [
        Value(
            date=bucket.start,
            value=show_value(bucket.values[metric]),
            is_observed=bucket.is_observed,
            is_baseline=bucket.is_baseline,
            is_partial=bucket.is_partial,
        )
        for bucket in known(series.buckets)
    ]


def known(buckets: Sequence[records.Bucket]) -> Sequence[records.Bucket]:
    """The buckets from the first one of which anything is known."""
    for place, bucket in enumerate(buckets):
        if bucket.is_observed or any(value is not None for value in bucket.values.values()):
            return buckets[place:]
    return []


def show_figures(values: Mapping[str, int | Fraction | None]) -> dict[str, Any]:
    """Metrics by name; one that was not read is null."""
    return {name: show_value(values.get(name)) for name in METRICS}


def show_meta(metrics: records.WindowMetrics, period: str, mode: SeriesMode) -> SeriesMeta:
    """The window of a series; followers are where they stood at the ends of both windows."""
    now = {name: _current(name, change) for name, change in metrics.values.items()}
    before = {name: _previous(name, change) for name, change in metrics.values.items()}
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
            **{f"{name}_pct": show_value(change_percent(now.get(name), before.get(name))) for name in METRICS}
        ),
    )


def show_breakdown_meta(metrics: records.WindowMetrics, metric: Metric, mode: SeriesMode) -> BreakdownMeta:
    """The window of a breakdown."""
    change = metrics.values[metric.value]
    return BreakdownMeta(
        metric=metric,
        start_date=metrics.start,
        end_date=metrics.end,
        previous_start_date=metrics.previous_start,
        previous_end_date=metrics.previous_end,
        mode=mode,
        total=show_value(_current(metric.value, change)),
        previous=show_value(_previous(metric.value, change)),
        change_pct=show_value(change_percent(_current(metric.value, change), _previous(metric.value, change))),
    )


def _current(name: str, change: records.MetricChange) -> int | Fraction | None:
    """What a window comes to: of followers where they stood at its end, of anything else its value."""
    return change.level if name == FOLLOWERS else change.current


def _previous(name: str, change: records.MetricChange) -> int | Fraction | None:
    """The same of the window before, at whose end followers stood where this one began."""
    if name != FOLLOWERS:
        return change.previous
    return None if change.level is None or change.current is None else change.level - change.current
