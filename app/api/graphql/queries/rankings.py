"""Leaderboards: who is first by a metric over a window."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.figures.leaderboards import (
    AccountLeaderboardConnection,
    CreatorLeaderboardConnection,
    VideoLeaderboardConnection,
)
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import Metric, Platform
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.windows import LAST_30_DAYS, WindowInput, read_window
from app.core.analytics.ranking import rank_subjects
from app.domain import records
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, VideoFilter
from app.domain.series import SubjectKind

DEFAULT_PLACES = 10
OF_THE_WINDOW_BEFORE = {"previousRank", "previousValue"}

RankedBy = Annotated[Metric | None, strawberry.argument(description="What they are ranked by.")]
RankedOver = Annotated[WindowInput | None, strawberry.argument(description="Which days.")]
Timezone = Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")]
Places = Annotated[
    int | None, strawberry.argument(description="How many places from the start, 1 to 200; 10 by default.")
]


@strawberry.type(description="Rankings.")
class RankingQueries:
    @resolver("The accounts by a metric over a window, the greatest first.", AccountLeaderboardConnection)
    async def top_accounts(
        info: Info,
        metric: RankedBy = Metric.VIEWS,
        window: RankedOver = LAST_30_DAYS,
        timezone: Timezone = "UTC",
        first: Places = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> records.Leaderboard:
        page = asked_page(first, after, last, before, DEFAULT_PLACES)
        return await _rank(info, SubjectKind.ACCOUNT, metric, window, timezone, page)

    @resolver("The creators by a metric over a window, the greatest first.", CreatorLeaderboardConnection)
    async def top_creators(
        info: Info,
        metric: RankedBy = Metric.VIEWS,
        window: RankedOver = LAST_30_DAYS,
        timezone: Timezone = "UTC",
        first: Places = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> records.Leaderboard:
        page = asked_page(first, after, last, before, DEFAULT_PLACES)
        return await _rank(info, SubjectKind.CREATOR, metric, window, timezone, page)

    @resolver("The videos by a metric over a window, the greatest first.", VideoLeaderboardConnection)
    async def top_videos(
        info: Info,
        metric: RankedBy = Metric.VIEWS,
        window: RankedOver = LAST_30_DAYS,
        timezone: Timezone = "UTC",
        account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those found in the feed of this account.")
        ] = UNSET,
        creator_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this creator's accounts.")
        ] = UNSET,
        platform: Annotated[Platform | None, strawberry.argument(description="Only those of this one.")] = UNSET,
        first: Places = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> records.Leaderboard:
        scope = VideoFilter(
            creator_ids=_read_id("Creator", creator_id, "creatorId"),
            account_ids=_read_id("Account", account_id, "accountId"),
            platforms=frozenset({platform}) if platform else None,
        )
        page = asked_page(first, after, last, before, DEFAULT_PLACES)
        return await _rank(info, SubjectKind.VIDEO, metric, window, timezone, page, scope)


def _read_id(type_name: str, text: strawberry.ID | None, argument: str) -> frozenset[UUID] | None:
    return None if text is None or text is UNSET else frozenset({decode_id_of(type_name, text, argument)})


async def _rank(
    info: Info,
    kind: SubjectKind,
    metric: Metric | None,
    window: WindowInput | None,
    timezone: str | None,
    page: PageRequest,
    scope: VideoFilter = EVERY_VIDEO,
) -> records.Leaderboard:
    selected = selected_fields(info, "nodes") | selected_fields(info, "edges", "node")
    return await rank_subjects(
        info.context.viewer,
        kind,
        (metric or Metric.VIEWS).value,
        read_window(window or LAST_30_DAYS, "UTC" if timezone is None else timezone, info.context.now),
        page,
        scope=scope,
        with_previous=not selected.isdisjoint(OF_THE_WINDOW_BEFORE),
    )
