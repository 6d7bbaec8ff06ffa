"""Organizations and their API keys."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.domain.viewer import ApiKey, Scope, Viewer
from app.store import models
from app.store.db import execute, fetch

LAST_USED_EVERY = timedelta(minutes=1)


async def select_viewers(digests: Collection[str], now: datetime) -> Mapping[str, Viewer]:
    """The viewers that keys with these digests act as: keys in force, or rotated ones that still work for a while.

    When each was last used is kept to the minute.
    """
    rows = await fetch(
        """
        SELECT k.id AS key_id, k.name AS key_name, k.scopes, k.last_used_at, o.id, o.name, o.cursor_secret, k.digest,
            CASE WHEN k.former_until > $2 THEN k.former_digest END AS former_digest
        FROM api_key k JOIN organization o ON o.id = k.organization_id
        WHERE (k.digest = ANY($1) OR k.former_digest = ANY($1) AND k.former_until > $2) AND k.revoked_at IS NULL
        """,
        digests,
        now,
    )
    unused_since = now - LAST_USED_EVERY
    idle = [row["key_id"] for row in rows if row["last_used_at"] is None or row["last_used_at"] < unused_since]
    if idle:
        await execute("UPDATE api_key SET last_used_at = greatest(last_used_at, $2) WHERE id = ANY($1)", idle, now)
    found = {}
    for row in rows:
        found[row["digest"]] = found[row["former_digest"]] = Viewer(
            organization_id=row["id"],
            organization_name=row["name"],
            key_id=row["key_id"],
            key_name=row["key_name"],
            scopes=_scopes(row["scopes"]),
            cursor_secret=row["cursor_secret"],
        )
    return {digest: found[digest] for digest in digests if digest in found}


async def select_digests_in_force(digests: Collection[str], now: datetime) -> set[str]:
    """Those among digests whose keys may act, as `select_viewers` sees it."""
    rows = await fetch(
        """
        SELECT digest FROM api_key WHERE digest = ANY($1) AND revoked_at IS NULL
        UNION ALL
        SELECT former_digest FROM api_key WHERE former_digest = ANY($1) AND former_until > $2 AND revoked_at IS NULL
        """,
        list(digests),
        now,
    )
    return {row["digest"] for row in rows}


async def select_keys(organization_id: UUID) -> list[ApiKey]:
    """The organization's keys that are not revoked, the newest first."""
    rows = await fetch(f"{_KEYS} ORDER BY created_at DESC, id DESC", organization_id)
    return [_key(row) for row in rows]


async def lock_keys(organization_id: UUID) -> list[ApiKey]:
    """The same, locked until the transaction ends."""
    rows = await fetch(f"{_KEYS} ORDER BY id FOR UPDATE", organization_id)
    return [_key(row) for row in rows]


async def revoke(key_id: UUID, now: datetime) -> None:
    """Ends a key for good."""
    await execute("UPDATE api_key SET revoked_at = $2 WHERE id = $1", key_id, now)


async def replace_digest(key_id: UUID, digest: str, former_until: datetime) -> None:
    """Gives a key another value; the one before works until then."""
    await execute(
        "UPDATE api_key SET former_digest = digest, former_until = $3, digest = $2 WHERE id = $1",
        key_id,
        digest,
        former_until,
    )


async def ensure_organization(name: str, cursor_secret: bytes, now: datetime) -> UUID:
    """The organization of that name, made when there is none."""
    organization, _ = await models.Organization.get_or_create(
        name=name, defaults={"cursor_secret": cursor_secret, "created_at": now}
    )
    return organization.id


async def select_organization_by_name(name: str) -> tuple[UUID, bytes] | None:
    """The id and cursor secret of the organization of that name."""
    organization = await models.Organization.get_or_none(name=name)
    return None if organization is None else (organization.id, organization.cursor_secret)


async def select_first_organization() -> tuple[UUID, str] | None:
    """The oldest organization."""
    organization = await models.Organization.all().order_by("created_at", "id").first()
    return None if organization is None else (organization.id, organization.name)


async def insert_key(organization_id: UUID, name: str, digest: str, scopes: Iterable[Scope], now: datetime) -> UUID:
    """Adds a key; one with the same digest stays as it is. Its id."""
    key, _ = await models.ApiKey.get_or_create(
        digest=digest,
        defaults={
            "organization_id": organization_id,
            "name": name,
            "scopes": ",".join(sorted(scope.value for scope in scopes)),
            "created_at": now,
        },
    )
    return key.id


_KEYS = "SELECT * FROM api_key WHERE organization_id = $1 AND revoked_at IS NULL"


def _key(row: asyncpg.Record) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        scopes=_scopes(row["scopes"]),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        former_until=row["former_until"],
    )


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in text.split(","))
