"""How `/v1` says no: a line of text, and one of its few statuses."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from app.api.rest.answering import JSON, encoder
from app.api.rest.face import Dialect
from app.api.rest.refusals import Refusal
from app.api.rest.v1_lookup.shapes.envelopes import Failure
from app.api.rest.v1_lookup.shapes.requests import WORDS

STATUSES: Mapping[HTTPStatus, HTTPStatus] = {
    HTTPStatus.NOT_ACCEPTABLE: HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT: HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST,
    HTTPStatus.SERVICE_UNAVAILABLE: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""What the contract does not tell apart."""


def refuse(refusal: Refusal, _request: Request) -> Response:
    """The answer to a request that is refused."""
    status = STATUSES.get(refusal.status, refusal.status)
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return Response(encoder.encode(Failure(error=refusal.detail)), status, headers, JSON)


def refused_example(status: HTTPStatus) -> Failure:
    """A refusal as the document shows it."""
    return Failure(error="The API key is not known." if status is HTTPStatus.UNAUTHORIZED else "What is wrong.")


DIALECT = Dialect("v1_lookup", "/v1", refuse, WORDS, "x-api-key")
