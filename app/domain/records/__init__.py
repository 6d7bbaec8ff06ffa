"""Records: the frozen things a face receives."""

from app.domain.records.figures import (
    BatchMetrics,
    Breakdown,
    BreakdownRest,
    BreakdownRow,
    Bucket,
    ComparedSubject,
    Comparison,
    Leaderboard,
    MetricChange,
    MetricValue,
    Overview,
    RankedSubject,
    Series,
    SubjectReference,
    VideoDeltas,
    ViewDelta,
    ViewDeltas,
    WindowMetrics,
)
from app.domain.records.pages import Page
from app.domain.records.runs import Refreshable, RunState
from app.domain.records.tracked import Account, Creator, Organization, Video

__all__ = [
    "Account",
    "BatchMetrics",
    "Breakdown",
    "BreakdownRest",
    "BreakdownRow",
    "Bucket",
    "ComparedSubject",
    "Comparison",
    "Creator",
    "Leaderboard",
    "MetricChange",
    "MetricValue",
    "Organization",
    "Overview",
    "Page",
    "RankedSubject",
    "Refreshable",
    "RunState",
    "Series",
    "SubjectReference",
    "Video",
    "VideoDeltas",
    "ViewDelta",
    "ViewDeltas",
    "WindowMetrics",
]
