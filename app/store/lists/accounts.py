"""Lists of accounts: an organization's, and those of creators."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.domain.cursors import PageRequest
from app.domain.filters import AccountFilter, AccountOrder, AccountOrderField, write_filter, write_order
from app.domain.records import Account, Attributes, Page
from app.domain.viewer import Viewer
from app.store.accounts import ACCOUNT
from app.store.lists.conditions import account_conditions
from app.store.lists.pages import Conditions, Source, select_page, select_pages_of
from app.store.paging import Listing, SortKey, order_of
from app.store.parameters import Parameters

SORTED_BY: Mapping[AccountOrderField, tuple[str, str]] = {
    AccountOrderField.ADDED_AT: ("account.added_at", "timestamptz"),
    AccountOrderField.HANDLE: ('account.handle COLLATE "C"', "text"),
    # Lower case is the database's, of so many characters that a cursor can hold them.
    AccountOrderField.DISPLAY_NAME: ('left(lower(account.display_name), 255) COLLATE "C"', "text"),
    AccountOrderField.PLATFORM: ('account.platform COLLATE "C"', "text"),
    AccountOrderField.LINKED_AT: ("account.linked_at", "timestamptz"),
    AccountOrderField.LAST_REFRESHED_AT: ("account.last_refreshed_at", "timestamptz"),
    **{field: (f"account.{field.value}", "bigint") for field in AccountOrderField if field.name.endswith("_COUNT")},
}
KNOWN = (AccountOrderField.ADDED_AT, AccountOrderField.HANDLE, AccountOrderField.PLATFORM)
"""What no account is without."""


def listing_of(filter: AccountFilter, order: AccountOrder) -> Listing:
    """The organization's accounts of a filter in an order."""
    return Listing(f"accounts {write_filter(filter)} by {write_order(order)}", _sort_keys(order))


async def page_accounts(
    viewer: Viewer,
    filter: AccountFilter,
    order: AccountOrder,
    page: PageRequest,
    *,
    with_total: bool,
    attributes: Attributes | None,
) -> Page[Account]:
    """One page of the organization's accounts. Raises InvalidCursor."""
    source = Source.of("account", ACCOUNT.of(attributes))
    return await select_page(
        source, listing_of(filter, order), viewer, page, _conditions(viewer, filter), with_total=with_total
    )


async def page_linked_accounts(
    viewer: Viewer,
    creator_ids: Sequence[UUID],
    filter: AccountFilter,
    order: AccountOrder,
    page: PageRequest,
    *,
    with_total: bool,
    attributes: Attributes | None,
) -> dict[UUID, Page[Account]]:
    """One page of each creator's accounts; one statement however many creators. Raises InvalidCursor."""
    written, keys = f"{write_filter(filter)} by {write_order(order)}", _sort_keys(order)
    listings = {creator_id: Listing(f"accounts of creator {creator_id} {written}", keys) for creator_id in creator_ids}
    belongs = "account.creator_id = parent.id"
    return await select_pages_of(
        Source.of("account", ACCOUNT.of(attributes)),
        listings,
        belongs,
        viewer,
        page,
        _conditions(viewer, filter),
        with_total=with_total,
    )


def _conditions(viewer: Viewer, filter: AccountFilter) -> Conditions:
    def conditions(parameters: Parameters) -> str:
        return account_conditions(parameters, parameters.add(viewer.organization_id, "uuid"), filter)

    return conditions


def _sort_keys(order: AccountOrder) -> Sequence[SortKey]:
    keys = [SortKey(*SORTED_BY[key.field], key.descending, is_nullable=key.field not in KNOWN) for key in order]
    return order_of(keys, "account.id")
