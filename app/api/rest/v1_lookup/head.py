"""What the document of `/v1` says of it as a whole, and the values that its examples show."""

from app.api.rest.answering import JSON
from app.api.rest.openapi import BEARER, Head
from app.api.rest.v1_lookup.dialect import STATUSES, refused_example
from app.api.rest.v1_lookup.shapes.envelopes import Failure

DESCRIPTION = """
What TikTok, Instagram, YouTube, X, Facebook and LinkedIn say of a public post or profile now. Nothing is tracked.

**Keys.** Send one as `Authorization: Bearer KEY` or as `X-API-Key: KEY`.

**Answers.** `ok`, `data`, and `meta`, which tells whether the answer was there already. What is not known is null,
never 0. Fields may be added: ignore what you do not know.

**Refusals.** `ok` is false and `error` is for people to read: branch on the status. 502 is for a post or profile that
no source tells of: `error` says when it does not exist or is private.
"""

HEAD = Head(
    title="Creatorgraph Look-up API v1",
    version="1.0.0",
    description=DESCRIPTION.strip(),
    server="/v1",
    tags={"Posts": "One post.", "Creators": "One account.", "System": "What there is."},
    problem=Failure,
    problem_media_type=JSON,
    statuses=STATUSES,
    headers={
        "X-RateLimit-Limit": ("integer", "Requests a key has in a minute."),
        "X-RateLimit-Remaining": ("integer", "Those that are left."),
        "X-RateLimit-Reset": ("integer", "When the next minute begins, in Unix seconds."),
    },
    keys={
        "key": BEARER,
        "key_header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": BEARER["description"]},
    },
    extra={},
    contact={"name": "Whoever runs this server"},
    license={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    refused=refused_example,
    usual={
        "Platform": "tiktok",
        "post_url": "https://www.tiktok.com/@charlidamelio/video/7123456789",
        "post_id": "7123456789",
        "id": "7123456789",
        "url": "https://www.tiktok.com/@charlidamelio/video/7123456789",
        "username": "charlidamelio",
        "full_name": "charli d'amelio",
        "bio": "press@example.com",
        "email": "press@example.com",
        "found": True,
        "source": "bio",
        "profile_pic_url": "https://example.com/picture.jpg",
        "external_url": None,
        "description": "New every Friday",
        "provider": "tiktok_web",
        "fetched_at": "2026-03-28T12:00:00.000Z",
        "created_at": "2026-03-27T18:30:00.000Z",
        "cached": False,
        "views": 482500,
        "likes": 39100,
        "comments": 1480,
        "shares": 920,
        "followers": 31230,
        "following": 210,
        "posts_count": 214,
        "count": 1,
        "median_views": 482500,
        "videos_analyzed": 1,
        "raw_view_counts": [482500],
        "name": "TikTok",
        "endpoints": ["post/stats", "profile", "channel/videos", "median-views", "email"],
    },
)
