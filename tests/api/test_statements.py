"""How many statements the worked examples take: as many for pages of twenty as for pages of two."""

import json
import re
from datetime import datetime
from typing import Any

from app.core.tracking.accounts import NewAccount, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.platforms import Platform
from app.web.examples import worked_examples
from tests.api.conftest import Caller, Statements
from tests.factories import account_facts, at, post, record

HANDLES = ("luna.cooks", "oldtownbakes", *(f"account{number}" for number in range(20)))
CREATORS = 21
PAGE_SIZE = re.compile(r"\b(first|limit): \d+")
AUTHENTICATION = 1

STATEMENTS = {
    "first look": 3,
    "overview": 4,
    "creator page": 6,
    "account page": 9,
    "leaderboards": 6,
    "breakdown": 15,
    "side by side": 5,
    "video table": 3,
    "search": 3,
    "usage": 4,
}
"""Of each query, beside the one that finds out whose key it is."""


async def fill(caller: Caller) -> None:
    """More than twenty creators, one of them with as many accounts, and of these one with as many videos."""
    added_at = at("2025-12-24 08:00")
    creators = [
        await create_creator(caller.viewer, NewCreator(f"The creator {number}"), now=added_at)
        for number in range(CREATORS)
    ]
    for number, handle in enumerate(HANDLES):
        account = await track_account(caller.viewer, NewAccount(Platform.TIKTOK, handle), now=added_at)
        await link_account(caller.viewer, creators[0].id, account.id, now=added_at)
        posts = [
            post(f"{handle}-{n}", at("2025-12-30 12:00"), {"views": 5000 + n, "likes": n})
            for n in range(21 if number == 0 else 1)
        ]
        await record(account, account_facts(account, at("2026-02-27 06:00"), posts, {"followers": 1000 + number}))


async def test_examples_take_as_many_statements_for_long_pages_as_for_short_ones(
    stopped_clock: datetime, caller: Caller, statements: Statements
) -> None:
    await fill(caller)
    await caller.data("{ viewer { keyName } }")  # the minute's first request notes when the key was used
    asked: dict[str, dict[int, int]] = {}
    for example in worked_examples():
        if "query " in example.query and example.name != "look up":  # which asks the platforms
            for size in (2, 20):
                statements.clear()
                await caller.data(PAGE_SIZE.sub(rf"\1: {size}", example.query), **variables_of(example.variables))
                asked.setdefault(example.name, {})[size] = len(statements) - AUTHENTICATION
    assert asked == {name: {2: count, 20: count} for name, count in STATEMENTS.items()}


def variables_of(text: str) -> Any:
    return json.loads(text) if text else {}


async def test_a_nested_list_takes_a_statement_for_each_level(caller: Caller, statements: Statements) -> None:
    await fill(caller)
    await caller.data("{ viewer { keyName } }")
    for size in (2, 20):
        statements.clear()
        data = await caller.data(
            "query($n: Int!) { videos(first: $n) { nodes { id account { handle creator { name } } } } }", n=size
        )
        assert len(data["videos"]["nodes"]) == size
        assert len(statements) - AUTHENTICATION == 3
