"""What one request may ask for: how much, how deep, how often alike, how slowly."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from graphql import get_introspection_query

from app.api import limits
from app.api.graphql.serving import documents, errors
from app.api.graphql.serving.bounds import MOST_FRAGMENTS, MOST_PAIRS
from app.api.graphql.serving.cost import MOST_STEPS
from app.api.graphql.serving.persisted import LARGEST_KEPT
from app.settings import Settings
from app.store import db
from tests.api.conftest import Caller, Statements, opened_app, opened_client
from tests.factories import at, new_account

PAGES = "query($n:Int){accounts(first:$n){nodes{videos(first:$n){nodes{id url}}}}}"
GRAPHQL_RESPONSE = "application/graphql-response+json"
TOTAL = json.dumps({"query": "{accounts{totalCount}}"})


def nested(depth: int) -> str:
    """A query whose deepest field is that deep."""
    path = ["accounts(first:1)", "nodes", "creator"] * depth
    return "{" + "{".join(path[: depth - 1]) + "{__typename" + "}" * depth


async def test_what_is_skipped_has_no_size(caller: Caller) -> None:
    query = PAGES.replace("($n:Int)", "($n:Int,$no:Boolean!)").replace("nodes{videos", "nodes@skip(if:$no){videos")
    assert await caller.data(query, n=200, no=True) == {"accounts": {}}


async def test_variables_that_cannot_be_are_named_rather_than_measured(caller: Caller) -> None:
    body = await caller.ask(PAGES, n="many")
    assert body["errors"][0]["message"] == (
        "Variable '$n' has invalid value: Int cannot represent non-integer value: 'many'"
    )


async def test_depth_is_bounded(caller: Caller, statements: Statements) -> None:
    deepest = await caller.ask(nested(15))
    assert "data" in deepest
    statements.clear()
    message = "The operation is more than 15 fields deep; 15 are allowed. Ask in two steps."
    refused = {"errors": [{"message": message, "extensions": {"code": "QUERY_TOO_DEEP"}}]}
    assert await caller.ask(nested(16)) == refused
    spread = "{accounts(first:1){...F0}}" + "".join(
        f"fragment F{n} on AccountConnection{{nodes{{creator{{accounts(first:1){{...F{n + 1}}}}}}}}}" for n in range(20)
    )
    assert await caller.ask(spread + "fragment F20 on AccountConnection{totalCount}") == refused
    assert len(statements) == 2  # the keys


async def test_root_fields_are_bounded(caller: Caller, statements: Statements) -> None:
    most = " ".join(f"a{number}:viewer{{keyName}}" for number in range(30))
    assert len(await caller.data(f"{{{most}}}")) == 30
    body = await caller.ask(f"{{...F viewer{{keyName}}}} fragment F on Query{{{most}}}")
    message = "The operation has 31 root fields; 30 are allowed. Split it."
    assert body == {"errors": [{"message": message, "extensions": {"code": "QUERY_TOO_LARGE"}}]}


async def test_tools_may_read_the_schema(caller: Caller) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert (await caller.data(query))["__schema"]["queryType"]["name"] == "Query"
    types = "types{fields{type{fields{name description args{name} type{name kind ofType{name kind ofType{name}}}}}}}"
    body = await caller.ask("{" + " ".join(f"a{n}:__schema{{{types}}}" for n in range(29)) + "}")
    assert body["errors"][0]["extensions"] == {"code": "QUERY_TOO_COSTLY"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            "{viewer{" + "keyName " * 220 + "}}",
            "The document has 24090 pairs of fields that share a name ('keyName' occurs 220 times); 20000 are allowed. "
            "Ask for lists, such as nodes(ids:), or split it.",
        ),
        (
            "{viewer{"
            + "".join(f"...F{n} " for n in range(101))
            + "}}"
            + "".join(f"fragment F{n} on Viewer{{a{n}:keyName}}" for n in range(101)),
            "The document has 101 fragments; 100 are allowed. Split it.",
        ),
        (
            "{viewer{" + "".join(f"a{n}:keyName " for n in range(101)) + "}}",
            "The document has 101 aliases; 100 are allowed. Split it.",
        ),
        (
            # On the operation, its variable, a field, an inline fragment, a spread and a fragment.
            "query($a:Int @x"
            + "@x" * 50
            + ")@x{viewer@x{...@x{keyName}...F@x}}fragment F on Viewer@x"
            + "@x" * 45
            + "{keyName}",
            "The document has 101 directives; 100 are allowed. Split it.",
        ),
        (
            "{viewer{" + "".join(f"a{n}:keyName " for n in range(10_000)) + "}}",
            "The document has 138900 bytes; 100000 are allowed. Split it, and put values into variables.",
        ),
        (
            "{viewer{" + "keyName " * 10_000 + "}}",
            "The document has more than 3000 tokens; 3000 are allowed. Split it.",
        ),
    ],
)
async def test_documents_out_of_bounds_are_refused_before_they_are_validated(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, document: str, message: str
) -> None:
    monkeypatch.setattr(documents, "validate", None)
    body = await caller.ask(document)
    assert body == {"errors": [{"message": message, "extensions": {"code": "QUERY_TOO_LARGE"}}]}


@pytest.mark.parametrize(
    ("limit", "document"),
    [
        ({"graphql_max_depth": 2}, "{viewer{organization{name}}}"),
        ({"graphql_max_root_fields": 1}, "{viewer{keyName} __typename}"),
        ({"graphql_max_aliases": 0}, "{a:viewer{keyName}}"),
        ({"graphql_max_directives": 0}, "{viewer{keyName@skip(if:false)}}"),
        ({"graphql_max_tokens": 100}, "{viewer{" + "keyName " * 100 + "}}"),
        ({"graphql_max_document_bytes": 1000}, "{viewer{keyName}}#" + "ü" * 500),
        ({"graphql_max_cost": 3}, "{accounts(first:100){nodes{id}}}"),
        ({"graphql_points_per_minute": 3}, "{accounts(first:100){nodes{id}}}"),
    ],
)
async def test_each_limit_is_a_setting(
    caller: Caller, stranger: Caller, settings: Settings, limit: dict[str, int], document: str
) -> None:
    assert "errors" not in await caller.ask(document)
    async with opened_client(msgspec.structs.replace(settings, **limit)) as client:
        body = await Caller(client, stranger.key, stranger.viewer).ask(document)
    (error,) = body["errors"]
    assert error["extensions"]["code"] in ("QUERY_TOO_DEEP", "QUERY_TOO_LARGE", "QUERY_TOO_COSTLY")
    assert f"{next(iter(limit.values()))} are allowed" in error["message"]


def test_the_guide_tells_every_limit_and_code() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()
    limits = dict(re.findall(r"^\| ([a-z ,]+) \| ([0-9,]+) \| `[A-Z_]+` \|$", guide, re.MULTILINE))
    told = {name: int(value.replace(",", "")) for name, value in limits.items()}
    usual = Settings()
    assert told == {
        "cost of an operation, in points": usual.graphql_max_cost,
        "depth, fields within fields": usual.graphql_max_depth,
        "root fields": usual.graphql_max_root_fields,
        "aliases in a document": usual.graphql_max_aliases,
        "directives in a document": usual.graphql_max_directives,
        "tokens in a document": usual.graphql_max_tokens,
        "bytes of a document": usual.graphql_max_document_bytes,
        "bytes of a request": usual.max_request_bytes,
        "seconds an operation may run": usual.graphql_timeout_seconds,
    }
    assert f"{usual.graphql_points_per_minute:,} points a minute" in guide
    assert f"{usual.graphql_batch_size} operations (a setting" in guide
    assert f"{usual.graphql_persisted_documents} for each organization" in guide
    assert f"at most {LARGEST_KEPT:,} bytes" in re.sub(r"\s+", " ", guide)
    assert f"{MOST_FRAGMENTS} fragments and {MOST_PAIRS:,} pairs" in guide
    assert f"{MOST_STEPS:,} fields once" in guide
    codes = {
        value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str) and value.isupper()
    }
    assert {code for code in codes if f"`{code}`" not in guide} == set()


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{viewer{...A}}fragment A on Viewer{...B}fragment B on Viewer{...A}", "GRAPHQL_VALIDATION_FAILED"),
        ("{viewer{...A}}fragment A on Viewer{organization{...on Viewer{...A}}...A}", "GRAPHQL_VALIDATION_FAILED"),
        ("{a" * 900 + "}" * 900, "GRAPHQL_PARSE_FAILED"),
        ("{viewer" + "{...on Viewer" * 900 + "{keyName}" + "}" * 900 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{accounts(first:" + "[" * 2500 + "]" * 400 + ")}", "GRAPHQL_PARSE_FAILED"),
        ("{__typename" + "@aa" * 99 + "}", "GRAPHQL_VALIDATION_FAILED"),
        ("query" + "@skip(if:false)" * 99 + "{__typename}", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_attacks_are_refused(caller: Caller, statements: Statements, document: str, code: str) -> None:
    body = await caller.ask(document)
    assert {error["extensions"]["code"] for error in body["errors"]} == {code}
    assert len(body["errors"]) <= 6  # five, and that there are more
    assert len(statements) == 1  # the key


async def test_messages_do_not_give_back_what_was_sent(caller: Caller) -> None:
    body = await caller.ask("{" + "x" * 90_000 + "}")
    assert body["errors"][0]["message"] == "Cannot query field '" + "x" * 279 + "…"
    track = "mutation($input:TrackAccountInput!){trackAccount(input:$input){account{id}}}"
    body = await caller.ask(track, input={"platform": "TIKTOK", "handle": "a" * 1000, "color": None})
    assert body["errors"][0]["message"] == (
        "Variable '$input' has invalid value: "
        "Expected value of type 'TrackAccountInput' not to include unknown field 'color'."
    )


@pytest.mark.parametrize("date", ["2026-W10-7", "20260308", "2026-067", "2026-03-08T", "٢٠٢٦-03-08"])
async def test_dates_are_calendar_dates(caller: Caller, date: str) -> None:
    query = "query($w:Window){accounts{nodes{timeseries(window:$w){start}}}}"
    body = await caller.ask(query, w={"between": {"start": date, "end": "2026-03-08"}})
    assert "Date takes a calendar date, such as 2026-03-08." in body["errors"][0]["message"]


async def test_a_body_that_does_not_arrive_is_not_waited_for(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LONGEST_WAIT_SECONDS", 0.05)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"query":'
        await asyncio.Event().wait()

    headers = {"Authorization": f"Bearer {caller.key}", "Content-Type": "application/json"}
    response = await caller.client.post("/graphql", content=chunks(), headers=headers)
    message = "The body did not arrive within 0.05 seconds."
    assert (response.status_code, response.headers["connection"]) == (408, "close")
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "REQUEST_TIMEOUT"}}]}


@asynccontextmanager
async def locked(settings: Settings, table: str = "account") -> AsyncIterator[Callable[[], Awaitable[list[int]]]]:
    """While the block runs, whoever reads that table waits; the function given tells which backends do."""
    admin = await asyncpg.connect(settings.database_url)
    try:
        async with admin.transaction():
            await admin.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

            async def waiting() -> list[int]:
                await admin.execute("SELECT pg_stat_clear_snapshot()")
                rows = await admin.fetch(
                    "SELECT pid FROM pg_locks WHERE NOT granted AND database = ("
                    "SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                return [row["pid"] for row in rows]

            yield waiting
    finally:
        await admin.close()


async def test_a_query_ends_with_the_connection_that_waits_for_it(caller: Caller, settings: Settings) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {caller.key}".encode()), (b"content-type", b"application/json")],
    }
    brought = False
    async with locked(settings) as waiting:

        async def receive() -> dict[str, Any]:
            nonlocal brought
            if not brought:
                brought = True
                return {"type": "http.request", "body": TOTAL.encode()}
            while not await waiting():
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        async with asyncio.timeout(10):
            async with opened_app(settings) as app:
                await app(scope, receive, send)
        assert await waiting() == []
    assert await caller.data("{accounts{totalCount}}") == {"accounts": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("table", "query", "more"),
    [
        ("account", "{accounts{totalCount}}", ""),
        # What a loader reads in a task of its own ends as well.
        ("video", "{accounts{nodes{videos{nodes{id}}}}}", ""),
        (
            "account",
            'mutation{trackAccount(input:{platform:TIKTOK,handle:"late"}){account{id}}}',
            " Its fields run one after the other: what the earlier ones changed stays changed.",
        ),
    ],
)
async def test_what_runs_for_too_long_is_cancelled_in_the_database_too(
    caller: Caller, settings: Settings, table: str, query: str, more: str
) -> None:
    await new_account(caller.viewer, at("2026-03-01 08:00"))
    hasty = msgspec.structs.replace(settings, graphql_timeout_seconds=0.5)
    expected = [
        {"message": "The operation ran for 0.5 seconds and was cancelled." + more, "extensions": {"code": "TIMEOUT"}}
    ]
    async with opened_client(hasty) as client, locked(settings, table) as waiting:
        here = Caller(client, caller.key, caller.viewer)
        asked = asyncio.create_task(here.post(json.dumps({"query": query}), accept=GRAPHQL_RESPONSE))
        while not await waiting():
            await asyncio.sleep(0.01)
        response = await asked
        assert (response.status_code, response.json()["errors"]) == (504, expected)
        async with asyncio.timeout(10):
            while await waiting():
                await asyncio.sleep(0.01)
        plain = await here.ask(query)
        assert plain == {"errors": expected}
    assert await caller.data("{accounts{totalCount}}") == {"accounts": {"totalCount": 1}}


async def test_a_database_lost_on_the_way_is_said_to_be_away(
    caller: Caller, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(settings) as waiting:
        with caplog.at_level(logging.ERROR):
            asked = asyncio.create_task(caller.post(TOTAL, x_request_id="the-request"))
            while not (backends := await waiting()):
                await asyncio.sleep(0.01)
            admin = await asyncpg.connect(settings.database_url)
            await admin.execute("SELECT pg_terminate_backend($1)", backends[0])
            await admin.close()
            response = await asked
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
    (logged,) = (record for record in caplog.records if record.name.startswith("app."))
    assert logged.getMessage().startswith("Request the-request failed: the database does not answer (")
    assert logged.exc_info is None


@pytest.mark.parametrize(("table", "status"), [("api_key", 500), ("account", 200)])
async def test_failures_of_ours_are_masked_and_logged(
    own_engines: Settings, caller: Caller, caplog: pytest.LogCaptureFixture, table: str, status: int
) -> None:
    await db.execute(f"DROP TABLE {table} CASCADE")
    with caplog.at_level(logging.ERROR):
        response = await caller.post(TOTAL, x_request_id="the-request")
    shown = {
        "message": "Something failed on our side. Quote the request id when you report it.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "the-request"},
    }
    assert response.status_code == status
    assert shown.items() <= response.json()["errors"][0].items()
    (logged,) = (record for record in caplog.records if record.name.startswith("app."))
    assert logged.getMessage() == "Request the-request failed"
    assert logged.exc_info is not None
