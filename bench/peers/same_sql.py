"""The least that answers a REST route: Starlette, asyncpg and a fast encoder around the statements the route runs.

It looks no key up, takes nothing from a budget, checks nothing it is sent, and shows rows as they are.
"""

import os
import pickle
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.videos import open_pool, serve
from bench.statements import Statement

STATEMENTS = "PEER_STATEMENTS"
"""The variable of the environment that names a file: pickled, the statements of each path."""


def create_app(statements: Mapping[str, Sequence[Statement]]) -> Starlette:
    """A GET of each path, answered with the rows of its statements: a list of objects for each."""
    pools = list[asyncpg.Pool]()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with await open_pool() as pool:
            pools.append(pool)
            yield

    async def show(request: Request) -> Response:
        async with pools[0].acquire() as connection:
            asked = statements[request.url.path]
            answers = [await connection.fetch(statement.sql, *statement.values) for statement in asked]
        shown = [[dict(row) for row in rows] for rows in answers]
        return Response(msgspec.json.encode(shown), media_type="application/json")

    return Starlette(routes=[Route(path, show, methods=["GET"]) for path in statements], lifespan=lifespan)


if __name__ == "__main__":
    serve(create_app(pickle.loads(Path(os.environ[STATEMENTS]).read_bytes())))
