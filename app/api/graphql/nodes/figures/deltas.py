"""View deltas of videos."""

from datetime import date

import strawberry

from app.api.graphql.fields import related, resolver
from app.api.graphql.nodes.videos import Video
from app.api.graphql.values.ids import encode_id
from app.api.graphql.values.scalars import BigInt
from app.domain import records


@strawberry.type(description="Views gained over one look-back.")
class ViewDelta:
    days: int = strawberry.field(description="That many dates ending today, today included.")
    views: BigInt | None = strawberry.field(description="Views gained in them; null for a video never measured.")


@strawberry.type(description="The look-backs of one video.")
class VideoDeltas:
    video: Video = related("The video.", key="video_id", loader="videos")
    deltas: list[ViewDelta] = strawberry.field(description="Each look-back once, the shortest first.")


@strawberry.type(description="Views gained by videos in the last days.")
class ViewDeltas:
    today: date = strawberry.field(description="The last date of every look-back.")
    timezone: str = strawberry.field(description="The IANA zone the days are of.")
    days: list[int] = strawberry.field(description="The look-backs, each once, the shortest first.")
    videos: list[VideoDeltas] = strawberry.field(name="rows", description="The videos, in the order asked for.")

    @resolver("The ids of which there is nothing in the organization.")
    def not_found(deltas: strawberry.Parent[records.ViewDeltas]) -> list[strawberry.ID]:
        return [encode_id("Video", id) for id in deltas.not_found]
