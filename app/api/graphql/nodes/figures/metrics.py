"""Metrics over a window, each beside its value in the window before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.scalars import BigInt
from app.domain.metrics import METRICS, Value, rounded
from app.domain.records import MetricChange, WindowMetrics

FIELDS: Mapping[str, str] = {
    "views": "views",
    "plays": "plays",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "followers": "followers",
    "following": "following",
    "profilePosts": "profile_posts",
    "totalLikes": "total_likes",
    "postsPublished": "posts_published",
    "engagementRate": "engagement_rate",
    "engagementRateByViews": "engagement_rate_by_views",
    "engagementRateByFollowers": "engagement_rate_by_followers",
    "postsPerWeek": "posts_per_week",
    "averageViewsPerPost": "avg_views_per_post",
}
"""Field of a bucket, or of window metrics, to the metric it shows."""

assert set(FIELDS.values()) == set(METRICS)

RATIO_MEANINGS: Mapping[str, str] = {
    "engagement_rate": "Likes, comments and shares for each 100 views, over videos whose views are known.",
    "engagement_rate_by_views": "Likes, comments, shares and saves for each 100 views, over videos with known views.",
    "engagement_rate_by_followers": "Likes, comments, shares and saves for each 100 followers.",
    "posts_per_week": "Posts published for each seven days.",
    "avg_views_per_post": "Views gained for each post ever published.",
}


def selected_metrics(info: Info, *path: str) -> tuple[str, ...]:
    """The metrics selected below the field being resolved, or below a field in it."""
    selected = selected_fields(info, *path)
    return tuple(metric for field, metric in FIELDS.items() if field in selected)


def shown(value: Value) -> float | None:
    """A ratio as it leaves: 4 decimals, half away from zero."""
    return None if value is None else rounded(value)


def _percent(change: strawberry.Parent[MetricChange]) -> float | None:
    return shown(change.change_percent)


def _current(change: strawberry.Parent[MetricChange]) -> float | None:
    return shown(change.current)


def _previous(change: strawberry.Parent[MetricChange]) -> float | None:
    return shown(change.previous)


CHANGE_MEANING = (
    "The change from previous to current in percent, 0 when both are 0; null when previous alone is 0, and when it is "
    "negative or unknown."
)


@strawberry.type(description="A counter over a window.")
class CounterMetric:
    current: BigInt | None = strawberry.field(description="What it gained in the window; null while unknown.")
    previous: BigInt | None = strawberry.field(description="What it gained in the window before; null while unknown.")
    level: BigInt | None = strawberry.field(description="Where it stands at the end of the window; null while unknown.")
    change_percent: float | None = strawberry.field(resolver=_percent, description=CHANGE_MEANING)


@strawberry.type(description="A ratio over a window.")
class RatioMetric:
    current: float | None = strawberry.field(resolver=_current, description="Its value in the window, 4 decimals.")
    previous: float | None = strawberry.field(resolver=_previous, description="Its value in the window before.")
    change_percent: float | None = strawberry.field(resolver=_percent, description=CHANGE_MEANING)


@strawberry.type(description="A count over a window, which is never unknown.")
class CountMetric:
    current: BigInt = strawberry.field(description="How many in the window.")
    previous: BigInt = strawberry.field(description="How many in the window before.")
    change_percent: float | None = strawberry.field(resolver=_percent, description=CHANGE_MEANING)


def _metric(metric: str, kind: Any, description: str) -> Any:
    def read(metrics: strawberry.Parent[WindowMetrics]) -> MetricChange:
        return metrics.values[metric]

    return strawberry.field(resolver=read, graphql_type=kind, description=description)


@strawberry.type(description="Figures over a window, beside those of the window of the same length before it.")
class Metrics:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    previous_start: date = strawberry.field(description="The first date of the window before.")
    previous_end: date = strawberry.field(description="The last date of the window before.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    is_complete: bool = strawberry.field(
        description="False when the window begins before anything of it was first measured."
    )

    views: CounterMetric = _metric("views", CounterMetric, "Views of the videos.")
    plays: CounterMetric = _metric("plays", CounterMetric, "Plays of the videos.")
    likes: CounterMetric = _metric("likes", CounterMetric, "Likes of the videos.")
    comments: CounterMetric = _metric("comments", CounterMetric, "Comments on the videos.")
    shares: CounterMetric = _metric("shares", CounterMetric, "Shares of the videos.")
    saves: CounterMetric = _metric("saves", CounterMetric, "Saves of the videos.")
    followers: CounterMetric = _metric("followers", CounterMetric, "Followers of the accounts.")
    following: CounterMetric = _metric("following", CounterMetric, "Accounts that the accounts follow.")
    profile_posts: CounterMetric = _metric("profile_posts", CounterMetric, "Posts the profiles count.")
    total_likes: CounterMetric = _metric("total_likes", CounterMetric, "Likes the profiles count.")
    posts_published: CountMetric = _metric("posts_published", CountMetric, "Posts that were published.")
    engagement_rate: RatioMetric = _metric("engagement_rate", RatioMetric, RATIO_MEANINGS["engagement_rate"])
    engagement_rate_by_views: RatioMetric = _metric(
        "engagement_rate_by_views", RatioMetric, RATIO_MEANINGS["engagement_rate_by_views"]
    )
    engagement_rate_by_followers: RatioMetric = _metric(
        "engagement_rate_by_followers", RatioMetric, RATIO_MEANINGS["engagement_rate_by_followers"]
    )
    posts_per_week: RatioMetric = _metric("posts_per_week", RatioMetric, RATIO_MEANINGS["posts_per_week"])
    average_views_per_post: RatioMetric = _metric(
        "avg_views_per_post", RatioMetric, RATIO_MEANINGS["avg_views_per_post"]
    )
