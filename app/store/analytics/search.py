"""Search: rows whose folded text holds a folded piece of text, inside one organization."""

from uuid import UUID

from app.domain.records import Account, Creator, Video
from app.store.accounts import account_record
from app.store.creators import creator_record, with_sums
from app.store.db import fetch
from app.store.videos import PUBLISHED, video_record

MOST_FOLLOWERS_FIRST = "followers DESC NULLS LAST, handle, id"
BY_NAME = "name, id"
MOST_VIEWS_FIRST = f"views DESC NULLS LAST, {PUBLISHED} DESC, id"

TRIGRAM = 3

# The index on trigrams knows neither their order nor organizations: it narrows down, and what it gives is checked. For
# words in everybody's mouth the planner intersects it with an index led by the organization, before it visits a row.
ANYWHERE = "trigrams(search_text) @> trigrams($2) AND position($2 IN search_text) > 0"

# Text without a trigram finds nothing in that index: the rows of the organization are read, by an index led by it.
AT_A_LINE_START = r"(starts_with(search_text, $2) OR position(E'\n' || $2 IN search_text) > 0)"


async def search_accounts(organization_id: UUID, wanted: str, limit: int) -> list[Account]:
    """Accounts whose handle or display name holds `wanted`, a folded text that is not empty; most followers first."""
    rows = await fetch(_matches("account", wanted, MOST_FOLLOWERS_FIRST), organization_id, wanted, limit)
    return [account_record(row) for row in rows]


async def search_creators(organization_id: UUID, wanted: str, limit: int) -> list[Creator]:
    """Creators whose name holds `wanted`, a folded text that is not empty; by name."""
    statement = f"{with_sums(_matches('creator', wanted, BY_NAME))} ORDER BY {BY_NAME}"
    return [creator_record(row) for row in await fetch(statement, organization_id, wanted, limit)]


async def search_videos(organization_id: UUID, wanted: str, limit: int) -> list[Video]:
    """Videos whose caption holds `wanted`, a folded text that is not empty; most views first, then newest."""
    rows = await fetch(_matches("video", wanted, MOST_VIEWS_FIRST), organization_id, wanted, limit)
    return [video_record(row) for row in rows]


def _matches(table: str, wanted: str, order: str) -> str:
    """The statement that reads the rows holding `wanted`: $1 is the organization, $2 the text, $3 the most rows."""
    condition = ANYWHERE if len(wanted) >= TRIGRAM else AT_A_LINE_START
    present = "true" if table == "creator" else "removed_at IS NULL"
    return f"SELECT * FROM {table} WHERE organization_id = $1 AND {present} AND {condition} ORDER BY {order} LIMIT $3"
