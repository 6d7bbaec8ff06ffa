"""Figures over some platforms are those of an organization that tracks nothing else."""

from datetime import date
from uuid import UUID

import pytest

from app.core.analytics.overview import organization_overview
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.search import search
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.creators import NewCreator, create_creator, load_creators
from app.domain.cursors import page_request
from app.domain.metrics import METRICS, SERIES_COUNTERS
from app.domain.platforms import Platform
from app.domain.records import Creator, Series, WindowMetrics
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from tests.core.everywhere import SINCE, TWO, WORD, track_others, track_two
from tests.factories import at, new_viewer

NOW = at("2026-03-06 18:00")


def window(zone: str, start: int = 2, end: int = 5) -> Window:
    return Window(date(2026, 3, start), date(2026, 3, end), read_zone(zone))


async def twins() -> tuple[tuple[Viewer, Creator], tuple[Viewer, Creator]]:
    """Two organizations that track the same on two platforms; the second one also tracks all sorts of other things."""
    found = []
    for tracks_others in (False, True):
        viewer = await new_viewer()
        creator = await create_creator(viewer, NewCreator("Somebody"), now=SINCE)
        if tracks_others:
            await track_others(viewer, creator)
        await track_two(viewer, creator)
        found.append((viewer, creator))
    return found[0], found[1]


def subjects(viewer: Viewer, creator: Creator) -> list[tuple[SubjectKind, UUID]]:
    return [(SubjectKind.ORGANIZATION, viewer.organization_id), (SubjectKind.CREATOR, creator.id)]


async def figures(
    viewer: Viewer,
    kind: SubjectKind,
    id: UUID,
    asked: Window,
    mode: SeriesMode,
    platforms: frozenset[Platform] | None = None,
) -> tuple[Series, WindowMetrics]:
    series = await subject_series(
        viewer,
        kind,
        [id],
        asked,
        Granularity.DAY,
        mode,
        list(METRICS),
        now=NOW,
        growth_of_counters=SERIES_COUNTERS,
        platforms=platforms,
    )
    return series[id], (await subject_metrics(viewer, kind, [id], asked, list(METRICS), platforms=platforms))[id]


@pytest.mark.parametrize("mode", SeriesMode)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
async def test_figures_over_some_platforms(database: None, zone: str, mode: SeriesMode) -> None:
    plain, mixed = await twins()
    for asked in (window(zone), window(zone, 1, 1), window(zone, 5, 6)):
        for (kind, id), (_, other_id) in zip(subjects(*plain), subjects(*mixed), strict=True):
            expected = await figures(plain[0], kind, id, asked, mode)
            assert await figures(mixed[0], kind, other_id, asked, mode, TWO) == expected
            assert await figures(plain[0], kind, id, asked, mode, TWO) == expected
            assert await figures(mixed[0], kind, other_id, asked, mode) != expected


async def test_of_some_platforms_in_numbers(database: None) -> None:
    _, (viewer, _) = await twins()
    id, asked = viewer.organization_id, window("UTC", 1, 5)
    views, followers = [], []
    for platforms in (TWO, frozenset({Platform.YOUTUBE}), frozenset({Platform.LINKEDIN}), frozenset[Platform](), None):
        _, whole = await figures(viewer, SubjectKind.ORGANIZATION, id, asked, SeriesMode.GAIN, platforms)
        views.append((whole.values["views"].current, whole.values["views"].level))
        followers.append(whole.values["followers"].level)
    # A feed of the two gains 880 + 20; one of a channel, published after its tracking began, 1880 + 90, as every lone
    # post gains the 450 it comes to; the one that a channel has found comes to 900.
    assert views == [(2700, 4840), (4840, 4840), (450, 450), (None, None), (8890, 11030)]
    assert followers == [260, 9130, None, None, 9390]


async def test_the_overview_over_some_platforms(database: None) -> None:
    (plain, _), (mixed, _) = await twins()
    expected = await organization_overview(plain, window("UTC"))
    assert await organization_overview(mixed, window("UTC"), platforms=TWO) == expected
    everything = await organization_overview(mixed, window("UTC"))
    assert (expected.active_accounts.current, everything.active_accounts.current) == (2, 4)
    assert (expected.account_videos.current, everything.account_videos.current) == (4, 9)
    assert (expected.individual_videos.current, everything.individual_videos.current) == (2, 6)


@pytest.mark.parametrize("metric", METRICS)
async def test_creators_ranked_over_some_platforms(database: None, metric: str) -> None:
    boards = []
    for viewer, _ in await twins():
        board = await rank_subjects(
            viewer, SubjectKind.CREATOR, metric, window("UTC"), page_request(first=5), platforms=TWO
        )
        boards.append(
            [(row.rank, row.value, row.previous_rank, row.previous_value, row.is_complete) for row in board.nodes]
        )
    assert boards[0] == boards[1]
    assert len(boards[0]) == 1


async def test_creators_tell_their_followers_by_platform(database: None) -> None:
    _, (viewer, creator) = await twins()
    found = (await load_creators(viewer, [creator.id]))[creator.id]
    assert found.platforms == {Platform.TIKTOK: 1, Platform.YOUTUBE: 1}
    assert found.platform_followers == {Platform.TIKTOK: 130, Platform.YOUTUBE: 130}
    assert found.followers == 260


async def test_a_search_over_some_platforms_is_as_long(database: None) -> None:
    _, (viewer, _) = await twins()
    everything = await search(viewer, WORD, 25)
    assert {video.platform for video in everything.videos} == set(Platform)
    found = await search(viewer, WORD, 6, platforms=TWO)
    assert [video.id for video in found.videos] == [video.id for video in everything.videos if video.platform in TWO]
    assert len(found.videos) == 6
    accounts = await search(viewer, "account", 2, platforms=TWO)
    assert {account.platform for account in accounts.accounts} == TWO
