"""Series: buckets of a window, with every metric as a field."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

import strawberry

from app.api.graphql.nodes.figures.metrics import RATIO_MEANINGS, shown
from app.api.graphql.values.scalars import BigInt
from app.domain.records import Bucket


def _counter(counter: str, description: str) -> Any:
    def read(bucket: strawberry.Parent[Bucket]) -> int | None:
        return cast(int | None, bucket.values[counter])

    return strawberry.field(resolver=read, graphql_type=BigInt | None, description=description)


def _ratio(metric: str) -> Any:
    def read(bucket: strawberry.Parent[Bucket]) -> float | None:
        return shown(bucket.values[metric])

    return strawberry.field(resolver=read, graphql_type=float | None, description=RATIO_MEANINGS[metric])


def _growth(counter: str, description: str) -> Any:
    def read(growth: strawberry.Parent[Mapping[str, Fraction | None]]) -> float | None:
        return shown(growth[counter])

    return strawberry.field(resolver=read, graphql_type=float | None, description=description)


@strawberry.type(
    description="Growth against the bucket before in percent, 4 decimals: of what was gained for counters of videos, "
    "of the levels at the end for counters of profiles. Null where the value before is 0, negative or unknown, and in "
    "a first bucket that the window cuts."
)
class Growth:
    views: float | None = _growth("views", "Growth of the views gained.")
    plays: float | None = _growth("plays", "Growth of the plays gained.")
    likes: float | None = _growth("likes", "Growth of the likes gained.")
    comments: float | None = _growth("comments", "Growth of the comments gained.")
    shares: float | None = _growth("shares", "Growth of the shares gained.")
    saves: float | None = _growth("saves", "Growth of the saves gained.")
    followers: float | None = _growth("followers", "Growth of the followers.")
    following: float | None = _growth("following", "Growth of the accounts followed.")
    profile_posts: float | None = _growth("profile_posts", "Growth of the posts the profiles count.")
    total_likes: float | None = _growth("total_likes", "Growth of the likes the profiles count.")


@strawberry.type(name="TimeSeriesBucket", description="One stretch of days of a series.")
class TimeSeriesBucket:
    start: date = strawberry.field(description="The first date.")
    end: date = strawberry.field(description="The last date.")
    is_partial: bool = strawberry.field(
        name="partial", description="Whether the window cuts the bucket, or its last day has not ended."
    )
    is_baseline: bool = strawberry.field(
        name="baseline", description="Whether first values came in here, of which the growth before is not known."
    )
    is_observed: bool = strawberry.field(name="observed", description="Whether something was measured in it.")

    views: BigInt | None = _counter("views", "Views of the videos; null while unknown.")
    plays: BigInt | None = _counter("plays", "Plays of the videos; null while unknown.")
    likes: BigInt | None = _counter("likes", "Likes of the videos; null while unknown.")
    comments: BigInt | None = _counter("comments", "Comments on the videos; null while unknown.")
    shares: BigInt | None = _counter("shares", "Shares of the videos; null while unknown.")
    saves: BigInt | None = _counter("saves", "Saves of the videos; null while unknown.")
    followers: BigInt | None = _counter("followers", "Followers of the account; null while unknown.")
    following: BigInt | None = _counter("following", "Accounts the account follows; null while unknown.")
    profile_posts: BigInt | None = _counter("profile_posts", "Posts the profile counts; null while unknown.")
    total_likes: BigInt | None = _counter("total_likes", "Likes the profile counts; null while unknown.")

    posts_published: BigInt | None = _counter("posts_published", "Posts that were published in it.")
    engagement_rate: float | None = _ratio("engagement_rate")
    engagement_rate_by_views: float | None = _ratio("engagement_rate_by_views")
    engagement_rate_by_followers: float | None = _ratio("engagement_rate_by_followers")
    posts_per_week: float | None = _ratio("posts_per_week")
    average_views_per_post: float | None = _ratio("avg_views_per_post")

    growth: Growth = strawberry.field(description="Growth against the bucket before.")


@strawberry.type(description="Figures over a window, cut into buckets: every bucket is there, oldest first.")
class TimeSeries:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    is_complete: bool = strawberry.field(
        description="False when the window begins before anything of it was first measured."
    )
    buckets: list[TimeSeriesBucket] = strawberry.field(description="The buckets, oldest first.")
