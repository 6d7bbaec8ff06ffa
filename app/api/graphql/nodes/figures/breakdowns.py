"""Breakdowns: one metric told apart by children."""

from datetime import date

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.figures.metrics import CHANGE_MEANING, shown
from app.api.graphql.nodes.subjects import Subject, load_subject
from app.api.graphql.values.enums import Platform
from app.domain import records

SHARE_MEANING = "Its part of the total in percent; null for a ratio, and where the total is not positive."


@strawberry.type(description="Any metric over a window: a counter's gain, a count or a ratio.")
class MetricValue:
    @resolver("Its value in the window, ratios to 4 decimals; null while unknown.", float | None)
    def current(change: strawberry.Parent[records.MetricChange]) -> float | None:
        return shown(change.current)

    @resolver("Its value in the window before; null while unknown.", float | None)
    def previous(change: strawberry.Parent[records.MetricChange]) -> float | None:
        return shown(change.previous)

    @resolver(CHANGE_MEANING, float | None)
    def change_percent(change: strawberry.Parent[records.MetricChange]) -> float | None:
        return shown(change.change_percent)


@strawberry.type(description="What one child comes to.")
class BreakdownRow:
    @resolver("The creator, account or video; null where the children are platforms.", Subject | None)
    async def subject(
        row: strawberry.Parent[records.BreakdownRow], info: Info
    ) -> records.Account | records.Creator | records.Video | None:
        return None if row.subject is None else await load_subject(info.context.loaders, row.subject)

    platform: Platform | None = strawberry.field(description="The platform, where the children are platforms.")
    change: MetricValue = strawberry.field(name="value", description="Its figures.")

    @resolver(SHARE_MEANING, float | None)
    def share_percent(row: strawberry.Parent[records.BreakdownRow]) -> float | None:
        return shown(row.share_percent)


@strawberry.type(description="What is left beside the rows.")
class BreakdownRest:
    count: int = strawberry.field(description="How many children.")
    change: MetricValue = strawberry.field(
        name="value", description="Of these children together, and of what belongs to no child."
    )

    @resolver(SHARE_MEANING, float | None)
    def share_percent(rest: strawberry.Parent[records.BreakdownRest]) -> float | None:
        return shown(rest.share_percent)


@strawberry.type(
    description="One metric over a window, told apart by children. Of a counter, rows and rest add up to the total."
)
class Breakdown:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    previous_start: date = strawberry.field(description="The first date of the window before.")
    previous_end: date = strawberry.field(description="The last date of the window before.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    total: MetricValue = strawberry.field(description="Of everything.")
    rows: list[BreakdownRow] = strawberry.field(
        description="The ten first children: the greatest value first, unknown ones last, then by name, then by id."
    )
    rest: BreakdownRest = strawberry.field(description="All others together.")
