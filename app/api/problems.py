"""Problem details (RFC 9457): how faces other than GraphQL say what went wrong."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.domain.problems import Forbidden, NotFound, Problem, Unauthenticated

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[type[Problem], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
}
"""Statuses of the problems that are not about a value of the request."""


class ArgumentError(msgspec.Struct, frozen=True):
    """What is wrong with one argument; `path` names it from the outside in."""

    path: Sequence[str]
    message: str


def problem_response(
    status: int,
    detail: str | None = None,
    *,
    code: str | None = None,
    errors: Sequence[ArgumentError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer whose body names the status and, when there is more to say: the detail, a code, arguments at fault."""
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail is not None:
        body["detail"] = detail
    if code is not None:
        body["code"] = code
    if errors:
        body["errors"] = errors
    return Response(
        msgspec.json.encode(body),
        status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def show_problem(problem: Problem, path: Sequence[str]) -> Response:
    """The answer for an expected error; `path` names the argument at fault as this face calls it, empty for none."""
    status = STATUSES.get(type(problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    errors = [ArgumentError(path, problem.message)] if path else []
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return problem_response(status, problem.message, code=problem.code, errors=errors, headers=headers)


async def show_not_found(_request: Request, _error: Exception) -> Response:
    """Nothing is at this path."""
    return problem_response(HTTPStatus.NOT_FOUND, "Nothing is at this path. GraphQL is at /graphql.")


async def show_method_not_allowed(_request: Request, error: Exception) -> Response:
    """The path is known, the method is not; the framework's error says which are."""
    response = problem_response(HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def show_failure(_request: Request, _error: Exception) -> Response:
    """Something of ours failed; the log has it."""
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "Something failed on our side. The log says what.")
