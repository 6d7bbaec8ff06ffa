"""Questions asked of raw observations: what every figure would cost without rollups."""

from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS

POST_GAINS = f"""
SELECT o.video_id, v.account_id, o.captured_at,
       {
    ", ".join(
        f"o.{name} - coalesce(lag(o.{name}) OVER past, CASE WHEN v.grows_from_zero THEN 0 ELSE o.{name} END)"
        f" AS {name}_gain"
        for name in POST_COUNTERS
    )
}
FROM video_observation o JOIN video v ON v.id = o.video_id
WHERE o.organization_id = $1 AND o.captured_at < $3 AND v.removed_at IS NULL
WINDOW past AS (PARTITION BY o.video_id ORDER BY o.captured_at)
"""
"""What each observation of an organization ($1) before $3 added to each counter."""

PROFILE_GAINS = f"""
SELECT account_id, captured_at,
       {", ".join(f"{name} - coalesce(lag({name}) OVER past, {name}) AS {name}_gain" for name in ACCOUNT_COUNTERS)}
FROM account_observation
WHERE organization_id = $1 AND captured_at < $3
WINDOW past AS (PARTITION BY account_id ORDER BY captured_at)
"""
"""The same of profiles."""


def _sums(counters: tuple[str, ...]) -> str:
    return ", ".join(f"sum({name}_gain)::bigint AS {name}_gain" for name in counters)


SERIES = f"""
SELECT * FROM
    (SELECT captured_at::date AS day, {_sums(POST_COUNTERS)} FROM ({POST_GAINS}) gains
     WHERE captured_at >= $2 GROUP BY day) posts
    FULL JOIN
    (SELECT captured_at::date AS day, {_sums(ACCOUNT_COUNTERS)} FROM ({PROFILE_GAINS}) gains
     WHERE captured_at >= $2 GROUP BY day) profiles USING (day)
ORDER BY day
"""
"""The gains of an organization ($1) day by day, from $2 to before $3."""

LEADERBOARD = f"""
SELECT account_id, sum(views_gain) FILTER (WHERE captured_at >= $4)::bigint AS views,
       sum(views_gain) FILTER (WHERE captured_at < $4)::bigint AS views_before
FROM ({POST_GAINS}) gains
WHERE captured_at >= $2 GROUP BY account_id
ORDER BY views DESC NULLS LAST, account_id LIMIT $5
"""
"""The accounts of an organization ($1) by the views gained from $4 to before $3, beside those from $2 to before $4."""

OVERVIEW = f"""
SELECT sum(views_gain) FILTER (WHERE captured_at >= $4)::bigint AS views,
       sum(views_gain) FILTER (WHERE captured_at < $4)::bigint AS views_before,
       sum(likes_gain + comments_gain + coalesce(shares_gain, 0)) FILTER (WHERE captured_at >= $4)::bigint AS engaged
FROM ({POST_GAINS}) gains
WHERE captured_at >= $2
"""
"""The views and the engagement of an organization ($1) from $4 to before $3, beside those from $2 to before $4."""

_LAST_VIEWS = """
(SELECT o.views FROM video_observation o
 WHERE o.organization_id = $1 AND o.video_id = v.id AND o.captured_at < {until} AND o.views IS NOT NULL
 ORDER BY o.captured_at DESC LIMIT 1)
"""

RANKED_VIDEOS = f"""
SELECT id, later - coalesce(earlier, views_start) AS views FROM (
    SELECT v.id, v.views_start, {_LAST_VIEWS.format(until="$3")} AS later, {_LAST_VIEWS.format(until="$2")} AS earlier
    FROM video v WHERE v.organization_id = $1 AND v.removed_at IS NULL
) probed
ORDER BY views DESC NULLS LAST, id LIMIT $4
"""
"""The first $4 videos of an organization ($1) by the views gained from $2 to before $3, probing each one's history."""
