"""Every subscription, put together. Its fields are resolved once for each event, from what the event shows."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.videos import Video
from app.api.graphql.subscriptions.topics import Progress, RefreshedAccount, RefreshedVideo
from app.domain import records

if TYPE_CHECKING:
    from app.api.graphql.nodes.runs import RefreshRun

Run = Annotated["RefreshRun", strawberry.lazy("app.api.graphql.nodes.runs")]


@strawberry.type(description="An account that was refreshed, as it is now.")
class AccountRefreshed:
    account: Account = strawberry.field(description="The account, with its new counters.")

    @resolver("The refresh; null once its history is deleted.", Run | None)
    async def run(refreshed: strawberry.Parent[RefreshedAccount], info: Info) -> records.Run | None:
        return await info.context.loaders.runs.load(refreshed.run_id)


@strawberry.type(description="A video that was refreshed, as it is now.")
class VideoRefreshed:
    video: Video = strawberry.field(description="The video, with its new counters.")

    @resolver("The refresh, of the video itself or of its account; null once its history is deleted.", Run | None)
    async def run(refreshed: strawberry.Parent[RefreshedVideo], info: Info) -> records.Run | None:
        return await info.context.loaders.runs.load(refreshed.run_id)


@strawberry.type(description="A refresh on its way, as it is now.")
class RefreshProgress:
    run: Run = strawberry.field(description="The refresh, which has come to another state.")
    ended: int = strawberry.field(name="endedCount", description="How many of the refreshes followed have ended.")
    followed: int = strawberry.field(name="runCount", description="How many refreshes are followed.")


@strawberry.type(description="Everything that can be followed as it happens, over a WebSocket or as an event stream.")
class Subscription:
    @resolver("Accounts, each as soon as a refresh of it is stored. Goes on until it is stopped.", AccountRefreshed)
    def account_refreshed(
        shown: strawberry.Parent[RefreshedAccount],
        account_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only these, up to 200 global ids of accounts; all without."),
        ] = UNSET,
    ) -> RefreshedAccount:
        return shown

    @resolver(
        "Videos, each as soon as a refresh of it is stored, its own or its account's. Goes on until it is stopped.",
        VideoRefreshed,
    )
    def video_refreshed(
        shown: strawberry.Parent[RefreshedVideo],
        video_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only these, up to 200 global ids of videos; all without."),
        ] = UNSET,
        account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only videos found in the feed of this account.")
        ] = UNSET,
    ) -> RefreshedVideo:
        return shown

    @resolver(
        "How refreshes go: each one's state at first, then whenever it changes. Completes when all of them have ended.",
        RefreshProgress,
    )
    def refresh_progress(
        shown: strawberry.Parent[Progress],
        run_ids: Annotated[list[strawberry.ID], strawberry.argument(description="Up to 200 global ids of refreshes.")],
    ) -> Progress:
        return shown
