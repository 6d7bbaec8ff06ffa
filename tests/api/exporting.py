"""What tests of exports begin with: an account with a history, and files asked for and read."""

import csv
import io
import json
from typing import Any

import httpx

from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.records import Account, Creator
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

WINDOW = {"start": "2026-03-02", "end": "2026-03-05"}
HISTORY = [
    ("2026-03-01 08:05", 100, {"A": {"views": 1000, "likes": 10}}),
    ("2026-03-02 08:05", 104, {"A": {"views": 1300, "likes": 20}, "B": {"views": 200, "likes": 6}}),
    ("2026-03-04 08:05", 110, {"A": {"views": 1900, "likes": 35}, "B": {"views": 260, "likes": 7}}),
    ("2026-03-05 08:05", 110, {"A": {"views": 1850, "likes": 40}, "B": {"views": 300, "likes": 9}}),
]
PUBLISHED = {"A": at("2026-02-10 12:00"), "B": at("2026-03-02 06:00")}


async def observed(caller: Caller) -> Account:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    for instant, followers, posts in HISTORY:
        facts = [post(f"{name}-{account.id}", PUBLISHED[name], seen) for name, seen in posts.items()]
        await record(account, account_facts(account, at(instant), facts, {"followers": followers}))
    return account


async def creator_of(caller: Caller, account: Account) -> Creator:
    creator = await create_creator(caller.viewer, NewCreator("Some Body"), now=at("2026-03-01 08:00"))
    await link_account(caller.viewer, creator.id, account.id, now=at("2026-03-01 08:00"))
    return creator


async def get(caller: Caller, file: str, *arguments: tuple[str, str], **more: str) -> httpx.Response:
    return await caller.client.get(
        f"/exports/{file}", params=[*arguments, *more.items()], headers={"Authorization": f"Bearer {caller.key}"}
    )


async def lines_of(caller: Caller, name: str, *arguments: tuple[str, str], **more: str) -> list[dict[str, Any]]:
    """The rows as JSON Lines, after a look that the CSV says the same."""
    as_json = await get(caller, f"{name}.jsonl", *arguments, **more)
    as_csv = await get(caller, f"{name}.csv", *arguments, **more)
    assert (as_json.status_code, as_csv.status_code) == (200, 200), as_json.text
    rows = [json.loads(line) for line in as_json.text.splitlines()]
    assert [
        {name: cell.removeprefix("'") for name, cell in row.items()} for row in csv.DictReader(io.StringIO(as_csv.text))
    ] == [{name: in_csv(value) for name, value in row.items()} for row in rows]
    return rows


def in_csv(value: Any) -> str:
    if value is None:
        return ""
    return value.removeprefix("'") if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
