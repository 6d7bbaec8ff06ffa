"""Creators: rows to records, the links of accounts to them, and the pauses that follow from both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.cursors import PageRequest
from app.domain.filters import CreatorFilter
from app.domain.platforms import Platform
from app.domain.records import Account, Creator, Page
from app.domain.search import folded
from app.domain.viewer import Viewer
from app.store import models
from app.store.accounts import account_record
from app.store.db import execute, fetch, fetch_row
from app.store.paging import Listing, Order, make_page, page_clauses

BY_ADDED_AT = Order(("added_at", "id"), ("timestamptz", "uuid"))
BY_LINKED_AT = Order(("linked_at", "id"), ("timestamptz", "uuid"))


def listing_of(filter: CreatorFilter) -> Listing:
    """The list of a filter, newest first."""
    active = "" if filter.is_active is None else str(filter.is_active).lower()
    return Listing(f"creators active={active} -added_at", BY_ADDED_AT)


def linked_listing_of(creator_id: UUID) -> Listing:
    """The list of one creator's accounts, the one linked last first."""
    return Listing(f"accounts creator={creator_id} -linked_at", BY_LINKED_AT)


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


async def select_creators(organization_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Creator]:
    """The organization's creators among `ids`."""
    rows = await fetch(
        with_sums("SELECT * FROM creator WHERE organization_id = $1 AND id = ANY($2)"), organization_id, list(ids)
    )
    return {row["id"]: creator_record(row) for row in rows}


async def page_creators(viewer: Viewer, filter: CreatorFilter, page: PageRequest, *, with_total: bool) -> Page[Creator]:
    """One page of the organization's creators, newest first."""
    listing = listing_of(filter)
    where = "organization_id = $1 AND ($2::bool IS NULL OR is_active = $2)"
    condition, order_by, keys = page_clauses(listing, viewer, page, first_parameter=3)
    chosen = f"SELECT * FROM creator WHERE {where} AND {condition} {order_by}"
    rows = await fetch(f"{with_sums(chosen)} {order_by}", viewer.organization_id, filter.is_active, *keys)
    total = None
    if with_total:
        counted = await fetch_row(
            f"SELECT count(*) AS n FROM creator WHERE {where}", viewer.organization_id, filter.is_active
        )
        total = counted["n"] if counted else 0
    return make_page(listing, viewer, page, rows, creator_record, lambda row: (row["added_at"], row["id"]), total)


async def page_linked_accounts(
    viewer: Viewer, creator_ids: Sequence[UUID], page: PageRequest, *, with_total: bool
) -> dict[UUID, Page[Account]]:
    """One page of each creator's accounts, the one linked last first; one statement however many creators."""
    creator_ids = list(dict.fromkeys(creator_ids))
    clauses = {
        creator_id: page_clauses(linked_listing_of(creator_id), viewer, page, first_parameter=3)
        for creator_id in creator_ids
    }
    if not clauses:
        return {}
    # A cursor belongs to one creator's list, so with one there is one creator here; without, all clauses are the same.
    condition, order_by, keys = next(iter(clauses.values()))
    rows = await fetch(
        f"""
        SELECT linked.* FROM unnest($2::uuid[]) AS wanted (creator_id)
        CROSS JOIN LATERAL (
            SELECT * FROM account
            WHERE organization_id = $1 AND creator_id = wanted.creator_id AND removed_at IS NULL AND {condition}
            {order_by}
        ) linked
        """,
        viewer.organization_id,
        creator_ids,
        *keys,
    )
    found: dict[UUID, list[asyncpg.Record]] = {creator_id: [] for creator_id in creator_ids}
    for row in rows:
        found[row["creator_id"]].append(row)
    totals: Mapping[UUID, int] = {}
    if with_total:
        counted = await fetch(
            """
            SELECT creator_id, count(*) AS n FROM account
            WHERE organization_id = $1 AND creator_id = ANY($2) AND removed_at IS NULL GROUP BY creator_id
            """,
            viewer.organization_id,
            creator_ids,
        )
        totals = {row["creator_id"]: row["n"] for row in counted}
    return {
        creator_id: make_page(
            linked_listing_of(creator_id),
            viewer,
            page,
            rows_of,
            account_record,
            lambda row: (row["linked_at"], row["id"]),
            totals.get(creator_id, 0) if with_total else None,
        )
        for creator_id, rows_of in found.items()
    }


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
    organization_id: UUID, account_id: UUID, creator_id: UUID | None, linked_at: datetime | None
) -> None:
    """Puts a creator on an account, or takes it off."""
    await execute(
        "UPDATE account SET creator_id = $3, linked_at = $4 WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
        creator_id,
        linked_at,
    )


async def pause_accounts_of(organization_id: UUID, creator_id: UUID, only: UUID | None = None) -> None:
    """Pauses the active accounts of a creator, all or `only` one, and marks that it was the creator's doing."""
    await execute(
        """
        UPDATE account SET is_active = false, is_paused_by_creator = true
        WHERE organization_id = $1 AND creator_id = $2 AND is_active AND ($3::uuid IS NULL OR id = $3)
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
    SELECT creator.*, linked.platforms, linked.followers FROM ({chosen}) AS creator
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(platform, accounts), '{{}}') AS platforms, sum(followers)::bigint AS followers
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
    return Creator(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        is_active=row["is_active"],
        metadata=msgspec.json.decode(row["metadata"], type=dict[str, str]),
        added_at=row["added_at"],
        platforms=msgspec.json.decode(row["platforms"], type=dict[Platform, int]),
        followers=row["followers"],
    )
