"""Replies of creates that carry an idempotency key; and when anything of an account was first observed."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0005_keys_and_quota")]

    operations = [
        ops.RunSQL(
            [
                """
CREATE TABLE replay (
    organization_id uuid NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    key_id uuid NOT NULL,
    face text NOT NULL,
    idempotency_key text NOT NULL,
    route text NOT NULL,
    body_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    status smallint,
    headers jsonb,
    body bytea,
    PRIMARY KEY (organization_id, key_id, face, idempotency_key)
)""",
                """
CREATE INDEX replay_by_age ON replay (created_at)""",
                "UPDATE account SET first_observed_at = first_refreshed_at",
                """
CREATE INDEX account_first_observed ON account (organization_id, first_observed_at) WHERE removed_at IS NULL""",
            ]
        ),
    ]
