"""Accounts of REST v2."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.rest.conftest import RestCaller
from tests.factories import account_facts, at, new_account, post, record


async def test_an_account_is_tracked_read_changed_and_removed(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="@Rival_Two", metadata={"set": "competitors"})
    assert (made["type"], made["platform"], made["username"]) == ("account", "tiktok", "rival_two")
    assert (made["is_active"], made["is_unavailable"], made["last_scrape_time"]) == (True, False, None)
    assert (made["scrape_interval_hours"], made["follower_count"], made["saved_count"]) == (24, 0, None)
    assert (made["effective_max_recent_posts_per_account"], made["effective_post_lookback_days"]) == (100, 365)
    assert (made["max_recent_posts_per_account"], made["post_lookback_days"]) == (None, None)
    assert await rest.get(f"/accounts/{made['id']}") == {"data": made}

    change = {"is_active": False, "category": "Food", "scrape_interval_hours": 12, "post_lookback_days": 30}
    changed = (await rest.send("PATCH", f"/accounts/{made['id']}", json=change)).json()["data"]
    assert changed == {**made, **change, "effective_post_lookback_days": 30}

    removed = await rest.send("DELETE", f"/accounts/{made['id']}")
    assert (removed.status_code, removed.content) == (204, b"")
    again = await rest.send("DELETE", f"/accounts/{made['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "NOT_FOUND")


async def test_a_duplicate_names_what_is_there(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="instagram", username="rival_one")
    again = await rest.send("POST", "/accounts", json={"platform": "instagram", "username": "@RIVAL_ONE"})
    problem = again.json()
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert (problem["type"], problem["title"], problem["status"]) == (
        "urn:creatorgraph:error:conflict",
        "Conflict",
        409,
    )
    assert (problem["code"], problem["existing_id"], problem["instance"]) == ("CONFLICT", made["id"], "/v2/accounts")
    assert problem["request_id"] == again.headers["x-request-id"]


async def test_lists_are_walked_by_cursor_and_by_link(rest: RestCaller, other: RestCaller) -> None:
    await new_account(other.viewer, at("2026-03-01 08:00"))
    ids = [str((await new_account(rest.viewer, at(f"2026-03-01 08:0{n}"))).id) for n in range(5)]
    page = await rest.get("/accounts", limit=2, include_total="true")
    assert [row["id"] for row in page["data"]] == ids[:2:-1]
    cursor = page["pagination"]["next_cursor"]
    assert page["pagination"] == {"has_next": True, "limit": 2, "next_cursor": cursor, "total_count": 5}
    assert page["filters"] == {"order_by": "added_at", "order_direction": "desc"}
    following = await rest.get("/accounts", limit=3, cursor=cursor)
    assert [row["id"] for row in following["data"]] == ids[2::-1]
    assert following["pagination"] == {"has_next": False, "limit": 3, "next_cursor": None, "total_count": None}

    seen, path = [], "/v2/accounts?limit=2&platform=tiktok"
    while path:
        answer = await rest.client.get(path, headers={"Authorization": f"Bearer {rest.key}"})
        seen += [row["id"] for row in answer.json()["data"]]
        assert answer.links["first"]["url"] == "http://127.0.0.1/v2/accounts?limit=2&platform=tiktok"
        path = answer.links.get("next", {}).get("url")
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    ("parameters", "errors"),
    [
        ({"limit": "0"}, [("limit", "It takes a whole number 1 to 200.")]),
        ({"limit": "1e2"}, [("limit", "It takes a whole number 1 to 200.")]),
        ({"platform": "youtube"}, [("platform", "It takes one of instagram, tiktok.")]),
        (
            {"is_active": "maybe", "limit": "x"},
            [("limit", "It takes a whole number 1 to 200."), ("is_active", "It takes true or false.")],
        ),
        (
            {"cursor": "nonsense"},
            [("cursor", "This cursor was not issued for this list, filter and order. Start again without a cursor.")],
        ),
    ],
)
async def test_parameters_that_do_not_fit_are_named(
    rest: RestCaller, parameters: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    answer = await rest.send("GET", "/accounts", params=parameters)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["title"]) == (422, "VALIDATION_ERROR", "Unprocessable Entity")
    assert [(error["field"], error["message"]) for error in problem["errors"]] == errors


async def test_a_representation_that_is_known_is_not_sent_again(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="known")
    first = await rest.send("GET", f"/accounts/{made['id']}")
    assert first.headers["cache-control"] == "private, no-cache"
    etag = first.headers["etag"]
    for given in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = await rest.send("GET", f"/accounts/{made['id']}", headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert int(again.headers["x-ratelimit-remaining"]) < 600
    await rest.send("PATCH", f"/accounts/{made['id']}", json={"category": "New"})
    changed = await rest.send("GET", f"/accounts/{made['id']}", headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["data"]["category"]) == (200, "New")
    head = await rest.send("HEAD", f"/accounts/{made['id']}")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", changed.headers["etag"])


async def test_another_organization_sees_nothing(rest: RestCaller, other: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="mine")
    for method, path, body in (
        ("GET", f"/accounts/{made['id']}", None),
        ("PATCH", f"/accounts/{made['id']}", {"category": "x"}),
        ("DELETE", f"/accounts/{made['id']}", None),
        ("GET", f"/accounts/{made['id']}/analytics", None),
        ("GET", f"/accounts/{made['id']}/analytics/timeseries", None),
        ("GET", f"/accounts/{made['id']}/analytics/breakdown", None),
    ):
        answer = await other.send(method, path, json=body) if body else await other.send(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), (method, path)
    assert (await rest.get(f"/accounts/{made['id']}"))["data"] == made


async def test_a_create_happens_once_under_its_key(rest: RestCaller) -> None:
    async def create(key: str, **members: Any) -> Any:
        return await rest.send("POST", "/accounts", json=members, headers={"Idempotency-Key": key})

    key, asked = str(uuid4()), {"platform": "tiktok", "username": "once"}
    first, second = await create(key, **asked), await create(key, **asked)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    other = await create(key, platform="tiktok", username="another")
    assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")
    refused = await create("a", platform="tiktok", username="not a handle!")
    assert refused.status_code == 422
    assert (await create("a", platform="tiktok", username="handle")).status_code == 201


async def test_series_have_a_row_a_day(rest: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    for day, views, followers in ((2, 100, 10), (3, 150, 12), (5, 175, 11)):
        facts = [post(f"A-{account.id}", None, {"views": views, "likes": views // 10})]
        await record(account, account_facts(account, at(f"2026-03-0{day} 09:00"), facts, {"followers": followers}))
    found = await rest.get(f"/accounts/{account.id}/analytics", start_date="2026-03-01", end_date="2026-03-05")
    assert [(row["date"], row["views"], row["followers"], row["is_observed"]) for row in found["data"]] == [
        ("2026-03-02", 0, 10, True),
        ("2026-03-03", 50, 12, True),
        ("2026-03-04", 0, 12, False),
        ("2026-03-05", 25, 11, True),
    ]
    assert found["data"][1]["engagement_rate"] == 10.0
    meta = found["meta"]
    assert (meta["start_date"], meta["end_date"], meta["period"], meta["mode"]) == (
        "2026-03-01",
        "2026-03-05",
        "custom",
        "gain",
    )
    assert (meta["totals"]["views"], meta["totals"]["followers"]) == (75, 11)
    standing = await rest.get(
        f"/accounts/{account.id}/analytics/timeseries",
        period="custom",
        start_date="2026-03-02",
        end_date="2026-03-03",
        mode="cumulative",
    )
    assert [(row["views"], row["followers"]) for row in standing["data"]] == [(100, 10), (150, 12)]
    breakdown = await rest.get(
        f"/accounts/{account.id}/analytics/breakdown",
        metric="views",
        period="custom",
        start_date="2026-03-03",
        end_date="2026-03-03",
    )
    assert [(row["date"], row["value"]) for row in breakdown["data"]] == [("2026-03-03", 50)]
