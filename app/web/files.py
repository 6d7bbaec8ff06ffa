"""The bundled files of the pages: their folders carry the version, so they never change."""

import asyncio
import gzip
import os
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).with_name("assets")
IMMUTABLE = "public, max-age=31536000, immutable"


class BundledFiles(StaticFiles):
    """The ASGI app at /assets; whoever takes gzip gets a quarter of the bytes."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        headers = Headers(scope=scope)
        whole = isinstance(response, FileResponse) and "range" not in headers
        if not whole or "gzip" not in headers.get("accept-encoding", ""):
            return response
        assert isinstance(response, FileResponse)
        content = await asyncio.to_thread(_compressed, str(response.path))
        kept = {name: value for name, value in response.headers.items() if name in ("cache-control", "vary")}
        return Response(content, headers={**kept, "Content-Encoding": "gzip"}, media_type=response.media_type)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = IMMUTABLE
        response.headers["Vary"] = "Accept-Encoding"
        return response


@cache
def _compressed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes(), mtime=0)
