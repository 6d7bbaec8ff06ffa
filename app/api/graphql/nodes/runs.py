"""Refreshes in the graph, and the lists of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from app.api.graphql.connections import After, Before, Connection, First, Last, asked_page
from app.api.graphql.context import Info
from app.api.graphql.fields import related, resolver
from app.api.graphql.loaders import RunsAsked
from app.api.graphql.nodes.interfaces import Node, node_id
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import AnswerClass, RunState
from app.domain import records
from app.domain.records import Refreshable

if TYPE_CHECKING:
    from app.api.graphql.nodes.accounts import Account
    from app.api.graphql.nodes.videos import Video

Refreshed = records.Account | records.Video


@strawberry.type(description="What ran on one route of a provider of facts.")
class ProviderCall:
    provider: str = strawberry.field(description="Its name.")
    route: str = strawberry.field(description="Which of its ways to the facts.")
    answer_class: AnswerClass = strawberry.field(name="outcome", description="What its last answer amounted to.")
    http_status: int | None = strawberry.field(
        name="statusCode", description="HTTP status of its last answer; null when there was none."
    )
    upstream_code: str | None = strawberry.field(
        description="The platform's own number or word for a refusal; null where it gave none."
    )
    requests: int = strawberry.field(name="requestCount", description="Requests that were sent.")
    elapsed_ms: int = strawberry.field(name="milliseconds", description="How long all of them took.")
    cost: int = strawberry.field(
        default=0, description="Credits or units of quota that the provider charged; 0 where it charges nothing."
    )


@strawberry.type(description="One refresh of an account, or of a video by itself: when it ran, what came of it, why.")
class RefreshRun(Node):
    id: strawberry.ID = node_id("RefreshRun")
    state: RunState = strawberry.field(description="How far it has come.")
    is_manual: bool = strawberry.field(description="Whether somebody asked for it by refreshNow.")
    queued_at: datetime | None = strawberry.field(description="When somebody asked for it; null where nobody did.")
    started_at: datetime | None = strawberry.field(description="When it began; null before.")
    finished_at: datetime | None = strawberry.field(description="When it ended, whatever came of it; null before.")
    duration_ms: int | None = strawberry.field(
        name="durationMilliseconds", description="From its beginning to its end; null before."
    )
    answer_class: AnswerClass | None = strawberry.field(
        name="outcome",
        description="What the platform's answers amounted to; null before the end, and where it never came to asking.",
    )
    reason: str | None = strawberry.field(description="Why it came short, in a line; null where all went well.")
    calls: list[ProviderCall] = strawberry.field(
        description="What was asked of which provider, in that order; empty where recent facts would do."
    )
    posts_observed: int = strawberry.field(name="observedPostCount", description="Posts whose counters it stored.")
    used_recent_facts: bool = strawberry.field(
        description="Whether facts would do that were fetched minutes ago for another organization."
    )

    account: Annotated["Account", strawberry.lazy("app.api.graphql.nodes.accounts")] | None = related(
        "The account that was refreshed; null when it was a video, or is removed.", key="account_id", loader="accounts"
    )
    video: Annotated["Video", strawberry.lazy("app.api.graphql.nodes.videos")] | None = related(
        "The video that was refreshed; null when it was an account, or is removed.", key="video_id", loader="videos"
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Run)


def own_runs(kind: Refreshable, description: str) -> Any:
    """The field of the history of an account, or of a video."""

    async def refreshes(
        refreshed: strawberry.Parent[Refreshed],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> records.Page[records.Run]:
        page = asked_page(first, after, last, before)
        asked = RunsAsked(kind, page, with_total="totalCount" in selected_fields(info))
        return await info.context.loaders.listed_runs.load((refreshed.id, asked))

    return resolver(description, Connection[RefreshRun])(refreshes)
