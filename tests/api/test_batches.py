"""Batches: several operations in one request."""

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest

from app.api.graphql.serving.negotiation import choose_media_type_of_batch
from app.settings import Settings
from tests.api.conftest import Caller, opened_client, without_cost

GRAPHQL_RESPONSE = "application/graphql-response+json"
NAME = {"query": "{viewer{keyName}}"}
NAMED = {"data": {"viewer": {"keyName": "test key"}}}
COUNT = {"query": "{creators{totalCount}}"}


def create(name: str) -> dict[str, Any]:
    return {
        "query": "mutation($name:String!){createCreator(input:{name:$name}){creator{name}}}",
        "variables": {"name": name},
    }


def counted(count: int) -> dict[str, Any]:
    return {"data": {"creators": {"totalCount": count}}}


async def test_answers_come_in_order_and_one_that_fails_leaves_the_others(caller: Caller) -> None:
    batch = [COUNT, create("Ada"), {"query": "{nothing}"}, {"query": '{account(id:"x"){id}}'}, COUNT]
    response = await caller.post(json.dumps(batch))
    assert response.status_code == 200
    first, second, third, fourth, fifth = (without_cost(body) for body in response.json())
    # The last one counts what the mutation before it made: they run one after the other.
    assert first == counted(0)
    assert second == {"data": {"createCreator": {"creator": {"name": "Ada"}}}}
    assert [error["extensions"]["code"] for error in third["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert "data" not in third
    assert fourth["data"] == {"account": None}
    assert [error["path"] for error in fourth["errors"]] == [["account"]]
    assert fifth == counted(1)


async def test_each_operation_is_charged_its_own_cost(stopped_clock: datetime, caller: Caller) -> None:
    response = await caller.post(json.dumps([NAME, create("Ada"), {"query": "{nothing}"}, COUNT]))
    costs = [body["extensions"]["cost"] for body in response.json()]
    assert [cost["requested"] for cost in costs] == [1, 11, 1, 3]
    assert [cost["remaining"] for cost in costs] == [5999, 5988, 5987, 5984]
    assert response.headers["x-ratelimit-remaining"] == "5984"


async def test_what_the_budget_has_no_room_for_is_refused_alone(
    stopped_clock: datetime, caller: Caller, settings: Settings
) -> None:
    little = msgspec.structs.replace(settings, graphql_points_per_minute=12)
    async with opened_client(little) as client:
        here = Caller(client, caller.key, caller.viewer)
        response = await here.post(json.dumps([NAME, create("Ada"), COUNT, NAME]), accept=GRAPHQL_RESPONSE)
        bodies = response.json()
        assert response.status_code == 200
        assert [body["extensions"]["cost"]["remaining"] for body in bodies] == [11, 0, 0, 0]
        assert [[error["extensions"]["code"] for error in body.get("errors", ())] for body in bodies] == [
            [],
            [],
            ["RATE_LIMITED"],
            ["RATE_LIMITED"],
        ]
        assert response.headers["retry-after"] == "50"


@pytest.mark.parametrize(
    ("batch", "message", "code"),
    [
        ([], "The batch is empty.", "BAD_REQUEST"),
        ([NAME] * 6, "The batch has 6 operations; 5 are allowed. Split it.", "BATCH_TOO_LARGE"),
        ([None], "Operation 1 of the batch is not a JSON object.", "BAD_REQUEST"),
        ([NAME, [NAME]], "Operation 2 of the batch is not a JSON object.", "BAD_REQUEST"),
        ([NAME, {}], "Operation 2 of the batch: There is no query.", "BAD_REQUEST"),
        ([{"query": 1}], "Operation 1 of the batch: query is not a string.", "BAD_REQUEST"),
        (
            [{**NAME, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}],
            "Operation 1 of the batch: sha256Hash is not the hash of query.",
            "PERSISTED_QUERY_HASH_MISMATCH",
        ),
    ],
)
async def test_a_batch_that_cannot_be_read_is_refused_whole(
    caller: Caller, batch: list[Any], message: str, code: str
) -> None:
    for content in (batch, [create("Ada"), *batch[1:]] if len(batch) > 1 else batch):
        response = await caller.post(json.dumps(content))
        assert (response.status_code, response.json()) == (
            400,
            {"errors": [{"message": message, "extensions": {"code": code}}]},
        )
    assert await caller.data("{creators{totalCount}}") == counted(0)["data"]


async def test_batches_can_be_turned_off(caller: Caller, settings: Settings) -> None:
    async with opened_client(msgspec.structs.replace(settings, graphql_batch_size=1)) as client:
        here = Caller(client, caller.key, caller.viewer)
        response = await here.post(json.dumps([NAME]))
        message = "Batches are turned off. Send one operation as a JSON object."
        expected = {"errors": [{"message": message, "extensions": {"code": "BATCH_NOT_SUPPORTED"}}]}
        assert (response.status_code, response.json()) == (400, expected)
        assert await here.data(NAME["query"]) == NAMED["data"]


async def test_five_are_allowed(caller: Caller) -> None:
    response = await caller.post(json.dumps([NAME] * 5))
    assert [without_cost(body) for body in response.json()] == [NAMED] * 5


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", "application/json"),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0", GRAPHQL_RESPONSE),
    ],
)
def test_an_array_is_json_unless_that_is_refused(accept: str | None, chosen: str) -> None:
    assert choose_media_type_of_batch(accept) == chosen


async def test_the_answers_have_the_media_type_chosen(caller: Caller) -> None:
    both = await caller.post(json.dumps([NAME]), accept=f"{GRAPHQL_RESPONSE}, application/json;q=0.9")
    assert both.headers["content-type"] == "application/json; charset=utf-8"
    modern = await caller.post(json.dumps([NAME]), accept=GRAPHQL_RESPONSE)
    assert modern.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"
