"""What scanners of GraphQL servers try first: overloads, circles, changes by GET or a form, a look at the inside."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from app.settings import Settings
from tests.api.conftest import Caller, Statements, opened_client
from tests.api.test_http import GRAPHQL_RESPONSE

OVERLOADS = {
    "aliases": ("query{" + "".join(f"alias{n}:__typename " for n in range(101)) + "}", "QUERY_TOO_LARGE"),
    "one field many times": ("query{" + "__typename " * 500 + "}", "QUERY_TOO_LARGE"),
    "directives nobody knows": ("query{__typename" + "@aa" * 10 + "}", "GRAPHQL_VALIDATION_FAILED"),
    "directives": ("query{__typename" + "@include(if:true)" * 101 + "}", "QUERY_TOO_LARGE"),
    "types in circles": (
        "query{__schema{types{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "accounts in circles": (
        "{accounts{nodes{creator{accounts{nodes{creator{accounts{nodes{id}}}}}}}}}",
        "QUERY_TOO_COSTLY",
    ),
    "fragments in circles": ("{...A} fragment A on Query{...B} fragment B on Query{...A}", "GRAPHQL_VALIDATION_FAILED"),
}
SIGNS_OF_TRACING = {"tracing", "trace", "debug", "stack", "exception", "stacktrace", "queryPlan"}
MUTATION = 'mutation{createCreator(input:{name:"By a scanner"}){creator{id}}}'


@pytest.mark.parametrize(("document", "code"), OVERLOADS.values(), ids=OVERLOADS.keys())
async def test_overloads_are_refused_unread(caller: Caller, statements: Statements, document: str, code: str) -> None:
    answer = await caller.post(json.dumps({"query": document}), accept=GRAPHQL_RESPONSE)
    assert answer.status_code == 400
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {code}
    assert len(statements) == 1  # who asks


async def test_a_batch_of_ten_is_refused(caller: Caller) -> None:
    answer = await caller.post(json.dumps([{"query": "query{__typename}"}] * 10))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BATCH_TOO_LARGE")


async def test_nothing_is_changed_by_what_a_foreign_page_can_send(caller: Caller) -> None:
    key = {"Authorization": f"Bearer {caller.key}"}
    by_get = await caller.client.get("/graphql", params={"query": MUTATION}, headers=key)
    by_form = await caller.client.post("/graphql", data={"query": MUTATION}, headers=key)
    by_upload = await caller.client.post(
        "/graphql", files={"operations": (None, json.dumps({"query": MUTATION}))}, headers=key
    )
    in_the_address = await caller.client.post("/graphql", params={"query": MUTATION}, headers=key)
    as_text = await caller.post(json.dumps({"query": MUTATION}), content_type="text/plain")
    refused = (by_get, by_form, by_upload, in_the_address, as_text)
    assert [answer.status_code for answer in refused] == [405, 415, 415, 415, 415]
    assert await caller.data("{creators{totalCount}}") == {"creators": {"totalCount": 0}}


@pytest.mark.parametrize(
    "header", ["X-Apollo-Tracing", "Apollo-Federation-Include-Trace", "X-Debug", "X-GraphQL-Debug"]
)
async def test_no_header_opens_the_inside(caller: Caller, header: str) -> None:
    headers = {"Authorization": f"Bearer {caller.key}", header: "1"}
    sent = {"query": "{viewer{keyNames}}", "extensions": {"tracing": True}}
    answer = await caller.client.post("/graphql?debug=1&trace=1", json=sent, headers=headers)
    names = set(_names(answer.json()))
    assert names & SIGNS_OF_TRACING == set()
    assert not {"server", "x-powered-by"} & set(answer.headers)


async def test_a_closed_schema_suggests_nothing(caller: Caller, settings: Settings) -> None:
    async with opened_client(msgspec.structs.replace(settings, introspection=False)) as client:
        closed = Caller(client, caller.key, caller.viewer)
        for document in (
            "{viewr{keyName}}",
            "{viewer{keyNam}}",
            "{accounts(frist:1){totalCount}}",
            "{accounts(filter:{txt:1}){totalCount}}",
        ):
            (error,) = (await closed.ask(document))["errors"]
            assert "Did you mean" not in error["message"]
        for document in ("{__schema{types{name}}}", '{__type(name:"Query"){name}}'):
            assert "data" not in await closed.ask(document)


async def test_what_is_not_for_a_browser_says_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert (page.headers["x-content-type-options"], page.headers["referrer-policy"]) == ("nosniff", "no-referrer")


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [name for key, member in value.items() for name in (key, *_names(member))]
    return [name for member in value for name in _names(member)] if isinstance(value, list) else []
