"""Examples of answers, made of the types that shape them and of a dialect's usual values by the names of fields."""

from collections.abc import Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Struct

SOME_ID = UUID("7d0c9a2e-3f64-4c1a-9b7e-2f6a5c8d1e90")
SOME_TIME = "2026-06-15T08:00:00Z"
SOME_DAY = "2026-06-15"
PLAIN: Mapping[Any, object] = {
    str: "text",
    int: 0,
    float: 0.0,
    bool: True,
    UUID: str(SOME_ID),
    datetime: SOME_TIME,
    date: SOME_DAY,
    NoneType: None,
}


def example_of(hint: Any, usual: Mapping[str, object], name: str = "") -> object:
    """A value of a type as JSON; `usual` are values by the names of fields, of enums, and of fields before " key"."""
    if name in usual and _fits(usual[name], hint):
        return usual[name]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        shown = next((bound.examples for bound in arguments[1:] if bound.examples), None)
        if shown is not None:
            return shown[0]
        return example_of(arguments[0], usual, name)
    if origin in (Union, UnionType):
        return example_of(next(one for one in arguments if one is not NoneType), usual, name)
    if origin is Literal:
        return arguments[0]
    if origin is list:
        return [example_of(arguments[0], usual)]
    if origin is dict:
        return {} if arguments[1] is Any else {usual.get(f"{name} key", str(SOME_ID)): example_of(arguments[1], usual)}
    kind = origin or hint
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _of_struct(hint, kind, usual)
    if hasattr(kind, "__members__"):
        return usual.get(kind.__name__, next(iter(kind)).value)
    return PLAIN.get(kind, {})


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is one of that type: several types may have a field of one name."""
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def _of_struct(hint: Any, kind: type[Struct], usual: Mapping[str, object]) -> object:
    hints = get_type_hints(kind, include_extras=True)
    given = dict(zip(getattr(kind, "__parameters__", ()), get_args(hint), strict=False))
    fields = msgspec.structs.fields(kind)
    return {
        field.encode_name: example_of(_filled(hints[field.name], given), usual, field.encode_name) for field in fields
    }


def _filled(hint: Any, given: Mapping[Any, Any]) -> Any:
    """A type with its parameters filled in."""
    if hint in given:
        return given[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given.get(one, Any) for one in parameters)] if parameters else hint
