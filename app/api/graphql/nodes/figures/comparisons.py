"""Comparisons of several subjects."""

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.figures.metrics import Metrics
from app.api.graphql.nodes.figures.timeseries import TimeSeries
from app.api.graphql.nodes.subjects import Subject, load_subject, subject_id
from app.domain import records


@strawberry.type(description="One of several that are compared.")
class ComparedSubject:
    @resolver("The account, creator or video.", Subject)
    async def subject(
        compared: strawberry.Parent[records.ComparedSubject], info: Info
    ) -> records.Account | records.Creator | records.Video | None:
        return await load_subject(info.context.loaders, compared.subject)

    metrics: Metrics = strawberry.field(description="Its figures over the window.")
    series: TimeSeries = strawberry.field(
        name="timeseries", description="The same bucket by bucket; all have the same buckets."
    )


@strawberry.type(description="Several side by side.")
class Comparison:
    subjects: list[ComparedSubject] = strawberry.field(description="In the order asked for.")

    @resolver("The ids of which there is nothing in the organization.")
    def not_found(comparison: strawberry.Parent[records.Comparison]) -> list[strawberry.ID]:
        return [subject_id(reference) for reference in comparison.not_found]
