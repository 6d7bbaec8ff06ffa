"""The Graph API's `fields` expression: names, each with modifiers and fields of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(r"\s*([A-Za-z_]\w*|[.,{}()])")
ARGUMENT = re.compile(r"[^(){}]*")


@dataclass(frozen=True, slots=True)
class Field:
    """One name of an expression: `media.limit(25){id}` is media with the modifier limit and the field id."""

    modifiers: Mapping[str, str] = field(default_factory=dict)
    fields: "Mapping[str, Field]" = field(default_factory=dict)


def read_fields(text: str) -> Mapping[str, Field]:
    """The names of an expression. Raises ValueError for one that is not well-formed.

    >>> read_fields("id,media.limit(2){like_count}")["media"].modifiers
    {'limit': '2'}
    """
    reader = _Reader(text)
    found = reader.fields()
    if reader.rest():
        raise ValueError(f"Syntax error: unexpected {reader.rest()[:20]!r}")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def rest(self) -> str:
        return self._text[self._at :].strip()

    def fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        while True:
            name = self._next()
            if not name.isidentifier():
                raise ValueError(f"Syntax error: expected a field, not {name!r}")
            found[name] = self._field()
            if not self._takes(","):
                return found

    def _field(self) -> Field:
        modifiers: dict[str, str] = {}
        while self._takes("."):
            name = self._next()
            self._demand("(")
            argument = ARGUMENT.match(self._text, self._at)
            assert argument is not None
            self._at = argument.end()
            modifiers[name] = argument[0].strip()
            self._demand(")")
        if not self._takes("{"):
            return Field(modifiers)
        fields = self.fields()
        self._demand("}")
        return Field(modifiers, fields)

    def _next(self) -> str:
        token = TOKEN.match(self._text, self._at)
        if token is None:
            raise ValueError("Syntax error: the expression ends too early")
        self._at = token.end()
        return token[1]

    def _takes(self, sign: str) -> bool:
        token = TOKEN.match(self._text, self._at)
        if token is None or token[1] != sign:
            return False
        self._at = token.end()
        return True

    def _demand(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"Syntax error: expected {sign!r}")
