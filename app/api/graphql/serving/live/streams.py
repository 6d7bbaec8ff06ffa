"""Event streams: one operation answered as server-sent events, in the "distinct connections" mode of graphql-sse."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import Send

from app.api.auth import read_key
from app.api.graphql.serving.callers import Caller
from app.api.graphql.serving.errors import Error, show_failure, show_message
from app.api.graphql.serving.live.connections import Ending, TooManyConnections
from app.api.graphql.serving.live.hub import Hub
from app.api.graphql.serving.live.outbox import Outbox
from app.api.graphql.serving.live.protocol import as_json
from app.api.graphql.serving.negotiation import EVENT_STREAM
from app.api.graphql.serving.operations import Plan
from app.api.graphql.serving.requests import GraphQLRequest, Refused
from app.core.access.keys import digest_of
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.settings import Settings

SIGN_OF_LIFE_SECONDS = 12.0
CLOSE_SECONDS = 2.0
SIGN_OF_LIFE = ":\n\n"
"""A comment: keeps proxies from ending what is silent, and finds out whether the caller is there."""
COMPLETE = "event: complete\ndata:\n\n"
HEADERS: Mapping[str, str] = {
    "Content-Type": f"{EVENT_STREAM}; charset=utf-8",
    "Cache-Control": "no-store",
    "Vary": "Accept",
    "X-Accel-Buffering": "no",  # nginx would collect events until they fill a buffer
}


def show_next(payload: str) -> str:
    """An event with what an operation was executed to. Lines end in LF alone: some clients know no other end."""
    return f"event: next\ndata: {payload}\n\n"


async def stream_subscription(
    request: Request,
    send: Send,
    caller: Caller,
    viewer: Viewer,
    asked: GraphQLRequest,
    plan: Plan,
    hub: Hub,
    settings: Settings,
) -> None:
    """Streams what a subscription shows until it is over or the caller goes. Raises Refused before it has begun."""
    stream = _Stream(request, send, viewer, settings)
    digest = digest_of(read_key(request.headers["authorization"]))
    try:
        with hub.connections.held(stream), hub.connections.of_key(stream, viewer.key_id, digest):
            feed = await hub.subscribe(caller, asked, plan, stream)
            try:
                await stream.serve()
            finally:
                hub.leave(feed, stream)
    except TooManyConnections as problem:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, show_message(problem.message, problem.code)) from None


async def stream_answer(send: Send, body: Mapping[str, object], headers: Mapping[str, str]) -> None:
    """An answer as a stream of one event."""
    await _start(send, headers)
    content = show_next(as_json(body)) + COMPLETE
    await send({"type": "http.response.body", "body": content.encode()})


async def _start(send: Send, headers: Mapping[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in {**headers, **HEADERS}.items()]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": raw})


class _Stream:
    """A subscription's only subscriber over one request."""

    __slots__ = (
        "__weakref__",
        "_has_begun",
        "_is_over",
        "_is_read",
        "_lifetime",
        "_outbox",
        "_request",
        "_send",
        "viewer",
    )

    def __init__(self, request: Request, send: Send, viewer: Viewer, settings: Settings) -> None:
        self.viewer = viewer
        self._request = request
        self._send = send
        self._has_begun = asyncio.Event()
        self._is_over = False
        self._is_read = True
        self._lifetime = asyncio.timeout(None)
        patience_seconds = settings.graphql_send_timeout_seconds
        self._outbox: Outbox[str | None] = Outbox(self._write, self._is_stuck, patience_seconds)

    async def serve(self) -> None:
        """Sends until it is over or the caller goes."""
        await _start(self._send, {})
        self._has_begun.set()
        self._put(SIGN_OF_LIFE)
        try:
            async with self._lifetime:
                while not self._is_over:
                    if await self._is_gone_within(SIGN_OF_LIFE_SECONDS):
                        return
                    self._put(SIGN_OF_LIFE)
        except TimeoutError as error:
            if not self._lifetime.expired():
                show_failure(error, self._request.state.request_id)
        except Exception as failure:
            show_failure(failure, self._request.state.request_id)
        finally:
            await self._outbox.close()
        if self._is_read:
            await self._end_body()

    async def _end_body(self) -> None:
        with suppress(OSError, TimeoutError):
            # Without "complete" where it ends before it is over: then clients ask again.
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "http.response.body", "body": b""})

    def next(self, payload: str) -> None:
        self._put(show_next(payload))

    def part(self, ending: Ending) -> None:
        """Ends it soon. Only for a key that has lost its force is it over; otherwise clients may ask again."""
        if ending is Ending.REVOKED:
            self.end([show_message(ending.value, Unauthenticated.code)])
        else:
            self._finish()

    def end(self, errors: Sequence[Error] = ()) -> None:
        if errors:
            self._put(show_next(as_json({"errors": errors})))
        self._put(COMPLETE)
        self._outbox.put(None, 0)

    def _put(self, event: str) -> None:
        self._outbox.put(event, len(event))

    async def _write(self, event: str | None) -> None:
        await self._has_begun.wait()
        if event is None:
            self._finish()
        else:
            await self._send({"type": "http.response.body", "body": event.encode(), "more_body": True})

    def _is_stuck(self) -> None:
        self._is_read = False
        self._finish()

    def _finish(self) -> None:
        self._is_over = True
        with suppress(RuntimeError):  # it has not begun, or has ended by itself
            self._lifetime.reschedule(asyncio.get_running_loop().time())

    async def _is_gone_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds) as silence:
                while (await self._request.receive())["type"] != "http.disconnect":
                    continue
                return True
        except TimeoutError:
            if not silence.expired():
                raise
            return False
