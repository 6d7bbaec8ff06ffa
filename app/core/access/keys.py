"""API keys: made once, shown once, kept as a digest."""

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from app.core.access.together import Together
from app.domain.problems import InvalidInput, NotFound, Unauthenticated
from app.domain.viewer import Scope, Viewer
from app.store.keys import (
    ensure_organization,
    insert_key,
    select_digests_in_force,
    select_first_organization,
    select_organization_by_name,
    select_viewers,
)

KEY_PREFIX = "cg_"
KEY_BYTES = 32
LONGEST_KEY = 512
FIRST_ORGANIZATION = "First organization"
UNKNOWN_KEY = "This API key is not known. Send a valid one as Authorization: Bearer KEY."
PRINTABLE = re.compile(r"[!-~]+")


async def authenticate(token: str, *, now: datetime) -> Viewer:
    """Who a key acts for. Raises Unauthenticated when nobody."""
    (viewer,) = await find_viewers([token], now=now)
    return _known(viewer)


async def find_viewers(tokens: Sequence[str], *, now: datetime) -> list[Viewer | None]:
    """Who keys act for, each None where it is nobody; in one statement."""
    digests = [digest_of(token) if 0 < len(token) <= LONGEST_KEY else "" for token in tokens]
    wanted = {*digests} - {""}
    viewers = await select_viewers(wanted, now) if wanted else {}
    return [viewers.get(digest) for digest in digests]


def _known(viewer: Viewer | None) -> Viewer:
    if viewer is None:
        raise Unauthenticated(UNKNOWN_KEY)
    return viewer


class KeyLookups:
    """Looks keys up for many callers: those presented at about the same moment, in one statement."""

    def __init__(self) -> None:
        self._lookups = Together(_find)

    async def authenticate(self, token: str, *, now: datetime) -> Viewer:
        """Who a key acts for. Raises Unauthenticated when nobody."""
        return _known(await self._lookups.ask((token, now)))


async def _find(presented: Sequence[tuple[str, datetime]]) -> list[Viewer | None]:
    return await find_viewers([token for token, _ in presented], now=max(now for _, now in presented))


async def digests_in_force(digests: Collection[str], *, now: datetime) -> set[str]:
    """Those among digests of keys that still act for somebody: not revoked, nor past the grace of a rotation."""
    return await select_digests_in_force(digests, now) if digests else set()


async def create_key(
    organization_name: str, name: str, scopes: frozenset[Scope], *, now: datetime, value: str | None = None
) -> str:
    """A new key of the organization of that name, which is made when it does not exist; its value, not kept anywhere.

    With `value` the key has that value, taken as it is; doing it twice leaves one key. Raises InvalidInput for a name
    or a value that cannot be used.
    """
    organization_name, name = organization_name.strip(), name.strip()
    for argument, text in (("organization", organization_name), ("name", name)):
        if not 1 <= len(text) <= 255:
            raise InvalidInput(f"The {argument} has {len(text)} characters; it takes 1 to 255.", argument)
    if not scopes:
        raise InvalidInput(f"Give at least one scope of {', '.join(Scope)}.", "scopes")
    if value is not None and (not PRINTABLE.fullmatch(value) or len(value) > LONGEST_KEY):
        raise InvalidInput(f"A key is 1 to {LONGEST_KEY} printable ASCII characters without spaces.", "value")
    key = value or new_value()
    organization_id = await ensure_organization(organization_name, secrets.token_bytes(KEY_BYTES), now)
    await insert_key(organization_id, name, digest_of(key), scopes, now)
    return key


async def operate(organization_name: str) -> Viewer:
    """Somebody at the command line who may read all of an organization, with no key. Raises NotFound."""
    found = await select_organization_by_name(organization_name.strip())
    if found is None:
        raise NotFound(f"There is no organization {organization_name[:255]!r}.", "organization")
    organization_id, cursor_secret = found
    return Viewer(
        organization_id=organization_id,
        organization_name=organization_name.strip(),
        key_id=UUID(int=0),
        key_name="Command line",
        scopes=frozenset({Scope.READ}),
        cursor_secret=cursor_secret,
    )


async def ensure_bootstrap_key(value: str, now: datetime) -> None:
    """Gives the first organization, made when there is none, a key of that known value with all scopes. Idempotent."""
    first = await select_first_organization()
    name = FIRST_ORGANIZATION if first is None else first[1]
    await create_key(name, "Bootstrap key", frozenset(Scope), now=now, value=value)


def new_value() -> str:
    """The value of a new key."""
    return KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)


def digest_of(key: str) -> str:
    """What is kept of a key's value."""
    # Keys we make are 256 random bits: a plain digest is as safe as a slow one, and every request pays for it.
    return sha256(key.encode()).hexdigest()
