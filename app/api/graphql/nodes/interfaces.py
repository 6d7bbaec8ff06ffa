"""What several types of the graph have in common."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.loaders import BreakdownAsked, MetricsAsked, SeriesAsked
from app.api.graphql.nodes.figures.metrics import Metrics, selected_metrics
from app.api.graphql.nodes.figures.timeseries import TimeSeries
from app.api.graphql.values.enums import Division, Granularity, Metric, SeriesMode
from app.api.graphql.values.ids import id_encoder
from app.api.graphql.values.scalars import JSON
from app.api.graphql.values.windows import LAST_30_DAYS, WindowInput, read_window
from app.domain import records
from app.domain.records import Account, Creator, Series, Video, WindowMetrics
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer

if TYPE_CHECKING:
    from app.api.graphql.nodes.figures.breakdowns import Breakdown

NODE_ID = "Global id: opaque, stable, unique among all types."


def node_id(type_name: str, attribute: str = "id") -> Any:
    """The field `id` of a type of that name, made of the uuid its record has under `attribute`."""

    encode = id_encoder(type_name)

    uuid_of = attrgetter(attribute)

    def read(record: strawberry.Parent[object]) -> strawberry.ID:
        return encode(uuid_of(record))

    return strawberry.field(resolver=read, description=NODE_ID)


@strawberry.interface(description="Anything with an id of its own, to be read again by node(id:).")
class Node:
    id: strawberry.ID = strawberry.field(description=NODE_ID)


@strawberry.interface(description="Something that is refreshed again and again.")
class Tracked:
    added_at: datetime | None = strawberry.field(
        description="When somebody asked to track it; null for what was found along the way."
    )
    first_refreshed_at: datetime | None = strawberry.field(description="Its first refresh; null before.")
    last_refreshed_at: datetime | None = strawberry.field(description="Its latest refresh; null before the first.")
    next_refresh_at: datetime | None = strawberry.field(description="When it is due again; null while it is not.")
    refresh_interval_hours: int | None = strawberry.field(description="Hours between two refreshes.")
    is_active: bool = strawberry.field(description="Whether it is refreshed at all.")
    is_unavailable: bool = strawberry.field(description="Whether it cannot be read: private, removed or unreachable.")
    metadata: JSON = strawberry.field(description="What the caller attached: an object of strings.")


Subject: TypeAlias = Account | Creator | Video | Viewer
"""Records of what has figures; a viewer stands for its organization."""


KINDS: Mapping[type, SubjectKind] = {
    Account: SubjectKind.ACCOUNT,
    Creator: SubjectKind.CREATOR,
    Video: SubjectKind.VIDEO,
}


def subject_of(record: Subject) -> tuple[SubjectKind, UUID]:
    """Whose figures a record's are."""
    if isinstance(record, Viewer):
        return SubjectKind.ORGANIZATION, record.organization_id
    return KINDS[type(record)], record.id


BucketDays = Annotated[
    int | None,
    strawberry.argument(
        description="Buckets of that many days, counted from the window's start, 1 to 731; instead of granularity."
    ),
]


def bucket_length(granularity: Granularity | None, bucket_days: int | None) -> Granularity | int:
    """How long the buckets of a series are: that many days where a number is given."""
    if bucket_days is None or bucket_days is UNSET:
        return granularity or Granularity.DAY
    return bucket_days


@strawberry.interface(description="Something with figures over time.")
class HasAnalytics:
    @resolver("Its figures over a window beside those of the window before. Only what is selected is read.", Metrics)
    async def metrics(
        record: strawberry.Parent[Subject],
        info: Info,
        window: Annotated[WindowInput | None, strawberry.argument(description="Which days.")] = LAST_30_DAYS,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> WindowMetrics:
        kind, set_id = subject_of(record)
        days = read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now)
        return await info.context.loaders.metrics.load((set_id, MetricsAsked(kind, days, selected_metrics(info))))

    @resolver("Its figures over a window, bucket by bucket. Only what is selected is read.", TimeSeries)
    async def timeseries(
        record: strawberry.Parent[Subject],
        info: Info,
        window: Annotated[WindowInput | None, strawberry.argument(description="Which days.")] = LAST_30_DAYS,
        granularity: Annotated[
            Granularity | None, strawberry.argument(description="How long a bucket is.")
        ] = Granularity.DAY,
        bucket_days: BucketDays = UNSET,
        mode: Annotated[SeriesMode | None, strawberry.argument(description="What a value is.")] = SeriesMode.GAIN,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> Series:
        kind, set_id = subject_of(record)
        days = read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now)
        asked = SeriesAsked(
            kind=kind,
            window=days,
            granularity=bucket_length(granularity, bucket_days),
            mode=mode or SeriesMode.GAIN,
            metrics=selected_metrics(info, "buckets"),
            growth_of=selected_metrics(info, "buckets", "growth"),
        )
        return await info.context.loaders.series.load((set_id, asked))

    @resolver(
        "One metric over a window, told apart by children.",
        Annotated["Breakdown", strawberry.lazy("app.api.graphql.nodes.figures.breakdowns")],
    )
    async def breakdown(
        record: strawberry.Parent[Subject],
        info: Info,
        by: Annotated[Division, strawberry.argument(description="What the children are.")],
        metric: Annotated[
            Metric | None, strawberry.argument(description="Which metric; counters by what they gained.")
        ] = Metric.VIEWS,
        window: Annotated[WindowInput | None, strawberry.argument(description="Which days.")] = LAST_30_DAYS,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> records.Breakdown:
        kind, set_id = subject_of(record)
        days = read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now)
        asked = BreakdownAsked(kind, (metric or Metric.VIEWS).value, by, days)
        return await info.context.loaders.breakdowns.load((set_id, asked))
