"""Loaders: what many fields of one request ask for one by one is asked of a use case at once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from app.api.graphql.batching import Loader, Reads, read_by_arguments
from app.core.access.key_management import load_keys
from app.core.analytics.breakdown import break_down
from app.core.analytics.overview import organization_overview
from app.core.analytics.series import subject_series
from app.core.analytics.video_lists import list_videos_of
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.accounts import load_accounts
from app.core.tracking.creators import list_linked_accounts, load_creators
from app.core.tracking.refreshes import list_runs_of, load_runs
from app.core.tracking.videos import load_videos
from app.domain.cursors import PageRequest
from app.domain.filters import AccountFilter, AccountOrder, VideoFilter, VideoOrder
from app.domain.problems import NotFound
from app.domain.records import (
    Account,
    Attributes,
    Breakdown,
    Overview,
    Page,
    Refreshable,
    Run,
    Series,
    Video,
    WindowMetrics,
)
from app.domain.series import Division, Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window

Value = TypeVar("Value")
Arguments = TypeVar("Arguments", bound=Hashable)


@dataclass(frozen=True, slots=True)
class AccountsAsked:
    """The arguments of a creator's list of accounts."""

    page: PageRequest
    filter: AccountFilter
    order: AccountOrder
    with_total: bool


@dataclass(frozen=True, slots=True)
class VideosAsked:
    """The arguments of a list of videos that belongs to accounts or creators."""

    kind: SubjectKind
    page: PageRequest
    filter: VideoFilter
    order: VideoOrder
    with_total: bool


@dataclass(frozen=True, slots=True)
class RunsAsked:
    """The arguments of the history of an account or a video."""

    kind: Refreshable
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


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks, when, and what may be read of records."""

    viewer: Viewer
    now: datetime
    attributes: Mapping[str, Attributes] | None

    def attributes_of(self, type_name: str) -> Attributes | None:
        return None if self.attributes is None else self.attributes.get(type_name, frozenset())


class Loaders:
    """The loaders of one request: they hold what it has read, so they never outlive it.

    `attributes` are, by object type, those that may be read of records; without, records are read whole.
    """

    def __init__(self, viewer: Viewer, now: datetime, attributes: Mapping[str, Attributes] | None = None) -> None:
        # Nothing here may refer back to what holds it: that would keep every record until cycles are looked for.
        self._asking = asking = _Asking(viewer, now, attributes)
        self._reads: Reads = set()
        self._gone = NotFound("This was removed while it was being read.")
        self.accounts = self._by_id(partial(load_accounts, viewer, attributes=asking.attributes_of("Account")))
        self.creators = self._by_id(partial(load_creators, viewer, attributes=asking.attributes_of("Creator")))
        self.videos = self._by_id(partial(load_videos, viewer, attributes=asking.attributes_of("Video")))
        self.keys = self._by_id(partial(load_keys, viewer))
        self.runs = self._by_id(partial(load_runs, viewer))
        self.linked_accounts = self._by_arguments(_read_linked_accounts)
        self.listed_videos = self._by_arguments(_read_videos)
        self.listed_runs = self._by_arguments(_read_runs)
        self.series = self._by_arguments(_read_series)
        self.metrics = self._by_arguments(_read_metrics)
        self.breakdowns = self._by_arguments(_read_breakdowns)
        self.overviews = self._by_arguments(_read_overview)
        """By the viewer's own organization."""

    def attributes_of(self, type_name: str) -> Attributes | None:
        """What may be read of the records of a type; None for everything."""
        return self._asking.attributes_of(type_name)

    def forget(self) -> None:
        """Drops what was read, because a mutation is about to change it."""
        for loader in vars(self).values():
            if isinstance(loader, Loader):
                loader.forget()

    async def end(self) -> None:
        """Ends the reads that nobody waits for any more."""
        if reads := list(self._reads):
            for task in reads:
                task.cancel()
            await asyncio.gather(*reads, return_exceptions=True)

    def _by_id(self, read: Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Value]]]) -> Loader[UUID, Value | None]:
        """A loader of what has an id; None where nothing has it."""
        return Loader(read, self._reads, None)

    def _by_arguments(
        self, read: Callable[[_Asking, Sequence[UUID], Arguments], Awaitable[Mapping[UUID, Value]]]
    ) -> Loader[tuple[UUID, Arguments], Value]:
        """A loader of what something with an id has under some arguments."""
        return Loader(partial(read_by_arguments, partial(read, self._asking)), self._reads, self._gone)


async def _read_videos(asking: _Asking, ids: Sequence[UUID], asked: VideosAsked) -> Mapping[UUID, Page[Video]]:
    return await list_videos_of(
        asking.viewer,
        asked.kind,
        ids,
        asked.page,
        asked.filter,
        asked.order,
        with_total=asked.with_total,
        attributes=asking.attributes_of("Video"),
    )


async def _read_linked_accounts(
    asking: _Asking, ids: Sequence[UUID], asked: AccountsAsked
) -> Mapping[UUID, Page[Account]]:
    return await list_linked_accounts(
        asking.viewer,
        ids,
        asked.page,
        asked.filter,
        asked.order,
        with_total=asked.with_total,
        attributes=asking.attributes_of("Account"),
    )


async def _read_runs(asking: _Asking, ids: Sequence[UUID], asked: RunsAsked) -> Mapping[UUID, Page[Run]]:
    return await list_runs_of(asking.viewer, asked.kind, ids, asked.page, with_total=asked.with_total)


async def _read_series(asking: _Asking, ids: Sequence[UUID], asked: SeriesAsked) -> Mapping[UUID, Series]:
    return await subject_series(
        asking.viewer,
        asked.kind,
        ids,
        asked.window,
        asked.granularity,
        asked.mode,
        asked.metrics,
        now=asking.now,
        growth_of_counters=asked.growth_of,
    )


async def _read_metrics(asking: _Asking, ids: Sequence[UUID], asked: MetricsAsked) -> Mapping[UUID, WindowMetrics]:
    return await subject_metrics(asking.viewer, asked.kind, ids, asked.window, asked.metrics)


async def _read_breakdowns(asking: _Asking, ids: Sequence[UUID], asked: BreakdownAsked) -> Mapping[UUID, Breakdown]:
    return await break_down(asking.viewer, asked.kind, ids, asked.metric, asked.by, asked.window)


async def _read_overview(asking: _Asking, ids: Sequence[UUID], window: Window) -> Mapping[UUID, Overview]:
    overview = await organization_overview(asking.viewer, window)
    return dict.fromkeys(ids, overview)
