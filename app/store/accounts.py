"""Accounts: rows to records, and what tracking, sweeping and refreshing do to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from app.domain.facts import ProfileFacts
from app.domain.links import profile_url
from app.domain.metrics import ACCOUNT_COUNTERS, ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform
from app.domain.records import Account, Attributes
from app.domain.rollups import Vector, known_change, level_change, viewed_known_change
from app.domain.search import folded
from app.store.db import execute, fetch, fetch_row, transaction
from app.store.records import Made, Shapes

ADDED_COUNTERS = ",\n".join(
    (
        *(
            f"{counter} = CASE WHEN {counter} IS NULL AND ($4::int[])[{number}] = 0 THEN NULL"
            f" ELSE coalesce({counter}, 0) + ($3::bigint[])[{number}] END"
            for number, counter in enumerate(ACCOUNT_COUNTERS, 1)
        ),
        *(
            f"{counter} = CASE WHEN {counter}_known + ($4::int[])[{number}] = 0 THEN NULL"
            f" ELSE coalesce({counter}, 0) + ($3::bigint[])[{number}] END,"
            f" {counter}_known = {counter}_known + ($4::int[])[{number}]"
            for number, counter in enumerate(POST_COUNTERS, 1 + len(ACCOUNT_COUNTERS))
        ),
        *(
            f"viewed_{counter}_known = viewed_{counter}_known + ($5::int[])[{number}]"
            for number, counter in enumerate(ENGAGEMENT_COUNTERS, 1)
        ),
        "first_observed_at = least(first_observed_at, $6)",
    )
)
"""Assignments that add what rollup rows gained to an account's latest counters; `_additions` are $3 to $6 of them."""


@dataclass(frozen=True, slots=True)
class AccountRefresh:
    """What a refresh needs to know of the account it works on."""

    organization_id: UUID
    id: UUID
    platform: Platform
    handle: str
    external_id: str | None
    secondary_id: str | None
    added_at: datetime
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    refresh_interval: timedelta
    failures: int
    discovered_posts: int
    max_recent_posts: int | None
    post_lookback_days: int | None
    levels: Mapping[str, int]
    """The latest known profile counters."""


async def select_accounts(
    organization_id: UUID, ids: Sequence[UUID], attributes: Attributes | None = None
) -> dict[UUID, Account]:
    """The organization's accounts among `ids`, with those attributes or all."""
    shape = ACCOUNT.of(attributes)
    rows = await fetch(
        f"""
        SELECT {shape.columns_of("account")} FROM account
        WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL
        """,
        organization_id,
        list(ids),
    )
    return {row["id"]: shape.read(row) for row in rows}


async def select_account_by_handle(organization_id: UUID, platform: Platform, handle: str) -> Account | None:
    """The organization's account of that canonical handle."""
    row = await fetch_row(
        f"""
        SELECT {ACCOUNT.whole.columns_of("account")} FROM account
        WHERE organization_id = $1 AND platform = $2 AND handle = $3 AND removed_at IS NULL
        """,
        organization_id,
        platform.value,
        handle,
    )
    return None if row is None else ACCOUNT.whole.read(row)


async def set_activity(organization_id: UUID, account_id: UUID, is_active: bool, now: datetime) -> bool:
    """Pauses or resumes an account by itself, whatever its creator does; False when there is none."""
    row = await fetch_row(
        """
        UPDATE account SET is_active = $3, is_paused_by_creator = false,
                           next_refresh_at = CASE WHEN $3 AND NOT is_active THEN $4 ELSE next_refresh_at END
        WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL
        RETURNING id
        """,
        organization_id,
        account_id,
        is_active,
        now,
    )
    return row is not None


async def select_account_refresh(organization_id: UUID, account_id: UUID) -> AccountRefresh | None:
    """What a refresh needs to know, before it fetches."""
    return await _account_refresh("", organization_id, account_id, None)


async def lock_account_refresh(organization_id: UUID, account_id: UUID, lease_id: UUID) -> AccountRefresh | None:
    """The same, locked until the transaction ends; None when the lease is another's by now."""
    return await _account_refresh("FOR UPDATE OF account", organization_id, account_id, lease_id)


async def _account_refresh(
    lock: str, organization_id: UUID, account_id: UUID, lease_id: UUID | None
) -> AccountRefresh | None:
    row = await fetch_row(
        f"""
        SELECT account.*,
               coalesce(account.max_recent_posts, organization.max_recent_posts) AS effective_max_recent_posts,
               coalesce(account.post_lookback_days, organization.post_lookback_days) AS effective_post_lookback_days
        FROM account JOIN organization ON organization.id = account.organization_id
        WHERE organization_id = $1 AND account.id = $2 AND removed_at IS NULL AND ($3::uuid IS NULL OR lease_id = $3)
        {lock}
        """,
        organization_id,
        account_id,
        lease_id,
    )
    if row is None:
        return None
    return AccountRefresh(
        organization_id=organization_id,
        id=account_id,
        platform=Platform(row["platform"]),
        handle=row["handle"],
        external_id=row["external_id"],
        secondary_id=row["secondary_id"],
        added_at=row["added_at"],
        first_refreshed_at=row["first_refreshed_at"],
        last_refreshed_at=row["last_refreshed_at"],
        refresh_interval=timedelta(hours=row["refresh_interval_hours"]),
        failures=row["failures"],
        discovered_posts=row["discovered_posts"],
        max_recent_posts=row["effective_max_recent_posts"],
        post_lookback_days=row["effective_post_lookback_days"],
        levels={name: row[name] for name in ACCOUNT_COUNTERS if row[name] is not None},
    )


async def update_profile(
    account: AccountRefresh,
    profile: ProfileFacts,
    captured_at: datetime,
    new_posts: int,
    change: Vector,
    seen_at: datetime | None,
) -> None:
    """Takes over what a profile shows, and what `add_account_counters` does, in one statement.

    What is late changes figures, never what the account looks like now.
    """
    await execute(
        f"""
        UPDATE account SET {ADDED_COUNTERS},
            first_refreshed_at = least(first_refreshed_at, $7),
            last_refreshed_at = greatest(last_refreshed_at, $7),
            discovered_posts = discovered_posts + $8,
            external_id = coalesce(external_id, $9),
            secondary_id = coalesce(secondary_id, $10),
            display_name = CASE WHEN $11 THEN $12 ELSE display_name END,
            search_text = CASE WHEN $11 THEN $13 ELSE search_text END,
            biography = CASE WHEN $11 THEN $14 ELSE biography END,
            link_in_bio = CASE WHEN $11 THEN $15 ELSE link_in_bio END,
            picture_url = CASE WHEN $11 THEN $16 ELSE picture_url END,
            is_verified = CASE WHEN $11 THEN coalesce($17, is_verified) ELSE is_verified END
        WHERE organization_id = $1 AND id = $2
        """,
        account.organization_id,
        account.id,
        *_additions(change, seen_at),
        captured_at,
        new_posts,
        profile.external_id,
        profile.secondary_id,
        account.last_refreshed_at is None or captured_at >= account.last_refreshed_at,
        profile.display_name,
        folded(account.handle, profile.display_name),
        profile.biography,
        profile.link_in_bio,
        profile.picture_url,
        profile.is_verified,
    )


async def add_account_counters(
    organization_id: UUID, account_id: UUID, change: Vector, seen_at: datetime | None
) -> None:
    """Adds what rollup rows of an account gained to its latest counters; a part of it was observed at `seen_at`."""
    await execute(
        f"UPDATE account SET {ADDED_COUNTERS} WHERE organization_id = $1 AND id = $2",
        organization_id,
        account_id,
        *_additions(change, seen_at),
    )


def _additions(change: Vector, seen_at: datetime | None) -> tuple[object, ...]:
    counters = ACCOUNT_COUNTERS + POST_COUNTERS
    return (
        [level_change(change, counter) for counter in counters],
        [known_change(change, counter) for counter in counters],
        [viewed_known_change(change, counter) for counter in ENGAGEMENT_COUNTERS],
        seen_at,
    )


async def lock_accounts(organization_id: UUID, ids: Iterable[UUID]) -> None:
    """Locks accounts until the transaction ends, in one order for everybody."""
    await execute(
        "SELECT FROM account WHERE organization_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        organization_id,
        list(ids),
    )


async def rename_account(organization_id: UUID, account_id: UUID, handle: str) -> bool:
    """Takes over a new handle; False when the organization tracks another account under it."""
    try:
        async with transaction():  # a savepoint: what is refused leaves the transaction around it whole
            await execute(
                "UPDATE account SET handle = $3 WHERE organization_id = $1 AND id = $2",
                organization_id,
                account_id,
                handle,
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


PLATFORMS = {platform.value: platform for platform in Platform}

METADATA = msgspec.json.Decoder(dict[str, str])

ACCOUNT = Shapes(
    Account,
    {
        "platform": Made(("platform",), lambda row: PLATFORMS[row["platform"]]),
        "url": Made(("platform", "handle"), lambda row: profile_url(PLATFORMS[row["platform"]], row["handle"])),
        "metadata": Made(("metadata",), lambda row: METADATA.decode(row["metadata"])),
        "next_refresh_at": Made(
            ("next_refresh_at", "is_active"), lambda row: row["next_refresh_at"] if row["is_active"] else None
        ),
    },
    always=frozenset({"id", "organization_id", "creator_id"}),
    worked_out={
        "creator_name": "(SELECT creator.name FROM creator WHERE creator.id = account.creator_id)",
        **{
            f"effective_{name}": f"""coalesce(
                account.{name}, (SELECT {name} FROM organization WHERE organization.id = account.organization_id)
            )"""
            for name in ("max_recent_posts", "post_lookback_days")
        },
    },
)
"""Records of account rows."""
