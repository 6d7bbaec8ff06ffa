"""Breakdowns: one metric of a subject told apart by its children, the first ten and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from uuid import UUID

from app.core.analytics.amounts import SubjectAmounts, bounds_of, read_amounts
from app.core.analytics.window_metrics import change_of
from app.domain.metrics import (
    ACCOUNT_COUNTERS,
    DAYS,
    POST_COUNTERS,
    RATIOS,
    Amounts,
    Value,
    check_metrics,
    counters_of,
    ranks_of,
    share_percent,
    sum_amounts,
    terms_of,
    value_of,
)
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.domain.records import Breakdown, BreakdownRest, BreakdownRow, MetricChange, SubjectReference
from app.domain.rollups import utc_day
from app.domain.series import Division, Granularity, SeriesMode, SubjectKind, cut_window
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window
from app.store.analytics.members import (
    select_creator_names,
    select_member_accounts,
    select_member_videos,
    select_present,
)
from app.store.analytics.series import Bounds

MOST_CHILDREN = 10
"""Children that are listed; the others are the rest."""

DIVISIONS: Mapping[SubjectKind, Sequence[Division]] = {
    SubjectKind.ORGANIZATION: tuple(Division),
    SubjectKind.CREATOR: (Division.ACCOUNT, Division.PLATFORM, Division.VIDEO),
    SubjectKind.ACCOUNT: (Division.VIDEO,),
    SubjectKind.VIDEO: (),
}
"""What each kind of subject can be told apart by."""

Child = UUID | Platform


@dataclass(frozen=True, slots=True)
class _Part:
    """An account or a post, or several posts that gain just the same as that one."""

    kind: SubjectKind
    id: UUID
    times: int = 1
    level: int | None = None
    """Where several posts stand together in the metric, which is a counter."""


@dataclass(slots=True)
class _Members:
    """What a subject consists of."""

    names: dict[Child, str] = field(default_factory=dict)
    """Every child, by which name ties are told apart; a platform has none beside itself."""
    parts: dict[Child | None, list[_Part]] = field(default_factory=dict)
    """What each child consists of, and under None what belongs to no child."""

    def add(self, child: Child | None, name: str, part: _Part) -> None:
        if child is not None:
            self.names[child] = name
        self.parts.setdefault(child, []).append(part)


async def break_down(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    metric: str,
    by: Division,
    window: Window,
    *,
    granularity: Granularity | int | None = None,
    mode: SeriesMode = SeriesMode.GAIN,
) -> dict[UUID, Breakdown]:
    """One metric of each subject by its children; an id that is not of the viewer's organization is absent.

    The ten greatest children are listed, as a leaderboard ranks them; all others are the rest, together with what
    belongs to no child (accounts without a creator, posts that are in no account). A counter of the rows and the rest
    adds up to the subject's own; a ratio of the rest is made of its summed terms. With a `granularity` rows and rest
    have their values bucket by bucket too, as `mode` says. Raises InvalidInput naming `by`, `metric` or `bucket_days`.
    """
    viewer.require(Scope.READ)
    _check(kind, metric, by)
    previous = window.previous
    following = window.end + timedelta(days=1)
    starts = [] if granularity is None else [span.start for span in cut_window(window, granularity, window.end)]
    bounds = bounds_of([previous.start, window.start, following], window.zone)
    buckets = bounds_of([*starts, following], window.zone)
    subjects = await _read_members(viewer.organization_id, kind, ids, metric, by, bounds, buckets)
    parts = [part for members in subjects.values() for of_child in members.parts.values() for part in of_child]
    amounts = await _read_parts(viewer.organization_id, parts, bounds, metric)
    by_bucket = await _read_parts(viewer.organization_id, parts, buckets, metric) if starts else {}

    def change(of: Sequence[_Part]) -> MetricChange:
        return change_of(metric, *(_sum(metric, of, amounts, bounds, place) for place in range(2)))

    def values(of: Sequence[_Part]) -> list[Value]:
        as_level = mode is SeriesMode.LEVEL
        return [
            value_of(metric, _sum(metric, of, by_bucket, buckets, place), as_level=as_level)
            for place in range(len(starts))
        ]

    found = {}
    for subject_id, members in subjects.items():
        changes = {child: change(members.parts.get(child, ())) for child in members.names}
        total = change([part for of_child in members.parts.values() for part in of_child])
        ranked = list(ranks_of({child: changes[child].current for child in changes}, members.names))
        others = ranked[MOST_CHILDREN:]
        rest = [part for child in (*others, None) for part in members.parts.get(child, ())]
        of_rest = change(rest)
        found[subject_id] = Breakdown(
            start=window.start,
            end=window.end,
            previous_start=previous.start,
            previous_end=previous.end,
            timezone=window.zone.key,
            bucket_starts=starts,
            total=total,
            rows=[
                BreakdownRow(
                    subject=None if isinstance(child, Platform) else SubjectReference(**{f"{by.value}_id": child}),
                    platform=child if isinstance(child, Platform) else None,
                    change=changes[child],
                    share_percent=_share(metric, changes[child], total),
                    values=values(members.parts.get(child, ())),
                )
                for child in ranked[:MOST_CHILDREN]
            ],
            rest=BreakdownRest(
                count=sum(_size(members, child) for child in others),
                change=of_rest,
                share_percent=_share(metric, of_rest, total),
                values=values(rest),
            ),
        )
    return found


def _check(kind: SubjectKind, metric: str, by: Division) -> None:
    allowed = DIVISIONS[kind]
    if by not in allowed:
        choice = f"it takes {', '.join(allowed)}" if allowed else "it has no parts"
        raise InvalidInput(f"A breakdown of one {kind.value} by {by.value} is not possible; {choice}.", "by")
    check_metrics([metric], "metric")
    if by is Division.VIDEO and set(counters_of([metric])) & set(ACCOUNT_COUNTERS):
        raise InvalidInput(f"{metric} is a figure of profiles; a video has none.", "metric")


async def _read_members(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    metric: str,
    by: Division,
    bounds: Bounds,
    buckets: Bounds,
) -> dict[UUID, _Members]:
    """What the organization's subjects among `ids` consist of."""
    subjects = {subject_id: _Members() for subject_id in await select_present(organization_id, kind, ids)}
    if by is Division.CREATOR:
        names = await select_creator_names(organization_id)
        for members in subjects.values():
            members.names.update(names.items())
    if by is not Division.VIDEO:
        for account in await select_member_accounts(organization_id, kind, list(subjects)):
            part = _Part(SubjectKind.ACCOUNT, account.id)
            members = subjects[account.subject_id]
            if by is Division.ACCOUNT:
                members.add(account.id, account.handle, part)
            elif by is Division.PLATFORM:
                members.add(account.platform, "", part)
            else:
                creator_id = account.creator_id if account.creator_id in names else None
                members.add(creator_id, names[creator_id] if creator_id else "", part)
    if by is Division.VIDEO or kind is SubjectKind.ORGANIZATION:
        videos = await select_member_videos(
            organization_id,
            kind,
            list(subjects),
            utc_day(bounds.instants[0]),
            sorted({*bounds.instants, *buckets.instants}),
            counter=metric if metric in POST_COUNTERS else "views",
            singles=MOST_CHILDREN,
            outside_accounts=by is not Division.VIDEO,
        )
        for video in videos:
            children: Mapping[Division, Child] = {Division.VIDEO: video.id, Division.PLATFORM: video.platform}
            child, name = children.get(by), video.name if by is Division.VIDEO else ""
            subjects[video.subject_id].add(child, name, _Part(SubjectKind.VIDEO, video.id, video.alike, video.level))
    return subjects


async def _read_parts(
    organization_id: UUID, parts: Sequence[_Part], bounds: Bounds, metric: str
) -> dict[UUID, SubjectAmounts]:
    amounts: dict[UUID, SubjectAmounts] = {}
    for kind in (SubjectKind.ACCOUNT, SubjectKind.VIDEO):
        of_kind = [part.id for part in parts if part.kind is kind]
        if of_kind:
            amounts |= await read_amounts(organization_id, kind, of_kind, bounds, [metric])
    return amounts


def _sum(
    metric: str, parts: Sequence[_Part], amounts: Mapping[UUID, SubjectAmounts], bounds: Bounds, place: int
) -> dict[str, int | None]:
    """What parts come to together in one stretch; one that was removed since they were listed counts no more."""
    days = (bounds.days[place + 1] - bounds.days[place]).days
    terms = [term for term in terms_of(metric) if term != DAYS]
    level = f"{metric}_level"
    known: list[tuple[Amounts, int]] = []
    for part in parts:
        if part.id in amounts:
            of_part = amounts[part.id].stretches[place].amounts
            if part.times > 1 and level in terms:
                known.append(({**dict.fromkeys(terms), level: part.level}, 1))
                of_part = {**of_part, level: None}
            known.append((of_part, part.times))
    return sum_amounts(terms, known, days)


def _share(metric: str, part: MetricChange, total: MetricChange) -> Fraction | None:
    return None if metric in RATIOS else share_percent(part.current, total.current)


def _size(members: _Members, child: Child) -> int:
    """How many children a child stands for: only a post does for others that are alike."""
    return members.parts[child][0].times if isinstance(child, UUID) and child in members.parts else 1
