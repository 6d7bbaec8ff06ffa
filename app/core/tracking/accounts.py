"""Tracking accounts: adding them, finding them, listing them, pausing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.access.quotas import check_account_quota
from app.core.labels import check_metadata, check_refresh_interval, read_category
from app.domain.cursors import PageRequest
from app.domain.filters import AccountFilter
from app.domain.links import canonical_handle
from app.domain.platforms import Platform
from app.domain.problems import HandleTaken, NotFound
from app.domain.records import Account, Page
from app.domain.viewer import Scope, Viewer
from app.store.accounts import (
    insert_account,
    listing_of,
    page_accounts,
    select_account_by_handle,
    select_accounts,
    set_activity,
)
from app.store.db import transaction


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to track, as a caller gave it."""

    platform: Platform
    handle: str
    category: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    refresh_interval_hours: int = 24


async def track_account(viewer: Viewer, new: NewAccount, *, now: datetime) -> Account:
    """Starts tracking an account: it is due at once, and its figures come with the first refresh.

    Tracking begins at `now`. Whether the handle exists shows then, not here. Raises Forbidden, InvalidInput naming the
    argument, HandleTaken with the account that is tracked already, or QuotaReached; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    handle = canonical_handle(new.platform, new.handle, "handle")
    category = read_category(new.category, "category")
    check_metadata(new.metadata, "metadata")
    check_refresh_interval(new.refresh_interval_hours, "refresh_interval_hours")
    async with transaction():
        existing = await select_account_by_handle(viewer.organization_id, new.platform, handle)
        if existing is not None:
            raise HandleTaken(existing, "handle")
        await check_account_quota(viewer)
        added = await insert_account(
            viewer.organization_id, new.platform, handle, category, new.metadata, new.refresh_interval_hours, now
        )
        if added is None:  # somebody was quicker
            existing = await select_account_by_handle(viewer.organization_id, new.platform, handle)
            assert existing is not None
            raise HandleTaken(existing, "handle")
        return (await select_accounts(viewer.organization_id, [added]))[added]


async def set_account_active(viewer: Viewer, account_id: UUID, is_active: bool, *, now: datetime) -> Account:
    """Pauses or resumes one account; idempotent.

    A paused account is not refreshed and keeps its figures; a resumed one is due at once. It is the account's own
    standing from then on: one that its creator's pause had paused no longer follows when the creator is resumed, if it
    was paused here, and stays at work although the creator is paused, if it was resumed here. Raises Forbidden, or
    NotFound naming `account_id`.
    """
    viewer.require(Scope.WRITE)
    if not await set_activity(viewer.organization_id, account_id, is_active, now):
        raise NotFound("There is no such account.", "account_id")
    return (await select_accounts(viewer.organization_id, [account_id]))[account_id]


async def load_accounts(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Account]:
    """The accounts of these ids; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_accounts(viewer.organization_id, ids)


async def find_account(viewer: Viewer, platform: Platform, handle: str) -> Account | None:
    """The tracked account of that handle, in any of its spellings, or None. Raises InvalidInput naming `handle`."""
    viewer.require(Scope.READ)
    return await select_account_by_handle(
        viewer.organization_id, platform, canonical_handle(platform, handle, "handle")
    )


async def list_accounts(viewer: Viewer, filter: AccountFilter, page: PageRequest, *, with_total: bool) -> Page[Account]:
    """A page of the tracked accounts, most recently added first. Raises InvalidCursor."""
    viewer.require(Scope.READ)
    return await page_accounts(viewer, filter, page, with_total=with_total)


def account_cursor(viewer: Viewer, filter: AccountFilter, account: Account) -> str:
    """The cursor of an account in the list of that filter."""
    return listing_of(filter).cursor(viewer, (account.added_at, account.id))
