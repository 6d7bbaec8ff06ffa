"""Records: the frozen things a face receives. Counters are None where unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar
from uuid import UUID

from app.domain.platforms import Platform, VideoKind, ViewsKind


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant: it owns everything else."""

    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Creator:
    """A named group of accounts."""

    id: UUID
    organization_id: UUID
    name: str
    is_active: bool
    metadata: Mapping[str, str]
    added_at: datetime
    platforms: Mapping[Platform, int]
    """How many accounts are linked to it on each platform; platforms without any are absent."""
    followers: int | None
    """The sum over its linked accounts whose followers are known."""

    @property
    def account_count(self) -> int:
        """How many accounts are linked to it."""
        return sum(self.platforms.values())

    @property
    def platform(self) -> Platform | None:
        """The platform all its accounts are on; None when there is none, or several."""
        return next(iter(self.platforms)) if len(self.platforms) == 1 else None


@dataclass(frozen=True, slots=True)
class Account:
    """One handle on one platform that an organization tracks, with its latest counters."""

    id: UUID
    organization_id: UUID
    platform: Platform
    handle: str
    url: str
    creator_id: UUID | None
    """The creator it is linked to."""
    linked_at: datetime | None
    external_id: str | None
    display_name: str | None
    biography: str | None
    link_in_bio: str | None
    picture_url: str | None
    category: str | None
    metadata: Mapping[str, str]
    is_verified: bool
    is_active: bool
    is_paused_by_creator: bool
    """It is not active because its creator was paused, and will be again once the creator is resumed."""
    is_unavailable: bool
    is_private: bool
    added_at: datetime
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    next_refresh_at: datetime | None
    """When it is due; None while it is paused."""
    refresh_interval_hours: int
    followers: int | None
    following: int | None
    profile_posts: int | None
    total_likes: int | None
    discovered_posts: int
    """Posts found in its feed and tracked here."""
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None


@dataclass(frozen=True, slots=True)
class Video:
    """One post, with its latest counters."""

    id: UUID
    organization_id: UUID
    platform: Platform
    external_id: str
    shortcode: str | None
    account_id: UUID | None
    """The tracked account whose feed it was found in."""
    kind: VideoKind | None
    """None before the first refresh of one that was tracked by itself."""
    url: str
    caption: str | None
    published_at: datetime | None
    duration_seconds: int | None
    thumbnail_url: str | None
    video_url: str | None
    is_pinned: bool
    is_unavailable: bool
    discovered_at: datetime | None
    added_at: datetime | None
    """When tracking of it by itself began; None while it is only part of its account's feed."""
    metadata: Mapping[str, str]
    is_active: bool
    next_refresh_at: datetime | None
    """When it is due by itself; None while it is not."""
    refresh_interval_hours: int | None
    """None while it is refreshed with its account alone."""
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    views_kind: ViewsKind | None
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None


class Refreshable(StrEnum):
    """What is refreshed by itself; the values are the names of the tables, too."""

    ACCOUNT = "account"
    VIDEO = "video"


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    """Its worker died or lost the lease; another run took over and nothing of this one was stored."""


Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Page(Generic[Node]):
    """One page of a list, in list order whichever way it was asked for."""

    nodes: Sequence[Node]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    total_count: int | None = None
    """The size of the whole list; None unless it was asked for."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One stretch of days of a series: inclusive dates, flags, and a value per metric asked for."""

    start: date
    end: date
    is_partial: bool
    is_baseline: bool
    is_observed: bool
    values: Mapping[str, int | Fraction | None]
    growth: Mapping[str, Fraction | None]
    """In percent against the bucket before, of the counters whose growth was asked for."""


@dataclass(frozen=True, slots=True)
class Series:
    """Buckets of a resolved window, oldest first."""

    start: date
    end: date
    timezone: str
    is_complete: bool
    """False when the window begins before anything of the scope was first measured."""
    buckets: Sequence[Bucket]


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric over a window: its value there, in the window before, and the change in percent."""

    current: int | Fraction | None
    previous: int | Fraction | None
    change_percent: Fraction | None
    level: int | None
    """Where a counter stands at the window's end; None for anything else."""


@dataclass(frozen=True, slots=True)
class WindowMetrics:
    """Metrics over a resolved window, beside the window of the same length before it."""

    start: date
    end: date
    previous_start: date
    previous_end: date
    timezone: str
    is_complete: bool
    """False when the window begins before anything of the scope was first measured."""
    values: Mapping[str, MetricChange]


@dataclass(frozen=True, slots=True)
class RankedSubject:
    """One row of a leaderboard."""

    subject_id: UUID
    rank: int
    previous_rank: int | None
    value: int | Fraction | None
    previous_value: int | Fraction | None
    """Of the window before; both None unless they were asked for, and the value while unknown."""
    is_complete: bool
    """False when the window begins before anything of it was first measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard(Page[RankedSubject]):
    """One page of a ranking over a resolved window, in the order of the ranks."""

    start: date
    end: date
    previous_start: date
    previous_end: date
    timezone: str
    ranked_count: int
    """How many take part."""


@dataclass(frozen=True, slots=True)
class SubjectReference:
    """Which account, creator or video is meant: exactly one of the ids is there."""

    account_id: UUID | None = None
    creator_id: UUID | None = None
    video_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """What one child of a subject comes to in one metric."""

    subject: SubjectReference | None
    """The creator, account or video; None where the children are platforms."""
    platform: Platform | None
    """The platform; None for any other child."""
    change: MetricChange
    share_percent: Fraction | None
    """Its part of the total; None for a ratio, and where the total is not positive."""
    values: Sequence[int | Fraction | None]
    """Bucket by bucket; empty unless buckets were asked for."""


@dataclass(frozen=True, slots=True)
class BreakdownRest:
    """What is left of a subject beside the first children."""

    count: int
    """How many children."""
    change: MetricChange
    """Of these children together, and of what belongs to no child."""
    share_percent: Fraction | None
    values: Sequence[int | Fraction | None]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One metric of a subject over a resolved window, told apart by its children."""

    start: date
    end: date
    previous_start: date
    previous_end: date
    timezone: str
    bucket_starts: Sequence[date]
    """Empty unless buckets were asked for."""
    total: MetricChange
    rows: Sequence[BreakdownRow]
    """The first children, the greatest value first."""
    rest: BreakdownRest


@dataclass(frozen=True, slots=True)
class Overview:
    """An organization over a resolved window beside the window before it; counts and followers at the windows' ends."""

    start: date
    end: date
    previous_start: date
    previous_end: date
    timezone: str
    is_complete: bool
    views: MetricChange
    engagement_rate: MetricChange
    followers: MetricChange
    active_accounts: MetricChange
    account_videos: MetricChange
    individual_videos: MetricChange
    creators: MetricChange


@dataclass(frozen=True, slots=True)
class ComparedSubject:
    """One subject of a comparison."""

    subject: SubjectReference
    metrics: WindowMetrics
    series: Series


@dataclass(frozen=True, slots=True)
class Comparison:
    """Subjects side by side over one window, in the order asked for; their buckets are the same ones."""

    subjects: Sequence[ComparedSubject]
    not_found: Sequence[SubjectReference]


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One metric over a window; the level of a counter at its end, None for anything else."""

    value: int | Fraction | None
    level: int | None


@dataclass(frozen=True, slots=True)
class BatchMetrics:
    """Metrics of many subjects of one kind over a resolved window."""

    start: date
    end: date
    timezone: str
    values: Mapping[UUID, Mapping[str, MetricValue]]
    not_found: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ViewDelta:
    """Views gained in that many dates ending today; None while they were never known."""

    days: int
    views: int | None


@dataclass(frozen=True, slots=True)
class VideoDeltas:
    """The deltas of one video, the shortest look-back first."""

    video_id: UUID
    deltas: Sequence[ViewDelta]


@dataclass(frozen=True, slots=True)
class ViewDeltas:
    """Views gained by many videos over several look-backs, in the order the videos were asked for."""

    today: date
    timezone: str
    days: Sequence[int]
    """The look-backs, each once, the shortest first."""
    videos: Sequence[VideoDeltas]
    not_found: Sequence[UUID]
