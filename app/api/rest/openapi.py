"""The OpenAPI document of a face, made of the very types that check its requests and shape its answers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import NoneType
from typing import Any

import msgspec

from app.api.rest.examples import example_of
from app.api.rest.operations import Operation
from app.domain.viewer import Scope

REFERENCE = "#/components/schemas/{name}"
PROBLEM_MEDIA_TYPE = "application/problem+json"
KEY_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
EVERY_REFUSAL = (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.INTERNAL_SERVER_ERROR)
BODY_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
FURTHER_REFUSALS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
GENERIC = re.compile(r"^(\w+?)_(\w+?)_$")


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of a face as a whole."""

    title: str
    version: str
    description: str
    server: str
    """The path of the face, to which the paths of operations are added."""
    tags: Mapping[str, str]
    problem: type
    """The shape of a refusal."""
    refused: Callable[[HTTPStatus], object]
    """An example of one."""
    headers: Mapping[str, str]
    """Headers of every answer to a known key, and what they tell."""
    extra: Mapping[str, Any]
    usual: Mapping[str, object]
    """Values that examples show, by the names of fields and enums."""


def document(head: Head, operations: Sequence[Operation]) -> dict[str, Any]:
    """The document as plain data, the same each time."""
    shown = [operation.shows for operation in operations if operation.shows is not NoneType]
    taken = [operation.body for operation in operations if operation.body is not None]
    made, components = msgspec.json.schema_components([*shown, *taken, head.problem], ref_template=REFERENCE)
    schemas = [_inlined(schema, components) for schema in made]
    of_answer = dict(zip(map(_key, shown), schemas, strict=False))
    of_body = dict(zip(map(_key, taken), schemas[len(shown) :], strict=False))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _describe(head, operation, of_answer, of_body)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    whole: dict[str, Any] = _renamed(
        {
            "openapi": "3.1.0",
            "info": {"title": head.title, "version": head.version, "description": head.description},
            **head.extra,
            "servers": [{"url": head.server}],
            "tags": [{"name": name, "description": text} for name, text in head.tags.items()],
            "security": [{"key": []}],
            "paths": paths,
            "components": {
                "schemas": {name: schema for name, schema in components.items() if not _is_unnamed(name)},
                "responses": _refusals(head, schemas[-1]),
                "headers": {
                    name: {"schema": {"type": "string"}, "description": text} for name, text in head.headers.items()
                },
                "securitySchemes": {
                    "key": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer KEY`."}
                },
            },
        }
    )
    return whole


def _describe(
    head: Head,
    operation: Operation,
    of_answer: Mapping[str, Any],
    of_body: Mapping[str, Any],
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description or operation.summary,
        "parameters": list(_parameters(operation)),
        "responses": _responses(head, operation, of_answer.get(_key(operation.shows))),
    }
    if operation.scope is None:
        described["security"] = []
    if operation.body is not None:
        content: dict[str, Any] = {"schema": of_body[_key(operation.body)]}
        if operation.example is not None:
            content["example"] = operation.example
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        schema: dict[str, Any] = {"type": "string", "format": "uuid"}
        words = name.removesuffix("_id").replace("_", " ")
        yield {"name": name, "in": "path", "required": True, "schema": schema, "description": f"Id of the {words}."}
    if operation.query is not None:
        [reference], components = msgspec.json.schema_components([operation.query], ref_template=REFERENCE)
        described = components[reference["$ref"].rpartition("/")[2]]
        for name, schema in described["properties"].items():
            resolved = _resolved(_without_null(schema), components)
            text = resolved.pop("description", "")
            is_required = name in described.get("required", ())
            yield {"name": name, "in": "query", "required": is_required, "schema": resolved, "description": text}
    if operation.is_create:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"}
        text = "The same request under the same key within 24 hours creates nothing more and has the same answer."
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema, "description": text}


def _responses(head: Head, operation: Operation, shown: Mapping[str, Any] | None) -> dict[str, Any]:
    headers = {} if operation.scope is None else _headers(head)
    responses: dict[str, Any] = {}
    for status in (operation.status, *operation.also):
        responses[str(status.value)] = {"description": status.phrase, "headers": headers}
        if shown is not None:
            content = {"schema": shown, "example": example_of(operation.shows, head.usual)}
            responses[str(status.value)]["content"] = {"application/json": content}
    if operation.method == "GET":
        responses["304"] = {"description": "The caller has this representation already, by `If-None-Match`."}
    for status in refusals(operation):
        responses[str(status.value)] = {"$ref": f"#/components/responses/{status.name.title().replace('_', '')}"}
    return dict(sorted(responses.items()))


def _refusals(head: Head, problem: Mapping[str, Any]) -> dict[str, Any]:
    """Every refusal by the name of its status."""
    statuses = {*EVERY_REFUSAL, *KEY_REFUSALS, *BODY_REFUSALS, *FURTHER_REFUSALS}
    return {
        status.name.title().replace("_", ""): {
            "description": status.phrase,
            "headers": _headers(head),
            "content": {PROBLEM_MEDIA_TYPE: {"schema": problem, "example": head.refused(status)}},
        }
        for status in sorted(statuses)
    }


def _headers(head: Head) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in head.headers}


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


def _is_unnamed(name: str) -> bool:
    """Whether a component is a generic type over something that has no name of its own."""
    return "__" in name or "." in name


def _inlined(schema: dict[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """A schema in the place of the reference to it, where nobody could make anything of its name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return {key: value for key, value in components[name].items() if key != "title"} if _is_unnamed(name) else schema


def _key(kind: Any) -> str:
    return str(kind)


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of what stands in a query string, where there is no null."""
    plain = {name: value for name, value in schema.items() if (name, value) != ("default", None)}
    if "anyOf" in plain:
        [only] = [one for one in plain.pop("anyOf") if one != {"type": "null"}]
        plain = {**only, **plain}
    return plain


def _resolved(schema: dict[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    reference = schema.pop("$ref", None)
    if reference is None:
        return schema
    named = {name: value for name, value in components[reference.rpartition("/")[2]].items() if name != "title"}
    return {**named, **schema}


def _renamed(value: Any) -> Any:
    """The same with names for people in the place of those that are made for generic types: AccountCollection."""
    if isinstance(value, dict):
        return {_name(key): _renamed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner) for inner in value]
    if isinstance(value, str) and value.startswith("#/components/schemas/"):
        head, _, name = value.rpartition("/")
        return f"{head}/{_name(name)}"
    return value


def _name(text: str) -> str:
    found = GENERIC.fullmatch(text)
    return f"{found[2]}{found[1]}" if found else text
