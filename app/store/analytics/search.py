"""Search: rows whose folded text holds a folded piece of text, inside one organization."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from app.domain.platforms import Platform
from app.domain.records import Account, Creator, Video
from app.store.accounts import ACCOUNT
from app.store.creators import creator_record, with_sums
from app.store.db import fetch
from app.store.lists.conditions import holding
from app.store.videos import PUBLISHED, VIDEO

MOST_FOLLOWERS_FIRST = "followers DESC NULLS LAST, handle, id"
BY_NAME = "name, id"
MOST_VIEWS_FIRST = f"views DESC NULLS LAST, {PUBLISHED} DESC, id"


async def search_accounts(
    organization_id: UUID, wanted: str, limit: int, platforms: Collection[Platform] | None = None
) -> list[Account]:
    """Accounts whose handle or display name holds `wanted`, a folded text that is not empty; most followers first."""
    columns = ACCOUNT.whole.columns_of("account")
    rows = await _fetch("account", columns, MOST_FOLLOWERS_FIRST, organization_id, wanted, limit, platforms)
    return [ACCOUNT.whole.read(row) for row in rows]


async def search_creators(organization_id: UUID, wanted: str, limit: int) -> list[Creator]:
    """Creators whose name holds `wanted`, a folded text that is not empty; by name."""
    statement = f"{with_sums(_matches('creator', '*', wanted, BY_NAME))} ORDER BY {BY_NAME}"
    return [creator_record(row) for row in await fetch(statement, organization_id, wanted, limit)]


async def search_videos(
    organization_id: UUID, wanted: str, limit: int, platforms: Collection[Platform] | None = None
) -> list[Video]:
    """Videos whose caption holds `wanted`, a folded text that is not empty; most views first, then newest."""
    columns = VIDEO.whole.columns_of("video")
    rows = await _fetch("video", columns, MOST_VIEWS_FIRST, organization_id, wanted, limit, platforms)
    return [VIDEO.whole.read(row) for row in rows]


async def _fetch(
    table: str,
    columns: str,
    order: str,
    organization_id: UUID,
    wanted: str,
    limit: int,
    platforms: Collection[Platform] | None,
) -> list[asyncpg.Record]:
    """The rows holding `wanted`, where some platforms are given only those on one of them."""
    if platforms is None:
        statement = _matches(table, columns, wanted, order, "removed_at IS NULL")
        return await fetch(statement, organization_id, wanted, limit)
    statement = _matches(table, columns, wanted, order, "removed_at IS NULL AND platform = ANY($4)")
    return await fetch(statement, organization_id, wanted, limit, [platform.value for platform in platforms])


def _matches(table: str, columns: str, wanted: str, order: str, present: str = "true") -> str:
    """The statement that reads the rows holding `wanted`: $1 is the organization, $2 the text, $3 the most rows."""
    condition = holding("search_text", "$2", wanted)
    return f"""
        SELECT {columns} FROM {table}
        WHERE organization_id = $1 AND {present} AND {condition} ORDER BY {order} LIMIT $3
    """
