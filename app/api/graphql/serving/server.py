"""The GraphQL endpoint: one request in, one answer out, with the status codes of GraphQL over HTTP."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.auth import read_viewer
from app.api.graphql.serving.callers import READS, WRITES, caller_of
from app.api.graphql.serving.errors import (
    BATCH_NOT_SUPPORTED,
    NOT_ACCEPTABLE,
    PAYLOAD_TOO_LARGE,
    REQUEST_TIMEOUT,
    show_failure,
    show_message,
)
from app.api.graphql.serving.live.hub import Hub, NotSubscribed
from app.api.graphql.serving.live.sockets import SocketServer
from app.api.graphql.serving.live.streams import stream_answer, stream_subscription
from app.api.graphql.serving.negotiation import (
    GRAPHQL_RESPONSE,
    JSON,
    choose_media_type,
    choose_media_type_of_batch,
    wants_page,
    wants_stream,
)
from app.api.graphql.serving.operations import Answer, Operations, not_allowed, unavailable
from app.api.graphql.serving.requests import GraphQLRequest, Refused, read_body_of, read_query_string
from app.api.limits import BodyTooLarge, BodyTooSlow, read_body
from app.domain.clock import Clock
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.runtime import is_database_away
from app.settings import Settings
from app.web.graphiql import graphiql_page

STREAMED = ("GET", "POST")


class GraphQLServer:
    """The ASGI app at /graphql; in a browser it is GraphiQL."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._operations = Operations(settings, clock)
        self.hub = Hub(settings, clock, self._operations)
        """Takes subscriptions while it runs."""
        self.sockets = SocketServer(settings, clock, self._operations, self.hub)
        """The ASGI app for WebSockets at the same path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request, send)
        if response is None:  # it was streamed
            return
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        await response(scope, receive, send)

    async def _respond(self, request: Request, send: Send) -> Response | None:
        accept = request.headers.get("accept")
        if request.method in READS and wants_page(accept):
            return graphiql_page(request, self._settings.graphiql_key)
        is_stream = request.method in STREAMED and wants_stream(accept)
        media_type = JSON if is_stream else choose_media_type(accept)
        try:
            if media_type is None:
                message = f"Answers are {GRAPHQL_RESPONSE} or {JSON}; Accept takes neither."
                raise Refused(HTTPStatus.NOT_ACCEPTABLE, show_message(message, NOT_ACCEPTABLE))
            return await (self._stream(request, send) if is_stream else self._answer(request, media_type))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Exception as failure:
            refused = _refusal(failure, request)
            return _response(refused.status, media_type or JSON, {"errors": [refused.error]}, refused.headers)

    async def _answer(self, request: Request, media_type: str) -> Response:
        if request.method not in READS + WRITES:
            raise not_allowed(f"{request.method} is not for GraphQL. Use POST, or GET for queries.", "GET, HEAD, POST")
        viewer = await self._read_viewer(request)
        asked = await self._read_request(request)
        if not isinstance(asked, GraphQLRequest):
            return await self._answer_batch(request, viewer, asked)
        answer = await self._operations.answer(caller_of(request), viewer, asked)
        status = answer.status if media_type == GRAPHQL_RESPONSE else HTTPStatus.OK
        return _response(status, media_type, answer.body, answer.headers)

    async def _stream(self, request: Request, send: Send) -> Response | None:
        """Streams what an operation comes to. What keeps it from being executed is answered as JSON instead."""
        viewer = await self._read_viewer(request)
        asked = await self._read_request(request)
        if not isinstance(asked, GraphQLRequest):
            error = show_message("An event stream answers one operation, not a batch.", BATCH_NOT_SUPPORTED)
            raise Refused(HTTPStatus.BAD_REQUEST, error)
        caller = caller_of(request)
        plan = await self._operations.prepare(caller, viewer, asked)
        if plan.is_subscription:
            try:
                await stream_subscription(request, send, caller, viewer, asked, plan, self.hub, self._settings)
            except NotSubscribed as problem:
                return _response(problem.status, JSON, {"errors": problem.errors}, {})
            return None
        answer = await self._operations.execute(caller, viewer, asked, plan)
        if "data" not in answer.body:
            return _response(answer.status, JSON, answer.body, answer.headers)
        await stream_answer(send, answer.body, answer.headers)
        return None

    async def _answer_batch(self, request: Request, viewer: Viewer, batch: Sequence[GraphQLRequest]) -> Response:
        """The answers in the order of the batch, with 200: each says for itself how it went."""
        bodies: list[Mapping[str, Any]] = []
        headers: dict[str, str] = {}
        # One after the other: mutations do not race, and a request holds no more connections than one operation.
        for asked in batch:
            answer = await self._answer_of_batch(request, viewer, asked)
            bodies.append(answer.body)
            headers.update(answer.headers)
        return _response(HTTPStatus.OK, choose_media_type_of_batch(request.headers.get("accept")), bodies, headers)

    async def _answer_of_batch(self, request: Request, viewer: Viewer, asked: GraphQLRequest) -> Answer:
        try:
            return await self._operations.answer(caller_of(request), viewer, asked)
        except ClientDisconnect:
            raise
        except Exception as failure:
            refused = _refusal(failure, request)
            return Answer(refused.status, {"errors": [refused.error]}, refused.headers)

    async def _read_viewer(self, request: Request) -> Viewer:
        try:
            return await read_viewer(request)
        except Unauthenticated as problem:
            error = show_message(problem.message, problem.code)
            raise Refused(HTTPStatus.UNAUTHORIZED, error, {"WWW-Authenticate": "Bearer"}) from None

    async def _read_request(self, request: Request) -> GraphQLRequest | Sequence[GraphQLRequest]:
        if request.method in READS:
            return read_query_string(request.query_params.multi_items())
        try:
            body = await read_body(request, self._settings.max_request_bytes)
        except BodyTooLarge as problem:
            error = show_message(str(problem), PAYLOAD_TOO_LARGE)
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error) from None
        except BodyTooSlow as problem:
            error = show_message(str(problem), REQUEST_TIMEOUT)
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, error, {"Connection": "close"}) from None
        return read_body_of(request.headers.get("content-type", ""), body, self._settings.graphql_batch_size)


def _refusal(failure: Exception, request: Request) -> Refused:
    """What is answered when nothing was executed, or something of ours failed."""
    if isinstance(failure, Refused):
        return failure
    if is_database_away(failure):
        return unavailable(failure, request.state.request_id)
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, show_failure(failure, request.state.request_id))


def _response(
    status: HTTPStatus,
    media_type: str,
    body: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    headers: Mapping[str, str],
) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(msgspec.json.encode(body), status, headers={**content_type, **headers})
