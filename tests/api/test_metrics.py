"""Metrics and series through GraphQL: the same figures at every scope, exact to the last place."""

from typing import Any

import pytest

from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.records import Account
from app.store import db
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

WINDOW = '{ between: { start: "2026-03-02", end: "2026-03-05" } }'
FIELDS = """
  start end previousStart previousEnd timezone isComplete
  views { current previous level changePercent }
  likes { current previous level changePercent }
  followers { current previous level changePercent }
  postsPublished { current previous changePercent }
  engagementRate { current previous changePercent }
  engagementRateByFollowers { current }
  postsPerWeek { current }
  averageViewsPerPost { current }
"""
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


async def test_every_scope_has_the_same_figures(caller: Caller) -> None:
    account = await observed(caller)
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=at("2026-03-01 08:00"))
    await link_account(caller.viewer, creator.id, account.id, now=at("2026-03-01 08:00"))
    asked = f"metrics(window: {WINDOW}) {{ {FIELDS} }}"
    data = await caller.data(
        f"""{{
          viewer {{ organization {{ {asked} }} }}
          creators {{ nodes {{ {asked} }} }}
          accounts {{ nodes {{ {asked} videos {{ nodes {{ externalId {asked} }} }} }} }}
        }}"""
    )
    # 850 of A and 300 of B, which grew from nothing; likes 30 and 9.
    expected: dict[str, Any] = {
        "start": "2026-03-02",
        "end": "2026-03-05",
        "previousStart": "2026-02-26",
        "previousEnd": "2026-03-01",
        "timezone": "UTC",
        "isComplete": True,
        "views": {"current": 1150, "previous": 0, "level": 2150, "changePercent": None},
        "likes": {"current": 39, "previous": 0, "level": 49, "changePercent": None},
        "followers": {"current": 10, "previous": 0, "level": 110, "changePercent": None},
        "postsPublished": {"current": 1, "previous": 0, "changePercent": None},
        "engagementRate": {"current": 3.3913, "previous": None, "changePercent": None},
        "engagementRateByFollowers": {"current": 35.4545},
        "postsPerWeek": {"current": 1.75},
        "averageViewsPerPost": {"current": 575.0},
    }
    of_account = data["accounts"]["nodes"][0]
    assert of_account["metrics"] == expected
    assert data["creators"]["nodes"][0]["metrics"] == expected
    assert data["viewer"]["organization"]["metrics"] == expected

    videos = {video["externalId"][0]: video["metrics"] for video in of_account["videos"]["nodes"]}
    assert videos["A"]["views"] == {"current": 850, "previous": 0, "level": 1850, "changePercent": None}
    assert videos["B"]["views"] == {"current": 300, "previous": None, "level": 300, "changePercent": None}
    assert videos["A"]["engagementRate"]["current"] == 3.5294
    assert (videos["A"]["isComplete"], videos["B"]["isComplete"]) == (True, False)
    assert videos["A"]["followers"] == {"current": None, "previous": None, "level": None, "changePercent": None}


async def test_changes_are_of_the_gains(caller: Caller) -> None:
    await observed(caller)
    window = '{ between: { start: "2026-03-04", end: "2026-03-05" } }'
    data = await caller.data(
        f"{{ accounts {{ nodes {{ metrics(window: {window}) {{ views {{ current previous changePercent }} "
        "engagementRate { current previous changePercent } } } } }"
    )
    metrics = data["accounts"]["nodes"][0]["metrics"]
    assert metrics["views"] == {"current": 650, "previous": 500, "changePercent": 30.0}
    # 23 likes on 650 views after 16 on 500.
    assert metrics["engagementRate"] == {"current": 3.5385, "previous": 3.2, "changePercent": 10.5769}


async def test_series_hold_ratios_beside_counters(caller: Caller) -> None:
    await observed(caller)
    data = await caller.data(
        f'{{ accounts {{ nodes {{ timeseries(window: {WINDOW}, timezone: "Asia/Kathmandu") {{ buckets {{ '
        "start views likes postsPublished engagementRate observed } } } } }"
    )
    rows = [list(bucket.values()) for bucket in data["accounts"]["nodes"][0]["timeseries"]["buckets"]]
    assert rows == [
        ["2026-03-02", 500, 16, 1, 3.2, True],
        ["2026-03-03", 0, 0, 0, None, False],
        ["2026-03-04", 660, 16, 0, 2.4242, True],
        ["2026-03-05", -10, 7, 0, None, True],
    ]


async def test_an_organization_without_anything_has_counts_and_nothing_else(caller: Caller) -> None:
    data = await caller.data(
        "{ viewer { organization { metrics { isComplete views { current level } postsPublished { current } "
        "engagementRate { current } } timeseries(window: {last: LAST_7_DAYS}) { buckets { views observed } } } } }"
    )
    organization = data["viewer"]["organization"]
    assert organization["metrics"] == {
        "isComplete": False,
        "views": {"current": None, "level": None},
        "postsPublished": {"current": 0},
        "engagementRate": {"current": None},
    }
    assert organization["timeseries"]["buckets"] == [{"views": None, "observed": False}] * 7


@pytest.mark.parametrize("accounts", [1, 4])
async def test_the_statements_do_not_grow_with_the_rows(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, accounts: int
) -> None:
    for _ in range(accounts):
        await observed(caller)
    connection_of, statements = db._client, 0

    def counting() -> object:
        nonlocal statements
        statements += 1
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    await caller.data(
        "{ accounts { nodes { metrics { views { current } engagementRate { current } postsPublished { current } } "
        'videos { nodes { metrics(timezone: "Europe/Berlin") { views { current } } } } } } }'
    )
    # The key; accounts; their sums and publications; videos; their levels, all from before the windows.
    assert statements == 6
