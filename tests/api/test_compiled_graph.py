"""The real schema over a real organization: generated documents are answered by compiled ones as by graphql-core."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from graphql import GraphQLError, execute, parse, validate, value_from_ast_untyped
from graphql.language import parse_value
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.api.graphql.compiled.operations import Operations
from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.schema import executable, schema
from app.api.graphql.serving.attributes import attributes_read
from app.api.graphql.serving.errors import show_execution_error
from app.api.graphql.values.ids import encode_id
from app.core.access.budgets import Standing
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.viewer import Viewer
from tests.api.compiled_answers import answered, assert_same
from tests.api.compiled_documents import FLAGS, Maker
from tests.factories import account_facts, at, new_account, new_viewer, post, record

NOW = at("2026-03-05 12:00")
STANDING = Standing(6000, 5999, NOW)

pytestmark = [
    # graphql-core leaves coroutines behind where an error empties what is around them.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass(frozen=True)
class Organization:
    """An organization of a creator with two accounts, another account and their videos, and how to ask for it."""

    viewer: Viewer
    literals: Mapping[str, list[str]] = field(repr=False)


@pytest.fixture(scope="module")
async def organization(database: None) -> Organization:
    viewer = await new_viewer()
    creator = await create_creator(viewer, NewCreator("Ada", {"team": "a"}, True), now=NOW)
    ids = [encode_id("Creator", creator.id), encode_id("Organization", viewer.organization_id), "bogus"]
    accounts = []
    for number in range(3):
        account = await new_account(viewer, at("2026-03-01 08:00"))
        accounts.append(account)
        if number < 2:
            await link_account(viewer, creator.id, account.id, now=NOW)
        for day in (1, 3):
            posts = [
                post(f"{account.handle}-{n}", at("2026-02-01 12:00"), {"views": 100 * n * day, "likes": n + day})
                for n in range(3)
            ]
            captured = at("2026-03-01 09:00") + timedelta(days=day - 1)
            await record(account, account_facts(account, captured, posts, {"followers": 1000 * number + day}))
        ids.append(encode_id("Account", account.id))
    listed = "{ accounts(first: 3) { nodes { videos(first: 2) { nodes { id } } } } }"
    data = (await answered(interpret(viewer, listed, {}))).data
    assert data is not None
    ids += [video["id"] for node in data["accounts"]["nodes"] for video in node["videos"]["nodes"]]
    quoted = [f'"{id}"' for id in ids]
    return Organization(
        viewer,
        {
            "ID": quoted,
            "[ID!]": [f"[{', '.join(quoted[at::2])}]" for at in range(4)],
            "account.id": quoted[3:6],
            "creator.id": quoted[:1] * 3 + quoted[2:3],
            "video.id": quoted[6:],
            "videoDeltas.ids": [f"[{', '.join(quoted[6:])}]", f"[{quoted[6]}]"],
            "compare.ids": [f"[{quoted[0]}, {quoted[3]}]", f"[{quoted[7]}]"],
            "Int": ["1", "2", "0"],
            "[Int!]": ["[1, 7]", "[]"],
            "Boolean": ["true", "false"],
            "Window": [
                '{between: {start: "2026-03-01", end: "2026-03-04"}}',
                '{between: {start: "2026-03-04", end: "2026-03-01"}}',
                "{last: LAST_7_DAYS}",
            ],
            ".timezone": ['"UTC"', '"Asia/Tokyo"', '"Nowhere/Never"'],
            ".handle": [f'"{accounts[0].handle}"', '"nobody"'],
            ".text": ['"acc"', '"ada"', '""'],
        },
    )


def interpret(viewer: Viewer, text: str, variables: Mapping[str, Any]) -> Any:
    context = Context(viewer, NOW, Loaders(viewer, NOW), 1, STANDING)
    return execute(executable, parse(text), context_value=context, variable_values=dict(variables))


def shown(error: GraphQLError) -> Any:
    """An error as callers get it."""
    return show_execution_error(error, "request")


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_generated_documents_are_answered_alike(organization: Organization, random: Random) -> None:
    maker = Maker(random, executable, organization.literals, depth=random.randint(2, 5))
    text, literals = maker.document()
    assume(not validate(executable, parse(text)))
    variables = {name: value_from_ast_untyped(parse_value(literal)) for name, literal in literals.items()}
    variables |= {name: random.random() < 0.5 for name in FLAGS}
    try:
        expected = await answered(interpret(organization.viewer, text, variables))
    except asyncio.CancelledError:  # an error has cancelled what a loader was loading for others too
        assume(False)
    loaders = Loaders(organization.viewer, NOW, attributes_read(executable, parse(text)))
    context = Context(organization.viewer, NOW, loaders, 1, STANDING)
    found = await answered(Operations(schema).execute(parse(text), context_value=context, variable_values=variables))
    assert_same(found, expected, shown)
