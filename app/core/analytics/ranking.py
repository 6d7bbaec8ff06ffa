"""Leaderboards: accounts or creators ranked by a metric over a window, beside their ranks in the window before."""

from datetime import timedelta

from app.core.analytics.amounts import bounds_of, is_complete, read_amounts
from app.domain.metrics import METRICS, ranks_of, value_of
from app.domain.problems import InvalidInput
from app.domain.records import Leaderboard, RankedSubject
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window, day_start
from app.store.analytics.ranking import select_names

LONGEST_LEADERBOARD = 200


async def rank_subjects(viewer: Viewer, kind: SubjectKind, metric: str, window: Window, limit: int) -> Leaderboard:
    """The first `limit` (1 to 200) accounts or creators of the organization by a metric, counters by what they gained.

    Ties are told apart by name, then by id; those of which nothing is known come last and are listed. The previous rank
    is that of the same ranking over the window before. Raises InvalidInput naming `limit` or `metric`.
    """
    viewer.require(Scope.READ)
    if not 1 <= limit <= LONGEST_LEADERBOARD:
        raise InvalidInput(f"limit is {limit}; it takes 1 to {LONGEST_LEADERBOARD}.", "limit")
    if metric not in METRICS:
        raise InvalidInput(f"{metric[:64]!r} is no metric; there are {', '.join(METRICS)}.", "metric")
    previous = window.previous
    names = await select_names(viewer.organization_id, kind)
    bounds = bounds_of([previous.start, window.start, window.end + timedelta(days=1)], window.zone)
    amounts = await read_amounts(viewer.organization_id, kind, list(names), bounds, [metric])
    before = {subject_id: value_of(metric, found.stretches[0].amounts) for subject_id, found in amounts.items()}
    values = {subject_id: value_of(metric, found.stretches[1].amounts) for subject_id, found in amounts.items()}
    previous_ranks = ranks_of(before, names)
    start = day_start(window.start, window.zone)
    rows = [
        RankedSubject(
            subject_id,
            rank,
            previous_ranks[subject_id],
            values[subject_id],
            before[subject_id],
            is_complete(amounts[subject_id].first_observed_at, start),
        )
        for subject_id, rank in ranks_of(values, names).items()
        if rank <= limit
    ]
    return Leaderboard(window.start, window.end, previous.start, previous.end, window.zone.key, len(values), rows)
