"""Feeds: one subscription as it is executed, once for each event, for all who have asked the very same."""

import asyncio
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import msgspec
from graphql import execute

from app.api.graphql.context import Context
from app.api.graphql.schema import executable
from app.api.graphql.serving.documents import Documents
from app.api.graphql.serving.errors import TIMEOUT, Error, show_failure, show_message
from app.api.graphql.serving.operations import Plan, show_result, unavailable
from app.api.graphql.serving.requests import GraphQLRequest
from app.api.graphql.subscriptions.topics import Topic
from app.domain.viewer import Scope, Viewer
from app.runtime import is_database_away
from app.settings import Settings

Item = TypeVar("Item")


class Subscriber(Protocol):
    """Somebody who asked for a subscription. None of these waits for anything."""

    @property
    def viewer(self) -> Viewer: ...

    def next(self, payload: str) -> None:
        """Sends what an event was executed to, as JSON."""

    def end(self, errors: Sequence[Error] = ()) -> None:
        """Says that nothing more will come, and why if that is an error."""


class FeedKey(NamedTuple):
    """What makes two subscriptions the same: then each event is shown the same to both."""

    scopes: frozenset[Scope]
    text: str
    operation_name: str | None
    variables: bytes
    own: UUID | None
    """Tells apart those that are one subscriber's."""


@dataclass(eq=False, slots=True)
class Feed:
    """A subscription of at least one subscriber, in one organization."""

    key: FeedKey
    topic: Topic
    cost: int
    """Points of each event."""
    viewer: Viewer
    """Who asked for it first: whoever has the same scopes in the same organization is shown the same."""
    subscribers: dict[Subscriber, None] = field(default_factory=dict)
    """In the order in which they came."""

    @property
    def organization_id(self) -> UUID:
        """Whose data it is about."""
        return self.viewer.organization_id


def feed_key(viewer: Viewer, asked: GraphQLRequest, plan: Plan, own: UUID | None) -> FeedKey:
    """The key under which a subscription is shared."""
    # Interned: ten thousand subscriptions of a few documents hold each text once.
    text = sys.intern(plan.text)
    return FeedKey(viewer.scopes, text, asked.operation_name, msgspec.json.encode(asked.variables), own)


async def show_event(
    feed: Feed, shown: object, documents: Documents, context: Context, settings: Settings, request_id: str
) -> str:
    """What an event comes to, as the JSON that its subscribers are sent."""
    try:
        async with asyncio.timeout(settings.graphql_timeout_seconds):
            body = await _execute(feed, shown, documents, context, settings, request_id)
    except TimeoutError:
        seconds = f"{settings.graphql_timeout_seconds:g} seconds"
        body = _failed(show_message(f"The event was executed for {seconds} and cancelled.", TIMEOUT))
    except Exception as failure:
        body = _failed(show_failure(failure, request_id))
    return msgspec.json.encode(body).decode()


async def _execute(
    feed: Feed, shown: object, documents: Documents, context: Context, settings: Settings, request_id: str
) -> Mapping[str, Any]:
    # The document is looked up each time: feeds hold its text alone, which is a hundredth of it.
    node = documents.read(feed.key.text).node
    assert node is not None
    result = execute(
        executable,
        node,
        shown,
        context,
        variable_values=msgspec.json.decode(feed.key.variables),
        operation_name=feed.key.operation_name,
        hide_suggestions=not settings.introspection,
    )
    if inspect.isawaitable(result):
        result = await result
    for error in result.errors or ():
        if error.original_error is not None and is_database_away(error.original_error):
            return _failed(unavailable(error.original_error, request_id).error)
    answer = show_result(result, request_id)
    assert answer.status is HTTPStatus.OK, answer.body
    return answer.body


def _failed(error: Error) -> Mapping[str, Any]:
    return {"data": None, "errors": [error]}


def batches(items: Sequence[Item], size: int) -> Sequence[Sequence[Item]]:
    """The items in groups of at most that size."""
    rest = iter(items)
    return list(iter(lambda: list(islice(rest, size)), []))
