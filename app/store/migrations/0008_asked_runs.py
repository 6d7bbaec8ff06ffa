"""Runs that somebody asked for wait in a queue; histories are read, and deleted, by their ids, which follow time.

The indexes over the thing alone serve its deletion too, which deletes its runs.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0007_newest_videos")]

    operations = [
        ops.RemoveIndex(model_name="Run", name="run_by_account", fields=None),
        ops.AlterField(model_name="Run", name="started_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="Run", name="queued_at", field=fields.DatetimeField(null=True)),
        ops.AddIndex(model_name="Run", index=Index(fields=["organization_id", "state", "id"], name="run_by_state")),
        ops.RunSQL(
            [
                "DROP INDEX run_by_video",
                """
CREATE INDEX run_of_account ON run (account_id, id) WHERE account_id IS NOT NULL""",
                """
CREATE INDEX run_of_video ON run (video_id, id) WHERE video_id IS NOT NULL""",
                """
CREATE INDEX run_open ON run (coalesce(account_id, video_id)) WHERE finished_at IS NULL""",
            ]
        ),
    ]
