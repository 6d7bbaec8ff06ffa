"""The tables that grow with time: composite keys led by the organization, partitioned, without a model.

They carry no foreign keys: their rows are written under the lock of the row they belong to, in the transaction that
vouches for it, and a check per observation would cost as much as the observation.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

POST_COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
POST_EXTRAS = ("ig_plays", "fb_plays", "fb_likes", "reposts")
ACCOUNT_COUNTERS = ("followers", "following", "profile_posts", "total_likes")


def columns(names: tuple[str, ...], *kinds: str) -> str:
    return ",\n    ".join(kind.format(name) for name in names for kind in kinds)


SUMS = columns(
    POST_COUNTERS + ACCOUNT_COUNTERS,
    "{}_gain bigint NOT NULL",
    "{}_start bigint NOT NULL",
    "{}_known integer NOT NULL",
) + ",\n    " + columns(("likes", "comments", "shares", "saves"), "viewed_{}_gain bigint NOT NULL", "viewed_{}_known integer NOT NULL")

OBSERVATION = """
CREATE TABLE {entity}_observation (
    organization_id uuid NOT NULL,
    {entity}_id uuid NOT NULL,
    captured_at timestamptz NOT NULL,
    run_id uuid,
    provider text NOT NULL,
    route text NOT NULL,
    {columns},
    steps jsonb,
    PRIMARY KEY (organization_id, {entity}_id, captured_at)
) PARTITION BY RANGE (captured_at)"""

VIDEO_DAY = f"""
CREATE TABLE video_day (
    organization_id uuid NOT NULL,
    video_id uuid NOT NULL,
    day date NOT NULL,
    is_observed boolean NOT NULL,
    is_baseline boolean NOT NULL,
    {columns(POST_COUNTERS, "{}_level bigint", "{}_gain bigint")},
    PRIMARY KEY (organization_id, video_id, day)
) PARTITION BY RANGE (day)"""

VIDEO_DAY_BY_DAY = f"""
CREATE INDEX video_day_by_day ON video_day (organization_id, day)
INCLUDE (video_id, {", ".join(f"{name}_level" for name in POST_COUNTERS)})"""

ACCOUNT_SUMS = """
CREATE TABLE account_{unit} (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    {unit} {type} NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    {sums},
    PRIMARY KEY (organization_id, account_id, {unit})
)"""

ORGANIZATION_SUMS = """
CREATE TABLE organization_{unit} (
    organization_id uuid NOT NULL,
    {unit} {type} NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    {sums},
    PRIMARY KEY (organization_id, {unit})
)"""

ORGANIZATION_TOTAL = f"""
CREATE TABLE organization_total (
    organization_id uuid PRIMARY KEY,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    {SUMS}
)"""

UNITS = (("day", "date"), ("slot", "timestamptz"))

DUE = """
CREATE INDEX account_due ON account (next_refresh_at) WHERE is_active AND next_refresh_at IS NOT NULL"""
NEWEST = """
CREATE INDEX video_newest
ON video (organization_id, account_id, coalesce(published_at, '1970-01-01 00:00:00+00'::timestamptz), id)"""
PUBLISHED = """
CREATE INDEX video_by_published_at ON video (organization_id, published_at) WHERE published_at IS NOT NULL"""
LATE = """
CREATE INDEX video_known_late ON video (organization_id, views_known_late_at) WHERE views_known_late_at IS NOT NULL"""
TRIGRAMS = """
CREATE FUNCTION trigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT coalesce(array_agg(DISTINCT substr($1, place, 3)), '{}')
    FROM generate_series(1, length($1) - 2) AS place
)"""
SEARCH = """
CREATE INDEX {table}_search ON {table} USING gin (trigrams(search_text))"""
LEASED = """
CREATE INDEX account_leased ON account (lease_until) WHERE lease_id IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("creatorgraph", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                OBSERVATION.format(
                    entity="video",
                    columns="views_kind text,\n    " + columns(POST_COUNTERS + POST_EXTRAS, "{} bigint"),
                ),
                OBSERVATION.format(entity="account", columns=columns(ACCOUNT_COUNTERS, "{} bigint")),
                VIDEO_DAY,
                VIDEO_DAY_BY_DAY,
                *(ACCOUNT_SUMS.format(unit=unit, type=kind, sums=SUMS) for unit, kind in UNITS),
                *(ORGANIZATION_SUMS.format(unit=unit, type=kind, sums=SUMS) for unit, kind in UNITS),
                ORGANIZATION_TOTAL,
                NEWEST,
                PUBLISHED,
                LATE,
                TRIGRAMS,
                *(SEARCH.format(table=table) for table in ("creator", "account", "video")),
                DUE,
                LEASED,
            ]
        ),
    ]
