"""JSON read strictly: whatever two readers could understand differently is refused, with the place where it stands."""

import json
import re
from collections.abc import Sequence
from typing import NoReturn

DEEPEST = 32
NO_TEXT = re.compile("[\0\ud800-\udfff]")
ODD_TEXT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON writes them."""


class BrokenJSON(Exception):
    """It is no JSON; the text says why."""


class AmbiguousJSON(Exception):
    """It is JSON with members or texts that readers take differently."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        """A JSON pointer to the member, without its leading slash."""


def read_json(body: bytes) -> object:
    """The value of a body in UTF-8, with plain dicts and lists.

    Raises BrokenJSON, also for numbers that are none (NaN) and for nesting deeper than 32, and AmbiguousJSON for a
    member named twice and for text with half a surrogate pair or a NUL character.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BrokenJSON("The body is not UTF-8.") from None
    value, is_repeating = _parse(text)
    # Where there is nothing to be found, a large body is not walked through.
    if is_repeating or ODD_TEXT.search(text) or text.count("[") + text.count("{") > DEEPEST:
        fault = _fault_in(value, 0)
        if fault is not None:
            names, message = fault
            raise AmbiguousJSON(pointer(*names), message)
    return value


def pointer(*names: str | int) -> str:
    """A JSON pointer without its leading slash: the names on the way, from the outside in.

    >>> pointer("metadata", "a/b")
    'metadata/a~1b'
    """
    return "/".join(str(name).replace("~", "~0").replace("/", "~1") for name in names)


TOO_DEEP = f"The body is nested deeper than {DEEPEST} levels."


class _Members(dict[str, object]):
    """An object, and the first name in it that stands there twice."""

    def __init__(self, members: Sequence[tuple[str, object]]) -> None:
        super().__init__(members)
        seen: set[str] = set()
        self.repeated = next((name for name, _ in members if name in seen or seen.add(name)), None)  # type: ignore[func-returns-value]


class _Repeated(Exception):
    """Some member is named twice."""


def _parse(text: str) -> tuple[object, bool]:
    """The value of a text, and whether some member in it is named twice: then its objects are `_Members`."""
    try:
        try:
            return json.loads(text, object_pairs_hook=_plain, parse_constant=_refuse_constant), False
        except _Repeated:
            return json.loads(text, object_pairs_hook=_Members, parse_constant=_refuse_constant), True
    except ValueError:  # JSONDecodeError is one; an integer of thousands of digits has another
        raise BrokenJSON("The body is not JSON that can be read.") from None
    except RecursionError:
        raise BrokenJSON(TOO_DEEP) from None


def _plain(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    named = dict(members)
    if len(named) < len(members):
        raise _Repeated
    return named


def _fault_in(value: object, depth: int) -> tuple[list[str | int], str] | None:
    """The first fault inside of a value, with the names on the way to it."""
    if isinstance(value, str):
        fault = _fault_of(value)
        return None if fault is None else ([], f"The text holds {fault}.")
    if not isinstance(value, (dict, list)):
        return None
    if depth == DEEPEST:
        raise BrokenJSON(TOO_DEEP)
    inside: Sequence[tuple[str | int, object]]
    if isinstance(value, dict):
        if isinstance(value, _Members) and value.repeated is not None:
            return [_shown(value.repeated)], "The member is there twice."
        for name in value:
            if (fault := _fault_of(name)) is not None:
                return [_shown(name)], f"The name holds {fault}."
        inside = list(value.items())
    else:
        inside = list(enumerate(value))
    for place, one in inside:
        found = _fault_in(one, depth + 1)
        if found is not None:
            return [place, *found[0]], found[1]
    return None


def _fault_of(text: str) -> str | None:
    """What no text can hold that is to be kept or sent on."""
    found = NO_TEXT.search(text)
    if found is None:
        return None
    return "a NUL character" if found[0] == "\0" else "half a surrogate pair"


def _shown(name: str) -> str:
    """A name with a question mark for what cannot be sent."""
    return NO_TEXT.sub("?", name)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
