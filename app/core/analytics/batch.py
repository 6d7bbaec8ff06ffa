"""Batches: the metrics of up to 200 subjects of one kind over a window."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.core.analytics.amounts import bounds_of, read_amounts
from app.domain.metrics import SERIES_COUNTERS, Amounts, check_metrics, value_of
from app.domain.problems import InvalidInput
from app.domain.records import BatchMetrics, MetricValue
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window

LARGEST_BATCH = 200


async def batch_metrics(
    viewer: Viewer, kind: SubjectKind, ids: Sequence[UUID], window: Window, metrics: Sequence[str]
) -> BatchMetrics:
    """Metrics of 1 to 200 accounts, creators or videos; a doubled id counts once.

    Those that are not the viewer's organization's are named in `not_found`, in the order asked for. Raises InvalidInput
    naming `ids` or `metrics`.
    """
    viewer.require(Scope.READ)
    check_metrics(metrics)
    ids = read_batch(ids)
    bounds = bounds_of([window.start, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(viewer.organization_id, kind, ids, bounds, metrics)
    return BatchMetrics(
        start=window.start,
        end=window.end,
        timezone=window.zone.key,
        values={
            subject_id: {name: _value(name, amounts[subject_id].stretches[0].amounts) for name in metrics}
            for subject_id in ids
            if subject_id in amounts
        },
        not_found=[subject_id for subject_id in ids if subject_id not in amounts],
    )


def read_batch(ids: Sequence[UUID]) -> list[UUID]:
    """The ids of a batch, each once, in the order asked for. Raises InvalidInput naming `ids`."""
    distinct = list(dict.fromkeys(ids))
    if not 1 <= len(distinct) <= LARGEST_BATCH:
        raise InvalidInput(f"There are {len(distinct)} ids; it takes 1 to {LARGEST_BATCH}.", "ids")
    return distinct


def _value(metric: str, amounts: Amounts) -> MetricValue:
    level = amounts[f"{metric}_level"] if metric in SERIES_COUNTERS else None
    return MetricValue(value_of(metric, amounts), level)
