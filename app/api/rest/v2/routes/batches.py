"""Figures of many things at once. They are sent by POST so that long lists of ids fit, and change nothing."""

from collections.abc import Mapping
from uuid import UUID

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.windows import UTC, read_period
from app.api.rest.v2.shapes.analytics import COUNTERS, ENGAGEMENT_RATE, FOLLOWERS
from app.api.rest.v2.shapes.batches import (
    AccountBatch,
    AccountBatchFigures,
    AccountVideoBatch,
    BatchFigures,
    BatchMeta,
    Deltas,
    DeltasMeta,
    VideoBatch,
    show_account_figures,
    show_batch_meta,
    show_video_figures,
)
from app.api.rest.v2.shapes.envelopes import Described
from app.api.rest.v2.shapes.words import Platform
from app.api.rest.values import FieldError, InvalidValues
from app.core.analytics.batch import LARGEST_BATCH, batch_metrics
from app.core.analytics.deltas import view_deltas
from app.core.tracking.videos import find_discovered_videos
from app.domain.records import MetricValue
from app.domain.series import SubjectKind

OF_A_VIDEO = (*COUNTERS, ENGAGEMENT_RATE)
OF_AN_ACCOUNT = (*OF_A_VIDEO, FOLLOWERS)
SOME_ID = "7d0c9a2e-3f64-4c1a-9b7e-2f6a5c8d1e90"

routes = Operations()


@routes.add("POST", "/accounts/metrics", "Accounts", example={"account_ids": [SOME_ID], "period": "30d"})
async def get_account_metrics(
    call: Call[None, AccountBatch],
) -> Answer[Described[dict[str, AccountBatchFigures], BatchMeta]]:
    """What up to 200 accounts gained in a window.

    By id. Ids the organization does not track are absent, and named in `meta.not_found`. The scope read is enough.
    """
    window = read_period(call.body, call.now)
    found = await batch_metrics(call.viewer, SubjectKind.ACCOUNT, call.body.account_ids, window, OF_AN_ACCOUNT)
    shown = {str(id): show_account_figures(values) for id, values in found.values.items()}
    return Answer(Described(shown, show_batch_meta(call.body.period, window, len(shown), found.not_found)))


@routes.add("POST", "/videos/metrics", "Videos", example={"video_ids": [SOME_ID], "period": "7d"})
async def get_video_metrics(call: Call[None, VideoBatch]) -> Answer[Described[dict[str, BatchFigures], BatchMeta]]:
    """What up to 200 videos gained in a window.

    By id, of videos tracked by themselves and of discovered ones. Ids the organization does not track are absent, and
    named in `meta.not_found`. The scope read is enough.
    """
    window = read_period(call.body, call.now)
    found = await batch_metrics(call.viewer, SubjectKind.VIDEO, call.body.video_ids, window, OF_A_VIDEO)
    shown = {str(id): show_video_figures(values) for id, values in found.values.items()}
    return Answer(Described(shown, show_batch_meta(call.body.period, window, len(shown), found.not_found)))


@routes.add("POST", "/account-videos/metrics", "Videos", example={"instagram_post_ids": [1], "tiktok_video_ids": [2]})
async def get_account_video_metrics(
    call: Call[None, AccountVideoBatch],
) -> Answer[Described[dict[Platform, dict[str, BatchFigures]], BatchMeta]]:
    """What up to 200 discovered posts gained in a window, by their internal numbers.

    By platform and number. Numbers the organization does not have are absent, and named in `meta.not_found`. The scope
    read is enough.
    """
    body = call.body
    asked = {Platform.INSTAGRAM: body.instagram_post_ids, Platform.TIKTOK: body.tiktok_video_ids}
    count = len({number for numbers in asked.values() for number in numbers})
    if not 1 <= count <= LARGEST_BATCH:
        message = f"There are {count} ids in both lists; they take 1 to {LARGEST_BATCH} together."
        raise InvalidValues([FieldError("instagram_post_ids", message), FieldError("tiktok_video_ids", message)])
    window = read_period(body, call.now)
    numbers = {platform.ours: numbers for platform, numbers in asked.items()}
    ids: Mapping[tuple[Platform, int], UUID] = {
        (Platform(platform.value), number): id
        for (platform, number), id in (await find_discovered_videos(call.viewer, numbers)).items()
    }
    found: Mapping[UUID, Mapping[str, MetricValue]] = {}
    if ids:
        batch = await batch_metrics(call.viewer, SubjectKind.VIDEO, list(ids.values()), window, OF_A_VIDEO)
        found = batch.values
    shown: dict[Platform, dict[str, BatchFigures]] = {platform: {} for platform in Platform}
    for (platform, number), id in ids.items():
        shown[platform][str(number)] = show_video_figures(found[id])
    missing = [
        number
        for platform, numbers in asked.items()
        for number in dict.fromkeys(numbers)
        if (platform, number) not in ids
    ]
    return Answer(Described(shown, show_batch_meta(body.period, window, len(ids), missing)))


@routes.add("POST", "/videos/deltas", "Videos", example={"video_ids": [SOME_ID], "windows": [1, 7, 14, 30]})
async def get_video_deltas(
    call: Call[None, Deltas],
) -> Answer[Described[dict[str, dict[str, int | None]], DeltasMeta]]:
    """Views that up to 200 videos gained over several look-backs.

    By id, then by `<days>d`: the days ending today, today included; null for a video never measured. Ids the
    organization does not track are absent, and named in `meta.not_found`. The scope read is enough.
    """
    found = await view_deltas(call.viewer, call.body.video_ids, call.body.windows, UTC, now=call.now)
    shown = {str(video.video_id): {f"{delta.days}d": delta.views for delta in video.deltas} for video in found.videos}
    meta = DeltasMeta(windows=list(found.days), video_count=len(shown), not_found=list(found.not_found))
    return Answer(Described(shown, meta))
