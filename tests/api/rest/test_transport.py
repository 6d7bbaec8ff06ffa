"""What holds for every route of REST v2: paths, methods, headers, negotiation, refusals."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.api.rest.answering import takes_json
from app.api.rest.operations import Operation
from app.api.rest.v2.dialect import CODES
from app.api.rest.v2.server import OPERATIONS
from app.api.rest.v2.shapes.envelopes import Code
from app.domain.viewer import Scope
from app.settings import Settings
from tests.api.conftest import opened_client
from tests.api.rest.conftest import RestCaller, problem_of
from tests.factories import new_key

PATHS = sorted({operation.path for operation in OPERATIONS})
ABSENT = "01900000-0000-7000-8000-000000000000"


def filled(path: str, id: str = ABSENT) -> str:
    """A path with ids in it."""
    return "/".join(id if segment.startswith("{") else segment for segment in path.split("/"))


def name_of(operation: Operation) -> str:
    return operation.id


def methods_at(path: str) -> set[str]:
    found = {operation.method for operation in OPERATIONS if operation.path == path}
    return found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())


@pytest.mark.parametrize("path", [*PATHS, "/docs"])
async def test_options_tells_the_methods_to_anybody(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.options(f"/v2{filled(path)}")
    allowed = {"GET", "HEAD", "OPTIONS"} if path == "/docs" else methods_at(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == ", ".join(sorted(allowed))
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", [*PATHS, "/docs"])
async def test_other_methods_are_refused_with_those_there_are(client: httpx.AsyncClient, path: str) -> None:
    allowed = {"GET", "HEAD", "OPTIONS"} if path == "/docs" else methods_at(path)
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - allowed:
        answer = await client.request(method, f"/v2{filled(path)}")
        assert answer.headers["allow"] == ", ".join(sorted(allowed))
        if method != "HEAD":
            assert problem_of(answer, 405, "BAD_REQUEST")["detail"] == f"{method} is not for this path."


@pytest.mark.parametrize("path", PATHS)
async def test_head_is_get_without_a_body(rest: RestCaller, path: str) -> None:
    if "GET" not in methods_at(path) or path == "/health":
        return
    got, head = await rest.send("GET", filled(path)), await rest.send("HEAD", filled(path))
    assert (head.status_code, head.content) == (got.status_code, b"")
    told = ("content-type", "content-length", "etag", "cache-control", "link")
    if got.status_code < 400:
        assert [head.headers.get(name) for name in told] == [got.headers.get(name) for name in told]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/nothing",
        "/accounts/",
        "//accounts",
        "/accounts//",
        f"/accounts/{ABSENT}/nothing",
        f"/creators/{ABSENT}/accounts",
        "/creators/top/analytics",
        "/docs/more",
        "/%00",
        "/accounts/%2F",
        "/Accounts",
    ],
)
async def test_nothing_is_at_other_paths(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/v2{path}")
    if path == "/accounts/":
        problem_of(answer, 401, "UNAUTHORIZED")
    else:
        problem = problem_of(answer, 404, "NOT_FOUND")
        assert (problem["detail"], problem["title"]) == ("Nothing is at this path.", "Not Found")
        assert problem["type"] == "urn:creatorgraph:error:not-found"


async def test_a_path_may_end_with_a_slash(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="slashed")
    assert await rest.get(f"/accounts/{made['id']}/") == {"data": made}
    assert (await rest.get("/accounts/"))["data"] == [made]
    link = (await rest.send("GET", "/accounts/?limit=1")).links["first"]["url"]
    assert link == "http://127.0.0.1/v2/accounts/?limit=1"
    assert (await rest.send("GET", "/docs/")).headers["content-type"] == "text/html; charset=utf-8"


async def test_ids_are_uuids_in_either_case(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="cased")
    assert await rest.get(f"/accounts/{made['id'].upper()}") == {"data": made}
    creator = await rest.create("/creators", name="Cased")
    linked = await rest.send("PUT", f"/creators/{creator['id'].upper()}/accounts/{made['id'].upper()}")
    assert linked.json()["data"]["creator_id"] == creator["id"]
    assert linked.headers["location"] == f"/v2/creators/{creator['id']}/accounts/{made['id']}"
    page = await rest.get("/accounts", creator_id=creator["id"].upper())
    assert ([row["id"] for row in page["data"]], page["filters"]["creator_id"]) == ([made["id"]], creator["id"])


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "{" in one.path], ids=name_of)
async def test_what_is_no_uuid_is_named(rest: RestCaller, operation: Operation) -> None:
    names = [segment[1:-1] for segment in operation.path.split("/") if segment.startswith("{")]
    malformed = (f"urn:uuid:{ABSENT}", f"{{{ABSENT}}}", ABSENT[:-1] + "g", f"{ABSENT}%0A", f"%20{ABSENT}")
    for text in ("1", "none", "%00", "..%2e", "%FF", "x" * 999, *malformed):
        body = {"json": operation.example} if operation.body else {}
        answer = await rest.send(operation.method, filled(operation.path, text), **body)
        problem = problem_of(answer, 422, "VALIDATION_ERROR")
        assert problem["errors"] == [{"field": names[0], "message": "It takes a UUID."}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
async def test_a_key_is_needed_where_it_is(client: httpx.AsyncClient, operation: Operation) -> None:
    if operation.scope is None:
        return
    for authorization in (None, "Basic dTpw", "Bearer", "Bearer nobody", "Bearer caf\u00e9"):
        headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
        answer = await client.request(operation.method, f"/v2{filled(operation.path)}", headers=headers)
        problem = problem_of(answer, 401, "UNAUTHORIZED")
        assert (problem["title"], answer.headers["www-authenticate"]) == ("Unauthorized", "Bearer")
        assert "x-ratelimit-limit" not in answer.headers


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
async def test_what_changes_something_needs_write_and_what_reads_does_not(
    client: httpx.AsyncClient, operation: Operation
) -> None:
    headers = {"Authorization": f"Bearer {await new_key(frozenset({Scope.READ}))}"}
    if operation.scope is None:
        return
    body = {"json": operation.example} if operation.body else {}
    answer = await client.request(operation.method, f"/v2{filled(operation.path)}", headers=headers, **body)
    if operation.scope is Scope.WRITE:
        problem = problem_of(answer, 403, "INSUFFICIENT_SCOPE")
        assert problem["detail"] == "This key lacks the scope write. Ask for a key with it."
        assert problem["title"] == "Forbidden"
    else:
        assert answer.status_code in (200, 404)
    assert answer.headers["x-ratelimit-remaining"] == "599"
    reads = operation.method == "GET" or operation.path.endswith(("/metrics", "/deltas"))
    assert reads == (operation.scope is Scope.READ)


async def test_write_suffices_for_all(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {await new_key(frozenset({Scope.WRITE}))}"}
    made = await client.post("/v2/creators", json={"name": "Writer"}, headers=headers)
    assert made.status_code == 201
    assert (await client.get(made.headers["location"], headers=headers)).status_code == 200


async def test_request_ids_are_echoed_or_made(rest: RestCaller) -> None:
    for path in ("/accounts", "/nothing", f"/accounts/{ABSENT}", "/meta"):
        given = await rest.send("GET", path, headers={"X-Request-ID": "job:7_a.b-c"})
        assert given.headers["x-request-id"] == "job:7_a.b-c"
        made = await rest.send("GET", path, headers={"X-Request-ID": "not usable"})
        assert len(made.headers["x-request-id"]) == 32
        if given.status_code == 404:
            assert (given.json()["request_id"], made.json()["request_id"]) == (
                "job:7_a.b-c",
                made.headers["x-request-id"],
            )


@pytest.mark.parametrize(
    ("accept", "is_taken"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/json", True),
        ("Application/JSON", True),
        ("application/*", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/json;q=0.001", True),
        ("text/html, application/json;q=0", False),
        ("application/json;q=0, */*", False),
        ("application/json;q=0.5, */*;q=0", True),
        ("application/*;q=0, */*", False),
        ("text/html", False),
        ("application/xml", False),
        ("application/problem+json", False),
        ("application/json; charset=utf-8", True),
        ("application/json;q=high", False),
    ],
)
def test_accept_is_read_by_its_q_values(accept: str | None, is_taken: bool) -> None:
    assert takes_json(httpx_headers(accept)) is is_taken


def httpx_headers(accept: str | None) -> Any:
    return {} if accept is None else {"accept": accept}


async def test_who_takes_no_json_is_refused_in_it(rest: RestCaller) -> None:
    for path in ("/accounts", "/meta", "/openapi.json", "/whoami"):
        answer = await rest.send("GET", path, headers={"Accept": "text/html"})
        problem = problem_of(answer, 406, "NOT_ACCEPTABLE")
        assert problem["detail"] == "Answers are application/json; Accept does not take that."
        assert problem["title"] == "Not Acceptable"
    assert (await rest.send("GET", "/docs", headers={"Accept": "text/html"})).status_code == 200


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body], ids=name_of)
async def test_bodies_are_json_in_utf8(rest: RestCaller, operation: Operation) -> None:
    body = json.dumps(operation.example)
    for content_type in (
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/problem+json",
        "application/json; charset=latin-1",
    ):
        headers = {} if content_type is None else {"Content-Type": content_type}
        answer = await rest.send(operation.method, filled(operation.path), content=body, headers=headers)
        problem = problem_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        assert problem["detail"] == "Send the body as application/json in UTF-8."
    for content_type in ("application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"; x=y'):
        answer = await rest.send(
            operation.method, filled(operation.path), content=body, headers={"Content-Type": content_type}
        )
        assert answer.status_code != 415


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body], ids=name_of)
async def test_a_larger_body_is_refused_whether_it_says_its_length_or_not(
    rest: RestCaller, settings: Settings, operation: Operation
) -> None:
    size = settings.max_request_bytes
    assert size == 1 << 20

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (size // 16)

    headers = {"Content-Type": "application/json"}
    for content in (b" " * (size + 1), chunks()):
        answer = await rest.send(operation.method, filled(operation.path), content=content, headers=headers)
        problem = problem_of(answer, 413, "BAD_REQUEST")
        assert problem["detail"] == "The body is larger than the 1048576 bytes that are read."
    largest = await rest.send(operation.method, filled(operation.path), content=b" " * size, headers=headers)
    assert problem_of(largest, 400, "BAD_REQUEST")["detail"] == "The body is not JSON that can be read."


async def test_reads_are_conditional_on_every_route(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="conditional")
    creator = await rest.create("/creators", name="Conditional")
    await rest.send("PUT", f"/creators/{creator['id']}/accounts/{made['id']}")
    for operation in OPERATIONS:
        if operation.method != "GET" or "video_id}" in operation.path or operation.path == "/health":
            continue
        path = operation.path.format(account_id=made["id"], creator_id=creator["id"])
        parameters = {"metric": "views"} if path.endswith("breakdown") else {}
        first = await rest.send("GET", path, params=parameters)
        assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache"), path
        assert first.headers["content-type"] == "application/json"
        etag = first.headers["etag"]
        assert etag.startswith('"')
        assert len(etag) == 34
        again = await rest.send("GET", path, params=parameters, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag), path
        assert "content-type" not in again.headers
        assert ("x-ratelimit-limit" in again.headers) == (operation.scope is not None)
        assert again.headers.get("link") == first.headers.get("link")
        assert again.headers["cache-control"] == "private, no-cache"
        other = await rest.send("GET", path, params=parameters, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


async def test_a_refusal_has_no_etag_and_is_not_kept(rest: RestCaller) -> None:
    answer = await rest.send("GET", f"/accounts/{ABSENT}", headers={"If-None-Match": "*"})
    problem = problem_of(answer, 404, "NOT_FOUND")
    assert problem["instance"] == f"/v2/accounts/{ABSENT}"
    assert ("etag" in answer.headers, answer.headers["cache-control"]) == (False, "no-store")


def test_the_codes_are_the_fourteen_of_the_contract() -> None:
    assert len(Code) == 14
    assert set(Code) - set(CODES.values()) == {Code.FORBIDDEN, Code.QUOTA_EXCEEDED, Code.UPSTREAM_ERROR}


async def test_unknown_parameters_and_members_are_ignored(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="plain", colour="green", nested={"a": [1e300]})
    page = await rest.send("GET", "/accounts", params=[("colour", "a"), ("colour", "b"), ("x", "\0"), ("", "")])
    assert (page.status_code, page.json()["data"]) == (200, [made])
    assert await rest.get(f"/accounts/{made['id']}", limit="x") == {"data": made}


async def test_each_request_counts_whatever_is_answered(
    stopped_clock: Any, settings: Settings, rest: RestCaller
) -> None:
    async with opened_client(settings) as client:
        here = RestCaller(client, rest.key, rest.viewer)
        left = []
        for method, path, headers in (
            ("GET", "/accounts", {}),
            ("HEAD", "/accounts", {}),
            ("GET", "/nothing", {}),
            ("PATCH", "/accounts", {}),
            ("GET", "/accounts", {"Accept": "text/html"}),
            ("POST", "/accounts", {}),
            ("GET", f"/accounts/{uuid4()}", {}),
            ("GET", "/accounts?limit=0", {}),
            ("GET", "/whoami", {"If-None-Match": "*"}),
        ):
            answer = await here.send(method, path, headers=headers)
            assert answer.headers["x-ratelimit-limit"] == "600"
            assert answer.headers["x-ratelimit-reset"] == "1772352060"
            left.append(int(answer.headers["x-ratelimit-remaining"]))
        assert left == list(range(599, 590, -1))
        for path in ("/health", "/meta", "/openapi.json", "/docs"):
            assert "x-ratelimit-limit" not in (await here.send("OPTIONS", path)).headers
        assert "x-ratelimit-limit" not in (await here.send("GET", "/meta")).headers
        assert int((await here.send("GET", "/whoami")).headers["x-ratelimit-remaining"]) == 590
