"""Organizations and their API keys."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.domain.viewer import Scope, Viewer
from app.store import models
from app.store.db import fetch_row


async def select_viewer(digest: str) -> Viewer | None:
    """The viewer a key with that digest acts as."""
    row = await fetch_row(
        """
        SELECT k.id AS key_id, k.name AS key_name, k.scopes, o.id, o.name, o.cursor_secret
        FROM api_key k JOIN organization o ON o.id = k.organization_id
        WHERE k.digest = $1
        """,
        digest,
    )
    if row is None:
        return None
    return Viewer(
        organization_id=row["id"],
        organization_name=row["name"],
        key_id=row["key_id"],
        key_name=row["key_name"],
        scopes=frozenset(Scope(scope) for scope in row["scopes"].split(",")),
        cursor_secret=row["cursor_secret"],
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


async def insert_key(organization_id: UUID, name: str, digest: str, scopes: Iterable[Scope], now: datetime) -> None:
    """Adds a key; one with the same digest stays as it is."""
    await models.ApiKey.get_or_create(
        digest=digest,
        defaults={
            "organization_id": organization_id,
            "name": name,
            "scopes": ",".join(sorted(scope.value for scope in scopes)),
            "created_at": now,
        },
    )
