"""Changing creators and their links."""

from dataclasses import replace
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import Edge
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.accounts import AccountInput
from app.api.graphql.mutations.batches import Result, read_each, report_each
from app.api.graphql.mutations.creating import IDEMPOTENCY, create_once
from app.api.graphql.mutations.payloads import (
    AccountPayload,
    Change,
    CreatorPayload,
    Payload,
    read_metadata,
    refusable,
)
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.values.ids import decode_id_of, encode_id
from app.api.graphql.values.scalars import JSON
from app.core.tracking.creators import (
    CreatorChange,
    NewCreator,
    create_creator,
    creator_cursor,
    delete_creator,
    link_account,
    link_accounts,
    load_creators,
    unlink_account,
    update_creator,
)
from app.domain.filters import CreatorFilter
from app.domain.problems import NotFound

METADATA = "An object of up to 20 strings of your own, up to 255 characters each."


@strawberry.type(description="What came of createCreator.")
class CreateCreatorPayload(CreatorPayload):
    creator_edge: Edge[Creator] | None = strawberry.field(
        description="Its place in the unfiltered list of creators; null when there are errors."
    )


@strawberry.type(description="What came of updateCreator.")
class UpdateCreatorPayload(CreatorPayload):
    pass


@strawberry.type(description="What came of deleteCreator.")
class DeleteCreatorPayload(Payload):
    deleted_creator_id: strawberry.ID | None = strawberry.field(
        description="Global id of the creator that was; null when there are errors."
    )


@strawberry.type(description="What came of linkAccount.")
class LinkAccountPayload(CreatorPayload, AccountPayload):
    pass


@strawberry.type(description="What came of one account of linkAccounts.")
class LinkAccountsResult(Result):
    account: Account | None = strawberry.field(description="The account; null when there are errors.")


@strawberry.type(description="What came of linkAccounts.")
class LinkAccountsPayload(Payload):
    creator: Creator | None = strawberry.field(description="The creator; null when the input is refused as a whole.")
    results: list[LinkAccountsResult] = strawberry.field(
        description="What came of each account, in their order; empty when the input is refused as a whole."
    )


@strawberry.type(description="What came of unlinkAccount.")
class UnlinkAccountPayload(CreatorPayload, AccountPayload):
    pass


@strawberry.input(description="A creator to make.")
class CreateCreatorInput:
    name: str = strawberry.field(description="Its name, 1 to 255 characters.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)
    is_active: bool | None = strawberry.field(default=True, description="False makes a creator that is paused.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY)


@strawberry.input(description="A creator by its id.")
class CreatorInput:
    creator_id: strawberry.ID = strawberry.field(description="Global id of the creator.")


@strawberry.input(description="What to change of a creator; what is left out or null stays as it is.")
class UpdateCreatorInput(CreatorInput):
    name: str | None = strawberry.field(default=UNSET, description="Its new name, 1 to 255 characters.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=f"{METADATA} Replaces the whole object.")
    is_active: bool | None = strawberry.field(
        default=UNSET,
        description="False pauses it and its active accounts; true resumes it and those it paused.",
    )


@strawberry.input(description="A creator to delete.")
class DeleteCreatorInput(CreatorInput):
    pass


@strawberry.input(description="An account to link to a creator.")
class LinkAccountInput(CreatorInput, AccountInput):
    pass


@strawberry.input(description="Accounts to link to a creator.")
class LinkAccountsInput(CreatorInput):
    account_ids: list[strawberry.ID] = strawberry.field(description="Global ids of 1 to 200 accounts.")


@strawberry.input(description="An account to take out of its creator.")
class UnlinkAccountInput(CreatorInput, AccountInput):
    pass


@strawberry.type(description="Changes of creators.")
class CreatorMutations:
    @resolver("Makes a creator, without accounts.", CreateCreatorPayload)
    @refusable
    async def create_creator(
        info: Info, input: Annotated[CreateCreatorInput, strawberry.argument(description="The creator.")]
    ) -> Change:
        viewer = info.context.viewer
        new = NewCreator(input.name, read_metadata(input.metadata) or {}, input.is_active is not False)

        async def create() -> UUID:
            return (await create_creator(viewer, new, now=info.context.now)).id

        creator_id = await create_once(info, input.idempotency_key, input, create)
        creator = (await load_creators(viewer, [creator_id])).get(creator_id)
        if creator is None:
            raise NotFound("The creator that was created under this key was deleted since.", "idempotency_key")
        edge = Edge(node=creator, cursor=creator_cursor(viewer, CreatorFilter(), creator))
        return Change(creator=creator, creator_edge=edge)

    @resolver(
        "Changes a creator. Pausing it pauses its active accounts, and resuming it resumes exactly those.",
        UpdateCreatorPayload,
    )
    @refusable
    async def update_creator(
        info: Info, input: Annotated[UpdateCreatorInput, strawberry.argument(description="What to change.")]
    ) -> Change:
        creator_id = decode_id_of("Creator", input.creator_id, "creator_id")
        change = CreatorChange(
            name=None if input.name is UNSET else input.name,
            metadata=read_metadata(input.metadata),
            is_active=None if input.is_active is UNSET else input.is_active,
        )
        return Change(creator=await update_creator(info.context.viewer, creator_id, change, now=info.context.now))

    @resolver(
        "Deletes a creator. Its accounts stay tracked, without a creator; those it had paused are resumed.",
        DeleteCreatorPayload,
    )
    @refusable
    async def delete_creator(
        info: Info, input: Annotated[DeleteCreatorInput, strawberry.argument(description="The creator.")]
    ) -> Change:
        creator_id = decode_id_of("Creator", input.creator_id, "creator_id")
        await delete_creator(info.context.viewer, creator_id, now=info.context.now)
        return Change(deleted_creator_id=encode_id("Creator", creator_id))

    @resolver(
        "Links an account to a creator, its past figures included; nothing changes when it is linked already. An "
        "active account linked to a paused creator is paused with it.",
        LinkAccountPayload,
    )
    @refusable
    async def link_account(
        info: Info, input: Annotated[LinkAccountInput, strawberry.argument(description="Which to which.")]
    ) -> Change:
        creator_id = decode_id_of("Creator", input.creator_id, "creator_id")
        account_id = decode_id_of("Account", input.account_id, "account_id")
        linked = await link_account(info.context.viewer, creator_id, account_id, now=info.context.now)
        return Change(creator=linked.creator, account=linked.account)

    @resolver(
        "Links up to 200 accounts to a creator, each by itself: one that is refused stops no other.",
        LinkAccountsPayload,
    )
    @refusable
    async def link_accounts(
        info: Info, input: Annotated[LinkAccountsInput, strawberry.argument(description="Which to which.")]
    ) -> Change:
        creator_id = decode_id_of("Creator", input.creator_id, "creator_id")
        account_ids = read_each(input.account_ids, partial(decode_id_of, "Account"))
        links = await link_accounts(info.context.viewer, creator_id, account_ids, now=info.context.now)
        change = report_each("account_ids", links.answers, lambda one: Change(account=one), of_objects=False)
        return replace(change, creator=links.creator)

    @resolver(
        "Takes an account out of its creator, its past figures included. It stays tracked; if the creator's pause had "
        "paused it, it is resumed.",
        UnlinkAccountPayload,
    )
    @refusable
    async def unlink_account(
        info: Info, input: Annotated[UnlinkAccountInput, strawberry.argument(description="Which from which.")]
    ) -> Change:
        creator_id = decode_id_of("Creator", input.creator_id, "creator_id")
        account_id = decode_id_of("Account", input.account_id, "account_id")
        account = await unlink_account(info.context.viewer, creator_id, account_id, now=info.context.now)
        return Change(creator=await info.context.loaders.creators.load(creator_id), account=account)
