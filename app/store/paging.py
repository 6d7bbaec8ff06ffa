"""Keyset paging: the one place where a page of a list becomes SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

import asyncpg

from app.domain.cursors import Key, PageRequest, decode_cursor, encode_cursor
from app.domain.records import Page
from app.domain.viewer import Viewer
from app.store.parameters import Parameters

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class SortKey:
    """What rows are put in order by: an expression, its type, and which end comes first. NULLs come last."""

    expression: str
    type: str
    descending: bool
    is_nullable: bool = False


def order_of(keys: Sequence[SortKey], id_expression: str) -> Sequence[SortKey]:
    """An order that ends in the rows' unique id, which goes the way of the key before it."""
    return (*keys, SortKey(id_expression, "uuid", keys[-1].descending))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that cursors belong to: its name with filter and order written out, and the order itself.

    The last key of the order is the rows' unique id, so that every row has one place.
    """

    binding: str
    order: Sequence[SortKey]

    def cursor(self, viewer: Viewer, keys: Sequence[Key]) -> str:
        """The cursor of the row with these order values."""
        return encode_cursor(viewer.cursor_secret, self.binding, keys)

    @property
    def sort_columns(self) -> str:
        """The order values of a row, to be selected beside it: `sort_0`, `sort_1` and so on."""
        return ", ".join(f"{key.expression} AS sort_{number}" for number, key in enumerate(self.order))

    def sort_values(self, row: asyncpg.Record) -> list[Key]:
        """The order values of a row that was selected with `sort_columns`."""
        return [row[f"sort_{number}"] for number in range(len(self.order))]


@dataclass(frozen=True, slots=True)
class PageClauses:
    """What selects a page and one row more, to know whether there is one."""

    condition: str
    order: str
    """What rows are ordered by, in the direction that the page is walked in."""
    limit: int
    backward: bool
    at: Sequence[str]
    """What stands for the order values of the cursor; empty without a cursor."""

    @property
    def order_by(self) -> str:
        """The end of a statement that selects the page and nothing else."""
        return f"ORDER BY {self.order} LIMIT {self.limit}"


def page_clauses(listing: Listing, viewer: Viewer, page: PageRequest, parameters: Parameters) -> PageClauses:
    """The clauses of a page; the values of its cursor are added to the parameters.

    Raises InvalidCursor naming the argument.
    """
    order = ", ".join(_direction(key, backward=page.backward) for key in listing.order)
    if page.cursor is None:
        return PageClauses("true", order, page.size + 1, page.backward, ())
    argument = "before" if page.backward else "after"
    values = decode_cursor(viewer.cursor_secret, listing.binding, page.cursor, argument)
    at = [
        "NULL" if value is None else parameters.add(value, key.type)
        for key, value in zip(listing.order, values, strict=True)
    ]
    condition = _beyond(listing.order, at, backward=page.backward)
    return PageClauses(condition, order, page.size + 1, page.backward, at)


def make_page(
    listing: Listing,
    viewer: Viewer,
    page: PageRequest,
    rows: Sequence[asyncpg.Record],
    read: Callable[[asyncpg.Record], Node],
    keys: Callable[[asyncpg.Record], Sequence[Key]],
    total_count: int | None,
) -> Page[Node]:
    """The page of the rows that `page_clauses` selected."""
    more = len(rows) > page.size
    chosen = list(rows[: page.size])
    if page.backward:
        chosen.reverse()
    elsewhere = page.cursor is not None
    return Page(
        nodes=[read(row) for row in chosen],
        cursors=_Cursors(lambda row: listing.cursor(viewer, keys(row)), chosen),
        has_next_page=elsewhere if page.backward else more,
        has_previous_page=more if page.backward else elsewhere,
        total_count=total_count,
    )


class _Cursors(Sequence[str]):
    """The cursors of rows, each signed when somebody asks for it: often nobody does, or for the last one's alone."""

    __slots__ = ("_cursor_of", "_rows")

    def __init__(self, cursor_of: Callable[[asyncpg.Record], str], rows: Sequence[asyncpg.Record]) -> None:
        self._cursor_of = cursor_of
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._cursor_of(row) for row in self._rows[index]]
        return self._cursor_of(self._rows[index])


def _direction(key: SortKey, *, backward: bool) -> str:
    """Walking backwards is walking the reversed list, which begins with the NULLs."""
    direction = "DESC" if key.descending != backward else "ASC"
    nulls = f" NULLS {'FIRST' if backward else 'LAST'}" if key.is_nullable else ""
    return f"{key.expression} {direction}{nulls}"


def _beyond(order: Sequence[SortKey], at: Sequence[str], *, backward: bool) -> str:
    """The condition that a row lies beyond a place, in the direction of the walk.

    Where no key is ever NULL and all go in one direction it is a comparison of rows, which an index answers by itself.
    """
    if not any(key.is_nullable for key in order) and len({key.descending for key in order}) == 1:
        sign = "<" if order[0].descending != backward else ">"
        return f"({', '.join(key.expression for key in order)}) {sign} ({', '.join(at)})"
    condition = _further(order[-1], at[-1], backward=backward)
    for key, value in reversed(list(zip(order[:-1], at[:-1], strict=True))):
        equal = f"{key.expression} IS NULL" if value == "NULL" else f"{key.expression} = {value}"
        condition = f"({_further(key, value, backward=backward)} OR {equal} AND {condition})"
    first, value = order[0], at[0]
    if first.is_nullable:
        return condition
    # The same once more of the first key alone: an index that begins with it can begin there.
    return f"{first.expression} {'<=' if first.descending != backward else '>='} {value} AND {condition}"


def _further(key: SortKey, value: str, *, backward: bool) -> str:
    """The condition that a row lies beyond a value of one key."""
    if value == "NULL":
        return f"{key.expression} IS NOT NULL" if backward else "false"
    further = f"{key.expression} {'<' if key.descending != backward else '>'} {value}"
    return f"({further} OR {key.expression} IS NULL)" if key.is_nullable and not backward else further
