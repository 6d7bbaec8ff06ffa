"""How many statements a route takes: as many for a large organization and a long page as for small ones."""

from typing import Any

from app.api.rest.v2.server import OPERATIONS
from app.core.tracking.accounts import load_accounts
from tests.api.conftest import Statements
from tests.api.rest.conftest import RestCaller
from tests.factories import account_facts, at, new_account, new_video, post, record, record_video

AUTHENTICATION = 1
STATEMENTS = {
    "GET /accounts": 1,
    "POST /accounts": 4,
    "GET /accounts/{account_id}": 1,
    "PATCH /accounts/{account_id}": 5,
    "GET /videos": 1,
    "POST /videos": 5,
    "GET /videos/{video_id}": 1,
    "PATCH /videos/{video_id}": 5,
    "GET /account-videos": 1,
    "GET /account-videos/{account_video_id}": 1,
    "GET /creators": 1,
    "POST /creators": 1,
    "GET /creators/{creator_id}": 1,
    "PATCH /creators/{creator_id}": 3,
    "PUT /creators/{creator_id}/accounts/{account_id}": 6,
    "GET /analytics": 1,
    "GET /analytics/timeseries": 1,
    "GET /accounts/{account_id}/analytics": 2,
    "GET /accounts/{account_id}/analytics/timeseries": 2,
    "GET /accounts/{account_id}/analytics/breakdown": 2,
    "GET /creators/{creator_id}/analytics": 2,
    "GET /creators/{creator_id}/analytics/timeseries": 2,
    "GET /creators/{creator_id}/analytics/breakdown": 2,
    "GET /videos/{video_id}/analytics": 3,
    "GET /videos/{video_id}/analytics/timeseries": 3,
    "GET /videos/{video_id}/analytics/breakdown": 3,
    "GET /account-videos/{account_video_id}/analytics": 3,
    "GET /account-videos/{account_video_id}/analytics/timeseries": 3,
    "GET /account-videos/{account_video_id}/analytics/breakdown": 3,
    "POST /accounts/metrics": 2,
    "POST /videos/metrics": 2,
    "POST /account-videos/metrics": 2,
    "POST /videos/deltas": 2,
    "GET /overview": 2,
    "GET /creators/top": 3,
    "GET /search": 3,
    "GET /whoami": 0,
    "DELETE /creators/{creator_id}/accounts/{account_id}": 7,
    "DELETE /accounts/{account_id}": 18,
    "DELETE /creators/{creator_id}": 5,
    "DELETE /videos/{video_id}": 12,
}
"""Of each route, beside the one that finds out whose key it is."""


async def grow(rest: RestCaller, size: int) -> dict[str, Any]:
    """So many of everything more, with figures; one of each."""
    creator = await rest.create("/creators", name=f"Grown {size}")
    account = video = None
    for _ in range(size):
        account = await new_account(rest.viewer, at("2026-03-01 08:00"))
        await rest.send("PUT", f"/creators/{creator['id']}/accounts/{account.id}")
        (account,) = (await load_accounts(rest.viewer, [account.id])).values()
        posts = [post(f"7{account.id.int % 10**15}{n:02}", at("2026-03-01 08:30"), {"views": n}) for n in range(size)]
        await record(account, account_facts(account, at("2026-03-01 09:00"), posts, {"followers": 5}))
        video = await new_video(rest.viewer, f"8{account.id.int % 10**17}", at("2026-03-01 08:00"))
        await record_video(video, post(video.external_id, None, {"views": 9}), at("2026-03-01 09:00"))
    assert account is not None
    assert video is not None
    discovered = (await rest.get("/account-videos", account_id=str(account.id)))["data"]
    return {
        "account_id": str(account.id),
        "creator_id": creator["id"],
        "video_id": str(video.id),
        "account_video_id": discovered[0]["id"],
        "internal_ids": [row["internal_id"] for row in discovered],
        "account_ids": [row["id"] for row in (await rest.get("/accounts", limit=size))["data"]],
        "video_ids": [row["id"] for row in (await rest.get("/videos", limit=size))["data"]],
    }


BODIES: dict[str, Any] = {
    "/accounts": {"platform": "tiktok", "username": "counted"},
    "/videos": {"platform": "tiktok", "identifier": "7301234567890123456"},
    "/creators": {"name": "Counted"},
}


async def test_every_route_takes_constant_statements(rest: RestCaller, statements: Statements) -> None:
    asked: dict[str, set[int]] = {}
    for size in (1, 7):
        there = await grow(rest, size)
        sent = {
            **BODIES,
            "/accounts/metrics": {"account_ids": there["account_ids"]},
            "/videos/metrics": {"video_ids": there["video_ids"]},
            "/videos/deltas": {"video_ids": there["video_ids"]},
            "/account-videos/metrics": {"tiktok_video_ids": there["internal_ids"]},
        }
        undone = [one for one in OPERATIONS if one.method == "DELETE"]
        # What is deleted is deleted last, and an account leaves its creator before that.
        last = sorted(undone, key=lambda one: (-one.path.count("{"), one.path))
        for operation in [*(one for one in OPERATIONS if one not in undone), *last]:
            if operation.scope is None:
                continue
            arguments: dict[str, Any] = {"params": {"limit": 1 if size == 1 else 5}}
            if operation.path.endswith("breakdown"):
                arguments["params"] = {"metric": "views"}
            elif operation.path == "/search":
                arguments["params"] = {"q": "grown"}
            if operation.body is not None:
                arguments["json"] = sent.get(operation.path, {"is_active": True, "metadata": {"size": str(size)}})
            statements.clear()
            answer = await rest.send(operation.method, operation.path.format(**there), **arguments)
            assert answer.status_code in (operation.status, *operation.also), answer.text
            asked.setdefault(f"{operation.method} {operation.path}", set()).add(len(statements) - AUTHENTICATION)
            if operation.is_create:
                await rest.send("DELETE", answer.headers["location"].removeprefix("/v2"))
    assert {route: counts for route, counts in asked.items() if len(counts) > 1} == {}
    assert {route: count for route, (count,) in asked.items()} == STATEMENTS


async def test_totals_and_filters_take_one_more(rest: RestCaller, statements: Statements) -> None:
    await grow(rest, 2)
    for path in ("/accounts", "/videos", "/account-videos", "/creators"):
        for parameters, count in (({}, 1), ({"is_active": "true", "q": "abc"}, 1), ({"include_total": "true"}, 2)):
            statements.clear()
            await rest.get(path, **parameters)
            assert len(statements) - AUTHENTICATION == count
