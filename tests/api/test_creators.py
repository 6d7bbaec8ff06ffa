"""Creators and their links through GraphQL."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.api.graphql.values.ids import encode_id
from app.core.access.keys import authenticate
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.records import Account, Creator
from app.domain.viewer import Scope
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, new_key, record

NOW = at("2026-03-01 08:00")
CREATE = """
mutation($input: CreateCreatorInput!) {
  createCreator(input: $input) {
    creator { id name isActive metadata accountCount followerCount platform accounts { totalCount } }
    creatorEdge { cursor node { id } }
    errors { __typename message code path }
  }
}
"""
UPDATE = """
mutation($input: UpdateCreatorInput!) {
  updateCreator(input: $input) {
    creator { name isActive metadata accounts { nodes { id isActive isPausedByCreator nextRefreshAt } } }
    errors { __typename message code path }
  }
}
"""
LINK = """
mutation($input: LinkAccountInput!) {
  linkAccount(input: $input) {
    creator { id accountCount platform accounts { nodes { id } } }
    account { id isActive creator { id } }
    errors { __typename message code path ... on AccountLinkedElsewhere { creator { id name } } }
  }
}
"""
UNLINK = """
mutation($input: UnlinkAccountInput!) {
  unlinkAccount(input: $input) {
    creator { id accountCount }
    account { id isActive linkedAt creator { id } }
    errors { __typename message code path }
  }
}
"""
DELETE = """
mutation($input: DeleteCreatorInput!) {
  deleteCreator(input: $input) { deletedCreatorId errors { __typename message code path } }
}
"""
PAUSE = """
mutation($input: PauseAccountInput!) {
  pauseAccount(input: $input) {
    account { isActive isPausedByCreator nextRefreshAt } errors { __typename message code path }
  }
}
"""
RESUME = """
mutation($input: ResumeAccountInput!) {
  resumeAccount(input: $input) {
    account { isActive isPausedByCreator } errors { __typename message code path }
  }
}
"""
PAGE = """
query($first: Int, $after: String, $last: Int, $before: String, $isActive: Boolean) {
  creators(first: $first, after: $after, last: $last, before: $before, filter: {isActive: $isActive}) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage }
  }
}
"""


async def new_creator(caller: Caller, name: str = "Somebody", hour: int = 0, *, is_active: bool = True) -> Creator:
    return await create_creator(caller.viewer, NewCreator(name, is_active=is_active), now=NOW + timedelta(hours=hour))


async def linked(caller: Caller, creator: Creator, platform: Platform = Platform.TIKTOK) -> Account:
    account = await new_account(caller.viewer, NOW, platform)
    return (await link_account(caller.viewer, creator.id, account.id, now=NOW)).account


def creator_id(creator: Creator) -> str:
    return encode_id("Creator", creator.id)


def account_id(account: Account) -> str:
    return encode_id("Account", account.id)


def problem(type_name: str, code: str, path: str, message: str) -> dict[str, Any]:
    return {"__typename": type_name, "message": message, "code": code, "path": ["input", path]}


def no_creator() -> dict[str, Any]:
    return problem("NotFound", "NOT_FOUND", "creatorId", "There is no such creator.")


async def test_creating_gives_the_creator_and_its_edge(caller: Caller) -> None:
    payload = (await caller.data(CREATE, input={"name": " Rival ", "metadata": {"tier": "a"}}))["createCreator"]
    creator = payload["creator"]
    assert payload["errors"] == []
    assert creator == {
        "id": creator["id"],
        "name": "Rival",
        "isActive": True,
        "metadata": {"tier": "a"},
        "accountCount": 0,
        "followerCount": None,
        "platform": None,
        "accounts": {"totalCount": 0},
    }
    listed = await caller.data("{creators{edges{cursor node{id}}}}")
    assert listed["creators"]["edges"] == [payload["creatorEdge"]]
    assert payload["creatorEdge"]["node"] == {"id": creator["id"]}
    paused = (await caller.data(CREATE, input={"name": "Paused", "isActive": False}))["createCreator"]
    assert paused["creator"]["isActive"] is False
    left_to_us = (await caller.data(CREATE, input={"name": "x", "isActive": None, "metadata": None}))["createCreator"]
    assert (left_to_us["creator"]["isActive"], left_to_us["creator"]["metadata"]) == (True, {})


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ({"name": " "}, "name", "The name is empty; it takes 1 to 255 characters."),
        (
            {"name": "x" * 256},
            "name",
            "The name takes at most 255 characters, no NUL character and no half of a surrogate pair.",
        ),
        ({"metadata": ["a"]}, "metadata", "The metadata is not an object."),
        ({"metadata": {"a": 1}}, "metadata", "The metadata value of 'a' is not a string."),
    ],
)
async def test_what_can_be_mended_comes_back_as_data_and_leaves_no_trace(
    caller: Caller, given: dict[str, Any], path: str, message: str
) -> None:
    refused = [problem("InvalidInput", "BAD_USER_INPUT", path, message)]
    created = (await caller.data(CREATE, input={"name": "Somebody"} | given))["createCreator"]
    assert created == {"creator": None, "creatorEdge": None, "errors": refused}
    assert (await caller.data(PAGE))["creators"]["totalCount"] == 0

    creator = await new_creator(caller)
    given = {"creatorId": creator_id(creator), "isActive": False} | given
    assert (await caller.data(UPDATE, input=given))["updateCreator"] == {"creator": None, "errors": refused}
    page = (await caller.data(PAGE, isActive=True))["creators"]
    assert [edge["node"] for edge in page["edges"]] == [{"name": "Somebody"}]


async def test_an_update_changes_what_it_names_and_null_changes_nothing(caller: Caller) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Before", {"a": "1"}), now=NOW)
    id = creator_id(creator)
    unchanged = {"name": "Before", "isActive": True, "metadata": {"a": "1"}, "accounts": {"nodes": []}}
    for given in ({}, {"name": None, "metadata": None, "isActive": None}):
        payload = (await caller.data(UPDATE, input={"creatorId": id} | given))["updateCreator"]
        assert payload == {"creator": unchanged, "errors": []}
    changed = await caller.data(UPDATE, input={"creatorId": id, "name": "After", "metadata": {"b": "2"}})
    assert changed["updateCreator"]["creator"] == unchanged | {"name": "After", "metadata": {"b": "2"}}


async def test_links_are_walked_both_ways_and_summed_up(caller: Caller) -> None:
    creator = await new_creator(caller)
    account = await new_account(caller.viewer, NOW)
    await record(account, account_facts(account, NOW, [], {"followers": 3_000_000_000}))
    given = {"creatorId": creator_id(creator), "accountId": account_id(account)}
    expected = {
        "creator": {
            "id": creator_id(creator),
            "accountCount": 1,
            "platform": "TIKTOK",
            "accounts": {"nodes": [{"id": account_id(account)}]},
        },
        "account": {"id": account_id(account), "isActive": True, "creator": {"id": creator_id(creator)}},
        "errors": [],
    }
    for _ in range(2):
        assert (await caller.data(LINK, input=given))["linkAccount"] == expected

    await linked(caller, creator, Platform.INSTAGRAM)
    query = "query($id:ID!){creator(id:$id){addedAt accountCount followerCount platform}}"
    assert (await caller.data(query, id=creator_id(creator)))["creator"] == {
        "addedAt": "2026-03-01T08:00:00Z",
        "accountCount": 2,
        "followerCount": 3_000_000_000,
        "platform": None,
    }

    assert (await caller.data(UNLINK, input=given))["unlinkAccount"] == {
        "creator": {"id": creator_id(creator), "accountCount": 1},
        "account": {"id": account_id(account), "isActive": True, "linkedAt": None, "creator": None},
        "errors": [],
    }
    missing = problem("NotFound", "NOT_FOUND", "accountId", "The account is not linked to this creator.")
    again = (await caller.data(UNLINK, input=given))["unlinkAccount"]
    assert again == {"creator": None, "account": None, "errors": [missing]}


async def test_an_account_linked_elsewhere_names_the_creator_that_has_it(caller: Caller) -> None:
    one, other = await new_creator(caller, "One"), await new_creator(caller, "Other")
    account = await linked(caller, one)
    payload = await caller.data(LINK, input={"creatorId": creator_id(other), "accountId": account_id(account)})
    message = f"@{account.handle} on tiktok is linked to the creator 'One'. Unlink it there first."
    refused = problem("AccountLinkedElsewhere", "ACCOUNT_LINKED_ELSEWHERE", "accountId", message)
    assert payload["linkAccount"] == {
        "creator": None,
        "account": None,
        "errors": [refused | {"creator": {"id": creator_id(one), "name": "One"}}],
    }
    read = await caller.data("query($id:ID!){account(id:$id){creator{name}}}", id=account_id(account))
    assert read["account"]["creator"] == {"name": "One"}


async def test_pausing_and_resuming_a_creator_takes_its_accounts_along(caller: Caller) -> None:
    creator = await new_creator(caller)
    account = await linked(caller, creator)
    paused = (await caller.data(UPDATE, input={"creatorId": creator_id(creator), "isActive": False}))["updateCreator"]
    assert paused["creator"]["isActive"] is False
    assert paused["creator"]["accounts"]["nodes"] == [
        {"id": account_id(account), "isActive": False, "isPausedByCreator": True, "nextRefreshAt": None}
    ]
    resumed = (await caller.data(UPDATE, input={"creatorId": creator_id(creator), "isActive": True}))["updateCreator"]
    (node,) = resumed["creator"]["accounts"]["nodes"]
    assert (node["isActive"], node["isPausedByCreator"]) == (True, False)
    assert node["nextRefreshAt"] is not None


async def test_one_account_is_paused_and_resumed_by_itself(caller: Caller) -> None:
    creator = await new_creator(caller, is_active=False)
    account = await linked(caller, creator)
    given = {"accountId": account_id(account)}
    assert (await caller.data(PAUSE, input=given))["pauseAccount"] == {
        "account": {"isActive": False, "isPausedByCreator": False, "nextRefreshAt": None},
        "errors": [],
    }
    assert (await caller.data(RESUME, input=given))["resumeAccount"] == {
        "account": {"isActive": True, "isPausedByCreator": False},
        "errors": [],
    }


async def test_a_deleted_creator_leaves_its_accounts_tracked(caller: Caller) -> None:
    creator = await new_creator(caller, is_active=False)
    account = await linked(caller, creator)
    given = {"creatorId": creator_id(creator)}
    assert (await caller.data(DELETE, input=given))["deleteCreator"] == {
        "deletedCreatorId": creator_id(creator),
        "errors": [],
    }
    read = await caller.data(
        "query($c:ID!,$a:ID!){creator(id:$c){id} node(id:$c){id} account(id:$a){isActive creator{id}}}",
        c=creator_id(creator),
        a=account_id(account),
    )
    assert read == {"creator": None, "node": None, "account": {"isActive": True, "creator": None}}
    again = (await caller.data(DELETE, input=given))["deleteCreator"]
    assert again == {"deletedCreatorId": None, "errors": [no_creator()]}


async def test_each_mutation_of_a_request_shows_what_the_ones_before_it_changed(caller: Caller) -> None:
    creator = await new_creator(caller)
    account = await linked(caller, creator)
    query = """
    mutation($creator: ID!, $account: ID!) {
      rename: updateCreator(input: {creatorId: $creator, name: "Renamed"}) { creator { ...C } }
      unlink: unlinkAccount(input: {creatorId: $creator, accountId: $account}) { creator { ...C } }
      link: linkAccount(input: {creatorId: $creator, accountId: $account}) { account { creator { ...C } } }
    }
    fragment C on Creator { name accountCount accounts { nodes { creator { name accountCount } } } }
    """
    with_one = {"name": "Renamed", "accountCount": 1}
    whole = with_one | {"accounts": {"nodes": [{"creator": with_one}]}}
    assert await caller.data(query, creator=creator_id(creator), account=account_id(account)) == {
        "rename": {"creator": whole},
        "unlink": {"creator": {"name": "Renamed", "accountCount": 0, "accounts": {"nodes": []}}},
        "link": {"account": {"creator": whole}},
    }


async def test_the_ids_of_others_and_of_other_types_are_refused(caller: Caller, stranger: Caller) -> None:
    creator, own = await new_creator(caller), await new_creator(stranger)
    account, mine = await linked(caller, creator), await new_account(stranger.viewer, NOW)
    no_account = problem("NotFound", "NOT_FOUND", "accountId", "There is no such account.")
    not_linked = no_account | {"message": "The account is not linked to this creator."}
    theirs = {"creatorId": creator_id(creator), "accountId": account_id(account)}
    asked: Sequence[tuple[str, str, dict[str, str], dict[str, Any]]] = [
        (UPDATE, "updateCreator", {"creatorId": theirs["creatorId"], "name": "Mine"}, no_creator()),
        (DELETE, "deleteCreator", {"creatorId": theirs["creatorId"]}, no_creator()),
        (LINK, "linkAccount", theirs | {"accountId": account_id(mine)}, no_creator()),
        (LINK, "linkAccount", theirs | {"creatorId": creator_id(own)}, no_account),
        (UNLINK, "unlinkAccount", theirs, no_creator()),
        (UNLINK, "unlinkAccount", theirs | {"creatorId": creator_id(own)}, not_linked),
        (PAUSE, "pauseAccount", {"accountId": theirs["accountId"]}, no_account),
        (RESUME, "resumeAccount", {"accountId": theirs["accountId"]}, no_account),
    ]
    for mutation, name, given, refused in asked:
        payload = (await stranger.data(mutation, input=given))[name]
        assert payload.pop("errors") == [refused], (name, given)
        assert set(payload.values()) == {None}
    swapped = await caller.data(PAUSE, input={"accountId": creator_id(creator)})
    assert swapped["pauseAccount"]["errors"] == [
        problem(
            "InvalidInput",
            "BAD_USER_INPUT",
            "accountId",
            "This is the id of another type (Creator); an id of Account is wanted.",
        )
    ]
    query = "query($c:ID!){creator(id:$c){name accountCount} node(id:$c){__typename} nodes(ids:[$c]){id}}"
    assert await caller.data(query, c=creator_id(creator)) == {
        "creator": {"name": "Somebody", "accountCount": 1},
        "node": {"__typename": "Creator"},
        "nodes": [{"id": creator_id(creator)}],
    }
    assert await stranger.data(query, c=creator_id(creator)) == {"creator": None, "node": None, "nodes": [None]}
    read = await caller.data("query($id:ID!){account(id:$id){isActive}}", id=account_id(account))
    assert read["account"] == {"isActive": True}


@pytest.mark.parametrize(
    ("mutation", "name", "fields"),
    [
        (CREATE, "createCreator", {"name": "Somebody"}),
        (UPDATE, "updateCreator", {"creatorId": encode_id("Creator", UUID(int=7))}),
        (DELETE, "deleteCreator", {"creatorId": encode_id("Creator", UUID(int=7))}),
        (
            LINK,
            "linkAccount",
            {"creatorId": encode_id("Creator", UUID(int=7)), "accountId": encode_id("Account", UUID(int=7))},
        ),
        (
            UNLINK,
            "unlinkAccount",
            {"creatorId": encode_id("Creator", UUID(int=7)), "accountId": encode_id("Account", UUID(int=7))},
        ),
        (PAUSE, "pauseAccount", {"accountId": encode_id("Account", UUID(int=7))}),
        (RESUME, "resumeAccount", {"accountId": encode_id("Account", UUID(int=7))}),
    ],
)
async def test_a_key_that_may_only_read_changes_nothing(
    caller: Caller, mutation: str, name: str, fields: dict[str, str]
) -> None:
    key = await new_key(frozenset({Scope.READ}))
    reader = Caller(caller.client, key, await authenticate(key, now=utc_now()))
    body = await reader.ask(mutation, input=fields)
    assert body["data"] is None
    (error,) = body["errors"]
    assert (error["path"], error["extensions"]) == ([name], {"code": "FORBIDDEN"})
    assert (await reader.data(PAGE))["creators"]["totalCount"] == 0


async def test_an_unknown_creator_is_null(caller: Caller) -> None:
    data = await caller.data("query($id:ID!){creator(id:$id){id}}", id=encode_id("Creator", uuid4()))
    assert data == {"creator": None}
