"""The same question has the same answer whichever face is asked, exact to the last place; and the same refusal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.api.exports.tables import ACCOUNT_COLUMNS, METRIC_COLUMNS, VIDEO_COLUMNS
from app.api.graphql.schema import executable
from app.core.access.keys import authenticate
from app.core.analytics import export
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.metrics import METRICS
from app.domain.series import SubjectKind
from app.domain.windows import LONGEST_WINDOW_DAYS
from app.settings import Settings
from app.store.db import fetch
from tests import oracle
from tests.api.conftest import Caller, opened_app
from tests.faces import FACES
from tests.faces.exports import COMMAND, CSV, JSON_LINES
from tests.faces.questions import (
    Asker,
    BoardQuestion,
    Days,
    Face,
    MetricsQuestion,
    Refused,
    Row,
    SeriesQuestion,
    Subject,
    global_id,
    public_name,
    shown,
)
from tests.factories import account_facts, at, new_account, new_key, new_video, post, record, record_video
from tests.oracle_ranking import Entry, ranking

ADDED_AT = at("2026-03-01 08:00")
PUBLISHED = {"A": at("2026-02-10 12:00"), "B": at("2026-03-02 20:00"), "lone": at("2026-03-03 21:00")}
Seen = dict[str, dict[str, int]]
HISTORY: list[tuple[str, dict[str, int], Seen]] = [
    ("2026-03-01 08:05", {"followers": 100}, {"A": {"views": 1000, "likes": 10, "comments": 3}}),
    ("2026-03-02 20:05", {"followers": 104}, {"A": {"views": 1300, "likes": 20}, "B": {"views": 200, "shares": 6}}),
    ("2026-03-04 19:05", {"followers": 99, "total_likes": 7}, {"A": {"views": 1900, "likes": 35, "saves": 2}}),
    ("2026-03-05 08:05", {}, {"A": {"views": 1850, "comments": 9}, "B": {"views": 307, "shares": 9, "saves": 4}}),
]
"""Of each account; some of it on another day in Kathmandu than in UTC. The lone post is seen as B is, a day later."""

WINDOWS = [Days("2026-03-02", "2026-03-05"), Days("2026-03-02", "2026-03-05", "Asia/Kathmandu")]
Members = tuple[list[tuple[oracle.Entity, datetime | None]], list[oracle.Entity]]


@dataclass(frozen=True)
class World:
    """An organization that somebody asks about: what each subject consists of, and the names that tell ties apart."""

    asker: Asker
    members: dict[Subject, Members]
    names: dict[Subject, str]

    def of_kind(self, kind: SubjectKind) -> list[Subject]:
        return [subject for subject in self.members if subject[0] is kind]


@pytest.fixture(scope="module")
async def world(database: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Two accounts with the same history of other sizes, a creator that has the first, and a post of no account."""
    key = await new_key()
    viewer = await authenticate(key, now=utc_now())
    accounts: list[Subject] = []
    members: dict[Subject, Members] = {}
    names: dict[Subject, str] = {}
    for size in (1, 3):
        account = await new_account(viewer, ADDED_AT)
        ids = {name: f"7{account.id.int % 10**16:016}{ord(name)}" for name in "AB"}
        for instant, profile, posts in HISTORY:
            facts = [post(ids[name], PUBLISHED[name], scaled(seen, size)) for name, seen in posts.items()]
            await record(account, account_facts(account, at(instant), facts, scaled(profile, size)))
        accounts.append((SubjectKind.ACCOUNT, account.id))
        of_account: Members = [], [entity([(at(instant), scaled(seen, size)) for instant, seen, _ in HISTORY])]
        for name in "AB":
            seen = [(at(instant), scaled(posts[name], size)) for instant, _, posts in HISTORY if name in posts]
            of_account[0].append((entity(seen, from_zero=name == "B"), PUBLISHED[name]))
            (row,) = await fetch(
                "SELECT id FROM video WHERE account_id = $1 AND external_id = $2", account.id, ids[name]
            )
            members[SubjectKind.VIDEO, row["id"]] = [of_account[0][-1]], []
        members[accounts[-1]] = of_account
        names[accounts[-1]] = account.handle
    lone = await new_video(viewer, "7301234567890123456", ADDED_AT)
    seen = [(at(instant) + timedelta(days=1), posts["B"]) for instant, _, posts in HISTORY if "B" in posts]
    for captured_at, values in seen:
        await record_video(lone, post(lone.external_id, PUBLISHED["lone"], values), captured_at)
    of_lone = entity(seen, from_zero=True), PUBLISHED["lone"]
    members[SubjectKind.VIDEO, lone.id] = [of_lone], []
    creators = [await create_creator(viewer, NewCreator(name), now=ADDED_AT) for name in ("Somebody", "Nobody")]
    await link_account(viewer, creators[0].id, accounts[0][1], now=ADDED_AT)
    for creator, of_creator in zip(creators, (members[accounts[0]], ([], [])), strict=True):
        members[SubjectKind.CREATOR, creator.id] = of_creator
        names[SubjectKind.CREATOR, creator.id] = creator.name
    members[SubjectKind.ORGANIZATION, viewer.organization_id] = (
        [one for account in accounts for one in members[account][0]] + [of_lone],
        [profile for account in accounts for profile in members[account][1]],
    )
    async with (
        opened_app(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        asker = Asker(Caller(client, key, viewer), settings, tmp_path_factory.mktemp("commands"))
        yield World(asker, members, names)


def scaled(values: dict[str, int], size: int) -> dict[str, int]:
    return {counter: size * value for counter, value in values.items()}


def entity(seen: list[tuple[datetime, dict[str, int]]], *, from_zero: bool = False) -> oracle.Entity:
    return oracle.Entity([(at, {name: (value, 1) for name, value in of.items()}) for at, of in seen], from_zero)


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


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
@pytest.mark.parametrize(
    ("window", "mode", "length"),
    [
        (WINDOWS[0], "gain", "day"),
        (WINDOWS[0], "level", 3),
        (WINDOWS[1], "gain", "week"),
        (WINDOWS[1], "level", "day"),
    ],
)
async def test_series(world: World, face: Face, window: Days, mode: str, length: str | int) -> None:
    asked = SeriesQuestion(list(world.members), window, METRICS, length, mode)
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


@pytest.mark.parametrize("face", [face for face in FACES if face.metrics], ids=lambda face: face.name)
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.timezone)
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
            for name in METRICS
        }
        expected.append({"id": global_id(subject), "isComplete": is_complete(world, subject, window)} | changes)
    asked = MetricsQuestion(list(world.members), window, METRICS)
    assert in_order(await face.metrics(world.asker, asked)) == in_order(expected)


def metrics_of(world: World, subject: Subject, window: Days, back: int) -> dict[str, int | Fraction | None]:
    """The metrics of a subject over the window that lies that many windows back."""
    start, end = date.fromisoformat(window.start), date.fromisoformat(window.end)
    days = (end - start).days + 1
    zone = ZoneInfo(window.timezone)
    since, until = (
        oracle.first_instant(day - back * timedelta(days=days), zone) for day in (start, end + timedelta(days=1))
    )
    return oracle.metrics(*world.members[subject], since, until, days)


def change(value: int | Fraction | None, before: int | Fraction | None) -> Fraction | None:
    if value == before == 0:
        return Fraction(0)
    if value is None or before is None or before <= 0:
        return None
    return Fraction(100 * (value - before)) / before


def is_complete(world: World, subject: Subject, window: Days) -> bool:
    """Whether anything of the subject had been observed when the window began."""
    posts, profiles = world.members[subject]
    since = oracle.first_instant(date.fromisoformat(window.start), ZoneInfo(window.timezone))
    return any(at <= since for one in [*(one for one, _ in posts), *profiles] for at, _ in one.observations)


BOARDS = [
    (SubjectKind.ACCOUNT, "followers", WINDOWS[0]),
    (SubjectKind.CREATOR, "engagement_rate", WINDOWS[1]),
    (SubjectKind.VIDEO, "avg_views_per_post", WINDOWS[0]),
    (SubjectKind.VIDEO, "shares", WINDOWS[1]),
]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
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


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
async def test_accounts(world: World, face: Face) -> None:
    found = await face.accounts(world.asker)
    assert [(row["viewCount"], row["likeCount"], row["followerCount"], row["totalLikeCount"]) for row in found] == [
        (3 * (1850 + 307), 3 * 35, 3 * 99, 3 * 7),
        (1850 + 307, 35, 99, 7),
    ]
    assert [row["id"] for row in found] == [global_id(one) for one in reversed(world.of_kind(SubjectKind.ACCOUNT))]
    # Every column, as the record has it.
    assert found == await FACES[0].accounts(world.asker)
    assert set(found[0]) == set(ACCOUNT_COLUMNS)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
async def test_videos(world: World, face: Face) -> None:
    found = {row["id"]: row for row in await face.videos(world.asker)}
    latest = {"views": "viewCount", "likes": "likeCount", "shares": "shareCount", "saves": "saveCount"}
    end = at("2026-03-31 00:00")
    assert {id: {name: row[column] for name, column in latest.items()} for id, row in found.items()} == {
        global_id(subject): {name: oracle.level(world.members[subject][0][0][0], name, end) for name in latest}
        for subject in world.of_kind(SubjectKind.VIDEO)
    }
    assert found == {row["id"]: row for row in await FACES[0].videos(world.asker)}
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


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
@pytest.mark.parametrize(
    ("what", "wrong", "argument", "message"), NOT_POSSIBLE, ids=[what for what, *_ in NOT_POSSIBLE]
)
async def test_what_is_not_possible_is_refused_in_the_same_words(
    world: World, face: Face, what: str, wrong: dict[str, Any], argument: str, message: str
) -> None:
    subjects = world.of_kind(SubjectKind.ORGANIZATION)
    asked = replace(SeriesQuestion(subjects, WINDOWS[0], ["views"]), **wrong)
    questions = [face.series(world.asker, asked)]
    if "window" in wrong and face is not COMMAND:  # which takes a second to start
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
