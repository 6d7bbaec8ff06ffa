"""Exports: everything of a kind, page after page, so that no more than a page of it is ever held.

Each page is one question, asked when the page before it has been taken: no connection is held in between, and whoever
stops taking stops the asking. Pages follow each other by keyset: what is there from the first page to the last is in
the export once. What is added or removed meanwhile may be in it or not; what changes its place in a ranking meanwhile
may be missing or there twice. Windows are those of one `now`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from app.core.analytics.ranking import rank_subjects
from app.core.analytics.series import subject_series
from app.core.tracking.accounts import list_accounts, load_accounts
from app.core.tracking.creators import list_creators, load_creators
from app.core.tracking.videos import load_videos
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, AccountFilter, CreatorFilter, VideoFilter
from app.domain.problems import InvalidInput, NotFound
from app.domain.records import Account, Creator, Page, RankedSubject, Series, Video
from app.domain.series import Granularity, SeriesMode, SubjectKind, cut_window
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window
from app.store.analytics.export import select_videos_after
from app.store.analytics.members import select_present

Record = TypeVar("Record")
Pages: TypeAlias = AsyncGenerator[Sequence[Record], None]
Subject: TypeAlias = Account | Creator | Video | Viewer
"""Whose figures are exported; a viewer stands for its organization."""

PAGE_ROWS = 500
RANKED_ROWS = 2_000
"""Of a ranking: each page costs as much as the whole ranking, whatever its size."""
MOST_SUBJECTS = 200
"""That are named, or that are read at once."""
MOST_BUCKETS = 10_000
"""That are read at once."""


@dataclass(frozen=True, slots=True)
class SubjectSeries:
    """A subject and its series."""

    subject: Subject
    series: Series


@dataclass(frozen=True, slots=True)
class Place(Generic[Record]):
    """A place of a ranking and who has it."""

    ranked: RankedSubject
    subject: Record


async def export_accounts(viewer: Viewer, filter: AccountFilter) -> Pages[Account]:
    """The tracked accounts, most recently added first. Raises Forbidden at once."""
    viewer.require(Scope.READ)
    return _walk(partial(list_accounts, viewer, filter, with_total=False), PAGE_ROWS)


async def export_videos(viewer: Viewer, scope: VideoFilter = EVERY_VIDEO) -> Pages[Video]:
    """The videos of a scope, found in feeds or tracked by themselves, the ones known longest first.

    Raises Forbidden at once.
    """
    viewer.require(Scope.READ)
    return _walk_videos(viewer, scope, PAGE_ROWS)


async def export_leaderboard(
    viewer: Viewer, kind: SubjectKind, metric: str, window: Window, *, scope: VideoFilter = EVERY_VIDEO
) -> Pages[Place[Subject]]:
    """Every place of the ranking that `rank_subjects` gives page by page, the first one first.

    Raises Forbidden at once, and InvalidInput naming `metric` with the first page.
    """
    viewer.require(Scope.READ)
    return _walk_ranking(viewer, kind, partial(rank_subjects, viewer, kind, metric, window, scope=scope))


async def export_series(
    viewer: Viewer,
    subjects: SubjectKind | Sequence[tuple[SubjectKind, UUID]],
    window: Window,
    granularity: Granularity | int,
    mode: SeriesMode,
    metrics: Sequence[str],
    *,
    now: datetime,
    scope: VideoFilter = EVERY_VIDEO,
) -> Pages[SubjectSeries]:
    """The series that `subject_series` gives, of all subjects of a kind or of those named, in the order named.

    `scope` is for all videos and nothing else. Raises at once Forbidden, InvalidInput naming `bucket_days`, or `id` for
    more than 200 subjects, and NotFound naming `id`. A subject that is removed meanwhile is left out.
    """
    viewer.require(Scope.READ)
    buckets = len(cut_window(window, granularity, now.astimezone(window.zone).date()))
    size = max(1, min(MOST_SUBJECTS, MOST_BUCKETS // buckets))
    read = partial(subject_series, viewer, window=window, granularity=granularity, mode=mode, metrics=metrics, now=now)
    if isinstance(subjects, SubjectKind):
        return _walk_series(_all_of(viewer, subjects, scope, size), read)
    named = list(dict.fromkeys(subjects))
    await _check_present(viewer, named)
    return _walk_series(_load_named(viewer, named, size), read)


def kind_of(subject: Subject) -> SubjectKind:
    """What a subject is."""
    match subject:
        case Account():
            return SubjectKind.ACCOUNT
        case Creator():
            return SubjectKind.CREATOR
        case Video():
            return SubjectKind.VIDEO
    return SubjectKind.ORGANIZATION


async def _walk(read: Callable[[PageRequest], Awaitable[Page[Record]]], size: int) -> Pages[Record]:
    cursor: str | None = None
    while True:
        page = await read(PageRequest(size, cursor))
        if page.nodes:
            yield page.nodes
        if not page.has_next_page:
            return
        cursor = page.cursors[-1]


async def _walk_videos(viewer: Viewer, scope: VideoFilter, size: int) -> Pages[Video]:
    after: UUID | None = None
    while videos := await select_videos_after(viewer.organization_id, scope, after, size):
        yield videos
        if len(videos) < size:
            return
        after = videos[-1].id


async def _walk_ranking(
    viewer: Viewer, kind: SubjectKind, read: Callable[[PageRequest], Awaitable[Page[RankedSubject]]]
) -> Pages[Place[Subject]]:
    async for ranked in _walk(read, RANKED_ROWS):
        found = await _load(viewer, kind, [row.subject_id for row in ranked])
        yield [Place(row, found[row.subject_id]) for row in ranked if row.subject_id in found]


async def _walk_series(
    lots: Pages[Subject], read: Callable[[SubjectKind, Sequence[UUID]], Awaitable[dict[UUID, Series]]]
) -> Pages[SubjectSeries]:
    async for subjects in lots:
        ids = [_id_of(subject) for subject in subjects]
        series = await read(kind_of(subjects[0]), ids)
        yield [SubjectSeries(subject, series[id]) for id, subject in zip(ids, subjects, strict=True) if id in series]


def _all_of(viewer: Viewer, kind: SubjectKind, scope: VideoFilter, size: int) -> Pages[Subject]:
    match kind:
        case SubjectKind.ACCOUNT:
            return _walk(partial(list_accounts, viewer, AccountFilter(), with_total=False), size)
        case SubjectKind.CREATOR:
            return _walk(partial(list_creators, viewer, CreatorFilter(), with_total=False), size)
        case SubjectKind.VIDEO:
            return _walk_videos(viewer, scope, size)
    return _load_named(viewer, [(kind, viewer.organization_id)], size)


async def _load_named(viewer: Viewer, named: Sequence[tuple[SubjectKind, UUID]], size: int) -> Pages[Subject]:
    for kind, ids in _lots(named, size):
        found = await _load(viewer, kind, ids)
        if lot := [found[id] for id in ids if id in found]:
            yield lot


def _lots(named: Sequence[tuple[SubjectKind, UUID]], size: int) -> Iterator[tuple[SubjectKind, list[UUID]]]:
    """Neighbours of one kind, so many at once."""
    for kind, neighbours in groupby(named, lambda subject: subject[0]):
        ids = [id for _, id in neighbours]
        for start in range(0, len(ids), size):
            yield kind, ids[start : start + size]


async def _load(viewer: Viewer, kind: SubjectKind, ids: Sequence[UUID]) -> dict[UUID, Subject]:
    match kind:
        case SubjectKind.ACCOUNT:
            return dict(await load_accounts(viewer, ids))
        case SubjectKind.CREATOR:
            return dict(await load_creators(viewer, ids))
        case SubjectKind.VIDEO:
            return dict(await load_videos(viewer, ids))
    return {viewer.organization_id: viewer}


async def _check_present(viewer: Viewer, named: Sequence[tuple[SubjectKind, UUID]]) -> None:
    if not 1 <= len(named) <= MOST_SUBJECTS:
        raise InvalidInput(f"There are {len(named)} ids; it takes 1 to {MOST_SUBJECTS}.", "id")
    present: set[UUID] = set()
    for kind, ids in _lots(sorted(named), len(named)):
        present |= await select_present(viewer.organization_id, kind, ids)
    for number, (kind, id) in enumerate(named, 1):
        if id not in present:
            raise NotFound(f"There is no such {kind.value} (id number {number}).", "id")


def _id_of(subject: Subject) -> UUID:
    return subject.organization_id if isinstance(subject, Viewer) else subject.id
