"""Lists of an organization's creators."""

from collections.abc import Mapping

from app.domain.cursors import PageRequest
from app.domain.filters import CreatorFilter, CreatorOrder, CreatorOrderField, write_filter, write_order
from app.domain.records import Attributes, Creator, Page
from app.domain.viewer import Viewer
from app.store.creators import CREATOR, SUMMED, with_sums
from app.store.db import fetch
from app.store.lists.conditions import creator_conditions
from app.store.lists.pages import count_rows
from app.store.paging import Listing, SortKey, make_page, order_of, page_clauses
from app.store.parameters import Parameters

SORTED_BY: Mapping[CreatorOrderField, tuple[str, str]] = {
    CreatorOrderField.ADDED_AT: ("creator.added_at", "timestamptz"),
    CreatorOrderField.NAME: ('left(lower(creator.name), 255) COLLATE "C"', "text"),
    CreatorOrderField.ACCOUNT_COUNT: ("creator.account_count", "bigint"),
    CreatorOrderField.FOLLOWER_COUNT: ("creator.followers", "bigint"),
}
SUMS = (CreatorOrderField.ACCOUNT_COUNT, CreatorOrderField.FOLLOWER_COUNT)
"""What is summed over a creator's accounts: to order by it, that of every creator has to be known."""


def listing_of(filter: CreatorFilter, order: CreatorOrder) -> Listing:
    """The organization's creators of a filter in an order."""
    keys = [
        SortKey(*SORTED_BY[key.field], key.descending, is_nullable=key.field is CreatorOrderField.FOLLOWER_COUNT)
        for key in order
    ]
    return Listing(f"creators {write_filter(filter)} by {write_order(order)}", order_of(keys, "creator.id"))


async def page_creators(
    viewer: Viewer,
    filter: CreatorFilter,
    order: CreatorOrder,
    page: PageRequest,
    *,
    with_total: bool,
    attributes: Attributes | None,
) -> Page[Creator]:
    """One page of the organization's creators. Raises InvalidCursor."""

    def conditions(parameters: Parameters) -> str:
        return creator_conditions(parameters, parameters.add(viewer.organization_id, "uuid"), filter)

    listing, parameters = listing_of(filter, order), Parameters()
    where = conditions(parameters)
    clauses = page_clauses(listing, viewer, page, parameters)
    shape = CREATOR.of(attributes)
    if any(key.field in SUMS for key in order):
        every = with_sums(f"SELECT * FROM creator WHERE {where}")
        chosen = f"SELECT creator.*, {listing.sort_columns} FROM ({every}) AS creator WHERE {clauses.condition}"
        statement = f"{chosen} {clauses.order_by}"
    else:
        few = f"WHERE {where} AND {clauses.condition} {clauses.order_by}"
        chosen = f"SELECT creator.*, {listing.sort_columns} FROM creator {few}"
        statement = chosen if SUMMED.isdisjoint(shape.columns) else f"{with_sums(chosen)} ORDER BY {clauses.order}"
    rows = await fetch(statement, *parameters.values)
    total = await count_rows("creator", conditions) if with_total else None
    return make_page(listing, viewer, page, rows, shape.read_named, listing.sort_values, total)
