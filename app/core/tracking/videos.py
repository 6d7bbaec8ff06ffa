"""Tracking videos: one by one, beside those found in the feeds of tracked accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.batches import check_batch
from app.core.collect.folding import Changes
from app.core.collect.histories import read_histories
from app.core.collect.recording import Recorded, record_organization, write_sums
from app.core.collect.runs import cancel_run
from app.core.labels import check_metadata, check_refresh_interval
from app.domain.links import PostName, read_post
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput, NotFound, Problem, VideoTaken
from app.domain.records import Attributes, Video
from app.domain.viewer import Scope, Viewer
from app.store.collect.rebuilding import When, delete_empty_organization_rows
from app.store.db import transaction
from app.store.rollups import read_video_slots
from app.store.tracking.tracked_videos import (
    PostKey,
    Tracking,
    VideoRefresh,
    delete_videos,
    end_tracking,
    insert_tracked_videos,
    key_of,
    lock_video,
    lock_videos,
    select_videos_by_name,
    set_video_activity,
    start_tracking,
)
from app.store.videos import select_discovered_ids, select_videos


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
    (answer,) = await track_videos(viewer, [new], now=now)
    if isinstance(answer, Problem):
        raise answer
    return answer


async def track_videos(viewer: Viewer, new: Sequence[NewVideo | Problem], *, now: datetime) -> list[Video | Problem]:
    """Tracks 1 to 200 videos as `track_video` does, in constant statements: of each the video, or the problem.

    One that is refused stops no other. Of one that is there twice, the second is taken by the first. What is a problem
    already stays one. Raises Forbidden, or InvalidInput naming `videos`.
    """
    viewer.require(Scope.WRITE)
    check_batch(len(new), "videos")
    read = [_read(one) for one in new]
    chosen: dict[PostKey, _Addition] = {}
    for one in read:
        if isinstance(one, _Addition):
            chosen.setdefault(key_of(one.name), one)
    async with transaction():
        begun: set[UUID] | None = None
        while begun is None:
            begun = await _begin_tracking(viewer.organization_id, chosen, now)
        found = await select_videos_by_name(viewer.organization_id, [one.name for one in chosen.values()])

    def answer(one: _Addition) -> Video | Problem:
        key = key_of(one.name)
        if key not in found:
            return NotFound("The video was removed in this very moment. Ask again.", "identifier")
        is_new = found[key].id in begun and chosen[key] is one
        return found[key] if is_new else VideoTaken(found[key], "identifier")

    return [one if isinstance(one, Problem) else answer(one) for one in read]


async def set_video_active(viewer: Viewer, video_id: UUID, is_active: bool, *, now: datetime) -> Video:
    """Pauses or resumes one video that is tracked by itself; idempotent.

    A paused one is not refreshed by itself and keeps its figures; a resumed one is due at once. Raises Forbidden, or
    NotFound naming `video_id`.
    """
    viewer.require(Scope.WRITE)
    async with transaction():
        if not await set_video_activity(viewer.organization_id, video_id, is_active, now):
            raise NotFound("There is no such video that is tracked by itself.", "video_id")
        return (await select_videos(viewer.organization_id, [video_id]))[video_id]


async def remove_video(viewer: Viewer, video_id: UUID, *, now: datetime) -> None:
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
        await cancel_run(organization_id, video_id, now)
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


async def load_videos(viewer: Viewer, ids: Sequence[UUID], attributes: Attributes | None = None) -> dict[UUID, Video]:
    """The videos of these ids, with those attributes or all; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_videos(viewer.organization_id, ids, attributes)


async def find_discovered_videos(
    viewer: Viewer, numbers: Mapping[Platform, Sequence[int]]
) -> dict[tuple[Platform, int], UUID]:
    """The ids of videos found in feeds, by platform and internal number; what is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_discovered_ids(viewer.organization_id, numbers)


@dataclass(frozen=True, slots=True)
class _Addition:
    """A video to be tracked by itself, in the form that is kept."""

    name: PostName
    tracking: Tracking


def _read(new: NewVideo | Problem) -> _Addition | Problem:
    if isinstance(new, Problem):
        return new
    try:
        name = read_post(new.platform, new.identifier, "identifier")
        check_metadata(new.metadata, "metadata")
        check_refresh_interval(new.refresh_interval_hours, "refresh_interval_hours")
    except InvalidInput as problem:
        return problem
    return _Addition(name, Tracking(new.metadata, new.is_active, new.refresh_interval_hours))


class _MetMeanwhile(Exception):
    """Somebody brought in one of the videos, or removed it, in this very moment."""


async def _begin_tracking(
    organization_id: UUID, chosen: Mapping[PostKey, _Addition], now: datetime
) -> set[UUID] | None:
    """Tracks those of these videos that are not; their ids. None when it has to be tried again: nothing was changed."""
    try:
        async with transaction():  # a savepoint: going back to it gives the locks back
            present = await select_videos_by_name(organization_id, [one.name for one in chosen.values()])
            # Before anything is added: who finds a post in a feed holds its account, and may wait for what we add.
            locked = await lock_videos(organization_id, [video.id for video in present.values()])
            missing = [(one.name, one.tracking) for key, one in chosen.items() if key not in present]
            added = await insert_tracked_videos(organization_id, missing, now)
            if len(locked) < len(present) or len(added) < len(missing):
                raise _MetMeanwhile
            known = [video for video in locked.values() if video.state.added_at is None]
            if known:
                trackings = {video.id: chosen[video.platform, video.external_id].tracking for video in known}
                await start_tracking(organization_id, trackings, now)
                await _begin_own_sums(organization_id, known)
    except _MetMeanwhile:
        return None
    return {*added.values(), *(video.id for video in known)}


async def _begin_own_sums(organization_id: UUID, videos: Sequence[VideoRefresh]) -> None:
    """Writes what each video adds up by itself, from all that was observed of it so far."""
    recorded = Recorded()
    for video_id, history in (await read_histories(organization_id, [video.state for video in videos])).items():
        recorded.videos[video_id] = Changes()
        recorded.videos[video_id].add(history, 1)
    await write_sums(organization_id, recorded)
