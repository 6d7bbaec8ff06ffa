"""SQL that invents one organization's accounts, their refreshes, their posts, and what each refresh saw of each post.

Everything follows from numbers: two runs make the same rows. An account is refreshed once a day, at its own time of
day, and misses a few days; a refresh sees the account's newest posts. A counter that a post shows it always shows, and
exactly; now and then one falls, as platforms correct them. Some posts hide their likes, some never show their views.
"""

from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from bench.sizes import NOW, OrganizationSize, Size

KEPT_SHARE = 0.4
"""The share of an account's posts that one refresh sees, its newest ones."""
MISSED_SHARE = 0.03
LATEST_MINUTE = 1400
"""Of a day: a refresh starts within some twenty minutes after its minute, and stays inside its day."""
LATE_START_SHARE = 0.2
"""Accounts come in over this first part of the history."""
MOST_POSTS = 1_000_000
"""Of one organization: posts and accounts are numbered through all organizations in steps of this."""
MOST_DAYS = 10_000

SHOWN_OF_POST = {
    "views": "CASE WHEN shows_views THEN watched END",
    "plays": "CASE WHEN platform = 'instagram' AND shows_views THEN watched + watched / 8 END",
    "likes": "CASE WHEN shows_likes THEN floor(watched * liking)::bigint END",
    "comments": "floor(watched * liking / 20)::bigint",
    "shares": "CASE WHEN platform = 'tiktok' THEN floor(watched * liking / 9)::bigint END",
    "saves": "CASE WHEN platform = 'tiktok' THEN floor(watched * liking / 6)::bigint END",
}
"""Each counter of a post, of how often it was watched."""
SHOWN_OF_PROFILE = {
    "followers": "floor((1000 + 90000 * fame) * (1 + 0.002 * passed))::bigint",
    "following": "floor(100 + 900 * fame + passed / 10)::bigint",
    "profile_posts": "published + 7::bigint",
    "total_likes": "CASE WHEN platform = 'tiktok' THEN floor(900000 * fame * (1 + 0.01 * passed))::bigint END",
}
"""Each counter of a profile, of its fame (0 to 1) and the days that passed since it was tracked."""


def draw(key: str, salt: int) -> str:
    """SQL for a number in [0, 1) that belongs to a key and a salt."""
    return f"((hashint8extended(({key})::bigint, {salt}) & 2147483647) / 2147483648.0::float8)"


def identity(moment: str, number: str) -> str:
    """SQL for a time-ordered id, such as the program makes them, of a moment and a number below 2^48."""
    milliseconds = f"lpad(to_hex((extract(epoch FROM {moment}) * 1000)::bigint), 12, '0')"
    return f"({milliseconds} || '70008000' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid"


def statements(organization: OrganizationSize, size: Size) -> list[str]:
    """What makes the temporary tables `made_account`, `made_refresh`, `made_post`, `made_seen` and `made_profile`."""
    return [_accounts(organization, size), REFRESHES, _posts(organization), SEEN, PROFILES]


def _accounts(organization: OrganizationSize, size: Size) -> str:
    """Accounts, from some with hardly a post to some with many, each with the days of its own history."""
    first = organization.number * MOST_POSTS

    def posts_before(number: str) -> str:
        return f"floor({organization.posts} * power(({number}) / {organization.accounts}::float8, 1.5))::int"

    return f"""
        CREATE TEMP TABLE made_account ON COMMIT DROP AS
        SELECT *, {identity("tracked_since", "key")} AS id,
               (days - 1) / nullif(posts - kept, 0)::float8 AS days_between_posts,
               CASE WHEN key % 3 = 2 THEN 'instagram' ELSE 'tiktok' END AS platform
        FROM (
            SELECT *, greatest(round(posts * {KEPT_SHARE}), least(posts, 1))::int AS kept,
                   (date '{NOW.date()}' - days + 1)::timestamptz + minute * interval '1 minute' AS tracked_since
            FROM (
                SELECT number, {first} + number::bigint AS key, {posts_before("number")} AS first_post,
                       {posts_before("number + 1")} - {posts_before("number")} AS posts,
                       {size.days} - floor({size.days * LATE_START_SHARE}
                                           * {draw(f"{first} + number", 1)})::int AS days,
                       floor({LATEST_MINUTE} * {draw(f"{first} + number", 2)})::int AS minute
                FROM generate_series(0, {organization.accounts - 1}) number
            ) numbered
        ) placed
        """


REFRESHES = f"""
CREATE TEMP TABLE made_refresh ON COMMIT DROP AS
SELECT *, {identity("captured_at", f"key * {MOST_DAYS} + round")} AS run_id,
       extract(epoch FROM captured_at - tracked_since) / 86400 AS passed,
       least(posts, kept + coalesce(floor(
           extract(epoch FROM captured_at - tracked_since) / 86400 / days_between_posts + 0.5), 0))::int AS published
FROM (
    SELECT a.*, round, (tracked_since + round * interval '1 day')::date AS day,
           tracked_since + round * interval '1 day'
           + floor(60 + 1200 * {draw(f"key * {MOST_DAYS} + round", 3)}) * interval '1 second' AS captured_at
    FROM made_account a CROSS JOIN LATERAL generate_series(0, days - 1) round
    WHERE round IN (0, days - 1) OR {draw(f"key * {MOST_DAYS} + round", 4)} >= {MISSED_SHARE}
) timed
"""


def _posts(organization: OrganizationSize) -> str:
    """Posts: those an account had when its tracking began, and those it published since, evenly in time."""
    return f"""
        CREATE TEMP TABLE made_post ON COMMIT DROP AS
        SELECT *, published_at >= tracked_since AS grows_from_zero,
               {identity("greatest(published_at, tracked_since)", "key")} AS id,
               exp(5 + 9 * power({draw("key", 11)}, 2)) AS reach,
               0.02 + 0.1 * {draw("key", 12)} AS liking,
               {draw("key", 13)} >= 0.03 AS shows_likes,
               platform = 'tiktok' OR {draw("key", 14)} >= 0.5 AS shows_views
        FROM (
            SELECT a.number AS account, a.id AS account_id, a.platform, a.tracked_since, place,
                   {organization.number * MOST_POSTS}::bigint + first_post + place AS key,
                   tracked_since + CASE WHEN place < kept THEN (place - kept) * interval '36 hours'
                                        ELSE (place - kept + 0.5) * days_between_posts * interval '1 day'
                                   END AS published_at
            FROM made_account a CROSS JOIN LATERAL generate_series(0, posts - 1) place
        ) numbered
        """


def _lags(counters: tuple[str, ...]) -> str:
    return ", ".join(f"{name} - lag({name}) OVER past AS {name}_change" for name in counters)


SEEN = f"""
CREATE TEMP TABLE made_seen ON COMMIT DROP AS
SELECT video_id, account_id, run_id, captured_at, day, next_day, is_first, is_first AND NOT grows AS is_baseline,
       {
    ", ".join(
        f"{name}, CASE WHEN NOT is_first THEN {name}_change WHEN grows THEN {name} WHEN {name} IS NOT NULL THEN 0 END"
        f" AS {name}_gain"
        for name in POST_COUNTERS
    )
}
FROM (
    SELECT *, lag(captured_at) OVER past IS NULL AS is_first, lead(day) OVER past AS next_day, {_lags(POST_COUNTERS)}
    FROM (
        SELECT video_id, account_id, run_id, captured_at, day, grows,
               {", ".join(f"{SHOWN_OF_POST[name]} AS {name}" for name in POST_COUNTERS)}
        FROM (
            SELECT *, floor(reach * (1 - exp(-age / 3) + 0.002 * age)
                            * CASE WHEN {draw(f"key * {MOST_DAYS} + round", 15)} < 0.005 THEN 0.99 ELSE 1 END
                      )::bigint AS watched
            FROM (
                SELECT p.id AS video_id, p.account_id, r.run_id, r.captured_at, r.day, r.round, p.key, p.platform,
                       p.grows_from_zero AS grows, p.reach, p.liking, p.shows_likes, p.shows_views,
                       extract(epoch FROM r.captured_at - p.published_at)::float8 / 86400 AS age
                FROM made_refresh r
                CROSS JOIN LATERAL generate_series(greatest(r.published - r.kept, 0), r.published - 1) seen (place)
                JOIN made_post p ON p.account = r.number AND p.place = seen.place
            ) aged OFFSET 0
        ) counted OFFSET 0
    ) shown
    WINDOW past AS (PARTITION BY video_id ORDER BY captured_at)
) changed
"""
"""OFFSET 0 keeps what a row is made of from being worked out anew for each of its columns."""

PROFILES = f"""
CREATE TEMP TABLE made_profile ON COMMIT DROP AS
SELECT account_id, run_id, captured_at, day, is_first, {
    ", ".join(
        f"{name}, CASE WHEN NOT is_first THEN {name}_change WHEN {name} IS NOT NULL THEN 0 END AS {name}_gain"
        for name in ACCOUNT_COUNTERS
    )
}
FROM (
    SELECT *, lag(captured_at) OVER past IS NULL AS is_first, {_lags(ACCOUNT_COUNTERS)}
    FROM (
        SELECT id AS account_id, run_id, captured_at, day,
               {", ".join(f"{SHOWN_OF_PROFILE[name]} AS {name}" for name in ACCOUNT_COUNTERS)}
        FROM (SELECT *, {draw("key", 5)} AS fame FROM made_refresh) famed
    ) shown
    WINDOW past AS (PARTITION BY account_id ORDER BY captured_at)
) changed
"""
