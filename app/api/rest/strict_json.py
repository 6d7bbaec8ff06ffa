"""JSON read strictly: whatever two readers could understand differently is refused, with the place where it stands."""

import json
from collections.abc import Iterator, Sequence
from typing import NoReturn

DEEPEST = 32


class BrokenJSON(Exception):
    """It is no JSON; the text says why."""


class AmbiguousJSON(Exception):
    """It is JSON with members that readers take differently."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        """A JSON pointer to the member."""


def read_json(body: bytes) -> object:
    """The value of a body in UTF-8, with plain dicts and lists.

    Raises BrokenJSON, also for numbers that are none (NaN) and for nesting deeper than 32, and AmbiguousJSON for a
    member named twice and for text with half a surrogate pair.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BrokenJSON("The body is not UTF-8.") from None
    if _depth(text) > DEEPEST:
        raise BrokenJSON(f"The body is nested deeper than {DEEPEST} levels.")
    try:
        value: object = json.loads(text, object_pairs_hook=_Members, parse_constant=_refuse_constant)
    except ValueError:  # JSONDecodeError is one; an integer of thousands of digits has another
        raise BrokenJSON("The body is not JSON that can be read.") from None
    for path, message in _ambiguities(value, ""):
        raise AmbiguousJSON(path, message)
    return value


def pointer(*names: str | int) -> str:
    """A JSON pointer without its leading slash: the names on the way, from the outside in.

    >>> pointer("metadata", "a/b")
    'metadata/a~1b'
    """
    return "/".join(str(name).replace("~", "~0").replace("/", "~1") for name in names)


class _Members(dict[str, object]):
    """An object, and the first name in it that stands there twice."""

    def __init__(self, members: Sequence[tuple[str, object]]) -> None:
        super().__init__(members)
        self.repeated: str | None = None
        if len(self) < len(members):
            seen: set[str] = set()
            self.repeated = next(name for name, _ in members if name in seen or seen.add(name))  # type: ignore[func-returns-value]


def _ambiguities(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            yield path, "The text holds half a surrogate pair."
    elif isinstance(value, _Members):
        if value.repeated is not None:
            yield _below(path, value.repeated), "The member is there twice."
        for name, member in value.items():
            place = _below(path, name.encode(errors="replace").decode())
            if place != _below(path, name):
                yield place, "The name holds half a surrogate pair."
            yield from _ambiguities(member, place)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _ambiguities(entry, _below(path, number))


def _below(path: str, name: str | int) -> str:
    return f"{path}/{pointer(name)}" if path else pointer(name)


def _depth(text: str) -> int:
    """How deep a text nests brackets, strings left out; counted before it is parsed, which recurses."""
    deepest = depth = 0
    in_string = escaped = False
    for character in text if "[" in text or "{" in text[1:] else "":
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                return deepest
        elif character in "]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
