"""Fields that a function answers, each with its description."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from operator import attrgetter
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from app.api.graphql.compiled.readings import RELATION, Relation
from app.api.graphql.context import Context, Info


def resolver(description: str, type: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Makes a field of the function below. It returns records; `type` is what the schema shows for them."""
    field: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description, graphql_type=type)
    return field


def related(description: str, key: str, loader: str) -> Any:
    """The field of what a loader finds under a key, which is an attribute of the record; null where that is None."""

    loader_of = attrgetter(loader)

    def load(context: Context, keys: Collection[Any]) -> Awaitable[Mapping[Any, Any]]:
        found: Awaitable[Mapping[Any, Any]] = loader_of(context.loaders).load_all(keys)
        return found

    def resolve(record: strawberry.Parent[object], info: Info) -> Awaitable[Any] | None:
        value = getattr(record, key)
        return None if value is None else loader_of(info.context.loaders).load(value)

    return strawberry.field(resolver=resolve, description=description, metadata={RELATION: Relation(key, load)})


def is_read(field: StrawberryField) -> bool:
    """Whether a field is read from the database: whoever asks for it waits, so it is a coroutine or a relation."""
    return RELATION in field.metadata or (field.base_resolver is not None and field.base_resolver.is_async)
