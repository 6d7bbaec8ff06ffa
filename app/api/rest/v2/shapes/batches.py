"""Batches as v2 takes and shows them: figures of many things at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from msgspec import Meta, Struct, field

from app.api.rest.v2.shapes import words
from app.api.rest.v2.shapes.analytics import COUNTERS, ENGAGEMENT_RATE, FOLLOWERS, SAVES, Saves, show_value
from app.api.rest.v2.shapes.words import PeriodOrCustom
from app.domain.records import MetricValue
from app.domain.windows import Window

Ids = Annotated[list[UUID], Meta(min_length=1, max_length=200)]
Numbers = Annotated[list[Annotated[int, Meta(ge=1, le=2**63 - 1)]], Meta(max_length=200)]
USUAL_LOOK_BACKS = [1, 7, 14, 30]
LookBacks = Annotated[list[Annotated[int, Meta(ge=1, le=365)]], Meta(min_length=1, max_length=10)]


class AccountBatch(words.Window, frozen=True, kw_only=True):
    """Which accounts over which days."""

    account_ids: Ids


class VideoBatch(words.Window, frozen=True, kw_only=True):
    """Which videos over which days."""

    video_ids: Ids


class AccountVideoBatch(words.Window, frozen=True, kw_only=True):
    """Which discovered videos, by their internal numbers, over which days; 1 to 200 of both together."""

    instagram_post_ids: Numbers = field(default_factory=list)
    tiktok_video_ids: Numbers = field(default_factory=list)


class Deltas(Struct, frozen=True, kw_only=True):
    """Which videos over which look-backs."""

    video_ids: Ids
    windows: Annotated[
        LookBacks,
        Meta(description="Days, 1 to 365, today included.", extra_json_schema={"default": USUAL_LOOK_BACKS}),
    ] = field(default_factory=USUAL_LOOK_BACKS.copy)


class BatchFigures(Struct, frozen=True, kw_only=True):
    """What one video gained in a window; the engagement rate is 0 without views."""

    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: Saves
    engagement_rate: Annotated[float, Meta(description="(likes + comments + shares) / views, in percent; 0 without.")]


class AccountBatchFigures(BatchFigures, frozen=True, kw_only=True):
    """What one account gained in a window."""

    followers: Annotated[int | None, Meta(description="Where they stood at the end.")]
    follower_change: Annotated[int | None, Meta(description="What they gained.")]


class AccountVideoFigures(Struct, frozen=True, kw_only=True):
    """What discovered videos gained, by platform and internal number: the two platforms number apart."""

    instagram: dict[str, BatchFigures]
    tiktok: dict[str, BatchFigures]


class BatchMeta(Struct, frozen=True, kw_only=True):
    """The window of a batch, and what there is nothing of."""

    period: PeriodOrCustom
    start_date: date
    end_date: date
    count: Annotated[int, Meta(description="How many have figures here.")]
    not_found: Annotated[list[UUID | int], Meta(description="Ids the organization does not track.")]


ViewGains: TypeAlias = Annotated[
    dict[str, int | None],
    Meta(description="By look-back.", examples=[{"1d": 640, "7d": 18250, "14d": 35770, "30d": 81400}]),
]


class DeltasMeta(Struct, frozen=True, kw_only=True):
    """The look-backs, and what there is nothing of."""

    windows: list[int]
    video_count: int
    not_found: Annotated[list[UUID], Meta(description="Ids the organization does not track.")]


def show_video_figures(values: Mapping[str, MetricValue], *, has_saves: bool) -> BatchFigures:
    """What a video gained."""
    return BatchFigures(**_figures(values, has_saves))


def show_account_figures(values: Mapping[str, MetricValue], *, has_saves: bool) -> AccountBatchFigures:
    """What an account gained, and where its followers stood."""
    followers: dict[str, Any] = {
        "followers": values[FOLLOWERS].level,
        "follower_change": show_value(values[FOLLOWERS].value),
    }
    return AccountBatchFigures(**followers, **_figures(values, has_saves))


def _figures(values: Mapping[str, MetricValue], has_saves: bool) -> dict[str, Any]:
    shown = {name: show_value(values[name].value) for name in COUNTERS if has_saves or name != SAVES}
    return {SAVES: None, **shown, ENGAGEMENT_RATE: show_value(values[ENGAGEMENT_RATE].value) or 0}


def show_batch_meta(
    asked: words.Window, window: Window, count: int, not_found: Sequence[UUID] | Sequence[int]
) -> BatchMeta:
    """The window of a batch."""
    return BatchMeta(
        period=asked.period, start_date=window.start, end_date=window.end, count=count, not_found=list(not_found)
    )
