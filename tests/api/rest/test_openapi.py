"""The OpenAPI document of REST v2: what it tells, and that every answer is as it says."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.settings import Settings
from tests.api.conftest import opened_app
from tests.api.rest.conftest import RestCaller
from tests.api.rest.documented import document, operations, require_documented, require_fit, response_of
from tests.api.rest.measured import NOW, lone_video, today, worked_example
from tests.factories import new_account

__all__ = ["today"]

CONTRACT = """
GET /health System get_health
GET /meta System get_meta
GET /whoami System get_whoami
GET /openapi.json System get_openapi
GET /accounts Accounts list_accounts
POST /accounts Accounts create_account
GET /accounts/{account_id} Accounts get_account
PATCH /accounts/{account_id} Accounts update_account
DELETE /accounts/{account_id} Accounts delete_account
POST /accounts/metrics Accounts get_account_metrics
GET /accounts/{account_id}/analytics Analytics get_account_analytics
GET /accounts/{account_id}/analytics/timeseries Analytics get_account_timeseries
GET /accounts/{account_id}/analytics/breakdown Analytics get_account_breakdown
GET /videos Videos list_videos
POST /videos Videos create_video
GET /videos/{video_id} Videos get_video
PATCH /videos/{video_id} Videos update_video
DELETE /videos/{video_id} Videos delete_video
POST /videos/deltas Videos get_video_deltas
POST /videos/metrics Videos get_video_metrics
GET /videos/{video_id}/analytics Analytics get_video_analytics
GET /videos/{video_id}/analytics/timeseries Analytics get_video_timeseries
GET /videos/{video_id}/analytics/breakdown Analytics get_video_breakdown
GET /account-videos Videos list_account_videos
GET /account-videos/{account_video_id} Videos get_account_video
POST /account-videos/metrics Videos get_account_video_metrics
GET /account-videos/{account_video_id}/analytics Analytics get_account_video_analytics
GET /account-videos/{account_video_id}/analytics/timeseries Analytics get_account_video_timeseries
GET /account-videos/{account_video_id}/analytics/breakdown Analytics get_account_video_breakdown
GET /creators Creators list_creators
POST /creators Creators create_creator
GET /creators/top Creators list_top_creators
GET /creators/{creator_id} Creators get_creator
PATCH /creators/{creator_id} Creators update_creator
DELETE /creators/{creator_id} Creators delete_creator
PUT /creators/{creator_id}/accounts/{account_id} Creators link_account
DELETE /creators/{creator_id}/accounts/{account_id} Creators unlink_account
GET /creators/{creator_id}/analytics Analytics get_creator_analytics
GET /creators/{creator_id}/analytics/timeseries Analytics get_creator_timeseries
GET /creators/{creator_id}/analytics/breakdown Analytics get_creator_breakdown
GET /analytics Analytics get_organization_analytics
GET /analytics/timeseries Analytics get_organization_timeseries
GET /overview Overview get_overview
GET /search Search search
"""
"""Every route of the contract, and the series of discovered videos."""

OPEN = {"get_health", "get_meta", "get_openapi"}


def test_every_route_of_the_contract_is_there() -> None:
    told = {f"{method} {path} {described['tags'][0]} {id}" for id, (method, path, described) in operations().items()}
    assert told == set(CONTRACT.strip().splitlines())


def test_the_whole_is_plain_json_of_openapi_3_1() -> None:
    whole = document()
    assert json.loads(json.dumps(whole)) == whole
    assert (whole["openapi"], whole["info"]["version"], whole["x-api-stability"]) == ("3.1.0", "2.0.0", "current")
    assert whole["info"]["contact"] == {"name": "Whoever runs this server"}
    assert whole["servers"] == [{"url": "/v2"}]
    assert [tag["name"] for tag in whole["tags"]] == [
        "Accounts",
        "Videos",
        "Creators",
        "Analytics",
        "Overview",
        "Search",
        "System",
    ]
    assert whole["components"]["securitySchemes"]["key"] == {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of an organization.",
    }
    assert whole["security"] == [{"key": []}]


@pytest.mark.parametrize("id", sorted(operations()))
def test_every_operation_tells_all_there_is_to_tell(id: str) -> None:
    method, path, described = operations()[id]
    assert described["summary"]
    assert described["description"].endswith(".")
    assert described.get("security") == ([] if id in OPEN else None)
    assert all(parameter["description"] for parameter in described["parameters"])
    statuses = set(described["responses"])
    assert {"406", "500"} <= statuses
    assert ({"401", "429", "503"} <= statuses) == (id not in OPEN)
    assert ("304" in statuses) == (method == "GET")
    assert ("404" in statuses) == ("{" in path or id == "create_account")
    assert ({"400", "408", "413", "415", "422"} <= statuses) == ("requestBody" in described)
    assert ("403" in statuses) == (method != "GET" and not id.startswith("get_"))
    assert not {"405", "502"} & statuses  # of paths, not of operations; no request waits for a platform
    for status in statuses:
        response = response_of(described, int(status))
        assert response["description"]
        for content in response.get("content", {}).values():
            require_fit(content["example"], content["schema"])
    if "requestBody" in described:
        content = described["requestBody"]["content"]["application/json"]
        require_fit(content["example"], content["schema"])


def test_every_component_is_used_and_described() -> None:
    used = json.dumps(document())
    for kind, components in document()["components"].items():
        for name, component in components.items():
            assert kind == "securitySchemes" or f'"#/components/{kind}/{name}"' in used, name
            assert component["description"], name


def test_null_is_told_where_it_is_answered() -> None:
    schemas = document()["components"]["schemas"]
    nullable = {
        name
        for name, schema in schemas["Account"]["properties"].items()
        if "null" in str(schema.get("type")) or {"type": "null"} in schema.get("anyOf", [])
    }
    assert nullable == {
        *("name", "description", "profile_pic_url", "profile_pic_url_original", "is_active", "link_in_bio"),
        *("creator_id", "creator_name", "category", "metadata", "added_at", "first_scrape_time", "last_scrape_time"),
        *("saved_count", "fb_play_count", "ig_play_count", "fb_like_count"),
        *("max_recent_posts_per_account", "post_lookback_days"),
        *("effective_max_recent_posts_per_account", "effective_post_lookback_days"),
    }
    assert set(schemas["Account"]["required"]) == set(schemas["Account"]["properties"])


def test_times_and_dates_are_told_as_such() -> None:
    formats = {
        name: schema.get("format")
        for component in document()["components"]["schemas"].values()
        for name, schema in component.get("properties", {}).items()
    }
    times = {name for name in formats if name.endswith(("_at", "_time"))}
    assert times == {
        *("added_at", "create_time", "discovered_at", "linked_at", "updated_at"),
        *("first_scrape_time", "last_scrape_time"),
    }
    assert {formats[name] for name in times} == {"date-time"}
    days = {"date", "start_date", "end_date", "previous_start_date", "previous_end_date", "deprecation", "sunset"}
    assert {formats[name] for name in days} == {"date"}


async def is_up() -> bool:
    return True


@pytest.fixture
async def client(database: None, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose runtime vouches for its servers."""
    async with opened_app(settings) as app:
        app.state.runtime.database_is_up = app.state.runtime.redis_is_up = is_up
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            yield client


async def test_every_answer_is_as_the_document_says(rest: RestCaller, other: RestCaller) -> None:
    account, shown = await worked_example(rest.viewer), await new_account(rest.viewer, NOW)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"02": 50, "04": 80})
    found = (await rest.get("/account-videos"))["data"]
    creator = UUID((await rest.create("/creators", name="Somebody"))["id"])
    ids: dict[str, object] = {
        "account_id": account.id,
        "video_id": lone.id,
        "account_video_id": found[0]["id"],
        "creator_id": creator,
    }
    numbers = [row["internal_id"] for row in found]
    bodies: dict[str, dict[str, Any]] = {
        "create_account": {"platform": "instagram", "username": "rival_one", "metadata": {"set": "competitors"}},
        "update_account": {"category": "Food"},
        "get_account_metrics": {"account_ids": [str(account.id), str(shown.id), str(uuid4())]},
        "create_video": {"platform": "tiktok", "identifier": "7301234567890123999"},
        "update_video": {"is_active": False},
        "get_video_deltas": {"video_ids": [str(lone.id), str(uuid4())]},
        "get_video_metrics": {"video_ids": [str(lone.id), str(uuid4())]},
        "get_account_video_metrics": {"tiktok_video_ids": [*numbers, 10**15]},
        "create_creator": {"name": "Somebody else"},
        "update_creator": {"name": "Somebody new"},
    }
    parameters = {"search": {"q": "account"}, "list_accounts": {"include_total": "true", "limit": "1"}}
    last = ["unlink_account", "delete_video", "delete_creator", "delete_account"]
    first = ["link_account", *sorted(set(operations()) - {*last, "link_account"})]
    for id in [*first, *last]:
        method, path, described = operations()[id]
        place = path.format(**ids)
        arguments: dict[str, Any] = {"params": parameters.get(id)}
        if "requestBody" in described:
            arguments = {"json": bodies[id]}
            refused = await rest.send(method, place, content=b"[]", headers={"Content-Type": "application/json"})
            assert refused.status_code == 422
            require_documented(id, refused)
            for content, media_type, status in ((b"{", "application/json", 400), (b"{}", "text/plain", 415)):
                refused = await rest.send(method, place, content=content, headers={"Content-Type": media_type})
                assert refused.status_code == status
                require_documented(id, refused)
        if id not in OPEN:
            stranger = await rest.client.request(method, f"/v2{place}", **arguments)
            assert stranger.status_code == 401
            require_documented(id, stranger)
        if "{" in path:
            nowhere = await other.send(method, place, **arguments)
            assert nowhere.status_code == 404
            require_documented(id, nowhere)
            unreadable = await rest.send(method, path.format(**dict.fromkeys(ids, "1")), **arguments)
            assert unreadable.status_code == 422
            require_documented(id, unreadable)
        picky = await rest.send(method, place, headers={"Accept": "text/html"}, **arguments)
        assert picky.status_code == 406
        require_documented(id, picky)
        answer = await rest.send(method, place, **arguments)
        assert answer.is_success, (id, answer.text)
        require_documented(id, answer)
        if method == "GET":
            known = await rest.send(method, place, headers={"If-None-Match": answer.headers["etag"]}, **arguments)
            assert known.status_code == 304
            require_documented(id, known)
    again = await rest.send("POST", "/accounts", json=bodies["create_account"])
    assert again.status_code == 409
    require_documented("create_account", again)


async def test_the_document_is_served_to_whoever_asks(rest: RestCaller) -> None:
    answer = await rest.client.get("/v2/openapi.json")
    assert answer.json() == document()
    again = await rest.client.get("/v2/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
