"""Window metrics: figures over a window beside those of the window before it, for many subjects at once."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from app.core.analytics.amounts import SubjectAmounts, bounds_of, is_complete, read_amounts
from app.domain.metrics import SERIES_COUNTERS, Amounts, change_percent, check_metrics, value_of
from app.domain.platforms import Platform
from app.domain.records import MetricChange, WindowMetrics
from app.domain.series import Stretch, SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window, day_start


async def subject_metrics(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    window: Window,
    metrics: Sequence[str],
    *,
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, WindowMetrics]:
    """Metrics per subject, whichever kind it is; an id that is not of the viewer's organization is absent.

    A counter's values are gains, its levels are where it stands at the windows' ends; ratios are exact fractions. Of an
    organization or a creator only what is on `platforms` counts, where some are given.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    previous = window.previous
    bounds = bounds_of([previous.start, window.start, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(viewer.organization_id, kind, ids, bounds, metrics, platforms=platforms)
    found = {}
    for set_id, of_set in amounts.items():
        before, whole = of_set.stretches
        found[set_id] = window_metrics_of(of_set, window, before, whole, metrics)
    return found


def window_metrics_of(
    found: SubjectAmounts, window: Window, before: Stretch, whole: Stretch, metrics: Sequence[str]
) -> WindowMetrics:
    """Metrics of a subject, from the stretch that is the window and the one before it."""
    previous = window.previous
    return WindowMetrics(
        start=window.start,
        end=window.end,
        previous_start=previous.start,
        previous_end=previous.end,
        timezone=window.zone.key,
        is_complete=is_complete(found.first_observed_at, day_start(window.start, window.zone)),
        values={name: change_of(name, before.amounts, whole.amounts) for name in metrics},
        previous_levels={name: before.amounts[f"{name}_level"] for name in metrics if name in SERIES_COUNTERS},
    )


def change_of(metric: str, before: Amounts, now: Amounts) -> MetricChange:
    """A metric in a window beside the window before, from the amounts of both."""
    current, previous = value_of(metric, now), value_of(metric, before)
    level = now[f"{metric}_level"] if metric in SERIES_COUNTERS else None
    return MetricChange(current, previous, change_percent(current, previous), level)
