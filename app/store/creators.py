"""Creators: rows to records, the links of accounts to them, and the pauses that follow from both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.platforms import Platform
from app.domain.records import Attributes, Creator
from app.domain.search import folded
from app.store import models
from app.store.db import execute, fetch, fetch_row
from app.store.records import Made, Shapes


async def insert_creator(
    organization_id: UUID, name: str, metadata: Mapping[str, str], is_active: bool, now: datetime
) -> UUID:
    """Adds a creator without accounts; its id."""
    creator = await models.Creator.create(
        organization_id=organization_id,
        name=name,
        metadata=dict(metadata),
        is_active=is_active,
        added_at=now,
        search_text=folded(name),
    )
    return creator.id


async def select_creators(
    organization_id: UUID, ids: Sequence[UUID], attributes: Attributes | None = None
) -> dict[UUID, Creator]:
    """The organization's creators among `ids`, with those attributes or all."""
    shape = CREATOR.of(attributes)
    chosen = "SELECT * FROM creator WHERE organization_id = $1 AND id = ANY($2)"
    statement = chosen if SUMMED.isdisjoint(shape.columns) else with_sums(chosen)
    rows = await fetch(statement, organization_id, list(ids))
    return {row["id"]: shape.read_named(row) for row in rows}


async def lock_creator(organization_id: UUID, creator_id: UUID) -> bool | None:
    """Whether the creator is active, locked until the transaction ends; None when there is none.

    Whoever changes links or pauses of a creator locks it before any account: then its set of accounts stands still.
    A refresh, which holds the account, may ask for the creator's key beside it: checking a foreign key does.
    """
    row = await fetch_row(
        "SELECT is_active FROM creator WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE",
        organization_id,
        creator_id,
    )
    return None if row is None else row["is_active"]


async def lock_linked_accounts(organization_id: UUID, creator_id: UUID) -> None:
    """Locks the accounts of a creator until the transaction ends, in the order that everybody locks accounts in."""
    await execute(
        "SELECT FROM account WHERE organization_id = $1 AND creator_id = $2 ORDER BY id FOR UPDATE",
        organization_id,
        creator_id,
    )


async def change_creator(
    organization_id: UUID,
    creator_id: UUID,
    name: str | None,
    metadata: Mapping[str, str] | None,
    is_active: bool | None,
) -> None:
    """Changes what is not None; metadata are replaced as a whole."""
    await execute(
        """
        UPDATE creator SET name = coalesce($3, name), search_text = coalesce($4, search_text),
                           metadata = coalesce($5::jsonb, metadata), is_active = coalesce($6, is_active)
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        creator_id,
        name,
        None if name is None else folded(name),
        None if metadata is None else msgspec.json.encode(metadata).decode(),
        is_active,
    )


async def delete_creator_row(organization_id: UUID, creator_id: UUID) -> None:
    """Deletes a creator and takes it off its accounts."""
    await execute(
        "UPDATE account SET creator_id = NULL, linked_at = NULL WHERE organization_id = $1 AND creator_id = $2",
        organization_id,
        creator_id,
    )
    await execute("DELETE FROM creator WHERE organization_id = $1 AND id = $2", organization_id, creator_id)


async def set_link(
    organization_id: UUID, account_ids: Sequence[UUID], creator_id: UUID | None, linked_at: datetime | None
) -> None:
    """Puts a creator on accounts, or takes it off."""
    await execute(
        "UPDATE account SET creator_id = $3, linked_at = $4 WHERE organization_id = $1 AND id = ANY($2)",
        organization_id,
        list(account_ids),
        creator_id,
        linked_at,
    )


async def pause_accounts_of(organization_id: UUID, creator_id: UUID, only: Sequence[UUID] | None = None) -> None:
    """Pauses the active accounts of a creator, all or `only` these, and marks that it was the creator's doing."""
    await execute(
        """
        UPDATE account SET is_active = false, is_paused_by_creator = true
        WHERE organization_id = $1 AND creator_id = $2 AND is_active AND ($3::uuid[] IS NULL OR id = ANY($3))
        """,
        organization_id,
        creator_id,
        only,
    )


async def resume_accounts_of(organization_id: UUID, creator_id: UUID, now: datetime, only: UUID | None = None) -> None:
    """Resumes the accounts that the pause of their creator has paused, all or `only` one; they are due at once."""
    await execute(
        """
        UPDATE account SET is_active = true, is_paused_by_creator = false, next_refresh_at = $3
        WHERE organization_id = $1 AND creator_id = $2 AND is_paused_by_creator AND ($4::uuid IS NULL OR id = $4)
        """,
        organization_id,
        creator_id,
        now,
        only,
    )


def with_sums(chosen: str) -> str:
    """The statement that adds to chosen creators what is summed over their accounts."""
    return f"""
    SELECT creator.*, linked.platforms, linked.platform_followers, linked.account_count, linked.followers
    FROM ({chosen}) AS creator
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(platform, accounts), '{{}}') AS platforms,
               coalesce(jsonb_object_agg(platform, followers) FILTER (WHERE followers IS NOT NULL), '{{}}')
                   AS platform_followers,
               coalesce(sum(accounts), 0)::bigint AS account_count, sum(followers)::bigint AS followers
        FROM (
            SELECT platform, count(*) AS accounts, sum(followers) AS followers FROM account
            WHERE account.organization_id = creator.organization_id AND account.creator_id = creator.id
              AND account.removed_at IS NULL
            GROUP BY platform
        ) AS by_platform
    ) AS linked
    """


def creator_record(row: asyncpg.Record) -> Creator:
    """The record of a creator row with its sums."""
    return CREATOR.whole.read_named(row)


def _by_platform(text: str) -> dict[Platform, int]:
    return msgspec.json.decode(text, type=dict[Platform, int])


CREATOR = Shapes(
    Creator,
    {
        "metadata": Made(("metadata",), lambda row: msgspec.json.decode(row["metadata"], type=dict[str, str])),
        "platforms": Made(("platforms",), lambda row: _by_platform(row["platforms"])),
        "platform_followers": Made(("platform_followers",), lambda row: _by_platform(row["platform_followers"])),
    },
    always=frozenset({"id", "organization_id"}),
    properties={"account_count": "platforms", "platform": "platforms"},
)
"""Records of creator rows with their sums."""
SUMMED = {"platforms", "platform_followers", "followers"}
"""The columns that `with_sums` adds."""
