"""Plainness: what a compiled function answers by itself; anything else is graphql-core's to answer."""

from collections.abc import Callable
from types import CoroutineType, GeneratorType
from typing import Any, NoReturn

from graphql import GraphQLAbstractType, GraphQLEnumType, GraphQLLeafType, Undefined
from graphql.pyutils import is_awaitable

PLAIN: set[type] = {str, int, float, bool, dict}
"""Classes seen so far whose instances are values: neither null, nor errors, nor to be awaited."""


class NotPlain(Exception):
    """An error, a null where none may be, or a value that the compiled function does not know."""


def refuse(value: object) -> NoReturn:
    """Gives a value up to graphql-core. A coroutine nobody will await is closed."""
    if isinstance(value, CoroutineType):
        value.close()
    raise NotPlain


def admit(value: object) -> None:
    """Lets a value of a class that is not in PLAIN yet through, and its class into PLAIN. Raises NotPlain."""
    if value is None or value is Undefined or isinstance(value, Exception | GeneratorType) or is_awaitable(value):
        raise NotPlain
    if not isinstance(value, list | tuple):  # they may hold what has to be awaited
        PLAIN.add(value.__class__)


def check_type(is_of_type: object) -> None:
    """Takes what `is_type_of` said when that is not simply True. Raises NotPlain."""
    if not is_of_type or is_awaitable(is_of_type):
        refuse(is_of_type)


def leaf_writer(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """What writes a value of a scalar or an enum that needs more than a look at its class. It raises NotPlain."""
    coerce = type_.coerce_output_value

    def write(value: Any) -> Any:
        if value.__class__ not in PLAIN:
            admit(value)
        written = coerce(value)
        if written is None or written is Undefined:
            raise NotPlain
        return written

    return write


def enum_names(type_: GraphQLEnumType, members: type[Any]) -> dict[Any, str]:
    """The names under which the members of a Python enum are written."""
    return {member: type_.coerce_output_value(member) for member in members}


def chooser(
    abstract: GraphQLAbstractType, functions: dict[str, Callable[[Any], Any]], info: Any
) -> Callable[[Any], Any]:
    """What hands a value of an interface or a union to the function of its type. It raises NotPlain."""
    resolve_type = abstract.resolve_type
    assert resolve_type is not None

    def choose(value: Any) -> Any:
        if value.__class__ not in PLAIN:
            admit(value)
        name = resolve_type(value, info, abstract)
        function = functions.get(name) if isinstance(name, str) else None
        if function is None:
            refuse(name)
        return function(value)

    return choose
