"""Problem details (RFC 9457): how faces other than GraphQL say what went wrong."""

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


def problem_response(status: int, detail: str | None = None) -> Response:
    """An answer whose body names the status and, when there is more to say, the detail."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail is not None:
        body["detail"] = detail
    return Response(msgspec.json.encode(body), status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


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
