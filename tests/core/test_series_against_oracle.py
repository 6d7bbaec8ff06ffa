"""Generated histories, arriving in any order, against figures read straight from the observations."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.analytics.series import subject_series
from app.core.analytics.video_lists import list_videos_of
from app.core.tracking.accounts import load_accounts
from app.domain.cursors import page_request
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS, SERIES_COUNTERS
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from tests import oracle
from tests.factories import account_facts, new_account, new_viewer, post, record

EPOCH = datetime(2026, 3, 24, tzinfo=UTC)
NOW = EPOCH + timedelta(days=12)
ADDED_AT = EPOCH + timedelta(days=1, hours=5)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]

instants = st.integers(0, 10 * 96 - 1).map(lambda quarter: EPOCH + timedelta(minutes=15 * quarter))
values = st.one_of(
    st.tuples(st.integers(0, 500), st.just(1)), st.tuples(st.integers(1, 9).map(lambda n: n * 100), st.just(100))
)


def known(*names: str) -> st.SearchStrategy[dict[str, tuple[int, int]]]:
    return st.dictionaries(st.sampled_from(names), values, max_size=len(names))


refreshes = st.tuples(
    instants,
    known("followers", "total_likes"),
    st.dictionaries(st.sampled_from("ABC"), known("views", "likes", "shares"), max_size=3),
)
published = st.fixed_dictionaries({name: st.one_of(st.none(), instants, st.just(ADDED_AT)) for name in "ABC"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(refreshes, max_size=9),
    published=published,
    zone=st.sampled_from(ZONES),
    granularity=st.sampled_from([Granularity.DAY, Granularity.WEEK, Granularity.MONTH, 3]),
    start=st.integers(0, 11),
    length=st.integers(0, 11),
)
async def test_account_figures(
    database: None, history: list, published: dict, zone: str, granularity: Granularity | int, start: int, length: int
) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for captured_at, profile, posts in history:
        facts = [post(f"{name}{account.id}", published[name], seen) for name, seen in sorted(posts.items())]
        await record(account, account_facts(account, captured_at, facts, profile), now=NOW)

    entities = {
        name: oracle.Entity(
            [(captured_at, posts[name]) for captured_at, _, posts in history if name in posts],
            from_zero=published[name] is not None and published[name] >= ADDED_AT,
        )
        for name in "ABC"
    }
    profile = oracle.Entity([(captured_at, seen) for captured_at, seen, _ in history])

    first = EPOCH.date() + timedelta(days=start)
    last = min(first + timedelta(days=length), EPOCH.date() + timedelta(days=11))
    window = Window(first, last, read_zone(zone))
    await compare_series(viewer, account.id, window, granularity, entities, profile)
    await compare_latest(viewer, account.id, entities, profile)
    await compare_video_days(account.id, entities)
    account_rows = await fetch(ROWS.format("account", "account_id"), account.id)
    assert await fetch(ROWS.format("organization", "organization_id"), viewer.organization_id) == account_rows


ROWS = (
    "SELECT day, observations, baselines, "
    + ", ".join(f"{name}_{part}" for name in SERIES_COUNTERS for part in ("gain", "start", "known"))
    + " FROM {0}_day WHERE {1} = $1 ORDER BY day"
)


async def compare_series(viewer, account_id, window, granularity, entities, profile) -> None:
    members = {name: list(entities.values()) for name in POST_COUNTERS} | {name: [profile] for name in ACCOUNT_COUNTERS}
    everything = [*entities.values(), profile]
    for mode in SeriesMode:
        found = await subject_series(
            viewer, SubjectKind.ACCOUNT, [account_id], window, granularity, mode, SERIES_COUNTERS, now=NOW
        )
        buckets = found[account_id].buckets
        assert buckets[0].start == window.start
        assert buckets[-1].end == window.end
        for bucket in buckets:
            begin = oracle.first_instant(bucket.start, window.zone)
            end = oracle.first_instant(bucket.end + timedelta(days=1), window.zone)
            for counter in SERIES_COUNTERS:
                if mode is SeriesMode.GAIN:
                    expected = oracle.total([oracle.gain(m, counter, begin, end) for m in members[counter]])
                else:
                    expected = oracle.total([oracle.level(m, counter, end) for m in members[counter]])
                assert bucket.values[counter] == expected, (mode, bucket, counter)
            assert bucket.is_observed == oracle.is_observed(everything, begin, end)
            assert bucket.is_baseline == oracle.is_baseline(everything, SERIES_COUNTERS, begin, end)


async def compare_latest(viewer, account_id, entities, profile) -> None:
    account = (await load_accounts(viewer, [account_id]))[account_id]
    for counter in POST_COUNTERS:
        latest = [oracle.level(entity, counter, NOW) for entity in entities.values()]
        assert getattr(account, counter) == oracle.total(latest)
    for counter in ACCOUNT_COUNTERS:
        assert getattr(account, counter) == oracle.level(profile, counter, NOW)
    videos = (await list_videos_of(viewer, SubjectKind.ACCOUNT, [account_id], page_request(), with_total=True))[
        account_id
    ]
    assert videos.total_count == len(videos.nodes) == account.discovered_posts
    for video in videos.nodes:
        for counter in POST_COUNTERS:
            assert getattr(video, counter) == oracle.level(entities[video.external_id[0]], counter, NOW)


async def compare_video_days(account_id, entities) -> None:
    columns = ", ".join(f"{name}_level, {name}_gain" for name in POST_COUNTERS)
    rows = await fetch(
        f"""
        SELECT left(v.external_id, 1) AS name, d.day, d.is_observed, {columns}
        FROM video_day d JOIN video v ON v.organization_id = d.organization_id AND v.id = d.video_id
        WHERE v.account_id = $1 ORDER BY v.id, d.day
        """,
        account_id,
    )
    days: dict[str, list[date]] = {}
    for row in rows:
        days.setdefault(row["name"], []).append(row["day"])
        entity = entities[row["name"]]
        begin = datetime.combine(row["day"], datetime.min.time(), UTC)
        end = begin + timedelta(days=1)
        assert row["is_observed"] == oracle.is_observed([entity], begin, end)
        for counter in POST_COUNTERS:
            assert row[f"{counter}_level"] == oracle.level(entity, counter, end)
            assert row[f"{counter}_gain"] == oracle.gain(entity, counter, begin, end)
    for name, entity in entities.items():
        observed = sorted(instant.date() for instant, seen in entity.observations if seen)
        expected = []
        if observed:
            expected = [observed[0] + timedelta(days=n) for n in range((observed[-1] - observed[0]).days + 1)]
        assert days.get(name, []) == expected
