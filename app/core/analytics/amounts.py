"""Amounts: what subjects come to over stretches of days, for whatever metrics are asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.analytics.late_views import gains_before_views
from app.core.analytics.video_amounts import read_video_amounts
from app.domain.metrics import DAYS, POSTS_PUBLISHED, PUBLISHED_EVER, counters_of, terms_of
from app.domain.platforms import Platform
from app.domain.series import Stretches, SubjectKind, layout_of, read_stretches
from app.domain.windows import day_start
from app.store.analytics.series import Bounds, count_published, read_set_sums


@dataclass(frozen=True, slots=True)
class SubjectAmounts:
    """What one subject comes to, stretch by stretch."""

    first_observed_at: datetime | None
    stretches: Stretches


def bounds_of(days: Sequence[date], zone: ZoneInfo) -> Bounds:
    """Stretches that begin on these days; the last day is where the last one ends."""
    return Bounds(days, zone.key, [day_start(day, zone) for day in days])


async def read_amounts(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    bounds: Bounds,
    metrics: Sequence[str],
    *,
    with_flags: bool = False,
    platforms: Collection[Platform] | None = None,
) -> dict[UUID, SubjectAmounts]:
    """The amounts of every subject asked for, with all terms that `metrics` are made of.

    Of an organization or a creator only what is on `platforms` counts, where some are given: as if nothing else of it
    were tracked.

    What is not the organization's is absent. Whether a stretch is observed or a baseline is told `with_flags`. A
    constant number of statements, whatever the number of subjects and the length of their history.
    """
    ids = list(dict.fromkeys(ids))
    counters = counters_of(metrics)
    if kind is SubjectKind.VIDEO:
        videos = await read_video_amounts(organization_id, ids, bounds, counters, with_flags=with_flags)
        return {video_id: SubjectAmounts(first, Stretches.of(found)) for video_id, (first, found) in videos.items()}
    terms = {term for metric in metrics for term in terms_of(metric)}
    sums = await read_set_sums(organization_id, kind, ids, bounds, counters, platforms)
    published: Mapping[UUID, Sequence[int]] = {}
    if terms & {POSTS_PUBLISHED, PUBLISHED_EVER}:
        published = await count_published(organization_id, kind, ids, bounds, platforms)
    late: Mapping[UUID, Sequence[Mapping[str, int]]] = {}
    if any(term.startswith("viewed_") for term in terms) and any(found.has_late_views for found in sums.values()):
        late = await gains_before_views(organization_id, kind, ids, bounds, platforms)
    amounts = {}
    for set_id, found in sums.items():
        more = _more(bounds, published.get(set_id))
        stretches = read_stretches(found.sums, bounds.count, found.totals, layout_of(counters), more)
        if set_id in late:
            stretches = _with_late(stretches, late[set_id])
        amounts[set_id] = SubjectAmounts(found.first_observed_at, stretches)
    return amounts


def is_complete(first_observed_at: datetime | None, start: datetime) -> bool:
    """Whether a stretch that begins at `start` begins no earlier than what was first observed of the set."""
    return first_observed_at is not None and first_observed_at.astimezone(UTC) <= start


def _more(bounds: Bounds, published: Sequence[int] | None) -> dict[str, Sequence[int]]:
    """The terms that are not counters, each stretch by stretch."""
    more: dict[str, Sequence[int]] = {DAYS: [(end - start).days for start, end in pairwise(bounds.days)]}
    if published is not None:
        *inside, before = published
        more[POSTS_PUBLISHED] = inside
        more[PUBLISHED_EVER] = list(accumulate(inside, initial=before))[1:]
    return more


def _with_late(stretches: Stretches, late: Sequence[Mapping[str, int]]) -> Stretches:
    """Stretches with what posts gained before their views were known taken in, which is told by counter."""
    columns = {term: list(column) for term, column in stretches.columns.items()}
    for place, gains in enumerate(late):
        for counter, gain in gains.items():
            column = columns.get(f"viewed_{counter}_gain")
            if column is not None and (amount := column[place]) is not None:
                column[place] = amount + gain
    return Stretches(columns, stretches.is_observed, stretches.is_baseline)
