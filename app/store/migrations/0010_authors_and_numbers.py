"""Who posted a video, by the platform's own id; and a number for each, for callers that know posts by numbers."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0009_usage")]

    operations = [
        ops.AddField(
            model_name="Video", name="author_external_id", field=fields.CharField(null=True, max_length=128)
        ),
        ops.RunSQL(
            [
                "ALTER TABLE video ADD COLUMN internal_id bigint GENERATED ALWAYS AS IDENTITY",
                "CREATE UNIQUE INDEX video_by_internal_id ON video (internal_id)",
            ]
        ),
    ]
