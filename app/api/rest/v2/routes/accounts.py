"""Accounts: listing, tracking, reading, changing, removing."""

from http import HTTPStatus
from typing import Any

from msgspec import UNSET

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.listing import asked_order, asked_page, show_page
from app.api.rest.v2.routes.scope import PLATFORMS, chosen_creators, read_account, require_something
from app.api.rest.v2.shapes.accounts import (
    SHOWN,
    Account,
    AccountListing,
    AccountPatch,
    NewAccount,
    show_account,
)
from app.api.rest.v2.shapes.envelopes import Collection, Single
from app.core.tracking import accounts, changes
from app.core.tracking.changes import UNCHANGED, AccountChange
from app.core.tracking.removal import remove_account
from app.domain.filters import AccountFilter, AccountOrderField
from app.domain.viewer import Scope

TAG = "Accounts"
ORDERS = {
    "added_at": AccountOrderField.ADDED_AT,
    "username": AccountOrderField.HANDLE,
    "last_scrape_time": AccountOrderField.LAST_REFRESHED_AT,
    "follower_count": AccountOrderField.FOLLOWER_COUNT,
    "view_count": AccountOrderField.VIEW_COUNT,
    "like_count": AccountOrderField.LIKE_COUNT,
    "play_count": AccountOrderField.PLAY_COUNT,
}

routes = Operations()


@routes.add("GET", "/accounts", TAG)
async def list_accounts(call: Call[AccountListing, None]) -> Answer[Collection[Account]]:
    """List tracked accounts.

    Filters combine with AND. Unknown figures come last in either order. Walk on with `pagination.next_cursor` until
    `has_next` is false, with the same filters and order; `limit` may change on the way.
    """
    query = call.query
    name, direction, order = asked_order(query.order_by, query.order_direction, query.sort, ORDERS)
    creator_ids, has_creator = chosen_creators(query.creator_id)
    filter = AccountFilter(
        platforms=PLATFORMS if query.platform is None else frozenset({query.platform.ours}),
        handle=query.q,
        is_active=query.is_active,
        is_verified=query.is_verified,
        categories=frozenset({query.category}) if query.category else None,
        creator_ids=creator_ids,
        has_creator=has_creator,
    )
    page = await accounts.list_accounts(
        call.viewer,
        filter,
        asked_page(query.limit, query.cursor),
        order,
        with_total=query.include_total,
        attributes=SHOWN,
    )
    return show_page(call.request, query, page, show_account, query.limit, (name, direction))


@routes.add(
    "POST",
    "/accounts",
    TAG,
    status=HTTPStatus.CREATED,
    refuses=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    scope=Scope.WRITE,
    is_create=True,
    example={"platform": "tiktok", "username": "rival_two", "metadata": {"set": "competitors"}},
)
async def create_account(call: Call[None, NewAccount]) -> Answer[Single[Account]]:
    """Start tracking a profile.

    The account is there at once, with `last_scrape_time` null; its figures come with the first refresh, within seconds.
    Whether the profile exists shows then: one that does not is `is_unavailable`. A duplicate is a 409 with
    `existing_id`.
    """
    body = call.body
    new = accounts.NewAccount(
        body.platform.ours,
        body.username,
        body.category or None,
        body.metadata or {},
        body.scrape_interval_hours,
        body.creator_id,
    )
    account = await accounts.track_account(call.viewer, new, now=call.now)
    return Answer(Single(show_account(account)), HTTPStatus.CREATED, headers={"Location": f"/v2/accounts/{account.id}"})


@routes.add("GET", "/accounts/{account_id}", TAG)
async def get_account(call: Call[None, None]) -> Answer[Single[Account]]:
    """Read one tracked account."""
    return Answer(Single(show_account(await read_account(call.viewer, call.ids["account_id"]))))


@routes.add(
    "PATCH",
    "/accounts/{account_id}",
    TAG,
    refuses=[HTTPStatus.CONFLICT],
    scope=Scope.WRITE,
    example={"is_active": False},
)
async def update_account(call: Call[None, AccountPatch]) -> Answer[Single[Account]]:
    """Change the settings of an account, pause or resume it.

    What is left out stays. `metadata` replaces the whole of it. A `creator_id` links it, null unlinks it; it is a 409
    while it is linked to another creator.
    """
    body = call.body
    require_something(body)
    account = await read_account(call.viewer, call.ids["account_id"])
    change = AccountChange(
        category=_given(body.category),
        metadata=_given(body.metadata if body.metadata is not None else {}),
        refresh_interval_hours=_given(body.scrape_interval_hours),
        is_active=_given(body.is_active),
        max_recent_posts=_given(body.max_recent_posts_per_account),
        post_lookback_days=_given(body.post_lookback_days),
        creator_id=_given(body.creator_id),
    )
    return Answer(Single(show_account(await changes.update_account(call.viewer, account.id, change, now=call.now))))


@routes.add("DELETE", "/accounts/{account_id}", TAG, status=HTTPStatus.NO_CONTENT, scope=Scope.WRITE)
async def delete_account(call: Call[None, None]) -> Answer[None]:
    """Stop tracking an account.

    It goes out of every figure with the posts found in its feed, at once; its operator can bring it back for 30 days,
    unless another time is set. Videos that are tracked by themselves stay.
    """
    account = await read_account(call.viewer, call.ids["account_id"])
    await remove_account(call.viewer, account.id, now=call.now)
    return Answer(None, HTTPStatus.NO_CONTENT)


def _given(value: Any) -> Any:
    return UNCHANGED if value is UNSET else value
