"""Bodies and parameters that are refused: what is named, and that nothing is left behind."""

import json
from typing import Any

import httpx
import pytest

from app.api.rest.operations import Operation
from app.api.rest.strict_json import BrokenJSON, read_json
from app.api.rest.v2.server import OPERATIONS
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.test_transport import filled, name_of

WRITES = [operation for operation in OPERATIONS if operation.body]
METADATA = "It takes an object of up to 20 members, each a text of up to 255 characters"


async def sent(rest: RestCaller, operation: Operation, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return await rest.send(operation.method, filled(operation.path), content=body, headers=headers)


@pytest.mark.parametrize("operation", WRITES, ids=name_of)
async def test_what_is_no_json_is_a_bad_request(rest: RestCaller, operation: Operation) -> None:
    for body in (
        b"",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b"{}{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\n"}',
        b'{"a": "\0"}',
        b'{"a": "\xff"}',
        b'{"a": "\\x"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": ' + b"9" * 5000 + b"}",
    ):
        problem = problem_of(await sent(rest, operation, body), 400, "BAD_REQUEST")
        assert problem["detail"] in ("The body is not JSON that can be read.", "The body is not UTF-8.")
        assert problem["title"] == "Bad Request"
    for body in (b"[" * 100_000, b'{"a":' * 33 + b"1" + b"}" * 33, b"[" * 33 + b"]" * 33):
        problem = problem_of(await sent(rest, operation, body), 400, "BAD_REQUEST")
        assert problem["detail"] == "The body is nested deeper than 32 levels."


@pytest.mark.parametrize("operation", WRITES, ids=name_of)
async def test_what_is_no_object_is_refused(rest: RestCaller, operation: Operation) -> None:
    for body in (b"null", b"true", b"1", b'"{}"', b"[]", b'[{"name": "x"}]'):
        problem = problem_of(await sent(rest, operation, body), 422, "VALIDATION_ERROR")
        assert problem["errors"] == [{"field": "", "message": "The body takes an object."}]
        assert problem["title"] == "Unprocessable Entity"


@pytest.mark.parametrize("operation", WRITES, ids=name_of)
async def test_an_empty_object_is_refused(rest: RestCaller, operation: Operation) -> None:
    problem_of(await sent(rest, operation, b"{}"), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (b'{"name": "a", "name": "a"}', "name", "The member is there twice."),
        (b'{"x": [{"y": {"a/b": 1, "a/b": 2}}]}', "x/0/y/a~1b", "The member is there twice."),
        (b'{"name": "\\ud800"}', "name", "The text holds half a surrogate pair."),
        (b'{"metadata": {"k": "a\\udfffb"}}', "metadata/k", "The text holds half a surrogate pair."),
        (b'{"metadata": {"k\\ud83d": "v"}}', "metadata/k?", "The name holds half a surrogate pair."),
        (b'{"name": "a\\u0000b"}', "name", "The text holds a NUL character."),
        (b'{"unknown": [1, "\\u0000"]}', "unknown/1", "The text holds a NUL character."),
        (b'{"metadata": {"\\u0000": "v"}}', "metadata/?", "The name holds a NUL character."),
    ],
)
@pytest.mark.parametrize("operation", WRITES, ids=name_of)
async def test_what_readers_take_differently_is_named(
    rest: RestCaller, operation: Operation, body: bytes, field: str, message: str
) -> None:
    problem = problem_of(await sent(rest, operation, body), 422, "VALIDATION_ERROR")
    assert problem["errors"] == [{"field": field, "message": message}]
    assert problem["detail"] == f"{field}: {message}"


def test_json_that_is_merely_odd_is_read() -> None:
    assert read_json(b' {"a": "\\\\u0000", "b": "\\ud83d\\ude00", "c": [1e999]} ') == {
        "a": "\\u0000",
        "b": "\U0001f600",
        "c": [float("inf")],
    }
    assert read_json(b'["' + b"[{" * 100 + b'"]') == ["[{" * 100]
    assert read_json(b"[" * 32 + b"]" * 32)
    with pytest.raises(BrokenJSON):
        read_json(b"[" * 33 + b"]" * 33)


NEW_ACCOUNT = {"platform": "tiktok", "username": "refused"}
NEW_VIDEO = {"platform": "tiktok", "identifier": "7301234567890123456"}
EMPTY_HANDLE = "The handle is empty. Give a handle such as @name, or the profile's URL."
HOURS = "It takes a whole number 6 to 720."
LONG = "x" * 256
CREATES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (
        "/accounts",
        {"platform": None, "username": None},
        [
            ("platform", "It takes one of instagram, tiktok."),
            ("username", "It takes a text of 1 to 128 characters."),
        ],
    ),
    ("/accounts", {"platform": "youtube"}, [("platform", "It takes one of instagram, tiktok.")]),
    ("/accounts", {"platform": "TikTok"}, [("platform", "It takes one of instagram, tiktok.")]),
    ("/accounts", {"platform": ["tiktok"]}, [("platform", "It takes one of instagram, tiktok.")]),
    ("/accounts", {"username": ""}, [("username", "It takes a text of 1 to 128 characters.")]),
    ("/accounts", {"username": "x" * 129}, [("username", "It takes a text of 1 to 128 characters.")]),
    ("/accounts", {"username": 7}, [("username", "It takes a text of 1 to 128 characters.")]),
    (
        "/accounts",
        {"username": "not a handle"},
        [
            (
                "username",
                "'not a handle' is not a handle of tiktok: 1 to 24 letters, digits, underscores, hyphens and full "
                "stops, not starting or ending with a full stop.",
            )
        ],
    ),
    ("/accounts", {"username": "  "}, [("username", EMPTY_HANDLE)]),
    ("/accounts", {"creator_id": "none"}, [("creator_id", "It takes a UUID, or null.")]),
    ("/accounts", {"creator_id": 1}, [("creator_id", "It takes a UUID, or null.")]),
    ("/accounts", {"category": "x" * 129}, [("category", "It takes a text of up to 128 characters, or null.")]),
    ("/accounts", {"scrape_interval_hours": 5}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": 721}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": 10**40}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": 24.0}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": 1e300}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": "24"}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": True}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"scrape_interval_hours": None}, [("scrape_interval_hours", HOURS)]),
    ("/accounts", {"metadata": []}, [("metadata", f"{METADATA}, or null.")]),
    ("/accounts", {"metadata": {str(n): "v" for n in range(21)}}, [("metadata", f"{METADATA}, or null.")]),
    (
        "/accounts",
        {"metadata": {"a": 1, "b": LONG, "c": None, "a/b": ["x"], "": "v", LONG: "v", "fine": "x" * 255}},
        [
            ("metadata/a", "It takes a text of up to 255 characters."),
            ("metadata/b", "It takes a text of up to 255 characters."),
            ("metadata/c", "It takes a text of up to 255 characters."),
            ("metadata/a~1b", "It takes a text of up to 255 characters."),
            ("metadata/", "Its name takes a text of 1 to 255 characters."),
            (f"metadata/{LONG}", "Its name takes a text of 1 to 255 characters."),
        ],
    ),
    ("/videos", {"identifier": ""}, [("identifier", "It takes a text of 1 to 2048 characters.")]),
    ("/videos", {"identifier": None}, [("identifier", "It takes a text of 1 to 2048 characters.")]),
    ("/videos", {"is_active": None}, [("is_active", "It takes true or false.")]),
    ("/videos", {"is_active": 1}, [("is_active", "It takes true or false.")]),
    ("/videos", {"is_active": "true"}, [("is_active", "It takes true or false.")]),
    ("/videos", {"scrape_interval_hours": 5}, [("scrape_interval_hours", HOURS)]),
    ("/videos", {"metadata": {"k": 1}}, [("metadata/k", "It takes a text of up to 255 characters.")]),
    (
        "/videos",
        {"identifier": "https://www.instagram.com/p/DEiyb48AeB9/"},
        [("identifier", "'https://www.instagram.com/p/DEiyb48AeB9/' is a link of instagram, not of tiktok.")],
    ),
    ("/creators", {"name": ""}, [("name", "It takes a text of 1 to 255 characters.")]),
    ("/creators", {"name": "   "}, [("name", "The name is empty; it takes 1 to 255 characters.")]),
    ("/creators", {"name": LONG}, [("name", "It takes a text of 1 to 255 characters.")]),
    ("/creators", {"name": None}, [("name", "It takes a text of 1 to 255 characters.")]),
    ("/creators", {"is_active": None}, [("is_active", "It takes true or false.")]),
    ("/creators", {"metadata": {"k": {}}}, [("metadata/k", "It takes a text of up to 255 characters.")]),
]
GOOD = {"/accounts": NEW_ACCOUNT, "/videos": NEW_VIDEO, "/creators": {"name": "Refused"}}


@pytest.mark.parametrize(("path", "members", "errors"), CREATES)
async def test_a_create_out_of_bounds_is_named_and_leaves_no_trace(
    rest: RestCaller, path: str, members: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    headers = {"Idempotency-Key": "the key"}
    answer = await rest.send("POST", path, json={**GOOD[path], **members}, headers=headers)
    problem = problem_of(answer, 422, "VALIDATION_ERROR")
    assert [(error["field"], error["message"]) for error in problem["errors"]] == errors
    first = f"{errors[0][0]}: {errors[0][1]}"
    assert problem["detail"] in (errors[0][1], first, f"{first} And {len(errors) - 1} more.")
    assert (await rest.get(path, include_total="true"))["pagination"]["total_count"] == 0
    again = await rest.send("POST", path, json=GOOD[path], headers=headers)
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("path", "missing", "message"),
    [
        ("/accounts", "platform", "It is needed, and takes one of instagram, tiktok."),
        ("/accounts", "username", "It is needed, and takes a text of 1 to 128 characters."),
        ("/videos", "platform", "It is needed, and takes one of instagram, tiktok."),
        ("/videos", "identifier", "It is needed, and takes a text of 1 to 2048 characters."),
        ("/creators", "name", "It is needed, and takes a text of 1 to 255 characters."),
    ],
)
async def test_what_is_needed_is_named(rest: RestCaller, path: str, missing: str, message: str) -> None:
    members = {name: value for name, value in GOOD[path].items() if name != missing}
    problem = problem_of(await rest.send("POST", path, json=members), 422, "VALIDATION_ERROR")
    assert problem["errors"] == [{"field": missing, "message": message}]


CHANGES: list[tuple[str, dict[str, Any], str, str]] = [
    ("/accounts", {"is_active": None}, "is_active", "It takes true or false."),
    ("/accounts", {"is_active": "false"}, "is_active", "It takes true or false."),
    ("/accounts", {"category": 1}, "category", "It takes a text of up to 128 characters, or null."),
    ("/accounts", {"metadata": {"k": 1}}, "metadata/k", "It takes a text of up to 255 characters."),
    ("/accounts", {"scrape_interval_hours": 5}, "scrape_interval_hours", HOURS),
    ("/accounts", {"scrape_interval_hours": None}, "scrape_interval_hours", HOURS),
    ("/accounts", {"creator_id": "x"}, "creator_id", "It takes a UUID, or null."),
    (
        "/accounts",
        {"max_recent_posts_per_account": 0},
        "max_recent_posts_per_account",
        "It takes a whole number 1 to 1000, or null.",
    ),
    (
        "/accounts",
        {"max_recent_posts_per_account": 1001},
        "max_recent_posts_per_account",
        "It takes a whole number 1 to 1000, or null.",
    ),
    ("/accounts", {"post_lookback_days": 0}, "post_lookback_days", "It takes a whole number 1 to 3650, or null."),
    ("/accounts", {"post_lookback_days": 3651}, "post_lookback_days", "It takes a whole number 1 to 3650, or null."),
    ("/videos", {"is_active": None}, "is_active", "It takes true or false."),
    ("/videos", {"scrape_interval_hours": 721}, "scrape_interval_hours", HOURS),
    ("/videos", {"metadata": "x"}, "metadata", f"{METADATA}, or null."),
    ("/creators", {"name": ""}, "name", "It takes a text of 1 to 255 characters, or null."),
    ("/creators", {"name": " "}, "name", "The name is empty; it takes 1 to 255 characters."),
    ("/creators", {"is_active": 0}, "is_active", "It takes true or false, or null."),
    ("/creators", {"metadata": {"k": True}}, "metadata/k", "It takes a text of up to 255 characters."),
]


@pytest.mark.parametrize(("path", "members", "field", "message"), CHANGES)
async def test_a_change_out_of_bounds_is_named_and_changes_nothing(
    rest: RestCaller, path: str, members: dict[str, Any], field: str, message: str
) -> None:
    made = await rest.create(path, **GOOD[path])
    fine = {"metadata": {"new": "one"}} if "metadata" not in members else {}
    answer = await rest.send("PATCH", f"{path}/{made['id']}", json={**fine, **members})
    problem = problem_of(answer, 422, "VALIDATION_ERROR")
    assert problem["errors"] == [{"field": field, "message": message}]
    assert await rest.get(f"{path}/{made['id']}") == {"data": made}


@pytest.mark.parametrize("path", GOOD)
async def test_a_change_that_names_nothing_is_refused(rest: RestCaller, path: str) -> None:
    made = await rest.create(path, **GOOD[path])
    for members in ({}, {"colour": "green"}, {"id": made["id"], "type": "x"}):
        problem = problem_of(await rest.send("PATCH", f"{path}/{made['id']}", json=members), 422, "VALIDATION_ERROR")
        assert problem["errors"][0]["field"] == ""
        assert problem["detail"].startswith("The body changes nothing. It takes ")
    assert await rest.get(f"{path}/{made['id']}") == {"data": made}


async def test_metadata_is_kept_as_it_was_sent(rest: RestCaller) -> None:
    most = {f"{n:0255}": "\U0001f600" * 255 for n in range(19)} | {"a/b~\u202e\\u0000": ""}
    for path in GOOD:
        made = await rest.create(path, **{**GOOD[path], "metadata": most})
        assert made["metadata"] == most
        answer = await rest.send("PATCH", f"{path}/{made['id']}", json={"metadata": {"only": "this"}})
        assert answer.json()["data"] == {**made, "metadata": {"only": "this"}}


async def test_many_faults_are_told_up_to_fifty_of_a_value(rest: RestCaller) -> None:
    answer = await rest.send("POST", "/videos/deltas", json={"video_ids": ["x"] * 50_000, "windows": 1})
    problem = problem_of(answer, 422, "VALIDATION_ERROR")
    assert [error["field"] for error in problem["errors"]] == [*(f"video_ids/{n}" for n in range(50)), "windows"]


LISTS = ["/accounts", "/videos", "/account-videos", "/creators"]
PAGE_SIZE = "It takes a whole number 1 to 200."
STRANGE_CURSOR = "This cursor was not issued for this list, filter and order. Start again without a cursor."


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("parameters", "field", "message"),
    [
        *(([("limit", text)], "limit", PAGE_SIZE) for text in ("0", "201", "-1", "", "1.0", "1e2", "+5", " 5")),
        ([("limit", "\u0665")], "limit", PAGE_SIZE),
        ([("limit", "9" * 30)], "limit", PAGE_SIZE),
        ([("limit", "5"), ("limit", "5")], "limit", "It is given twice."),
        ([("is_active", "")], "is_active", "It takes true or false."),
        ([("is_active", "yes")], "is_active", "It takes true or false."),
        ([("is_active", "null")], "is_active", "It takes true or false."),
        ([("include_total", "maybe")], "include_total", "It takes true or false."),
        ([("order_direction", "up")], "order_direction", "It takes one of asc, desc."),
        ([("order_direction", "null")], "order_direction", "It takes one of asc, desc."),
        ([("order_direction", "DESC")], "order_direction", "It takes one of asc, desc."),
        ([("cursor", "nonsense")], "cursor", STRANGE_CURSOR),
        ([("cursor", "null")], "cursor", STRANGE_CURSOR),
        ([("cursor", "\u00e9\U0001f600")], "cursor", STRANGE_CURSOR),
        ([("cursor", "a\0")], "cursor", "It holds a NUL character."),
        ([("cursor", "x" * 2049)], "cursor", "It takes a text of up to 2048 characters."),
    ],
)
async def test_parameters_of_every_list_are_held_to_their_bounds(
    rest: RestCaller, path: str, parameters: list[tuple[str, str]], field: str, message: str
) -> None:
    if path == "/account-videos" and field == "is_active":
        assert (await rest.send("GET", path, params=parameters)).status_code == 200
        return
    problem = problem_of(await rest.send("GET", path, params=parameters), 422, "VALIDATION_ERROR")
    assert problem["errors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        ("/accounts", {"platform": "youtube"}, "It takes one of instagram, tiktok."),
        ("/accounts", {"platform": ""}, "It takes one of instagram, tiktok."),
        ("/accounts", {"platform": "null"}, "It takes one of instagram, tiktok."),
        ("/accounts", {"is_verified": "x"}, "It takes true or false."),
        ("/accounts", {"q": "a\0"}, "It holds a NUL character."),
        ("/accounts", {"q": "x" * 129}, "It takes a text of up to 128 characters."),
        ("/accounts", {"category": "a\0"}, "It holds a NUL character."),
        ("/accounts", {"category": "x" * 129}, "It takes a text of up to 128 characters."),
        ("/accounts", {"creator_id": "x"}, "It takes a UUID, or none."),
        ("/accounts", {"creator_id": "none\n"}, "It takes a UUID, or none."),
        ("/accounts", {"creator_id": ""}, "It takes a UUID, or none."),
        ("/accounts", {"order_by": "name"}, None),
        ("/accounts", {"order_by": ""}, None),
        ("/accounts", {"sort": "-name"}, None),
        ("/accounts", {"sort": "-added_at\n"}, None),
        ("/accounts", {"sort": "--added_at"}, None),
        ("/accounts", {"sort": ""}, None),
        ("/videos", {"account_id": "none"}, "It takes a UUID."),
        ("/videos", {"platform": "x"}, "It takes one of instagram, tiktok."),
        ("/videos", {"q": "\0"}, "It holds a NUL character."),
        ("/videos", {"order_by": "username"}, None),
        ("/videos", {"sort": "-comment_count"}, None),
        ("/account-videos", {"order_by": "added_at"}, None),
        ("/account-videos", {"sort": "-added_at"}, None),
        ("/account-videos", {"creator_id": "x"}, "It takes a UUID, or none."),
        ("/account-videos", {"account_id": "x"}, "It takes a UUID."),
        ("/account-videos", {"q": "\0"}, "It holds a NUL character."),
        ("/creators", {"order_by": "added_at"}, "It takes one of name."),
        ("/creators", {"sort": "added_at"}, None),
        ("/creators", {"sort": "-name\n"}, None),
    ],
)
async def test_filters_and_orders_are_enums_and_bounds(
    rest: RestCaller, path: str, parameters: dict[str, str], message: str | None
) -> None:
    problem = problem_of(await rest.send("GET", path, params=parameters), 422, "VALIDATION_ERROR")
    (error,) = problem["errors"]
    assert [error["field"]] == list(parameters)
    assert error["message"] == message or (message is None and error["message"].startswith("It takes one of "))


async def test_all_faults_are_told_at_once(rest: RestCaller) -> None:
    answer = await rest.send("GET", "/accounts", params=[("limit", "x"), ("platform", "x"), ("q", "a"), ("q", "b")])
    problem = problem_of(answer, 422, "VALIDATION_ERROR")
    assert [error["field"] for error in problem["errors"]] == ["q", "limit", "platform"]
    assert problem["detail"] == "q: It is given twice. And 2 more."


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1"])
async def test_booleans_are_read_as_clients_write_them(rest: RestCaller, text: str) -> None:
    page = await rest.get("/accounts", include_total=text, is_active=text)
    assert (page["pagination"]["total_count"], page["filters"]["is_active"]) == (0, True)


@pytest.mark.parametrize("path", LISTS)
async def test_an_empty_text_is_none(rest: RestCaller, path: str) -> None:
    plain = await rest.get(path)
    assert await rest.get(path, cursor="", q="", category="") == plain


def test_every_create_and_change_is_asked() -> None:
    asked = {("POST", path) for path in GOOD} | {("PATCH", f"{path}/{{{path[1:-1]}_id}}") for path in GOOD}
    there = {(one.method, one.path) for one in WRITES if not one.path.endswith(("/metrics", "/deltas"))}
    assert asked == there


def test_examples_are_json() -> None:
    assert all(json.loads(json.dumps(operation.example)) == operation.example for operation in WRITES)
