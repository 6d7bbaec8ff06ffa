"""Figures of many things at once. They are sent by POST so that long lists of ids fit, and change nothing."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v2.routes.scope import PLATFORMS
from app.api.rest.v2.routes.subjects import ITS_PLATFORM, shows_saves
from app.api.rest.v2.routes.windows import UTC, read_period
from app.api.rest.v2.shapes.analytics import COUNTERS, ENGAGEMENT_RATE, FOLLOWERS
from app.api.rest.v2.shapes.batches import (
    AccountBatch,
    AccountBatchFigures,
    AccountVideoBatch,
    AccountVideoFigures,
    BatchFigures,
    BatchMeta,
    Deltas,
    DeltasMeta,
    VideoBatch,
    ViewGains,
    show_account_figures,
    show_batch_meta,
    show_video_figures,
)
from app.api.rest.v2.shapes.envelopes import Described
from app.api.rest.values import FieldError, InvalidValues
from app.core.analytics.batch import LARGEST_BATCH, batch_metrics
from app.core.analytics.deltas import view_deltas
from app.core.tracking.accounts import load_accounts
from app.core.tracking.videos import find_discovered_videos, load_videos
from app.domain.platforms import Platform
from app.domain.records import MetricValue
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window

OF_A_VIDEO = (*COUNTERS, ENGAGEMENT_RATE)
OF_AN_ACCOUNT = (*OF_A_VIDEO, FOLLOWERS)
SOME_ID = "7d0c9a2e-3f64-4c1a-9b7e-2f6a5c8d1e90"

routes = Operations()


@routes.add("POST", "/accounts/metrics", "Accounts", example={"account_ids": [SOME_ID], "period": "30d"})
async def get_account_metrics(
    call: Call[None, AccountBatch],
) -> Answer[Described[dict[str, AccountBatchFigures], BatchMeta]]:
    """What up to 200 accounts gained in a window.

    By id. Ids the organization does not track are absent, and named in `meta.not_found`; one that is given twice counts
    once. The scope read is enough.
    """
    window, ids = read_period(call.body, call.now), list(dict.fromkeys(call.body.account_ids))
    accounts = await load_accounts(call.viewer, ids, ITS_PLATFORM)
    platforms = {id: account.platform for id, account in accounts.items() if account.platform in PLATFORMS}
    found = await _figures(call.viewer, SubjectKind.ACCOUNT, [id for id in ids if id in platforms], window)
    shown = {
        str(id): show_account_figures(values, has_saves=shows_saves([platforms[id]])) for id, values in found.items()
    }
    return Answer(
        Described(shown, show_batch_meta(call.body, window, len(found), [id for id in ids if id not in found]))
    )


@routes.add("POST", "/videos/metrics", "Videos", example={"video_ids": [SOME_ID], "period": "7d"})
async def get_video_metrics(call: Call[None, VideoBatch]) -> Answer[Described[dict[str, BatchFigures], BatchMeta]]:
    """What up to 200 videos gained in a window.

    By id, of videos tracked by themselves and of discovered ones. Ids the organization does not track are absent, and
    named in `meta.not_found`; one that is given twice counts once. The scope read is enough.
    """
    window, ids = read_period(call.body, call.now), list(dict.fromkeys(call.body.video_ids))
    platforms = await _platforms_of_videos(call.viewer, ids)
    found = await _figures(call.viewer, SubjectKind.VIDEO, [id for id in ids if id in platforms], window)
    shown = {
        str(id): show_video_figures(values, has_saves=shows_saves([platforms[id]])) for id, values in found.items()
    }
    return Answer(
        Described(shown, show_batch_meta(call.body, window, len(found), [id for id in ids if id not in found]))
    )


@routes.add("POST", "/account-videos/metrics", "Videos", example={"instagram_post_ids": [1], "tiktok_video_ids": [2]})
async def get_account_video_metrics(
    call: Call[None, AccountVideoBatch],
) -> Answer[Described[AccountVideoFigures, BatchMeta]]:
    """What up to 200 discovered videos gained in a window, by their internal numbers.

    By platform and number (`internal_id`), 1 to 200 of both platforms together. Numbers the organization does not have
    there are absent, and named in `meta.not_found`; one that is given twice counts once. The scope read is enough.
    """
    body, window = call.body, read_period(call.body, call.now)
    asked = [
        (platform, number)
        for platform, numbers in (
            (Platform.INSTAGRAM, body.instagram_post_ids),
            (Platform.TIKTOK, body.tiktok_video_ids),
        )
        for number in dict.fromkeys(numbers)
    ]
    if not 1 <= len(asked) <= LARGEST_BATCH:
        message = f"There are {len(asked)} ids in both lists; they take 1 to {LARGEST_BATCH} together."
        raise InvalidValues([FieldError("instagram_post_ids", message), FieldError("tiktok_video_ids", message)])
    numbers = {platform: [number for other, number in asked if other is platform] for platform in PLATFORMS}
    ids = await find_discovered_videos(call.viewer, numbers)
    found = await _figures(call.viewer, SubjectKind.VIDEO, list(ids.values()), window)
    shown: dict[Platform, dict[str, BatchFigures]] = {platform: {} for platform in PLATFORMS}
    missing = []
    for platform, number in asked:
        id = ids.get((platform, number))
        if id is None or id not in found:
            missing.append(number)
        else:
            shown[platform][str(number)] = show_video_figures(found[id], has_saves=shows_saves([platform]))
    figures = AccountVideoFigures(instagram=shown[Platform.INSTAGRAM], tiktok=shown[Platform.TIKTOK])
    return Answer(Described(figures, show_batch_meta(body, window, len(asked) - len(missing), missing)))


@routes.add("POST", "/videos/deltas", "Videos", example={"video_ids": [SOME_ID], "windows": [1, 7, 14, 30]})
async def get_video_deltas(
    call: Call[None, Deltas],
) -> Answer[Described[dict[str, ViewGains], DeltasMeta]]:
    """Views that up to 200 videos gained over several look-backs.

    By id, then by `<days>d`: the days ending today, today included; null for a video never measured. Ids of videos
    tracked by themselves and of discovered ones; those the organization does not track are absent, and named in
    `meta.not_found`. The scope read is enough.
    """
    ids = list(dict.fromkeys(call.body.video_ids))
    platforms = await _platforms_of_videos(call.viewer, ids)
    windows, shown = sorted(set(call.body.windows)), {}
    if platforms:
        present = [id for id in ids if id in platforms]
        found = await view_deltas(call.viewer, present, windows, UTC, now=call.now)
        shown = {video.video_id: {f"{delta.days}d": delta.views for delta in video.deltas} for video in found.videos}
    meta = DeltasMeta(windows=windows, video_count=len(shown), not_found=[id for id in ids if id not in shown])
    return Answer(Described({str(id): deltas for id, deltas in shown.items()}, meta))


async def _platforms_of_videos(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, Platform]:
    """The platforms of the videos that v2 sees."""
    videos = await load_videos(viewer, ids, ITS_PLATFORM)
    return {id: video.platform for id, video in videos.items() if video.platform in PLATFORMS}


async def _figures(
    viewer: Viewer, kind: SubjectKind, ids: Sequence[UUID], window: Window
) -> Mapping[UUID, Mapping[str, MetricValue]]:
    if not ids:
        return {}
    metrics = OF_AN_ACCOUNT if kind is SubjectKind.ACCOUNT else OF_A_VIDEO
    return (await batch_metrics(viewer, kind, ids, window, metrics)).values
