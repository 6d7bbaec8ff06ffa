"""Videos that are tracked by themselves: adding them, refreshing them, giving them up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from app.store.videos import VIDEO, VideoState, video_state

PostKey = tuple[Platform, str]
"""What a post is told apart by in its organization: its platform and the platform's own id of it."""


def key_of(name: PostName) -> PostKey:
    """What is unique of a name."""
    return name.platform, name.external_id


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


async def select_videos_by_name(organization_id: UUID, names: Collection[PostName]) -> dict[PostKey, Video]:
    """The organization's videos of these names, found in a feed or tracked by themselves."""
    rows = await fetch(
        f"""
        SELECT {VIDEO.whole.columns_of("video")} FROM unnest($2::text[], $3::text[]) AS wanted (platform, external_id)
        JOIN video ON video.organization_id = $1 AND video.platform = wanted.platform
                  AND video.external_id = wanted.external_id AND video.removed_at IS NULL
        """,
        organization_id,
        [name.platform.value for name in names],
        [name.external_id for name in names],
    )
    return {(video.platform, video.external_id): video for video in map(VIDEO.whole.read, rows)}


async def insert_tracked_videos(
    organization_id: UUID, videos: Collection[tuple[PostName, Tracking]], now: datetime
) -> dict[PostKey, UUID]:
    """Adds videos that are due at once; their ids. One that the organization has by then is left out."""
    # In the order of what they may collide on, so that two transactions adding the same ones wait, and never deadlock.
    new = sorted(videos, key=lambda video: key_of(video[0]))
    rows = await fetch(
        """
        INSERT INTO video (organization_id, id, platform, external_id, shortcode, author_handle, added_at, metadata,
                           is_active, refresh_interval_hours, next_refresh_at, grows_from_zero, search_text, is_pinned,
                           is_unavailable)
        SELECT $1, new.id, new.platform, new.external_id, new.shortcode, new.author_handle, $2, new.metadata,
               new.is_active, new.hours, $2, false, $3, false, false
        FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[], $10::bool[], $11::int[])
             WITH ORDINALITY
             AS new (id, platform, external_id, shortcode, author_handle, metadata, is_active, hours, place)
        ORDER BY new.place
        ON CONFLICT (organization_id, platform, external_id) WHERE removed_at IS NULL DO NOTHING
        RETURNING id, platform, external_id
        """,
        organization_id,
        now,
        folded(None),
        [new_id() for _ in new],
        [name.platform.value for name, _ in new],
        [name.external_id for name, _ in new],
        [name.shortcode for name, _ in new],
        [name.author_handle for name, _ in new],
        *_columns(tracking for _, tracking in new),
    )
    return {(Platform(row["platform"]), row["external_id"]): row["id"] for row in rows}


async def start_tracking(organization_id: UUID, videos: Mapping[UUID, Tracking], now: datetime) -> None:
    """Tracks videos by themselves that were found in feeds; they are due at once."""
    await execute(
        """
        UPDATE video SET added_at = $2, metadata = new.metadata, is_active = new.is_active,
                         refresh_interval_hours = new.hours, next_refresh_at = $2, failures = 0
        FROM unnest($3::uuid[], $4::jsonb[], $5::bool[], $6::int[]) AS new (id, metadata, is_active, hours)
        WHERE video.organization_id = $1 AND video.id = new.id
        """,
        organization_id,
        now,
        list(videos),
        *_columns(videos.values()),
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
    rows = await fetch(_REFRESH, organization_id, [video_id], None)
    return _video_refresh(rows[0]) if rows else None


async def lock_video(organization_id: UUID, video_id: UUID, lease_id: UUID | None = None) -> VideoRefresh | None:
    """The same, locked until the transaction ends, and before it the account it was found in, as everybody does.

    None when there is no such video, and when the lease asked for is another's by now.
    """
    return (await lock_videos(organization_id, [video_id], lease_id)).get(video_id)


async def lock_videos(
    organization_id: UUID, ids: Collection[UUID], lease_id: UUID | None = None
) -> dict[UUID, VideoRefresh]:
    """The same of many videos; one that is absent is none, or its lease is another's than the one asked for."""
    while True:
        rows = await fetch(
            "SELECT DISTINCT account_id FROM video WHERE organization_id = $1 AND id = ANY($2)",
            organization_id,
            list(ids),
        )
        owners = {row["account_id"] for row in rows}
        try:
            async with transaction():  # a savepoint: going back to it gives the locks back
                if owners - {None}:
                    await lock_accounts(organization_id, owners - {None})
                rows = await fetch(f"{_REFRESH} ORDER BY id FOR UPDATE", organization_id, list(ids), lease_id)
                if {row["account_id"] for row in rows} <= owners | {None}:
                    return {row["id"]: _video_refresh(row) for row in rows}
                raise _MovedMeanwhile
        except _MovedMeanwhile:
            continue


class _MovedMeanwhile(Exception):
    """An account has found a video while we waited for its lock."""


_REFRESH = """
SELECT * FROM video
WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL AND ($3::uuid IS NULL OR lease_id = $3)
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


def _columns(trackings: Iterable[Tracking]) -> tuple[list[str], list[bool], list[int]]:
    chosen = list(trackings)
    return (
        [msgspec.json.encode(tracking.metadata).decode() for tracking in chosen],
        [tracking.is_active for tracking in chosen],
        [tracking.refresh_interval_hours for tracking in chosen],
    )
