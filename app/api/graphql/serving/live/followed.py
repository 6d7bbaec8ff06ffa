"""What is followed of one organization: its feeds, and what happens to it, told to them in its order."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from graphql import GraphQLError

from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.serving.errors import show_execution_error, show_failure
from app.api.graphql.serving.execution import ended_reads
from app.api.graphql.serving.live.feeds import Feed, FeedKey, batches, show_event
from app.api.graphql.serving.operations import Operations, show_spent
from app.core.access.budgets import BudgetSpent, Standing
from app.core.events.messages import RunMoved
from app.domain.clock import Clock
from app.domain.problems import NotFound
from app.domain.viewer import Scope, Viewer
from app.runtime import Runtime, is_database_away
from app.settings import Settings

AT_ONCE = 25
"""Events of one message that are executed at a time: what they read is read together."""
LOOKED_AT_ONCE = 200
"""Feeds that are asked at a time what they show: what they read is read together."""
MOST_WAITING = 1_000
"""Messages that wait for those before them; beyond them some are not told."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What showing events takes."""

    settings: Settings
    clock: Clock
    operations: Operations
    runtime: Runtime


class Followed:
    """One organization with at least one feed, or about to have one."""

    def __init__(self, organization_id: UUID, tools: Tools) -> None:
        self.organization_id = organization_id
        self.feeds: dict[FeedKey, Feed] = {}
        self._tools = tools
        self._messages: deque[RunMoved] = deque()
        self._unlooked: list[Feed] = []
        self._has_work = asyncio.Event()
        self._working = asyncio.create_task(self._work())

    def hear(self, moved: RunMoved) -> None:
        """Tells the feeds of something, after all that came before."""
        if len(self._messages) >= MOST_WAITING:
            log.warning("organization %s: more happens than can be told; some of it is not", self.organization_id)
            self._messages.clear()
            self.look_again()
        self._messages.append(moved)
        self._has_work.set()

    def look(self, feed: Feed) -> None:
        """Has a feed show how things stand, as far as it has not."""
        self._unlooked.append(feed)
        self._has_work.set()

    def look_again(self) -> None:
        """The same of all feeds, since something may have been missed."""
        self._unlooked = [feed for feed in self.feeds.values() if not feed.topic.is_shared]
        if self._unlooked:
            self._has_work.set()

    def stop(self) -> asyncio.Task[None]:
        """Ends it; the task is done when it has ended."""
        self._working.cancel()
        return self._working

    async def _work(self) -> None:
        while True:
            await self._has_work.wait()
            try:
                await self._work_off()
            except Exception:
                log.exception("organization %s: something that happened is not told", self.organization_id)

    async def _work_off(self) -> None:
        while self._unlooked or self._messages:
            unlooked, self._unlooked = self._unlooked, []
            await self._tell(unlooked, None)
            if self._messages:
                moved = self._messages.popleft()
                feeds = [feed for feed in self.feeds.values() if feed.topic.concerns(moved)]
                await self._tell(feeds, moved)
        self._has_work.clear()

    async def _tell(self, feeds: Sequence[Feed], moved: RunMoved | None) -> None:
        """Has feeds show something. What they read is read once for all whose viewers may read the same."""
        now = self._tools.clock()
        async with AsyncExitStack() as stack:
            loaders: dict[frozenset[Scope], Loaders] = {}
            for feed in feeds:
                if feed.viewer.scopes not in loaders:
                    loaders[feed.viewer.scopes] = Loaders(feed.viewer, now)
                    await stack.enter_async_context(ended_reads(loaders[feed.viewer.scopes]))
            for group in batches(feeds, LOOKED_AT_ONCE):
                looks = [self._look(feed, loaders[feed.viewer.scopes], moved) for feed in group]
                for feed, shown in zip(group, await asyncio.gather(*looks), strict=True):
                    if feed.subscribers:
                        await self._show(feed, shown, loaders[feed.viewer.scopes], now)

    async def _look(self, feed: Feed, loaders: Loaders, moved: RunMoved | None) -> Sequence[object]:
        try:
            return await feed.topic.show(loaders, moved)
        except NotFound as problem:
            self._end(feed, GraphQLError(problem.message, original_error=problem))
        except Exception as failure:
            if not is_database_away(failure):
                show_failure(failure, uuid4().hex)
        return ()

    async def _show(self, feed: Feed, shown: Sequence[object], loaders: Loaders, now: datetime) -> None:
        tools = self._tools
        for group in batches(shown, AT_ONCE):
            standing = await self._charge(feed, len(group), now)
            if standing is None:
                return
            context = Context(feed.viewer, now, loaders, feed.cost, standing)
            documents, settings = tools.operations.documents, tools.settings
            payloads = [show_event(feed, one, documents, context, settings, uuid4().hex) for one in group]
            for payload in await asyncio.gather(*payloads):
                for subscriber in list(feed.subscribers):
                    subscriber.next(payload)
        if feed.topic.is_over:
            self._end(feed)

    async def _charge(self, feed: Feed, events: int, now: datetime) -> Standing | None:
        """Charges each key among the subscribers once for each event, and ends those of a key without the points.

        None when nobody is left.
        """
        keys: dict[UUID, Viewer] = {subscriber.viewer.key_id: subscriber.viewer for subscriber in feed.subscribers}
        standing: Standing | None = None
        for key_id, viewer in keys.items():
            try:
                points = feed.cost * events
                standing = await self._tools.operations.charge(self._tools.runtime, viewer, points, now)
            except BudgetSpent as problem:
                error = show_spent(problem)
                for subscriber in [each for each in feed.subscribers if each.viewer.key_id == key_id]:
                    feed.subscribers.pop(subscriber, None)
                    subscriber.end([error])
        return standing if feed.subscribers else None

    def _end(self, feed: Feed, error: GraphQLError | None = None) -> None:
        errors = [] if error is None else [show_execution_error(error, uuid4().hex)]
        subscribers = list(feed.subscribers)
        feed.subscribers.clear()
        for subscriber in subscribers:
            subscriber.end(errors)
