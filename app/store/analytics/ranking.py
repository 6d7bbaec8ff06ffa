"""Who takes part in a ranking, and by which name ties are told apart."""

from uuid import UUID

from app.domain.series import SubjectKind
from app.store.db import fetch

NAME = {SubjectKind.ACCOUNT: "handle", SubjectKind.CREATOR: "name"}


async def select_names(organization_id: UUID, kind: SubjectKind) -> dict[UUID, str]:
    """The name of every account or creator of an organization."""
    rows = await fetch(f"SELECT id, {NAME[kind]} AS name FROM {kind.value} WHERE organization_id = $1", organization_id)
    return {row["id"]: row["name"] for row in rows}
