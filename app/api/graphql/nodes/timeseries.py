"""Series: buckets of a window, with every counter as a field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.scalars import BigInt
from app.domain.records import Bucket

COUNTERS: Mapping[str, str] = {
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
}
"""Field of a bucket to the counter it shows."""


def selected_counters(info: Info) -> tuple[str, ...]:
    """The counters selected below the series being resolved."""
    selected = selected_fields(info, "buckets")
    return tuple(counter for field, counter in COUNTERS.items() if field in selected)


def _counter(counter: str, description: str) -> Any:
    def read(bucket: strawberry.Parent[Bucket]) -> int | None:
        return bucket.values[counter]

    return strawberry.field(resolver=read, graphql_type=BigInt | None, description=description)


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


@strawberry.type(description="Figures over a window, cut into buckets: every bucket is there, oldest first.")
class TimeSeries:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    is_complete: bool = strawberry.field(
        description="False when the window begins before the first measurement of any part of it."
    )
    buckets: list[TimeSeriesBucket] = strawberry.field(description="The buckets, oldest first.")
