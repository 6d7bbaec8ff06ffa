"""Search: rows whose folded text holds a folded piece of text, inside one organization."""

from uuid import UUID

from app.domain.records import Account, Creator, Video
from app.store.accounts import ACCOUNT
from app.store.creators import creator_record, with_sums
from app.store.db import fetch
from app.store.lists.conditions import holding
from app.store.videos import PUBLISHED, VIDEO

MOST_FOLLOWERS_FIRST = "followers DESC NULLS LAST, handle, id"
BY_NAME = "name, id"
MOST_VIEWS_FIRST = f"views DESC NULLS LAST, {PUBLISHED} DESC, id"


async def search_accounts(organization_id: UUID, wanted: str, limit: int) -> list[Account]:
    """Accounts whose handle or display name holds `wanted`, a folded text that is not empty; most followers first."""
    rows = await fetch(
        _matches("account", ACCOUNT.whole.columns_of("account"), wanted, MOST_FOLLOWERS_FIRST),
        organization_id,
        wanted,
        limit,
    )
    return [ACCOUNT.whole.read(row) for row in rows]


async def search_creators(organization_id: UUID, wanted: str, limit: int) -> list[Creator]:
    """Creators whose name holds `wanted`, a folded text that is not empty; by name."""
    statement = f"{with_sums(_matches('creator', '*', wanted, BY_NAME))} ORDER BY {BY_NAME}"
    return [creator_record(row) for row in await fetch(statement, organization_id, wanted, limit)]


async def search_videos(organization_id: UUID, wanted: str, limit: int) -> list[Video]:
    """Videos whose caption holds `wanted`, a folded text that is not empty; most views first, then newest."""
    rows = await fetch(
        _matches("video", VIDEO.whole.columns_of("video"), wanted, MOST_VIEWS_FIRST), organization_id, wanted, limit
    )
    return [VIDEO.whole.read(row) for row in rows]


def _matches(table: str, columns: str, wanted: str, order: str) -> str:
    """The statement that reads the rows holding `wanted`: $1 is the organization, $2 the text, $3 the most rows."""
    condition = holding("search_text", "$2", wanted)
    present = "true" if table == "creator" else "removed_at IS NULL"
    return f"""
        SELECT {columns} FROM {table}
        WHERE organization_id = $1 AND {present} AND {condition} ORDER BY {order} LIMIT $3
    """
