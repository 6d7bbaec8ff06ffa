"""The rows that every peer serves: an organization's newest videos with their accounts and those accounts' creators."""

import os
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import uvicorn

from app.store.db import credentials_of

DATABASE, ORGANIZATION, PORT = "PEER_DATABASE", "PEER_ORGANIZATION", "PEER_PORT"
"""Variables of the environment that tell a peer what to serve, and where."""
POOL_SIZE = 10

VIDEO = {
    "id": "id",
    "externalId": "external_id",
    "shortcode": "shortcode",
    "caption": "caption",
    "publishedAt": "published_at",
    "durationSeconds": "duration_seconds",
    "thumbnailUrl": "thumbnail_url",
    "isPinned": "is_pinned",
    "viewCount": "views",
    "likeCount": "likes",
    "commentCount": "comments",
    "shareCount": "shares",
}
ACCOUNT = {
    "id": "id",
    "handle": "handle",
    "displayName": "display_name",
    "biography": "biography",
    "pictureUrl": "picture_url",
    "followerCount": "followers",
}
CREATOR = {"id": "id", "name": "name"}
"""The fields of each type, and the columns they show."""

NEWEST = "ORDER BY coalesce(published_at, '1970-01-01 00:00:00+00'::timestamptz) DESC, id DESC LIMIT $2"
VIDEOS = f"""
SELECT {", ".join(VIDEO.values())}, account_id FROM video
WHERE organization_id = $1 AND removed_at IS NULL {NEWEST}
"""
ACCOUNTS = f"""
SELECT {", ".join(ACCOUNT.values())}, creator_id FROM account
WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL
"""
CREATORS = f"SELECT {', '.join(CREATOR.values())} FROM creator WHERE organization_id = $1 AND id = ANY($2)"


def organization() -> UUID:
    """Whose rows are served: a peer knows no keys."""
    return UUID(os.environ[ORGANIZATION])


async def open_pool() -> asyncpg.Pool:
    """Connections to the database, as many as the program has."""
    pool: asyncpg.Pool = await asyncpg.create_pool(
        **credentials_of(os.environ[DATABASE]),
        min_size=1,
        max_size=POOL_SIZE,
        reset=_nothing,
        server_settings={"timezone": "UTC"},
    )
    return pool


async def _nothing(_connection: asyncpg.Connection) -> None:
    """What the program does to a connection that goes back to its pool; asyncpg's own way is a statement more."""


def show_time(value: datetime) -> str:
    """An instant as the program writes it."""
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def serve(application: object) -> None:
    """Answers until told to end, set up as `creatorgraph api` is."""
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        port=int(os.environ[PORT]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
    )
    uvicorn.Server(config).run()
