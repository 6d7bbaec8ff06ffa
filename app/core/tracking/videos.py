"""Tracking videos: one by one, beside those found in the feeds of tracked accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.collect.folding import Changes
from app.core.collect.histories import read_histories
from app.core.collect.recording import Recorded, record_organization, write_sums
from app.core.labels import check_metadata, check_refresh_interval
from app.domain.cursors import PageRequest
from app.domain.links import read_post
from app.domain.platforms import Platform
from app.domain.problems import NotFound, VideoTaken
from app.domain.records import Page, Video
from app.domain.viewer import Scope, Viewer
from app.store.collect.rebuilding import When, delete_empty_organization_rows
from app.store.db import transaction
from app.store.rollups import read_video_slots
from app.store.tracking.tracked_videos import (
    Tracking,
    VideoRefresh,
    delete_videos,
    end_tracking,
    insert_tracked_video,
    lock_video,
    select_video_by_name,
    set_video_activity,
    start_tracking,
)
from app.store.videos import page_videos, select_videos


@dataclass(frozen=True, slots=True)
class NewVideo:
    """A video to track by itself, as a caller gave it."""

    platform: Platform
    identifier: str
    """Its full URL, an Instagram shortcode, or the platform's own id of it."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_active: bool = True
    refresh_interval_hours: int = 24


async def track_video(viewer: Viewer, new: NewVideo, *, now: datetime) -> Video:
    """Starts tracking one video by itself: it is due at once, and its figures come with the first refresh.

    Its account need not be tracked. One that was found in the feed of a tracked account keeps its past and counts
    there as before. Raises Forbidden, InvalidInput naming the argument, or VideoTaken with the video that is tracked by
    itself already; a refused call leaves no trace.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    name = read_post(new.platform, new.identifier, "identifier")
    check_metadata(new.metadata, "metadata")
    check_refresh_interval(new.refresh_interval_hours, "refresh_interval_hours")
    tracking = Tracking(new.metadata, new.is_active, new.refresh_interval_hours)
    async with transaction():
        video_id = await insert_tracked_video(organization_id, name, tracking, now)
        if video_id is None:
            present = await select_video_by_name(organization_id, name)
            locked = None if present is None else await lock_video(organization_id, present.id)
            if present is None or locked is None:
                raise NotFound("The video was removed in this very moment. Ask again.", "identifier")
            if locked.state.added_at is not None:
                raise VideoTaken(present, "identifier")
            video_id = present.id
            await start_tracking(organization_id, video_id, tracking, now)
            await _begin_own_sums(locked)
        return (await select_videos(organization_id, [video_id]))[video_id]


async def set_video_active(viewer: Viewer, video_id: UUID, is_active: bool, *, now: datetime) -> Video:
    """Pauses or resumes one video that is tracked by itself; idempotent.

    A paused one is not refreshed by itself and keeps its figures; a resumed one is due at once. Raises Forbidden, or
    NotFound naming `video_id`.
    """
    viewer.require(Scope.WRITE)
    if not await set_video_activity(viewer.organization_id, video_id, is_active, now):
        raise NotFound("There is no such video that is tracked by itself.", "video_id")
    return (await select_videos(viewer.organization_id, [video_id]))[video_id]


async def remove_video(viewer: Viewer, video_id: UUID) -> None:
    """Stops tracking a video by itself, for good.

    One that was found in the feed of a tracked account stays with it, its figures unchanged. Any other goes out of
    every figure with all that was stored about it. Raises Forbidden, or NotFound naming `video_id`; a refused call
    leaves no trace.
    """
    viewer.require(Scope.WRITE)
    organization_id = viewer.organization_id
    async with transaction():
        video = await lock_video(organization_id, video_id)
        if video is None or video.state.added_at is None:
            raise NotFound("There is no such video that is tracked by itself.", "video_id")
        if video.account_id is not None:
            await end_tracking(organization_id, video_id)
            return
        recorded = Recorded()
        for slots in (await read_video_slots(organization_id, [video_id])).values():
            recorded.lone.add_slots(slots, -1)
        await delete_videos(organization_id, [video_id])
        await record_organization(organization_id, recorded)
        await delete_empty_organization_rows(organization_id, "day", list[When](recorded.lone.days))
        await delete_empty_organization_rows(organization_id, "slot", list[When](recorded.lone.slots))


async def load_videos(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Video]:
    """The videos of these ids; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_videos(viewer.organization_id, ids)


async def list_videos(
    viewer: Viewer, account_ids: Sequence[UUID], page: PageRequest, *, with_total: bool
) -> dict[UUID, Page[Video]]:
    """A page of each account's discovered posts, newest first, in one statement. Raises InvalidCursor."""
    viewer.require(Scope.READ)
    return await page_videos(viewer, account_ids, page, with_total=with_total)


async def _begin_own_sums(video: VideoRefresh) -> None:
    """Writes what a video adds up by itself, from all that was observed of it so far."""
    changes = Changes()
    changes.add((await read_histories(video.organization_id, [video.state]))[video.id], 1)
    await write_sums(video.organization_id, Recorded(videos={video.id: changes}))
