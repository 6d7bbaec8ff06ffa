"""What an operation costs, and what a key may spend."""

import json
import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphql import OperationDefinitionNode, get_introspection_query, parse, validate

from app.api.graphql.schema import executable
from app.api.graphql.serving import cost
from app.api.graphql.serving.cost import MOST_STEPS, Cost, measure_cost
from app.settings import Settings
from tests.api.conftest import Caller, Statements, opened_client
from tests.factories import at

GRAPHQL_RESPONSE = "application/graphql-response+json"
TWO_YEARS = {"between": {"start": "2024-01-01", "end": "2025-12-31"}}
SERIES = "query($w:Window,$g:Granularity,$n:Int){accounts(first:$n){nodes{timeseries(window:$w,granularity:$g){...B}}}}"
PAGES = "query($n:Int){accounts(first:$n){nodes{videos(first:$n){nodes{id url}}}}}"
NODES = "query($ids:[ID!]!){nodes(ids:$ids){...on Account{videos(first:150){nodes{id url viewCount}}}}}"
WINDOWS = " ".join(f"a{number}:metrics(window:$w){{views{{current}}}}" for number in range(30))
DOCUMENT = Path(__file__).parents[2] / "docs" / "graphql.md"


def cost_of(text: str, settings: Settings | None = None, **variables: Any) -> Cost:
    """The cost of the one operation of a document."""
    document = parse(text)
    assert validate(executable, document) == []
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return measure_cost(executable, document, operation, variables, settings or Settings(graphql_max_cost=10**6))


def points(values: int, reading: int) -> int:
    """A point for each hundred values, begun or full, beside what reading costs."""
    return -(-(values + 100 * reading) // 100)


@pytest.mark.parametrize(
    ("query", "variables", "values", "reading"),
    [
        ("{__typename}", {}, 1, 0),
        ("{viewer{keyName}}", {}, 2, 0),
        # accounts, and for each: account, videos, and for each: video, id, url
        (PAGES, {"n": 200}, 1 + 200 * (2 + 200 * 3), 2),
        # A size that is refused later counts as the largest one, or as none.
        (PAGES, {"n": 2**31 - 1}, 1 + 200 * (2 + 200 * 3), 2),
        (PAGES, {"n": -5}, 1, 2),
        # Without a size a page has 50, and a leaderboard ten.
        ("{accounts(first:200){nodes{videos{nodes{" + "id " * 10 + "}}}}}", {}, 1 + 200 * (2 + 50 * 11), 2),
        ("{topVideos{nodes{rank video{id}}}}", {}, 1 + 3 + 10 * 4, 20 + 1),
        ("{accounts(last:200){edges{cursor node{videos(last:200){edges{node{id}}}}}}}", {}, 1 + 200 * (4 + 200 * 3), 2),
        # A count is a statement more; pageInfo is there once.
        ("{accounts(first:10){totalCount pageInfo{hasNextPage} nodes{id}}}", {}, 4 + 10 * 2, 2),
        # nodes, and for each id, of which 200 are read at most: object, videos, and for each: video, three fields
        (NODES, {"ids": ["x"] * 350}, 1 + 200 * (2 + 150 * 4), 2),
        # accounts, and for each: account, series, a tenth of its days, and for each bucket: bucket and its fields
        (
            SERIES + "fragment B on TimeSeries{buckets{views likes}}",
            {"n": 50, "w": TWO_YEARS},
            1 + 50 * (2 + 73 + 731 * 3),
            2,
        ),
        (
            SERIES + "fragment B on TimeSeries{buckets{start end views likes}}",
            {"n": 200, "w": TWO_YEARS, "g": "WEEK"},
            1 + 200 * (2 + 73 + 106 * 5),
            2,
        ),
        # A fragment counts once in a place, however often it is spread there.
        (
            SERIES + "fragment B on TimeSeries{...C ...C ...D}fragment C on TimeSeries{buckets{views likes}}"
            "fragment D on TimeSeries{...C buckets{a:start b:end c:views}}",
            {"n": 200, "w": {"last": "LAST_90_DAYS"}},
            1 + 200 * (2 + 9 + 90 * (3 + 4)),
            2,
        ),
        # Each alias of a window is read by itself.
        ("query($w:Window){accounts{nodes{" + WINDOWS + "}}}", {"w": TWO_YEARS}, 1 + 50 * (1 + 30 * (3 + 73)), 31),
        # What is read of two subjects, subjects, for each of five: itself, series, and per bucket: itself, value.
        (
            "query($ids:[ID!]!,$w:Window){compare(ids:$ids,window:$w){subjects{timeseries{buckets{views}}}}}",
            {"ids": ["x", "y"], "w": TWO_YEARS},
            1 + 2 * 73 + 1 + 5 * (2 + 731 * 2),
            1,
        ),
        # For each row: itself, deltas, and of ten each: itself, two values.
        (
            "query($ids:[ID!]!){videoDeltas(ids:$ids){rows{deltas{days views}}}}",
            {"ids": ["x"] * 200},
            1 + 200 * (2 + 10 * 3),
            1,
        ),
        # For each account: itself, a breakdown, what is read for it, rows, and of ten each: itself, subject, name.
        (
            "{accounts(first:200){nodes{breakdown(by:VIDEO){rows{subject{__typename}}}}}}",
            {},
            1 + 200 * (2 + 103 + 1 + 10 * 3),
            3,
        ),
        # For each account: itself, series, what is read, and per bucket: itself, growth and its value.
        (
            "query($w:Window){accounts(first:200){nodes{timeseries(window:$w,bucketDays:7){buckets{growth{views}}}}}}",
            {"w": TWO_YEARS},
            1 + 200 * (2 + 73 + 105 * 3),
            2,
        ),
        ('{search(text:"a",limit:25){accounts{id} videos{id}}}', {}, 1 + 25 * (2 + 2), 5),
        # A list that looks for a text costs as much as a search, one by a gain as much as a ranking, nested ones too.
        ('{videos(first:10,filter:{text:"abc"}){nodes{id}}}', {}, 1 + 10 * 2, 5),
        ('{videos(first:10,filter:{text:"",isPinned:true},orderBy:[]){nodes{id}}}', {}, 1 + 10 * 2, 1),
        (
            "query($o:[VideoOrder!],$f:VideoFilter){creators(first:5){nodes{videos(first:10,orderBy:$o,filter:$f){nodes{id}}}}}",
            {"o": {"gain": {"metric": "LIKES", "window": TWO_YEARS}, "direction": "ASC"}, "f": {"text": "x"}},
            1 + 5 * (2 + 10 * 2),
            1 + 20 + 5,
        ),
        # What is of an interface is read as what implements it.
        ('{node(id:"x"){...on HasAnalytics{metrics{views{current}}}}}', {}, 1 + 1 + 3 + 2, 2),
        # For each thing: result, run, its id, calls, of four calls each: itself, provider; and an error, its message.
        (
            "mutation($i:RefreshNowInput!){refreshNow(input:$i){results{run{id calls{provider}} errors{message}}}}",
            {"i": {"ids": ["x"] * 200}},
            1 + 200 * (1 + 1 + 1 + 1 + 4 * 2 + 2),
            10 + 200 * 4,
        ),
        # What is beyond the bound is refused later, and counts as the bound.
        ("mutation($i:RefreshNowInput!){refreshNow(input:$i){run{id}}}", {"i": {"ids": ["x"] * 300}}, 3, 810),
        (
            "mutation($i:[NewAccountInput!]!){trackAccounts(input:{accounts:$i}){results{index account{id}}}}",
            {"i": [{"platform": "TIKTOK", "handle": "a"}] * 50},
            1 + 50 * 4,
            10 + 50,
        ),
        (
            "mutation($i:LinkAccountsInput!){linkAccounts(input:$i){creator{name}}}",
            {"i": {"creatorId": "x", "accountIds": []}},
            3,
            10,
        ),
        (
            "mutation($i:DeleteCreatorInput!){a:deleteCreator(input:$i){deletedCreatorId} "
            "b:deleteCreator(input:$i){__typename}}",
            {"i": {"creatorId": "x"}},
            4,
            20,
        ),
    ],
)
def test_the_cost_is_what_the_rule_says(query: str, variables: dict[str, Any], values: int, reading: int) -> None:
    assert cost_of(query, **variables) == Cost(points(values, reading))


def test_aliases_cost_as_often_as_they_stand() -> None:
    one = "{viewer{organization{a0:metrics{views{current}}}}}"
    ten = "{viewer{organization{" + " ".join(f"a{n}:metrics{{views{{current}}}}" for n in range(10)) + "}}}"
    assert (cost_of(one).points, cost_of(ten).points) == (2, 11)
    leaders = "{" + " ".join(f"a{n}:topAccounts(first:1){{rankedCount}}" for n in range(20)) + "}"
    assert cost_of(leaders).points == 20 * 10 + 1


def test_what_is_skipped_costs_nothing() -> None:
    query = "query($no:Boolean!){viewer{keyName} topVideos(first:200) @skip(if:$no){nodes{video{id}}}}"
    assert (cost_of(query, no=True).points, cost_of(query, no=False).points) == (1, 28)


def test_tools_may_read_the_schema() -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert 20 < cost_of(query).points < 60


@pytest.mark.parametrize("links", [8, 16, 32])
def test_fragments_that_double_are_measured_in_linear_time(monkeypatch: pytest.MonkeyPatch, links: int) -> None:
    steps = steps_of(monkeypatch)
    chain = "".join(
        f"fragment F{n} on Account{{a{n}:creator{{...G{n}}} b{n}:creator{{...G{n}}}}}"
        f"fragment G{n} on Creator{{id ...F{n}x ...F{n}x}}fragment F{n}x on Creator{{name}}"
        for n in range(links)
    )
    spreads = " ".join(f"...F{n} ...F{n}" for n in range(links))
    cost_of(f"{{accounts(first:1){{nodes{{{spreads}}}}}}}{chain}")
    assert steps() <= 20 * links + 20

    nested = "".join(f"fragment F{n} on Viewer{{...F{n + 1} ...F{n + 1}}}" for n in range(links))
    cost_of(f"{{viewer{{...F0 ...F0}}}}{nested}fragment F{links} on Viewer{{keyName}}")
    assert steps() <= 3 * links + 10


def steps_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that says how many selections the latest measure looked at."""
    measures: list[Any] = []
    measure = cost._Measure

    def noting(*arguments: Any) -> Any:
        measures.append(measure(*arguments))
        return measures[-1]

    monkeypatch.setattr(cost, "_Measure", noting)
    return lambda: measures[-1].steps


def test_fragments_spread_in_many_places_are_not_followed_for_ever() -> None:
    fields = " ".join(f"f{n}:keyName" for n in range(600))
    places = " ".join(f"p{n}:viewer{{...F}}" for n in range(30)) + " q:viewer{...F}" * 30
    refused = cost_of(f"{{{places}}}fragment F on Viewer{{{fields}}}", Settings(graphql_max_root_fields=100))
    assert refused.refusal == {
        "message": f"The operation has more than {MOST_STEPS} fields once its fragments are in place. Split it.",
        "extensions": {"code": "QUERY_TOO_LARGE"},
    }


def examples() -> list[tuple[str, int]]:
    """The operations of the guide that say what they cost."""
    found = re.findall(r"```graphql\n(.*?)```\n\nCosts \*\*(\d+)\*\*", DOCUMENT.read_text(), re.DOTALL)
    return [(text, int(points)) for text, points in found]


@pytest.mark.parametrize(("text", "points"), examples())
async def test_the_examples_of_the_guide_cost_what_they_say(caller: Caller, text: str, points: int) -> None:
    response = await caller.post(json.dumps({"query": text}))
    assert response.json()["extensions"]["cost"]["requested"] == points
    assert "data" in response.json(), response.json()


def test_the_guide_has_examples() -> None:
    assert len(examples()) >= 4


async def test_what_costs_too_much_is_refused_before_anything_is_read(
    stopped_clock: datetime, caller: Caller, statements: Statements
) -> None:
    response = await caller.post(json.dumps({"query": PAGES, "variables": {"n": 200}}), accept=GRAPHQL_RESPONSE)
    message = (
        "The operation costs 1207 points; 1000 are allowed. "
        "Ask for smaller pages (first, last), shorter windows or fewer fields, or split it."
    )
    body = response.json()
    assert (response.status_code, body["errors"]) == (
        400,
        [{"message": message, "extensions": {"code": "QUERY_TOO_COSTLY"}}],
    )
    assert (body["extensions"]["cost"]["requested"], body["extensions"]["cost"]["remaining"]) == (1207, 5999)
    assert len(statements) == 1  # the key


async def test_an_answer_says_what_it_cost_and_what_is_left(stopped_clock: datetime, caller: Caller) -> None:
    first = await caller.post(json.dumps({"query": "{accounts(first:10){totalCount nodes{id}}}"}))
    second = await caller.post(json.dumps({"query": "{nothing}"}))
    third = await caller.post(json.dumps({"query": PAGES, "variables": {"n": 200}}))
    reset = "2026-03-01T08:01:00Z"
    assert [answer.json()["extensions"] for answer in (first, second, third)] == [
        {"cost": {"requested": 3, "limit": 1000, "remaining": 5997, "resetAt": reset}},
        {"cost": {"requested": 1, "limit": 1000, "remaining": 5996, "resetAt": reset}},
        {"cost": {"requested": 1207, "limit": 1000, "remaining": 5995, "resetAt": reset}},
    ]
    assert first.headers["x-ratelimit-limit"] == "6000"
    assert first.headers["x-ratelimit-remaining"] == "5997"
    assert int(first.headers["x-ratelimit-reset"]) == at("2026-03-01 08:01").timestamp()
    assert "retry-after" not in first.headers


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_RESPONSE, 429), ("application/json", 200)])
async def test_a_spent_budget_refuses_without_reading(
    stopped_clock: datetime, caller: Caller, settings: Settings, statements: Statements, accept: str, status: int
) -> None:
    async with opened_client(msgspec.structs.replace(settings, graphql_points_per_minute=12)) as client:
        here = Caller(client, caller.key, caller.viewer)
        await here.ask("{accounts(first:10){totalCount nodes{id}}}")
        statements.clear()
        response = await here.post(json.dumps({"query": "{topAccounts{rankedCount}}"}), accept=accept)
        body = response.json()
        assert (response.status_code, response.headers["retry-after"]) == (status, "50")
        assert "data" not in body
        assert body["errors"] == [
            {
                "message": "This asks for 11; the key has 9 of 12 left in this minute. Try again in 50 seconds.",
                "extensions": {"code": "RATE_LIMITED", "retryAfter": 50},
            }
        ]
        assert (body["extensions"]["cost"]["requested"], body["extensions"]["cost"]["limit"]) == (11, 12)
        assert response.headers["x-ratelimit-remaining"] == "9"
        assert len(statements) == 1  # the key
        # What fits is still answered: the refusal took nothing.
        assert (await here.ask("{viewer{keyName}}"))["data"] == {"viewer": {"keyName": "test key"}}


async def test_without_valkey_nothing_is_counted_and_the_log_says_so_once(
    caller: Caller, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = msgspec.structs.replace(settings, redis_url="unix:///nowhere/valkey.sock", graphql_points_per_minute=1)
    async with opened_client(away) as client:
        with caplog.at_level(logging.WARNING):
            responses = [
                await Caller(client, caller.key, caller.viewer).post('{"query":"{viewer{keyName}}"}') for _ in "ab"
            ]
    for response in responses:
        assert response.json()["data"] == {"viewer": {"keyName": "test key"}}
        assert response.json()["extensions"]["cost"]["remaining"] is None
        assert "x-ratelimit-remaining" not in response.headers
    assert [record.getMessage() for record in caplog.records if record.name.startswith("app.")] == [
        "Valkey is away (ConnectionError): the graphql face is not rate limited"
    ]
