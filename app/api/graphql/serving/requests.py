"""Requests of GraphQL over HTTP: read from a query string or a body, or refused."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec

from app.api.graphql.serving.errors import (
    BAD_REQUEST,
    BATCH_NOT_SUPPORTED,
    BATCH_TOO_LARGE,
    PERSISTED_QUERY_HASH_MISMATCH,
    UNSUPPORTED_MEDIA_TYPE,
    Error,
    show_message,
)

SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """A request that is answered without looking at its document."""

    def __init__(self, status: HTTPStatus, error: Error, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation that a caller wants executed: the text of its document, or its hash, or both, which then agree."""

    query: str | None
    sha256: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


class _Malformed(Exception):
    """Something that is no request; the text says why."""

    def __init__(self, message: str, code: str = BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code


def read_query_string(parameters: Sequence[tuple[str, str]]) -> GraphQLRequest:
    """The request of a GET. Raises Refused."""
    fields: dict[str, object] = {}
    try:
        for name, text in parameters:
            if name in fields:
                raise _Malformed(f"The parameter {name[:64]} is given twice.")
            fields[name] = text
        for name in ("variables", "extensions"):
            if text := str(fields.pop(name, "")):
                fields[name] = _decode(text.encode(errors="replace"), f"The parameter {name}")
        if not fields.get("operationName"):
            fields.pop("operationName", None)
        return _request_of(fields)
    except _Malformed as problem:
        raise _refused(problem) from None


def read_body_of(content_type: str, body: bytes, batch_size: int) -> GraphQLRequest | Sequence[GraphQLRequest]:
    """The request of a POST, or several of them in a batch. Raises Refused, also when one of a batch is malformed."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    if media_type != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        message = "Send the request as application/json in UTF-8."
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, show_message(message, UNSUPPORTED_MEDIA_TYPE))
    try:
        content = _decode(body, "The body")
        if isinstance(content, list):
            return _batch_of(content, batch_size)
        if not isinstance(content, dict):
            raise _Malformed("The body is not a JSON object.")
        return _request_of(content)
    except _Malformed as problem:
        raise _refused(problem) from None


def read_operation(fields: Mapping[str, object]) -> GraphQLRequest:
    """The request that an object makes, whoever brought it. Raises Refused."""
    try:
        return _request_of(fields)
    except _Malformed as problem:
        raise _refused(problem) from None


def read_json(text: bytes, what: str) -> object:
    """What is written as JSON, without repeated names or numbers that nobody can hold. Raises Refused naming `what`."""
    try:
        return _decode(text, what)
    except _Malformed as problem:
        raise _refused(problem) from None


def _batch_of(entries: Sequence[object], most: int) -> Sequence[GraphQLRequest]:
    if most == 1:
        raise _Malformed("Batches are turned off. Send one operation as a JSON object.", BATCH_NOT_SUPPORTED)
    if not entries:
        raise _Malformed("The batch is empty.")
    if len(entries) > most:
        message = f"The batch has {len(entries)} operations; {most} are allowed. Split it."
        raise _Malformed(message, BATCH_TOO_LARGE)
    requests = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise _Malformed(f"Operation {number} of the batch is not a JSON object.")
        try:
            requests.append(_request_of(entry))
        except _Malformed as problem:
            raise _Malformed(f"Operation {number} of the batch: {problem}", problem.code) from None
    return requests


def _request_of(fields: Mapping[str, object]) -> GraphQLRequest:
    query, name = fields.get("query") or None, fields.get("operationName")
    variables, extensions = fields.get("variables"), fields.get("extensions")
    if query is not None and not isinstance(query, str):
        raise _Malformed("query is not a string.")
    if name is not None and not isinstance(name, str):
        raise _Malformed("operationName is not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise _Malformed("variables is not an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _Malformed("extensions is not an object.")
    digest = _persisted_hash(extensions or {})
    if query is None and digest is None:
        raise _Malformed("There is no query.")
    if query is not None and digest is not None and sha256(query.encode()).hexdigest() != digest:
        raise _Malformed("sha256Hash is not the hash of query.", PERSISTED_QUERY_HASH_MISMATCH)
    return GraphQLRequest(query, digest, name or None, variables or {})


def _persisted_hash(extensions: Mapping[str, object]) -> str | None:
    """The hash of a request that takes part in automatic persisted queries, else None."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict):
        raise _Malformed("extensions.persistedQuery is not an object.")
    version, digest = persisted.get("version"), persisted.get("sha256Hash")
    if version != 1 or isinstance(version, bool):
        raise _Malformed("extensions.persistedQuery.version is not 1, the one there is.")
    if not isinstance(digest, str) or not SHA256.fullmatch(digest.lower()):
        raise _Malformed("extensions.persistedQuery.sha256Hash is not a SHA-256 in 64 hexadecimal digits.")
    return digest.lower()


def _decode(text: bytes, what: str) -> object:
    # An integer of thousands of digits, a number beyond a double and deep nesting have errors of their own.
    try:
        content: object = msgspec.json.decode(text)
        # Of two members with one name each reader believes another one, so that is asked of a second reader.
        json.loads(text.decode(), object_pairs_hook=_without_repetition, parse_int=str, parse_float=str)
    except _Malformed as problem:
        raise _Malformed(f"{what} {problem}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise _Malformed(f"{what} is not JSON that can be read.") from None
    return content


def _without_repetition(members: Sequence[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            raise _Malformed(f"has an object with two members of the name {name[:64]!r}.")
        seen.add(name)


def _refused(problem: _Malformed) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, show_message(str(problem), problem.code))
