"""The overview, the leaderboard and the search of v2."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from app.api.rest.v2.shapes.analytics import Exact, show_change, show_value
from app.api.rest.v2.shapes.creators import accounts_summary
from app.api.rest.v2.shapes.words import PLATFORM_OF, Period, Platform
from app.domain import records
from app.domain.metrics import change_percent

Few = Annotated[int, Meta(ge=1, le=25, description="How many at most.")]


class OverviewWindow(Struct, frozen=True, kw_only=True):
    """Which UTC days."""

    period: Annotated[Period, Meta(description="That many days ending today.")] = Period.WEEK


class OverviewFigures(Struct, frozen=True, kw_only=True):
    """Headline figures; 0 where unknown."""

    total_views: Annotated[int, Meta(description="Views gained.")] = 0
    engagement_rate: Annotated[float, Meta(description="In percent; 0 without views.")] = 0
    active_accounts: Annotated[int, Meta(description="At the end of the window.")] = 0
    account_videos: Annotated[int, Meta(description="Discovered posts, at its end.")] = 0
    tracked_videos: Annotated[int, Meta(description="Videos tracked by themselves, at its end.")] = 0


class OverviewChanges(Struct, frozen=True, kw_only=True):
    """From the window before, in percent: 100 when only that one is 0, and 0 when it is negative or one is unknown."""

    total_views_pct: float = 0
    engagement_rate_pct: float = 0
    active_accounts_pct: float = 0
    account_videos_pct: float = 0
    tracked_videos_pct: float = 0


class ChangesAvailable(Struct, frozen=True, kw_only=True):
    """Whether a change says something: false where the figure before is 0, negative or unknown."""

    total_views: bool
    engagement_rate: bool
    active_accounts: bool
    account_videos: bool
    tracked_videos: bool


class Overview(Struct, frozen=True, kw_only=True):
    """An organization at a glance."""

    type: Literal["overview"] = "overview"
    start_date: date
    end_date: date
    current: OverviewFigures
    previous: OverviewFigures
    changes: OverviewChanges
    changes_available: ChangesAvailable


def show_overview(overview: records.Overview) -> Overview:
    """An overview in v2's words."""
    views, rate = overview.views, overview.engagement_rate
    current: dict[str, Exact] = {"total_views": views.current, "engagement_rate": _rate(rate.current, views.current)}
    previous: dict[str, Exact] = {
        "total_views": views.previous,
        "engagement_rate": _rate(rate.previous, views.previous),
    }
    for name, counted in (
        ("active_accounts", overview.active_accounts),
        ("account_videos", overview.account_videos),
        ("tracked_videos", overview.individual_videos),
    ):
        current[name], previous[name] = counted.current, counted.previous
    changes = {name: change_percent(current[name], previous[name]) for name in current}
    return Overview(
        start_date=overview.start,
        end_date=overview.end,
        current=_figures(current),
        previous=_figures(previous),
        changes=OverviewChanges(
            **{f"{name}_pct": show_change(change, current[name], previous[name]) for name, change in changes.items()}
        ),
        changes_available=ChangesAvailable(**{name: change is not None for name, change in changes.items()}),
    )


def _rate(rate: Exact, views: Exact) -> Exact:
    """The engagement rate as v2 means it: 0, not unknown, where it is known that there were no views."""
    return 0 if rate is None and views is not None else rate


def _figures(values: Mapping[str, Exact]) -> OverviewFigures:
    shown: dict[str, Any] = {name: show_value(value) or 0 for name, value in values.items()}
    return OverviewFigures(**shown)


class RankedMetric(StrEnum):
    """What a leaderboard ranks by."""

    VIEWS = "views"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    ENGAGEMENT_RATE = "engagement_rate"


class TopListing(Struct, frozen=True, kw_only=True):
    """Which UTC days, ranked by what, and how many creators."""

    period: Annotated[Period, Meta(description="That many days ending today.")] = Period.MONTH
    metric: Annotated[RankedMetric, Meta(description="What was gained most.")] = RankedMetric.VIEWS
    limit: Few = 10


class TopCreator(Struct, frozen=True, kw_only=True):
    """A creator and what it gained."""

    rank: int
    creator_id: UUID
    id: Annotated[UUID, Meta(description="The same as creator_id.")]
    name: str
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    followers: Annotated[int | None, Meta(description="Where they stand.")]
    engagement_rate: float | None
    account_count: int


class TopMeta(Struct, frozen=True, kw_only=True):
    """The window of a leaderboard."""

    period: Period
    metric: RankedMetric
    start_date: date
    end_date: date
    limit: int


class SearchListing(Struct, frozen=True, kw_only=True):
    """What to look for."""

    q: Annotated[str, Meta(max_length=128, description="A piece of text, whatever its case. Blank finds nothing.")] = ""
    limit: Few = 10


class FoundAccount(Struct, frozen=True, kw_only=True):
    """An account that was found."""

    id: UUID
    platform: Platform
    username: str
    display_name: str | None


class FoundCreator(Struct, frozen=True, kw_only=True):
    """A creator that was found."""

    id: UUID
    name: str


class FoundVideo(Struct, frozen=True, kw_only=True):
    """A video that was found."""

    id: UUID
    platform: Platform
    caption: str | None
    account_id: UUID | None
    account_username: str | None
    kind: Annotated[Literal["video", "account_video"], Meta(description="Tracked by itself, or found in a feed.")]


class Found(Struct, frozen=True, kw_only=True):
    """What was found, in sections."""

    accounts: list[FoundAccount]
    creators: list[FoundCreator]
    videos: list[FoundVideo]


class EffectiveCaps(Struct, frozen=True, kw_only=True):
    """How many of each were looked for."""

    accounts: int
    creators: int
    videos: int


class SearchMeta(Struct, frozen=True, kw_only=True):
    """What was asked."""

    query: str
    limit_per_section: int
    effective_caps: EffectiveCaps


def show_found(
    accounts: Sequence[records.Account], creators: Sequence[records.Creator], videos: Sequence[records.Video]
) -> Found:
    """What a search found on the two platforms of v2."""
    return Found(
        accounts=[
            FoundAccount(
                id=account.id,
                platform=PLATFORM_OF[account.platform],
                username=account.handle,
                display_name=account.display_name,
            )
            for account in accounts
        ],
        creators=[FoundCreator(id=creator.id, name=creator.name) for creator in creators],
        videos=[
            FoundVideo(
                id=video.id,
                platform=PLATFORM_OF[video.platform],
                caption=video.caption,
                account_id=video.account_id,
                account_username=video.author_handle,
                kind="account_video" if video.added_at is None else "video",
            )
            for video in videos
        ],
    )


def show_top_creator(rank: int, creator: records.Creator, metrics: records.WindowMetrics) -> TopCreator:
    """One row of the leaderboard."""
    shown: dict[str, Any] = {name: show_value(change.current) for name, change in metrics.values.items()}
    followers = metrics.values["followers"].level
    return TopCreator(
        rank=rank,
        creator_id=creator.id,
        id=creator.id,
        name=creator.name,
        account_count=accounts_summary(creator).total,
        **{**shown, "followers": followers},
    )
