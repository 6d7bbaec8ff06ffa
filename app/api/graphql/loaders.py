"""Loaders: what many fields of one request ask for one by one is asked of a use case at once."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from app.core.analytics.breakdown import break_down
from app.core.analytics.overview import organization_overview
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.accounts import load_accounts
from app.core.tracking.creators import list_linked_accounts, load_creators
from app.core.tracking.videos import list_videos, load_videos
from app.domain.cursors import PageRequest
from app.domain.problems import NotFound
from app.domain.records import Account, Breakdown, Creator, Overview, Page, Series, Video, WindowMetrics
from app.domain.series import Division, Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window

Value = TypeVar("Value")
Arguments = TypeVar("Arguments", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ListAsked:
    """The arguments of a list that belongs to something."""

    page: PageRequest
    with_total: bool


@dataclass(frozen=True, slots=True)
class SeriesAsked:
    """The arguments of a series; only the metrics selected are read."""

    kind: SubjectKind
    window: Window
    granularity: Granularity | int
    mode: SeriesMode
    metrics: tuple[str, ...]
    growth_of: tuple[str, ...]
    """The counters whose growth is wanted too."""


@dataclass(frozen=True, slots=True)
class MetricsAsked:
    """The arguments of window metrics; only the metrics selected are read."""

    kind: SubjectKind
    window: Window
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreakdownAsked:
    """The arguments of a breakdown."""

    kind: SubjectKind
    metric: str
    by: Division
    window: Window


class Loaders:
    """The loaders of one request: they hold what it has read, so they never outlive it."""

    def __init__(self, viewer: Viewer, now: datetime) -> None:
        async def read_videos(ids: Sequence[UUID], asked: ListAsked) -> Mapping[UUID, Page[Video]]:
            return await list_videos(viewer, ids, asked.page, with_total=asked.with_total)

        async def read_linked_accounts(ids: Sequence[UUID], asked: ListAsked) -> Mapping[UUID, Page[Account]]:
            return await list_linked_accounts(viewer, ids, asked.page, with_total=asked.with_total)

        async def read_series(ids: Sequence[UUID], asked: SeriesAsked) -> Mapping[UUID, Series]:
            return await subject_series(
                viewer,
                asked.kind,
                ids,
                asked.window,
                asked.granularity,
                asked.mode,
                asked.metrics,
                now=now,
                growth_of_counters=asked.growth_of,
            )

        async def read_metrics(ids: Sequence[UUID], asked: MetricsAsked) -> Mapping[UUID, WindowMetrics]:
            return await subject_metrics(viewer, asked.kind, ids, asked.window, asked.metrics)

        async def read_breakdowns(ids: Sequence[UUID], asked: BreakdownAsked) -> Mapping[UUID, Breakdown]:
            return await break_down(viewer, asked.kind, ids, asked.metric, asked.by, asked.window)

        async def read_overview(ids: Sequence[UUID], window: Window) -> Mapping[UUID, Overview]:
            overview = await organization_overview(viewer, window)
            return dict.fromkeys(ids, overview)

        self.accounts: DataLoader[UUID, Account | None] = DataLoader(_by_id(partial(load_accounts, viewer)))
        self.creators: DataLoader[UUID, Creator | None] = DataLoader(_by_id(partial(load_creators, viewer)))
        self.creator_accounts: DataLoader[tuple[UUID, ListAsked], Page[Account]] = DataLoader(
            _by_arguments(read_linked_accounts)
        )
        self.videos: DataLoader[UUID, Video | None] = DataLoader(_by_id(partial(load_videos, viewer)))
        self.account_videos: DataLoader[tuple[UUID, ListAsked], Page[Video]] = DataLoader(_by_arguments(read_videos))
        self.series: DataLoader[tuple[UUID, SeriesAsked], Series] = DataLoader(_by_arguments(read_series))
        self.metrics: DataLoader[tuple[UUID, MetricsAsked], WindowMetrics] = DataLoader(_by_arguments(read_metrics))
        self.breakdowns: DataLoader[tuple[UUID, BreakdownAsked], Breakdown] = DataLoader(_by_arguments(read_breakdowns))
        self.overviews: DataLoader[tuple[UUID, Window], Overview] = DataLoader(_by_arguments(read_overview))
        """By the viewer's own organization."""

    def forget(self) -> None:
        """Drops what was read, because a mutation is about to change it."""
        for loader in vars(self).values():
            loader.clear_all()


def _by_id(
    read: Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Value]]],
) -> Callable[[list[UUID]], Awaitable[Sequence[Value | None]]]:
    """A batch of ids answered by one call; an id that is absent from the answer is None."""

    async def load(ids: list[UUID]) -> Sequence[Value | None]:
        found = await read(ids)
        return [found.get(id) for id in ids]

    return load


def _by_arguments(
    read: Callable[[Sequence[UUID], Arguments], Awaitable[Mapping[UUID, Value]]],
) -> Callable[[list[tuple[UUID, Arguments]]], Awaitable[Sequence[Value | BaseException]]]:
    """A batch of (id, arguments) answered by one call for each set of arguments; one that fails fails alone."""

    async def load(keys: list[tuple[UUID, Arguments]]) -> Sequence[Value | BaseException]:
        groups: dict[Arguments, list[UUID]] = {}
        for id, arguments in keys:
            groups.setdefault(arguments, []).append(id)
        answers: dict[tuple[UUID, Arguments], Value | BaseException] = {}
        # One after the other: a request holds one database connection, however many aliases it has.
        for arguments, ids in groups.items():
            try:
                found = await read(ids, arguments)
            except Exception as error:
                answers.update({(id, arguments): error for id in ids})
            else:
                gone = NotFound("This was removed while it was being read.")
                answers.update({(id, arguments): found.get(id, gone) for id in ids})
        return [answers[key] for key in keys]

    return load
