"""Answers of REST v2 held against its document, as strictly as schemas can: nothing is there that it does not tell."""

import re
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from app.api.rest.v2.server import openapi_document

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
FORMATS = {"date-time": lambda text: DATE_TIME.fullmatch(text) is not None}
"""Times are written in one way alone."""


@cache
def document() -> dict[str, Any]:
    return openapi_document()


@cache
def _components() -> Any:
    return _closed(document()["components"])


def _closed(schema: Any) -> Any:
    """A schema whose objects have no members beside those it names."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(inner) for name, inner in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def require_fit(value: object, schema: Any) -> None:
    """Fails where a value is none of a schema of the document."""
    whole = {**_closed(schema), "components": _components()}
    validator = Draft202012Validator(whole, validate_formats=True, formats=FORMATS)
    faults = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
    assert faults == []


def operations() -> dict[str, tuple[str, str, Any]]:
    """Method, path and description of every operation, by its id."""
    return {
        described["operationId"]: (method.upper(), path, described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    }


def response_of(described: Any, status: int) -> Any:
    """What an operation says of a status."""
    response = described["responses"][str(status)]
    name = response.get("$ref", "").rpartition("/")[2]
    return document()["components"]["responses"][name] if name else response


def require_documented(operation: str, answer: httpx.Response) -> None:
    """Fails where an answer is not what the document says of the operation: status, headers, media type, body."""
    method, _, described = operations()[operation]
    assert answer.request.method == method
    assert str(answer.status_code) in described["responses"], (operation, answer.status_code, answer.text)
    response = response_of(described, answer.status_code)
    optional = {"Retry-After"} if answer.status_code != 429 else set()
    missing = {name for name in response.get("headers", {}) if name not in answer.headers} - optional
    if answer.status_code in (401, 406, 500, 503):
        missing = {name for name in missing if not name.startswith("X-RateLimit")}
    assert missing == set(), (operation, answer.status_code)
    if "content" not in response:
        assert answer.content == b""
        return
    ((media_type, content),) = response["content"].items()
    assert answer.headers["content-type"] == media_type
    require_fit(answer.json(), content["schema"])
