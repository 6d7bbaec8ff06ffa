"""Creators: naming groups of accounts, linking accounts to them, pausing and resuming them as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.batches import check_batch
from app.core.filters import read_account_filter, read_creator_filter
from app.core.labels import check_metadata, read_name
from app.domain.cursors import PageRequest
from app.domain.filters import (
    EVERY_ACCOUNT,
    LATEST_LINKED,
    NEWEST_CREATORS,
    AccountFilter,
    AccountOrder,
    CreatorFilter,
    CreatorOrder,
    check_order,
)
from app.domain.problems import AccountLinkedElsewhere, NotFound, Problem
from app.domain.records import Account, Attributes, Creator, Page
from app.domain.viewer import Scope, Viewer
from app.store.accounts import lock_accounts, select_accounts
from app.store.creators import (
    change_creator,
    delete_creator_row,
    insert_creator,
    lock_creator,
    lock_linked_accounts,
    pause_accounts_of,
    resume_accounts_of,
    select_creators,
    set_link,
)
from app.store.db import transaction
from app.store.lists.accounts import page_linked_accounts
from app.store.lists.creators import listing_of, page_creators


@dataclass(frozen=True, slots=True)
class NewCreator:
    """A creator to make, as a caller gave it."""

    name: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CreatorChange:
    """What to change of a creator; None leaves a thing as it is."""

    name: str | None = None
    metadata: Mapping[str, str] | None = None
    """Replaces the whole of it."""
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """An account and the creator it is linked to."""

    creator: Creator
    account: Account
    is_new: bool
    """False when the link was there already."""


@dataclass(frozen=True, slots=True)
class Links:
    """What came of linking accounts to a creator."""

    creator: Creator
    answers: Sequence[Account | Problem]
    """In the order asked for."""
    new: frozenset[UUID]
    """The accounts that were not linked to it before."""


async def create_creator(viewer: Viewer, new: NewCreator, *, now: datetime) -> Creator:
    """Makes a creator without accounts. Names need not differ.

    Raises Forbidden, or InvalidInput naming the argument; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    name = read_name(new.name, "name")
    check_metadata(new.metadata, "metadata")
    added = await insert_creator(viewer.organization_id, name, new.metadata, new.is_active, now)
    return (await select_creators(viewer.organization_id, [added]))[added]


async def update_creator(viewer: Viewer, creator_id: UUID, change: CreatorChange, *, now: datetime) -> Creator:
    """Changes a creator, in one transaction with what follows for its accounts.

    Pausing it (`is_active` false) pauses every linked account that is active; resuming it resumes exactly those, due at
    once. An account that was paused by itself before stays paused; one that was paused or resumed by itself in between
    stays as it is. Pausing a paused creator, or resuming an active one, changes no account. Raises Forbidden,
    InvalidInput naming the argument, or NotFound naming `creator_id`; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    name = None if change.name is None else read_name(change.name, "name")
    if change.metadata is not None:
        check_metadata(change.metadata, "metadata")
    async with transaction():
        was_active = await _lock_creator(organization_id, creator_id)
        await change_creator(organization_id, creator_id, name, change.metadata, change.is_active)
        if change.is_active is not None and change.is_active != was_active:
            await lock_linked_accounts(organization_id, creator_id)
            if change.is_active:
                await resume_accounts_of(organization_id, creator_id, now)
            else:
                await pause_accounts_of(organization_id, creator_id)
        return (await select_creators(organization_id, [creator_id]))[creator_id]


async def delete_creator(viewer: Viewer, creator_id: UUID, *, now: datetime) -> None:
    """Deletes a creator; its accounts are unlinked and stay tracked.

    Those that its pause had paused are resumed, due at once: nothing else would ever resume them. Raises Forbidden, or
    NotFound naming `creator_id`.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    async with transaction():
        await _lock_creator(organization_id, creator_id)
        await lock_linked_accounts(organization_id, creator_id)
        await resume_accounts_of(organization_id, creator_id, now)
        await delete_creator_row(organization_id, creator_id)


async def link_account(viewer: Viewer, creator_id: UUID, account_id: UUID, *, now: datetime) -> Linked:
    """Links an account to a creator, past figures included; idempotent.

    An active account linked to a paused creator is paused, and resumes with the creator. Of several links of one
    account at the same time one is made. Raises Forbidden, NotFound naming `creator_id` or `account_id`, or
    AccountLinkedElsewhere with the other creator; a refused call leaves no trace.
    """
    links = await link_accounts(viewer, creator_id, [account_id], now=now)
    (answer,) = links.answers
    if isinstance(answer, Problem):
        raise answer
    return Linked(links.creator, answer, account_id in links.new)


async def link_accounts(
    viewer: Viewer, creator_id: UUID, account_ids: Sequence[UUID | Problem], *, now: datetime
) -> Links:
    """Links 1 to 200 accounts to a creator as `link_account` does, in constant statements.

    One that is refused stops no other. What is a problem already stays one. Raises Forbidden, InvalidInput naming
    `account_ids`, or NotFound naming `creator_id`.
    """
    viewer.require(Scope.WRITE)
    check_batch(len(account_ids), "account_ids")
    organization_id = viewer.organization_id
    ids = [id for id in account_ids if isinstance(id, UUID)]
    async with transaction():
        is_active = await _lock_creator(organization_id, creator_id)
        await lock_accounts(organization_id, ids)
        accounts = await select_accounts(organization_id, ids)
        # While an account is locked its creator cannot go.
        owners = {account.creator_id for account in accounts.values() if account.creator_id is not None}
        elsewhere = await select_creators(organization_id, list(owners - {creator_id}))
        new = frozenset(id for id, account in accounts.items() if account.creator_id is None)
        if new:
            await set_link(organization_id, list(new), creator_id, now)
            if not is_active:
                await pause_accounts_of(organization_id, creator_id, only=list(new))
            accounts |= await select_accounts(organization_id, list(new))
        creator = (await select_creators(organization_id, [creator_id]))[creator_id]

    def answer(id: UUID) -> Account | Problem:
        account = accounts.get(id)
        if account is None:
            return NotFound("There is no such account.", "account_id")
        if account.creator_id is not None and account.creator_id in elsewhere:
            return AccountLinkedElsewhere(account, elsewhere[account.creator_id], "account_id")
        return account

    return Links(creator, [one if isinstance(one, Problem) else answer(one) for one in account_ids], new)


async def unlink_account(viewer: Viewer, creator_id: UUID, account_id: UUID, *, now: datetime) -> Account:
    """Takes an account, past figures included, out of its creator; it stays tracked.

    One that the creator's pause had paused is resumed, due at once: it no longer follows that creator. Raises
    Forbidden, or NotFound naming `creator_id`, or `account_id` when it is not linked to this creator.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    async with transaction():
        await _lock_creator(organization_id, creator_id)
        account = await _lock_account(organization_id, account_id)
        if account is None or account.creator_id != creator_id:
            raise NotFound("The account is not linked to this creator.", "account_id")
        await resume_accounts_of(organization_id, creator_id, now, only=account_id)
        await set_link(organization_id, [account_id], None, None)
        return (await select_accounts(organization_id, [account_id]))[account_id]


async def load_creators(
    viewer: Viewer, ids: Sequence[UUID], attributes: Attributes | None = None
) -> dict[UUID, Creator]:
    """The creators of these ids, with those attributes or all, in one statement.

    An id that is not the organization's is absent.
    """
    viewer.require(Scope.READ)
    return await select_creators(viewer.organization_id, ids, attributes)


async def list_creators(
    viewer: Viewer,
    filter: CreatorFilter,
    page: PageRequest,
    order: CreatorOrder = NEWEST_CREATORS,
    *,
    with_total: bool,
    attributes: Attributes | None = None,
) -> Page[Creator]:
    """A page of the creators, with those attributes or all.

    Raises Forbidden, InvalidInput naming the field below `filter` or the key below `order_by`, and InvalidCursor.
    """
    viewer.require(Scope.READ)
    check_order(order)
    return await page_creators(
        viewer, read_creator_filter(filter), order, page, with_total=with_total, attributes=attributes
    )


async def list_linked_accounts(
    viewer: Viewer,
    creator_ids: Sequence[UUID],
    page: PageRequest,
    filter: AccountFilter = EVERY_ACCOUNT,
    order: AccountOrder = LATEST_LINKED,
    *,
    with_total: bool,
    attributes: Attributes | None = None,
) -> dict[UUID, Page[Account]]:
    """A page of each creator's accounts, with those attributes or all, in one statement however many creators.

    Raises Forbidden, InvalidInput naming the field below `filter` or the key below `order_by`, and InvalidCursor.
    """
    viewer.require(Scope.READ)
    check_order(order)
    ids = list(dict.fromkeys(creator_ids))
    return await page_linked_accounts(
        viewer, ids, read_account_filter(filter), order, page, with_total=with_total, attributes=attributes
    )


def creator_cursor(viewer: Viewer, filter: CreatorFilter, creator: Creator) -> str:
    """The cursor of a creator in the list of that filter, most recently added first."""
    return listing_of(read_creator_filter(filter), NEWEST_CREATORS).cursor(viewer, (creator.added_at, creator.id))


async def _lock_creator(organization_id: UUID, creator_id: UUID) -> bool:
    """Locks a creator and says whether it is active."""
    is_active = await lock_creator(organization_id, creator_id)
    if is_active is None:
        raise NotFound("There is no such creator.", "creator_id")
    return is_active


async def _lock_account(organization_id: UUID, account_id: UUID) -> Account | None:
    await lock_accounts(organization_id, [account_id])
    return (await select_accounts(organization_id, [account_id])).get(account_id)
