"""Records made of rows: whole, or with those attributes alone that somebody wants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from itertools import repeat
from operator import call, itemgetter
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import asyncpg

from app.domain.records import Attributes

Record = TypeVar("Record")

SHAPES_KEPT = 512


@dataclass(frozen=True, slots=True)
class Made:
    """An attribute that is not simply the column of its name: what it is made of, and how."""

    columns: tuple[str, ...]
    make: Callable[[asyncpg.Record], object]


@dataclass(frozen=True, slots=True)
class Shape(Generic[Record]):
    """Which attributes of a record are read."""

    columns: tuple[str, ...]
    """The columns they are made of."""
    read: Callable[[asyncpg.Record], Record]
    """The record of a row whose first columns are these, in their order. It lacks all other attributes."""
    read_named: Callable[[asyncpg.Record], Record]
    """The same of a row that has them anywhere, in twice the time."""
    columns_of: Callable[[str], str]
    """The columns as a statement selects them, before any other, from a table that goes by that name.

    What is worked out takes the table under its own.
    """


class Shapes(Generic[Record]):
    """The shapes of one kind of record, which is a dataclass with slots.

    `made` are the attributes that are not columns, `always` those that no record lacks, `properties` the attribute that
    each property of the record is worked out from, `worked_out` the attributes that are columns of no table.
    """

    def __init__(
        self,
        record: type[Record],
        made: Mapping[str, Made],
        always: Attributes,
        properties: Mapping[str, str] = MappingProxyType({}),
        worked_out: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._record = record
        self._made = made
        self._always = always
        self._properties = properties
        self._worked_out = worked_out
        self._names = tuple(field.name for field in fields(record))  # type: ignore[arg-type]
        self.of = lru_cache(SHAPES_KEPT)(self._shape)
        self.whole: Shape[Record] = self.of(None)

    def _shape(self, wanted: Attributes | None) -> Shape[Record]:
        """The shape with the attributes wanted, all of them for None. What is not an attribute is left out."""
        chosen = self._names if wanted is None else self._always | wanted | {*map(self._properties.get, wanted)}
        names = [name for name in self._names if name in chosen]
        plain = [name for name in names if name not in self._made]
        setters = [self._setter(name) for name in plain]
        made = [(self._setter(name), self._made[name].make) for name in names if name in self._made]
        # The plain ones first, so that the values of a row are those of the setters one after the other.
        columns = tuple(dict.fromkeys([*plain, *(c for n in names if n in self._made for c in self._made[n].columns)]))
        assert len(plain) > 1, "a getter of several values gives a tuple"
        by_place, by_name = itemgetter(slice(len(plain))), itemgetter(*plain)
        record, new = self._record, object.__new__

        def read_by(values_of: Callable[[asyncpg.Record], tuple[Any, ...]], row: asyncpg.Record) -> Record:
            found = new(record)
            for _ in map(call, setters, repeat(found), values_of(row)):
                pass  # a loop in C, for there may be hundreds of rows with dozens of attributes each
            for set_value, make in made:
                set_value(found, make(row))
            return found

        @lru_cache
        def columns_of(table: str) -> str:
            worked_out = self._worked_out
            return ", ".join(
                f"{worked_out[column]} AS {column}" if column in worked_out else f"{table}.{column}"
                for column in columns
            )

        return Shape(columns, partial(read_by, by_place), partial(read_by, by_name), columns_of)

    def _setter(self, name: str) -> Callable[[Record, Any], None]:
        """What fills a slot, of a frozen record too."""
        setter: Callable[[Record, Any], None] = getattr(self._record, name).__set__
        return setter
