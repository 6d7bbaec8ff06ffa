"""Lists of creators and of their accounts through GraphQL: pages, filters, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.tracking.creators import link_account
from app.store import db
from tests.api.conftest import Caller
from tests.api.test_creators import NOW, PAGE, creator_id, linked, new_creator
from tests.factories import new_account


async def test_creators_are_paged_and_filtered(caller: Caller, stranger: Caller) -> None:
    for hour in range(3):
        await new_creator(caller, str(hour), hour, is_active=hour != 1)

    def names(page: Any) -> list[str]:
        return [edge["node"]["name"] for edge in page["edges"]]

    first = (await caller.data(PAGE, first=2))["creators"]
    assert (names(first), first["totalCount"]) == (["2", "1"], 3)
    assert first["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}
    cursor = first["edges"][1]["cursor"]
    assert names((await caller.data(PAGE, first=2, after=cursor))["creators"]) == ["0"]
    assert names((await caller.data(PAGE, last=2, before=cursor))["creators"]) == ["2"]
    assert names((await caller.data(PAGE, isActive=True))["creators"]) == ["2", "0"]
    assert names((await caller.data(PAGE, isActive=False))["creators"]) == ["1"]
    assert names((await caller.data(PAGE, isActive=None))["creators"]) == ["2", "1", "0"]
    assert names((await stranger.data(PAGE))["creators"]) == []
    for asking, variables in ((caller, {"isActive": True}), (stranger, {})):
        body = await asking.ask(PAGE, after=cursor, **variables)
        assert body["data"] is None
        assert body["errors"][0]["extensions"] == {"code": "INVALID_CURSOR", "argument": "after"}


async def test_the_accounts_of_a_creator_are_paged(caller: Caller) -> None:
    creator = await new_creator(caller)
    accounts = [await new_account(caller.viewer, NOW) for _ in range(3)]
    for minute, account in enumerate(accounts):
        await link_account(caller.viewer, creator.id, account.id, now=NOW + timedelta(minutes=minute))
    query = """
    query($id: ID!, $first: Int, $after: String) {
      creator(id: $id) {
        accounts(first: $first, after: $after) {
          totalCount nodes { handle linkedAt } pageInfo { hasNextPage endCursor }
        }
      }
    }
    """
    first = (await caller.data(query, id=creator_id(creator), first=2))["creator"]["accounts"]
    assert first == {
        "totalCount": 3,
        "nodes": [
            {"handle": accounts[2].handle, "linkedAt": "2026-03-01T08:02:00Z"},
            {"handle": accounts[1].handle, "linkedAt": "2026-03-01T08:01:00Z"},
        ],
        "pageInfo": {"hasNextPage": True, "endCursor": first["pageInfo"]["endCursor"]},
    }
    after = first["pageInfo"]["endCursor"]
    rest = (await caller.data(query, id=creator_id(creator), first=2, after=after))["creator"]["accounts"]
    assert [node["handle"] for node in rest["nodes"]] == [accounts[0].handle]
    body = await caller.ask(query, id=creator_id(await new_creator(caller)), after=after)
    assert body["data"] == {"creator": None}
    assert body["errors"][0]["extensions"] == {"code": "INVALID_CURSOR", "argument": "after"}


@pytest.mark.parametrize("creators", [1, 6])
async def test_each_level_costs_one_statement_however_many_creators(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, creators: int
) -> None:
    for hour in range(creators):
        creator = await new_creator(caller, str(hour), hour)
        for _ in range(2):
            await linked(caller, creator)
    query = "{creators{nodes{name followerCount accounts(first:5){nodes{handle creator{name platform}}}}}}"
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    data = await caller.data(query)
    assert [len(node["accounts"]["nodes"]) for node in data["creators"]["nodes"]] == [2] * creators
    # The key, the creators, their accounts, and the creators of the accounts.
    assert statements == 4
