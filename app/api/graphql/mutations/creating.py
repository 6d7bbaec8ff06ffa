"""Creating once: what carries an idempotency key happens once, however often it is sent."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.mutations.kept_answers import Created, answers_kept, keep_answers
from app.core.access.replays import once
from app.domain.problems import Problem
from app.domain.viewer import Attempt, Reply, Viewer

FACE = "graphql"
IDEMPOTENCY = (
    "A key of your own, 1 to 255 printable characters: the same request under the same key within 24 hours creates "
    "nothing more and answers with what was created."
)

BULK_IDEMPOTENCY = (
    "A key of your own, 1 to 255 printable characters: the same request under the same key within 24 hours creates "
    "nothing more and answers the same again, unless nothing was created: then it is tried again."
)


async def create_once(
    info: Info, idempotency_key: str | None, input: object, create: Callable[[], Awaitable[UUID]]
) -> UUID:
    """The id of what was created, now or by the same request before. Without a key it is created each time."""
    if idempotency_key is None or idempotency_key is UNSET:
        return await create()

    async def act() -> Reply:
        return Reply(200, {}, (await create()).bytes)

    reply, _ = await once(info.context.viewer, _attempt(info, idempotency_key, input), act, now=info.context.now)
    return UUID(bytes=reply.body)


async def create_each_once(
    info: Info,
    idempotency_key: str | None,
    input: object,
    create: Callable[[], Awaitable[Sequence[Created | Problem]]],
    load: Callable[[Viewer, Sequence[UUID]], Awaitable[Mapping[UUID, Created]]],
) -> Sequence[Created | Problem]:
    """Of each of many what was created, or why it was not: now, or by the same request before.

    A request of which nothing was created leaves no trace, so that it can be tried again under its key.
    """
    if idempotency_key is None or idempotency_key is UNSET:
        return await create()

    async def act() -> Reply:
        answers = await create()
        if all(isinstance(answer, Problem) for answer in answers):
            raise _NothingCreated(answers)
        return Reply(200, {}, keep_answers(answers))

    try:
        attempt = _attempt(info, idempotency_key, input)
        reply, _ = await once(info.context.viewer, attempt, act, now=info.context.now)
    except _NothingCreated as nothing:
        return nothing.answers
    return await answers_kept(reply.body, partial(load, info.context.viewer))


class _NothingCreated(Exception):
    def __init__(self, answers: Sequence[Any]) -> None:
        super().__init__()
        self.answers = answers


def _attempt(info: Info, idempotency_key: str, input: object) -> Attempt:
    # The standard encoder: it takes halves of surrogate pairs too, which are refused by name later.
    digest = sha256(json.dumps(_plain(input), sort_keys=True).encode()).digest()
    return Attempt(FACE, idempotency_key, info.field_name, digest)


def _plain(value: object) -> object:
    """An input as plain data; what was left out is absent."""
    if is_dataclass(value) and not isinstance(value, type):
        present = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(item) for name, item in present.items() if item is not UNSET}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
