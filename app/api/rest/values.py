"""Query strings and bodies read into the types that describe them, or refused by field."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, inspect

from app.api.rest.strict_json import pointer
from app.api.rest.wording import wanted

Values = TypeVar("Values", bound=Struct)

MOST_FAULTS = 50
"""Of one value: who is told of so many has been told enough."""
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
    fields = _query_fields(kind)
    texts: dict[str, str] = {}
    faults: dict[str, FieldError] = {}
    for name, text in parameters:
        if name not in fields:
            continue
        if name in texts:
            faults[name] = FieldError(name, "It is given twice.")
        elif "\0" in text:
            faults[name] = FieldError(name, "It holds a NUL character.")
        texts[name] = text
    return _build(kind, fields, texts, faults)


def read_members(kind: type[Values], body: object) -> Values:
    """The members of a JSON body. Names that `kind` does not have are ignored. Raises InvalidValues."""
    if not isinstance(body, dict):
        raise InvalidValues([FieldError("", "The body takes an object.")])
    return _build(kind, _body_fields(kind), body, {})


@dataclass(frozen=True, slots=True)
class _Field:
    """One value of a type, by the name callers use."""

    attribute: str
    hint: Any
    is_required: bool
    read: Callable[[object], object]
    """Raises ValidationError."""


def _build(
    kind: type[Values], fields: Mapping[str, _Field], given: Mapping[str, object], faults: dict[str, FieldError]
) -> Values:
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name in faults:
            continue
        if name in given:
            try:
                values[field.attribute] = field.read(given[name])
            except msgspec.ValidationError:
                found = islice(_faults(given[name], field.hint, name), MOST_FAULTS)
                faults.update((fault.field, fault) for fault in found)
        elif field.is_required:
            faults[name] = FieldError(name, f"It is needed, and takes {_wanted(field.hint)}.")
    if faults:
        raise InvalidValues(list(faults.values()))
    return kind(**values)


@cache
def _query_fields(kind: type[Struct]) -> Mapping[str, _Field]:
    """Texts are read as what they stand for; there is no null among them."""

    def read_number(read: Callable[[object], object]) -> Callable[[object], object]:
        def read_digits(text: object) -> object:
            if WHOLE_NUMBER.fullmatch(str(text)) is None:
                raise msgspec.ValidationError  # the library takes 1e2 as well
            return read(text)

        return read_digits

    found = {}
    for field, hint in _fields_of(kind):
        hint = _not_null(hint)
        read = _reader(hint, strict=False)
        if _bare(hint) is int:
            read = read_number(read)
        found[field.encode_name] = _Field(field.name, hint, field.required, read)
    return found


@cache
def _body_fields(kind: type[Struct]) -> Mapping[str, _Field]:
    return {
        field.encode_name: _Field(field.name, hint, field.required, _reader(hint, strict=True))
        for field, hint in _fields_of(kind)
    }


def _fields_of(kind: type[Struct]) -> Iterator[tuple[msgspec.structs.FieldInfo, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return ((field, hints[field.name]) for field in msgspec.structs.fields(kind))


def _reader(hint: Any, *, strict: bool) -> Callable[[object], object]:
    # The library looks through a type each time it reads one, but for those of its own, which it looks through once.
    holder = msgspec.defstruct("Holder", [("value", hint)])
    return lambda value: msgspec.convert({"value": value}, holder, strict=strict).value  # type: ignore[attr-defined]


def _faults(value: object, hint: Any, path: str) -> Iterator[FieldError]:
    """Where inside of a value it does not fit: the entries of a list and the members of an object, or itself."""
    bare, is_inside = _bare(hint), False
    if isinstance(value, dict) and get_origin(bare) is dict:
        names, members = get_args(bare)
        for name, member in value.items():
            place = f"{path}/{pointer(name)}"
            if not _fits(name, names):
                is_inside = True
                yield FieldError(place, f"Its name takes {_wanted(names)}.")
            if not _fits(member, members):
                is_inside = True
                yield from _faults(member, members, place)
    elif isinstance(value, list) and get_origin(bare) is list:
        (entries,) = get_args(bare)
        for number, entry in enumerate(value):
            if not _fits(entry, entries):
                is_inside = True
                yield from _faults(entry, entries, f"{path}/{number}")
    if not is_inside:
        yield FieldError(path, f"It takes {_wanted(hint)}.")


def _fits(value: object, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def _wanted(hint: Any) -> str:
    return wanted(inspect.type_info(hint))


def _not_null(hint: Any) -> Any:
    """A type without null beside it."""
    if get_origin(hint) is Annotated:
        inner, *bounds = get_args(hint)
        return Annotated[(_not_null(inner), *bounds)]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(one for one in get_args(hint) if one is not NoneType)]  # noqa: UP007 - of so many
    return hint


def _bare(hint: Any) -> Any:
    """A type without what bounds it, and without null beside it."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        others = [one for one in get_args(hint) if one not in (NoneType, msgspec.UnsetType)]
        return _bare(others[0]) if len(others) == 1 else hint
    return hint
