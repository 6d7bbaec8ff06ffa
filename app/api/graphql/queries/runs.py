"""The history of all refreshes."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.runs import RefreshRun
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import RunState
from app.core.tracking.refreshes import list_runs
from app.domain import records


@strawberry.type(description="What was refreshed.")
class RunQueries:
    @resolver(
        "The refreshes of all accounts and videos, newest first, as long as their history is kept: 90 days, unless the "
        "operator set another time.",
        Connection[RefreshRun],
    )
    async def refreshes(
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        states: Annotated[
            list[RunState] | None,
            strawberry.argument(description="Only those that have come so far, such as FAILED and LOST; all without."),
        ] = UNSET,
    ) -> records.Page[records.Run]:
        return await list_runs(
            info.context.viewer,
            list(RunState) if states is None or states is UNSET else states,
            asked_page(first, after, last, before),
            with_total="totalCount" in selected_fields(info),
        )
