"""Questions asked of the rollups by hand-written SQL: what an engineer would write who needed that one answer."""

from app.domain.metrics import ENGAGEMENT_COUNTERS

COUNTERS = ("views", "likes", "comments", "shares", "saves", "followers")
VIEWED = ENGAGEMENT_COUNTERS

SERIES = f"""
SELECT day, observations, baselines,
       {", ".join(f"{name}_gain, {name}_known" for name in COUNTERS)},
       {", ".join(f"viewed_{name}_gain, viewed_{name}_known" for name in VIEWED)}
FROM organization_day WHERE organization_id = $1 AND day BETWEEN $2 AND $3
ORDER BY day
"""
"""The gains of an organization ($1) day by day, from $2 to $3."""

SERIES_END = f"""
SELECT {", ".join(f"{name}_known" for name in COUNTERS)}, {", ".join(f"viewed_{name}_known" for name in VIEWED)},
       (SELECT min(day) FROM organization_day WHERE organization_id = $1) AS first_day
FROM organization_total WHERE organization_id = $1
"""
"""What is known by now, from which it follows what was known in each bucket; and since when."""

LEADERBOARD = """
WITH gained AS (
    SELECT account_id, sum(views_gain) FILTER (WHERE day >= $3) AS now,
           sum(views_gain) FILTER (WHERE day < $3) AS before
    FROM account_day WHERE organization_id = $1 AND day >= $2 AND day <= $4
    GROUP BY account_id
)
SELECT id, now::bigint AS views, before::bigint AS views_before, first_refreshed_at, count(*) OVER () AS ranked_count,
       row_number() OVER (ORDER BY before DESC NULLS LAST, lower(handle) COLLATE "C", id) AS previous_rank
FROM account LEFT JOIN gained ON account_id = id
WHERE organization_id = $1 AND removed_at IS NULL
ORDER BY now DESC NULLS LAST, lower(handle) COLLATE "C", id LIMIT $5
"""
"""The first $5 accounts of an organization ($1) by the views gained from $3 to $4, beside their ranks from $2 on."""

OVERVIEW = f"""
SELECT d.*, t.followers_gain + t.followers_start AS followers, a.*, v.*, c.*,
       (SELECT min(day) FROM organization_day WHERE organization_id = $1) AS first_day
FROM (
    SELECT {
    ", ".join(
        f"sum({name}_gain) FILTER (WHERE day >= $3) AS {name},"
        f" sum({name}_gain) FILTER (WHERE day < $3) AS {name}_before"
        for name in ("views", "viewed_likes", "viewed_comments", "viewed_shares")
    )
}, sum(followers_gain + followers_start) FILTER (WHERE day >= $3) AS followers_change
    FROM organization_day WHERE organization_id = $1 AND day BETWEEN $2 AND $4
) d, organization_total t, (
    SELECT count(*) AS accounts, count(*) FILTER (WHERE added_at < $5) AS accounts_before
    FROM account WHERE organization_id = $1 AND is_active AND removed_at IS NULL
) a, (
    SELECT count(discovered_at) AS found, count(*) FILTER (WHERE discovered_at < $5) AS found_before,
           count(added_at) AS added, count(*) FILTER (WHERE added_at < $5) AS added_before
    FROM video WHERE organization_id = $1 AND removed_at IS NULL
) v, (
    SELECT count(*) AS creators, count(*) FILTER (WHERE added_at < $5) AS creators_before
    FROM creator WHERE organization_id = $1
) c
WHERE t.organization_id = $1
"""
"""The cards of an organization ($1) from $3 to $4, beside those from $2 on; $5 is the instant $3 begins at."""

BATCH = f"""
SELECT v.id, {
    ", ".join(
        f"CASE WHEN v.last_observed_day <= $4 THEN v.{name} ELSE later.{name}_level END AS {name},"
        f" coalesce(CASE WHEN v.last_observed_day <= $3 THEN v.{name} ELSE earlier.{name}_level END, v.{name}_start)"
        f" AS {name}_before"
        for name in ("views", "likes", "comments", "shares")
    )
}
FROM video v
LEFT JOIN video_day earlier ON earlier.organization_id = $1 AND earlier.video_id = v.id AND earlier.day = $3
LEFT JOIN video_day later ON later.organization_id = $1 AND later.video_id = v.id AND later.day = $4
WHERE v.organization_id = $1 AND v.id = ANY($2) AND v.removed_at IS NULL
"""
"""Videos ($2) with where they stand at the end of day $4 and stood at the end of day $3: two probes by primary key."""
