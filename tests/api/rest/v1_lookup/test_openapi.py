"""The document of `/v1`: the contract's endpoints, every answer as it says; and the page that shows it."""

import json
from typing import Any

import pytest

from app.api.rest.v1_lookup.server import openapi_document
from tests.api.rest.documented import Documented
from tests.api.rest.v1_lookup.conftest import LookUpCaller, error_of

V1 = Documented(openapi_document)
CONTRACT = {
    "POST /post/stats Posts get_post_stats",
    "POST /profile Creators get_profile",
    "POST /channel/videos Creators list_channel_videos",
    "POST /median-views Creators get_median_views",
    "POST /email Creators get_email",
    "GET /platforms System list_platforms",
    "GET /ping System ping",
    "GET /openapi.json System get_openapi",
}
STATUSES = {"200", "304", "400", "401", "404", "429", "500", "502"}


def test_every_endpoint_of_the_contract_is_there_and_no_other() -> None:
    told = {f"{method} {path} {about['tags'][0]} {id}" for id, (method, path, about) in V1.operations().items()}
    assert told == CONTRACT


def test_keys_may_be_sent_in_two_ways() -> None:
    whole = V1.document()
    assert whole["security"] == [{"key": []}, {"key_header": []}]
    schemes = whole["components"]["securitySchemes"]
    assert (schemes["key"]["scheme"], schemes["key_header"]["name"]) == ("bearer", "X-API-Key")
    assert json.loads(json.dumps(whole)) == whole


def test_a_refusal_without_a_known_key_tells_of_no_minute() -> None:
    told = {name: set(response["headers"]) for name, response in V1.document()["components"]["responses"].items()}
    assert told["Unauthorized"] == {"X-Request-ID", "WWW-Authenticate"}
    assert told["BadGateway"] == {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID"}


def test_whether_it_went_well_is_a_constant() -> None:
    members = {name: schema.get("properties", {}) for name, schema in V1.document()["components"]["schemas"].items()}
    constants = {name: about["ok"]["const"] for name, about in members.items() if "ok" in about}
    assert constants.pop("Failure") is False
    assert (set(constants.values()), len(constants)) == ({True}, 7)


@pytest.mark.parametrize("id", sorted(V1.operations()))
def test_an_operation_tells_its_statuses_and_fitting_examples(id: str) -> None:
    method, _, described = V1.operations()[id]
    assert set(described["responses"]) <= STATUSES
    assert ("502" in described["responses"]) == (method == "POST")
    assert described["description"].endswith(".")
    for status in described["responses"]:
        for content in V1.response_of(described, int(status)).get("content", {}).values():
            V1.require_fit(content["example"], content["schema"])
    if "requestBody" in described:
        content = described["requestBody"]["content"]["application/json"]
        V1.require_fit(content["example"], content["schema"])


def test_every_component_is_described() -> None:
    for components in V1.document()["components"].values():
        for name, component in components.items():
            assert component["description"], name


async def test_every_answer_is_as_the_document_says(lookups: LookUpCaller) -> None:
    somebody = {"username": "creator_username", "platform": "instagram"}
    bodies: dict[str, dict[str, Any]] = {"get_post_stats": {"url": "https://youtu.be/dQw4w9WgXcQ"}}
    for id, (method, path, described) in sorted(V1.operations().items()):
        arguments: dict[str, Any] = {"json": bodies.get(id, somebody)} if "requestBody" in described else {}
        answer = await lookups.send(method, path, **arguments)
        assert answer.status_code == 200, (id, answer.text)
        V1.require_documented(id, answer)
        if id == "get_openapi":
            assert answer.json() == V1.document()
            continue
        V1.require_documented(id, await lookups.client.request(method, f"/v1{path}", **arguments))
        V1.require_documented(id, await lookups.send(method, path, headers={"Accept": "text/html"}, **arguments))
        if method == "POST":
            for content in (b"{", b"[]", b"{}"):
                headers = {"Content-Type": "application/json"}
                V1.require_documented(id, await lookups.send(method, path, content=content, headers=headers))
            again = await lookups.send(method, path, **arguments)
            V1.require_documented(id, again)
            assert again.json()["meta"]["cached"] is True
        else:
            known = await lookups.send(method, path, headers={"If-None-Match": answer.headers["etag"]})
            assert known.status_code == 304
            V1.require_documented(id, known)


async def test_what_is_not_there_is_as_the_document_says(lookups: LookUpCaller) -> None:
    answer = await lookups.send("POST", "/profile", json={"username": "nobody.has.this.name", "platform": "tiktok"})
    error_of(answer, 502)
    V1.require_documented("get_profile", answer)


async def test_the_page_shows_this_document(lookups: LookUpCaller) -> None:
    page = await lookups.client.get("/v1/docs")
    assert page.status_code == 200
    assert "Creatorgraph · Look-up API v1" in page.text
    assert "{{" not in page.text
    assert "/v1/openapi.json" in page.text
    assert "'/v1/ping'" in page.text
    assert "/v2" not in page.text
