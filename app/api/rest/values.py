"""Query strings and bodies read into the types that describe them, or refused by field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, inspect

from app.api.rest.strict_json import pointer
from app.api.rest.wording import OR_NULL, wanted

Values = TypeVar("Values", bound=Struct)

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


class FieldError(Struct, frozen=True):
    """What is wrong with one field of a request; `field` is its name, or a JSON pointer to what is inside of it."""

    field: str
    message: str


class InvalidValues(Exception):
    """A request whose values do not fit, with an error for each field at fault."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


def read_query(kind: type[Values], parameters: Sequence[tuple[str, str]]) -> Values:
    """The parameters of a query string. Names that `kind` does not have are ignored. Raises InvalidValues."""
    known = _fields(kind)
    texts: dict[str, str] = {}
    repeated: dict[str, FieldError] = {}
    for name, text in parameters:
        if name in texts and name in known:
            repeated[name] = FieldError(name, "It is given twice.")
        texts[name] = text
    return _build(kind, texts, repeated, strict=False)


def read_members(kind: type[Values], body: object) -> Values:
    """The members of a JSON body. Names that `kind` does not have are ignored. Raises InvalidValues."""
    if not isinstance(body, dict):
        raise InvalidValues([FieldError("", "The body takes an object.")])
    return _build(kind, body, {}, strict=True)


def _build(kind: type[Values], given: Mapping[str, object], errors: dict[str, FieldError], *, strict: bool) -> Values:
    values: dict[str, object] = {}
    for name, (attribute, hint, is_required) in _fields(kind).items():
        if name in errors:
            continue
        if name in given:
            try:
                values[attribute] = _convert(given[name], hint, strict)
            except msgspec.ValidationError:
                errors.update((error.field, error) for error in _faults(given[name], hint, name, strict))
        elif is_required:
            errors[name] = FieldError(name, f"It is needed, and takes {_wanted(hint, strict)}.")
    if errors:
        raise InvalidValues(list(errors.values()))
    return kind(**values)


@cache
def _fields(kind: type[Struct]) -> Mapping[str, tuple[str, Any, bool]]:
    """By the name callers use: the attribute, its type, and whether it is needed."""
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return {field.encode_name: (field.name, hints[field.name], field.required) for field in fields}


def _convert(value: object, hint: Any, strict: bool) -> object:
    if not strict and _bare(hint) is int and not WHOLE_NUMBER.fullmatch(str(value)):
        raise msgspec.ValidationError  # the library takes 1e2 as well
    return msgspec.convert(value, hint, strict=strict)


def _faults(value: object, hint: Any, path: str, strict: bool) -> Iterator[FieldError]:
    """Where inside of a value it does not fit: the entries of a list and the members of an object, or itself."""
    bare = _bare(hint)
    places: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict) and get_origin(bare) is dict:
        places = iter(value.items())
    elif isinstance(value, list) and get_origin(bare) is list:
        places = enumerate(value)
    inside = get_args(bare)[-1:] or (None,)
    found = [error for name, one in places for error in _misfit(one, inside[0], f"{path}/{pointer(name)}", strict)]
    yield from found or [FieldError(path, f"It takes {_wanted(hint, strict)}.")]


def _misfit(value: object, hint: Any, path: str, strict: bool) -> Iterator[FieldError]:
    try:
        _convert(value, hint, strict)
    except msgspec.ValidationError:
        yield from _faults(value, hint, path, strict)


def _wanted(hint: Any, strict: bool) -> str:
    words = wanted(inspect.type_info(hint))
    return words if strict else words.removesuffix(OR_NULL)  # there is no null in a query string


def _bare(hint: Any) -> Any:
    """A type without what bounds it, and without null beside it."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        others = [one for one in get_args(hint) if one not in (NoneType, msgspec.UnsetType)]
        return _bare(others[0]) if len(others) == 1 else hint
    return hint
