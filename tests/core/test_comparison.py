"""Comparisons: subjects of several kinds side by side, and what is refused."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from app.core.analytics.batch import batch_metrics
from app.core.analytics.comparison import compare_subjects
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.problems import InvalidInput
from app.domain.records import Comparison, SubjectReference
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.ids import new_id
from tests.core.test_breakdown import START, account_with, videos_of
from tests.factories import at, new_viewer

NOW = at("2026-03-05 12:00")
WINDOW = Window(date(2026, 3, 2), date(2026, 3, 4), read_zone("UTC"))
Subjects = list[tuple[SubjectKind, UUID]]


async def compare(viewer: Viewer, subjects: Subjects, granularity: Granularity | int = 2) -> Comparison:
    return await compare_subjects(
        viewer,
        subjects,
        WINDOW,
        granularity,
        SeriesMode.GAIN,
        ["views", "likes"],
        now=NOW,
        growth_of_counters=["views"],
    )


async def test_subjects_of_all_kinds(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, [0, 10, 30, 60])
    other = await account_with(viewer, [100, 200, 250, 260])
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    await link_account(viewer, creator.id, account.id, now=START)
    (video,) = await videos_of(other)
    gone = new_id()
    subjects: Subjects = [
        (SubjectKind.VIDEO, video),
        (SubjectKind.ACCOUNT, account.id),
        (SubjectKind.VIDEO, gone),
        (SubjectKind.CREATOR, creator.id),
    ]
    statements.clear()
    found = await compare(viewer, subjects)
    assert len(statements) == 8  # figures and series of three kinds; of a video's series also its past and its days
    assert found.not_found == [SubjectReference(video_id=gone)]
    assert [compared.subject for compared in found.subjects] == [
        SubjectReference(video_id=video),
        SubjectReference(account_id=account.id),
        SubjectReference(creator_id=creator.id),
    ]
    rows = [
        (
            compared.metrics.values["views"].current,
            [bucket.values["views"] for bucket in compared.series.buckets],
            [bucket.growth["views"] for bucket in compared.series.buckets],
        )
        for compared in found.subjects
    ]
    # Before the first bucket lie the last of February and the first of March, when all of it was a baseline.
    assert rows == [
        (160, [150, 10], [None, Fraction(-280, 3)]),
        (60, [30, 30], [None, Fraction(0)]),
        (60, [30, 30], [None, Fraction(0)]),
    ]
    spans = [[(bucket.start, bucket.end) for bucket in compared.series.buckets] for compared in found.subjects]
    assert spans == [[(date(2026, 3, 2), date(2026, 3, 3)), (date(2026, 3, 4), date(2026, 3, 4))]] * 3


async def test_the_figures_are_those_of_each_alone(database: None) -> None:
    viewer = await new_viewer()
    accounts = [await account_with(viewer, [0, 10 * number, 30, 60 + number]) for number in range(5)]
    found = await compare(viewer, [(SubjectKind.ACCOUNT, account.id) for account in accounts], Granularity.DAY)
    for account, compared in zip(accounts, found.subjects, strict=True):
        ids = [account.id]
        metrics = await subject_metrics(viewer, SubjectKind.ACCOUNT, ids, WINDOW, ["views", "likes"])
        series = await subject_series(
            viewer,
            SubjectKind.ACCOUNT,
            ids,
            WINDOW,
            Granularity.DAY,
            SeriesMode.GAIN,
            ["views", "likes"],
            now=NOW,
            growth_of_counters=["views"],
        )
        assert (compared.metrics, compared.series) == (metrics[account.id], series[account.id])


@pytest.mark.parametrize(
    "chosen",
    [
        lambda ids: [],
        lambda ids: ids,
        lambda ids: [ids[0], ids[1], ids[0]],
    ],
    ids=["none", "six", "one of them twice"],
)
async def test_none_too_many_and_doubled_ones(database: None, chosen: Callable[[list[Any]], list[Any]]) -> None:
    subjects = [(SubjectKind.ACCOUNT, new_id()) for _ in range(6)]
    with pytest.raises(InvalidInput) as refused:
        await compare(await new_viewer(), chosen(subjects))
    assert refused.value.path == ("ids",)


async def test_what_is_no_metric_is_named(database: None) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, [1, 2])
    questions = [
        lambda: subject_series(
            viewer, SubjectKind.ACCOUNT, [account.id], WINDOW, Granularity.DAY, SeriesMode.GAIN, ["charm"], now=NOW
        ),
        lambda: subject_metrics(viewer, SubjectKind.ACCOUNT, [account.id], WINDOW, ["views", "charm"]),
        lambda: batch_metrics(viewer, SubjectKind.ACCOUNT, [account.id], WINDOW, ["charm"]),
    ]
    for ask in questions:
        with pytest.raises(InvalidInput, match="'charm' is no metric; there are views, plays,") as refused:
            await ask()
        assert refused.value.path == ("metrics",)


async def test_nobody_compares_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    accounts = [await account_with(viewer, [1, 2]) for _ in range(2)]
    found = await compare(other, [(SubjectKind.ACCOUNT, account.id) for account in accounts])
    assert found.subjects == []
    assert found.not_found == [SubjectReference(account_id=account.id) for account in accounts]
