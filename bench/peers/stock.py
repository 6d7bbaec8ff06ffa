"""Strawberry as its documentation has it: types, a resolver for each relation, a DataLoader behind it, its ASGI app."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import asyncpg
import strawberry
from starlette.applications import Starlette
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.utils.str_converters import to_snake_case

from bench.peers.videos import (
    ACCOUNT,
    ACCOUNTS,
    CREATOR,
    CREATORS,
    VIDEO,
    VIDEOS,
    open_pool,
    organization,
    serve,
    show_time,
)

CACHED = "cached"
"""The argument with which documents are parsed and validated once."""

BigInt = NewType("BigInt", int)
SCALARS: Mapping[object, Any] = {
    BigInt: strawberry.scalar(name="BigInt"),
    datetime: strawberry.scalar(name="DateTime", serialize=show_time),
}


@dataclass(frozen=True)
class Context:
    """What one request works with."""

    pool: asyncpg.Pool
    owner: UUID
    accounts: "DataLoader[UUID, Account | None]"
    creators: "DataLoader[UUID, Creator | None]"


Info = strawberry.Info[Context, None]


@strawberry.type
class Creator:
    id: UUID
    name: str


@strawberry.type
class Account:
    id: UUID
    handle: str
    display_name: str | None
    biography: str | None
    picture_url: str | None
    follower_count: BigInt | None
    creator_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def creator(self, info: Info) -> Creator | None:
        return None if self.creator_id is None else await info.context.creators.load(self.creator_id)


@strawberry.type
class Video:
    id: UUID
    external_id: str
    shortcode: str | None
    caption: str | None
    published_at: datetime | None
    duration_seconds: int | None
    thumbnail_url: str | None
    is_pinned: bool
    view_count: BigInt | None
    like_count: BigInt | None
    comment_count: BigInt | None
    share_count: BigInt | None
    account_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def account(self, info: Info) -> Account | None:
        return None if self.account_id is None else await info.context.accounts.load(self.account_id)


@strawberry.type
class VideoConnection:
    nodes: list[Video]


@strawberry.type
class Query:
    @strawberry.field
    async def videos(self, info: Info, first: int) -> VideoConnection:
        rows = await info.context.pool.fetch(VIDEOS, info.context.owner, first)
        return VideoConnection(nodes=[Video(**values(OF_VIDEO, row), account_id=row["account_id"]) for row in rows])


def attributes(fields: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """The attributes of a type with those fields, and the columns they are filled from."""
    return [(to_snake_case(field), column) for field, column in fields.items()]


OF_VIDEO, OF_ACCOUNT, OF_CREATOR = attributes(VIDEO), attributes(ACCOUNT), attributes(CREATOR)


def values(of: Sequence[tuple[str, str]], row: asyncpg.Record) -> dict[str, Any]:
    """The values of a row by the attributes of a type."""
    return {attribute: row[column] for attribute, column in of}


def new_context(pool: asyncpg.Pool, owner: UUID) -> Context:
    """A request's context, with loaders of its own."""

    async def load_accounts(ids: Sequence[UUID]) -> list[Account | None]:
        rows = await pool.fetch(ACCOUNTS, owner, list(ids))
        found = {row["id"]: Account(**values(OF_ACCOUNT, row), creator_id=row["creator_id"]) for row in rows}
        return [found.get(id) for id in ids]

    async def load_creators(ids: Sequence[UUID]) -> list[Creator | None]:
        rows = await pool.fetch(CREATORS, owner, list(ids))
        found = {row["id"]: Creator(**values(OF_CREATOR, row)) for row in rows}
        return [found.get(id) for id in ids]

    return Context(pool, owner, DataLoader(load_accounts), DataLoader(load_creators))


def create_app(*, is_cached: bool) -> Starlette:
    """GraphQL at /graphql."""
    owner, pools = organization(), list[asyncpg.Pool]()

    class Server(GraphQL[Context, None]):
        async def get_context(self, request: Any, response: Any) -> Context:
            return new_context(pools[0], owner)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with await open_pool() as pool:
            pools.append(pool)
            yield

    extensions: list[Any] = [ParserCache, ValidationCache] if is_cached else []
    schema = strawberry.Schema(Query, extensions=extensions, config=StrawberryConfig(scalar_map=SCALARS))
    app = Starlette(lifespan=lifespan)
    app.add_route("/graphql", Server(schema))  # type: ignore[arg-type]
    return app


if __name__ == "__main__":
    serve(create_app(is_cached=CACHED in sys.argv[1:]))
