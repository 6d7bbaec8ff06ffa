"""Leaderboards: who is first by a metric over a window."""

from typing import Annotated

import strawberry

from app.api.graphql.context import Context, Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.leaderboards import AccountLeaderboard, CreatorLeaderboard
from app.api.graphql.values.enums import Metric
from app.api.graphql.values.windows import LAST_30_DAYS, WindowInput, read_window
from app.core.analytics.ranking import rank_subjects
from app.domain import records
from app.domain.series import SubjectKind

DEFAULT_PLACES = 10

RankedBy = Annotated[Metric | None, strawberry.argument(description="What they are ranked by.")]
RankedOver = Annotated[WindowInput | None, strawberry.argument(description="Which days.")]
Timezone = Annotated[str | None, strawberry.argument(description="IANA zone whose days are meant.")]
Places = Annotated[int | None, strawberry.argument(description="How many places, 1 to 200.")]


@strawberry.type(description="Rankings.")
class RankingQueries:
    @resolver("The accounts that are first by a metric over a window.", AccountLeaderboard)
    async def top_accounts(
        info: Info,
        metric: RankedBy = Metric.VIEWS,
        window: RankedOver = LAST_30_DAYS,
        timezone: Timezone = "UTC",
        limit: Places = DEFAULT_PLACES,
    ) -> records.Leaderboard:
        return await _rank(info.context, SubjectKind.ACCOUNT, metric, window, timezone, limit)

    @resolver("The creators that are first by a metric over a window.", CreatorLeaderboard)
    async def top_creators(
        info: Info,
        metric: RankedBy = Metric.VIEWS,
        window: RankedOver = LAST_30_DAYS,
        timezone: Timezone = "UTC",
        limit: Places = DEFAULT_PLACES,
    ) -> records.Leaderboard:
        return await _rank(info.context, SubjectKind.CREATOR, metric, window, timezone, limit)


async def _rank(
    context: Context,
    kind: SubjectKind,
    metric: Metric | None,
    window: WindowInput | None,
    timezone: str | None,
    limit: int | None,
) -> records.Leaderboard:
    days = read_window(window or LAST_30_DAYS, timezone or "UTC", context.now)
    places = DEFAULT_PLACES if limit is None else limit
    return await rank_subjects(context.viewer, kind, (metric or Metric.VIEWS).value, days, places)
