"""Growth, breakdowns, batches and deltas of generated histories, against the oracle's reading."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.analytics.batch import batch_metrics
from app.core.analytics.breakdown import break_down
from app.core.analytics.deltas import view_deltas
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.domain.metrics import ACCOUNT_COUNTERS, METRICS, SERIES_COUNTERS
from app.domain.platforms import Platform
from app.domain.series import Division, Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import execute, fetch
from tests import oracle
from tests.core.test_metrics_against_oracle import EPOCH, NOW, Post, histories, link_all, observe, published
from tests.core.test_series_against_oracle import ZONES
from tests.factories import new_viewer

Sets = dict[tuple[SubjectKind, UUID], tuple[list[Post], list[oracle.Entity]]]

windows = st.tuples(st.sampled_from(ZONES), st.integers(0, 11), st.integers(0, 11))


def window_of(zone: str, start: int, length: int) -> Window:
    first = EPOCH.date() + timedelta(days=start)
    return Window(first, min(first + timedelta(days=length), EPOCH.date() + timedelta(days=11)), read_zone(zone))


async def observe_all(viewer: Viewer, *accounts: Any) -> Sets:
    """Accounts with these histories, all linked to one creator but the last; and what each subject consists of."""
    sets: Sets = {}
    for history, times in accounts:
        account_id, posts, profile = await observe(viewer, history, times)
        sets[SubjectKind.ACCOUNT, account_id] = posts, [profile]
    of_accounts = list(sets.items())
    for (_, account_id), (posts, _) in of_accounts:
        rows = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY left(external_id, 1)", account_id)
        for row, seen in zip(rows, posts, strict=True):
            sets[SubjectKind.VIDEO, row["id"]] = [seen], []
    creator_id = await link_all(viewer)
    await execute("UPDATE account SET creator_id = NULL WHERE id = $1", of_accounts[-1][0][1])
    for key, members in (
        ((SubjectKind.CREATOR, creator_id), of_accounts[:-1]),
        ((SubjectKind.ORGANIZATION, viewer.organization_id), of_accounts),
    ):
        sets[key] = [post for _, (posts, _) in members for post in posts], [p for _, (_, ps) in members for p in ps]
    return sets


def expected_metrics(parts: tuple[list[Post], list[oracle.Entity]], window: Window) -> dict[str, Any]:
    start, end = (oracle.first_instant(day, window.zone) for day in (window.start, window.end + timedelta(days=1)))
    return oracle.metrics(*parts, start, end, window.days)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=st.tuples(histories, published),
    other=st.tuples(histories, published),
    asked=windows,
    granularity=st.sampled_from([Granularity.DAY, Granularity.WEEK, Granularity.MONTH, 1, 3, 5]),
    days=st.lists(st.integers(1, 16), min_size=1, max_size=6),
    hour=st.integers(0, 11 * 24),
)
async def test_growth_batches_and_deltas(
    database: None, one: Any, other: Any, asked: Any, granularity: Granularity | int, days: list[int], hour: int
) -> None:
    viewer = await new_viewer()
    sets = await observe_all(viewer, one, other)
    window = window_of(*asked)
    await compare_growth(viewer, sets, window, granularity)
    await compare_batches(viewer, sets, window)
    await compare_deltas(viewer, sets, days, window.zone, EPOCH + timedelta(hours=hour))


async def compare_growth(viewer: Viewer, sets: Sets, window: Window, granularity: Granularity | int) -> None:
    for (kind, set_id), (posts, profiles) in sets.items():
        found = await subject_series(
            viewer,
            kind,
            [set_id],
            window,
            granularity,
            SeriesMode.GAIN,
            [],
            now=NOW,
            growth_of_counters=SERIES_COUNTERS,
        )
        buckets = found[set_id].buckets
        previous = start_before(window, granularity, buckets[0].end)
        for bucket in buckets:
            begin = oracle.first_instant(bucket.start, window.zone)
            end = oracle.first_instant(bucket.end + timedelta(days=1), window.zone)
            for counter in SERIES_COUNTERS:
                of_profiles = counter in ACCOUNT_COUNTERS
                entities = profiles if of_profiles else [entity for entity, _ in posts]
                expected = None
                if previous is not None:
                    before = oracle.first_instant(previous, window.zone)
                    expected = oracle.growth(entities, counter, before, begin, end, of_levels=of_profiles)
                assert bucket.growth[counter] == expected, (kind, bucket, counter)
            previous = bucket.start


def start_before(window: Window, granularity: Granularity | int, first_end: Any) -> Any:
    """Where the bucket before the first one begins, when that one is whole."""
    days = (first_end - window.start).days + 1
    if granularity is Granularity.WEEK:
        return window.start - timedelta(days=7) if days == 7 else None
    if granularity is Granularity.MONTH:
        whole = window.start.day == 1 and (first_end + timedelta(days=1)).day == 1
        return (window.start - timedelta(days=1)).replace(day=1) if whole else None
    length = 1 if granularity is Granularity.DAY else int(granularity)
    return window.start - timedelta(days=length) if days == length else None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    accounts=st.lists(st.tuples(histories, published), min_size=2, max_size=3),
    asked=windows,
    metric=st.sampled_from(METRICS),
    granularity=st.sampled_from([None, Granularity.DAY, 4]),
)
async def test_breakdowns(
    database: None, accounts: Any, asked: Any, metric: str, granularity: Granularity | int | None
) -> None:
    viewer = await new_viewer()
    sets = await observe_all(viewer, *accounts)
    window = window_of(*asked)
    for (kind, set_id), parts in sets.items():
        for by in Division:
            if not is_possible(kind, metric, by):
                continue
            found = (await break_down(viewer, kind, [set_id], metric, by, window, granularity=granularity))[set_id]
            own = (await subject_metrics(viewer, kind, [set_id], window, [metric]))[set_id].values[metric]
            assert found.total == own
            assert own.current == expected_metrics(parts, window)[metric]
            if metric in SERIES_COUNTERS or metric == "posts_published":
                values = [row.change.current for row in found.rows]
                assert oracle.total([*values, found.rest.change.current]) == own.current, (kind, by)
            for row in found.rows:
                await compare_child(viewer, sets, row, window, metric, by)
            if granularity is not None:
                await compare_buckets(viewer, kind, set_id, window, metric, granularity, found)


def is_possible(kind: SubjectKind, metric: str, by: Division) -> bool:
    if kind is SubjectKind.VIDEO or (kind is SubjectKind.ACCOUNT and by is not Division.VIDEO):
        return False
    if by is Division.CREATOR:
        return kind is SubjectKind.ORGANIZATION
    return by is not Division.VIDEO or not (metric in ACCOUNT_COUNTERS or "followers" in metric)


async def compare_child(viewer: Viewer, sets: Sets, row: Any, window: Window, metric: str, by: Division) -> None:
    """A child's figures are those it has by itself."""
    if by is Division.PLATFORM:
        assert row.platform is Platform.TIKTOK
        return
    child_id = getattr(row.subject, f"{by.value}_id")
    own = await subject_metrics(viewer, SubjectKind(by.value), [child_id], window, [metric])
    assert row.change == own[child_id].values[metric]
    assert row.change.current == expected_metrics(sets[SubjectKind(by.value), child_id], window)[metric]


async def compare_buckets(
    viewer: Viewer,
    kind: SubjectKind,
    set_id: UUID,
    window: Window,
    metric: str,
    granularity: Granularity | int,
    found: Any,
) -> None:
    """Bucket by bucket, a counter of rows and rest adds up to the subject's own series."""
    series = await subject_series(viewer, kind, [set_id], window, granularity, SeriesMode.GAIN, [metric], now=NOW)
    assert found.bucket_starts == [bucket.start for bucket in series[set_id].buckets]
    if metric in SERIES_COUNTERS or metric == "posts_published":
        lists: Sequence[Sequence[Any]] = [*(row.values for row in found.rows), found.rest.values]
        sums = [oracle.total(values) for values in zip(*lists, strict=True)]
        assert sums == [bucket.values[metric] for bucket in series[set_id].buckets]


async def compare_batches(viewer: Viewer, sets: Sets, window: Window) -> None:
    for kind in (SubjectKind.ACCOUNT, SubjectKind.CREATOR, SubjectKind.VIDEO):
        ids = [set_id for of_kind, set_id in sets if of_kind is kind]
        if not ids:
            continue
        found = await batch_metrics(viewer, kind, ids, window, METRICS)
        assert list(found.values) == ids
        for set_id in ids:
            values = {name: metric.value for name, metric in found.values[set_id].items()}
            assert values == expected_metrics(sets[kind, set_id], window)


async def compare_deltas(viewer: Viewer, sets: Sets, days: list[int], zone: ZoneInfo, now: datetime) -> None:
    videos = [set_id for kind, set_id in sets if kind is SubjectKind.VIDEO]
    if not videos:
        return
    deltas = await view_deltas(viewer, videos, days, zone, now=now)
    today = now.astimezone(zone).date()
    assert (deltas.today, deltas.days) == (today, sorted(set(days)))
    for video in deltas.videos:
        ((entity, _),) = sets[SubjectKind.VIDEO, video.video_id][0]
        for delta in video.deltas:
            assert delta.views == oracle.delta(entity, "views", today, delta.days, zone)
