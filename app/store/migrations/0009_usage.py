"""What each organization asked of each face, day by day; and its runs in the order they began, to be counted by day."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0008_asked_runs")]

    operations = [
        ops.RunSQL(
            [
                """
CREATE TABLE usage_day (
    organization_id uuid NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    day date NOT NULL,
    face text NOT NULL,
    requests bigint NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (organization_id, day, face)
) WITH (fillfactor = 70)""",
                """
CREATE INDEX run_by_start ON run (organization_id, started_at)""",
            ]
        ),
    ]
