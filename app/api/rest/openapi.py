"""The OpenAPI document of a face, made of the very types that check its requests and shape its answers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import NoneType
from typing import Any

import msgspec

from app.api.rest.examples import example_of
from app.api.rest.operations import Operation
from app.api.rest.schemas import body_schemas, parameter_schemas, shown_schemas
from app.domain.viewer import Scope

PROBLEM_MEDIA_TYPE = "application/problem+json"
KEY_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
EVERY_REFUSAL = (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.INTERNAL_SERVER_ERROR)
BODY_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

HEADERS: Mapping[str, tuple[str, str]] = {
    "X-Request-ID": ("string", "The caller's own, or one that is made."),
    "ETag": ("string", "Of these bytes alone; send it as If-None-Match."),
    "Cache-Control": ("string", "private, no-cache: ask again, with the ETag."),
    "Link": ("string", 'Absolute URLs of the page with rel="first", and of the next one with rel="next".'),
    "Location": ("string", "Where what was created is."),
    "Retry-After": ("integer", "In how many seconds to try again."),
    "WWW-Authenticate": ("string", "Bearer."),
}
"""Headers of answers by name: the type of the value, and what it tells."""
OF_REFUSALS: Mapping[HTTPStatus, Sequence[str]] = {
    HTTPStatus.UNAUTHORIZED: ["WWW-Authenticate"],
    HTTPStatus.TOO_MANY_REQUESTS: ["Retry-After"],
    HTTPStatus.SERVICE_UNAVAILABLE: ["Retry-After"],
}

BEARER: Mapping[str, str] = {"type": "http", "scheme": "bearer", "description": "A key of an organization."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a document says of a face as a whole."""

    title: str
    version: str
    description: str
    contact: Mapping[str, str]
    license: Mapping[str, str]
    server: str
    """The path of the face, to which the paths of operations are added."""
    tags: Mapping[str, str]
    problem: type
    """The shape of a refusal."""
    refused: Callable[[HTTPStatus], object]
    """An example of one."""
    headers: Mapping[str, tuple[str, str]]
    """Headers of every answer to a known key: the type of the value, and what it tells."""
    extra: Mapping[str, Any]
    usual: Mapping[str, object]
    """Values that examples show, by the names of fields and enums."""
    problem_media_type: str = PROBLEM_MEDIA_TYPE
    statuses: Mapping[HTTPStatus, HTTPStatus] = field(default_factory=dict)
    """By which the face answers, where those are others than usual."""
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"key": BEARER})
    """The ways to send a key, each enough by itself."""


def document(head: Head, operations: Sequence[Operation]) -> dict[str, Any]:
    """The document as plain data, the same each time."""
    shown = [operation.shows for operation in operations if operation.shows is not NoneType]
    of_answers, components = shown_schemas([*shown, head.problem])
    taken = [operation.body for operation in operations if operation.body is not None]
    of_bodies, of_requests = body_schemas(taken)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _describe(head, operation, of_answers.get(operation.shows), of_bodies.get(operation.body))
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": head.title,
            "version": head.version,
            "description": head.description,
            "contact": head.contact,
            "license": head.license,
        },
        **head.extra,
        "servers": [{"url": head.server}],
        "tags": [{"name": name, "description": text} for name, text in head.tags.items()],
        "security": [{name: []} for name in head.keys],
        "paths": paths,
        "components": {
            "schemas": {**components, **of_requests},
            "responses": _refusals(head, operations, of_answers[head.problem]),
            "headers": {
                name: {"schema": {"type": kind}, "description": text}
                for name, (kind, text) in {**HEADERS, **head.headers}.items()
            },
            "securitySchemes": head.keys,
        },
    }
    plain: dict[str, Any] = msgspec.to_builtins(whole)
    return plain


def _describe(head: Head, operation: Operation, shown: Any, taken: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary.removesuffix("."),
        "description": operation.description or operation.summary,
        "parameters": list(_parameters(operation)),
        "responses": _responses(head, operation, shown),
    }
    if operation.scope is None:
        described["security"] = []
    if taken is not None:
        content = {"schema": taken, "example": operation.example}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        schema: dict[str, Any] = {"type": "string", "format": "uuid"}
        words = name.removesuffix("_id").replace("_", " ")
        yield {"name": name, "in": "path", "required": True, "schema": schema, "description": f"Id of the {words}."}
    if operation.query is not None:
        for name, schema, is_required in parameter_schemas(operation.query):
            text = schema.pop("description", "")
            yield {"name": name, "in": "query", "required": is_required, "schema": schema, "description": text}
    if operation.is_create:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"}
        text = "The same request under the same key within 24 hours creates nothing more and has the same answer."
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema, "description": text}


def _responses(head: Head, operation: Operation, shown: Any) -> dict[str, Any]:
    common = [*([] if operation.scope is None else head.headers), "X-Request-ID"]
    cached = ["ETag", "Cache-Control"] if operation.method == "GET" else []
    responses: dict[str, Any] = {}
    for status in (operation.status, *operation.also):
        more = [*(["Location"] if status is HTTPStatus.CREATED else []), *(["Link"] if _is_paged(operation) else [])]
        responses[str(status.value)] = {"description": status.phrase, "headers": _headers([*common, *cached, *more])}
        if shown is not None:
            content = {"schema": shown, "example": example_of(operation.shows, head.usual)}
            responses[str(status.value)]["content"] = {"application/json": content}
    if operation.method == "GET":
        text = "The caller has this representation already, by `If-None-Match`."
        responses["304"] = {"description": text, "headers": _headers([*common, *cached])}
    for status in _refused_with(head, operation):
        responses[str(status.value)] = {"$ref": f"#/components/responses/{_name(status)}"}
    return dict(sorted(responses.items()))


def _refused_with(head: Head, operation: Operation) -> set[HTTPStatus]:
    """The statuses of an operation's refusals, as the face answers them."""
    return {head.statuses.get(status, status) for status in refusals(operation)}


def _refusals(head: Head, operations: Iterable[Operation], problem: Any) -> dict[str, Any]:
    """Every refusal by the name of its status."""
    statuses = {status for operation in operations for status in _refused_with(head, operation)}
    return {
        _name(status): {
            "description": status.phrase,
            # Without a known key there is no budget to tell of.
            "headers": _headers(
                [
                    *([] if status is HTTPStatus.UNAUTHORIZED else head.headers),
                    *("X-Request-ID", *OF_REFUSALS.get(status, [])),
                ]
            ),
            "content": {head.problem_media_type: {"schema": problem, "example": head.refused(status)}},
        }
        for status in sorted(statuses)
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _name(status: HTTPStatus) -> str:
    return status.name.title().replace("_", "")


def _is_paged(operation: Operation) -> bool:
    """Whether it answers with a page of a list, which leads to the next one."""
    return operation.query is not None and "cursor" in operation.query.__struct_fields__


def refusals(operation: Operation) -> Sequence[HTTPStatus]:
    """Every status with which an operation may be refused."""
    found = {*EVERY_REFUSAL, *operation.refuses}
    if operation.scope is not None:
        found.update(KEY_REFUSALS)
    if operation.scope not in (None, Scope.READ):
        found.add(HTTPStatus.FORBIDDEN)
    if "{" in operation.path:
        found.update((HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
    if operation.query is not None:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    if operation.body is not None:
        found.update(BODY_REFUSALS)
    if operation.is_create:
        found.add(HTTPStatus.CONFLICT)
    return sorted(found)
