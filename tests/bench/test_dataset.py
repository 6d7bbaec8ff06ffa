"""The benchmarks' data set: its rollups are those of the program, and its size is the one asked for."""

from collections.abc import AsyncIterator

import pytest

from app.core.analytics.series import subject_series
from app.core.collect.rebuilding import verify_rollups
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, read_zone
from app.settings import Settings
from app.store import db
from bench.dataset import make_dataset, organization_id, viewer_of
from bench.sizes import NOW, OrganizationSize, Size, whole_size
from tests import engines
from tests.conftest import POOL_SIZE, set_aside

TINY = Size("tiny", (OrganizationSize(0, 6, 60), OrganizationSize(1, 2, 5)), days=14)


@pytest.fixture
async def dataset(database: None, settings: Settings, cluster: str) -> AsyncIterator[list[tuple[int, int]]]:
    """A tiny data set in a database of its own, which is the open one; what was reported while it was made."""
    async with engines.cloned_database(cluster) as url, set_aside(settings):
        await db.open_database(url, POOL_SIZE)
        reported: list[tuple[int, int]] = []
        await make_dataset(TINY, lambda done, total: reported.append((done, total)))
        yield reported
        await db.close_database()


async def test_rollups_are_what_recording_would_have_left(dataset: list[tuple[int, int]]) -> None:
    found = await verify_rollups(None, NOW.date())
    assert found.shown == []
    assert found.count == 0


async def test_it_holds_what_its_size_says_and_the_kinds_of_figures_there_are(dataset: list[tuple[int, int]]) -> None:
    assert (dataset[0], dataset[-1]) == ((0, 65), (65, 65))
    owned = await db.fetch(
        """
        SELECT count(*) AS posts, count(DISTINCT account_id) AS accounts,
               count(*) FILTER (WHERE views IS NULL) AS unseen,
               count(*) FILTER (WHERE likes IS NULL) AS hidden, count(*) FILTER (WHERE grows_from_zero) AS new
        FROM video GROUP BY organization_id ORDER BY organization_id
        """
    )
    assert [tuple(row)[:2] for row in owned] == [(60, 6), (5, 2)]
    assert owned[0]["unseen"] > 0
    assert 0 < owned[0]["new"] < 60
    days = await db.fetch(
        "SELECT min(day) AS first, max(day) AS last, bool_or(NOT is_observed) AS missed, min(views_gain) AS least"
        " FROM video_day"
    )
    assert (days[0]["first"], days[0]["last"]) == (TINY.first_day, NOW.date())
    assert days[0]["missed"]


async def test_use_cases_read_it(dataset: list[tuple[int, int]]) -> None:
    window = Window(TINY.first_day, NOW.date(), read_zone("UTC"))
    found = await subject_series(
        viewer_of(0),
        SubjectKind.ORGANIZATION,
        [organization_id(0)],
        window,
        Granularity.DAY,
        SeriesMode.GAIN,
        ["views"],
        now=NOW,
    )
    series = found[organization_id(0)]
    gained = await db.fetch(
        "SELECT sum(views_gain)::bigint AS n FROM video_day WHERE organization_id = $1", organization_id(0)
    )
    assert sum(int(bucket.values["views"] or 0) for bucket in series.buckets) == gained[0]["n"]


def test_the_full_size_is_the_one_the_goals_are_set_for() -> None:
    full = whole_size("full", 1.0)
    assert (len(full.organizations), full.accounts, full.posts) == (20, 9_998, 500_001)
    assert [organization.posts for organization in full.organizations[:2]] == [100_000, 21_000]
