"""Errors as callers see them: a code on each, and nothing of our insides."""

import logging
import re
from typing import Any

from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from app.domain.problems import LookUpFailed, Problem

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_UNRESOLVED = "OPERATION_RESOLUTION_FAILURE"
BAD_USER_INPUT = "BAD_USER_INPUT"
BAD_REQUEST = "BAD_REQUEST"
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
BATCH_NOT_SUPPORTED = "BATCH_NOT_SUPPORTED"
BATCH_TOO_LARGE = "BATCH_TOO_LARGE"
PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
PERSISTED_QUERY_HASH_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"
QUERY_TOO_LARGE = "QUERY_TOO_LARGE"
QUERY_TOO_DEEP = "QUERY_TOO_DEEP"
QUERY_TOO_COSTLY = "QUERY_TOO_COSTLY"
TIMEOUT = "TIMEOUT"
TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"

ERROR_ON_OUR_SIDE = "Something failed on our side. Quote the request id when you report it."
DATABASE_IS_AWAY = "The database does not answer. Try again in a moment."

LONGEST_MESSAGE = 300
"""Characters: what graphql-core says quotes the caller, who may have sent a megabyte."""

Error = dict[str, Any]
"""One entry of `errors` in an answer."""

logger = logging.getLogger(__name__)

_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false"}
_QUOTED_OBJECT = re.compile(r", found: .*", re.DOTALL)
"""The Python dict after an input object that does not fit; the field at fault is named before it."""
_WORDS_OUTSIDE_QUOTES = re.compile(r"""'[^']*'|"[^"]*"|\b(None|True|False)\b""")


def show_message(message: str, code: str, **extensions: str | int) -> Error:
    """An error that has no place in the document."""
    return {"message": message, "extensions": {"code": code, **extensions}}


def show_document_error(error: GraphQLError, code: str) -> Error:
    """What graphql-core found in a document or in its variables, told in the words of JSON."""
    found = _clipped(_QUOTED_OBJECT.sub(".", error.message))
    message = _WORDS_OUTSIDE_QUOTES.sub(lambda word: _PYTHON_WORDS.get(word[0], word[0]), found)
    return {**error.formatted, "message": message, "extensions": {"code": code}}


def show_execution_error(error: GraphQLError, request_id: str) -> Error:
    """What a resolver raised: a problem has its code and argument, all else is logged under the request's id."""
    cause = error.original_error
    if isinstance(cause, Problem):
        extensions = {"code": cause.code}
        if cause.path:
            extensions["argument"] = ".".join(to_camel_case(name) for name in cause.path)
        if isinstance(cause, LookUpFailed):
            extensions["outcome"] = cause.answer_class.name
        return {**error.formatted, "message": _clipped(cause.message), "extensions": extensions}
    if cause is None:  # a value that a scalar or an enum refused while an argument was coerced
        return show_document_error(error, BAD_USER_INPUT)
    masked = show_failure(cause, request_id)
    return {**error.formatted, **masked}


def show_failure(cause: BaseException, request_id: str) -> Error:
    """An error of ours: the log has it under the request's id, the caller gets the id alone."""
    logger.error("Request %s failed", request_id, exc_info=cause)
    return show_message(ERROR_ON_OUR_SIDE, INTERNAL_SERVER_ERROR, requestId=request_id)


def show_unavailable(cause: BaseException, request_id: str) -> Error:
    """The database is away: one line in the log says so, for there is nothing of ours to trace."""
    logger.error("Request %s failed: the database does not answer (%s)", request_id, type(cause).__name__)
    return show_message(DATABASE_IS_AWAY, SERVICE_UNAVAILABLE)


def _clipped(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"
