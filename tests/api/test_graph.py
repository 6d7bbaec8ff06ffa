"""Walking from accounts to videos and figures, and what that costs."""

from datetime import timedelta
from typing import Any

import pytest

from app.api.graphql.values.ids import encode_id
from app.core.tracking.accounts import load_accounts
from app.domain.records import Account
from app.store import db
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

SERIES = """
query($id: ID!, $window: Window, $granularity: Granularity, $mode: SeriesMode, $timezone: String) {
  account(id: $id) {
    timeseries(window: $window, granularity: $granularity, mode: $mode, timezone: $timezone) {
      start end timezone isComplete
      buckets { start end partial baseline observed views followers }
    }
  }
}
"""
GROWTH = 2_999_999_950
MARCH = {"between": {"start": "2026-03-01", "end": "2026-03-04"}}


async def refreshed(caller: Caller) -> Account:
    """An account added on 1 March, refreshed on the 1st and the 3rd."""
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    first = [post("a", at("2026-02-01 12:00"), {"views": 1000, "likes": 10})]
    await record(account, account_facts(account, at("2026-03-01 09:00"), first, {"followers": 50}))
    second = [
        post("a", at("2026-02-01 12:00"), {"views": 1300, "likes": 12}),
        post("b", at("2026-03-02 12:00"), {"views": 70, "likes": 1}),
    ]
    await record(account, account_facts(account, at("2026-03-03 09:00"), second, {"followers": 3_000_000_000}))
    return (await load_accounts(caller.viewer, [account.id]))[account.id]


def bucket(start: str, end: str, *, baseline: bool = False, observed: bool = False, **values: int | None) -> Any:
    return {"start": start, "end": end, "partial": False, "baseline": baseline, "observed": observed} | values


async def test_a_series_gives_every_bucket_with_the_counters_selected(caller: Caller) -> None:
    account = await refreshed(caller)
    id = encode_id("Account", account.id)
    gains = (await caller.data(SERIES, id=id, window=MARCH))["account"]["timeseries"]
    assert gains == {
        "start": "2026-03-01",
        "end": "2026-03-04",
        "timezone": "UTC",
        "isComplete": False,
        "buckets": [
            bucket("2026-03-01", "2026-03-01", baseline=True, observed=True, views=0, followers=0),
            bucket("2026-03-02", "2026-03-02", views=0, followers=0),
            bucket("2026-03-03", "2026-03-03", observed=True, views=370, followers=GROWTH),
            bucket("2026-03-04", "2026-03-04", views=0, followers=0),
        ],
    }
    levels = await caller.data(SERIES, id=id, window=MARCH, mode="LEVEL", granularity="MONTH", timezone="Asia/Tokyo")
    assert levels["account"]["timeseries"] == {
        "start": "2026-03-01",
        "end": "2026-03-04",
        "timezone": "Asia/Tokyo",
        "isComplete": False,
        "buckets": [
            bucket("2026-03-01", "2026-03-04", baseline=True, observed=True, views=1370, followers=3_000_000_000)
            | {"partial": True}
        ],
    }


async def test_a_counter_that_is_not_known_is_null(caller: Caller) -> None:
    account = await refreshed(caller)
    query = "query($id:ID!,$w:Window){account(id:$id){shareCount timeseries(window:$w){buckets{shares totalLikes}}}}"
    data = await caller.data(query, id=encode_id("Account", account.id), w=MARCH)
    assert data["account"] == {
        "shareCount": None,
        "timeseries": {"buckets": [{"shares": None, "totalLikes": None}] * 4},
    }


async def test_counters_are_found_behind_fragments_and_aliases_and_left_out_when_skipped(caller: Caller) -> None:
    account = await refreshed(caller)
    query = """
    query($id: ID!, $w: Window, $no: Boolean!) {
      node(id: $id) { ... on HasAnalytics { timeseries(window: $w) { ...B all: buckets { seen: views } } } }
    }
    fragment B on TimeSeries { buckets { ...C ... @include(if: $no) { likes } followers @skip(if: $no) } }
    fragment C on TimeSeriesBucket { likes @skip(if: $no) }
    """
    variables = {"id": encode_id("Account", account.id), "w": {"between": {"start": "2026-03-03", "end": "2026-03-03"}}}
    shown = await caller.data(query, **variables, no=False)
    assert shown["node"]["timeseries"] == {
        "all": [{"seen": 370}],
        "buckets": [{"likes": 3, "followers": GROWTH}],
    }
    hidden = await caller.data(query, **variables, no=True)
    assert hidden["node"]["timeseries"] == {"all": [{"seen": 370}], "buckets": [{"likes": 3}]}


async def test_fragments_that_double_at_every_step_cost_next_to_nothing(caller: Caller) -> None:
    account = await refreshed(caller)
    chain = "".join(f"fragment F{n} on TimeSeries{{...F{n + 1} ...F{n + 1}}} " for n in range(40))
    query = (
        "query($id:ID!,$w:Window){account(id:$id){timeseries(window:$w){...F0}}} "
        + chain
        + "fragment F40 on TimeSeries{buckets{views}}"
    )
    data = await caller.data(query, id=encode_id("Account", account.id), w=MARCH)
    assert [bucket["views"] for bucket in data["account"]["timeseries"]["buckets"]] == [0, 0, 370, 0]


@pytest.mark.parametrize(
    ("variables", "argument", "message"),
    [
        (
            {"timezone": "Mars/Olympus"},
            "timezone",
            "'Mars/Olympus' is not an IANA time zone such as UTC or Europe/Berlin.",
        ),
        ({"timezone": ""}, "timezone", "'' is not an IANA time zone such as UTC or Europe/Berlin."),
        (
            {"window": {"between": {"start": "2026-03-02", "end": "2026-03-01"}}},
            "window.between.start",
            "start (2026-03-02) is after end (2026-03-01).",
        ),
        (
            {"window": {"between": {"start": "2020-01-01", "end": "2026-01-01"}}},
            "window.between.start",
            "2020-01-01 to 2026-01-01 is 2193 days; a window holds at most 731.",
        ),
    ],
)
async def test_a_window_that_cannot_be_is_named(
    caller: Caller, variables: dict[str, Any], argument: str, message: str
) -> None:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    body = await caller.ask(SERIES, id=encode_id("Account", account.id), **variables)
    assert body == {
        "data": {"account": None},
        "errors": [
            {
                "message": message,
                "locations": [{"line": 4, "column": 5}],
                "path": ["account", "timeseries"],
                "extensions": {"code": "BAD_USER_INPUT", "argument": argument},
            }
        ],
    }


@pytest.mark.parametrize("window", ["{}", "{last:LAST_7_DAYS,between:null}", "{last:null}"])
async def test_a_window_is_exactly_one_thing(caller: Caller, window: str) -> None:
    body = await caller.ask("{accounts{nodes{timeseries(window:" + window + "){end}}}}")
    assert body["errors"][0]["message"] == (
        "Within OneOf Input Object type 'Window', exactly one field must be specified, "
        "and the value for that field must be non-null."
    )


async def test_videos_are_walked_both_ways_newest_first(caller: Caller, stranger: Caller) -> None:
    account = await refreshed(caller)
    query = """
    query($id: ID!, $after: String) {
      account(id: $id) {
        discoveredPostCount
        viewCount
        videos(first: 1, after: $after) {
          totalCount
          edges { cursor node { id externalId publishedAt viewCount viewsKind addedAt account { id } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
    """
    id = encode_id("Account", account.id)
    first = (await caller.data(query, id=id))["account"]
    edge = first["videos"]["edges"][0]
    assert first == {
        "discoveredPostCount": 2,
        "viewCount": 1370,
        "videos": {
            "totalCount": 2,
            "edges": [
                {
                    "cursor": edge["cursor"],
                    "node": {
                        "id": edge["node"]["id"],
                        "externalId": "b",
                        "publishedAt": "2026-03-02T12:00:00Z",
                        "viewCount": 70,
                        "viewsKind": "PLAYS",
                        "addedAt": None,
                        "account": {"id": id},
                    },
                }
            ],
            "pageInfo": {"hasNextPage": True, "endCursor": edge["cursor"]},
        },
    }
    second = (await caller.data(query, id=id, after=edge["cursor"]))["account"]["videos"]
    assert [edge["node"]["externalId"] for edge in second["edges"]] == ["a"]
    assert second["pageInfo"]["hasNextPage"] is False

    video = "query($id:ID!){node(id:$id){__typename ...on Video{externalId}}}"
    assert (await caller.data(video, id=edge["node"]["id"]))["node"] == {"__typename": "Video", "externalId": "b"}
    assert (await stranger.data(video, id=edge["node"]["id"]))["node"] is None


@pytest.mark.parametrize("accounts", [1, 6])
async def test_each_level_costs_the_same_statements_however_many_accounts(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, accounts: int
) -> None:
    for hour in range(accounts):
        account = await new_account(caller.viewer, at("2026-03-01 08:00") + timedelta(minutes=hour))
        posts = [post(f"{hour}-{number}", at("2026-02-01 12:00"), {"views": 10}) for number in range(3)]
        await record(account, account_facts(account, at("2026-03-01 12:00"), posts))
    query = """
    query($w: Window) {
      accounts(first: 50) {
        nodes {
          handle
          videos(first: 2) { nodes { viewCount account { handle } } }
          timeseries(window: $w) { buckets { views } }
        }
      }
    }
    """
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    data = await caller.data(query, w=MARCH)
    assert len(data["accounts"]["nodes"]) == accounts
    # The key, the accounts, their videos, their series, and the accounts of the videos.
    assert statements == 5
