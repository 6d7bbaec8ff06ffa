"""Videos that are tracked by themselves: adding them, refreshing them, giving them up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from app.domain.links import PostName
from app.domain.platforms import Platform
from app.domain.records import Video
from app.domain.search import folded
from app.store.accounts import lock_accounts
from app.store.db import execute, fetch, fetch_row, transaction
from app.store.ids import new_id
from app.store.videos import VideoState, video_record, video_state


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a video is to be tracked."""

    metadata: Mapping[str, str]
    is_active: bool
    refresh_interval_hours: int


@dataclass(frozen=True, slots=True)
class VideoRefresh:
    """What a refresh needs to know of the video it works on."""

    organization_id: UUID
    id: UUID
    platform: Platform
    external_id: str
    author_handle: str | None
    account_id: UUID | None
    refresh_interval: timedelta
    failures: int
    state: VideoState


async def select_video_by_name(organization_id: UUID, name: PostName) -> Video | None:
    """The organization's video of that name, found in a feed or tracked by itself."""
    row = await fetch_row(
        """
        SELECT * FROM video
        WHERE organization_id = $1 AND platform = $2 AND external_id = $3 AND removed_at IS NULL
        """,
        organization_id,
        name.platform.value,
        name.external_id,
    )
    return None if row is None else video_record(row)


async def insert_tracked_video(organization_id: UUID, name: PostName, tracking: Tracking, now: datetime) -> UUID | None:
    """Adds a video that is due at once; its id, or None when the organization has that post already."""
    row = await fetch_row(
        """
        INSERT INTO video (id, organization_id, platform, external_id, shortcode, author_handle, added_at, metadata,
                           is_active, refresh_interval_hours, next_refresh_at, grows_from_zero, search_text, is_pinned,
                           is_unavailable)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, false, $11, false, false)
        ON CONFLICT (organization_id, platform, external_id) WHERE removed_at IS NULL DO NOTHING
        RETURNING id
        """,
        new_id(),
        organization_id,
        name.platform.value,
        name.external_id,
        name.shortcode,
        name.author_handle,
        now,
        msgspec.json.encode(tracking.metadata).decode(),
        tracking.is_active,
        tracking.refresh_interval_hours,
        folded(None),
    )
    return None if row is None else row["id"]


async def start_tracking(organization_id: UUID, video_id: UUID, tracking: Tracking, now: datetime) -> None:
    """Tracks a video by itself that was found in a feed; it is due at once."""
    await execute(
        """
        UPDATE video SET added_at = $3, metadata = $4, is_active = $5, refresh_interval_hours = $6,
                         next_refresh_at = $3, failures = 0
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        video_id,
        now,
        msgspec.json.encode(tracking.metadata).decode(),
        tracking.is_active,
        tracking.refresh_interval_hours,
    )


async def end_tracking(organization_id: UUID, video_id: UUID) -> None:
    """Tracks a video with its account alone from now on; its own sums are dropped."""
    await execute(
        """
        UPDATE video SET added_at = NULL, next_refresh_at = NULL, lease_id = NULL, lease_until = NULL,
                         metadata = '{}', is_active = true, left_account_id = NULL
        WHERE organization_id = $1 AND id = $2
        """,
        organization_id,
        video_id,
    )
    await execute("DELETE FROM video_slot WHERE organization_id = $1 AND video_id = $2", organization_id, video_id)


async def delete_videos(organization_id: UUID, ids: Sequence[UUID]) -> None:
    """Deletes videos and all that was ever stored about them. Sums they are part of are the caller's to mend."""
    for table in ("video_observation", "video_day", "video_slot"):
        await execute(
            f"DELETE FROM {table} WHERE organization_id = $1 AND video_id = ANY($2)", organization_id, list(ids)
        )
    await execute("DELETE FROM video WHERE organization_id = $1 AND id = ANY($2)", organization_id, list(ids))


async def set_video_activity(organization_id: UUID, video_id: UUID, is_active: bool, now: datetime) -> bool:
    """Pauses or resumes a video that is tracked by itself; False when there is none."""
    row = await fetch_row(
        """
        UPDATE video SET is_active = $3,
                         next_refresh_at = CASE WHEN $3 AND NOT is_active THEN $4 ELSE next_refresh_at END
        WHERE organization_id = $1 AND id = $2 AND added_at IS NOT NULL AND removed_at IS NULL
        RETURNING id
        """,
        organization_id,
        video_id,
        is_active,
        now,
    )
    return row is not None


async def select_video_refresh(organization_id: UUID, video_id: UUID) -> VideoRefresh | None:
    """What a refresh needs to know of a video that is tracked by itself, before it fetches."""
    rows = await fetch(_REFRESH, organization_id, video_id, None)
    return _video_refresh(rows[0]) if rows else None


async def lock_video(organization_id: UUID, video_id: UUID, lease_id: UUID | None = None) -> VideoRefresh | None:
    """The same, locked until the transaction ends, and before it the account it was found in, as everybody does.

    None when there is no such video, and when the lease asked for is another's by now.
    """
    while True:
        row = await fetch_row(
            "SELECT account_id FROM video WHERE organization_id = $1 AND id = $2", organization_id, video_id
        )
        account_id = None if row is None else row["account_id"]
        try:
            async with transaction():  # a savepoint: going back to it gives the locks back
                if account_id is not None:
                    await lock_accounts(organization_id, [account_id])
                rows = await fetch(f"{_REFRESH} FOR UPDATE", organization_id, video_id, lease_id)
                if not rows or rows[0]["account_id"] == account_id:
                    return _video_refresh(rows[0]) if rows else None
                raise _MovedMeanwhile
        except _MovedMeanwhile:
            continue


class _MovedMeanwhile(Exception):
    """An account has found the video, or let it go, while we waited for its lock."""


_REFRESH = """
SELECT * FROM video
WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL AND ($3::uuid IS NULL OR lease_id = $3)
"""


def _video_refresh(row: asyncpg.Record) -> VideoRefresh:
    return VideoRefresh(
        organization_id=row["organization_id"],
        id=row["id"],
        platform=Platform(row["platform"]),
        external_id=row["external_id"],
        author_handle=row["author_handle"],
        account_id=row["account_id"],
        refresh_interval=timedelta(hours=row["refresh_interval_hours"]),
        failures=row["failures"],
        state=video_state(row),
    )
