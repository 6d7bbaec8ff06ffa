"""Usage, limits and defaults of an organization, and where a key stands."""

from datetime import date, datetime

import strawberry

from app.api.graphql.values.scalars import BigInt


@strawberry.type(description="Points a key may spend on GraphQL in a minute of the clock.")
class RateLimit:
    limit: int = strawberry.field(description="Points there are in a minute.")
    cost: int = strawberry.field(description="Points this operation was charged.")
    remaining: int | None = strawberry.field(description="Points left of this minute; null while nobody counts.")
    reset_at: datetime = strawberry.field(description="When the next minute begins.")


@strawberry.type(description="What bounds the tracking of an organization.")
class TrackingLimits:
    account_count: int = strawberry.field(description="Accounts it tracks, paused ones included.")
    account_quota: int | None = strawberry.field(description="Accounts it may track; null without a bound.")
    max_recent_posts: int | None = strawberry.field(
        description="How many of an account's newest posts are followed, unless it says so itself; null is no bound."
    )
    post_lookback_days: int | None = strawberry.field(
        description="How old a post is followed, in days, unless its account says so itself; null is no bound."
    )


@strawberry.type(description="What was asked of one face of the API.")
class FaceUsage:
    face: str = strawberry.field(description="Which face: graphql, exports and so on.")
    requests: BigInt = strawberry.field(name="requestCount", description="Requests that were answered.")
    points: BigInt = strawberry.field(description="What they were charged, in points of that face.")


@strawberry.type(description="What refreshes asked of one provider of facts, as far as runs are kept.")
class ProviderUsage:
    provider: str = strawberry.field(description="Its name.")
    requests: BigInt = strawberry.field(name="requestCount", description="Requests that were sent to it.")
    failures: BigInt = strawberry.field(
        name="failureCount", description="Routes that did not end well, once for each refresh."
    )


@strawberry.type(description="One UTC day of an organization.")
class UsageDay:
    day: date = strawberry.field(description="Its date.")
    requests: BigInt = strawberry.field(name="requestCount", description="Requests that were answered.")
    points: BigInt = strawberry.field(description="What they were charged.")
    refreshes: BigInt = strawberry.field(name="refreshCount", description="Refreshes that succeeded.")
    failed_refreshes: BigInt = strawberry.field(name="failedRefreshCount", description="Refreshes that did not.")
    posts_observed: BigInt = strawberry.field(
        name="observedPostCount", description="Posts whose counters were stored, each time it happened."
    )


@strawberry.type(description="What an organization used over a window of UTC days.")
class Usage:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    days: list[UsageDay] = strawberry.field(description="Every day of the window, the first one first.")
    faces: list[FaceUsage] = strawberry.field(description="By face; those that were asked.")
    providers: list[ProviderUsage] = strawberry.field(description="By provider; those that were asked.")
