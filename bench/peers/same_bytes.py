"""The least that answers a look-up: Starlette around one GET of Valkey, whose bytes are the answer.

It looks no key up, takes nothing from a budget, and takes the name of what is kept from what it is sent.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.videos import serve

VALKEY = "PEER_VALKEY"
"""The variable of the environment that says where it is."""


def create_app() -> Starlette:
    """A POST of `{"url": …}` to any path below `/v1/`, answered with what is kept under path and link."""
    redis = Redis.from_url(os.environ[VALKEY])

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with redis:
            yield

    async def show(request: Request) -> Response:
        asked = msgspec.json.decode(await request.body())
        return Response(await redis.get(f"{request.url.path} {asked['url']}"), media_type="application/json")

    return Starlette(routes=[Route("/v1/{path:path}", show, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    serve(create_app())
