"""Every entrance for reading, put together."""

import strawberry

from app.api.graphql.queries.analytics import AnalyticsQueries
from app.api.graphql.queries.lookups import LookUpQueries
from app.api.graphql.queries.objects import ObjectQueries
from app.api.graphql.queries.platforms import PlatformQueries
from app.api.graphql.queries.rankings import RankingQueries
from app.api.graphql.queries.runs import RunQueries


@strawberry.type(description="Everything that can be read.")
class Query(ObjectQueries, RankingQueries, AnalyticsQueries, RunQueries, PlatformQueries, LookUpQueries):
    pass
