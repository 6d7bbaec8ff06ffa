"""The exports' endpoint: one request in, one file out, streamed as fast as it is taken."""

import asyncio
import logging
from contextlib import aclosing
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.auth import read_viewer
from app.api.connected import while_connected
from app.api.exports.arguments import ARGUMENTS, Export, open_export
from app.api.exports.formats import FORMATS, Format, write_table
from app.api.names import in_camel_case
from app.api.problems import problem_response, show_problem
from app.core.access.turns import TurnTaken, take_turn
from app.domain.clock import Clock
from app.domain.problems import Problem
from app.runtime import Runtime, is_database_away

FACE = "exports"
RETRY_AFTER_SECONDS = 5
DATABASE_IS_AWAY = "The database does not answer. Try again in a moment."
ERROR_ON_OUR_SIDE = "Something failed on our side. Quote the request id when you report it."

logger = logging.getLogger(__name__)


class ExportServer:
    """The ASGI app at /exports/{name}.{ending}, for GET and HEAD. A key has one export running at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        refusal = await self._serve(request, receive, send)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _serve(self, request: Request, receive: Receive, send: Send) -> Response | None:
        """Sends the export, or gives the answer that says why not."""
        name, format = request.path_params["name"], FORMATS.get(request.path_params["ending"])
        if name not in ARGUMENTS or format is None:
            known = f"{', '.join(ARGUMENTS)}, each as .{' and .'.join(FORMATS)}"
            return problem_response(HTTPStatus.NOT_FOUND, f"There is no such export; there are {known}.")
        try:
            viewer, now = await read_viewer(request), self._clock()
            export = await open_export(name, viewer, request.query_params.multi_items(), now)
            if request.method == "HEAD":
                await _start(send, export, format)
                await send({"type": "http.response.body", "body": b""})
                return None
            runtime: Runtime = request.app.state.runtime
            async with take_turn(runtime.redis, "export", viewer.key_id):
                runtime.usage.note(viewer.organization_id, FACE, points=0, now=now)
                await _stream(request, receive, send, export, format)
            return None
        except TurnTaken as problem:
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return problem_response(HTTPStatus.TOO_MANY_REQUESTS, problem.message, code=problem.code, headers=headers)
        except Problem as problem:
            return show_problem(problem, [in_camel_case(part) for part in problem.path])
        except Exception as failure:
            return _show_failure(failure, request)


async def _start(send: Send, export: Export, format: Format) -> None:
    headers = MutableHeaders(
        {
            "Content-Type": format.media_type,
            "Content-Disposition": f'attachment; filename="{export.name}.{format.ending}"',
            "Cache-Control": "no-store",
        }
    )
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers.raw})


async def _stream(request: Request, receive: Receive, send: Send, export: Export, format: Format) -> None:
    """Sends the file. What fails on the way is logged, and leaves the body without its end, as the caller notices."""

    async def send_all() -> None:
        await _start(send, export, format)
        async with aclosing(write_table(export.table, export.records, format)) as chunks:
            async for chunk in chunks:
                # Returns once the caller keeps up: nothing is read for somebody who does not take it.
                await send({"type": "http.response.body", "body": chunk.content, "more_body": True})
                await asyncio.sleep(0)  # others have their turn between two chunks, however fast this caller is
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    try:
        await while_connected(receive, send_all(), unwatched_seconds=0)
    except ClientDisconnect:
        pass
    except Exception as failure:
        _log(failure, request)


def _show_failure(failure: Exception, request: Request) -> Response:
    _log(failure, request)
    if is_database_away(failure):
        headers = {"Retry-After": "1"}
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, DATABASE_IS_AWAY, headers=headers)
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, ERROR_ON_OUR_SIDE)


def _log(failure: Exception, request: Request) -> None:
    request_id = request.state.request_id
    if is_database_away(failure):
        logger.error("Request %s failed: the database does not answer (%s)", request_id, type(failure).__name__)
    else:
        logger.error("Request %s failed", request_id, exc_info=failure)
