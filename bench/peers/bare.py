"""The least that serves the nested list: Starlette, asyncpg and a fast encoder, without GraphQL, keys or budgets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.videos import ACCOUNT, ACCOUNTS, CREATOR, CREATORS, VIDEO, VIDEOS, open_pool, organization, serve


def create_app() -> Starlette:
    """One route, whose POST `{"variables": {"first": 50}}` is answered with what the GraphQL query asks for."""
    owner, pools = organization(), list[asyncpg.Pool]()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with await open_pool() as pool:
            pools.append(pool)
            yield

    async def list_videos(request: Request) -> Response:
        asked = msgspec.json.decode(await request.body())
        async with pools[0].acquire() as connection:
            videos = await connection.fetch(VIDEOS, owner, asked["variables"]["first"])
            accounts = await connection.fetch(ACCOUNTS, owner, list({row["account_id"] for row in videos}))
            creators = await connection.fetch(CREATORS, owner, list({row["creator_id"] for row in accounts}))
        shown_creators = {row["id"]: show(CREATOR, row) for row in creators}
        shown_accounts: dict[UUID, Mapping[str, Any]] = {
            row["id"]: {**show(ACCOUNT, row), "creator": shown_creators.get(row["creator_id"])} for row in accounts
        }
        nodes = [{**show(VIDEO, row), "account": shown_accounts.get(row["account_id"])} for row in videos]
        return Response(msgspec.json.encode({"data": {"videos": {"nodes": nodes}}}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", list_videos, methods=["POST"])], lifespan=lifespan)


def show(fields: Mapping[str, str], row: asyncpg.Record) -> dict[str, Any]:
    """What an answer shows of a row."""
    return {field: row[column] for field, column in fields.items()}


if __name__ == "__main__":
    serve(create_app())
