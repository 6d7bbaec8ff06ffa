"""Readings: how the value of a field is got from the object it belongs to."""

import keyword
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import strawberry
from graphql import GraphQLField
from strawberry.types.field import StrawberryField


@dataclass(frozen=True, slots=True)
class Attribute:
    """It is an attribute of the object."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function without arguments of its own makes it, of the object, of the field's Info, or of both."""

    call: Callable[..., Any]
    object_parameter: str | None
    info_parameter: str | None
    field: StrawberryField
    is_async: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """It is loaded by a key, which is an attribute of the object; null where that is None.

    A field says so in its metadata, under RELATION, beside the resolver that does the same for one object.
    """

    key: str
    load: Callable[[Any, Collection[Any]], Awaitable[Mapping[Any, Any]]]
    """Given the context and keys: what each of them comes to, which may be an exception."""


RELATION = "relation"


@dataclass(frozen=True, slots=True)
class Resolver:
    """graphql-core's own way: called with the object, the resolve-info and the arguments."""

    call: Callable[..., Any]


Reading: TypeAlias = Attribute | Function | Relation | Resolver


def read_by(schema: strawberry.Schema, definition: GraphQLField) -> Reading | None:
    """How a field is read; None when it has no resolver, which Strawberry's fields always have.

    Whatever Strawberry would do around the function (arguments to convert, extensions, permissions, handlers of
    exceptions) makes it a Resolver, so it is done.
    """
    if definition.resolve is None:
        return None
    field = definition.extensions.get("strawberry-definition")
    if type(field) is not StrawberryField or field.extensions or schema.schema_converter.exception_handlers:
        return Resolver(definition.resolve)
    if field.base_resolver is None:
        is_name = field.python_name.isidentifier() and not keyword.iskeyword(field.python_name)
        return Attribute(field.python_name) if is_name and field.default_resolver is getattr else _resolver(definition)
    resolver = field.base_resolver
    parents = [parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter]
    if (
        definition.args
        or resolver.self_parameter
        or len(parents) > 1
        or schema.config.info_class is not strawberry.Info
    ):
        return _resolver(definition)
    if isinstance(relation := field.metadata.get(RELATION), Relation):
        return relation
    info = resolver.info_parameter
    return Function(
        call=cast(Callable[..., Any], resolver.wrapped_func),
        object_parameter=parents[0] if parents else None,
        info_parameter=info.name if info else None,
        field=field,
        is_async=resolver.is_async,
    )


def _resolver(definition: GraphQLField) -> Resolver:
    assert definition.resolve is not None
    return Resolver(definition.resolve)
