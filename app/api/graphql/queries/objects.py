"""Reading one thing, or the list of all things of a kind."""

from typing import Annotated
from uuid import UUID

import strawberry

from app.api.graphql.connections import Connection
from app.api.graphql.context import Context, Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes import organizations
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.interfaces import Node
from app.api.graphql.nodes.lists import every_account, every_creator, every_video
from app.api.graphql.nodes.search import SearchResults
from app.api.graphql.nodes.videos import Video
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.enums import Platform
from app.api.graphql.values.ids import decode_id, decode_id_of
from app.core.analytics import search as searching
from app.core.tracking.accounts import find_account
from app.domain import records, viewer
from app.domain.problems import InvalidInput

MOST_NODES = 200


async def _load_node(context: Context, type_name: str, id: UUID) -> object | None:
    """The record behind a global id, or None."""
    match type_name:
        case "Account":
            return await context.loaders.accounts.load(id)
        case "Creator":
            return await context.loaders.creators.load(id)
        case "Video":
            return await context.loaders.videos.load(id)
        case "RefreshRun":
            return await context.loaders.runs.load(id)
        case "ApiKey":
            return await context.loaders.keys.load(id)
        case "Organization" if id == context.viewer.organization_id:
            return context.viewer
    return None


@strawberry.type(description="Reading things and lists of them.")
class ObjectQueries:
    @resolver("A tracked account; null when there is none.", Account | None)
    async def account(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an account.")]
    ) -> records.Account | None:
        return await info.context.loaders.accounts.load(decode_id_of("Account", id, "id"))

    @resolver("The tracked account of a handle; null when it is not tracked.", Account | None)
    async def account_by_handle(
        info: Info,
        platform: Annotated[Platform, strawberry.argument(description="The platform it lives on.")],
        handle: Annotated[
            str,
            strawberry.argument(
                description="Its handle, with or without @, or its profile URL; on YouTube also a channel id."
            ),
        ],
    ) -> records.Account | None:
        return await find_account(info.context.viewer, platform, handle)

    accounts: Connection[Account] = every_account()

    @resolver("A creator; null when there is none.", Creator | None)
    async def creator(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a creator.")]
    ) -> records.Creator | None:
        return await info.context.loaders.creators.load(decode_id_of("Creator", id, "id"))

    creators: Connection[Creator] = every_creator()

    @resolver("A video; null when there is none.", Video | None)
    async def video(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a video.")]
    ) -> records.Video | None:
        return await info.context.loaders.videos.load(decode_id_of("Video", id, "id"))

    videos: Connection[Video] = every_video()

    @resolver("The object of a global id; null when there is none.", Node | None)
    async def node(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
    ) -> object | None:
        return await _load_node(info.context, *decode_id(id, "id"))

    @resolver("The objects of up to 200 global ids, in their order.", list[Node | None])
    def nodes(
        info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids, at most 200.")]
    ) -> list[object]:
        if len(ids) > MOST_NODES:
            raise InvalidInput(f"There are {len(ids)} ids; {MOST_NODES} are allowed.", "ids")
        return [_load_node(info.context, *decoded) for decoded in [decode_id(id, "ids") for id in ids]]

    @resolver("What holds a piece of text, whatever its case and accents. Blank text finds nothing.", SearchResults)
    async def search(
        info: Info,
        text: Annotated[
            str,
            strawberry.argument(
                description="Up to 128 characters; fewer than 3 are found at the start of a line, more anywhere."
            ),
        ],
        limit: Annotated[
            int | None, strawberry.argument(description="At most that many in each section, 1 to 25.")
        ] = searching.DEFAULT_LIMIT,
    ) -> searching.SearchResults:
        selected = selected_fields(info)
        sections = [section for section in searching.Section if section in selected]
        size = searching.DEFAULT_LIMIT if limit is None else limit
        return await searching.search(info.context.viewer, text, size, sections=sections)

    @resolver("Who asks: the API key and its organization.", organizations.Viewer)
    def viewer(info: Info) -> viewer.Viewer:
        return info.context.viewer
