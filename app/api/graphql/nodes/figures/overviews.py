"""The overview of an organization."""

from datetime import date

import strawberry

from app.api.graphql.fields import resolver
from app.api.graphql.nodes.figures.metrics import CHANGE_MEANING, CounterMetric, RatioMetric, shown
from app.api.graphql.values.scalars import BigInt
from app.domain import records


@strawberry.type(description="How many there are at the end of a window.")
class LevelMetric:
    current: BigInt | None = strawberry.field(description="At the end of the window; null while unknown.")
    previous: BigInt | None = strawberry.field(description="At the end of the window before; null while unknown.")

    @resolver(CHANGE_MEANING, float | None)
    def change_percent(change: strawberry.Parent[records.MetricChange]) -> float | None:
        return shown(change.change_percent)


@strawberry.type(description="An organization over a window, beside the window of the same length before it.")
class Overview:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    previous_start: date = strawberry.field(description="The first date of the window before.")
    previous_end: date = strawberry.field(description="The last date of the window before.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    is_complete: bool = strawberry.field(
        description="False when the window begins before anything of it was first measured."
    )
    views: CounterMetric = strawberry.field(description="Views of all videos.")
    engagement_rate: RatioMetric = strawberry.field(
        description="Likes, comments and shares for each 100 views, over videos whose views are known."
    )
    followers: LevelMetric = strawberry.field(description="Followers of all accounts.")
    active_accounts: LevelMetric = strawberry.field(description="Accounts that are refreshed, added by then.")
    account_videos: LevelMetric = strawberry.field(description="Videos found in the feeds of accounts by then.")
    individual_videos: LevelMetric = strawberry.field(
        description="Videos tracked one by one by then; one that was also found in a feed is in both counts."
    )
    creators: LevelMetric = strawberry.field(description="Creators made by then.")
