"""`img.sandbox`: covers and avatars, small pictures that depend on their address alone."""

import struct
import zlib
from functools import lru_cache
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

SIDE = 48
KEPT_IMAGES = 512
WEEK = 7 * 86_400


class Images:
    """The surface. Every address that ends in .png is a picture of SIDE by SIDE pixels."""

    def __init__(self) -> None:
        self.routes = Router([Route("/{path:path}", self.image)])

    async def image(self, request: Request) -> Response:
        path = request.path_params["path"]
        if not path.endswith(".png"):
            return Response("Not found", 404)
        return Response(
            picture(path), media_type="image/png", headers={"Cache-Control": f"public, max-age={WEEK}, immutable"}
        )


@lru_cache(KEPT_IMAGES)
def picture(name: str) -> bytes:
    """A PNG: two colours that meet along a slanted edge, both of them and the edge chosen by the name."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    slope, start = digest[6] % 5 - 2, digest[7] % SIDE
    rows = b"".join(
        b"\0" + bytes(int(column * 2 + slope * row > start * 2) for column in range(SIDE)) for row in range(SIDE)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", digest[:6]),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
