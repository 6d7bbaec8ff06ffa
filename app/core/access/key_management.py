"""Managing an organization's own keys: listing, issuing, rotating, revoking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.access.keys import digest_of, new_value
from app.core.labels import read_name
from app.domain.problems import InvalidInput, LastAdminKey, NotFound
from app.domain.viewer import ApiKey, Scope, Viewer
from app.store.db import transaction
from app.store.keys import insert_key, lock_keys, replace_digest, revoke, select_keys

GRACE_HOURS = range(169)
MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class Issued:
    """A key and its value, which is kept nowhere and cannot be shown again."""

    key: ApiKey
    value: str


async def list_keys(viewer: Viewer) -> Sequence[ApiKey]:
    """The organization's keys, the newest first; revoked ones are gone. Raises Forbidden without the scope admin."""
    viewer.require(Scope.ADMIN)
    return await select_keys(viewer.organization_id)


async def load_keys(viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    """The keys of these ids; one that is not the organization's, or revoked, is absent. Raises Forbidden likewise."""
    return {key.id: key for key in await list_keys(viewer) if key.id in ids}


async def issue_key(viewer: Viewer, name: str, scopes: frozenset[Scope], *, now: datetime) -> Issued:
    """Makes a key. Raises Forbidden, or InvalidInput naming `name` or `scopes`; a refused call leaves no trace."""
    viewer.require(Scope.ADMIN)
    name = read_name(name, "name")
    if not scopes:
        raise InvalidInput(f"Give at least one scope of {', '.join(Scope)}.", "scopes")
    async with transaction():
        if len(await lock_keys(viewer.organization_id)) >= MOST_KEYS:
            raise InvalidInput(f"There are {MOST_KEYS} keys, as many as may be. Revoke one first.", "name")
        value = new_value()
        key_id = await insert_key(viewer.organization_id, name, digest_of(value), scopes, now)
    return Issued(await _key(viewer, key_id), value)


async def rotate_key(viewer: Viewer, key_id: UUID, grace_hours: int, *, now: datetime) -> Issued:
    """Gives a key a new value; the one before works for `grace_hours` (0 to 168) more.

    An older one that was still working stops at once. Raises Forbidden, InvalidInput naming `grace_hours`, or NotFound
    naming `api_key_id`.
    """
    viewer.require(Scope.ADMIN)
    if grace_hours not in GRACE_HOURS:
        raise InvalidInput(f"The grace is {grace_hours} hours; it takes 0 to {GRACE_HOURS.stop - 1}.", "grace_hours")
    async with transaction():
        _find(await lock_keys(viewer.organization_id), key_id)
        value = new_value()
        await replace_digest(key_id, digest_of(value), now + timedelta(hours=grace_hours))
    return Issued(await _key(viewer, key_id), value)


async def revoke_key(viewer: Viewer, key_id: UUID, *, now: datetime) -> None:
    """Ends a key for good, at once. One may revoke the very key one acts with.

    Raises Forbidden, NotFound naming `api_key_id`, or LastAdminKey for the last one with the scope admin.
    """
    viewer.require(Scope.ADMIN)
    async with transaction():
        keys = await lock_keys(viewer.organization_id)
        key = _find(keys, key_id)
        if Scope.ADMIN in key.scopes and sum(Scope.ADMIN in other.scopes for other in keys) == 1:
            raise LastAdminKey(
                "This is the last key with the scope admin. Make another before you revoke it.", "api_key_id"
            )
        await revoke(key_id, now)


async def _key(viewer: Viewer, key_id: UUID) -> ApiKey:
    return _find(await select_keys(viewer.organization_id), key_id)


def _find(keys: Sequence[ApiKey], key_id: UUID) -> ApiKey:
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        raise NotFound("There is no such key.", "api_key_id")
    return key
