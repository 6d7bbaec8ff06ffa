"""Requests of GraphQL over HTTP: read from a query string or a body, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec

from app.api.graphql.serving.errors import BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, Error, show_message


class Refused(Exception):
    """A request that is answered without looking at its document."""

    def __init__(self, status: HTTPStatus, error: Error, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a caller wants executed."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


def read_query_string(parameters: Mapping[str, str]) -> GraphQLRequest:
    """The request of a GET. Raises Refused."""
    fields: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            fields[name] = _decode(text.encode(errors="replace"), f"The parameter {name}")
        else:
            fields.pop(name, None)
    if not fields.get("operationName"):
        fields.pop("operationName", None)
    return _request_of(fields)


def read_body_of(content_type: str, body: bytes) -> GraphQLRequest:
    """The request of a POST. Raises Refused."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    if media_type != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        message = "Send the request as application/json in UTF-8."
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, show_message(message, UNSUPPORTED_MEDIA_TYPE))
    fields = _decode(body, "The body")
    if not isinstance(fields, dict):
        raise _bad("The body is not a JSON object.")
    return _request_of(fields)


def _request_of(fields: Mapping[str, object]) -> GraphQLRequest:
    query, name = fields.get("query"), fields.get("operationName")
    variables, extensions = fields.get("variables"), fields.get("extensions")
    if query is None or query == "":
        raise _bad("There is no query.")
    if not isinstance(query, str):
        raise _bad("query is not a string.")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName is not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables is not an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("extensions is not an object.")
    return GraphQLRequest(query, name or None, variables or {})


def _decode(text: bytes, what: str) -> object:
    # An integer of thousands of digits, a number beyond a double and deep nesting have errors of their own.
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise _bad(f"{what} is not JSON that can be read.") from None


def _bad(message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, show_message(message, BAD_REQUEST))
