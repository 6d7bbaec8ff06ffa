"""The same question has the same answer whichever face is asked, exact to the last place; and the same refusal."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.api.exports.tables import ACCOUNT_COLUMNS, METRIC_COLUMNS, VIDEO_COLUMNS
from app.api.graphql.schema import executable
from app.core.analytics import export
from app.domain.clock import utc_now
from app.domain.metrics import METRICS
from app.domain.series import SubjectKind
from app.domain.windows import LONGEST_WINDOW_DAYS
from app.settings import Settings
from tests import oracle
from tests.faces import FACES
from tests.faces.exports import COMMAND, CSV, JSON_LINES
from tests.faces.questions import (
    BoardQuestion,
    Days,
    Face,
    MetricsQuestion,
    Refused,
    Row,
    SeriesQuestion,
    global_id,
    public_name,
    shown,
)
from tests.faces.rest_v2 import REST_V2
from tests.faces.use_cases import USE_CASES
from tests.faces.world import World, change, is_complete, metrics_of, opened_world
from tests.factories import at
from tests.oracle_ranking import Entry, ranking

WINDOWS = [Days("2026-03-02", "2026-03-05"), Days("2026-03-02", "2026-03-05", "Asia/Kathmandu")]


@pytest.fixture(scope="module")
async def world(database: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened_world(settings, tmp_path_factory.mktemp("commands")) as opened:
        yield opened


def spans(window: Days, length: str | int) -> list[tuple[date, date, bool]]:
    """The buckets of that window of four days, a Monday the first of them, as they are in the days of this table."""
    first, last = date.fromisoformat(window.start), date.fromisoformat(window.end)
    if length == "day":
        return [(day, day, False) for day in (first + timedelta(days=number) for number in range(4))]
    if length == 3:
        return [(first, first + timedelta(days=2), False), (last, last, True)]
    return [(first, last, True)]


def expected_series(world: World, asked: SeriesQuestion) -> list[Row]:
    rows = []
    zone = ZoneInfo(asked.window.timezone)
    for subject in asked.subjects:
        posts, profiles = world.members[subject]
        everything = [*(one for one, _ in posts), *profiles]
        for start, end, is_cut in spans(asked.window, asked.length):
            since, until = (oracle.first_instant(day, zone) for day in (start, end + timedelta(days=1)))
            values = oracle.metrics(posts, profiles, since, until, (end - start).days + 1)
            if asked.mode == "level":
                for counter in set(values) & set(COUNTERS):
                    of = profiles if counter in PROFILE_COUNTERS else [one for one, _ in posts]
                    values[counter] = oracle.total([oracle.level(one, counter, until) for one in of])
            row = {
                "id": global_id(subject),
                "start": str(start),
                "end": str(end),
                "partial": is_cut,
                "baseline": oracle.is_baseline(everything, COUNTERS, since, until),
                "observed": oracle.is_observed(everything, since, until),
            }
            rows.append(row | {public_name(name): shown(values[name]) for name in asked.metrics})
    return rows


PROFILE_COUNTERS = ("followers", "following", "profile_posts", "total_likes")
COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves", *PROFILE_COUNTERS)


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["id"], row.get("start", "")))


SERIES: list[tuple[Days, str, str | int]] = [
    (WINDOWS[0], "gain", "day"),
    (WINDOWS[0], "level", 3),
    (WINDOWS[0], "level", "day"),
    (WINDOWS[1], "gain", "week"),
    (WINDOWS[1], "level", "day"),
]


@pytest.mark.parametrize(
    ("face", "window", "mode", "length"),
    [(face, *asked) for face in FACES for asked in SERIES if face.takes(asked[0], asked[2])],
    ids=lambda one: getattr(one, "name", None),
)
async def test_series(world: World, face: Face, window: Days, mode: str, length: str | int) -> None:
    asked = SeriesQuestion(list(world.members), window, face.shows, length, mode)
    assert in_order(await face.series(world.asker, asked)) == in_order(expected_series(world, asked))


@pytest.mark.parametrize("face", [CSV, JSON_LINES], ids=lambda face: face.name)
async def test_an_export_has_what_is_named_in_that_order_and_once(world: World, face: Face) -> None:
    organization, (account, _), (creator, _) = (
        world.of_kind(SubjectKind.ORGANIZATION)[0],
        world.of_kind(SubjectKind.ACCOUNT),
        world.of_kind(SubjectKind.CREATOR),
    )
    named = [account, creator, organization]
    rows = await face.series(world.asker, SeriesQuestion([*named, account], WINDOWS[0], ["views"], 4))
    assert [row["id"] for row in rows] == [global_id(subject) for subject in named]


@pytest.mark.parametrize(
    ("face", "window"),
    [(face, window) for face in FACES for window in WINDOWS if face.metrics and face.takes(window, "day")],
    ids=lambda one: getattr(one, "name", getattr(one, "timezone", None)),
)
async def test_metrics_beside_those_of_the_window_before(world: World, face: Face, window: Days) -> None:
    assert face.metrics is not None
    # Of two days, so that there is something before them.
    window = replace(window, start="2026-03-04")
    expected = []
    for subject in world.members:
        values, before = (metrics_of(world, subject, window, back) for back in (0, 1))
        changes = {
            public_name(name): {
                "current": shown(values[name]),
                "previous": shown(before[name]),
                "changePercent": shown(change(values[name], before[name])),
            }
            for name in face.shows
        }
        expected.append({"id": global_id(subject), "isComplete": is_complete(world, subject, window)} | changes)
    asked = MetricsQuestion(list(world.members), window, face.shows)
    assert in_order(await face.metrics(world.asker, asked)) == in_order(expected)


BOARDS = [
    (SubjectKind.ACCOUNT, "followers", WINDOWS[0]),
    (SubjectKind.CREATOR, "engagement_rate", WINDOWS[1]),
    (SubjectKind.VIDEO, "avg_views_per_post", WINDOWS[0]),
    (SubjectKind.VIDEO, "shares", WINDOWS[1]),
]


@pytest.mark.parametrize("face", [face for face in FACES if face is not REST_V2], ids=lambda face: face.name)
@pytest.mark.parametrize(("kind", "metric", "window"), BOARDS)
async def test_leaderboards(
    world: World, monkeypatch: pytest.MonkeyPatch, face: Face, kind: SubjectKind, metric: str, window: Days
) -> None:
    monkeypatch.setattr(export, "RANKED_ROWS", 2)  # an export goes on from page to page
    subjects = {id: (of_kind, id) for of_kind, id in world.of_kind(kind)}
    entries = [
        Entry(
            id,
            world.names.get(subject, ""),
            metrics_of(world, subject, window, 0)[metric],
            metrics_of(world, subject, window, 1)[metric],
        )
        for id, subject in subjects.items()
    ]
    assert await face.leaderboard(world.asker, BoardQuestion(kind, metric, window)) == [
        {
            "id": global_id(subjects[place.id]),
            "rank": place.rank,
            "previousRank": place.previous_rank,
            "value": shown(place.value),
            "previousValue": shown(place.before),
            "isComplete": is_complete(world, subjects[place.id], window),
        }
        for place in ranking(entries)
    ]


@pytest.mark.parametrize("face", [face for face in FACES if face.accounts], ids=lambda face: face.name)
async def test_accounts(world: World, face: Face) -> None:
    assert face.accounts is not None
    assert USE_CASES.accounts is not None
    found = await face.accounts(world.asker)
    assert [(row["viewCount"], row["likeCount"], row["followerCount"], row["totalLikeCount"]) for row in found] == [
        (3 * (1850 + 307), 3 * 35, 3 * 99, 3 * 7),
        (1850 + 307, 35, 99, 7),
    ]
    assert [row["id"] for row in found] == [global_id(one) for one in reversed(world.of_kind(SubjectKind.ACCOUNT))]
    # Every column, as the record has it.
    assert found == await USE_CASES.accounts(world.asker)
    assert set(found[0]) == set(ACCOUNT_COLUMNS)


@pytest.mark.parametrize("face", [face for face in FACES if face.videos], ids=lambda face: face.name)
async def test_videos(world: World, face: Face) -> None:
    assert face.videos is not None
    assert USE_CASES.videos is not None
    found = {row["id"]: row for row in await face.videos(world.asker)}
    latest = {"views": "viewCount", "likes": "likeCount", "shares": "shareCount", "saves": "saveCount"}
    end = at("2026-03-31 00:00")
    assert {id: {name: row[column] for name, column in latest.items()} for id, row in found.items()} == {
        global_id(subject): {name: oracle.level(world.members[subject][0][0][0], name, end) for name in latest}
        for subject in world.of_kind(SubjectKind.VIDEO)
    }
    assert found == {row["id"]: row for row in await USE_CASES.videos(world.asker)}
    assert {name for row in found.values() for name in row} == set(VIDEO_COLUMNS)


NOT_POSSIBLE: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "a window that ends before it begins",
        {"window": Days("2026-03-05", "2026-03-02")},
        "start",
        "start (2026-03-05) is after end (2026-03-02).",
    ),
    (
        "a window from before all platforms",
        {"window": Days("1999-12-31", "2000-01-02")},
        "start",
        "start (1999-12-31) is before 2000-01-01.",
    ),
    (
        "a window too long",
        {"window": Days("2024-03-01", "2026-03-02")},
        "start",
        "2024-03-01 to 2026-03-02 is 732 days; a window holds at most 731.",
    ),
    (
        "a zone of another planet",
        {"window": Days("2026-03-02", "2026-03-05", "Mars/Olympus")},
        "timezone",
        "'Mars/Olympus' is not an IANA time zone such as UTC or Europe/Berlin.",
    ),
    ("no bucket", {"length": 0}, "bucketdays", "A bucket of 0 days; it takes 1 to 731."),
    (
        "a bucket too long",
        {"length": LONGEST_WINDOW_DAYS + 1},
        "bucketdays",
        "A bucket of 732 days; it takes 1 to 731.",
    ),
]


@pytest.mark.parametrize(
    ("face", "what", "wrong", "argument", "message"),
    [
        (face, *case)
        for face in FACES
        for case in NOT_POSSIBLE
        if face.takes(case[1].get("window", WINDOWS[0]), case[1].get("length", "day"))
    ],
    ids=lambda one: getattr(one, "name", one if isinstance(one, str) else ""),
)
async def test_what_is_not_possible_is_refused_in_the_same_words(
    world: World, face: Face, what: str, wrong: dict[str, Any], argument: str, message: str
) -> None:
    subjects = world.of_kind(SubjectKind.ORGANIZATION)
    asked = replace(SeriesQuestion(subjects, WINDOWS[0], ["views"]), **wrong)
    questions = [face.series(world.asker, asked)]
    # The command takes a second to start, and REST v2 ranks over windows that end today alone.
    if "window" in wrong and face not in (COMMAND, REST_V2):
        questions.append(face.leaderboard(world.asker, BoardQuestion(SubjectKind.VIDEO, "views", asked.window)))
    if face.metrics and "window" in wrong:
        questions.append(face.metrics(world.asker, MetricsQuestion(subjects, asked.window, ["views"])))
    for question in questions:
        with pytest.raises(Refused) as refused:
            await question
        assert refused.value.message == message
        # The command names no argument beside what it says.
        named = refused.value.argument
        assert (named and named.replace("_", "").lower()) == (None if face is COMMAND else argument)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
async def test_no_window_ends_after_today(world: World, face: Face) -> None:
    asked = SeriesQuestion(world.of_kind(SubjectKind.ACCOUNT), Days("2026-03-02", "2999-12-31"), ["views"])
    before = utc_now().date()
    with pytest.raises(Refused) as refused:
        await face.series(world.asker, asked)
    days = {before, utc_now().date()}
    assert refused.value.message in {f"end (2999-12-31) is after today ({day} in UTC)." for day in days}
    assert refused.value.argument in ("end", None)


def test_columns_are_called_as_in_graphql() -> None:
    for type_name, columns in (("Account", ACCOUNT_COLUMNS), ("Video", VIDEO_COLUMNS)):
        fields = executable.type_map[type_name].fields  # type: ignore[attr-defined]
        others = {"creatorId", "accountId"}
        assert set(columns) - others <= fields.keys()
        lists = {"creator", "account", "videos", "refreshes", "metrics", "timeseries", "breakdown"}
        assert fields.keys() - lists <= set(columns)
    assert set(METRIC_COLUMNS.values()) < executable.type_map["TimeSeriesBucket"].fields.keys()  # type: ignore[attr-defined]
    assert {name: public_name(name) for name in METRICS} == METRIC_COLUMNS
