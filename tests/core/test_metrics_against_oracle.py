"""Every metric of videos, accounts, a creator and the organization, against the oracle's reading."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.domain.metrics import METRICS, SERIES_COUNTERS, change_percent
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import execute, fetch
from app.store.ids import new_id
from tests import oracle
from tests.core.test_series_against_oracle import ZONES, instants, known
from tests.factories import account_facts, new_account, new_viewer, post, record

EPOCH = datetime(2026, 3, 24, tzinfo=UTC)
NOW = EPOCH + timedelta(days=12)
ADDED_AT = EPOCH + timedelta(days=1, hours=5)

Post = tuple[oracle.Entity, datetime | None]

histories = st.lists(
    st.tuples(
        instants,
        known("followers", "total_likes"),
        st.dictionaries(st.sampled_from("AB"), known("views", "likes", "comments", "saves"), max_size=2),
    ),
    max_size=6,
)
published = st.fixed_dictionaries({name: st.one_of(st.none(), instants) for name in "AB"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=st.tuples(histories, published),
    other=st.tuples(histories, published),
    zone=st.sampled_from(ZONES),
    granularity=st.sampled_from([Granularity.DAY, Granularity.WEEK, 5]),
    start=st.integers(0, 11),
    length=st.integers(0, 11),
)
async def test_metrics(
    database: None, one: Any, other: Any, zone: str, granularity: Granularity | int, start: int, length: int
) -> None:
    viewer = await new_viewer()
    sets: dict[tuple[SubjectKind, UUID], tuple[list[Post], list[oracle.Entity]]] = {}
    for history, times in (one, other):
        account_id, posts, profile = await observe(viewer, history, times)
        sets[SubjectKind.ACCOUNT, account_id] = posts, [profile]
    everything = [post for posts, _ in sets.values() for post in posts], [p for _, ps in sets.values() for p in ps]
    for (_, account_id), (posts, _) in list(sets.items()):
        rows = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY left(external_id, 1)", account_id)
        for row, seen in zip(rows, posts, strict=True):
            sets[SubjectKind.VIDEO, row["id"]] = [seen], []
    sets[SubjectKind.CREATOR, await link_all(viewer)] = everything
    sets[SubjectKind.ORGANIZATION, viewer.organization_id] = everything

    first = EPOCH.date() + timedelta(days=start)
    window = Window(first, min(first + timedelta(days=length), EPOCH.date() + timedelta(days=11)), read_zone(zone))
    for (kind, set_id), (posts, profiles) in sets.items():
        await compare_series(viewer, kind, set_id, window, granularity, posts, profiles)
        await compare_window(viewer, kind, set_id, window, posts, profiles)


async def observe(viewer: Viewer, history: Any, times: Any) -> tuple[UUID, list[Post], oracle.Entity]:
    account = await new_account(viewer, ADDED_AT)
    for captured_at, profile, posts in history:
        facts = [post(f"{name}{account.id}", times[name], seen) for name, seen in sorted(posts.items())]
        await record(account, account_facts(account, captured_at, facts, profile), now=NOW)
    seen_posts: list[Post] = []
    for name in "AB":
        observations = [(captured_at, posts[name]) for captured_at, _, posts in history if name in posts]
        if observations:  # one that was never seen is no post of ours
            from_zero = times[name] is not None and times[name] >= ADDED_AT
            seen_posts.append((oracle.Entity(observations, from_zero), times[name]))
    return account.id, seen_posts, oracle.Entity([(captured_at, profile) for captured_at, profile, _ in history])


async def link_all(viewer: Viewer) -> UUID:
    creator_id = new_id()
    await execute(
        """
        INSERT INTO creator (id, organization_id, name, is_active, metadata, added_at, search_text)
        VALUES ($1, $2, 'Somebody', true, '{}', $3, 'somebody')
        """,
        creator_id,
        viewer.organization_id,
        ADDED_AT,
    )
    await execute("UPDATE account SET creator_id = $1 WHERE organization_id = $2", creator_id, viewer.organization_id)
    return creator_id


async def compare_series(
    viewer: Viewer,
    kind: SubjectKind,
    set_id: UUID,
    window: Window,
    granularity: Granularity | int,
    posts: list[Post],
    profiles: list[oracle.Entity],
) -> None:
    found = await subject_series(viewer, kind, [set_id], window, granularity, SeriesMode.GAIN, METRICS, now=NOW)
    for bucket in found[set_id].buckets:
        begin = oracle.first_instant(bucket.start, window.zone)
        end = oracle.first_instant(bucket.end + timedelta(days=1), window.zone)
        expected = oracle.metrics(posts, profiles, begin, end, (bucket.end - bucket.start).days + 1)
        assert dict(bucket.values) == expected, (kind, bucket)


async def compare_window(
    viewer: Viewer, kind: SubjectKind, set_id: UUID, window: Window, posts: list[Post], profiles: list[oracle.Entity]
) -> None:
    found = (await subject_metrics(viewer, kind, [set_id], window, METRICS))[set_id]
    assert (found.previous_start, found.previous_end) == (window.previous.start, window.previous.end)
    now, before = (
        oracle.metrics(
            posts,
            profiles,
            oracle.first_instant(stretch.start, window.zone),
            oracle.first_instant(stretch.end + timedelta(days=1), window.zone),
            window.days,
        )
        for stretch in (window, window.previous)
    )
    for name in METRICS:
        value = found.values[name]
        assert (value.current, value.previous) == (now[name], before[name]), (kind, name)
        assert value.change_percent == change_percent(now[name], before[name])
    end = oracle.first_instant(window.end + timedelta(days=1), window.zone)
    members = {name: [entity for entity, _ in posts] for name in SERIES_COUNTERS[:6]}
    members |= dict.fromkeys(SERIES_COUNTERS[6:], profiles)
    for name, entities in members.items():
        assert found.values[name].level == oracle.total([oracle.level(entity, name, end) for entity in entities])
