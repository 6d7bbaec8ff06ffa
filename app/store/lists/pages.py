"""Pages of rows: of one list, or of the lists that belong to several parents, in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import asyncpg

from app.domain.cursors import PageRequest
from app.domain.records import Page
from app.domain.viewer import Viewer
from app.store.db import fetch
from app.store.paging import Listing, PageClauses, make_page, page_clauses
from app.store.parameters import Parameters
from app.store.records import Shape

Node = TypeVar("Node")

Conditions = Callable[[Parameters], str]
"""Makes the conditions that rows have to fulfil, and adds what they compare with to the parameters."""


@dataclass(frozen=True, slots=True)
class Source(Generic[Node]):
    """A table, which goes by its own name in conditions and orders, and what of a row of it is read."""

    table: str
    read: Callable[[asyncpg.Record], Node]
    columns: str
    """What is read of a row, as a statement selects it."""

    @classmethod
    def of(cls, table: str, shape: Shape[Node]) -> "Source[Node]":
        """A table of which the columns of a shape are read."""
        return cls(table, shape.read, shape.columns_of(table))


async def select_page(
    source: Source[Node],
    listing: Listing,
    viewer: Viewer,
    page: PageRequest,
    conditions: Conditions,
    *,
    with_total: bool,
) -> Page[Node]:
    """A page of the rows that fulfil conditions. Raises InvalidCursor."""
    parameters = Parameters()
    where = conditions(parameters)
    clauses = page_clauses(listing, viewer, page, parameters)
    rows = await fetch(
        f"""
        SELECT {source.columns}, {listing.sort_columns} FROM {source.table}
        WHERE {where} AND {clauses.condition} {clauses.order_by}
        """,
        *parameters.values,
    )
    total = await count_rows(source.table, conditions) if with_total else None
    return make_page(listing, viewer, page, rows, source.read, listing.sort_values, total)


async def select_pages_of(
    source: Source[Node],
    listings: Mapping[UUID, Listing],
    belongs: str,
    viewer: Viewer,
    page: PageRequest,
    conditions: Conditions,
    *,
    with_total: bool,
) -> dict[UUID, Page[Node]]:
    """A page for each parent of the rows that belong to it and fulfil conditions. Raises InvalidCursor.

    `belongs` is the condition that a row belongs to `parent.id`. The listings have one order.
    """
    if not listings:
        return {}
    parameters = Parameters()
    where = conditions(parameters)
    clauses = clauses_of_all(listings, viewer, page, parameters)
    listing = next(iter(listings.values()))
    rows = await fetch(
        f"""
        SELECT listed.* FROM unnest({parameters.add(list(listings), "uuid[]")}) AS parent (id)
        CROSS JOIN LATERAL (
            SELECT {source.columns}, parent.id AS parent_id, {listing.sort_columns} FROM {source.table}
            WHERE {where} AND {belongs} AND {clauses.condition} {clauses.order_by}
        ) AS listed
        """,
        *parameters.values,
    )
    totals = await count_rows_of(source.table, list(listings), belongs, conditions) if with_total else None
    return pages_of(source.read, listings, viewer, page, rows, totals)


def clauses_of_all(
    listings: Mapping[UUID, Listing], viewer: Viewer, page: PageRequest, parameters: Parameters
) -> PageClauses:
    """The clauses that the pages of all parents have in common.

    A cursor belongs to the list of one parent, so with several it is another list's for some. Raises InvalidCursor.
    """
    first, *others = listings.values()
    for other in others:
        page_clauses(other, viewer, page, Parameters())
    return page_clauses(first, viewer, page, parameters)


def pages_of(
    read: Callable[[asyncpg.Record], Node],
    listings: Mapping[UUID, Listing],
    viewer: Viewer,
    page: PageRequest,
    rows: Sequence[asyncpg.Record],
    totals: Mapping[UUID, int] | None,
) -> dict[UUID, Page[Node]]:
    """The pages of all parents from rows that say by `parent_id` whose they are, those of each in the order walked."""
    found: dict[UUID, list[asyncpg.Record]] = {parent_id: [] for parent_id in listings}
    for row in rows:
        found[row["parent_id"]].append(row)
    return {
        parent_id: make_page(
            listings[parent_id],
            viewer,
            page,
            rows_of,
            read,
            listings[parent_id].sort_values,
            None if totals is None else totals.get(parent_id, 0),
        )
        for parent_id, rows_of in found.items()
    }


async def count_rows(table: str, conditions: Conditions) -> int:
    """How many rows fulfil conditions."""
    parameters = Parameters()
    rows = await fetch(f"SELECT count(*) AS n FROM {table} WHERE {conditions(parameters)}", *parameters.values)
    count: int = rows[0]["n"]
    return count


async def count_rows_of(table: str, parents: Sequence[UUID], belongs: str, conditions: Conditions) -> dict[UUID, int]:
    """How many rows that belong to each parent fulfil conditions; parents without any are absent."""
    parameters = Parameters()
    where = conditions(parameters)
    rows = await fetch(
        f"""
        SELECT parent.id, count(*) AS n FROM unnest({parameters.add(list(parents), "uuid[]")}) AS parent (id)
        JOIN {table} ON {where} AND {belongs} GROUP BY parent.id
        """,
        *parameters.values,
    )
    return {row["id"]: row["n"] for row in rows}
