"""Changing what callers set of accounts, videos and their organization: only what is named is written."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from app.store.db import fetch_row

TYPES: Mapping[str, str] = {
    "category": "text",
    "metadata": "jsonb",
    "refresh_interval_hours": "int",
    "max_recent_posts": "int",
    "post_lookback_days": "int",
}
"""The columns that may be changed, and their types."""

SOONER = """next_refresh_at = least(
    next_refresh_at, greatest($3, last_refreshed_at + make_interval(hours => refresh_interval_hours))
)"""


async def change_account(organization_id: UUID, account_id: UUID, values: Mapping[str, object]) -> bool:
    """Writes these columns of an account; False when there is none."""
    return await _change(
        "account", "organization_id = $1 AND id = $2 AND removed_at IS NULL", values, organization_id, account_id
    )


async def change_video(organization_id: UUID, video_id: UUID, values: Mapping[str, object]) -> bool:
    """Writes these columns of a video that is tracked by itself; False when there is none."""
    where = "organization_id = $1 AND id = $2 AND removed_at IS NULL AND added_at IS NOT NULL"
    return await _change("video", where, values, organization_id, video_id)


async def change_organization(organization_id: UUID, values: Mapping[str, object]) -> None:
    """Writes these columns of an organization."""
    await _change("organization", "id = $1 AND id = $2", values, organization_id, organization_id)


async def make_due_sooner(table: str, organization_id: UUID, id: UUID, now: datetime) -> None:
    """Brings the due time forward where the interval has become shorter than what is left of it."""
    await fetch_row(f"UPDATE {table} SET {SOONER} WHERE organization_id = $1 AND id = $2", organization_id, id, now)


async def _change(table: str, where: str, values: Mapping[str, object], *keys: UUID) -> bool:
    assigned = ", ".join(f"{name} = ${number}::{TYPES[name]}" for number, name in enumerate(values, 3))
    row = await fetch_row(
        f"UPDATE {table} SET {assigned or 'id = id'} WHERE {where} RETURNING id", *keys, *values.values()
    )
    return row is not None
