"""Business discovery: the fields expression, the token, pages, what is left out, and the usage headers."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from app.domain.links import pk_of
from app.sandbox.credentials import BUSINESS_TOKEN, BUSINESS_USER_ID
from app.sandbox.surfaces.instagram.fields import Field, read_fields
from tests.sandbox.reading import NOW, Sandbox

PROFILE = "followers_count,follows_count,media_count,biography,name,username,website,profile_picture_url"
MEDIA = "id,caption,like_count,comments_count,view_count,media_type,media_product_type,permalink,timestamp"


async def discover(
    sandbox: Sandbox, fields: str, at: datetime = NOW, user: str = BUSINESS_USER_ID, token: str = BUSINESS_TOKEN
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return await sandbox.ask(f"/graph.facebook.com/v25.0/{user}", at, headers, fields=fields)


async def found(sandbox: Sandbox, fields: str, at: datetime = NOW) -> dict:
    response = await discover(sandbox, fields, at)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["id"] == BUSINESS_USER_ID
    return answer["business_discovery"]


def refusal(response: httpx.Response) -> tuple[int, int, int | None]:
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("error_subcode")


def test_an_expression_is_read_with_its_modifiers() -> None:
    text = "business_discovery.username(a.b_c){id,media.limit(2).after(xY==){ id , like_count },name},id"
    media = Field({"limit": "2", "after": "xY=="}, {"id": Field(), "like_count": Field()})
    discovery = Field({"username": "a.b_c"}, {"id": Field(), "media": media, "name": Field()})
    assert read_fields(text) == {"business_discovery": discovery, "id": Field()}
    for wrong in ("", "a,", "a{", "a{b", "a.b", "a.b(c", "a}", "a b", "a{}", "1{"):
        with pytest.raises(ValueError, match="Syntax error"):
            read_fields(wrong)


async def test_the_profile_is_the_truth(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "northlight.photo")
    account = await found(sandbox, f"business_discovery.username(northlight.photo){{{PROFILE}}}")
    assert account["username"] == "northlight.photo"
    assert [account[name] for name in ("followers_count", "follows_count", "media_count")] == [
        truth[name] for name in ("followers", "following", "profile_posts")
    ]
    assert (account["biography"], account["website"]) == (truth["biography"], truth["link_in_bio"])
    assert account["id"] == f"1784140{truth['external_id']}"
    only = await found(sandbox, "business_discovery.username(kai.rides){website,username}")
    assert only.keys() == {"username", "id"}


async def test_pages_hold_every_post_newest_first(sandbox: Sandbox) -> None:
    posts = await sandbox.posts("instagram", "rival_one")
    codes, after = [], ""
    while True:
        fields = f"business_discovery.username(rival_one){{media.limit(50){after}{{{MEDIA}}}}}"
        page = (await found(sandbox, fields))["media"]
        codes += [entry["permalink"].rstrip("/").rpartition("/")[2] for entry in page["data"]]
        cursor = page["paging"]["cursors"].get("after")
        if cursor is None:
            break
        after = f".after({cursor})"
    assert codes == [post["shortcode"] for post in posts]
    assert "before" in page["paging"]["cursors"]


async def test_posts_are_the_truth_with_plays_as_views(sandbox: Sandbox) -> None:
    fields = f"business_discovery.username(northlight.photo){{media.limit(30){{{MEDIA}}}}}"
    kinds = set()
    for entry in (await found(sandbox, fields))["media"]["data"]:
        code = entry["permalink"].rstrip("/").rpartition("/")[2]
        truth = await sandbox.truth("instagram", "video", str(pk_of(code)))
        assert (entry["like_count"], entry["comments_count"]) == (truth["likes"], truth["comments"])
        assert entry.get("view_count") == truth["paid"].get("plays")
        at = datetime.strptime(entry["timestamp"], "%Y-%m-%dT%H:%M:%S%z")
        assert at == datetime.fromisoformat(truth["published_at"])
        kinds.add((truth["kind"], entry["media_type"], entry["media_product_type"]))
    assert kinds == {("reel", "VIDEO", "REELS"), ("image", "IMAGE", "FEED"), ("carousel", "CAROUSEL_ALBUM", "FEED")}


async def test_hidden_likes_are_left_out(sandbox: Sandbox) -> None:
    fields = f"business_discovery.username(sandbox_hidden_likes){{media.limit(5){{{MEDIA}}}}}"
    for entry in (await found(sandbox, fields))["media"]["data"]:
        assert not {"like_count", "view_count"} & entry.keys()
        assert "comments_count" in entry


async def test_who_cannot_be_discovered_is_refused(sandbox: Sandbox) -> None:
    for handle in ("nobody_here", "sandbox_private", "sandbox_gone", ""):
        response = await discover(sandbox, f"business_discovery.username({handle}){{username}}")
        assert refusal(response) == (400, 110, 2207013)
    early = datetime(2026, 8, 31, tzinfo=UTC)
    assert (await found(sandbox, "business_discovery.username(sandbox_gone){username}", early))["username"]


async def test_wrong_calls_are_refused_by_number(sandbox: Sandbox) -> None:
    fields = "business_discovery.username(abc){username}"
    assert refusal(await discover(sandbox, fields, token="wrong")) == (401, 190, None)
    assert refusal(await discover(sandbox, fields, user="1784")) == (400, 100, 33)
    assert refusal(await discover(sandbox, "business_discovery.username(abc){insights}")) == (400, 100, None)
    assert refusal(await discover(sandbox, "business_discovery.username(abc){media{saved}}")) == (400, 100, None)
    assert refusal(await discover(sandbox, "business_discovery.username(abc){media.limit(0){id}}")) == (400, 100, None)
    assert refusal(await discover(sandbox, "business_discovery.username(abc){media.after(?){id}}")) == (400, 100, None)
    assert refusal(await discover(sandbox, "business_discovery.username(abc")) == (400, 2500, None)
    response = await sandbox.ask(
        f"/graph.facebook.com/v25.0/{BUSINESS_USER_ID}", fields=fields, access_token=BUSINESS_TOKEN
    )
    assert response.json()["business_discovery"]["username"] == "abc"


async def test_the_usage_is_told_and_in_the_end_refused(sandbox: Sandbox) -> None:
    fields = "business_discovery.username(abc){username}"
    assert json.loads((await discover(sandbox, fields)).headers["x-app-usage"])["call_count"] == 3
    await sandbox.order("allowances", business_usage=91)
    headers = (await discover(sandbox, fields)).headers
    business = json.loads(headers["x-business-use-case-usage"])[BUSINESS_USER_ID][0]
    assert (business["call_count"], business["estimated_time_to_regain_access"]) == (91, 0)
    await sandbox.order("allowances", business_usage=100)
    assert refusal(await discover(sandbox, fields)) == (403, 4, 2207051)
