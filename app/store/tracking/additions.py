"""Adding accounts, many at once: one statement, whoever else adds the same ones in this very moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform
from app.domain.records import Account
from app.domain.search import folded
from app.store.accounts import ACCOUNT
from app.store.db import fetch
from app.store.ids import new_id

AccountName = tuple[Platform, str]
"""What an account is told apart by in its organization: its platform and canonical handle."""

AT_FIRST = {
    **dict.fromkeys(("is_verified", "is_unavailable", "is_private", "is_backfilling"), "false"),
    **dict.fromkeys(("failures", "discovered_posts"), "0"),
    **{f"{counter}_known": "0" for counter in POST_COUNTERS},
    **{f"viewed_{counter}_known": "0" for counter in ENGAGEMENT_COUNTERS},
}
"""What is said of an account that nothing has been fetched for."""


@dataclass(frozen=True, slots=True)
class AccountAddition:
    """An account to be added."""

    platform: Platform
    handle: str
    category: str | None
    metadata: Mapping[str, str]
    refresh_interval_hours: int
    creator_id: UUID | None
    """The creator it is linked to, which is locked; while that is paused, so is the account."""

    @property
    def name(self) -> AccountName:
        return self.platform, self.handle


async def insert_accounts(organization_id: UUID, additions: Sequence[AccountAddition], now: datetime) -> set[UUID]:
    """Adds accounts that are due at once; their ids. One that the organization has by then is left out."""
    # In the order of what they may collide on, so that two transactions adding the same ones wait, and never deadlock.
    new = sorted(additions, key=lambda addition: addition.name)
    rows = await fetch(
        f"""
        INSERT INTO account (
            organization_id, id, platform, handle, category, metadata, refresh_interval_hours, creator_id, linked_at,
            is_active, is_paused_by_creator, search_text, added_at, next_refresh_at, {", ".join(AT_FIRST)}
        )
        SELECT $1, new.id, new.platform, new.handle, new.category, new.metadata, new.hours, new.creator_id,
               CASE WHEN new.creator_id IS NOT NULL THEN $2::timestamptz END, coalesce(creator.is_active, true),
               NOT coalesce(creator.is_active, true), new.search_text, $2, $2, {", ".join(AT_FIRST.values())}
        FROM unnest(
            $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::int[], $9::uuid[], $10::text[]
        ) WITH ORDINALITY AS new (id, platform, handle, category, metadata, hours, creator_id, search_text, place)
        LEFT JOIN creator ON creator.organization_id = $1 AND creator.id = new.creator_id
        ORDER BY new.place
        ON CONFLICT (organization_id, platform, handle) WHERE removed_at IS NULL DO NOTHING
        RETURNING id
        """,
        organization_id,
        now,
        [new_id() for _ in new],
        [addition.platform.value for addition in new],
        [addition.handle for addition in new],
        [addition.category for addition in new],
        [msgspec.json.encode(addition.metadata).decode() for addition in new],
        [addition.refresh_interval_hours for addition in new],
        [addition.creator_id for addition in new],
        [folded(addition.handle) for addition in new],
    )
    return {row["id"] for row in rows}


async def select_accounts_by_name(
    organization_id: UUID, names: Sequence[AccountName], stable: Sequence[AccountName] = ()
) -> dict[AccountName, Account]:
    """The organization's accounts of these canonical handles, and those known by one that is a `stable` id, by it."""
    found = await _select_accounts(organization_id, "external_id", stable) if stable else {}
    return found | await _select_accounts(organization_id, "handle", names)


async def _select_accounts(
    organization_id: UUID, column: str, names: Sequence[AccountName]
) -> dict[AccountName, Account]:
    rows = await fetch(
        f"""
        SELECT {ACCOUNT.whole.columns_of("account")}, wanted.name AS wanted_name
        FROM unnest($2::text[], $3::text[]) AS wanted (platform, name)
        JOIN account ON account.organization_id = $1 AND account.platform = wanted.platform
                    AND account.{column} = wanted.name AND account.removed_at IS NULL
        """,
        organization_id,
        [platform.value for platform, _ in names],
        [name for _, name in names],
    )
    accounts = [(row["wanted_name"], ACCOUNT.whole.read(row)) for row in rows]
    return {(account.platform, name): account for name, account in accounts}


async def lock_creators(organization_id: UUID, ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Whether each of these creators is active, locked until the transaction ends; before any account, as everybody."""
    rows = await fetch(
        "SELECT id, is_active FROM creator WHERE organization_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        organization_id,
        list(ids),
    )
    return {row["id"]: row["is_active"] for row in rows}
