"""Instagram's surfaces of one post, asked over HTTP."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain.links import pk_of
from tests.sandbox.reading import APP_ID, INSTAGRAM, NOW, Sandbox

QUERY_ID = "27130156389949648"
KINDS = {(1, "feed"): "image", (2, "clips"): "reel", (8, "carousel_container"): "carousel"}


async def tokens(sandbox: Sandbox, external_id: str = "1") -> tuple[str, str]:
    """The tokens of the home page and of a ruling."""
    home = await sandbox.http.get(f"{INSTAGRAM}/")
    ruling = await sandbox.http.get(
        f"{INSTAGRAM}/api/v1/web/get_ruling_for_content/",
        params={"content_type": "MEDIA", "target_id": external_id},
        headers=APP_ID,
    )
    assert ruling.json()["status"] == "ok"
    lsd = re.findall(r'id="__eqmc">(.*?)</script>', home.text)
    sandbox.http.cookies.clear()
    return json.loads(lsd[0])["l"], ruling.cookies["csrftoken"]


async def query(sandbox: Sandbox, external_id: str, **changes: str) -> httpx.Response:
    lsd, csrf = await tokens(sandbox, external_id)
    headers = {"x-csrftoken": csrf, "cookie": f"csrftoken={csrf}", "x-fb-lsd": lsd, "x-sandbox-time": NOW.isoformat()}
    form = {"lsd": lsd, "variables": json.dumps({"media_id": external_id}), "doc_id": QUERY_ID}
    return await sandbox.http.post(
        f"{INSTAGRAM}/api/graphql",
        data={name: changes.get(name, value) for name, value in form.items()},
        headers={name: changes.get(name, value) for name, value in headers.items()},
    )


@pytest.mark.parametrize("handle", ["northlight.photo", "rival_one", "some.body", "sandbox_huge"])
async def test_a_post_equals_the_truth_on_page_and_query(sandbox: Sandbox, handle: str) -> None:
    outlines = (await sandbox.truth("instagram", "account", handle))["posts"]
    for outline in {post["kind"]: post for post in outlines}.values():
        truth = await sandbox.truth("instagram", "video", outline["external_id"])
        result = await sandbox.media(truth["shortcode"])
        assert result is not None
        media = result["if_not_gated_logged_out"]
        assert result["code"] == media["code"] == truth["shortcode"]
        assert media["pk"] == truth["external_id"]
        assert media["id"] == f"{truth['external_id']}_{truth['author_external_id']}"
        assert (media["user"]["pk"], media["user"]["username"]) == (truth["author_external_id"], handle)
        assert KINDS[media["media_type"], media["product_type"]] == truth["kind"]
        assert (media["like_count"], media["comment_count"]) == (truth["likes"], truth["comments"])
        assert media["taken_at"] == datetime.fromisoformat(truth["published_at"]).timestamp()
        assert media["caption"]["text"] == truth["caption"]
        assert (media["play_count"], media["ig_play_count"], media["view_count"]) == (None, None, None)
        assert media.get("video_duration") == truth["duration_seconds"]
        assert ("video_versions" in media) is (truth["kind"] == "reel")
        assert len(media.get("carousel_media", [])) == media.get("carousel_media_count", 0)
        assert await sandbox.media(truth["shortcode"], kind="reel") == result
        answer = await query(sandbox, truth["external_id"])
        assert answer.json()["data"] == {"xig_polaris_media": result}


async def test_hidden_likes_are_a_small_constant_and_flagged(sandbox: Sandbox) -> None:
    posts = (await sandbox.truth("instagram", "account", "sandbox_hidden_likes"))["posts"]
    result = await sandbox.media(posts[0]["shortcode"])
    assert result is not None
    media = result["if_not_gated_logged_out"]
    assert (media["like_and_view_counts_disabled"], media["like_count"]) == (True, 3)
    assert media["comment_count"] > 3


async def test_posts_of_a_private_account_are_gated(sandbox: Sandbox) -> None:
    post = (await sandbox.truth("instagram", "account", "sandbox_private"))["posts"][0]
    gated = {"code": post["shortcode"], "if_not_gated_logged_out": None}
    assert await sandbox.media(post["shortcode"]) == gated
    assert (await query(sandbox, post["external_id"])).json()["data"] == {"xig_polaris_media": gated}


async def test_posts_that_are_gone_or_never_were(sandbox: Sandbox) -> None:
    posts = (await sandbox.truth("instagram", "account", "sandbox_deleted_post"))["posts"]
    deleted = next(post for post in posts if post["is_deleted"])
    before = datetime(2026, 8, 31, tzinfo=UTC)
    gone = (await sandbox.truth("instagram", "account", "sandbox_gone", before))["posts"][0]
    assert await sandbox.media(gone["shortcode"], before) is not None
    published_at = datetime.fromisoformat(deleted["published_at"])
    assert await sandbox.media(deleted["shortcode"], published_at + timedelta(days=9)) is not None
    assert await sandbox.media(deleted["shortcode"], published_at - timedelta(hours=1)) is None
    for code in (deleted["shortcode"], gone["shortcode"], "DEiyb48AeB9", "no!code", "_" * 11):
        assert await sandbox.media(code) is None
    for external_id in (deleted["external_id"], gone["external_id"], "7", "", "soon"):
        assert (await query(sandbox, external_id)).json()["data"] == {"xig_polaris_media": None}


async def test_the_query_wants_both_tokens_and_its_own_id(sandbox: Sandbox) -> None:
    pk = str(pk_of("ABC123"))
    assert (await query(sandbox, pk)).json()["data"]["xig_polaris_media"]["code"] == "ABC123"
    for name in ("x-csrftoken", "cookie", "x-fb-lsd", "lsd"):
        refused = await query(sandbox, pk, **{name: "wrong"})
        assert (refused.status_code, "data" in refused.json()) == (403, False), name
    unknown = await query(sandbox, pk, doc_id="7")
    assert (unknown.status_code, unknown.json()["errors"][0]["message"]) == (
        200,
        "The GraphQL document with ID 7 was not found.",
    )
    for variables in ("", "[", "{}", '{"media_id": 7}'):
        assert (await query(sandbox, pk, variables=variables)).json()["data"] == {"xig_polaris_media": None}
    assert (await sandbox.http.get(f"{INSTAGRAM}/api/graphql")).status_code == 405


async def test_the_ruling_wants_the_app_id(sandbox: Sandbox) -> None:
    refused = await sandbox.http.get(f"{INSTAGRAM}/api/v1/web/get_ruling_for_content/")
    assert (refused.status_code, "set-cookie" in refused.headers) == (400, False)


async def test_every_page_of_a_post_carries_the_token(sandbox: Sandbox) -> None:
    lsd, csrf = await tokens(sandbox)
    assert lsd != csrf
    for code in ("ABC123", "DEiyb48AeB9"):
        assert f'"l":"{lsd}"' in (await sandbox.get(f"{INSTAGRAM}/p/{code}/")).text


async def test_faults_strike_posts_too(sandbox: Sandbox) -> None:
    await sandbox.http.post("/_ctl/faults", json={"match": "/p/ABC123/", "mode": "wrong_entity", "times": 1})
    struck = await sandbox.media("ABC123")
    assert struck is not None
    assert struck["code"] != "ABC123"
    assert struck["if_not_gated_logged_out"]["user"]["username"] == "somebody_else"
    await sandbox.http.post("/_ctl/faults", json={"match": "/api/graphql", "mode": "too_many_429", "times": 1})
    assert (await query(sandbox, "7")).status_code == 429
    healthy = await sandbox.media("ABC123")
    assert healthy is not None
    assert healthy["code"] == "ABC123"
    log = (await sandbox.http.get("/_ctl/log")).json()["entries"]
    assert [entry["fault"] for entry in log if entry["fault"]] == ["wrong_entity", "too_many_429"]
