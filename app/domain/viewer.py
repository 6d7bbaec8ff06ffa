"""The viewer: who asks, for which organization, with which scopes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.problems import Forbidden


class Scope(StrEnum):
    """What a key may do. ADMIN implies WRITE, WRITE implies READ."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


IMPLIED: dict[Scope, frozenset[Scope]] = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """An API key at work. Everything it sees and touches belongs to `organization_id`."""

    organization_id: UUID
    organization_name: str
    key_id: UUID
    key_name: str
    scopes: frozenset[Scope]
    cursor_secret: bytes
    """Signs the cursors this organization is given."""

    def require(self, scope: Scope) -> None:
        """Raises Forbidden unless one of the key's scopes implies `scope`."""
        if not any(scope in IMPLIED[held] for held in self.scopes):
            raise Forbidden(f"This key lacks the scope {scope.value}. Ask for a key with it.")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its organization sees it: never its value, which is shown once when it is made."""

    id: UUID
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    """To the minute."""
    former_until: datetime | None
    """Until when the value before the last rotation works, or worked; None when it was never rotated."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A create that is to happen once, however often it is sent: the caller's own key for it, and what was asked."""

    face: str
    idempotency_key: str
    route: str
    body_hash: bytes
    """A digest of all that was asked; the same key with another one is a mistake."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a create was answered, to be given again as it was."""

    status: int
    headers: Mapping[str, str]
    body: bytes
