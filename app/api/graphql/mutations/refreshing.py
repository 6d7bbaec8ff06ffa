"""Refreshing now what is due later, or paused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.batches import Result, read_each, report_each
from app.api.graphql.mutations.payloads import Change, Payload, refusable
from app.api.graphql.nodes.runs import RefreshRun
from app.api.graphql.values.ids import decode_id
from app.core.tracking.refreshes import Thing, refresh_now
from app.domain.problems import InvalidInput
from app.domain.records import Refreshable

KINDS: Mapping[str, Refreshable] = {"Account": Refreshable.ACCOUNT, "Video": Refreshable.VIDEO}


@strawberry.type(description="What came of one id of refreshNow.")
class RefreshNowResult(Result):
    run: RefreshRun | None = strawberry.field(description="Its refresh; null when there are errors.")


@strawberry.type(description="What came of refreshNow.")
class RefreshNowPayload(Payload):
    results: list[RefreshNowResult] = strawberry.field(description="What came of each id, in their order.")
    run: RefreshRun | None = strawberry.field(
        description="The refresh, where one id was given; null for several, and when there are errors."
    )


@strawberry.input(description="What to refresh.")
class RefreshNowInput:
    ids: list[strawberry.ID] = strawberry.field(
        description="Global ids of 1 to 200 accounts, and videos that are tracked by themselves."
    )


@strawberry.type(description="Refreshes out of turn.")
class RefreshMutations:
    @resolver(
        "Refreshes accounts and videos before all that is due, also what is paused, once. The platform is asked anew, "
        "whoever else was told a moment ago. While a refresh waits or runs, asking again gives the same one. "
        "refreshProgress tells how it goes.",
        RefreshNowPayload,
    )
    @refusable
    async def refresh_now(
        info: Info, input: Annotated[RefreshNowInput, strawberry.argument(description="What to refresh.")]
    ) -> Change:
        context = info.context
        things = read_each(input.ids, _read_thing)
        answers = await refresh_now(context.viewer, things, context.refresh_spacing, now=context.now)
        change = report_each("ids", answers, lambda run: Change(run=run), of_objects=False)
        return replace(change, run=change.results[0].run) if len(change.results) == 1 else change


def _read_thing(id: strawberry.ID) -> Thing:
    type_name, uuid = decode_id(id)
    kind = KINDS.get(type_name)
    if kind is None:
        message = f"This is the id of another type ({type_name[:64]}); an id of Account or Video is wanted."
        raise InvalidInput(message)
    return kind, uuid
