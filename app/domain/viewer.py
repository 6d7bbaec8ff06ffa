"""The viewer: who asks, for which organization, with which scopes."""

from dataclasses import dataclass
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
