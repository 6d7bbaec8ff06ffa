"""Changing videos: tracking them one by one, pausing, resuming, giving up."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.creating import IDEMPOTENCY, create_once
from app.api.graphql.mutations.payloads import Change, Payload, VideoPayload, read_metadata, refusable
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.scalars import JSON
from app.core.tracking.videos import NewVideo, load_videos, remove_video, set_video_active, track_video
from app.domain.problems import NotFound

DEFAULT_HOURS = 24


@strawberry.type(description="What came of trackVideo.")
class TrackVideoPayload(VideoPayload):
    pass


@strawberry.type(description="What came of pauseVideo.")
class PauseVideoPayload(VideoPayload):
    pass


@strawberry.type(description="What came of resumeVideo.")
class ResumeVideoPayload(VideoPayload):
    pass


@strawberry.type(description="What came of removeVideo.")
class RemoveVideoPayload(Payload):
    removed_video_id: strawberry.ID | None = strawberry.field(
        description="Global id of the video that is no longer tracked by itself; null when there are errors."
    )


@strawberry.input(description="A video to track by itself.")
class TrackVideoInput:
    platform: Platform = strawberry.field(description="The platform it lives on.")
    identifier: str = strawberry.field(
        description="Its full address, an Instagram shortcode, or the platform's own id of it."
    )
    metadata: JSON | None = strawberry.field(
        default=UNSET, description="An object of up to 20 strings of your own, up to 255 characters each."
    )
    is_active: bool | None = strawberry.field(default=True, description="False tracks it without refreshing it yet.")
    refresh_interval_hours: int | None = strawberry.field(
        default=DEFAULT_HOURS, description="Hours between two refreshes, 6 to 720."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY)


@strawberry.input(description="A video by its id.")
class VideoInput:
    video_id: strawberry.ID = strawberry.field(description="Global id of a video that is tracked by itself.")


@strawberry.input(description="A video to pause.")
class PauseVideoInput(VideoInput):
    pass


@strawberry.input(description="A video to resume.")
class ResumeVideoInput(VideoInput):
    pass


@strawberry.input(description="A video to give up.")
class RemoveVideoInput(VideoInput):
    pass


@strawberry.type(description="Changes of videos.")
class VideoMutations:
    @resolver(
        "Starts tracking one video by itself; its account need not be tracked. Its figures come within seconds. A "
        "video found in the feed of a tracked account keeps its past.",
        TrackVideoPayload,
    )
    @refusable
    async def track_video(
        info: Info, input: Annotated[TrackVideoInput, strawberry.argument(description="The video.")]
    ) -> Change:
        hours = DEFAULT_HOURS if input.refresh_interval_hours is None else input.refresh_interval_hours
        is_active = True if input.is_active is None else input.is_active
        new = NewVideo(input.platform, input.identifier, read_metadata(input.metadata) or {}, is_active, hours)
        viewer = info.context.viewer

        async def create() -> UUID:
            return (await track_video(viewer, new, now=info.context.now)).id

        video_id = await create_once(info, input.idempotency_key, input, create)
        video = (await load_videos(viewer, [video_id])).get(video_id)
        if video is None:
            raise NotFound("The video that was created under this key was removed since.", "idempotency_key")
        return Change(video=video)

    @resolver("Pauses a video: it is not refreshed by itself and keeps its figures.", PauseVideoPayload)
    @refusable
    async def pause_video(
        info: Info, input: Annotated[PauseVideoInput, strawberry.argument(description="The video.")]
    ) -> Change:
        return await _set_active(info, input.video_id, is_active=False)

    @resolver("Resumes a video: it is due at once.", ResumeVideoPayload)
    @refusable
    async def resume_video(
        info: Info, input: Annotated[ResumeVideoInput, strawberry.argument(description="The video.")]
    ) -> Change:
        return await _set_active(info, input.video_id, is_active=True)

    @resolver(
        "Stops tracking a video by itself. One that a tracked account's feed has shown stays with that account; any "
        "other goes out of every figure, for good.",
        RemoveVideoPayload,
    )
    @refusable
    async def remove_video(
        info: Info, input: Annotated[RemoveVideoInput, strawberry.argument(description="The video.")]
    ) -> Change:
        await remove_video(info.context.viewer, decode_id_of("Video", input.video_id, "video_id"))
        return Change(removed_video_id=input.video_id)


async def _set_active(info: Info, id: strawberry.ID, *, is_active: bool) -> Change:
    video_id = decode_id_of("Video", id, "video_id")
    return Change(video=await set_video_active(info.context.viewer, video_id, is_active, now=info.context.now))
