"""GraphiQL's worked examples: each runs as it stands and shows figures, in a constant number of statements."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, OperationType, parse, validate

from app.api.graphql.schema import schema
from app.core.tracking.accounts import NewAccount, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.platforms import Platform
from app.domain.records import Creator
from app.web.examples import Example, worked_examples
from tests.api.conftest import Caller, Statements
from tests.factories import account_facts, at, post, record

WIDEST = 52
"""Characters of a line that GraphiQL's editor shows beside the documentation, 1440 pixels wide."""
PUBLISHED_AT = at("2025-12-20 12:00")
ADDED_AT = at("2025-12-24 08:00")
GAINED = {"2025-12-25 06:00": 0, "2026-01-20 06:00": 10, "2026-02-19 06:00": 100, "2026-03-01 06:00": 50}
"""Views a post gains up to each refresh, those of February as many times as its number says."""
UNKNOWN = {
    "overview": {"viewer.organization.timeseries.buckets.growth.views"},  # a first bucket has none before it
    "account page": {"accountByHandle.refreshes.nodes"},  # figures are recorded here without a run
    "breakdown": {  # everything is in a row
        "viewer.organization.creators.rest.value.current",
        "viewer.organization.creators.rest.sharePercent",
        "viewer.organization.accounts.rest.sharePercent",
    },
    "usage": {
        "viewer.organization.trackingLimits.accountQuota",  # none is set
        "viewer.organization.usage.faces",  # written down some seconds later
        "viewer.organization.usage.providers",
    },
}
"""What is null or empty, by example."""


def operation_of(example: Example) -> OperationDefinitionNode:
    operation = parse(example.query).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation


def variables_of(example: Example) -> dict[str, Any]:
    return dict(json.loads(example.variables)) if example.variables else {}


EXAMPLES = {example.name: example for example in worked_examples()}
QUERIES = [name for name, example in EXAMPLES.items() if operation_of(example).operation is OperationType.QUERY]
RECORDED = [name for name in QUERIES if name != "look up"]
"""Those whose figures are in the database; the other one asks the platforms."""


def counters(views: int) -> dict[str, int | tuple[int, int]]:
    return {"views": views, "likes": views // 10, "comments": 5, "shares": 3, "saves": 2}


async def fill(caller: Caller, name: str, *handles: str) -> Creator:
    """A creator with an account for each handle, of twelve posts each that were measured four times in ten weeks."""
    creator = await create_creator(caller.viewer, NewCreator(name), now=ADDED_AT)
    for handle in handles:
        account = await track_account(caller.viewer, NewAccount(Platform.TIKTOK, handle), now=ADDED_AT)
        await link_account(caller.viewer, creator.id, account.id, now=ADDED_AT)
        views = [1_000] * 12
        for followers, (time, gained) in enumerate(GAINED.items(), start=500):
            views = [seen + gained * (number if gained == 100 else 1) for number, seen in enumerate(views, start=1)]
            posts = [
                replace(post(f"{handle}-{number}", PUBLISHED_AT, counters(seen)), caption="Wait for the end.")
                for number, seen in enumerate(views, start=1)
            ]
            facts = account_facts(account, at(time), posts, {"followers": followers})
            profile = replace(facts.profile, display_name=f"{handle} on the road", biography="Every day.")
            await record(account, replace(facts, profile=profile))
    return creator


def blanks(value: Any, path: str = "") -> Iterator[str]:
    """Where an answer holds null or an empty list."""
    if value is None or value == []:
        yield path
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from blanks(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for member in value:
            yield from blanks(member, path)


async def run(caller: Caller, name: str) -> Any:
    return await caller.data(EXAMPLES[name].query, **variables_of(EXAMPLES[name]))


def test_there_are_eleven_queries_a_mutation_and_a_subscription() -> None:
    assert len(QUERIES) == 11
    assert [operation_of(example).operation for example in worked_examples()][11:] == [
        OperationType.MUTATION,
        OperationType.SUBSCRIPTION,
    ]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.name)
def test_each_is_valid_named_explained_and_fits_the_editor(example: Example) -> None:
    graph = schema._schema
    assert isinstance(graph, GraphQLSchema)
    assert validate(graph, parse(example.query)) == []
    operation = operation_of(example)
    assert operation.name is not None
    assert operation.name.value.lower() == example.name.replace(" ", "")
    assert re.match(r"(# .+\n)+(query|mutation|subscription) ", example.query)
    assert max(map(len, [*example.query.splitlines(), *example.variables.splitlines()])) <= WIDEST
    assert {variable.variable.name.value for variable in operation.variable_definitions or ()} == set(
        variables_of(example)
    )


async def test_each_query_shows_figures_in_as_many_statements_for_many_rows_as_for_few(
    stopped_clock: datetime, caller: Caller, statements: Statements
) -> None:
    await fill(caller, "The Kitchen Table", "luna.cooks", "oldtownbakes")
    asked: dict[str, int] = {}
    for name in RECORDED:
        statements.clear()
        assert set(blanks(await run(caller, name))) == UNKNOWN.get(name, set()), name
        asked[name] = len(statements)
    await fill(caller, "Over the Hill", *(f"account{number}" for number in range(4)))
    for name in RECORDED:
        statements.clear()
        await run(caller, name)
        assert len(statements) == asked[name], name


async def test_a_creator_page_is_one_query(stopped_clock: datetime, caller: Caller) -> None:
    await fill(caller, "The Kitchen Table", "luna.cooks", "oldtownbakes")
    [page] = (await run(caller, "creator page"))["creators"]["nodes"]
    assert page["name"] == "The Kitchen Table"
    # Twelve posts each: the first gained 100 and 50 in the window, the second 200 and 50; each of them 10 before it.
    assert page["metrics"]["views"] == {"current": 16_800, "previous": 240, "changePercent": 6_900.0}
    assert page["metrics"]["followers"]["level"] == 1_006
    assert len(page["timeseries"]["buckets"]) == 30
    assert sum(bucket["views"] for bucket in page["timeseries"]["buckets"]) == 16_800
    assert [(account["handle"], account["followerCount"]) for account in page["accounts"]["nodes"]] == [
        ("oldtownbakes", 503),
        ("luna.cooks", 503),
    ]
    gains = [video["metrics"]["views"]["current"] for video in page["videos"]["nodes"]]
    assert gains == [1_250, 1_250, 1_150, 1_150, 1_050, 1_050, 950, 950, 850, 850]


async def test_an_account_is_tracked_once_however_often_the_example_runs(caller: Caller) -> None:
    first = (await run(caller, "track account"))["trackAccount"]
    assert first["errors"] == []
    assert (await run(caller, "track account"))["trackAccount"] == first
    assert (await caller.data("{ accounts { totalCount } }"))["accounts"]["totalCount"] == 1


async def test_the_page_carries_them(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphql", headers={"Accept": "text/html"})).text
    [carried] = re.findall(r'<script id="examples" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert msgspec.json.decode(carried, type=tuple[Example, ...]) == worked_examples()
