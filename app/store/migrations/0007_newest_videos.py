"""The organization's videos in the order they were published in, which a list of all of them has by default.

Of the other orders none is worth an index: counters change with every refresh, which would then write to it too.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0006_replays")]

    operations = [
        ops.RunSQL(
            [
                """
CREATE INDEX video_newest_of_all
    ON video (organization_id, (coalesce(published_at, '1970-01-01 00:00:00+00'::timestamptz)), id)
    WHERE removed_at IS NULL""",
            ]
        ),
    ]
