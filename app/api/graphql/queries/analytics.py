"""Figures of several things at once: comparisons and view deltas."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.figures.comparisons import Comparison
from app.api.graphql.nodes.figures.deltas import ViewDeltas
from app.api.graphql.nodes.figures.metrics import selected_metrics
from app.api.graphql.nodes.interfaces import BucketDays, bucket_length
from app.api.graphql.values.enums import Granularity, SeriesMode
from app.api.graphql.values.ids import decode_id, decode_id_of
from app.api.graphql.values.windows import LAST_30_DAYS, WindowInput, read_window
from app.core.analytics.comparison import compare_subjects
from app.core.analytics.deltas import view_deltas
from app.domain import records
from app.domain.problems import InvalidInput
from app.domain.series import SubjectKind
from app.domain.windows import read_zone

KINDS = {"Account": SubjectKind.ACCOUNT, "Creator": SubjectKind.CREATOR, "Video": SubjectKind.VIDEO}

USUAL_LOOK_BACKS = [1, 7, 14, 30]


@strawberry.type(description="Figures of several things at once.")
class AnalyticsQueries:
    @resolver("Accounts, creators and videos side by side. Only what is selected is read.", Comparison)
    async def compare(
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Global ids of 1 to 5 accounts, creators or videos, mixed as you like."),
        ],
        window: Annotated[WindowInput | None, strawberry.argument(description="Which days.")] = LAST_30_DAYS,
        granularity: Annotated[
            Granularity | None, strawberry.argument(description="How long a bucket is.")
        ] = Granularity.DAY,
        bucket_days: BucketDays = UNSET,
        mode: Annotated[SeriesMode | None, strawberry.argument(description="What a value is.")] = SeriesMode.GAIN,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> records.Comparison:
        days = read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now)
        metrics = {
            *selected_metrics(info, "subjects", "metrics"),
            *selected_metrics(info, "subjects", "timeseries", "buckets"),
        }
        return await compare_subjects(
            info.context.viewer,
            [_subject(id) for id in ids],
            days,
            bucket_length(granularity, bucket_days),
            mode or SeriesMode.GAIN,
            sorted(metrics),
            now=info.context.now,
            growth_of_counters=selected_metrics(info, "subjects", "timeseries", "buckets", "growth"),
        )

    @resolver("Views that videos gained in the last days, for several look-backs at once.", ViewDeltas)
    async def video_deltas(
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids of 1 to 200 videos.")],
        days: Annotated[
            list[int],
            strawberry.argument(description="1 to 10 look-backs, each of 1 to 365 dates ending today."),
        ] = USUAL_LOOK_BACKS,
        timezone: Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")] = "UTC",
    ) -> records.ViewDeltas:
        zone = read_zone("UTC" if timezone is None else timezone, "timezone")
        videos = [decode_id_of("Video", id, "ids") for id in ids]
        return await view_deltas(info.context.viewer, videos, days, zone, now=info.context.now)


def _subject(id: str) -> tuple[SubjectKind, UUID]:
    type_name, uuid = decode_id(id, "ids")
    if type_name not in KINDS:
        raise InvalidInput(f"There is nothing to compare of {type_name[:64]}; it takes {', '.join(KINDS)}.", "ids")
    return KINDS[type_name], uuid
