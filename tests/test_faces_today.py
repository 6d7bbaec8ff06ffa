"""The same question about windows that end today has the same answer whichever face is asked."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app import main
from app.domain.series import SubjectKind
from app.settings import Settings
from tests import oracle
from tests.faces import FACES
from tests.faces.questions import BoardQuestion, Days, Face, Last, MetricsQuestion, Row, Subject, global_id, shown
from tests.faces.world import World, change, is_complete, metrics_of, opened_world
from tests.factories import at
from tests.oracle_ranking import Entry, ranking

NOW = at("2026-03-09 22:00")
WEEK, ITS_DATES = Last(7), Days("2026-03-03", "2026-03-09")
"""Such that the history goes on in the window and begins in the one before."""


@pytest.fixture(scope="module")
async def world(database: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "utc_now", lambda: NOW)
        async with opened_world(settings, tmp_path_factory.mktemp("commands"), lambda: NOW) as opened:
            yield opened


def able(question: str) -> pytest.MarkDecorator:
    """Every face that can be asked that."""
    faces = [face for face in FACES if getattr(face, question) is not None]
    assert len(faces) >= 3
    return pytest.mark.parametrize("face", faces, ids=lambda face: face.name)


@able("metrics")
async def test_metrics(world: World, face: Face) -> None:
    assert face.metrics is not None
    rows = await face.metrics(world.asker, MetricsQuestion(list(world.members), WEEK, ["views", "engagement_rate"]))
    assert {row["id"]: row for row in rows} == {
        global_id(subject): {
            "id": global_id(subject),
            "isComplete": is_complete(world, subject, ITS_DATES),
            "views": card(world, subject, "views"),
            "engagementRate": card(world, subject, "engagement_rate"),
        }
        for subject in world.members
    }


def card(world: World, subject: Subject, metric: str) -> Row:
    """A metric beside the window before."""
    value, before = (metrics_of(world, subject, ITS_DATES, back)[metric] for back in (0, 1))
    return {"current": shown(value), "previous": shown(before), "changePercent": shown(change(value, before))}


@pytest.mark.parametrize("face", [face for face in FACES if face.overview], ids=lambda face: face.name)
@pytest.mark.parametrize("metric", ["views", "likes", "shares", "engagement_rate"])
async def test_leaderboards_of_creators(world: World, face: Face, metric: str) -> None:
    creators = {subject[1]: subject for subject in world.of_kind(SubjectKind.CREATOR)}
    entries = [
        Entry(id, world.names[subject], *(metrics_of(world, subject, ITS_DATES, back)[metric] for back in (0, 1)))
        for id, subject in creators.items()
    ]
    rows = await face.leaderboard(world.asker, BoardQuestion(SubjectKind.CREATOR, metric, WEEK))
    assert [{name: row[name] for name in ("id", "rank", "value")} for row in rows] == [
        {"id": global_id(creators[place.id]), "rank": place.rank, "value": shown(place.value)}
        for place in ranking(entries)
    ]


@able("overview")
async def test_overviews(world: World, face: Face) -> None:
    assert face.overview is not None
    (organization,) = world.of_kind(SubjectKind.ORGANIZATION)
    assert await face.overview(world.asker, WEEK) == {
        "views": card(world, organization, "views"),
        "engagementRate": card(world, organization, "engagement_rate"),
        "activeAccounts": {"current": 2, "previous": 2, "changePercent": 0},
        "accountVideos": {"current": 4, "previous": 4, "changePercent": 0},
        "individualVideos": {"current": 1, "previous": 1, "changePercent": 0},
    }


@able("batch")
@pytest.mark.parametrize("kind", [SubjectKind.ACCOUNT, SubjectKind.VIDEO])
async def test_batches(world: World, face: Face, kind: SubjectKind) -> None:
    assert face.batch is not None
    asked = MetricsQuestion(world.of_kind(kind), WEEK, ["views", "likes", "comments", "shares"])
    assert await face.batch(world.asker, asked) == [
        {
            "id": global_id(subject),
            **{name: metrics_of(world, subject, ITS_DATES, 0)[name] for name in asked.metrics},
        }
        for subject in asked.subjects
    ]


@able("deltas")
async def test_deltas(world: World, face: Face) -> None:
    assert face.deltas is not None
    videos = world.of_kind(SubjectKind.VIDEO)
    tomorrow = at("2026-03-10 00:00")
    assert await face.deltas(world.asker, videos, [1, 5, 6, 365]) == [
        {
            "id": global_id(video),
            **{
                str(days): oracle.gain(
                    world.members[video][0][0][0], "views", tomorrow - timedelta(days=days), tomorrow
                )
                for days in (1, 5, 6, 365)
            },
        }
        for video in videos
    ]
