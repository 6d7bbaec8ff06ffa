"""Creators: listing, making, reading, changing, deleting, and the accounts linked to them."""

from http import HTTPStatus

from msgspec import UNSET

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.listing import asked_order, asked_page, show_page
from app.api.rest.v2.routes.scope import read_account, read_creator, require_something
from app.api.rest.v2.shapes.creators import (
    Creator,
    CreatorListing,
    CreatorPatch,
    Link,
    NewCreator,
    show_creator,
)
from app.api.rest.v2.shapes.envelopes import Collection, Single
from app.api.rest.v2.shapes.words import OrderDirection
from app.core.tracking import creators
from app.domain.filters import CreatorFilter, CreatorOrderField
from app.domain.viewer import Scope

TAG = "Creators"
ORDERS = {"name": CreatorOrderField.NAME}

routes = Operations()


@routes.add("GET", "/creators", TAG)
async def list_creators(call: Call[CreatorListing, None]) -> Answer[Collection[Creator]]:
    """List creators, by name."""
    query = call.query
    name, direction, order = asked_order(
        query.order_by, query.order_direction, query.sort, ORDERS, default=OrderDirection.ASC
    )
    page = await creators.list_creators(
        call.viewer,
        CreatorFilter(is_active=query.is_active),
        asked_page(query.limit, query.cursor),
        order,
        with_total=query.include_total,
    )
    return show_page(call.request, query, page, show_creator, query.limit, (name, direction))


@routes.add(
    "POST",
    "/creators",
    TAG,
    status=HTTPStatus.CREATED,
    scope=Scope.WRITE,
    is_create=True,
    example={"name": "Rival One", "metadata": {"set": "competitors"}},
)
async def create_creator(call: Call[None, NewCreator]) -> Answer[Single[Creator]]:
    """Make a creator to group accounts in. Names need not differ."""
    body = call.body
    new = creators.NewCreator(body.name, body.metadata or {}, body.is_active)
    creator = await creators.create_creator(call.viewer, new, now=call.now)
    return Answer(Single(show_creator(creator)), HTTPStatus.CREATED, {"Location": f"/v2/creators/{creator.id}"})


@routes.add("GET", "/creators/{creator_id}", TAG)
async def get_creator(call: Call[None, None]) -> Answer[Single[Creator]]:
    """Read one creator."""
    return Answer(Single(show_creator(await read_creator(call.viewer, call.ids["creator_id"]))))


@routes.add("PATCH", "/creators/{creator_id}", TAG, scope=Scope.WRITE, example={"name": "Rival One, renamed"})
async def update_creator(call: Call[None, CreatorPatch]) -> Answer[Single[Creator]]:
    """Rename, pause or resume a creator, replace its tags.

    Pausing it pauses every linked account that is active; resuming it resumes exactly those.
    """
    body = call.body
    require_something(body)
    change = creators.CreatorChange(
        name=None if body.name is UNSET else body.name,
        is_active=None if body.is_active is UNSET else body.is_active,
        metadata=None if body.metadata is UNSET else body.metadata,
    )
    creator = await creators.update_creator(call.viewer, call.ids["creator_id"], change, now=call.now)
    return Answer(Single(show_creator(creator)))


@routes.add("DELETE", "/creators/{creator_id}", TAG, status=HTTPStatus.NO_CONTENT, scope=Scope.WRITE)
async def delete_creator(call: Call[None, None]) -> Answer[None]:
    """Delete a creator. Its accounts are unlinked and stay tracked."""
    await creators.delete_creator(call.viewer, call.ids["creator_id"], now=call.now)
    return Answer(None, HTTPStatus.NO_CONTENT)


@routes.add(
    "PUT",
    "/creators/{creator_id}/accounts/{account_id}",
    TAG,
    also=[HTTPStatus.CREATED],
    refuses=[HTTPStatus.CONFLICT],
    scope=Scope.WRITE,
)
async def link_account(call: Call[None, None]) -> Answer[Single[Link]]:
    """Link an account to a creator, past figures included.

    201 when the link is new, 200 when it was there; 409 while the account is linked to another creator.
    """
    creator_id, account = call.ids["creator_id"], await read_account(call.viewer, call.ids["account_id"])
    linked = await creators.link_account(call.viewer, creator_id, account.id, now=call.now)
    link = Link(creator_id=creator_id, account_id=account.id, linked_at=linked.account.linked_at)
    if not linked.is_new:
        return Answer(Single(link))
    location = f"/v2/creators/{creator_id}/accounts/{account.id}"
    return Answer(Single(link), HTTPStatus.CREATED, {"Location": location})


@routes.add(
    "DELETE",
    "/creators/{creator_id}/accounts/{account_id}",
    TAG,
    status=HTTPStatus.NO_CONTENT,
    scope=Scope.WRITE,
)
async def unlink_account(call: Call[None, None]) -> Answer[None]:
    """Take an account out of a creator; it stays tracked."""
    account = await read_account(call.viewer, call.ids["account_id"])
    await creators.unlink_account(call.viewer, call.ids["creator_id"], account.id, now=call.now)
    return Answer(None, HTTPStatus.NO_CONTENT)
