"""Series: the buckets of a window, for many subjects at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.analytics.amounts import SubjectAmounts, bounds_of, is_complete, read_amounts
from app.core.analytics.window_metrics import window_metrics_of
from app.domain.metrics import check_metrics, growths_of, values_of
from app.domain.platforms import Platform
from app.domain.records import Series, Span, WindowMetrics
from app.domain.series import (
    Granularity,
    SeriesMode,
    SubjectKind,
    bucket_before,
    cut_window,
    joined,
)
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window, day_start


async def subject_series(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    window: Window,
    granularity: Granularity | int,
    mode: SeriesMode,
    metrics: Sequence[str],
    *,
    now: datetime,
    growth_of_counters: Sequence[str] = (),
    levels_of: Collection[str] = (),
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, Series]:
    """A series per subject, whichever kind it is; an id that is not of the viewer's organization is absent.

    A post counter is summed over discovered posts, a profile counter over accounts; of an organization or a creator
    over those on `platforms`, where some are given. Every bucket of the window is there. Counters are gains in the
    bucket or levels at its end, those of `levels_of` always levels; ratios are exact fractions; None while unknown. The
    growth of a counter is against the bucket before, also of the first bucket unless the window cuts it.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    spans = cut_window(window, granularity, now.astimezone(window.zone).date())
    before = bucket_before(window, granularity) if growth_of_counters else None
    starts = [*([] if before is None else [before]), *(span.start for span in spans)]
    bounds = bounds_of([*starts, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(
        viewer.organization_id,
        kind,
        ids,
        bounds,
        [*metrics, *growth_of_counters],
        with_flags=True,
        platforms=platforms,
    )
    as_levels = set(metrics if mode is SeriesMode.LEVEL else levels_of)
    return {
        set_id: _series(found, window, spans, metrics, as_levels, growth_of_counters)
        for set_id, found in amounts.items()
    }


async def series_in_windows(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    window: Window,
    granularity: Granularity | int,
    mode: SeriesMode,
    metrics: Sequence[str],
    *,
    now: datetime,
    levels_of: Collection[str] = (),
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, tuple[Series, WindowMetrics]]:
    """A series per subject as `subject_series` has it, and the window as `subject_metrics` has it, read at one moment.

    An id that is not of the viewer's organization is absent.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    spans = cut_window(window, granularity, now.astimezone(window.zone).date())
    starts = [window.previous.start, *(span.start for span in spans)]
    bounds = bounds_of([*starts, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(
        viewer.organization_id, kind, ids, bounds, metrics, with_flags=True, platforms=platforms
    )
    as_levels = set(metrics if mode is SeriesMode.LEVEL else levels_of)
    both = {}
    for set_id, found in amounts.items():
        before, whole = found.stretches[0], joined(found.stretches[1:])
        series = _series(found, window, spans, metrics, as_levels)
        both[set_id] = series, window_metrics_of(found, window, before, whole, metrics)
    return both


def _series(
    found: SubjectAmounts,
    window: Window,
    spans: Sequence[Span],
    metrics: Sequence[str],
    as_levels: Collection[str],
    growth_of_counters: Sequence[str] = (),
) -> Series:
    """The series of the last stretches, one for each span; there may be one before them."""
    stretches = found.stretches[-len(spans) :]
    return Series(
        start=window.start,
        end=window.end,
        timezone=window.zone.key,
        is_complete=is_complete(found.first_observed_at, day_start(window.start, window.zone)),
        spans=spans,
        is_baseline=list(map(bool, stretches.is_baseline)),
        is_observed=list(map(bool, stretches.is_observed)),
        values={name: values_of(name, stretches.columns, as_level=name in as_levels) for name in metrics},
        growth={counter: growths_of(counter, found.stretches.columns)[-len(spans) :] for counter in growth_of_counters},
    )
