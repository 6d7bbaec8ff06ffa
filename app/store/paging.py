"""Keyset paging: the one place where a page of a list becomes SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from app.domain.cursors import Key, PageRequest, decode_cursor, encode_cursor
from app.domain.records import Page
from app.domain.viewer import Viewer

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: columns that are never NULL together with the row's id, all in one direction."""

    columns: Sequence[str]
    types: Sequence[str]
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that cursors belong to: its name with filter and order written out, and the order itself."""

    binding: str
    order: Order

    def cursor(self, viewer: Viewer, keys: Sequence[Key]) -> str:
        """The cursor of the row with these order values."""
        return encode_cursor(viewer.cursor_secret, self.binding, keys)


def page_clauses(
    listing: Listing, viewer: Viewer, page: PageRequest, first_parameter: int
) -> tuple[str, str, list[Key]]:
    """The condition, the ORDER BY and the parameters that select a page and one row more, to know if there is one.

    Parameters are numbered from `first_parameter`. Raises InvalidCursor naming the argument.
    """
    order = listing.order
    # Walking backwards is walking the reversed list.
    descending = order.descending != page.backward
    direction = "DESC" if descending else "ASC"
    order_by = ", ".join(f"{column} {direction}" for column in order.columns)
    if page.cursor is None:
        return "true", f"ORDER BY {order_by} LIMIT {page.size + 1}", []
    argument = "before" if page.backward else "after"
    keys = decode_cursor(viewer.cursor_secret, listing.binding, page.cursor, argument)
    values = ", ".join(f"${number}::{kind}" for number, kind in enumerate(order.types, first_parameter))
    condition = f"({', '.join(order.columns)}) {'<' if descending else '>'} ({values})"
    return condition, f"ORDER BY {order_by} LIMIT {page.size + 1}", keys


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
        cursors=[listing.cursor(viewer, keys(row)) for row in chosen],
        has_next_page=elsewhere if page.backward else more,
        has_previous_page=more if page.backward else elsewhere,
        total_count=total_count,
    )
