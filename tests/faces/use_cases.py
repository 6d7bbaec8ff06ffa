"""The use cases: what every face is made of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from uuid import UUID

from app.api.exports.tables import ACCOUNT_COLUMNS, VIDEO_COLUMNS
from app.api.ids import encode_id
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.accounts import list_accounts
from app.core.tracking.videos import load_videos
from app.domain.clock import utc_now
from app.domain.cursors import page_request
from app.domain.filters import EVERY_VIDEO, AccountFilter
from app.domain.problems import Problem
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, dated_window, read_zone
from app.store.analytics.export import select_videos_after
from tests.faces.questions import (
    Asker,
    BoardQuestion,
    Days,
    Face,
    MetricsQuestion,
    Refused,
    Row,
    SeriesQuestion,
    Subject,
    global_id,
    public_name,
    shown,
)

RECORD_NAMES = {
    **{
        f"{name}Count": f"{name}s"
        for name in ("view", "play", "like", "comment", "share", "save", "follower", "repost")
    },
    "followingCount": "following",
    "profilePostCount": "profile_posts",
    "totalLikeCount": "total_likes",
    "discoveredPostCount": "discovered_posts",
    "mediaUrl": "video_url",
    "instagramPlayCount": "ig_plays",
    "facebookPlayCount": "fb_plays",
    "facebookLikeCount": "fb_likes",
}
"""What records call some things otherwise."""


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        raise Refused(problem.message, problem.path[-1] if problem.path else None) from None


def _window(asked: Days) -> Window:
    zone = read_zone(asked.timezone, "timezone")
    return dated_window(date.fromisoformat(asked.start), date.fromisoformat(asked.end), zone, utc_now())


def _by_kind(subjects: Sequence[Subject]) -> dict[SubjectKind, list[UUID]]:
    found: dict[SubjectKind, list[UUID]] = {}
    for kind, id in subjects:
        found.setdefault(kind, []).append(id)
    return found


async def _series(asker: Asker, asked: SeriesQuestion) -> list[Row]:
    rows = []
    with _problems():
        length = asked.length if isinstance(asked.length, int) else Granularity(asked.length)
        how = _window(asked.window), length, SeriesMode(asked.mode), asked.metrics
        for kind, ids in _by_kind(asked.subjects).items():
            found = await subject_series(asker.caller.viewer, kind, ids, *how, now=utc_now())
            for id, series in found.items():
                for bucket in series.buckets:
                    flags = {
                        "partial": bucket.is_partial,
                        "baseline": bucket.is_baseline,
                        "observed": bucket.is_observed,
                    }
                    values = {public_name(name): shown(bucket.values[name]) for name in asked.metrics}
                    days = {"id": global_id((kind, id)), "start": str(bucket.start), "end": str(bucket.end)}
                    rows.append(days | flags | values)
    return rows


async def _metrics(asker: Asker, asked: MetricsQuestion) -> list[Row]:
    rows = []
    with _problems():
        window = _window(asked.window)
        for kind, ids in _by_kind(asked.subjects).items():
            found = await subject_metrics(asker.caller.viewer, kind, ids, window, asked.metrics)
            for id, metrics in found.items():
                changes = {
                    public_name(name): {
                        "current": shown(change.current),
                        "previous": shown(change.previous),
                        "changePercent": shown(change.change_percent),
                    }
                    for name, change in metrics.values.items()
                }
                rows.append({"id": global_id((kind, id)), "isComplete": metrics.is_complete} | changes)
    return rows


async def _leaderboard(asker: Asker, asked: BoardQuestion) -> list[Row]:
    with _problems():
        viewer, window = asker.caller.viewer, _window(asked.window)
        board = await rank_subjects(viewer, asked.kind, asked.metric, window, page_request(200))
    return [
        {
            "id": global_id((asked.kind, row.subject_id)),
            "rank": row.rank,
            "previousRank": row.previous_rank,
            "value": shown(row.value),
            "previousValue": shown(row.previous_value),
            "isComplete": row.is_complete,
        }
        for row in board.nodes
    ]


async def _accounts(asker: Asker) -> list[Row]:
    page = await list_accounts(asker.caller.viewer, AccountFilter(), page_request(200), with_total=False)
    return [_from_record("Account", ACCOUNT_COLUMNS, account) for account in page.nodes]


async def _videos(asker: Asker) -> list[Row]:
    viewer = asker.caller.viewer
    ids = [video.id for video in await select_videos_after(viewer.organization_id, EVERY_VIDEO, None, 200)]
    return [_from_record("Video", VIDEO_COLUMNS, video) for video in (await load_videos(viewer, ids)).values()]


def _from_record(type_name: str, names: Mapping[str, object], record: object) -> Row:
    types = {"id": type_name, "creatorId": "Creator", "accountId": "Account"}
    row: Row = {}
    for name in names:
        value = getattr(record, RECORD_NAMES.get(name) or re.sub("([A-Z])", r"_\1", name).lower())
        if name in types:
            value = value and encode_id(types[name], value)
        row[name] = value.value if isinstance(value, Enum) else dict(value) if isinstance(value, Mapping) else value
    return row


USE_CASES = Face("use cases", _series, _leaderboard, _accounts, _videos, _metrics)
