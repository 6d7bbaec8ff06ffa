"""How much an organization tracks, as it was at the ends of two windows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.platforms import Platform
from app.store.db import fetch_row


@dataclass(frozen=True, slots=True)
class Tracked:
    """How many were there before an instant, among what is tracked now."""

    active_accounts: int
    account_videos: int
    individual_videos: int
    creators: int


async def count_tracked(
    organization_id: UUID, earlier: datetime, later: datetime, platforms: Collection[Platform] | None = None
) -> tuple[Tracked, Tracked]:
    """What had been added or discovered before each of two instants; a post that came both ways counts in both.

    Of accounts and posts only those on `platforms` count, where some are given.

    One whose account was removed keeps when it was discovered, for the account to be restored with it.
    """
    counted = "true" if platforms is None else "platform = ANY($4::text[])"
    chosen = () if platforms is None else ([platform.value for platform in platforms],)
    row = await fetch_row(
        f"""
        SELECT a.earlier, v.discovered_earlier, v.added_earlier, c.earlier,
               a.later, v.discovered_later, v.added_later, c.later
        FROM (
            SELECT count(*) FILTER (WHERE added_at < $2) AS earlier, count(*) AS later FROM account
            WHERE organization_id = $1 AND removed_at IS NULL AND is_active AND added_at < $3 AND {counted}
        ) AS a, (
            SELECT count(*) FILTER (WHERE discovered_at < $2 AND account_id IS NOT NULL) AS discovered_earlier,
                   count(*) FILTER (WHERE discovered_at < $3 AND account_id IS NOT NULL) AS discovered_later,
                   count(*) FILTER (WHERE added_at < $2) AS added_earlier,
                   count(*) FILTER (WHERE added_at < $3) AS added_later
            FROM video WHERE organization_id = $1 AND removed_at IS NULL AND {counted}
        ) AS v, (
            SELECT count(*) FILTER (WHERE added_at < $2) AS earlier, count(*) AS later FROM creator
            WHERE organization_id = $1 AND added_at < $3
        ) AS c
        """,
        organization_id,
        earlier,
        later,
        *chosen,
    )
    assert row is not None
    counts = list(row)
    return Tracked(*counts[:4]), Tracked(*counts[4:])
