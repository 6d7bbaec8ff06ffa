"""SQL that stores what was made: observations, and every row that recording them one by one would have left.

No shortcut is taken from the program: these are its rules (gains, baselines, true zero starts, sums) said once more in
SQL, and the program's own verification says whether both mean the same. It relies on what `generating` promises: one
refresh of an account a day, counters that are always or never shown, no approximate values.
"""

from app.domain.metrics import ACCOUNT_COUNTERS, ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.store.rollups import SUM_COLUMNS
from bench.generating import MOST_POSTS, draw, identity
from bench.sizes import OrganizationSize

ACCOUNTS_PER_CREATOR = 5
WORDS = (
    "morning,evening,coffee,kitchen,garden,studio,street,market,river,mountain,island,winter,summer,"
    "travel,train,bread,pasta,salad,dance,song,guitar,drawing,paint,camera,lens,light,dog,cat,bird,horse,"
    "paper,wood,glass,stone,simple,quick,slow,first,last,little,great,hidden,secret,honest,weekly,daily,"
    "story,recipe,lesson,review,repair"
)
WORD_COUNT = WORDS.count(",") + 1
WORDS_OF_A_CAPTION = 5

OBSERVATIONS = f"""
INSERT INTO video_observation
    (organization_id, video_id, captured_at, run_id, provider, route, views_kind, {", ".join(POST_COUNTERS)})
SELECT $1::uuid, video_id, captured_at, run_id, 'bench', 'bench', CASE WHEN views IS NOT NULL THEN 'plays' END,
       {", ".join(POST_COUNTERS)}
FROM made_seen
"""
"""Rows come in the order they were made in, which is that of the key."""

VIDEO_DAYS = f"""
INSERT INTO video_day
    (organization_id, video_id, day, is_observed, is_baseline,
     {", ".join(f"{name}_level, {name}_gain" for name in POST_COUNTERS)})
SELECT $1::uuid, video_id, day + later, later = 0, later = 0 AND is_baseline,
       {", ".join(f"{name}, CASE later WHEN 0 THEN {name}_gain ELSE {name}_gain * 0 END" for name in POST_COUNTERS)}
FROM made_seen CROSS JOIN LATERAL generate_series(0, coalesce(next_day, day + 1) - day - 1) later
"""
"""A day that was missed carries the level and gains nothing."""

PROFILE_OBSERVATIONS = f"""
INSERT INTO account_observation
    (organization_id, account_id, captured_at, run_id, provider, route, {", ".join(ACCOUNT_COUNTERS)})
SELECT $1::uuid, account_id, captured_at, run_id, 'bench', 'bench', {", ".join(ACCOUNT_COUNTERS)} FROM made_profile
"""


def _post_sums() -> dict[str, str]:
    """What the posts of one refresh add to each column."""
    sums = {"observations": "count(*)", "baselines": "count(*) FILTER (WHERE is_baseline)"}
    for name in POST_COUNTERS:
        sums[f"{name}_gain"] = f"sum({name}_gain)"
        sums[f"{name}_start"] = f"sum({name}) FILTER (WHERE is_baseline)"
        sums[f"{name}_known"] = f"count({name}) FILTER (WHERE is_first)"
    for name in ENGAGEMENT_COUNTERS:
        sums[f"viewed_{name}_gain"] = f"sum({name}_gain) FILTER (WHERE views IS NOT NULL)"
        sums[f"viewed_{name}_known"] = f"count({name}) FILTER (WHERE is_first AND views IS NOT NULL)"
    return sums


def _profile_sums() -> dict[str, str]:
    """What the profile of one refresh adds to each column."""
    sums = {"observations": "1", "baselines": "is_first::int"}
    for name in ACCOUNT_COUNTERS:
        sums[f"{name}_gain"] = f"{name}_gain"
        sums[f"{name}_start"] = f"CASE WHEN is_first THEN {name} END"
        sums[f"{name}_known"] = f"(is_first AND {name} IS NOT NULL)::int"
    return sums


def _sums() -> str:
    posts, profiles = _post_sums(), _profile_sums()

    def column(name: str) -> str:
        parts = [f"coalesce(posts.{name}, 0)"] if name in posts else []
        parts += [f"coalesce({profiles[name]}, 0)"] if name in profiles else []
        return f"{' + '.join(parts)} AS {name}"

    return f"""
        CREATE TEMP TABLE made_sums ON COMMIT DROP AS
        SELECT account_id, day, date_bin('15 minutes', captured_at, 'epoch') AS slot,
               {", ".join(column(name) for name in SUM_COLUMNS)}
        FROM made_profile LEFT JOIN (
            SELECT run_id, {", ".join(f"{value} AS {name}" for name, value in posts.items())}
            FROM made_seen GROUP BY run_id
        ) posts USING (run_id)
        """


def _insert_sums(table: str, keys: tuple[str, ...], source: str = "made_sums") -> str:
    grouped = f"GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else ""
    return f"""
        INSERT INTO {table} ({", ".join(("organization_id", *keys, *SUM_COLUMNS))})
        SELECT {", ".join(("$1::uuid", *keys))}, {", ".join(f"sum({name})" for name in SUM_COLUMNS)}
        FROM {source} {grouped}
        """


def _creators(organization: OrganizationSize) -> str:
    return f"""
        INSERT INTO creator (id, organization_id, name, is_active, metadata, added_at, search_text)
        SELECT id, $1::uuid, name, true, '{{}}', added_at, lower(name)
        FROM (
            SELECT {_creator_of("number")} AS id, 'Creator ' || number / {ACCOUNTS_PER_CREATOR} AS name,
                   timestamptz '2025-01-02 00:00:00+00' AS added_at
            FROM generate_series(0, {organization.accounts - 1}, {ACCOUNTS_PER_CREATOR}) number
        ) made
        """.replace("$number", str(organization.number))


def _creator_of(number: str) -> str:
    place = f"({number}) / {ACCOUNTS_PER_CREATOR}"
    return identity("timestamptz '2025-01-02 00:00:00+00'", f"$number * {MOST_POSTS} + {place}")


def _accounts(organization: OrganizationSize) -> str:
    """Accounts with the figures that follow from all their rows. The last one of an organization is no creator's."""
    levels = ", ".join(
        f"CASE WHEN {name}_known > 0 THEN {name}_gain + {name}_start END"
        for name in (*ACCOUNT_COUNTERS, *POST_COUNTERS)
    )
    known = [f"{name}_known" for name in POST_COUNTERS] + [f"viewed_{name}_known" for name in ENGAGEMENT_COUNTERS]
    return f"""
        INSERT INTO account
            (id, organization_id, creator_id, linked_at, platform, handle, external_id, display_name, metadata,
             is_verified, is_active, is_paused_by_creator, is_unavailable, is_private, added_at, first_refreshed_at,
             first_observed_at, last_refreshed_at, refresh_interval_hours, next_refresh_at, is_backfilling, failures,
             discovered_posts, search_text, {", ".join((*ACCOUNT_COUNTERS, *POST_COUNTERS, *known))})
        SELECT id, $1::uuid, CASE WHEN is_linked THEN {_creator_of("number")} END,
               CASE WHEN is_linked THEN tracked_since END, platform, 'account' || key, 'id' || key,
               'Account number ' || key, '{{}}', false, true, false, false, false, tracked_since, first_at,
               first_at, last_at, 24, last_at + interval '24 hours', false, 0, coalesce(discovered, 0),
               'account' || key || E'\\n' || 'account number ' || key, {levels}, {", ".join(known)}
        FROM (SELECT *, number < {organization.accounts - 1} AS is_linked FROM made_account) made
        JOIN (
            SELECT account_id AS id, {", ".join(f"sum({name}) AS {name}" for name in SUM_COLUMNS)}
            FROM made_sums GROUP BY account_id
        ) summed USING (id)
        JOIN (
            SELECT account_id AS id, min(captured_at) AS first_at, max(captured_at) AS last_at
            FROM made_profile GROUP BY account_id
        ) timed USING (id)
        LEFT JOIN (SELECT account_id AS id, count(*) AS discovered FROM made_seen WHERE is_first GROUP BY account_id)
            counted USING (id)
        ORDER BY id
        """.replace("$number", str(organization.number))


def _caption() -> str:
    return " || ' ' || ".join(
        f"split_part('{WORDS}', ',', 1 + floor({WORD_COUNT} * {draw('key', 20 + place)})::int)"
        for place in range(WORDS_OF_A_CAPTION)
    )


VIDEOS = f"""
INSERT INTO video
    (id, organization_id, account_id, platform, external_id, kind, caption, published_at, duration_seconds, is_pinned,
     is_unavailable, discovered_at, first_refreshed_at, last_refreshed_at, last_observed_day, grows_from_zero,
     views_kind, search_text, {", ".join(f"{name}, {name}_start" for name in POST_COUNTERS)})
SELECT id, $1::uuid, account_id, platform, key::text, CASE platform WHEN 'tiktok' THEN 'video' ELSE 'reel' END,
       caption, published_at, 15 + key % 45, false, false, first_at, first_at, last_at, last_day, grows_from_zero,
       CASE WHEN views IS NOT NULL THEN 'plays' END, caption, {
    ", ".join(
        f"{name}, CASE WHEN {name} IS NULL THEN NULL WHEN grows_from_zero THEN 0 ELSE {name}_first END"
        for name in POST_COUNTERS
    )
}
FROM (SELECT *, {_caption()} AS caption FROM made_post) made
JOIN (
    SELECT video_id AS id, captured_at AS first_at, {", ".join(f"{name} AS {name}_first" for name in POST_COUNTERS)}
    FROM made_seen WHERE is_first
) first USING (id)
JOIN (
    SELECT video_id AS id, captured_at AS last_at, day AS last_day, {", ".join(POST_COUNTERS)}
    FROM made_seen WHERE next_day IS NULL
) last USING (id)
ORDER BY id
"""

RUNS = """
INSERT INTO run
    (id, organization_id, account_id, state, started_at, finished_at, answer_class, calls, used_recent_facts,
     posts_observed)
SELECT run_id, $1::uuid, account_id, 'succeeded', captured_at, captured_at + interval '2 seconds', 'ok', '[]', false,
       coalesce(seen, 0)
FROM made_profile LEFT JOIN (SELECT run_id, count(*) AS seen FROM made_seen GROUP BY run_id) counted USING (run_id)
ORDER BY run_id
"""


def statements(organization: OrganizationSize) -> list[str]:
    """What stores an organization that exists as $1, in the order in which rows refer to each other."""
    return [
        OBSERVATIONS,
        VIDEO_DAYS,
        PROFILE_OBSERVATIONS,
        _insert_sums("account_day", ("account_id", "day")),
        _insert_sums("account_slot", ("account_id", "slot")),
        _insert_sums("organization_day", ("day",)),
        _insert_sums("organization_slot", ("slot",)),
        _insert_sums("organization_total", ()),
        _creators(organization),
        _accounts(organization),
        VIDEOS,
        RUNS,
    ]


SUMS = _sums()
"""Makes the temporary table `made_sums`: what each refresh adds, post by post and of the profile."""
