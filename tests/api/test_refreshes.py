"""Refreshing now, and the history of refreshes, through GraphQL."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from app.api.graphql.values.ids import encode_id
from app.core.access.keys import authenticate
from app.core.tracking.creators import NewCreator, create_creator
from app.domain.answers import AnswerClass
from app.domain.clock import utc_now
from app.domain.records import Refreshable, RunState
from app.domain.viewer import Scope
from app.providers.base import Call
from app.settings import Settings
from app.store.collect.runs import finish_run, start_run
from tests.api.conftest import Caller, Statements, opened_client
from tests.factories import at, new_account, new_key, new_video

NOW = at("2026-03-01 08:00")
REFRESH = """
mutation($ids: [ID!]!) {
  refreshNow(input: {ids: $ids}) {
    run { ...R }
    results { index run { ...R } errors { ...E } }
    errors { ...E }
  }
}
fragment R on RefreshRun { id state isManual queuedAt startedAt account { handle } video { externalId } }
fragment E on MutationError { __typename message code path ... on RefreshedRecently { run { id } retryAt } }
"""
RUN = """
  id state isManual queuedAt startedAt finishedAt durationMilliseconds outcome reason observedPostCount usedRecentFacts
  calls { provider route outcome statusCode upstreamCode requestCount milliseconds }
"""


async def refresh(caller: Caller, *ids: str) -> Any:
    return (await caller.data(REFRESH, ids=list(ids)))["refreshNow"]


async def failed_run(caller: Caller, kind: Refreshable, id: Any) -> Any:
    """A run that was refused by the platform, at eight o'clock."""
    run = await start_run(kind, caller.viewer.organization_id, id, NOW)
    await finish_run(
        caller.viewer.organization_id,
        run.id,
        RunState.FAILED,
        NOW.replace(microsecond=250_000),
        answer_class="rate_limited",
        reason="Too many requests",
        calls=[Call("tiktok_web", "page", AnswerClass.RATE_LIMITED, 429, "10222", 240, 2)],
    )
    return run.id


async def test_one_refresh_is_asked_for_and_followed_by_its_id(stopped_clock: datetime, caller: Caller) -> None:
    account = await new_account(caller.viewer, NOW)
    id = encode_id("Account", account.id)
    done = await refresh(caller, id)
    run = done["run"]
    assert run == {
        "id": run["id"],
        "state": "QUEUED",
        "isManual": True,
        "queuedAt": "2026-03-01T08:00:10Z",
        "startedAt": None,
        "account": {"handle": account.handle},
        "video": None,
    }
    assert done == {"run": run, "results": [{"index": 0, "run": run, "errors": []}], "errors": []}
    assert await refresh(caller, id) == done, "asking again gives the same"
    # One id may be given as it is: GraphQL makes a list of it.
    alone = f'mutation {{ refreshNow(input: {{ids: "{id}"}}) {{ run {{ id }} }} }}'
    assert (await caller.data(alone))["refreshNow"]["run"]["id"] == run["id"]
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on RefreshRun {{ {RUN} }} }} }}"
    found = (await caller.data(query, id=run["id"]))["node"]
    assert found == {
        "id": run["id"],
        "state": "QUEUED",
        "isManual": True,
        "queuedAt": "2026-03-01T08:00:10Z",
        "startedAt": None,
        "finishedAt": None,
        "durationMilliseconds": None,
        "outcome": None,
        "reason": None,
        "observedPostCount": 0,
        "usedRecentFacts": False,
        "calls": [],
    }


async def test_many_are_reported_one_by_one(caller: Caller, stranger: Caller) -> None:
    account, other = await new_account(caller.viewer, NOW), await new_account(stranger.viewer, NOW)
    video = await new_video(caller.viewer, "7301234567890123456", NOW)
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=NOW)
    ids = [
        encode_id("Account", account.id),
        encode_id("Video", video.id),
        encode_id("Account", other.id),
        encode_id("Video", uuid4()),
        encode_id("Creator", creator.id),
        "nothing of ours",
        encode_id("Account", account.id),
    ]
    done = await refresh(caller, *ids)
    assert done["run"] is None
    runs = [result["run"] for result in done["results"]]
    assert [result["index"] for result in done["results"]] == list(range(7))
    assert [run and (run["account"], run["video"]) for run in runs] == [
        ({"handle": account.handle}, None),
        (None, {"externalId": video.external_id}),
        *[None] * 4,
        ({"handle": account.handle}, None),
    ]
    assert runs[0]["id"] == runs[6]["id"]
    errors = [error for result in done["results"] for error in result["errors"]]
    assert done["errors"] == errors
    assert [(error["__typename"], error["path"]) for error in errors] == [
        ("NotFound", ["input", "ids", "2"]),
        ("NotFound", ["input", "ids", "3"]),
        ("InvalidInput", ["input", "ids", "4"]),
        ("InvalidInput", ["input", "ids", "5"]),
    ]
    assert errors[2]["message"] == "This is the id of another type (Creator); an id of Account or Video is wanted."


@pytest.mark.parametrize("size", [0, 201])
async def test_a_list_of_another_size_is_refused_as_a_whole(caller: Caller, size: int) -> None:
    done = await refresh(caller, *["x"] * size)
    message = f"There are {size} of them; 1 to 200 are allowed."
    error = {"__typename": "InvalidInput", "message": message, "code": "BAD_USER_INPUT", "path": ["input", "ids"]}
    assert done == {"run": None, "results": [], "errors": [error]}


@pytest.mark.parametrize("ids", [None, 5.5, {"a": 1}, [None], [["x"]], [True]])
async def test_what_is_no_list_of_ids_is_refused_before(caller: Caller, ids: Any) -> None:
    response = await caller.post(msgspec.json.encode({"query": REFRESH, "variables": {"ids": ids}}))
    body = response.json()
    assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in body


async def test_what_was_refreshed_a_moment_ago_is_told_with_the_time(
    stopped_clock: datetime, caller: Caller, settings: Settings
) -> None:
    account = await new_account(caller.viewer, NOW)
    run_id = await failed_run(caller, Refreshable.ACCOUNT, account.id)
    id = encode_id("Account", account.id)
    error = {
        "__typename": "RefreshedRecently",
        "message": "It was refreshed a moment ago. Its figures are fresh; ask again later.",
        "code": "REFRESHED_RECENTLY",
        "path": ["input", "ids", "0"],
        "run": {"id": encode_id("RefreshRun", run_id)},
        "retryAt": "2026-03-01T08:01:00.250000Z",
    }
    refused = await refresh(caller, id)
    assert refused == {"run": None, "results": [{"index": 0, "run": None, "errors": [error]}], "errors": [error]}
    async with opened_client(msgspec.structs.replace(settings, refresh_now_spacing_seconds=5)) as client:
        done = await refresh(Caller(client, caller.key, caller.viewer), id)
    assert (done["errors"], done["run"]["state"]) == ([], "QUEUED")


async def test_readers_refresh_nothing(caller: Caller) -> None:
    account = await new_account(caller.viewer, NOW)
    key = await new_key(frozenset({Scope.READ}))
    reader = Caller(caller.client, key, await authenticate(key, now=utc_now()))
    body = await reader.ask(REFRESH, ids=[encode_id("Account", account.id)])
    assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]
    assert body["data"] is None


async def test_the_history_says_what_ran_when_by_whom_and_why_it_failed(
    caller: Caller, stranger: Caller, statements: Statements
) -> None:
    accounts = [await new_account(caller.viewer, NOW) for _ in range(3)]
    runs = [[await failed_run(caller, Refreshable.ACCOUNT, account.id) for _ in range(2)] for account in accounts]
    video = await new_video(caller.viewer, "7301234567890123456", NOW)
    of_video = await failed_run(caller, Refreshable.VIDEO, video.id)
    query = f"""
    {{ accounts(orderBy: [{{field: HANDLE, direction: ASC}}]) {{
      nodes {{ handle refreshes(first: 1) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {RUN} }} }} }}
    }} }}
    """
    statements.clear()
    nodes = (await caller.data(query))["accounts"]["nodes"]
    assert len(statements) == 4  # the key, the accounts, their runs, how many there are
    by_handle = dict(zip((account.handle for account in accounts), runs, strict=True))
    for node in nodes:
        first, last = by_handle[node["handle"]]
        assert (node["refreshes"]["totalCount"], node["refreshes"]["pageInfo"]["hasNextPage"]) == (2, True)
        assert node["refreshes"]["nodes"] == [
            {
                "id": encode_id("RefreshRun", last),
                "state": "FAILED",
                "isManual": False,
                "queuedAt": None,
                "startedAt": "2026-03-01T08:00:00Z",
                "finishedAt": "2026-03-01T08:00:00.250000Z",
                "durationMilliseconds": 250,
                "outcome": "RATE_LIMITED",
                "reason": "Too many requests",
                "observedPostCount": 0,
                "usedRecentFacts": False,
                "calls": [
                    {
                        "provider": "tiktok_web",
                        "route": "page",
                        "outcome": "RATE_LIMITED",
                        "statusCode": 429,
                        "upstreamCode": "10222",
                        "requestCount": 2,
                        "milliseconds": 240,
                    }
                ],
            }
        ]
        more = "query($id: ID!, $c: String) { account(id: $id) { refreshes(after: $c) { nodes { id } } } }"
        account = next(account for account in accounts if account.handle == node["handle"])
        cursor = node["refreshes"]["pageInfo"]["endCursor"]
        rest = (await caller.data(more, id=encode_id("Account", account.id), c=cursor))["account"]
        assert rest["refreshes"]["nodes"] == [{"id": encode_id("RefreshRun", first)}]
    own = "query($id: ID!) { video(id: $id) { refreshes { nodes { id video { externalId } account { id } } } } }"
    assert (await caller.data(own, id=encode_id("Video", video.id)))["video"]["refreshes"]["nodes"] == [
        {"id": encode_id("RefreshRun", of_video), "video": {"externalId": video.external_id}, "account": None}
    ]
    nodes_of = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    ids = [encode_id("RefreshRun", of_video), encode_id("RefreshRun", uuid4())]
    assert (await caller.data(nodes_of, ids=ids))["nodes"] == [{"__typename": "RefreshRun", "id": ids[0]}, None]
    assert (await stranger.data(nodes_of, ids=ids))["nodes"] == [None, None]


async def test_what_failed_lately_is_one_list(caller: Caller, stranger: Caller) -> None:
    account = await new_account(caller.viewer, NOW)
    failed = await failed_run(caller, Refreshable.ACCOUNT, account.id)
    await refresh(caller, encode_id("Account", account.id))
    query = """
    query($states: [RefreshState!]) {
      refreshes(states: $states, first: 10) { totalCount nodes { id state account { handle } } }
    }
    """
    everything = (await caller.data(query))["refreshes"]
    assert [run["state"] for run in everything["nodes"]] == ["QUEUED", "FAILED"]
    short = (await caller.data(query, states=["FAILED", "LOST"]))["refreshes"]
    assert short == {
        "totalCount": 1,
        "nodes": [{"id": encode_id("RefreshRun", failed), "state": "FAILED", "account": {"handle": account.handle}}],
    }
    assert (await caller.data(query, states=None))["refreshes"] == everything
    assert (await caller.data(query, states=[]))["refreshes"] == {"totalCount": 0, "nodes": []}
    assert (await stranger.data(query))["refreshes"]["totalCount"] == 0
