"""How v2 says no: problem details with its fourteen codes."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from app.api.rest.answering import encoder
from app.api.rest.face import Dialect
from app.api.rest.refusals import Refusal
from app.api.rest.v2.shapes.envelopes import Code, Problem
from app.api.rest.v2.shapes.words import WORDS
from app.api.rest.values import FieldError
from app.domain.problems import HandleTaken, QuotaReached, VideoTaken

MEDIA_TYPE = "application/problem+json"
URN = "urn:creatorgraph:error:"

CODES: Mapping[HTTPStatus, Code] = {
    HTTPStatus.BAD_REQUEST: Code.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED: Code.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: Code.INSUFFICIENT_SCOPE,
    HTTPStatus.NOT_FOUND: Code.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE: Code.NOT_ACCEPTABLE,
    HTTPStatus.CONFLICT: Code.CONFLICT,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Code.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY: Code.VALIDATION_ERROR,
    HTTPStatus.TOO_MANY_REQUESTS: Code.RATE_LIMITED,
    HTTPStatus.INTERNAL_SERVER_ERROR: Code.INTERNAL_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE: Code.SERVICE_UNAVAILABLE,
}
"""By status; 405, 408 and 413, which the contract does not have, are malformed requests to it."""


def refuse(refusal: Refusal, request: Request) -> Response:
    """The answer to a request that is refused."""
    code = CODES.get(refusal.status, Code.BAD_REQUEST)
    if isinstance(refusal.problem, QuotaReached):
        code = Code.QUOTA_EXCEEDED
    body = Problem(
        type=f"{URN}{code.lower().replace('_', '-')}",
        title=refusal.status.phrase,
        status=refusal.status,
        detail=refusal.detail,
        code=code,
        instance=quote(request.scope["path"]),
        errors=list(refusal.errors) or None,
        request_id=request.state.request_id,
        existing_id=_existing(refusal),
    )
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return Response(encoder.encode(body), refusal.status, headers, MEDIA_TYPE)


def _existing(refusal: Refusal) -> str | None:
    """Of a duplicate, the id of what is there already."""
    match refusal.problem:
        case HandleTaken(account=account):
            return str(account.id)
        case VideoTaken(video=video):
            return str(video.id)
    return None


def refused_example(status: HTTPStatus) -> Problem:
    """A refusal as the document shows it."""
    code = CODES.get(status, Code.BAD_REQUEST)
    return Problem(
        type=f"{URN}{code.lower().replace('_', '-')}",
        title=status.phrase,
        status=status,
        detail="What is wrong, and the way on.",
        code=code,
        instance="/v2/accounts",
        errors=[FieldError("platform", "It takes one of instagram, tiktok.")] if status == 422 else None,
        request_id="0f8a4c",
    )


DIALECT = Dialect("v2", "/v2", refuse, WORDS)
