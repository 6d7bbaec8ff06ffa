"""Leaderboards in the graph."""

from datetime import date
from typing import Any

import strawberry

from app.api.graphql.connections import Paged
from app.api.graphql.fields import related, resolver
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.figures.metrics import shown
from app.api.graphql.nodes.videos import Video
from app.domain import records


@strawberry.interface(description="One place of a leaderboard.")
class Ranked:
    rank: int = strawberry.field(description="1 for the first; nobody shares a rank.")
    previous_rank: int = strawberry.field(description="The rank in the window before, among the same ones.")
    is_complete: bool = strawberry.field(
        description="False when the window begins before anything of it was first measured."
    )

    @resolver("The metric in the window, ratios to 4 decimals; null while unknown.", float | None)
    def value(row: strawberry.Parent[records.RankedSubject]) -> float | None:
        return shown(row.value)

    @resolver("The metric in the window before; null while unknown.", float | None)
    def previous_value(row: strawberry.Parent[records.RankedSubject]) -> float | None:
        return shown(row.previous_value)


@strawberry.type(description="An account in its place.")
class RankedAccount(Ranked):
    account: Account = related("The account.", key="subject_id", loader="accounts")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.RankedSubject)


@strawberry.type(description="A creator in its place.")
class RankedCreator(Ranked):
    creator: Creator = related("The creator.", key="subject_id", loader="creators")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.RankedSubject)


@strawberry.type(description="A video in its place.")
class RankedVideo(Ranked):
    video: Video = related("The video.", key="subject_id", loader="videos")

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.RankedSubject)


@strawberry.interface(description="A page of a ranking over a window.")
class Leaderboard:
    start: date = strawberry.field(description="The first date of the window.")
    end: date = strawberry.field(description="The last date of the window.")
    previous_start: date = strawberry.field(description="The first date of the window before.")
    previous_end: date = strawberry.field(description="The last date of the window before.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    ranked_count: int = strawberry.field(description="How many take part.")


@strawberry.type(description="Accounts ranked over a window, a page of them.")
class AccountLeaderboardConnection(Paged[RankedAccount], Leaderboard):
    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Leaderboard)


@strawberry.type(description="Creators ranked over a window, a page of them.")
class CreatorLeaderboardConnection(Paged[RankedCreator], Leaderboard):
    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Leaderboard)


@strawberry.type(description="Videos ranked over a window, a page of them.")
class VideoLeaderboardConnection(Paged[RankedVideo], Leaderboard):
    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, records.Leaderboard)
