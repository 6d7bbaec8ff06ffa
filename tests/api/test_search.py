"""Searching over GraphQL."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.records import Account
from app.store import db
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

SEARCH = """
query($text: String!, $limit: Int) {
  search(text: $text, limit: $limit) {
    accounts { handle displayName followerCount }
    creators { name accountCount followerCount }
    videos { caption viewCount account { handle } }
  }
}
"""


async def refreshed(caller: Caller, name: str, captions: dict[str, int], followers: int) -> Account:
    """An account as a refresh leaves it: its display name, and a post for each caption and its views."""
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    posts = [
        replace(post(f"{account.handle}-{number}", at("2026-02-01 12:00"), {"views": views}), caption=caption)
        for number, (caption, views) in enumerate(captions.items())
    ]
    facts = account_facts(account, at("2026-03-01 09:00"), posts, {"followers": followers})
    await record(account, replace(facts, profile=replace(facts.profile, display_name=name)))
    return account


async def test_what_a_refresh_has_brought_is_found(caller: Caller, stranger: Caller) -> None:
    small = await refreshed(caller, "Café Zoé", {"Le CAFÉ du coin": 5, "Thé": 9}, followers=10)
    large = await refreshed(caller, "CAFETERIA", {"my cafe\u0301": 3_000_000_000}, followers=3_000_000_000)
    await refreshed(stranger, "Café of another", {"cafe": 1}, followers=1)
    for name, linked in (("Le Café", [small, large]), ("Cafés & co.", []), ("Bakers", [])):
        creator = await create_creator(caller.viewer, NewCreator(name), now=at("2026-03-01 08:00"))
        for account in linked:
            await link_account(caller.viewer, creator.id, account.id, now=at("2026-03-01 08:00"))
    assert (await caller.data(SEARCH, text="cafe"))["search"] == {
        "accounts": [
            {"handle": large.handle, "displayName": "CAFETERIA", "followerCount": 3_000_000_000},
            {"handle": small.handle, "displayName": "Café Zoé", "followerCount": 10},
        ],
        "creators": [
            {"name": "Cafés & co.", "accountCount": 0, "followerCount": None},
            {"name": "Le Café", "accountCount": 2, "followerCount": 3_000_000_010},
        ],
        "videos": [
            {"caption": "my cafe\u0301", "viewCount": 3_000_000_000, "account": {"handle": large.handle}},
            {"caption": "Le CAFÉ du coin", "viewCount": 5, "account": {"handle": small.handle}},
        ],
    }
    first = (await caller.data(SEARCH, text="cafe", limit=1))["search"]
    assert [row["handle"] for row in first["accounts"]] == [large.handle]
    assert [row["name"] for row in first["creators"]] == ["Cafés & co."]
    assert [row["caption"] for row in first["videos"]] == ["my cafe\u0301"]
    by_handle = (await caller.data(SEARCH, text=small.handle.upper(), limit=None))["search"]
    assert by_handle == {
        "accounts": [{"handle": small.handle, "displayName": "Café Zoé", "followerCount": 10}],
        "creators": [],
        "videos": [],
    }
    assert (await caller.data(SEARCH, text=" "))["search"] == {"accounts": [], "creators": [], "videos": []}


@pytest.mark.parametrize(
    ("variables", "argument", "message"),
    [
        ({"text": "x" * 129}, "text", "The text has 129 characters; 128 are allowed."),
        ({"text": "x", "limit": 0}, "limit", "The limit is 0; it takes 1 to 25."),
        ({"text": "x", "limit": 26}, "limit", "The limit is 26; it takes 1 to 25."),
    ],
)
async def test_what_is_out_of_bounds_is_named(
    caller: Caller, variables: dict[str, Any], argument: str, message: str
) -> None:
    (error,) = (await caller.ask(SEARCH, **variables))["errors"]
    assert error["message"] == message
    assert error["path"] == ["search"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


@pytest.mark.parametrize(
    ("selection", "statements"),
    [
        ("accounts { handle }", 2),
        ("all: videos { caption }", 2),
        ("...Found creators @skip(if: true) { name }", 3),
        ("accounts { handle } creators { name } videos { caption }", 4),
        ("__typename", 1),
    ],
)
async def test_only_the_sections_selected_are_searched(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, selection: str, statements: int
) -> None:
    await refreshed(caller, "Café", {"Café": 1}, followers=1)
    connection_of, counted = db._client, 0

    def counting() -> object:
        nonlocal counted
        counted += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    fragment = (
        "fragment Found on SearchResults { accounts { handle } videos { caption } }" if "..." in selection else ""
    )
    await caller.data(f'{{ search(text: "cafe") {{ {selection} }} }} {fragment}')
    # The key, and a statement for each section.
    assert counted == statements
