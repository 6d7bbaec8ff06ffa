"""What an organization uses: of the API, and of the upstreams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FaceUsage:
    """What was asked of one face of the API."""

    face: str
    requests: int
    points: int
    """What the requests were charged, in points of that face's budget."""


@dataclass(frozen=True, slots=True)
class ProviderUsage:
    """What was asked of one provider."""

    provider: str
    requests: int
    failures: int
    """Routes of it that did not end well."""


@dataclass(frozen=True, slots=True)
class UsageDay:
    """One UTC day."""

    day: date
    requests: int
    points: int
    refreshes: int
    """Refreshes that ended well."""
    failed_refreshes: int
    posts_observed: int


@dataclass(frozen=True, slots=True)
class Usage:
    """An organization's use over a window of UTC days: each day of it, and the sums by face and by provider."""

    start: date
    end: date
    days: Sequence[UsageDay]
    """Every day of the window, the first one first."""
    faces: Sequence[FaceUsage]
    providers: Sequence[ProviderUsage]


@dataclass(frozen=True, slots=True)
class TrackingLimits:
    """What bounds an organization's tracking, and how much of it is there."""

    account_count: int
    account_quota: int | None
    """The most accounts that may be tracked; None without a bound."""
    max_recent_posts: int | None
    post_lookback_days: int | None
    """The defaults for accounts without bounds of their own; None is no bound."""
