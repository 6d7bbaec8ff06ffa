"""Series and breakdowns by day, of everything that has figures."""

from typing import Any
from uuid import UUID

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.scope import read_account, read_creator, read_tracked_video
from app.api.rest.v2.routes.windows import read_days, read_period
from app.api.rest.v2.shapes.analytics import (
    FOLLOWERS,
    METRICS,
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
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.domain import series
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

    One row for each UTC day from the first one of which anything is known. Counters are what was gained on the day, or
    with mode=cumulative where they stood at its end; followers are always where they stood. The whole window and the
    one before are in `meta`.
    """
    return await _daily(call, SubjectKind.ORGANIZATION, call.viewer.organization_id)


@routes.add("GET", "/analytics/timeseries", TAG)
async def get_organization_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of the organization over a period or two dates."""
    return await _series(call, SubjectKind.ORGANIZATION, call.viewer.organization_id)


@routes.add("GET", "/accounts/{account_id}/analytics", TAG)
async def get_account_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of one account between two dates."""
    return await _daily(call, SubjectKind.ACCOUNT, (await read_account(call.viewer, call.ids["account_id"])).id)


@routes.add("GET", "/accounts/{account_id}/analytics/timeseries", TAG)
async def get_account_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of one account over a period or two dates."""
    return await _series(call, SubjectKind.ACCOUNT, (await read_account(call.viewer, call.ids["account_id"])).id)


@routes.add("GET", "/accounts/{account_id}/analytics/breakdown", TAG)
async def get_account_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of one account, day by day."""
    return await _breakdown(call, SubjectKind.ACCOUNT, (await read_account(call.viewer, call.ids["account_id"])).id)


@routes.add("GET", "/creators/{creator_id}/analytics", TAG)
async def get_creator_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of a creator's accounts together, between two dates."""
    return await _daily(call, SubjectKind.CREATOR, (await read_creator(call.viewer, call.ids["creator_id"])).id)


@routes.add("GET", "/creators/{creator_id}/analytics/timeseries", TAG)
async def get_creator_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of a creator's accounts together, over a period or two dates."""
    return await _series(call, SubjectKind.CREATOR, (await read_creator(call.viewer, call.ids["creator_id"])).id)


@routes.add("GET", "/creators/{creator_id}/analytics/breakdown", TAG)
async def get_creator_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of a creator's accounts together, day by day."""
    return await _breakdown(call, SubjectKind.CREATOR, (await read_creator(call.viewer, call.ids["creator_id"])).id)


@routes.add("GET", "/videos/{video_id}/analytics", TAG)
async def get_video_analytics(call: Call[DailyWindow, None]) -> SeriesAnswer:
    """Daily engagement of one video tracked by itself, between two dates."""
    return await _daily(call, SubjectKind.VIDEO, (await read_tracked_video(call.viewer, call.ids["video_id"])).id)


@routes.add("GET", "/videos/{video_id}/analytics/timeseries", TAG)
async def get_video_timeseries(call: Call[SeriesWindow, None]) -> SeriesAnswer:
    """Daily series of one video tracked by itself, over a period or two dates."""
    return await _series(call, SubjectKind.VIDEO, (await read_tracked_video(call.viewer, call.ids["video_id"])).id)


@routes.add("GET", "/videos/{video_id}/analytics/breakdown", TAG)
async def get_video_breakdown(call: Call[BreakdownWindow, None]) -> BreakdownAnswer:
    """One metric of one video tracked by itself, day by day."""
    return await _breakdown(call, SubjectKind.VIDEO, (await read_tracked_video(call.viewer, call.ids["video_id"])).id)


async def _daily(call: Call[DailyWindow, None], kind: SubjectKind, id: UUID) -> SeriesAnswer:
    return await _show_series(call, kind, id, read_days(call.query, call.now), PeriodOrCustom.CUSTOM)


async def _series(call: Call[SeriesWindow, None], kind: SubjectKind, id: UUID) -> SeriesAnswer:
    return await _show_series(call, kind, id, read_period(call.query, call.now), call.query.period)


async def _show_series(
    call: Call[Any, None], kind: SubjectKind, id: UUID, window: Window, period: PeriodOrCustom
) -> SeriesAnswer:
    mode, viewer = call.query.mode, call.viewer
    metrics = [name for name in METRICS if name != FOLLOWERS or kind is not SubjectKind.VIDEO]
    of_days = await subject_series(
        viewer, kind, [id], window, Granularity.DAY, MODES[mode], metrics, now=call.now, levels_of=[FOLLOWERS]
    )
    of_window = await subject_metrics(viewer, kind, [id], window, metrics)
    return Answer(Described(show_points(of_days[id]), show_meta(of_window[id], period, mode)))


async def _breakdown(call: Call[BreakdownWindow, None], kind: SubjectKind, id: UUID) -> BreakdownAnswer:
    query, viewer = call.query, call.viewer
    window, name = read_period(query, call.now), query.metric.value
    of_days = await subject_series(
        viewer, kind, [id], window, Granularity.DAY, MODES[query.mode], [name], now=call.now, levels_of=[FOLLOWERS]
    )
    of_window = await subject_metrics(viewer, kind, [id], window, [name])
    meta = show_breakdown_meta(of_window[id], query.metric, query.mode)
    return Answer(Described(show_values(of_days[id], name), meta))
