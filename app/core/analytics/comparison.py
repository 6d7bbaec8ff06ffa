"""Comparisons: up to five subjects of any kinds side by side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.domain.problems import InvalidInput
from app.domain.records import ComparedSubject, Comparison, Series, SubjectReference, WindowMetrics
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window

MOST_SUBJECTS = 5


async def compare_subjects(
    viewer: Viewer,
    subjects: Sequence[tuple[SubjectKind, UUID]],
    window: Window,
    granularity: Granularity | int,
    mode: SeriesMode,
    metrics: Sequence[str],
    *,
    now: datetime,
    growth_of_counters: Sequence[str] = (),
) -> Comparison:
    """Window metrics and series of 1 to 5 accounts, creators and videos, in their order; all have the same buckets.

    Those that are not the viewer's organization's are named in `not_found`. Raises InvalidInput naming `ids` for none,
    too many or doubled ones, `metrics` and `bucket_days`.
    """
    viewer.require(Scope.READ)
    if not 1 <= len(subjects) <= MOST_SUBJECTS:
        raise InvalidInput(f"There are {len(subjects)} to compare; it takes 1 to {MOST_SUBJECTS}.", "ids")
    if len(set(subjects)) < len(subjects):
        raise InvalidInput("One of these is there twice. Name each once.", "ids")
    series: dict[UUID, Series] = {}
    figures: dict[UUID, WindowMetrics] = {}
    for kind in (SubjectKind.ACCOUNT, SubjectKind.CREATOR, SubjectKind.VIDEO):
        ids = [subject_id for of_kind, subject_id in subjects if of_kind is kind]
        if ids:
            figures |= await subject_metrics(viewer, kind, ids, window, metrics)
            series |= await subject_series(
                viewer, kind, ids, window, granularity, mode, metrics, now=now, growth_of_counters=growth_of_counters
            )
    references = {id: SubjectReference(**{f"{kind.value}_id": id}) for kind, id in subjects}
    found = figures.keys() & series.keys()
    return Comparison(
        subjects=[
            ComparedSubject(references[subject_id], figures[subject_id], series[subject_id])
            for subject_id in references
            if subject_id in found
        ],
        not_found=[reference for subject_id, reference in references.items() if subject_id not in found],
    )
