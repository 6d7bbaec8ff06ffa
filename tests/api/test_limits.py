"""What one request may ask for: how much, how deep, how often alike, how slowly."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from graphql import get_introspection_query

from app.api import limits
from app.main import create_app
from app.settings import Settings
from app.store import db
from tests.api.conftest import Caller

TWO_YEARS = {"between": {"start": "2024-01-01", "end": "2025-12-31"}}
SERIES = "query($w:Window,$g:Granularity,$n:Int){accounts(first:$n){nodes{timeseries(window:$w,granularity:$g){...B}}}}"
PAGES = "query($n:Int){accounts(first:$n){nodes{videos(first:$n){nodes{id url}}}}}"
NODES = "query($ids:[ID!]!){nodes(ids:$ids){...on Account{videos(first:150){nodes{id url viewCount}}}}}"
WINDOWS = " ".join(f"a{number}:metrics(window:$w){{views{{current}}}}" for number in range(30))
TOTAL = json.dumps({"query": "{accounts{totalCount}}"})


def nested(depth: int) -> str:
    """A query whose deepest field is that deep."""
    path = ["accounts(first:1)", "nodes", "creator"] * depth
    return "{" + "{".join(path[: depth - 1]) + "{__typename" + "}" * depth


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each statement that the database is asked."""
    connection_of = db._client
    asked: list[None] = []

    def counting() -> object:
        asked.append(None)
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    return asked


@pytest.mark.parametrize(
    ("query", "variables", "values"),
    [
        # accounts, and for each: account, videos, and for each: video, id, url
        (PAGES, {"n": 200}, 1 + 200 * (2 + 200 * 3)),
        # A size that is refused later counts as the largest one.
        (PAGES, {"n": 2**31 - 1}, 1 + 200 * (2 + 200 * 3)),
        # Without a size a page has 50.
        ("{accounts(first:200){nodes{videos{nodes{" + "id " * 10 + "}}}}}", {}, 1 + 200 * (2 + 50 * 11)),
        ("{accounts(last:200){edges{cursor node{videos(last:200){edges{node{id}}}}}}}", {}, 1 + 200 * (4 + 200 * 3)),
        # nodes, and for each id, of which 200 are read at most: object, videos, and for each: video, three fields
        (NODES, {"ids": ["x"] * 350}, 1 + 200 * (2 + 150 * 4)),
        # accounts, and for each: account, series, a tenth of its days, and for each bucket: bucket and its fields
        (
            SERIES + "fragment B on TimeSeries{buckets{views likes}}",
            {"n": 50, "w": TWO_YEARS},
            1 + 50 * (2 + 73 + 731 * 3),
        ),
        (
            SERIES + "fragment B on TimeSeries{buckets{start end views likes}}",
            {"n": 200, "w": TWO_YEARS, "g": "WEEK"},
            1 + 200 * (2 + 73 + 106 * 5),
        ),
        (
            SERIES + "fragment B on TimeSeries{...C ...C ...D}fragment C on TimeSeries{buckets{views likes}}"
            "fragment D on TimeSeries{...C buckets{a:start b:end c:views}}",
            {"n": 200, "w": {"last": "LAST_90_DAYS"}},
            1 + 200 * (2 + 9 + 90 * (3 + 4)),
        ),
        (
            "query($w:Window){accounts{nodes{" + WINDOWS + "}}}",
            {"w": TWO_YEARS},
            1 + 50 * (1 + 30 * (3 + 73)),
        ),
    ],
)
async def test_what_can_return_too_much_is_refused_before_anything_is_read(
    caller: Caller, statements: list[None], query: str, variables: dict[str, Any], values: int
) -> None:
    body = await caller.ask(query, **variables)
    message = (
        f"The operation has a size of {values} values; 100000 are allowed. "
        "Ask for smaller pages (first, last), shorter windows or fewer fields, or split it."
    )
    assert body == {"errors": [{"message": message, "extensions": {"code": "QUERY_TOO_LARGE"}}]}
    assert len(statements) == 1  # the key


async def test_what_is_skipped_has_no_size(caller: Caller) -> None:
    query = PAGES.replace("($n:Int)", "($n:Int,$no:Boolean!)").replace("nodes{videos", "nodes@skip(if:$no){videos")
    assert await caller.data(query, n=200, no=True) == {"accounts": {}}


async def test_variables_that_cannot_be_are_named_rather_than_measured(caller: Caller) -> None:
    body = await caller.ask(PAGES, n="many")
    assert body["errors"][0]["message"] == (
        "Variable '$n' has invalid value: Int cannot represent non-integer value: 'many'"
    )


async def test_depth_is_bounded(caller: Caller, statements: list[None]) -> None:
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


async def test_root_fields_are_bounded(caller: Caller, statements: list[None]) -> None:
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
    body = await caller.ask(
        "{" + " ".join(f"a{n}:__schema{{types{{fields{{type{{fields{{name}}}}}}}}}}" for n in range(29)) + "}"
    )
    assert body["errors"][0]["extensions"] == {"code": "QUERY_TOO_LARGE"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            "{viewer{" + "a:keyName a:__typename " * 110 + "}}",
            "The document has 24090 pairs of fields that share a name ('a' occurs 220 times); 20000 are allowed. "
            "Ask for lists, such as nodes(ids:), or split it.",
        ),
        (
            "{viewer{"
            + "".join(f"...F{n} " for n in range(101))
            + "}}"
            + "".join(f"fragment F{n} on Viewer{{a{n}:keyName}}" for n in range(101)),
            "The document has 101 fragments; 100 are allowed. Split it.",
        ),
    ],
)
async def test_documents_that_repeat_themselves_are_refused_before_they_are_validated(
    caller: Caller, document: str, message: str
) -> None:
    body = await caller.ask(document)
    assert body == {"errors": [{"message": message, "extensions": {"code": "QUERY_TOO_LARGE"}}]}


async def test_messages_do_not_give_back_what_was_sent(caller: Caller) -> None:
    body = await caller.ask("{" + "x" * 100_000 + "}")
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
async def accounts_locked(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[list[int]]]]:
    """While the block runs, whoever reads accounts waits; the function given tells which backends do."""
    admin = await asyncpg.connect(settings.database_url)
    try:
        async with admin.transaction():
            await admin.execute("LOCK TABLE account IN ACCESS EXCLUSIVE MODE")

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
    async with accounts_locked(settings) as waiting:

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
            await create_app(settings)(scope, receive, send)
        assert await waiting() == []
    assert await caller.data("{accounts{totalCount}}") == {"accounts": {"totalCount": 0}}


async def test_a_database_lost_on_the_way_is_said_to_be_away(
    caller: Caller, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with accounts_locked(settings) as waiting:
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
