"""Batches of metrics: values, what is not found, bounds, and one statement for videos."""

from datetime import date
from fractions import Fraction

import pytest

from app.core.analytics.batch import batch_metrics
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.problems import InvalidInput
from app.domain.records import MetricValue
from app.domain.series import SubjectKind
from app.domain.windows import Window, read_zone
from app.store.ids import new_id
from tests.core.test_breakdown import START, account_with, videos_of
from tests.factories import new_viewer

WINDOW = Window(date(2026, 3, 3), date(2026, 3, 4), read_zone("UTC"))
METRICS = ["views", "likes", "followers", "engagement_rate"]


async def test_values_and_what_is_not_found(database: None, statements: list[None]) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, [0, 100, 130, 160], [500], [0, 0, 0, 0])
    grown, old, still = await videos_of(account)
    gone, nowhere = new_id(), new_id()
    statements.clear()
    found = await batch_metrics(viewer, SubjectKind.VIDEO, [gone, grown, old, grown, nowhere, still], WINDOW, METRICS)
    assert len(statements) == 1
    unknown, nothing = MetricValue(None, None), MetricValue(0, 0)
    assert found.values == {
        grown: {
            "views": MetricValue(60, 160),
            "likes": MetricValue(6, 16),
            "followers": unknown,
            "engagement_rate": MetricValue(Fraction(10), None),
        },
        old: {
            "views": MetricValue(0, 500),
            "likes": MetricValue(0, 50),
            "followers": unknown,
            "engagement_rate": unknown,
        },
        still: {"views": nothing, "likes": nothing, "followers": unknown, "engagement_rate": unknown},
    }
    assert list(found.values) == [grown, old, still]
    assert found.not_found == [gone, nowhere]
    assert (found.start, found.end, found.timezone) == (date(2026, 3, 3), date(2026, 3, 4), "UTC")


async def test_accounts_and_creators(database: None) -> None:
    viewer = await new_viewer()
    account = await account_with(viewer, [0, 100, 130, 160])
    creator = await create_creator(viewer, NewCreator("Somebody"), now=START)
    await link_account(viewer, creator.id, account.id, now=START)
    for kind, subject_id in ((SubjectKind.ACCOUNT, account.id), (SubjectKind.CREATOR, creator.id)):
        found = await batch_metrics(viewer, kind, [subject_id], WINDOW, ["views"])
        assert found.values == {subject_id: {"views": MetricValue(60, 160)}}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
async def test_the_statements_do_not_grow(database: None, statements: list[None], zone: str) -> None:
    viewer = await new_viewer()
    ids = []
    for _ in range(3):
        ids += await videos_of(await account_with(viewer, *([1, 2, 3, 4, 5] for _ in range(4))))
        statements.clear()
        window = Window(WINDOW.start, WINDOW.end, read_zone(zone))
        found = await batch_metrics(viewer, SubjectKind.VIDEO, ids, window, METRICS)
        assert len(statements) == (1 if zone == "UTC" else 2)
        assert {value["views"].value for value in found.values.values()} == {2}


@pytest.mark.parametrize("count", [0, 201])
async def test_a_batch_has_bounds(database: None, count: int) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await batch_metrics(viewer, SubjectKind.VIDEO, [new_id() for _ in range(count)], WINDOW, METRICS)
    assert refused.value.path == ("ids",)
    doubled = [new_id()] * 201
    assert (await batch_metrics(viewer, SubjectKind.VIDEO, doubled, WINDOW, METRICS)).not_found == doubled[:1]


async def test_nobody_reads_anothers(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    account = await account_with(viewer, [1, 2])
    found = await batch_metrics(other, SubjectKind.ACCOUNT, [account.id], WINDOW, METRICS)
    assert (found.values, found.not_found) == ({}, [account.id])
