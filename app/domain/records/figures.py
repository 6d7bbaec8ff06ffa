"""Figures over windows: None where a value is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from app.domain.platforms import Platform
from app.domain.records.pages import Page


@dataclass(frozen=True, slots=True)
class Span:
    """The dates of one bucket, cut to the window."""

    start: date
    end: date
    is_partial: bool


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
    """Figures of a resolved window bucket by bucket, the oldest first."""

    start: date
    end: date
    timezone: str
    is_complete: bool
    """False when the window begins before anything of the scope was first measured."""
    spans: Sequence[Span]
    is_baseline: Sequence[bool]
    is_observed: Sequence[bool]
    values: Mapping[str, Sequence[int | Fraction | None]]
    growth: Mapping[str, Sequence[Fraction | None]]
    """All of them have an entry for each bucket."""

    @property
    def buckets(self) -> list[Bucket]:
        """Its buckets, one after the other."""
        return [
            Bucket(
                span.start,
                span.end,
                span.is_partial,
                self.is_baseline[place],
                self.is_observed[place],
                {name: column[place] for name, column in self.values.items()},
                {name: column[place] for name, column in self.growth.items()},
            )
            for place, span in enumerate(self.spans)
        ]


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
    previous_levels: Mapping[str, int | None]
    """Where counters stood at the end of the window before."""


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
