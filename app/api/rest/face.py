"""A REST face: one request in, one answer out, the same way for every operation and dialect."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.auth import read_shown_key, shows_key
from app.api.budgets import budget_headers
from app.api.limits import BodyTooLarge, BodyTooSlow
from app.api.limits import read_body as read_bytes
from app.api.rest.answering import JSON, conditional, encoder, takes_json
from app.api.rest.operations import Answer, Call, OpenCall, Operation
from app.api.rest.paths import Paths
from app.api.rest.refusals import Refusal, refusal_of
from app.api.rest.repeats import Repeats
from app.api.rest.strict_json import AmbiguousJSON, BrokenJSON, read_json
from app.api.rest.values import FieldError, InvalidValues, read_members, read_query
from app.core.access.admission import Admissions
from app.core.access.budgets import Budget
from app.core.access.replays import once
from app.domain.clock import Clock
from app.domain.problems import Problem
from app.domain.viewer import Attempt, Reply, Viewer
from app.runtime import Runtime, is_database_away
from app.settings import Settings

log = logging.getLogger(__name__)

IDEMPOTENCY_KEY = "idempotency-key"
SERVER_IS_AWAY = "The database does not answer. Try again in a moment."
OUR_FAULT = "Something failed on our side. Quote the request id when you report it."
TOO_LONG = "The request ran for too long and was cancelled. Ask for less at once."


@dataclass(frozen=True, slots=True)
class Dialect:
    """In which words a face speaks: its name, where it is, and how it says no."""

    name: str
    prefix: str
    refuse: Callable[[Refusal, Request], Response]
    words: Mapping[str, str]
    """Its names of arguments that use cases call otherwise."""
    key_header: str | None = None
    """The header a key may stand in by itself, for callers who do not send it as a Bearer."""


Page: TypeAlias = Callable[[Request], Awaitable[Response]]
"""What people are shown at a path of the face, which needs no key."""


@dataclass(slots=True)
class _Asked:
    """A request under way; its headers grow."""

    request: Request
    headers: dict[str, str] = field(default_factory=dict)


class RestFace:
    """The ASGI app of a dialect, mounted at its prefix."""

    def __init__(
        self,
        dialect: Dialect,
        operations: list[Operation],
        settings: Settings,
        clock: Clock,
        per_minute: int,
        pages: Mapping[str, Page],
    ) -> None:
        self._dialect = dialect
        self._paths = Paths(operations)
        self._pages = pages
        self._settings = settings
        self._clock = clock
        self._admissions = Admissions(Budget(dialect.name, per_minute))
        self._repeats = Repeats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _Asked(Request(scope, receive))
        try:
            async with asyncio.timeout(self._settings.rest_timeout_seconds):
                response = await self._answer(asked)
        except ClientDisconnect:
            return
        except Exception as failure:
            response = self._dialect.refuse(self._refusal(failure, asked.request), asked.request)
        response.raw_headers.extend((name.encode(), value.encode()) for name, value in asked.headers.items())
        await response(scope, receive, send)

    async def _answer(self, asked: _Asked) -> Response:
        request = asked.request
        path = request.scope["path"].removeprefix(f"{self._dialect.prefix}/").removesuffix("/")
        page = self._pages.get(path)
        if page is not None:
            return _options(["GET"]) if _method(request, ["GET"]) is None else await page(request)
        runtime: Runtime = request.app.state.runtime
        now = self._clock()
        try:
            operations, texts = self._at(path)
            method = _method(request, operations)
        except Refusal:
            # What is refused is counted, and told in the headers, as well.
            if shows_key(request.headers, self._dialect.key_header):
                await self._admit(asked, runtime, now)
            raise
        if method is None:
            return _options(operations)
        operation = operations[method]
        if operation.scope is None:
            _require_json_taken(request)
            return _response(operation, request, await operation.act(OpenCall(request, runtime, now)))
        viewer = await self._admit(asked, runtime, now)
        _require_json_taken(request)
        viewer.require(operation.scope)
        query = None if operation.query is None else read_query(operation.query, request.query_params.multi_items())
        sent = None if operation.body is None else await self._read_body(request)
        if sent is not None and (repeated := self._repeats.find(operation.id, sent, now)) is not None:
            return Response(repeated, media_type=JSON)
        members = None if sent is None else read_json(sent)
        body = None if operation.body is None else read_members(operation.body, members)
        ids = {name: _read_id(name, text) for name, text in texts.items()}
        call = Call(request, runtime, now, viewer, ids, query, body)
        key = request.headers.get(IDEMPOTENCY_KEY)
        if operation.is_create and key is not None:
            return await self._answer_once(operation, call, key, members)
        answer = await operation.act(call)
        if sent is not None and answer.repeat is not None:
            self._repeats.keep(operation.id, sent, encoder.encode(answer.repeat.body), answer.repeat.good_until)
        return _response(operation, request, answer)

    async def _admit(self, asked: _Asked, runtime: Runtime, now: datetime) -> Viewer:
        """Who asks, with the request taken from the budget of the key."""
        token = read_shown_key(asked.request.headers, self._dialect.key_header)
        viewer, standing = await self._admissions.admit(runtime.redis, token, now=now)
        asked.headers.update(budget_headers(standing))
        runtime.usage.note(viewer.organization_id, self._dialect.name, points=1, now=now)
        return viewer

    def _at(self, path: str) -> tuple[Mapping[str, Operation], Mapping[str, str]]:
        """The operations at a path, and the texts of its ids. Raises Refusal."""
        found = self._paths.find(path)
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "Nothing is at this path.")
        return found

    async def _read_body(self, request: Request) -> bytes:
        media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
        charsets = [value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
        if media_type != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the body as {JSON} in UTF-8.")
        try:
            return await read_bytes(request, self._settings.max_request_bytes)
        except BodyTooLarge as problem:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(problem)) from None
        except BodyTooSlow as problem:
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, str(problem), headers={"Connection": "close"}) from None

    async def _answer_once(self, operation: Operation, call: Call[Any, Any], key: str, members: object) -> Response:
        """The answer of a create that happens once under its key, in bytes kept with what it created."""

        async def act() -> Reply:
            answer: Answer[Any] = await operation.act(call)
            return Reply(answer.status, answer.headers, encoder.encode(answer.body))

        route = f"{operation.method} {self._dialect.prefix}{operation.path}"
        digest = sha256(json.dumps(members, sort_keys=True).encode()).digest()
        attempt = Attempt(self._dialect.name, key, route, digest)
        reply, _ = await once(call.viewer, attempt, act, now=call.now)
        return Response(reply.body, reply.status, dict(reply.headers), JSON)

    def _refusal(self, failure: Exception, request: Request) -> Refusal:
        if isinstance(failure, Refusal):
            return failure
        if isinstance(failure, Problem):
            return refusal_of(failure, self._dialect.words)
        if isinstance(failure, InvalidValues):
            return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, _in_short(failure), errors=failure.errors)
        if isinstance(failure, BrokenJSON):
            return Refusal(HTTPStatus.BAD_REQUEST, str(failure))
        if isinstance(failure, AmbiguousJSON):
            errors = [FieldError(failure.path, str(failure))]
            return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{failure.path}: {failure}", errors=errors)
        request_id = request.state.request_id
        if isinstance(failure, TimeoutError):
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, TOO_LONG, headers={"Retry-After": "1"})
        if is_database_away(failure):
            log.error("Request %s failed: the database does not answer (%s)", request_id, type(failure).__name__)
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, SERVER_IS_AWAY, headers={"Retry-After": "1"})
        log.error("Request %s failed", request_id, exc_info=failure)
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, OUR_FAULT)


def _read_id(name: str, text: str) -> UUID:
    try:
        return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        raise InvalidValues([FieldError(name, "It takes a UUID.")]) from None


def _response(operation: Operation, request: Request, answer: Answer[Any]) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    body = encoder.encode(answer.body)
    if operation.method != "GET":
        return Response(body, answer.status, dict(answer.headers), JSON)
    status, body, headers = conditional(body, answer.headers, request.headers)
    return Response(body, status, headers)


def _method(request: Request, methods: Collection[str]) -> str | None:
    """Which of the methods of a path is asked for; None when it is they themselves. Raises Refusal."""
    method = "GET" if request.method == "HEAD" else request.method
    if method in methods:
        return method
    if method == "OPTIONS":
        return None
    message = f"{request.method[:16]} is not for this path."
    raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, message, headers=_allow(methods))


def _options(methods: Collection[str]) -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_allow(methods))


def _allow(methods: Collection[str]) -> dict[str, str]:
    return {"Allow": ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))}


def _require_json_taken(request: Request) -> None:
    if not takes_json(request.headers):
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Answers are {JSON}; Accept does not take that.")


def _in_short(invalid: InvalidValues) -> str:
    first, *others = invalid.errors
    detail = f"{first.field}: {first.message}" if first.field else first.message
    return f"{detail} And {len(others)} more." if others else detail
