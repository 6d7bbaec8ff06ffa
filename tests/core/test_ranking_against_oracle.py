"""Leaderboards of accounts, creators and videos over generated histories, walked page by page both ways."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.analytics.ranking import rank_subjects
from app.domain.cursors import PageRequest
from app.domain.filters import EVERY_VIDEO, VideoFilter
from app.domain.metrics import METRICS
from app.domain.records import RankedSubject
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import execute, fetch
from app.store.ids import new_id
from tests import oracle
from tests.core.test_metrics_against_oracle import ADDED_AT, EPOCH, Post, histories, observe, published
from tests.core.test_series_against_oracle import ZONES
from tests.factories import new_viewer
from tests.oracle_ranking import Entry, Place, ranking

Members = tuple[str, list[Post], list[oracle.Entity]]
"""A name, the posts and the profiles of somebody who takes part."""

names = st.sampled_from(["ann", "Ann", "bo", "Émile", "zoë", "Ж", "😀"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    accounts=st.lists(st.tuples(histories, published), min_size=1, max_size=3),
    captions=st.lists(st.one_of(st.none(), names), min_size=6, max_size=6),
    creator_names=st.lists(names, min_size=2, max_size=2),
    links=st.lists(st.sampled_from([None, 0, 1]), min_size=3, max_size=3),
    metric=st.sampled_from(METRICS),
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 11),
    length=st.integers(0, 11),
    size=st.integers(1, 4),
)
async def test_rankings(
    database: None,
    accounts: Any,
    captions: list[str | None],
    creator_names: list[str],
    links: list[int | None],
    metric: str,
    zone: str,
    start: int,
    length: int,
    size: int,
) -> None:
    viewer = await new_viewer()
    creators = [await new_creator(viewer, name) for name in creator_names]
    sets: dict[SubjectKind, dict[UUID, Members]] = {
        SubjectKind.ACCOUNT: {},
        SubjectKind.CREATOR: {id: (name, [], []) for id, name in zip(creators, creator_names, strict=True)},
        SubjectKind.VIDEO: {},
    }
    owners: dict[UUID, tuple[UUID, UUID | None]] = {}
    for number, (history, times) in enumerate(accounts):
        account_id, posts, profile = await observe(viewer, history, times)
        handle = (await fetch("SELECT handle FROM account WHERE id = $1", account_id))[0]["handle"]
        sets[SubjectKind.ACCOUNT][account_id] = handle, posts, [profile]
        link = links[number]
        if link is not None:
            await execute("UPDATE account SET creator_id = $1 WHERE id = $2", creators[link], account_id)
            sets[SubjectKind.CREATOR][creators[link]][1].extend(posts)
            sets[SubjectKind.CREATOR][creators[link]][2].append(profile)
        rows = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY left(external_id, 1)", account_id)
        for row, post in zip(rows, posts, strict=True):
            caption = captions[len(owners)]
            await execute("UPDATE video SET caption = $1 WHERE id = $2", caption, row["id"])
            sets[SubjectKind.VIDEO][row["id"]] = caption or "", [post], []
            owners[row["id"]] = account_id, None if link is None else creators[link]

    first = EPOCH.date() + timedelta(days=start)
    window = Window(first, min(first + timedelta(days=length), EPOCH.date() + timedelta(days=11)), read_zone(zone))
    for kind, subjects in sets.items():
        await compare(viewer, kind, metric, window, size, subjects)
    some_account = next(iter(sets[SubjectKind.ACCOUNT]))
    for scope, belongs in (
        (VideoFilter(account_ids=frozenset({some_account})), lambda account, _: account == some_account),
        (VideoFilter(creator_ids=frozenset({creators[0]})), lambda _, creator: creator == creators[0]),
    ):
        within = {id: members for id, members in sets[SubjectKind.VIDEO].items() if belongs(*owners[id])}
        await compare(viewer, SubjectKind.VIDEO, metric, window, size, within, scope)


async def new_creator(viewer: Viewer, name: str) -> UUID:
    creator_id = new_id()
    await execute(
        """
        INSERT INTO creator (id, organization_id, name, is_active, metadata, added_at, search_text)
        VALUES ($1, $2, $3, true, '{}', $4, '')
        """,
        creator_id,
        viewer.organization_id,
        name,
        ADDED_AT,
    )
    return creator_id


async def compare(
    viewer: Viewer,
    kind: SubjectKind,
    metric: str,
    window: Window,
    size: int,
    subjects: dict[UUID, Members],
    scope: VideoFilter = EVERY_VIDEO,
) -> None:
    expected = ranking(
        [
            Entry(
                id, name, value_in(window, metric, posts, profiles), value_in(window.previous, metric, posts, profiles)
            )
            for id, (name, posts, profiles) in subjects.items()
        ]
    )
    forward: list[RankedSubject] = []
    page = PageRequest(size)
    while True:
        board = await rank_subjects(viewer, kind, metric, window, page, scope=scope)
        assert (board.ranked_count, board.has_previous_page) == (len(expected), page.cursor is not None)
        forward += board.nodes
        if not board.has_next_page:
            break
        page = PageRequest(size, board.cursors[-1])
    assert [place(row) for row in forward] == expected, (kind, metric)

    backward: list[RankedSubject] = []
    page = PageRequest(size, backward=True)
    while True:
        board = await rank_subjects(viewer, kind, metric, window, page, scope=scope, with_previous=False)
        assert board.has_next_page == (page.cursor is not None)
        assert all(row.previous_rank is None and row.previous_value is None for row in board.nodes)
        backward[:0] = board.nodes
        if not board.has_previous_page:
            break
        page = PageRequest(size, board.cursors[0], backward=True)
    assert [(row.subject_id, row.rank, row.value) for row in backward] == [
        (row.subject_id, row.rank, row.value) for row in forward
    ]


def value_in(window: Window, metric: str, posts: list[Post], profiles: list[oracle.Entity]) -> Any:
    start = oracle.first_instant(window.start, window.zone)
    end = oracle.first_instant(window.end + timedelta(days=1), window.zone)
    return oracle.metrics(posts, profiles, start, end, window.days)[metric]


def place(row: RankedSubject) -> Place:
    assert row.previous_rank is not None
    return Place(row.subject_id, row.rank, row.previous_rank, row.value, row.previous_value)
