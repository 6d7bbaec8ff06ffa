"""Thousands of generated requests: whatever comes, it is answered or refused, and never fails."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, get_type_hints
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec import Struct

from app.api.rest.operations import Operation
from app.api.rest.strict_json import AmbiguousJSON, BrokenJSON, read_json
from app.api.rest.v2.server import OPERATIONS
from app.api.rest.values import InvalidValues, read_members, read_query
from app.settings import Settings
from tests.api.conftest import opened_client
from tests.api.rest.conftest import RestCaller
from tests.api.rest.test_transport import ABSENT, filled, name_of

REQUESTS = 60
"""Of each operation."""
READINGS = 200
"""Of each query and body, without a server."""
ODD = [
    *("", " ", "null", "none", "true", "0", "-1", "1e999", "NaN", "9" * 19, "9" * 400, "0x10", "\u0661", "..", "%"),
    *("\0", "a\0b", "\n", "-added_at\n", "none\n", "\u202e", "\U0001f600" * 200, "x" * 3000, "{}", "[]", "--", "\\"),
    *("2026-02-30", "2026-03-01", "0001-01-01", "9999-12-31", "2026-03-01T00:00:00Z", "custom", "7d", "views", "asc"),
    *("01900000-0000-7000-8000-000000000000", "tiktok", "username", "-name", "gain", "cumulative", "followers", "_'"),
]
texts = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 6, 24, 721, 2**31, 2**63, 2**64, -(2**63), 10**40, 0.5, 24.0, 1e300, -0.0]),
    texts,
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(texts, scalars, max_size=3),
    st.sampled_from([{"a": {"b": [[{}]]}}, [[[]]], [{}], {"": {"": ""}}]),
)
bounded = examples(
    max_examples=REQUESTS,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def names_of(kind: type[Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def queries(kind: type[Struct]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Parameters of a query string, mostly such as there are."""
    return st.lists(st.tuples(st.sampled_from([*names_of(kind), "unknown"]), texts), max_size=4)


def bodies(operation: Operation) -> st.SearchStrategy[bytes]:
    """Bodies: mostly an example of which some members are something else, else anything, else no JSON."""
    assert operation.body is not None
    example: Any = operation.example
    names = st.sampled_from([*names_of(operation.body), "unknown"])
    changed = st.dictionaries(names, values, max_size=3).map(lambda members: {**example, **members})
    written = st.one_of(changed, changed, changed, values).map(lambda value: json.dumps(value).encode())
    broken = written.flatmap(lambda body: st.integers(0, len(body)).map(lambda at: body[:at] + b"\x00" + body[at:]))
    return st.one_of(written, written, written, broken, st.binary(max_size=40))


@pytest.fixture
async def boundless(rest: RestCaller, settings: Settings) -> AsyncIterator[RestCaller]:
    """A key at work that nobody counts."""
    async with opened_client(msgspec.structs.replace(settings, rest_v2_requests_per_minute=10**9)) as client:
        yield RestCaller(client, rest.key, rest.viewer)


def check(answer: httpx.Response, operation: Operation) -> None:
    """That an answer is one that is told of the operation, and that a refusal says what it is about."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert answer.headers["content-type"] == "application/problem+json"
        assert bool(problem["errors"]) == (answer.status_code == 422)
    else:
        assert answer.status_code in (operation.status, *operation.also)


async def drawn(strategy: st.SearchStrategy[Any], count: int = REQUESTS) -> list[Any]:
    """What a strategy generates, the same each time."""
    found: list[Any] = []

    @examples(bounded, max_examples=count)
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    await asyncio.to_thread(draw)
    return found


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.query], ids=name_of)
async def test_generated_queries_are_answered_or_refused(boundless: RestCaller, operation: Operation) -> None:
    assert operation.query is not None
    path, creator = operation.path, await boundless.create("/creators", name="Asked")
    account = await boundless.create("/accounts", platform="tiktok", username="asked", creator_id=creator["id"])
    video = await boundless.create("/videos", platform="tiktok", identifier="7301234567890123456")
    ids = {
        "account_id": account["id"],
        "creator_id": creator["id"],
        "video_id": video["id"],
        "account_video_id": ABSENT,
    }
    for parameters in await drawn(queries(operation.query)):
        check(await boundless.send(operation.method, path.format(**ids), params=parameters), operation)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body], ids=name_of)
async def test_generated_bodies_are_answered_or_refused(boundless: RestCaller, operation: Operation) -> None:
    path = operation.path
    if "{" in path:
        collection, _, _ = path.rpartition("/")
        (create,) = [one for one in OPERATIONS if one.path == collection and one.is_create]
        assert isinstance(create.example, dict)
        path = f"{collection}/{(await boundless.create(collection, **create.example))['id']}"
    for body in await drawn(bodies(operation)):
        headers = {"Content-Type": "application/json"}
        check(await boundless.send(operation.method, path, content=body, headers=headers), operation)


@pytest.mark.parametrize("path", sorted({one.path for one in OPERATIONS} - {"/health"}))
async def test_generated_paths_are_answered_or_refused(boundless: RestCaller, path: str) -> None:
    whole = st.tuples(
        st.sampled_from(["GET", "DELETE", "PUT", "PATCH", "POST", "HEAD", "OPTIONS"]),
        texts.map(lambda text: text[:200]),
    )
    for method, text in (await drawn(whole))[:20]:
        url = f"http://127.0.0.1/v2{filled(path)}/{quote(text)}"
        answer = await boundless.client.request(method, url, headers={"Authorization": f"Bearer {boundless.key}"})
        assert answer.status_code < 500, (method, url)
        if answer.status_code == 404 and method != "HEAD":
            assert answer.json()["code"] == "NOT_FOUND"


KINDS = [(one, kind) for one in OPERATIONS for kind in (one.query, one.body) if kind is not None]


@pytest.mark.parametrize(("operation", "kind"), KINDS, ids=lambda one: getattr(one, "id", getattr(one, "__name__", "")))
def test_what_is_read_fits_its_type(operation: Operation, kind: type[Struct]) -> None:
    """Without a server: what is refused names fields that were given, and all else has its type."""

    def fits(value: Struct) -> None:
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            if getattr(value, field.name) is not msgspec.UNSET:
                msgspec.convert(getattr(value, field.name), hints[field.name])

    def refused(problem: InvalidValues, named: set[str]) -> None:
        required = {field.encode_name for field in msgspec.structs.fields(kind) if field.required}
        for error in problem.errors:
            assert error.message
            assert error.field.partition("/")[0] in {*named, *required, ""}

    def read_parameters(parameters: list[tuple[str, str]]) -> None:
        try:
            fits(read_query(kind, parameters))
        except InvalidValues as problem:
            refused(problem, {name for name, _ in parameters})

    def read_body(text: bytes) -> None:
        try:
            members = read_json(text)
        except (BrokenJSON, AmbiguousJSON):
            return
        try:
            fits(read_members(kind, members))
        except InvalidValues as problem:
            refused(problem, set(members) if isinstance(members, dict) else set())

    strategy, read = (queries(kind), read_parameters) if kind is operation.query else (bodies(operation), read_body)
    examples(bounded, max_examples=READINGS)(given(strategy)(read))()
