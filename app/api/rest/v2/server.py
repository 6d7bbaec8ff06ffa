"""v2 put together: its operations, its document, its ASGI app."""

from functools import cache
from typing import Any

import msgspec

from app.api.rest.answering import encoder
from app.api.rest.face import RestFace
from app.api.rest.openapi import Head, document
from app.api.rest.operations import Answer, OpenCall, Operation, Operations
from app.api.rest.v2.dialect import DIALECT, refused_example
from app.api.rest.v2.routes import accounts, batches, creators, findings, series, system, videos
from app.api.rest.v2.shapes.envelopes import Problem
from app.domain.clock import Clock
from app.settings import Settings

HEAD = Head(
    title="Creatorgraph API v2",
    version="2.0.0",
    description=(
        "Accounts, videos and creators on Instagram and TikTok, and what they gained. JSON in both directions; days "
        "are whole UTC days; ids are UUIDs; times are ISO 8601 with Z. Send a key as `Authorization: Bearer KEY`. "
        "Fields may be added: ignore what you do not know."
    ),
    server="/v2",
    tags={
        "Accounts": "Profiles that are tracked: listing, tracking, updates, removal.",
        "Videos": "Posts tracked by themselves, and posts found in the feeds of accounts.",
        "Creators": "Groups of accounts, and the leaderboard.",
        "Analytics": "Daily series and breakdowns over windows.",
        "Overview": "Headline figures.",
        "Search": "Text over accounts, creators and videos.",
        "System": "Health, version, who asks.",
    },
    problem=Problem,
    headers={
        "X-Request-ID": "The caller's own, or one that is made.",
        "X-RateLimit-Limit": "Requests a key has in a minute.",
        "X-RateLimit-Remaining": "Those that are left.",
        "X-RateLimit-Reset": "When the next minute begins, in Unix seconds.",
    },
    extra={"x-api-stability": "current"},
    refused=refused_example,
    usual={
        "Platform": "tiktok",
        "username": "rival_two",
        "account_username": "rival_two",
        "name": "Rival Two",
        "creator_name": "Rival Two",
        "display_name": "Rival Two",
        "api_key_name": "Dashboard",
        "metadata": {"set": "competitors"},
        "external_id": "7301234567890123456",
        "profile_pic_url": "https://example.com/picture.jpg",
        "profile_pic_url_original": "https://example.com/picture.jpg",
        "cover_image_url": "https://example.com/cover.jpg",
        "cover_image_url_original": "https://example.com/cover.jpg",
        "video_url": "https://example.com/video.mp4",
        "video_url_original": "https://example.com/video.mp4",
        "link_in_bio": "https://example.com",
        "media_type": "video",
        "filters": {"platform": "tiktok", "order_by": "added_at", "order_direction": "desc"},
        "has_next": False,
        "next_cursor": None,
        "limit": 50,
        "scrape_interval_hours": 24,
        "platforms": {"tiktok": 1},
        "platform_data": None,
        "not_found": [],
        "windows": [1, 7, 14, 30],
        "period": "30d",
        "docs_url": "https://example.com/v2/docs",
        "openapi_url": "https://example.com/v2/openapi.json",
        "whoami_url": "https://example.com/v2/whoami",
        "deprecation": None,
        "sunset": None,
    },
)

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


def rest_v2(settings: Settings, clock: Clock) -> RestFace:
    """The ASGI app of v2."""
    return RestFace(DIALECT, OPERATIONS, settings, clock, settings.rest_v2_requests_per_minute)
