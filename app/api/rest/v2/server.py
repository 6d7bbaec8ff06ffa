"""v2 put together: its operations, its document, its ASGI app."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from app.api.rest.answering import encoder
from app.api.rest.face import Page, RestFace
from app.api.rest.openapi import document
from app.api.rest.operations import Answer, OpenCall, Operation, Operations
from app.api.rest.v2.dialect import DIALECT
from app.api.rest.v2.head import HEAD
from app.api.rest.v2.routes import accounts, batches, creators, findings, series, system, videos
from app.domain.clock import Clock
from app.settings import Settings

routes = Operations()


@routes.add("GET", "/openapi.json", system.TAG, scope=None)
async def get_openapi(_call: OpenCall) -> Answer[dict[str, Any]]:
    """This document. Needs no key."""
    return Answer(_encoded_document())


OPERATIONS: list[Operation] = [
    operation
    for declared in (accounts.routes, videos.routes, creators.routes, series.routes, batches.routes, findings.routes)
    for operation in declared.all
] + [*system.routes.all, *routes.all]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of v2."""
    return document(HEAD, OPERATIONS)


@cache
def _encoded_document() -> Any:
    return msgspec.Raw(encoder.encode(openapi_document()))


def rest_v2(settings: Settings, clock: Clock, pages: Mapping[str, Page]) -> RestFace:
    """The ASGI app of v2, with what people are shown at paths of it."""
    return RestFace(DIALECT, OPERATIONS, settings, clock, settings.rest_v2_requests_per_minute, pages)
