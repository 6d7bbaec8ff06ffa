"""Changing how accounts and videos are tracked, and the defaults of their organization."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from app.core.labels import check_metadata, check_refresh_interval, read_category
from app.core.tracking.accounts import set_account_active
from app.core.tracking.creators import link_account, unlink_account
from app.core.tracking.videos import set_video_active
from app.domain.problems import InvalidInput, NotFound
from app.domain.records import Account, Video
from app.domain.viewer import Scope, Viewer
from app.store.accounts import select_accounts
from app.store.db import transaction
from app.store.tracking.changes import change_account, change_organization, change_video, make_due_sooner
from app.store.videos import select_videos

RECENT_POSTS = range(1, 1001)
LOOKBACK_DAYS = range(1, 3651)


class Unchanged(Enum):
    """Stands for what a change leaves as it is, where None would clear it."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
ACTED_ON = ("is_active", "creator_id")
"""What a change does by acts of their own, not by writing a column."""


@dataclass(frozen=True, slots=True)
class PostLimits:
    """Which posts of a feed are followed; None is no bound for an organization, its organization's for an account."""

    max_recent_posts: int | Unchanged | None = UNCHANGED
    post_lookback_days: int | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True)
class AccountChange(PostLimits):
    """What to change of an account."""

    category: str | Unchanged | None = UNCHANGED
    metadata: Mapping[str, str] | Unchanged = UNCHANGED
    """Replaces the whole of it."""
    refresh_interval_hours: int | Unchanged = UNCHANGED
    is_active: bool | Unchanged = UNCHANGED
    creator_id: UUID | Unchanged | None = UNCHANGED
    """The creator to link it to; None unlinks it."""


@dataclass(frozen=True, slots=True)
class VideoChange:
    """What to change of a video that is tracked by itself."""

    metadata: Mapping[str, str] | Unchanged = UNCHANGED
    """Replaces the whole of it."""
    refresh_interval_hours: int | Unchanged = UNCHANGED
    is_active: bool | Unchanged = UNCHANGED


async def update_account(viewer: Viewer, account_id: UUID, change: AccountChange, *, now: datetime) -> Account:
    """Changes an account, in one transaction; pausing and resuming are those of `set_account_active`.

    A shorter interval brings the next refresh forward, a longer one counts from it. Other bounds of posts hold from the
    next refresh on, and take nothing out. A creator is linked and unlinked as by `link_account` and `unlink_account`,
    before the account is paused or resumed.
    Raises Forbidden, InvalidInput naming the argument, NotFound naming `account_id` or `creator_id`, or
    AccountLinkedElsewhere; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    values = _values(change)
    async with transaction():
        if change.creator_id is not UNCHANGED:
            # Before anything else: whoever locks a creator and its accounts begins with the creator.
            await _set_creator(viewer, account_id, change.creator_id, now=now)
        if not await change_account(viewer.organization_id, account_id, values):
            raise NotFound("There is no such account.", "account_id")
        if "refresh_interval_hours" in values:
            await make_due_sooner("account", viewer.organization_id, account_id, now)
        if isinstance(change.is_active, bool):
            await set_account_active(viewer, account_id, change.is_active, now=now)
        return (await select_accounts(viewer.organization_id, [account_id]))[account_id]


async def update_video(viewer: Viewer, video_id: UUID, change: VideoChange, *, now: datetime) -> Video:
    """Changes a video that is tracked by itself, in one transaction; as `update_account`.

    Raises Forbidden, InvalidInput naming the argument, or NotFound naming `video_id`.
    """
    viewer.require(Scope.WRITE)
    values = _values(change)
    async with transaction():
        if not await change_video(viewer.organization_id, video_id, values):
            raise NotFound("There is no such video that is tracked by itself.", "video_id")
        if "refresh_interval_hours" in values:
            await make_due_sooner("video", viewer.organization_id, video_id, now)
        if isinstance(change.is_active, bool):
            await set_video_active(viewer, video_id, change.is_active, now=now)
        return (await select_videos(viewer.organization_id, [video_id]))[video_id]


async def update_defaults(viewer: Viewer, limits: PostLimits) -> None:
    """Changes which posts the organization follows of accounts without bounds of their own, from their next refresh on.

    Raises Forbidden without the scope admin, or InvalidInput naming the argument.
    """
    viewer.require(Scope.ADMIN)
    await change_organization(viewer.organization_id, _values(limits))


async def _set_creator(viewer: Viewer, account_id: UUID, creator_id: UUID | Unchanged | None, *, now: datetime) -> None:
    if isinstance(creator_id, UUID):
        await link_account(viewer, creator_id, account_id, now=now)
        return
    while (linked_to := await _creator_of(viewer.organization_id, account_id)) is not None:
        # Again only when it was linked elsewhere, or its creator deleted, in this very moment.
        with suppress(NotFound):
            await unlink_account(viewer, linked_to, account_id, now=now)


async def _creator_of(organization_id: UUID, account_id: UUID) -> UUID | None:
    account = (await select_accounts(organization_id, [account_id])).get(account_id)
    return None if account is None else account.creator_id


def _values(change: PostLimits | VideoChange) -> dict[str, object]:
    """The columns a change names, checked."""
    named = {field.name: getattr(change, field.name) for field in fields(change)}
    values = {name: value for name, value in named.items() if value is not UNCHANGED and name not in ACTED_ON}
    if "category" in values:
        values["category"] = read_category(values["category"], "category")
    if "metadata" in values:
        check_metadata(values["metadata"], "metadata")
        values["metadata"] = msgspec.json.encode(values["metadata"]).decode()
    if "refresh_interval_hours" in values:
        check_refresh_interval(values["refresh_interval_hours"], "refresh_interval_hours")
    for name, allowed in (("max_recent_posts", RECENT_POSTS), ("post_lookback_days", LOOKBACK_DAYS)):
        value = values.get(name)
        if value is not None and value not in allowed:
            raise InvalidInput(f"{name} is {value}; it takes {allowed.start} to {allowed.stop - 1}.", name)
    return values
