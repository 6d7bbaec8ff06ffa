"""Tracking and reading accounts through GraphQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.api.graphql.values.ids import encode_id
from app.core.access.keys import authenticate
from app.core.tracking.accounts import NewAccount, track_account
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.viewer import Scope
from tests.api.conftest import Caller
from tests.factories import at, new_account, new_key

TRACK = """
mutation($input: TrackAccountInput!) {
  trackAccount(input: $input) {
    account { id handle platform url category metadata isActive refreshIntervalHours followerCount }
    accountEdge { cursor node { id } }
    errors { __typename message code path ... on HandleTaken { account { id } } }
  }
}
"""
PAGE = """
query($first: Int, $after: String, $last: Int, $before: String, $platforms: [Platform!]) {
  accounts(first: $first, after: $after, last: $last, before: $before, filter: {platforms: $platforms}) {
    totalCount
    edges { cursor node { handle } }
    nodes { handle }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
FOREIGN_CURSOR = "This cursor was not issued for this list, filter and order. Start again without a cursor."


def handles(page: Any) -> list[str]:
    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    return [node["handle"] for node in page["nodes"]]


async def test_tracking_gives_the_account_and_its_edge(caller: Caller) -> None:
    given = {"platform": "TIKTOK", "handle": " @Some.Body ", "metadata": {"team": "a"}, "category": "food"}
    payload = (await caller.data(TRACK, input=given))["trackAccount"]
    account = payload["account"]
    assert payload["errors"] == []
    assert account == {
        "id": account["id"],
        "handle": "some.body",
        "platform": "TIKTOK",
        "url": "https://www.tiktok.com/@some.body",
        "category": "food",
        "metadata": {"team": "a"},
        "isActive": True,
        "refreshIntervalHours": 24,
        "followerCount": None,
    }
    listed = await caller.data("{accounts{edges{cursor node{id}}}}")
    assert (
        listed["accounts"]["edges"]
        == [payload["accountEdge"]]
        == [{"cursor": payload["accountEdge"]["cursor"], "node": {"id": account["id"]}}]
    )


async def test_an_account_tracked_twice_is_named_and_stays_one(caller: Caller) -> None:
    first = await caller.data(TRACK, input={"platform": "INSTAGRAM", "handle": "twice"})
    second = await caller.data(TRACK, input={"platform": "INSTAGRAM", "handle": "https://instagram.com/Twice/"})
    assert second["trackAccount"] == {
        "account": None,
        "accountEdge": None,
        "errors": [
            {
                "__typename": "HandleTaken",
                "message": "@twice on instagram is tracked already. Use the existing account.",
                "code": "HANDLE_TAKEN",
                "path": ["input", "handle"],
                "account": {"id": first["trackAccount"]["account"]["id"]},
            }
        ],
    }
    assert (await caller.data("{accounts{totalCount}}"))["accounts"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"handle": ""}, "handle"),
        ({"handle": "  @ "}, "handle"),
        ({"handle": "no spaces please"}, "handle"),
        ({"handle": "nul\0"}, "handle"),
        ({"handle": "x" * 300}, "handle"),
        ({"handle": "https://example.com/@somebody"}, "handle"),
        ({"metadata": ["a"]}, "metadata"),
        ({"metadata": "text"}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"category": "x" * 129}, "category"),
        ({"refreshIntervalHours": 5}, "refreshIntervalHours"),
        ({"refreshIntervalHours": 721}, "refreshIntervalHours"),
    ],
)
async def test_what_can_be_mended_comes_back_as_data_and_leaves_no_trace(
    caller: Caller, given: dict[str, Any], path: str
) -> None:
    payload = (await caller.data(TRACK, input={"platform": "TIKTOK", "handle": "somebody"} | given))["trackAccount"]
    (problem,) = payload["errors"]
    assert (payload["account"], payload["accountEdge"]) == (None, None)
    assert (problem["__typename"], problem["code"], problem["path"]) == (
        "InvalidInput",
        "BAD_USER_INPUT",
        ["input", path],
    )
    assert problem["message"]
    assert (await caller.data("{accounts{totalCount}}"))["accounts"]["totalCount"] == 0


async def test_an_unknown_platform_is_refused_before_anything_runs(caller: Caller) -> None:
    body = await caller.ask(TRACK, input={"platform": "MYSPACE", "handle": "tom"})
    assert body == {
        "errors": [
            {
                "message": "Variable '$input' has invalid value at .platform: "
                "Value 'MYSPACE' does not exist in 'Platform' enum.",
                "locations": [{"line": 2, "column": 10}],
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ]
    }


async def test_a_key_that_may_only_read_cannot_track(caller: Caller) -> None:
    key = await new_key(frozenset({Scope.READ}))
    reader = Caller(caller.client, key, await authenticate(key, now=utc_now()))
    body = await reader.ask(
        "mutation($i:TrackAccountInput!){trackAccount(input:$i){account{id}}}",
        i={"platform": "TIKTOK", "handle": "somebody"},
    )
    assert body == {
        "data": None,
        "errors": [
            {
                "message": "This key lacks the scope write. Ask for a key with it.",
                "locations": [{"line": 1, "column": 33}],
                "path": ["trackAccount"],
                "extensions": {"code": "FORBIDDEN"},
            }
        ],
    }
    assert await reader.data("{accounts{totalCount}}") == {"accounts": {"totalCount": 0}}


async def test_an_account_is_found_by_id_by_node_and_by_handle_in_its_organization_alone(
    caller: Caller, stranger: Caller
) -> None:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    query = """
    query($id: ID!, $handle: String!, $absent: ID!) {
      account(id: $id) { addedAt }
      node(id: $id) { __typename id ... on Tracked { addedAt } }
      nodes(ids: [$absent, $id]) { id }
      accountByHandle(platform: TIKTOK, handle: $handle) { id }
    }
    """
    id, absent = encode_id("Account", account.id), encode_id("Video", account.id)
    variables = {"id": id, "handle": "@" + account.handle.upper(), "absent": absent}
    assert await caller.data(query, **variables) == {
        "account": {"addedAt": "2026-03-01T08:00:00Z"},
        "node": {"__typename": "Account", "id": id, "addedAt": "2026-03-01T08:00:00Z"},
        "nodes": [None, {"id": id}],
        "accountByHandle": {"id": id},
    }
    assert await stranger.data(query, **variables) == {
        "account": None,
        "node": None,
        "nodes": [None, None],
        "accountByHandle": None,
    }


async def test_the_organization_is_a_node_of_its_own_viewer_alone(caller: Caller, stranger: Caller) -> None:
    organization = (await caller.data("{viewer{keyName scopes organization{id name}}}"))["viewer"]["organization"]
    assert organization == {
        "id": encode_id("Organization", caller.viewer.organization_id),
        "name": caller.viewer.organization_name,
    }
    query = "query($id:ID!){node(id:$id){...on Organization{name}}}"
    assert (await caller.data(query, id=organization["id"]))["node"] == {"name": organization["name"]}
    assert (await stranger.data(query, id=organization["id"]))["node"] is None


@pytest.mark.parametrize(
    "id",
    [
        "",
        "nonsense",
        "ünïcode",
        "QWNjb3VudDo=",
        encode_id("Account", UUID(int=7)).rstrip("="),
        encode_id("Account", UUID(int=7)) + "\n",
        "A" * 5000,
    ],
)
async def test_a_malformed_id_is_the_callers_fault(caller: Caller, id: str) -> None:
    body = await caller.ask("query($id:ID!){node(id:$id){id}}", id=id)
    (problem,) = body["errors"]
    assert body["data"] == {"node": None}
    assert problem["extensions"] == {"code": "BAD_USER_INPUT", "argument": "id"}
    assert problem["message"] == f"{id[:64]!r} is not an id of ours. Use an id that the API gave."


async def test_the_id_of_another_type_is_no_account(caller: Caller) -> None:
    body = await caller.ask("query($id:ID!){account(id:$id){id}}", id=encode_id("Video", uuid4()))
    assert body["errors"][0]["message"] == "This is the id of another type (Video); an id of Account is wanted."


async def test_nodes_are_bounded(caller: Caller) -> None:
    ids = [encode_id("Account", UUID(int=number)) for number in range(201)]
    query = "query($ids:[ID!]!){nodes(ids:$ids){id}}"
    assert (await caller.data(query, ids=ids[:200]))["nodes"] == [None] * 200
    body = await caller.ask(query, ids=ids)
    assert body["data"] is None
    assert body["errors"][0]["message"] == "There are 201 ids; 200 are allowed."
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "ids"}


async def test_pages_join_to_the_whole_list_in_both_directions(caller: Caller) -> None:
    start = at("2026-03-01 08:00")
    tracked = [(await new_account(caller.viewer, start + timedelta(hours=hour))).handle for hour in range(5)]
    newest_first = tracked[::-1]

    forward, after = [], None
    for size in (2, 2, 1):
        page = (await caller.data(PAGE, first=2, after=after))["accounts"]
        assert len(page["edges"]) == size
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasNextPage"] is (size == 2)
        forward += handles(page)
        after = page["pageInfo"]["endCursor"]
    assert forward == newest_first

    backward: list[str] = []
    before = None
    for _ in range(3):
        page = (await caller.data(PAGE, last=2, before=before))["accounts"]
        backward = handles(page) + backward
        before = page["pageInfo"]["startCursor"]
    assert page["pageInfo"]["hasPreviousPage"] is False
    assert backward == newest_first


async def test_a_filter_holds_back_the_others(caller: Caller) -> None:
    await track_account(caller.viewer, NewAccount(Platform.TIKTOK, "here"), now=at("2026-03-01 08:00"))
    await track_account(caller.viewer, NewAccount(Platform.INSTAGRAM, "there"), now=at("2026-03-02 08:00"))
    page = (await caller.data(PAGE, platforms=["TIKTOK"]))["accounts"]
    assert (handles(page), page["totalCount"]) == (["here"], 1)
    assert handles((await caller.data(PAGE, platforms=None))["accounts"]) == ["there", "here"]


async def test_an_empty_page_has_no_cursors(caller: Caller) -> None:
    assert (await caller.data(PAGE))["accounts"] == {
        "totalCount": 0,
        "edges": [],
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@pytest.mark.parametrize(
    ("variables", "argument", "message"),
    [
        ({"first": 0}, "first", "first is 0; it takes 1 to 200."),
        ({"first": -1}, "first", "first is -1; it takes 1 to 200."),
        ({"last": 201}, "last", "last is 201; it takes 1 to 200."),
        ({"first": 1, "last": 1}, "first", "first/after and last/before do not mix. Ask in one direction."),
    ],
)
async def test_page_sizes_have_bounds(caller: Caller, variables: dict[str, Any], argument: str, message: str) -> None:
    body = await caller.ask(PAGE, **variables)
    assert body == {
        "data": None,
        "errors": [
            {
                "message": message,
                "locations": [{"line": 3, "column": 3}],
                "path": ["accounts"],
                "extensions": {"code": "BAD_USER_INPUT", "argument": argument},
            }
        ],
    }


async def test_cursors_are_bound_to_organization_and_filter(caller: Caller, stranger: Caller) -> None:
    for hour in range(2):
        await new_account(caller.viewer, at("2026-03-01 08:00") + timedelta(hours=hour))
    cursor = (await caller.data(PAGE, first=1))["accounts"]["pageInfo"]["endCursor"]
    swapped = ("B" if cursor[0] != "B" else "C") + cursor[1:]
    refused = [
        (caller, {"after": swapped}),
        (caller, {"after": cursor[:-1]}),
        (caller, {"after": ""}),
        (caller, {"after": "x" * 5000}),
        (caller, {"after": "ünïcode"}),
        (caller, {"after": cursor, "platforms": ["TIKTOK"]}),
        (stranger, {"after": cursor}),
    ]
    for asking, variables in refused:
        body = await asking.ask(PAGE, **variables)
        assert body["data"] is None
        assert body["errors"][0]["message"] == FOREIGN_CURSOR
        assert body["errors"][0]["extensions"] == {"code": "INVALID_CURSOR", "argument": "after"}
    assert len(handles((await caller.data(PAGE, after=cursor))["accounts"])) == 1
