"""Tracking accounts: adding them, finding them, listing them, pausing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.batches import check_batch
from app.core.filters import read_account_filter
from app.core.labels import check_metadata, check_refresh_interval, read_category
from app.domain.cursors import PageRequest
from app.domain.filters import NEWEST_ACCOUNTS, AccountFilter, AccountOrder, check_order
from app.domain.links import RULES, canonical_handle
from app.domain.platforms import TRAITS, Platform
from app.domain.problems import HandleTaken, InvalidInput, NotFound, Problem, QuotaReached
from app.domain.records import Account, Attributes, Page
from app.domain.viewer import Scope, Viewer
from app.store.access.quotas import lock_account_quota
from app.store.accounts import select_accounts, set_activity
from app.store.db import transaction
from app.store.lists.accounts import listing_of, page_accounts
from app.store.tracking.additions import (
    AccountAddition,
    AccountName,
    insert_accounts,
    lock_creators,
    select_accounts_by_name,
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to track, as a caller gave it."""

    platform: Platform
    handle: str
    category: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    refresh_interval_hours: int = 24
    creator_id: UUID | None = None
    """The creator to link it to."""


async def track_account(viewer: Viewer, new: NewAccount, *, now: datetime) -> Account:
    """Starts tracking an account: it is due at once, and its figures come with the first refresh.

    Tracking begins at `now`. Whether the handle exists shows then, not here. With a creator it is linked to that one,
    and paused with it while that is paused. A channel id that an account is known by means that account. Raises
    Forbidden, InvalidInput naming the argument, `platform` where that has no accounts to track, NotFound naming
    `creator_id`, HandleTaken with the account that is tracked already, or QuotaReached; a refused call leaves no trace.
    """
    (answer,) = await track_accounts(viewer, [new], now=now)
    if isinstance(answer, Problem):
        raise answer
    return answer


async def track_accounts(
    viewer: Viewer, new: Sequence[NewAccount | Problem], *, now: datetime
) -> list[Account | Problem]:
    """Tracks 1 to 200 accounts as `track_account` does, in constant statements: of each the account, or the problem.

    One that is refused stops no other. Of one that is there twice, the second is taken by the first. What is a problem
    already stays one. Raises Forbidden, or InvalidInput naming `accounts`.
    """
    viewer.require(Scope.WRITE)
    check_batch(len(new), "accounts")
    organization_id = viewer.organization_id
    read = [_read(one) for one in new]
    wanted = [one for one in read if isinstance(one, AccountAddition)]
    names = [one.name for one in wanted]
    stable = [(platform, handle) for platform, handle in names if RULES[platform].is_stable_id(handle)]
    chosen: dict[AccountName, AccountAddition] = {}
    async with transaction():
        creators = await lock_creators(organization_id, [one.creator_id for one in wanted if one.creator_id])
        quota = await lock_account_quota(organization_id)
        looked_for = names if quota else stable
        present = await select_accounts_by_name(organization_id, looked_for, stable) if looked_for else {}
        for one in wanted:
            is_free = quota is None or quota[1] + len(chosen) < quota[0]
            if is_free and one.name not in present and one.creator_id in (None, *creators):
                chosen.setdefault(one.name, one)
        added = await insert_accounts(organization_id, list(chosen.values()), now)
        found = await select_accounts_by_name(organization_id, names, stable)

    def answer(one: AccountAddition) -> Account | Problem:
        if one.creator_id not in (None, *creators):
            return NotFound("There is no such creator.", "creator_id")
        account = found.get(one.name)
        if account is not None:
            is_new = account.id in added and chosen[one.name] is one
            return account if is_new else HandleTaken(account, "handle")
        if one.name in chosen or quota is None:
            return NotFound("The account was removed in this very moment. Ask again.", "handle")
        return QuotaReached(quota[0])

    return [one if isinstance(one, Problem) else answer(one) for one in read]


async def set_account_active(viewer: Viewer, account_id: UUID, is_active: bool, *, now: datetime) -> Account:
    """Pauses or resumes one account; idempotent.

    A paused account is not refreshed and keeps its figures; a resumed one is due at once. It is the account's own
    standing from then on: one that its creator's pause had paused no longer follows when the creator is resumed, if it
    was paused here, and stays at work although the creator is paused, if it was resumed here. Raises Forbidden, or
    NotFound naming `account_id`.
    """
    viewer.require(Scope.WRITE)
    async with transaction():
        if not await set_activity(viewer.organization_id, account_id, is_active, now):
            raise NotFound("There is no such account.", "account_id")
        return (await select_accounts(viewer.organization_id, [account_id]))[account_id]


async def load_accounts(
    viewer: Viewer, ids: Sequence[UUID], attributes: Attributes | None = None
) -> dict[UUID, Account]:
    """The accounts of these ids, with those attributes or all; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_accounts(viewer.organization_id, ids, attributes)


async def find_account(viewer: Viewer, platform: Platform, handle: str) -> Account | None:
    """The tracked account of that handle, in any of its spellings, or of a channel id that it is known by, or None.

    Raises InvalidInput naming `handle`.
    """
    viewer.require(Scope.READ)
    name = platform, canonical_handle(platform, handle, "handle")
    stable = [name] if RULES[platform].is_stable_id(name[1]) else []
    return (await select_accounts_by_name(viewer.organization_id, [name], stable)).get(name)


async def list_accounts(
    viewer: Viewer,
    filter: AccountFilter,
    page: PageRequest,
    order: AccountOrder = NEWEST_ACCOUNTS,
    *,
    with_total: bool,
    attributes: Attributes | None = None,
) -> Page[Account]:
    """A page of the tracked accounts, with those attributes or all.

    Raises Forbidden, InvalidInput naming the field below `filter` or the key below `order_by`, and InvalidCursor.
    """
    viewer.require(Scope.READ)
    check_order(order)
    return await page_accounts(
        viewer, read_account_filter(filter), order, page, with_total=with_total, attributes=attributes
    )


def account_cursor(viewer: Viewer, filter: AccountFilter, account: Account) -> str:
    """The cursor of an account in the list of that filter, most recently added first."""
    return listing_of(read_account_filter(filter), NEWEST_ACCOUNTS).cursor(viewer, (account.added_at, account.id))


def _read(new: NewAccount | Problem) -> AccountAddition | Problem:
    """What is to be added, in the form that is kept."""
    if isinstance(new, Problem):
        return new
    try:
        _check_platform(new.platform)
        handle = canonical_handle(new.platform, new.handle, "handle")
        category = read_category(new.category, "category")
        check_metadata(new.metadata, "metadata")
        check_refresh_interval(new.refresh_interval_hours, "refresh_interval_hours")
    except InvalidInput as problem:
        return problem
    return AccountAddition(new.platform, handle, category, new.metadata, new.refresh_interval_hours, new.creator_id)


def _check_platform(platform: Platform) -> None:
    """Raises InvalidInput naming `platform` where only single posts can be tracked."""
    if not TRAITS[platform].tracks_accounts:
        others = ", ".join(other for other, traits in TRAITS.items() if traits.tracks_accounts)
        raise InvalidInput(
            f"Accounts of {platform} cannot be tracked, only single posts. Accounts can be of {others}.", "platform"
        )
