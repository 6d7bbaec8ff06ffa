"""The organization that every peer serves: its creators, their accounts, and the videos of those."""

from uuid import UUID

from app.core.access.keys import digest_of
from app.domain.metrics import ENGAGEMENT_COUNTERS, POST_COUNTERS
from bench.dataset import SECRET, organization_id
from bench.engines import connection
from bench.sizes import NOW

KEY = "cg_key_of_the_bench"
OWNER = organization_id(0)
CREATORS, ACCOUNTS, VIDEOS = 20, 60, 3000

ORGANIZATION_ROWS = (
    "INSERT INTO organization (id, name, created_at, cursor_secret) VALUES ($1, 'Bench', $2, $3)",
    """
    INSERT INTO api_key (id, organization_id, name, digest, scopes, created_at)
    VALUES (gen_random_uuid(), $1, 'Bench', $3, 'read', $2)
    """,
)
CREATOR_ROWS = """
INSERT INTO creator (id, organization_id, name, is_active, metadata, added_at, search_text)
SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'Creator ' || n, true, '{}',
       $2::timestamptz - n * interval '1 day', 'creator ' || n
FROM generate_series(1, $3::int) n
"""
KNOWN = (
    *(f"{name}_known" for name in POST_COUNTERS),
    *(f"viewed_{name}_known" for name in ENGAGEMENT_COUNTERS),
)
ACCOUNT_ROWS = f"""
INSERT INTO account (id, organization_id, creator_id, linked_at, platform, handle, external_id, display_name, biography,
                     picture_url, metadata, is_verified, is_active, is_paused_by_creator, is_unavailable, is_private,
                     added_at, refresh_interval_hours, is_backfilling, failures, followers, discovered_posts,
                     search_text, {", ".join(KNOWN)})
SELECT ('00000000-0000-7000-8002-' || lpad(to_hex(n), 12, '0'))::uuid, $1,
       ('00000000-0000-7000-8001-' || lpad(to_hex(1 + n % $4::int), 12, '0'))::uuid, $2::timestamptz, 'tiktok',
       'handle.' || n, (7000000000 + n)::text, 'Display name ' || n,
       'Dances, cooks, travels',
       'https://pictures.example/' || n || '.jpeg', '{{}}',
       n % 3 = 0, true, false, false, false, $2::timestamptz - n * interval '1 hour', 24, false, 0, 1000 * n, 50,
       'handle.' || n, {", ".join("0" for _ in KNOWN)}
FROM generate_series(1, $3::int) n
"""
VIDEO_ROWS = """
INSERT INTO video (id, organization_id, account_id, platform, external_id, author_handle, kind, caption, published_at,
                   duration_seconds, thumbnail_url, is_pinned, is_unavailable, discovered_at, first_refreshed_at,
                   last_refreshed_at, grows_from_zero, views, likes, comments, shares, saves, search_text)
SELECT ('00000000-0000-7000-8003-' || lpad(to_hex(n), 12, '0'))::uuid, $1,
       ('00000000-0000-7000-8002-' || lpad(to_hex(1 + n % $4::int), 12, '0'))::uuid, 'tiktok',
       (7300000000000000000 + n)::text, 'handle.' || (1 + n % $4::int), 'video',
       'What happened on day ' || n || ' #travel',
       $2::timestamptz - n * interval '1 hour', 10 + n % 170,
       'https://thumbnails.example/' || n || '.jpeg', n % 50 = 0, false,
       $2::timestamptz, $2::timestamptz, $2::timestamptz, true, 3000000000 + 1000 * n, 90 * n, 7 * n, 3 * n, 2 * n,
       'what happened on day ' || n || ' #travel'
FROM generate_series(1, $3::int) n
"""

INDEX = "CREATE INDEX ON video (organization_id, published_at DESC, id DESC)"
"""For peers that order by the column as it is; the program's own index is over what it shows first of unknown times."""


async def fill(url: str) -> UUID:
    """Makes the organization, whose key is KEY, in a migrated, empty database; its id."""
    async with connection(url) as connected:
        await connected.execute(ORGANIZATION_ROWS[0], OWNER, NOW, SECRET)
        await connected.execute(ORGANIZATION_ROWS[1], OWNER, NOW, digest_of(KEY))
        await connected.execute(CREATOR_ROWS, OWNER, NOW, CREATORS)
        await connected.execute(ACCOUNT_ROWS, OWNER, NOW, ACCOUNTS, CREATORS)
        await connected.execute(VIDEO_ROWS, OWNER, NOW, VIDEOS, ACCOUNTS)
        await connected.execute(INDEX)
        for table in ("organization", "api_key", "creator", "account", "video"):
            await connected.execute(f"VACUUM (ANALYZE) {table}")
    return OWNER
