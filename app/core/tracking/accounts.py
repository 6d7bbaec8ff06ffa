"""Tracking accounts: adding them, finding them, listing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.cursors import PageRequest
from app.domain.filters import AccountFilter
from app.domain.links import canonical_handle
from app.domain.platforms import Platform
from app.domain.problems import HandleTaken, InvalidInput
from app.domain.records import Account, Page
from app.domain.viewer import Scope, Viewer
from app.store.accounts import (
    insert_account,
    listing_of,
    page_accounts,
    select_account_by_handle,
    select_accounts,
)

LONGEST_CATEGORY = 128
MOST_METADATA = 20
LONGEST_METADATA = 255
NOT_STORED = "no NUL character and no half of a surrogate pair"
REFRESH_INTERVAL_HOURS = range(6, 721)


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
    argument, or HandleTaken with the account that is tracked already; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    handle = canonical_handle(new.platform, new.handle, "handle")
    category = _category(new.category)
    _check_metadata(new.metadata)
    if new.refresh_interval_hours not in REFRESH_INTERVAL_HOURS:
        raise InvalidInput(
            f"The refresh interval is {new.refresh_interval_hours} hours; it takes "
            f"{REFRESH_INTERVAL_HOURS.start} to {REFRESH_INTERVAL_HOURS.stop - 1}.",
            "refresh_interval_hours",
        )
    added = await insert_account(
        viewer.organization_id, new.platform, handle, category, new.metadata, new.refresh_interval_hours, now
    )
    if added is None:
        existing = await select_account_by_handle(viewer.organization_id, new.platform, handle)
        assert existing is not None
        raise HandleTaken(existing, "handle")
    return (await select_accounts(viewer.organization_id, [added]))[added]


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


def _category(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    if len(text) > LONGEST_CATEGORY or not _can_be_stored(text):
        raise InvalidInput(f"The category takes at most {LONGEST_CATEGORY} characters, {NOT_STORED}.", "category")
    return text.strip()


def _check_metadata(metadata: Mapping[str, str]) -> None:
    if len(metadata) > MOST_METADATA:
        raise InvalidInput(f"There are {len(metadata)} metadata keys; {MOST_METADATA} are allowed.", "metadata")
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise InvalidInput(f"The metadata value of {key[:64]!r} is not a string.", "metadata")
        if not 1 <= len(key) <= LONGEST_METADATA or len(value) > LONGEST_METADATA or not _can_be_stored(key + value):
            raise InvalidInput(
                f"Metadata keys and values take at most {LONGEST_METADATA} characters, {NOT_STORED} ({key[:64]!r}).",
                "metadata",
            )


def _can_be_stored(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
