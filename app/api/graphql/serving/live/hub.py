"""The hub: where what happens meets those who follow it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import msgspec
from graphql import GraphQLError
from graphql.execution import Executor

from app.api.graphql.schema import executable
from app.api.graphql.serving.callers import Caller
from app.api.graphql.serving.cost import LEAST_COST
from app.api.graphql.serving.errors import (
    BAD_USER_INPUT,
    QUERY_TOO_LARGE,
    SERVICE_UNAVAILABLE,
    Error,
    show_document_error,
    show_execution_error,
    show_message,
)
from app.api.graphql.serving.live.connections import Connections, Ending
from app.api.graphql.serving.live.feeds import Feed, Subscriber, feed_key
from app.api.graphql.serving.live.followed import Followed, Tools
from app.api.graphql.serving.operations import Operations, Plan, show_spent
from app.api.graphql.serving.requests import GraphQLRequest
from app.api.graphql.subscriptions.topics import Topic, read_topic
from app.core.access.budgets import BudgetSpent
from app.core.events.listening import Listener
from app.core.events.messages import RunMoved
from app.domain.clock import Clock
from app.domain.problems import Problem
from app.domain.viewer import Scope, Viewer
from app.settings import Settings

LARGEST_SUBSCRIPTION = 10_000
"""Characters of a document, and bytes of its variables: they are held as long as somebody follows them."""
MOST_FEEDS = 20_000
"""Different subscriptions of one organization at one process."""
LOOKED_EVERY_SECONDS = 15.0
"""How long a state may stay unseen whose message was lost."""

log = logging.getLogger(__name__)


class NotSubscribed(Exception):
    """A subscription that was not begun, and what its caller is told."""

    def __init__(self, errors: Sequence[Error], status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors
        self.status = status


class Hub:
    """The subscriptions of one process."""

    def __init__(self, settings: Settings, clock: Clock, operations: Operations) -> None:
        self.connections = Connections(settings, clock)
        self._settings = settings
        self._clock = clock
        self._operations = operations
        self._followed: dict[UUID, Followed] = {}
        self._listener: Listener | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Takes subscriptions as long as the block runs, and then ends every connection."""
        assert self._settings.redis_url is not None
        self._listener = Listener(self._settings.redis_url, self._hear, self._look_again)
        async with self._listener.running():
            self._do(self.connections.keep_checking_keys())
            self._do(self._keep_looking())
            try:
                yield
            finally:
                await self.connections.end_all()
                for task in self._tasks:
                    task.cancel()
                stopping = [followed.stop() for followed in self._followed.values()]
                await asyncio.gather(*self._tasks, *stopping, return_exceptions=True)
                self._followed.clear()

    async def subscribe(self, caller: Caller, asked: GraphQLRequest, plan: Plan, subscriber: Subscriber) -> Feed:
        """Has the subscriber follow what a subscription is about, from now on. Raises NotSubscribed.

        Beginning costs a point, unless the key follows the very same at this process already.
        """
        viewer = subscriber.viewer
        if self._listener is None:
            error = show_message(Ending.STOPPING.value, SERVICE_UNAVAILABLE)
            raise NotSubscribed([error], HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            topic = self._read_topic(caller, viewer, asked, plan)
        except NotSubscribed:
            await self._charge(caller, viewer)
            raise
        followed = self._followed.get(viewer.organization_id)
        if followed is None:
            tools = Tools(self._settings, self._clock, self._operations, caller.runtime)
            followed = self._followed[viewer.organization_id] = Followed(viewer.organization_id, tools)
        key = feed_key(viewer, asked, plan, None if topic.is_shared else uuid4())
        if key not in followed.feeds and len(followed.feeds) >= MOST_FEEDS:
            message = f"This organization follows {MOST_FEEDS} different things here, which is all it may."
            raise NotSubscribed([show_message(message, QUERY_TOO_LARGE)])
        feed = followed.feeds.setdefault(key, Feed(key, topic, plan.cost, viewer))
        is_known = any(other.viewer.key_id == viewer.key_id for other in feed.subscribers)
        feed.subscribers[subscriber] = None
        try:
            if not is_known:
                await self._charge(caller, viewer)
            await self._operations.keep(caller.runtime, viewer, asked)
            await self._listener.join(viewer.organization_id)
        except BaseException:
            self.leave(feed, subscriber)
            raise
        if not topic.is_shared:
            followed.look(feed)
        return feed

    def leave(self, feed: Feed, subscriber: Subscriber) -> None:
        """Ends a subscription, also one that has ended."""
        feed.subscribers.pop(subscriber, None)
        followed = self._followed.get(feed.organization_id)
        if feed.subscribers or followed is None or followed.feeds.get(feed.key) is not feed:
            return
        del followed.feeds[feed.key]
        if not followed.feeds:
            del self._followed[feed.organization_id]
            followed.stop()
            self._do(self._stop_hearing(feed.organization_id))

    def _read_topic(self, caller: Caller, viewer: Viewer, asked: GraphQLRequest, plan: Plan) -> Topic:
        if plan.errors or plan.document is None:
            raise NotSubscribed(plan.errors)
        for what, size in (("document", len(plan.text)), ("variables", _size(asked))):
            if size > LARGEST_SUBSCRIPTION:
                message = f"The subscription's {what} has {size} characters; {LARGEST_SUBSCRIPTION} are allowed."
                raise NotSubscribed([show_message(message, QUERY_TOO_LARGE)])
        executor = Executor.build(
            executable,
            plan.document,
            None,
            None,
            dict(asked.variables),
            asked.operation_name,
            hide_suggestions=not self._settings.introspection,
        )
        if isinstance(executor, list):
            raise NotSubscribed([show_document_error(error, BAD_USER_INPUT) for error in executor])
        try:
            viewer.require(Scope.READ)
            return read_topic(executor)
        except Problem as problem:
            error = GraphQLError(problem.message, original_error=problem)
            raise NotSubscribed([show_execution_error(error, caller.request_id)]) from None
        except GraphQLError as error:
            raise NotSubscribed([show_document_error(error, BAD_USER_INPUT)]) from None

    async def _charge(self, caller: Caller, viewer: Viewer) -> None:
        try:
            await self._operations.charge(caller.runtime, viewer, LEAST_COST, self._clock())
        except BudgetSpent as problem:
            raise NotSubscribed([show_spent(problem)], HTTPStatus.TOO_MANY_REQUESTS) from None

    def _hear(self, moved: RunMoved) -> None:
        if (followed := self._followed.get(moved.organization_id)) is not None:
            followed.hear(moved)

    def _look_again(self, organization_id: UUID) -> None:
        if (followed := self._followed.get(organization_id)) is not None:
            followed.look_again()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOKED_EVERY_SECONDS)
            for organization_id in list(self._followed):
                self._look_again(organization_id)

    async def _stop_hearing(self, organization_id: UUID) -> None:
        if organization_id not in self._followed and self._listener is not None:
            await self._listener.leave(organization_id)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _size(asked: GraphQLRequest) -> int:
    return len(msgspec.json.encode(asked.variables))
