"""GraphQL over HTTP: what is read, what is refused, and with which status."""

import json
from typing import Any

import httpx
import pytest

from app.api.graphql.serving.negotiation import choose_media_type, wants_page
from app.settings import Settings
from tests.api.conftest import Caller, opened_client, without_cost

GRAPHQL_RESPONSE = "application/graphql-response+json"
NAME = "{viewer{keyName}}"
NAMED = {"data": {"viewer": {"keyName": "test key"}}}
SEVERAL = "query A{viewer{keyName}} query B{viewer{__typename}}"
TRACK = 'mutation{trackAccount(input:{platform:TIKTOK,handle:"somebody"}){account{handle}}}'


def error(message: str, code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, **more, "extensions": {"code": code}}]}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON; charset=utf-8", "application/json"),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE};q=0.5", "application/json"),
        (f"{GRAPHQL_RESPONSE};q=0, */*", "application/json"),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("text/event-stream, application/json;q=0.1", "application/json"),
        ("application/json;q=much", None),
        ("text/html", None),
        ("image/png, text/*", None),
    ],
)
def test_the_media_type_follows_accept(accept: str | None, chosen: str | None) -> None:
    assert choose_media_type(accept) == chosen


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html", True),
        ("application/json, text/html;q=0.5", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_only_those_who_ask_for_html_get_the_page(accept: str | None, page: bool) -> None:
    assert wants_page(accept) is page


async def test_post_and_get_answer_alike(caller: Caller) -> None:
    posted = await caller.post(json.dumps({"query": NAME}))
    got = await caller.client.get(
        "/graphql", params={"query": NAME}, headers={"Authorization": f"bearer  {caller.key}"}
    )
    assert (posted.status_code, without_cost(posted.json())) == (200, NAMED)
    assert (got.status_code, without_cost(got.json())) == (200, NAMED)
    assert posted.headers["content-type"] == "application/json; charset=utf-8"
    assert posted.headers["cache-control"] == "no-store"
    assert posted.headers["vary"] == "Accept"
    assert posted.headers["x-content-type-options"] == "nosniff"


async def test_a_request_id_is_echoed_when_usable_and_made_otherwise(caller: Caller) -> None:
    query = json.dumps({"query": NAME})
    assert (await caller.post(query, x_request_id="abc-1")).headers["x-request-id"] == "abc-1"
    made = (await caller.post(query, x_request_id="not usable")).headers["x-request-id"]
    assert len(made) == 32
    assert made != (await caller.post(query)).headers["x-request-id"]


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "An API key is needed. Send it as Authorization: Bearer KEY."),
        ("Basic dTpw", "An API key is needed. Send it as Authorization: Bearer KEY."),
        ("Bearer", "An API key is needed. Send it as Authorization: Bearer KEY."),
        ("Bearer nobody", "This API key is not known. Send a valid one as Authorization: Bearer KEY."),
        ("Bearer " + "x" * 5000, "This API key is not known. Send a valid one as Authorization: Bearer KEY."),
    ],
)
async def test_without_a_known_key_nothing_is_answered(
    client: httpx.AsyncClient, authorization: str | None, message: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = await client.post("/graphql", json={"query": "{__typename}"}, headers=headers)
    assert (response.status_code, response.json()) == (401, error(message, "UNAUTHENTICATED"))
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON that can be read."),
        (b"{", "The body is not JSON that can be read."),
        (b'{"query": "\xff"}', "The body is not JSON that can be read."),
        (b'{"query": "\\ud800"}', "The body is not JSON that can be read."),
        (
            b'{"query": "{__typename}", "variables": {"a": ' + b"9" * 5000 + b"}}",
            "The body is not JSON that can be read.",
        ),
        (b'{"query": "{__typename}", "variables": {"a": 1e999}}', "The body is not JSON that can be read."),
        (b"[" * 50_000, "The body is not JSON that can be read."),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "The body is not JSON that can be read."),
        (b"null", "The body is not a JSON object."),
        (b'"{__typename}"', "The body is not a JSON object."),
        (b"[]", "The batch is empty."),
        (b"{}", "There is no query."),
        (b'{"query": ""}', "There is no query."),
        (b'{"query": 1}', "query is not a string."),
        (b'{"query": "{__typename}", "operationName": 1}', "operationName is not a string."),
        (b'{"query": "{__typename}", "variables": []}', "variables is not an object."),
        (b'{"query": "{__typename}", "extensions": 1}', "extensions is not an object."),
    ],
)
async def test_a_body_that_is_no_request_is_refused(caller: Caller, body: bytes, message: str) -> None:
    response = await caller.post(body)
    assert (response.status_code, response.json()) == (400, error(message, "BAD_REQUEST"))


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
async def test_only_json_in_utf8_is_read(caller: Caller, content_type: str) -> None:
    response = await caller.post(json.dumps({"query": NAME}), content_type=content_type)
    expected = error("Send the request as application/json in UTF-8.", "UNSUPPORTED_MEDIA_TYPE")
    assert (response.status_code, response.json()) == (415, expected)


async def test_a_larger_body_is_refused_unread_whether_it_says_its_length_or_not(
    caller: Caller, settings: Settings
) -> None:
    body = b" " * (settings.max_request_bytes + 1)
    expected = error("The body is larger than the 1048576 bytes that are read.", "PAYLOAD_TOO_LARGE")
    declared = await caller.post(body)
    assert (declared.status_code, declared.json()) == (413, expected)

    async def chunks() -> Any:
        for start in range(0, len(body), 1 << 16):
            yield body[start : start + (1 << 16)]

    streamed = await caller.client.post(
        "/graphql",
        content=chunks(),
        headers={"Authorization": f"Bearer {caller.key}", "Content-Type": "application/json"},
    )
    assert (streamed.status_code, streamed.json()) == (413, expected)


async def test_what_is_not_acceptable_is_said_in_json(caller: Caller) -> None:
    response = await caller.post(json.dumps({"query": NAME}), accept="image/png")
    message = f"Answers are {GRAPHQL_RESPONSE} or application/json; Accept takes neither."
    assert (response.status_code, response.json()) == (406, error(message, "NOT_ACCEPTABLE"))


async def test_other_methods_are_told_which_there_are(caller: Caller) -> None:
    response = await caller.client.put("/graphql", json={"query": NAME})
    message = "PUT is not for GraphQL. Use POST, or GET for queries."
    assert (response.status_code, response.json()) == (405, error(message, "METHOD_NOT_ALLOWED"))
    assert response.headers["allow"] == "GET, HEAD, POST"


async def test_get_never_changes_anything(caller: Caller) -> None:
    response = await caller.client.get(
        "/graphql", params={"query": TRACK}, headers={"Authorization": f"Bearer {caller.key}"}
    )
    expected = error("GET only reads. Send mutations by POST.", "METHOD_NOT_ALLOWED")
    assert (response.status_code, response.json()) == (405, expected)
    assert response.headers["allow"] == "POST"
    assert await caller.data("{accounts{totalCount}}") == {"accounts": {"totalCount": 0}}


@pytest.mark.parametrize(("name", "keys"), [("A", ["keyName"]), ("B", ["__typename"])])
async def test_the_named_operation_runs(caller: Caller, name: str, keys: list[str]) -> None:
    response = await caller.post(json.dumps({"query": SEVERAL, "operationName": name}))
    assert list(response.json()["data"]["viewer"]) == keys


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {"query": SEVERAL},
            error("The document has several operations. Say which by operationName.", "OPERATION_RESOLUTION_FAILURE"),
        ),
        (
            {"query": SEVERAL, "operationName": "C"},
            error("The document has no operation of that operationName.", "OPERATION_RESOLUTION_FAILURE"),
        ),
        (
            {"query": "{"},
            error(
                "Syntax Error: Expected Name, found <EOF>.",
                "GRAPHQL_PARSE_FAILED",
                locations=[{"line": 1, "column": 2}],
            ),
        ),
        (
            {"query": "{viewer{keyNam}}"},
            error(
                "Cannot query field 'keyNam' on type 'Viewer'. Did you mean 'keyName' or 'keyId'?",
                "GRAPHQL_VALIDATION_FAILED",
                locations=[{"line": 1, "column": 9}],
            ),
        ),
        (
            {"query": "query($n:Int){accounts(first:$n){totalCount}}", "variables": {"n": True}},
            error(
                "Variable '$n' has invalid value: Int cannot represent non-integer value: true",
                "BAD_USER_INPUT",
                locations=[{"line": 1, "column": 7}],
            ),
        ),
        (
            {"query": "{account(id:null){id}}"},
            error(
                "Expected value of non-null type 'ID!' not to be null.",
                "GRAPHQL_VALIDATION_FAILED",
                locations=[{"line": 1, "column": 13}],
            ),
        ),
    ],
)
async def test_a_document_that_cannot_run_is_400_for_modern_clients_and_200_for_plain_json(
    caller: Caller, request_: dict[str, Any], expected: dict[str, Any]
) -> None:
    modern = await caller.post(json.dumps(request_), accept=GRAPHQL_RESPONSE)
    plain = await caller.post(json.dumps(request_), accept="application/json")
    assert (modern.status_code, without_cost(modern.json())) == (400, expected)
    assert (plain.status_code, without_cost(plain.json())) == (200, expected)
    assert modern.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"


async def test_introspection_and_suggestions_can_be_switched_off(
    database: None, settings: Settings, caller: Caller
) -> None:
    closed = Settings(
        database_url=settings.database_url,
        redis_url=settings.redis_url,
        data_dir=settings.data_dir,
        introspection=False,
    )
    async with opened_client(closed) as client:
        asking = Caller(client, caller.key, caller.viewer)
        misspelt = await asking.ask("{viewer{keyNam}}")
        introspected = await asking.ask("{__schema{queryType{name}}}")
    assert misspelt["errors"][0]["message"] == "The document does not fit the schema here."
    assert {entry["extensions"]["code"] for entry in introspected["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "data" not in introspected
