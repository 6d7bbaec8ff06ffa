"""Answers held against the document of their face, as strictly as schemas can: it tells all that is in them."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from app.api.rest.v2.server import openapi_document

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
FORMATS = {"date-time": lambda text: DATE_TIME.fullmatch(text) is not None}
"""Times are written in one way alone."""


class Documented:
    """The document of a face, and what follows from it for its answers."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make

    def document(self) -> dict[str, Any]:
        return self._document

    def require_fit(self, value: object, schema: Any) -> None:
        """Fails where a value is none of a schema of the document."""
        whole = {**_closed(schema), "components": self._components}
        validator = Draft202012Validator(whole, validate_formats=True, formats=FORMATS)
        faults = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
        assert faults == []

    def operations(self) -> dict[str, tuple[str, str, Any]]:
        """Method, path and description of every operation, by its id."""
        return {
            described["operationId"]: (method.upper(), path, described)
            for path, methods in self._document["paths"].items()
            for method, described in methods.items()
        }

    def response_of(self, described: Any, status: int) -> Any:
        """What an operation says of a status."""
        response = described["responses"][str(status)]
        name = response.get("$ref", "").rpartition("/")[2]
        return self._document["components"]["responses"][name] if name else response

    def require_documented(self, operation: str, answer: httpx.Response) -> None:
        """Fails where an answer is not what the document says of the operation: status, headers, media type, body."""
        method, _, described = self.operations()[operation]
        assert answer.request.method == method
        assert str(answer.status_code) in described["responses"], (operation, answer.status_code, answer.text)
        response = self.response_of(described, answer.status_code)
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
        self.require_fit(answer.json(), content["schema"])

    @cached_property
    def _document(self) -> dict[str, Any]:
        return self._make()

    @cached_property
    def _components(self) -> Any:
        return _closed(self._document["components"])


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


V2 = Documented(openapi_document)
document, operations, response_of = V2.document, V2.operations, V2.response_of
require_fit, require_documented = V2.require_fit, V2.require_documented
