"""What the document of v2 says of v2 as a whole, and the values that its examples show."""

from app.api.rest.openapi import Head
from app.api.rest.v2.dialect import refused_example
from app.api.rest.v2.shapes.envelopes import Problem

DESCRIPTION = """
Accounts, videos and creators on Instagram and TikTok, and what they gained.

**Keys.** Send one as `Authorization: Bearer KEY`. It acts for one organization; what is not of it is a 404. Reading
needs the scope `read`, changing `write`.

**Answers.** `data`, beside it `pagination` and `filters` in lists and `meta` for figures. Ids are UUIDs, times are ISO
8601 with `Z`, days are whole UTC days. Fields may be added: ignore what you do not know. Each GET has a strong `ETag`;
send it as `If-None-Match`, and what has not changed is a 304.

**Lists.** Walk on with `pagination.next_cursor` as `cursor`, or with the `Link` header, until `has_next` is false; with
the same filters and order, `limit` may change on the way.

**Refusals.** `application/problem+json`: branch on `status`, then on `code`; `errors` names each field at fault.

**Figures.** What was gained is the difference of what was measured. `null` is unknown, never 0; a fall is negative.
"""

HEAD = Head(
    title="Creatorgraph API v2",
    version="2.0.0",
    description=DESCRIPTION.strip(),
    server="/v2",
    tags={
        "Accounts": "Profiles that are tracked: listing, tracking, updates, removal.",
        "Videos": "Videos tracked by themselves, and videos found in the feeds of accounts.",
        "Creators": "Groups of accounts, and the leaderboard.",
        "Analytics": "Daily series and breakdowns over windows.",
        "Overview": "Headline figures.",
        "Search": "Text over accounts, creators and videos.",
        "System": "Health, version, who asks.",
    },
    problem=Problem,
    headers={
        "X-RateLimit-Limit": ("integer", "Requests a key has in a minute."),
        "X-RateLimit-Remaining": ("integer", "Those that are left."),
        "X-RateLimit-Reset": ("integer", "When the next minute begins, in Unix seconds."),
    },
    extra={"x-api-stability": "current"},
    contact={"name": "Whoever runs this server"},
    license={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    refused=refused_example,
    usual={
        "Platform": "tiktok",
        "username": "rival_two",
        "account_username": "rival_two",
        "name": "Rival Two",
        "creator_name": "Rival Two",
        "display_name": "Rival Two",
        "api_key_name": "Dashboard",
        "organization_id": "01a1fe64-7031-768f-bf54-87faf77b8ee8",
        "description": "New every Friday",
        "caption": "Took three tries, worth it.",
        "category": "Food",
        "metadata": {"set": "competitors"},
        "external_id": "7301234567890123456",
        "platform_account_id": "6812345678901234567",
        "shortcode": None,
        "profile_pic_url": "https://example.com/picture.jpg",
        "profile_pic_url_original": "https://example.com/picture.jpg",
        "cover_image_url": "https://example.com/cover.jpg",
        "cover_image_url_original": "https://example.com/cover.jpg",
        "video_url": "https://example.com/video.mp4",
        "video_url_original": "https://example.com/video.mp4",
        "link_in_bio": "https://example.com",
        "media_type": "video",
        "duration": 32,
        "internal_id": 1042,
        "is_unavailable": False,
        "is_verified": False,
        "is_baseline": False,
        "is_partial": False,
        "filters": {"platform": "tiktok", "order_by": "added_at", "order_direction": "desc"},
        "has_next": False,
        "next_cursor": None,
        "total_count": None,
        "limit": 50,
        "scrape_interval_hours": 24,
        "follower_count": 31230,
        "following_count": 210,
        "profile_post_count": 214,
        "total_post_count": 100,
        "view_count": 482500,
        "play_count": 451200,
        "like_count": 39100,
        "comment_count": 1480,
        "share_count": 920,
        "saved_count": None,
        "total_views": 482500,
        "total_plays": 451200,
        "fb_play_count": None,
        "ig_play_count": None,
        "fb_like_count": None,
        "max_recent_posts_per_account": None,
        "post_lookback_days": None,
        "effective_max_recent_posts_per_account": 100,
        "effective_post_lookback_days": 365,
        "platforms": {"tiktok": 1},
        "total": 1,
        "total_followers": 31230,
        "account_count": 1,
        "platform_data": None,
        "views": 18250,
        "plays": 17100,
        "likes": 1460,
        "comments": 52,
        "shares": 31,
        "saves": None,
        "followers": 31230,
        "follower_change": 136,
        "engagement_rate": 8.4548,
        "value": 18250,
        "rank": 1,
        "active_accounts": 12,
        "account_videos": 480,
        "tracked_videos": 3,
        "change_pct": 4.2,
        "start_date": "2026-06-09",
        "end_date": "2026-06-15",
        "previous_start_date": "2026-06-02",
        "previous_end_date": "2026-06-08",
        "not_found": [],
        "count": 1,
        "windows": [1, 7, 14, 30],
        "video_count": 1,
        "period": "7d",
        "query": "rival",
        "limit_per_section": 10,
        "effective_caps": {"accounts": 10, "creators": 10, "videos": 10},
        "docs_url": "https://example.com/v2/docs",
        "openapi_url": "https://example.com/v2/openapi.json",
        "whoami_url": "https://example.com/v2/whoami",
        "deprecation": None,
        "sunset": None,
        "instagram key": "871",
        "tiktok key": "1042",
    },
)
