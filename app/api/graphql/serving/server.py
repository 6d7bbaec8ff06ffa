"""The GraphQL endpoint: one request in, one answer out, with the status codes of GraphQL over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from graphql import ExecutionResult, OperationDefinitionNode, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.auth import read_viewer
from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.schema import executable
from app.api.graphql.serving.documents import Documents, choose_operation
from app.api.graphql.serving.errors import (
    BAD_USER_INPUT,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    PAYLOAD_TOO_LARGE,
    REQUEST_TIMEOUT,
    Error,
    show_document_error,
    show_execution_error,
    show_failure,
    show_message,
    show_unavailable,
)
from app.api.graphql.serving.execution import run
from app.api.graphql.serving.negotiation import GRAPHQL_RESPONSE, JSON, choose_media_type, wants_page
from app.api.graphql.serving.requests import GraphQLRequest, Refused, read_body_of, read_query_string
from app.api.graphql.serving.size import oversize
from app.api.limits import BodyTooLarge, BodyTooSlow, read_body
from app.domain.clock import Clock
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.runtime import is_database_away
from app.settings import Settings
from app.web.graphiql import graphiql_page

STATUS_OF_REQUEST_ERROR = {GRAPHQL_RESPONSE: HTTPStatus.BAD_REQUEST, JSON: HTTPStatus.OK}
"""Of a document that was read and cannot be executed; plain JSON clients of old expect 200."""

READS, WRITES = ("GET", "HEAD"), ("POST",)


class GraphQLServer:
    """The ASGI app at /graphql; in a browser it is GraphiQL."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._documents = Documents(executable, introspection=settings.introspection)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        if request.method in READS and wants_page(accept):
            return graphiql_page(request, self._settings.graphiql_key)
        media_type = choose_media_type(accept)
        try:
            if media_type is None:
                message = f"Answers are {GRAPHQL_RESPONSE} or {JSON}; Accept takes neither."
                raise Refused(HTTPStatus.NOT_ACCEPTABLE, show_message(message, NOT_ACCEPTABLE))
            status, body = await self._answer(request, media_type)
            return _response(status, media_type, body)
        except Refused as refused:
            return _response(refused.status, media_type or JSON, {"errors": [refused.error]}, refused.headers)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Exception as failure:
            answer = _unavailable(failure, request) if is_database_away(failure) else _failed(failure, request)
            return _response(answer.status, media_type or JSON, {"errors": [answer.error]}, answer.headers)

    async def _answer(self, request: Request, media_type: str) -> tuple[HTTPStatus, Mapping[str, Any]]:
        if request.method not in READS + WRITES:
            raise _not_allowed(f"{request.method} is not for GraphQL. Use POST, or GET for queries.", "GET, HEAD, POST")
        viewer = await self._read_viewer(request)
        asked = await self._read_request(request)
        document = self._documents.read(asked.query)
        if document.errors:
            return STATUS_OF_REQUEST_ERROR[media_type], {"errors": document.errors}
        operation = choose_operation(document, asked.operation_name)
        if not isinstance(operation, OperationDefinitionNode):
            return STATUS_OF_REQUEST_ERROR[media_type], {"errors": [operation]}
        if operation.operation is not OperationType.QUERY and request.method in READS:
            raise _not_allowed("GET only reads. Send mutations by POST.", "POST")
        assert document.node is not None
        if (too_large := oversize(executable, document.node, operation, asked.variables)) is not None:
            return STATUS_OF_REQUEST_ERROR[media_type], {"errors": [too_large]}
        now = self._clock()
        context = Context(viewer, now, Loaders(viewer, now))
        result = await run(request, document.node, operation, asked, context, hints=self._settings.introspection)
        for error in result.errors or ():
            if error.original_error is not None and is_database_away(error.original_error):
                raise _unavailable(error.original_error, request)
        return _show_result(result, media_type, request.state.request_id)

    async def _read_viewer(self, request: Request) -> Viewer:
        try:
            return await read_viewer(request.headers)
        except Unauthenticated as problem:
            error = show_message(problem.message, problem.code)
            raise Refused(HTTPStatus.UNAUTHORIZED, error, {"WWW-Authenticate": "Bearer"}) from None

    async def _read_request(self, request: Request) -> GraphQLRequest:
        if request.method in READS:
            return read_query_string(request.query_params)
        try:
            body = await read_body(request, self._settings.max_request_bytes)
        except BodyTooLarge as problem:
            error = show_message(str(problem), PAYLOAD_TOO_LARGE)
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error) from None
        except BodyTooSlow as problem:
            error = show_message(str(problem), REQUEST_TIMEOUT)
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, error, {"Connection": "close"}) from None
        return read_body_of(request.headers.get("content-type", ""), body)


def _show_result(result: ExecutionResult, media_type: str, request_id: str) -> tuple[HTTPStatus, Mapping[str, Any]]:
    """Status and body of what was executed. Without data and places, it failed before the first field."""
    if result.data is None and result.errors and not any(error.path for error in result.errors):
        errors: list[Error] = [show_document_error(error, BAD_USER_INPUT) for error in result.errors]
        return STATUS_OF_REQUEST_ERROR[media_type], {"errors": errors}
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [show_execution_error(error, request_id) for error in result.errors]
    return HTTPStatus.OK, body


def _not_allowed(message: str, allowed: str) -> Refused:
    return Refused(HTTPStatus.METHOD_NOT_ALLOWED, show_message(message, METHOD_NOT_ALLOWED), {"Allow": allowed})


def _unavailable(cause: BaseException, request: Request) -> Refused:
    error = show_unavailable(cause, request.state.request_id)
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, error, {"Retry-After": "1"})


def _failed(cause: BaseException, request: Request) -> Refused:
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, show_failure(cause, request.state.request_id))


def _response(
    status: HTTPStatus, media_type: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(msgspec.json.encode(body), status, headers={**content_type, **(headers or {})})
