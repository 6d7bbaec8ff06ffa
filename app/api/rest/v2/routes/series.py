"""Series and breakdowns by day, of everything that has figures."""

from typing import Any

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.scope import PLATFORMS
from app.api.rest.v2.routes.subjects import (
    Subject,
    account_of,
    creator_of,
    discovered_video_of,
    organization_of,
    tracked_video_of,
)
from app.api.rest.v2.routes.windows import read_days, read_period
from app.api.rest.v2.shapes.analytics import (
    FOLLOWERS,
    METRICS,
    SAVES,
    BreakdownMeta,
    BreakdownWindow,
    DailyWindow,
    Point,
    SeriesMeta,
    SeriesWindow,
    Value,
    show_breakdown_meta,
    show_meta,
    show_points,
    show_values,
)
from app.api.rest.v2.shapes.envelopes import Described
from app.api.rest.v2.shapes.words import PeriodOrCustom, SeriesMode
from app.core.analytics.series import series_in_windows
from app.domain import records, series
from app.domain.problems import NotFound
from app.domain.series import Granularity, SubjectKind
from app.domain.windows import Window

TAG = "Analytics"
MODES = {SeriesMode.GAIN: series.SeriesMode.GAIN, SeriesMode.CUMULATIVE: series.SeriesMode.LEVEL}

routes = Operations()

SeriesAnswer = Answer[Described[list[Point], SeriesMeta]]
BreakdownAnswer = Answer[Described[list[Value], BreakdownMeta]]


@routes.add("GET", "/analytics", TAG)
async def get_organization_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of the organization between two dates.

    One row for each UTC day, null before anything was measured. Counters are what was gained on the day, or with
    mode=cumulative where they stood at its end; followers are always where they stood. A day without a measurement
    gains 0. The whole window and the one before are in `meta`.
    """
    return await _daily(call, organization_of(call))


@routes.add("GET", "/analytics/timeseries", TAG)
async def get_organization_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of the organization over a period or two dates.

    Rows and `meta` are those of `/analytics`. Dates are left aside unless the period is custom.
    """
    return await _over_period(call, organization_of(call))


@routes.add("GET", "/accounts/{account_id}/analytics", TAG)
async def get_account_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of one account between two dates.

    Rows and `meta` are those of `/analytics`, of the posts found in its feed.
    """
    return await _daily(call, await account_of(call))


@routes.add("GET", "/accounts/{account_id}/analytics/timeseries", TAG)
async def get_account_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of one account over a period or two dates.

    Rows and `meta` are those of `/analytics`. A new account has nulls until its first refresh, a baseline then, and
    gains from there on.
    """
    return await _over_period(call, await account_of(call))


@routes.add("GET", "/accounts/{account_id}/analytics/breakdown", TAG)
async def get_account_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of one account, day by day."""
    return await _breakdown(call, await account_of(call))


@routes.add("GET", "/creators/{creator_id}/analytics", TAG)
async def get_creator_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of a creator's accounts together, between two dates.

    Rows and `meta` are those of `/analytics`, over the accounts that are linked now.
    """
    return await _daily(call, await creator_of(call))


@routes.add("GET", "/creators/{creator_id}/analytics/timeseries", TAG)
async def get_creator_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of a creator's accounts together, over a period or two dates.

    Rows and `meta` are those of `/analytics`, over the accounts that are linked now.
    """
    return await _over_period(call, await creator_of(call))


@routes.add("GET", "/creators/{creator_id}/analytics/breakdown", TAG)
async def get_creator_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of a creator's accounts together, day by day."""
    return await _breakdown(call, await creator_of(call))


@routes.add("GET", "/videos/{video_id}/analytics", TAG)
async def get_video_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of one video tracked by itself, between two dates.

    Rows and `meta` are those of `/analytics`; a video has no followers.
    """
    return await _daily(call, await tracked_video_of(call))


@routes.add("GET", "/videos/{video_id}/analytics/timeseries", TAG)
async def get_video_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of one video tracked by itself, over a period or two dates."""
    return await _over_period(call, await tracked_video_of(call))


@routes.add("GET", "/videos/{video_id}/analytics/breakdown", TAG)
async def get_video_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of one video tracked by itself, day by day."""
    return await _breakdown(call, await tracked_video_of(call))


@routes.add("GET", "/account-videos/{account_video_id}/analytics", TAG)
async def get_account_video_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of one video found in a feed, between two dates."""
    return await _daily(call, await discovered_video_of(call))


@routes.add("GET", "/account-videos/{account_video_id}/analytics/timeseries", TAG)
async def get_account_video_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of one video found in a feed, over a period or two dates."""
    return await _over_period(call, await discovered_video_of(call))


@routes.add("GET", "/account-videos/{account_video_id}/analytics/breakdown", TAG)
async def get_account_video_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of one video found in a feed, day by day."""
    return await _breakdown(call, await discovered_video_of(call))


async def _daily(call: Call[DailyWindow, None], subject: Subject) -> SeriesAnswer:
    period, window = read_days(call.query, call.now)
    return await _series(call, subject, window, period)


async def _over_period(call: Call[SeriesWindow, None], subject: Subject) -> SeriesAnswer:
    return await _series(call, subject, read_period(call.query, call.now), call.query.period)


async def _series(call: Call[Any, None], subject: Subject, window: Window, period: PeriodOrCustom) -> SeriesAnswer:
    hidden = {*([] if subject.has_saves else [SAVES]), *([FOLLOWERS] if subject.kind is SubjectKind.VIDEO else [])}
    days, whole = await _read(call, subject, window, [name for name in METRICS if name not in hidden])
    return Answer(Described(show_points(days), show_meta(whole, period, call.query.mode)))


async def _breakdown(call: Call[BreakdownWindow, None], subject: Subject) -> BreakdownAnswer:
    asked = call.query
    days, whole = await _read(call, subject, read_period(asked, call.now), [asked.metric])
    is_shown = subject.has_saves or asked.metric != SAVES
    meta = show_breakdown_meta(whole, asked, is_shown=is_shown)
    return Answer(Described(show_values(days, asked.metric, is_shown=is_shown), meta))


async def _read(
    call: Call[Any, None], subject: Subject, window: Window, metrics: list[str]
) -> tuple[records.Series, records.WindowMetrics]:
    """The days of a window, and the window as a whole beside the one before. Raises NotFound."""
    viewer, kind, ids, mode = call.viewer, subject.kind, [subject.id], MODES[call.query.mode]
    found = await series_in_windows(
        viewer,
        kind,
        ids,
        window,
        Granularity.DAY,
        mode,
        metrics,
        now=call.now,
        levels_of=[FOLLOWERS],
        platforms=PLATFORMS,
    )
    if subject.id not in found:
        raise NotFound("It was removed a moment ago.")
    return found[subject.id]
