"""Changing accounts: tracking, pausing, resuming."""

from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import Edge
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.batches import Result, read_each, report_each
from app.api.graphql.mutations.creating import BULK_IDEMPOTENCY, IDEMPOTENCY, create_each_once, create_once
from app.api.graphql.mutations.payloads import AccountPayload, Change, Payload, read_metadata, refusable
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.scalars import JSON
from app.core.tracking.accounts import (
    NewAccount,
    account_cursor,
    load_accounts,
    set_account_active,
    track_account,
    track_accounts,
)
from app.core.tracking.removal import remove_account, restore_account
from app.domain import records
from app.domain.filters import AccountFilter
from app.domain.problems import NotFound, Problem

DEFAULT_HOURS = 24


@strawberry.type(description="What came of trackAccount.")
class TrackAccountPayload(AccountPayload):
    account_edge: Edge[Account] | None = strawberry.field(
        description="Its place in the unfiltered list of accounts; null when there are errors."
    )


@strawberry.type(description="What came of one account of trackAccounts.")
class TrackAccountsResult(Result):
    account: Account | None = strawberry.field(description="The account; null when there are errors.")
    account_edge: Edge[Account] | None = strawberry.field(
        description="Its place in the unfiltered list of accounts; null when there are errors."
    )


@strawberry.type(description="What came of trackAccounts.")
class TrackAccountsPayload(Payload):
    results: list[TrackAccountsResult] = strawberry.field(
        description="What came of each account, in their order; empty when the input is refused as a whole."
    )


@strawberry.type(description="What came of pauseAccount.")
class PauseAccountPayload(AccountPayload):
    pass


@strawberry.type(description="What came of resumeAccount.")
class ResumeAccountPayload(AccountPayload):
    pass


@strawberry.type(description="What came of removeAccount.")
class RemoveAccountPayload(Payload):
    removed_account_id: strawberry.ID | None = strawberry.field(
        description="Global id of the account that was; null when there are errors."
    )


@strawberry.type(description="What came of restoreAccount.")
class RestoreAccountPayload(AccountPayload):
    pass


@strawberry.input(description="An account to track.")
class NewAccountInput:
    platform: Platform = strawberry.field(description="The platform it lives on.")
    handle: str = strawberry.field(
        description="Its handle, with or without @, or its profile URL; on YouTube also a channel id."
    )
    category: str | None = strawberry.field(default=UNSET, description="A category of your own, up to 128 characters.")
    metadata: JSON | None = strawberry.field(
        default=UNSET, description="An object of up to 20 strings of your own, up to 255 characters each."
    )
    refresh_interval_hours: int | None = strawberry.field(
        default=DEFAULT_HOURS, description="Hours between two refreshes, 6 to 720."
    )
    creator_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Global id of the creator to link it to; while that one is paused, so is the account.",
    )


@strawberry.input(description="An account to track.")
class TrackAccountInput(NewAccountInput):
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY)


@strawberry.input(description="Accounts to track.")
class TrackAccountsInput:
    accounts: list[NewAccountInput] = strawberry.field(description="1 to 200 accounts.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=BULK_IDEMPOTENCY)


@strawberry.input(description="An account by its id.")
class AccountInput:
    account_id: strawberry.ID = strawberry.field(description="Global id of the account.")


@strawberry.input(description="An account to pause.")
class PauseAccountInput(AccountInput):
    pass


@strawberry.input(description="An account to resume.")
class ResumeAccountInput(AccountInput):
    pass


@strawberry.input(description="An account to remove.")
class RemoveAccountInput(AccountInput):
    pass


@strawberry.input(description="A removed account to put back.")
class RestoreAccountInput(AccountInput):
    pass


@strawberry.type(description="Changes of accounts.")
class AccountMutations:
    @resolver(
        "Starts tracking an account. Its figures come with the first refresh, within seconds.", TrackAccountPayload
    )
    @refusable
    async def track_account(
        info: Info, input: Annotated[TrackAccountInput, strawberry.argument(description="The account.")]
    ) -> Change:
        viewer, new = info.context.viewer, _read_new(input)

        async def create() -> UUID:
            return (await track_account(viewer, new, now=info.context.now)).id

        account_id = await create_once(info, input.idempotency_key, input, create)
        account = (await load_accounts(viewer, [account_id])).get(account_id)
        if account is None:
            raise NotFound("The account that was created under this key was removed since.", "idempotency_key")
        return _tracked(info, account)

    @resolver(
        "Starts tracking up to 200 accounts, each by itself: one that is refused stops no other.", TrackAccountsPayload
    )
    @refusable
    async def track_accounts(
        info: Info, input: Annotated[TrackAccountsInput, strawberry.argument(description="The accounts.")]
    ) -> Change:
        new = read_each(input.accounts, _read_new)

        async def create() -> list[records.Account | Problem]:
            return await track_accounts(info.context.viewer, new, now=info.context.now)

        answers = await create_each_once(info, input.idempotency_key, input, create, load_accounts)
        return report_each("accounts", answers, partial(_tracked, info))

    @resolver(
        "Pauses an account: it is not refreshed until somebody resumes it, and keeps its figures. Resuming its creator "
        "does not.",
        PauseAccountPayload,
    )
    @refusable
    async def pause_account(
        info: Info, input: Annotated[PauseAccountInput, strawberry.argument(description="The account.")]
    ) -> Change:
        return await _set_active(info, input.account_id, is_active=False)

    @resolver(
        "Resumes an account: it is due at once. It may be resumed although its creator is paused.",
        ResumeAccountPayload,
    )
    @refusable
    async def resume_account(
        info: Info, input: Annotated[ResumeAccountInput, strawberry.argument(description="The account.")]
    ) -> Change:
        return await _set_active(info, input.account_id, is_active=True)

    @resolver(
        "Takes an account and its discovered videos out of every figure, the past included. Videos tracked by "
        "themselves stay. restoreAccount brings everything back for 30 days, unless the operator set another time.",
        RemoveAccountPayload,
    )
    @refusable
    async def remove_account(
        info: Info, input: Annotated[RemoveAccountInput, strawberry.argument(description="The account.")]
    ) -> Change:
        account_id = decode_id_of("Account", input.account_id, "account_id")
        await remove_account(info.context.viewer, account_id, now=info.context.now)
        return Change(removed_account_id=input.account_id)

    @resolver("Puts a removed account back with its whole past; it is due at once.", RestoreAccountPayload)
    @refusable
    async def restore_account(
        info: Info, input: Annotated[RestoreAccountInput, strawberry.argument(description="The account.")]
    ) -> Change:
        account_id = decode_id_of("Account", input.account_id, "account_id")
        return Change(account=await restore_account(info.context.viewer, account_id, now=info.context.now))


def _read_new(input: NewAccountInput) -> NewAccount:
    return NewAccount(
        platform=input.platform,
        handle=input.handle,
        category=input.category or None,
        metadata=read_metadata(input.metadata) or {},
        refresh_interval_hours=DEFAULT_HOURS if input.refresh_interval_hours is None else input.refresh_interval_hours,
        creator_id=decode_id_of("Creator", input.creator_id, "creator_id") if input.creator_id else None,
    )


def _tracked(info: Info, account: records.Account) -> Change:
    cursor = account_cursor(info.context.viewer, AccountFilter(), account)
    return Change(account=account, account_edge=Edge(node=account, cursor=cursor))


async def _set_active(info: Info, id: strawberry.ID, *, is_active: bool) -> Change:
    account_id = decode_id_of("Account", id, "account_id")
    return Change(account=await set_account_active(info.context.viewer, account_id, is_active, now=info.context.now))
