"""Changing videos: tracking them one by one, pausing, resuming, giving up."""

from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import Edge
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.batches import Result, read_each, report_each
from app.api.graphql.mutations.creating import BULK_IDEMPOTENCY, IDEMPOTENCY, create_each_once, create_once
from app.api.graphql.mutations.payloads import Change, Payload, VideoPayload, read_metadata, refusable
from app.api.graphql.nodes.videos import Video
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.scalars import JSON
from app.core.analytics.video_lists import video_cursor
from app.core.collect.short_links import resolve_link
from app.core.tracking.short_links import follow_short_links
from app.core.tracking.videos import (
    NewVideo,
    load_videos,
    remove_video,
    set_video_active,
    track_video,
    track_videos,
)
from app.domain import records
from app.domain.filters import EVERY_VIDEO
from app.domain.links import PostName, ProfileName, ShortLink
from app.domain.problems import NotFound, Problem

DEFAULT_HOURS = 24


@strawberry.type(description="What came of trackVideo.")
class TrackVideoPayload(VideoPayload):
    video_edge: Edge[Video] | None = strawberry.field(
        description="Its place in the unfiltered list of videos; null when there are errors."
    )


@strawberry.type(description="What came of one video of trackVideos.")
class TrackVideosResult(Result):
    video: Video | None = strawberry.field(description="The video; null when there are errors.")
    video_edge: Edge[Video] | None = strawberry.field(
        description="Its place in the unfiltered list of videos; null when there are errors."
    )


@strawberry.type(description="What came of trackVideos.")
class TrackVideosPayload(Payload):
    results: list[TrackVideosResult] = strawberry.field(
        description="What came of each video, in their order; empty when the input is refused as a whole."
    )


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
class NewVideoInput:
    platform: Platform = strawberry.field(description="The platform it lives on.")
    identifier: str = strawberry.field(
        description="Its full address, a short link to it, an Instagram shortcode, or the platform's own id of it."
    )
    metadata: JSON | None = strawberry.field(
        default=UNSET, description="An object of up to 20 strings of your own, up to 255 characters each."
    )
    is_active: bool | None = strawberry.field(default=True, description="False tracks it without refreshing it yet.")
    refresh_interval_hours: int | None = strawberry.field(
        default=DEFAULT_HOURS, description="Hours between two refreshes, 6 to 720."
    )


@strawberry.input(description="A video to track by itself.")
class TrackVideoInput(NewVideoInput):
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY)


@strawberry.input(description="Videos to track by themselves.")
class TrackVideosInput:
    videos: list[NewVideoInput] = strawberry.field(description="1 to 200 videos.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=BULK_IDEMPOTENCY)


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
        viewer = info.context.viewer
        (new,) = await follow_short_links(viewer, [_read_new(input)], partial(_follow, info))

        async def create() -> UUID:
            if isinstance(new, Problem):
                raise new
            return (await track_video(viewer, new, now=info.context.now)).id

        video_id = await create_once(info, input.idempotency_key, input, create)
        video = (await load_videos(viewer, [video_id])).get(video_id)
        if video is None:
            raise NotFound("The video that was created under this key was removed since.", "idempotency_key")
        return _tracked(info, video)

    @resolver(
        "Starts tracking up to 200 videos by themselves, each by itself: one that is refused stops no other.",
        TrackVideosPayload,
    )
    @refusable
    async def track_videos(
        info: Info, input: Annotated[TrackVideosInput, strawberry.argument(description="The videos.")]
    ) -> Change:
        viewer = info.context.viewer
        new = await follow_short_links(viewer, read_each(input.videos, _read_new), partial(_follow, info))

        async def create() -> list[records.Video | Problem]:
            return await track_videos(viewer, new, now=info.context.now)

        answers = await create_each_once(info, input.idempotency_key, input, create, load_videos)
        return report_each("videos", answers, partial(_tracked, info))

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
        video_id = decode_id_of("Video", input.video_id, "video_id")
        await remove_video(info.context.viewer, video_id, now=info.context.now)
        return Change(removed_video_id=input.video_id)


def _read_new(input: NewVideoInput) -> NewVideo:
    return NewVideo(
        platform=input.platform,
        identifier=input.identifier,
        metadata=read_metadata(input.metadata) or {},
        is_active=True if input.is_active is None else input.is_active,
        refresh_interval_hours=DEFAULT_HOURS if input.refresh_interval_hours is None else input.refresh_interval_hours,
    )


async def _follow(info: Info, link: ShortLink) -> PostName | ProfileName:
    sources = info.context.sources
    return await resolve_link(sources.chains, sources.redis, link, "identifier", within=sources.timeout)


def _tracked(info: Info, video: records.Video) -> Change:
    cursor = video_cursor(info.context.viewer, EVERY_VIDEO, video)
    return Change(video=video, video_edge=Edge(node=video, cursor=cursor))


async def _set_active(info: Info, id: strawberry.ID, *, is_active: bool) -> Change:
    video_id = decode_id_of("Video", id, "video_id")
    return Change(video=await set_video_active(info.context.viewer, video_id, is_active, now=info.context.now))
