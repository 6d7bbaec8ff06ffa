"""Series: the buckets of a window, for many subjects at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.analytics.amounts import SubjectAmounts, bounds_of, is_complete, read_amounts
from app.core.analytics.window_metrics import window_metrics_of
from app.domain.metrics import check_metrics, growth_of, reader_of
from app.domain.records import Bucket, Series, WindowMetrics
from app.domain.series import (
    Granularity,
    SeriesMode,
    Span,
    Stretch,
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
) -> dict[UUID, Series]:
    """A series per subject, whichever kind it is; an id that is not of the viewer's organization is absent.

    A post counter is summed over discovered posts, a profile counter over accounts. Every bucket of the window is
    there. Counters are gains in the bucket or levels at its end, those of `levels_of` always levels; ratios are exact
    fractions; None while unknown. The growth of a counter is against the bucket before, also of the first bucket unless
    the window cuts it.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    spans = cut_window(window, granularity, now.astimezone(window.zone).date())
    before = bucket_before(window, granularity) if growth_of_counters else None
    starts = [*([] if before is None else [before]), *(span.start for span in spans)]
    bounds = bounds_of([*starts, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(
        viewer.organization_id, kind, ids, bounds, [*metrics, *growth_of_counters], with_flags=True
    )
    as_levels = set(metrics if mode is SeriesMode.LEVEL else levels_of)
    return {
        set_id: _series(found, window, spans, found.stretches[-len(spans) :], metrics, as_levels, growth_of_counters)
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
) -> dict[UUID, tuple[Series, WindowMetrics]]:
    """A series per subject as `subject_series` has it, and the window as `subject_metrics` has it, read at one moment.

    An id that is not of the viewer's organization is absent.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    spans = cut_window(window, granularity, now.astimezone(window.zone).date())
    starts = [window.previous.start, *(span.start for span in spans)]
    bounds = bounds_of([*starts, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(viewer.organization_id, kind, ids, bounds, metrics, with_flags=True)
    as_levels = set(metrics if mode is SeriesMode.LEVEL else levels_of)
    both = {}
    for set_id, found in amounts.items():
        before, *stretches = found.stretches
        series = _series(found, window, spans, stretches, metrics, as_levels)
        both[set_id] = series, window_metrics_of(found, window, before, joined(stretches), metrics)
    return both


def _series(
    found: SubjectAmounts,
    window: Window,
    spans: Sequence[Span],
    stretches: Sequence[Stretch],
    metrics: Sequence[str],
    as_levels: Collection[str],
    growth_of_counters: Sequence[str] = (),
) -> Series:
    readers = [(name, reader_of(name, name in as_levels)) for name in metrics]
    # The bucket before the first one, where there is any.
    before = found.stretches[-len(spans) - 1] if len(found.stretches) > len(spans) else None
    buckets = []
    for span, stretch in zip(spans, stretches, strict=True):
        growth = {
            counter: None if before is None else growth_of(counter, stretch.amounts, before.amounts)
            for counter in growth_of_counters
        }
        values = {name: read(stretch.amounts) for name, read in readers}
        is_baseline, is_observed = bool(stretch.is_baseline), bool(stretch.is_observed)
        buckets.append(Bucket(span.start, span.end, span.is_partial, is_baseline, is_observed, values, growth))
        before = stretch
    return Series(
        start=window.start,
        end=window.end,
        timezone=window.zone.key,
        is_complete=is_complete(found.first_observed_at, day_start(window.start, window.zone)),
        buckets=buckets,
    )
