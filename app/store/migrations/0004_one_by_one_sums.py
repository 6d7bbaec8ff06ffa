"""What the models cannot say of posts tracked one by one and of things removed: partial indexes, a post's own sums.

`video_slot` holds, for each post that is tracked by itself, what it adds to its organization, so that it can join or
leave the sums of an account without its observations being read.

And what figures are found by: when a set was first observed, what was there before an instant, what accounts gained.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

COUNTERS = (
    *("views", "plays", "likes", "comments", "shares", "saves"),
    *("followers", "following", "profile_posts", "total_likes"),
)
SUMS = [f"{name}_gain bigint NOT NULL, {name}_start bigint NOT NULL, {name}_known integer NOT NULL" for name in COUNTERS]
SUMS += [
    f"viewed_{name}_gain bigint NOT NULL, viewed_{name}_known integer NOT NULL"
    for name in ("likes", "comments", "shares", "saves")
]
VIDEO_SLOT = f"""
CREATE TABLE video_slot (
    organization_id uuid NOT NULL,
    video_id uuid NOT NULL,
    slot timestamptz NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    {", ".join(SUMS)},
    PRIMARY KEY (organization_id, video_id, slot)
)"""

ROOM = """
ALTER TABLE {table} SET (fillfactor = 50)"""
"""For rows that every refresh writes again: their next version fits into the same page, and no index learns of it."""
LEASED = """
CREATE INDEX {table}_leased ON {table} (id) WHERE lease_id IS NOT NULL"""
"""Not by when a lease runs out: extending it would touch every index of the table."""


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0003_one_by_one")]

    operations = [
        ops.RunSQL(
            [
                """
CREATE UNIQUE INDEX account_tracked_handle ON account (organization_id, platform, handle) WHERE removed_at IS NULL""",
                """
CREATE UNIQUE INDEX video_tracked_post ON video (organization_id, platform, external_id) WHERE removed_at IS NULL""",
                """
CREATE INDEX account_removed ON account (removed_at) WHERE removed_at IS NOT NULL""",
                """
CREATE INDEX video_one_by_one ON video (organization_id, added_at, id) WHERE added_at IS NOT NULL""",
                """
CREATE INDEX video_left_account ON video (organization_id, left_account_id) WHERE left_account_id IS NOT NULL""",
                """
CREATE INDEX video_due ON video (next_refresh_at) WHERE is_active AND next_refresh_at IS NOT NULL""",
                *(ROOM.format(table=table) for table in ("account", "video", "organization_total")),
                "DROP INDEX account_leased",
                *(LEASED.format(table=table) for table in ("account", "video")),
                """
CREATE INDEX video_first_refreshed ON video (organization_id, first_refreshed_at)
WHERE added_at IS NOT NULL AND removed_at IS NULL""",
                """
CREATE INDEX video_tracked_since ON video (organization_id, discovered_at, added_at) INCLUDE (account_id)
WHERE removed_at IS NULL""",
                """
CREATE INDEX run_by_video ON run (video_id, started_at) WHERE video_id IS NOT NULL""",
                VIDEO_SLOT,
            ]
        ),
    ]
