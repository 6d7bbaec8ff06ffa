"""Leaderboards through GraphQL: their figures, pages both ways, scopes, refusals, and what they cost."""

from typing import Any

import pytest

from app.api.graphql.values.ids import encode_id
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.records import Account
from app.store import db
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

WINDOW = '{ between: { start: "2026-03-02", end: "2026-03-05" } }'
ADDED_AT = at("2026-03-01 08:00")


async def observed(caller: Caller, *gains: int) -> Account:
    """An account with a post for each gain: 100 views on the first of March, that many more on the third."""
    account = await new_account(caller.viewer, ADDED_AT)
    for instant, grown in (("2026-03-01 08:05", False), ("2026-03-03 08:05", True)):
        facts = [
            post(f"{account.handle}-{number}", None, {"views": 100 + grown * gain, "likes": 10 * grown})
            for number, gain in enumerate(gains)
        ]
        await record(account, account_facts(account, at(instant), facts))
    return account


async def test_figures(caller: Caller) -> None:
    account = await observed(caller, 300)
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=ADDED_AT)
    await link_account(caller.viewer, creator.id, account.id, now=ADDED_AT)
    place = "rank previousRank value previousValue isComplete"
    frame = "start end previousStart previousEnd timezone rankedCount pageInfo { hasNextPage hasPreviousPage }"
    data = await caller.data(
        f"""{{
          topAccounts(metric: ENGAGEMENT_RATE, window: {WINDOW}) {{ {frame} nodes {{ {place} account {{ handle }} }} }}
          topCreators(metric: ENGAGEMENT_RATE, window: {WINDOW}) {{ {frame} nodes {{ {place} creator {{ name }} }} }}
          topVideos(metric: ENGAGEMENT_RATE, window: {WINDOW}) {{ {frame} nodes {{ {place} video {{ externalId }} }} }}
        }}"""
    )
    for field, subject in (
        ("topAccounts", {"account": {"handle": account.handle}}),
        ("topCreators", {"creator": {"name": "Somebody"}}),
        ("topVideos", {"video": {"externalId": f"{account.handle}-0"}}),
    ):
        assert data[field] == {
            "start": "2026-03-02",
            "end": "2026-03-05",
            "previousStart": "2026-02-26",
            "previousEnd": "2026-03-01",
            "timezone": "UTC",
            "rankedCount": 1,
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
            "nodes": [
                {
                    "rank": 1,
                    "previousRank": 1,
                    "value": 3.3333,
                    "previousValue": None,
                    "isComplete": True,
                    **subject,
                }
            ],
        }


@pytest.mark.parametrize("field", ["topAccounts", "topCreators", "topVideos"])
async def test_pages_both_ways(caller: Caller, field: str) -> None:
    for gain in (50, 40, 30, 30, 10):
        account = await observed(caller, gain)
        creator = await create_creator(caller.viewer, NewCreator(f"Creator {gain}"), now=ADDED_AT)
        await link_account(caller.viewer, creator.id, account.id, now=ADDED_AT)
    query = f"""query ($first: Int, $after: String, $last: Int, $before: String) {{
      page: {field}(window: {WINDOW}, first: $first, after: $after, last: $last, before: $before) {{
        edges {{ cursor node {{ rank previousRank value }} }} nodes {{ rank }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
      }}
    }}"""

    async def page(**asked: Any) -> Any:
        found = (await caller.data(query, **asked))["page"]
        cursors = [edge["cursor"] for edge in found["edges"]]
        assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == (cursors[0], cursors[-1])
        assert found["nodes"] == [{"rank": edge["node"]["rank"]} for edge in found["edges"]]
        values = [(edge["node"]["rank"], edge["node"]["value"]) for edge in found["edges"]]
        return values, (found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]), cursors

    everything = [(1, 50), (2, 40), (3, 30), (4, 30), (5, 10)]
    assert (await page())[0] == everything
    values, around, cursors = await page(first=3)
    assert (values, around) == (everything[:3], (False, True))
    values, around, _ = await page(first=3, after=cursors[-1])
    assert (values, around) == (everything[3:], (True, False))
    values, around, cursors = await page(last=2)
    assert (values, around) == (everything[3:], (True, False))
    values, around, _ = await page(last=2, before=cursors[0])
    assert (values, around) == (everything[1:3], (True, True))


async def test_ten_places_unless_another_number_is_asked_for(caller: Caller) -> None:
    await observed(caller, *range(12))
    data = await caller.data(f"{{ topVideos(window: {WINDOW}) {{ nodes {{ rank }} pageInfo {{ hasNextPage }} }} }}")
    assert [node["rank"] for node in data["topVideos"]["nodes"]] == list(range(1, 11))
    assert data["topVideos"]["pageInfo"] == {"hasNextPage": True}


async def test_scopes_of_videos(caller: Caller) -> None:
    one, two = await observed(caller, 10), await observed(caller, 20, 30)
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=ADDED_AT)
    await link_account(caller.viewer, creator.id, two.id, now=ADDED_AT)
    query = f"""query ($a: ID, $c: ID, $p: Platform) {{
      topVideos(window: {WINDOW}, accountId: $a, creatorId: $c, platform: $p) {{
        rankedCount nodes {{ value video {{ account {{ handle }} }} }}
      }}
    }}"""
    account_id, creator_id = encode_id("Account", one.id), encode_id("Creator", creator.id)
    for asked, expected in (
        ({}, [(30, two.handle), (20, two.handle), (10, one.handle)]),
        ({"p": "TIKTOK"}, [(30, two.handle), (20, two.handle), (10, one.handle)]),
        ({"p": "INSTAGRAM"}, []),
        ({"a": account_id}, [(10, one.handle)]),
        ({"c": creator_id, "p": "TIKTOK"}, [(30, two.handle), (20, two.handle)]),
        ({"c": creator_id, "a": account_id}, []),
    ):
        found = (await caller.data(query, **asked))["topVideos"]
        assert [(node["value"], node["video"]["account"]["handle"]) for node in found["nodes"]] == expected
        assert found["rankedCount"] == len(expected)


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ("first: 0", "first"),
        ("first: 201", "first"),
        ("last: 201", "last"),
        ("first: 3, last: 3", "first"),
        ('timezone: "Mars/Olympus"', "timezone"),
        ('window: { between: { start: "2026-03-05", end: "2026-03-02" } }', "window.between.start"),
        ('accountId: ""', "accountId"),
        ('creatorId: "QWNjb3VudDowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDE="', "creatorId"),
    ],
)
async def test_bad_arguments_are_named(caller: Caller, arguments: str, argument: str) -> None:
    body = await caller.ask(f"{{ topVideos({arguments}) {{ rankedCount }} }}")
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


async def test_a_cursor_belongs_to_its_board(caller: Caller, stranger: Caller) -> None:
    await observed(caller, 1)
    query = """query ($metric: Metric, $after: String, $before: String) {
      topVideos(metric: $metric, after: $after, before: $before) { edges { cursor } }
    }"""
    cursor = (await caller.data(query))["topVideos"]["edges"][0]["cursor"]
    for asker, asked, argument in (
        (caller, {"metric": "LIKES", "after": cursor}, "after"),
        (caller, {"metric": "LIKES", "before": cursor}, "before"),
        (stranger, {"metric": "VIEWS", "after": cursor}, "after"),
        (caller, {"metric": "VIEWS", "after": cursor[:-1]}, "after"),
    ):
        body = await asker.ask(query, **asked)
        assert body["errors"][0]["extensions"] == {"code": "INVALID_CURSOR", "argument": argument}


@pytest.mark.parametrize("accounts", [1, 4])
async def test_statements_do_not_grow_with_the_page(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, accounts: int
) -> None:
    for _ in range(accounts):
        await observed(caller, 10, 20)
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    data = await caller.data(
        f"""{{
          topAccounts(window: {WINDOW}) {{ nodes {{ rank previousRank account {{ handle }} }} }}
          topVideos(window: {WINDOW}) {{ nodes {{ rank video {{ externalId account {{ handle }} }} }} }}
        }}"""
    )
    assert (len(data["topAccounts"]["nodes"]), len(data["topVideos"]["nodes"])) == (accounts, 2 * accounts)
    # The key; the two rankings; accounts and videos. The accounts of the videos are those of the first ranking.
    assert statements == 5
