"""Removal: accounts taken out of every figure, put back within the time to undo it, or deleted for good."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.access.quotas import check_account_quota
from app.core.collect.folding import Changes
from app.core.collect.histories import read_histories
from app.core.collect.recording import Recorded, write_sums
from app.core.collect.runs import cancel_run
from app.domain.problems import HandleTaken, NotFound
from app.domain.records import Account
from app.domain.viewer import Scope, Viewer
from app.store.accounts import lock_accounts, select_account_by_handle, select_accounts
from app.store.collect.rebuilding import delete_empty_account_rows
from app.store.db import transaction
from app.store.rollups import read_video_slots
from app.store.tracking.removal import (
    add_account_to_organization,
    count_gone_posts,
    delete_removed_account,
    leave_account,
    mark_removed,
    mark_restored,
    rejoin_account,
    select_expired_removals,
    select_left_posts,
    select_own_posts,
    select_removed_account,
    select_superseded_posts,
)
from app.store.tracking.tracked_videos import delete_videos

BATCH = 20
"""Accounts deleted for good in one go: each is a transaction of its own."""


async def remove_account(viewer: Viewer, account_id: UUID, *, now: datetime) -> None:
    """Takes an account and the posts found in its feed out of every figure, the past included, in one transaction.

    Posts that are tracked by themselves stay. Until the time to undo it is over `restore_account` brings everything
    back; then it is deleted. Its handle can be tracked anew at once, which begins from nothing. Raises Forbidden, or
    NotFound naming `account_id`; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    async with transaction():
        await lock_accounts(organization_id, [account_id])
        if account_id not in await select_accounts(organization_id, [account_id]):
            raise NotFound("There is no such account.", "account_id")
        staying = await select_own_posts(organization_id, account_id)
        await _move_posts(organization_id, account_id, staying, -1)
        await leave_account(organization_id, account_id, staying)
        await mark_removed(organization_id, account_id, now)
        await cancel_run(organization_id, account_id, now)
        # What the staying posts add up is no part of the account's rows any more, so it stays in the organization's.
        await add_account_to_organization(organization_id, account_id, -1)


async def restore_account(viewer: Viewer, account_id: UUID, *, now: datetime) -> Account:
    """Puts a removed account back with its whole past, as tracked since it was first; it is due at once.

    Posts that others have brought in meanwhile are theirs now. Raises Forbidden, NotFound naming `account_id` when it
    is not there to be restored, HandleTaken when its handle was tracked anew, or QuotaReached; a refused call leaves no
    trace.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    async with transaction():
        removed = await select_removed_account(organization_id, account_id)
        if removed is None:
            raise NotFound("There is no account to restore under this id.", "account_id")
        await check_account_quota(viewer)
        # Before the hidden ones are shown: who has locked a post may wait for those, and must not wait for us in turn.
        returning = await select_left_posts(organization_id, account_id)
        is_back = False
        while not is_back:  # again only when somebody brought in the handle or a post in this very moment
            present = await select_account_by_handle(organization_id, removed.platform, removed.handle)
            if present is not None:
                raise HandleTaken(present, "account_id")
            await _drop_superseded_posts(organization_id, account_id)
            is_back = await mark_restored(organization_id, account_id, now)
        await rejoin_account(organization_id, account_id, returning)
        # Added while it is still out: what the returning posts add up is in the organization's rows already.
        await add_account_to_organization(organization_id, account_id, 1)
        await _move_posts(organization_id, account_id, returning, 1)
        return (await select_accounts(organization_id, [account_id]))[account_id]


async def delete_expired_removals(undo: timedelta, now: datetime) -> int:
    """Deletes for good what was removed longer ago than `undo`; how many accounts. Call again while it is not 0."""
    before = now - undo
    expired = await select_expired_removals(before, BATCH)
    for organization_id, account_id in expired:
        async with transaction():
            # It may have been restored, and removed again, since it was listed.
            if await select_removed_account(organization_id, account_id, before) is not None:
                await delete_removed_account(organization_id, account_id)
    return len(expired)


async def _move_posts(organization_id: UUID, account_id: UUID, ids: Sequence[UUID], sign: int) -> None:
    """Adds to an account's rows what posts tracked by themselves add up, or takes it out with sign -1."""
    changes = Changes()
    for slots in (await read_video_slots(organization_id, ids)).values():
        changes.add_slots(slots, sign)
    await _add_to_account(organization_id, account_id, changes)


async def _drop_superseded_posts(organization_id: UUID, account_id: UUID) -> None:
    """Deletes the posts of a removed account that others have brought in since, and what they add to its rows."""
    states = await select_superseded_posts(organization_id, account_id)
    changes = Changes()
    for history in (await read_histories(organization_id, states)).values():
        changes.add(history, -1)
    await _add_to_account(organization_id, account_id, changes)
    await delete_videos(organization_id, [state.id for state in states])
    await count_gone_posts(organization_id, account_id, len(states))


async def _add_to_account(organization_id: UUID, account_id: UUID, changes: Changes) -> None:
    await write_sums(organization_id, Recorded(accounts={account_id: changes}))
    await delete_empty_account_rows(organization_id, account_id, "day", list[date](changes.days))
    await delete_empty_account_rows(organization_id, account_id, "slot", list[datetime](changes.slots))
