"""Creating once: what carries an idempotency key happens once, however often it is sent."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from uuid import UUID

from strawberry import UNSET

from app.api.graphql.context import Info
from app.core.access.replays import once
from app.domain.viewer import Attempt, Reply

FACE = "graphql"
IDEMPOTENCY = (
    "A key of your own, 1 to 255 printable characters: the same request under the same key within 24 hours creates "
    "nothing more and answers with what was created."
)


async def create_once(
    info: Info, idempotency_key: str | None, input: object, create: Callable[[], Awaitable[UUID]]
) -> UUID:
    """The id of what was created, now or by the same request before. Without a key it is created each time."""
    if idempotency_key is None or idempotency_key is UNSET:
        return await create()

    async def act() -> Reply:
        return Reply(200, {}, (await create()).bytes)

    # The standard encoder: it takes halves of surrogate pairs too, which are refused by name later.
    digest = sha256(json.dumps(_plain(input), sort_keys=True).encode()).digest()
    attempt = Attempt(FACE, idempotency_key, info.field_name, digest)
    reply, _ = await once(info.context.viewer, attempt, act, now=info.context.now)
    return UUID(bytes=reply.body)


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
