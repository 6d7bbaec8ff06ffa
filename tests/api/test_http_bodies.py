"""Hostile bodies: whatever is sent, the answer is JSON with a code on each error and nothing of our insides."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Caller

INSIDES = re.compile(
    r"Traceback|NoneType|object has no attribute|Expecting |codec|line 1 column|msgspec|asyncpg|graphql\.|"
    r"recursion|int\(\)|unhashable|dict_|<class|\bself\b|KeyError|TypeError|ValueError|\bNone\b|\bTrue\b|\bFalse\b"
)
SEED = 20_260_301
QUERY = "query($n:Int,$id:ID!,$w:Window){accounts(first:$n){totalCount} node(id:$id){id} topAccounts(window:$w){start}}"
VALUES: list[bytes] = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e999",
    b"1" + b"0" * 400,
    b"9" * 5000,
    b"1.5",
    b'""',
    b'"x"',
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\xff\xfe"',
    b'"\\"',
    b"[]",
    b"{}",
    b"[null]",
    b'{"a":1,"a":2}',
    b"[" * 3000 + b"]" * 3000,
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"NaN",
    b"Infinity",
    b'{"last":"LAST_7_DAYS"}',
    b'{"between":{"start":"0001-01-01","end":"9999-12-31"}}',
]


def bodies(count: int) -> Iterator[bytes]:
    """Requests with a part that is not what it should be, some of them cut or with bytes changed."""
    chance = random.Random(SEED)
    for _ in range(count):
        members = {
            b"query": json.dumps(QUERY).encode(),
            b"variables": b'{"n":%b,"id":%b,"w":%b}' % tuple(chance.choice(VALUES) for _ in range(3)),
            b"operationName": b"null",
            b"extensions": b"{}",
        }
        for name in chance.sample(list(members), chance.choice((0, 0, 1, 2))):
            members[name] = chance.choice(VALUES)
        body = b"{" + b",".join(b'"%b":%b' % member for member in members.items()) + b"}"
        match chance.randrange(6):
            case 0:
                body = body[: chance.randrange(len(body))]
            case 1:
                changed = bytearray(body)
                changed[chance.randrange(len(changed))] = chance.randrange(256)
                body = bytes(changed)
            case 2:
                body = b"[" + b",".join([body] * chance.choice((0, 1, 2, 6))) + b"]"
        yield body


def check_errors(answer: Any, body: bytes) -> None:
    for error in answer.get("errors", ()):
        assert re.fullmatch(r"[A-Z_]+", error["extensions"]["code"]), (error, body)
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", (error, body)
        assert not INSIDES.search(error["message"]), (error, body)
        assert len(error["message"]) <= 300


async def test_nothing_that_is_sent_breaks_anything(caller: Caller) -> None:
    statuses = set()
    for body in bodies(500):
        response = await caller.post(body, accept="application/graphql-response+json")
        statuses.add(response.status_code)
        answers = response.json() if isinstance(response.json(), list) else [response.json()]
        for answer in answers:
            assert set(answer) <= {"data", "errors", "extensions"}
            assert "data" in answer or answer["errors"]
            check_errors(answer, body)
    assert statuses == {200, 400}


@pytest.mark.parametrize(
    "query",
    [
        "query($v:String!){accountByHandle(platform:TIKTOK,handle:$v){id}}",
        "query($v:String!){search(text:$v){accounts{id}}}",
        "query($v:ID!){node(id:$v){id}}",
        "query($v:String){accounts(after:$v){totalCount}}",
        "query($v:String){topAccounts(timezone:$v){start}}",
        "query($v:String!){__type(name:$v){name}}",
        "mutation($v:String!){createCreator(input:{name:$v}){creator{name} errors{message code}}}",
        'mutation($v:JSON){createCreator(input:{name:"Ada",metadata:$v}){creator{name} errors{message code}}}',
        "mutation($v:String!){trackAccount(input:{platform:TIKTOK,handle:$v}){account{id} errors{message code}}}",
        'mutation($v:String){trackAccount(input:{platform:TIKTOK,handle:"ada",category:$v}){errors{message code}}}',
        "mutation($v:String!){trackVideo(input:{platform:TIKTOK,identifier:$v}){video{id} errors{message code}}}",
        "mutation($v:ID!){deleteCreator(input:{creatorId:$v}){errors{message code}}}",
    ],
)
async def test_no_value_breaks_a_field(caller: Caller, query: str) -> None:
    for value in VALUES:
        body = b'{"query":%b,"variables":{"v":%b}}' % (json.dumps(query).encode(), value)
        response = await caller.post(body)
        assert response.status_code in (200, 400)
        check_errors(response.json(), body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{__typename}","query":"{viewer{keyName}}"}',
        b'{"query":"{__typename}","variables":{"query":1,"query":2}}',
        b'[{"query":"{__typename}"},{"query":"{__typename}","query":"{__typename}"}]',
    ],
)
async def test_a_name_given_twice_is_refused(caller: Caller, body: bytes) -> None:
    response = await caller.post(body)
    message = "The body has an object with two members of the name 'query'."
    expected = {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    assert (response.status_code, response.json()) == (400, expected)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("query={__typename}&query={viewer{keyName}}", "The parameter query is given twice."),
        ("query={__typename}&variables={", "The parameter variables is not JSON that can be read."),
        ("query={__typename}&variables=[]", "variables is not an object."),
        ("query={__typename}&extensions=%ff", "The parameter extensions is not JSON that can be read."),
        (
            "query={__typename}&variables={%22a%22:1,%22a%22:2}",
            "The parameter variables has an object with two members of the name 'a'.",
        ),
        ("variables={}", "There is no query."),
    ],
)
async def test_a_query_string_that_is_no_request_is_refused(caller: Caller, query: str, message: str) -> None:
    response = await caller.client.get(f"/graphql?{query}", headers={"Authorization": f"Bearer {caller.key}"})
    expected = {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    assert (response.status_code, response.json()) == (400, expected)


async def test_many_members_are_read_in_linear_time(caller: Caller) -> None:
    members = ",".join(f'"m{n}":0' for n in range(50_000))
    response = await caller.post('{"query":"{__typename}","variables":{' + members + ',"m49999":0}}')
    assert response.json()["errors"][0]["message"] == "The body has an object with two members of the name 'm49999'."
