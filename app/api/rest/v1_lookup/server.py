"""`/v1` put together: its operations, its document, its ASGI app."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from app.api.rest.answering import encoder
from app.api.rest.face import Page, RestFace
from app.api.rest.openapi import document
from app.api.rest.operations import Answer, OpenCall, Operation, Operations
from app.api.rest.v1_lookup.dialect import DIALECT
from app.api.rest.v1_lookup.head import HEAD
from app.api.rest.v1_lookup.routes import lookups, system
from app.domain.clock import Clock
from app.settings import Settings

routes = Operations()


@routes.add("GET", "/openapi.json", system.TAG, scope=None)
async def get_openapi(_call: OpenCall) -> Answer[dict[str, Any]]:
    """This document.

    It needs no key.
    """
    return Answer(_encoded_document())


OPERATIONS: list[Operation] = [*lookups.routes.all, *system.routes.all, *routes.all]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of `/v1`."""
    return document(HEAD, OPERATIONS)


@cache
def _encoded_document() -> Any:
    return msgspec.Raw(encoder.encode(openapi_document()))


def rest_v1_lookup(settings: Settings, clock: Clock, pages: Mapping[str, Page]) -> RestFace:
    """The ASGI app of `/v1`, with what people are shown at paths of it."""
    return RestFace(DIALECT, OPERATIONS, settings, clock, settings.rest_v1_lookup_requests_per_minute, pages)
