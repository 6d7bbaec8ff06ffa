"""Series: the buckets of a window, for many subjects at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.analytics.amounts import bounds_of, is_complete, read_amounts
from app.domain.metrics import check_metrics, growth_of, value_of
from app.domain.records import Bucket, Series
from app.domain.series import Granularity, SeriesMode, SubjectKind, bucket_before, cut_window
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
    first = len(starts) - len(spans)
    as_levels = set(metrics if mode is SeriesMode.LEVEL else levels_of)
    return {
        set_id: Series(
            start=window.start,
            end=window.end,
            timezone=window.zone.key,
            is_complete=is_complete(found.first_observed_at, day_start(window.start, window.zone)),
            buckets=[
                Bucket(
                    start=span.start,
                    end=span.end,
                    is_partial=span.is_partial,
                    is_baseline=bool(stretch.is_baseline),
                    is_observed=bool(stretch.is_observed),
                    values={name: value_of(name, stretch.amounts, as_level=name in as_levels) for name in metrics},
                    growth={
                        counter: growth_of(counter, stretch.amounts, found.stretches[place - 1].amounts)
                        if place
                        else None
                        for counter in growth_of_counters
                    },
                )
                for place, (span, stretch) in enumerate(zip(spans, found.stretches[first:], strict=True), first)
            ],
        )
        for set_id, found in amounts.items()
    }
