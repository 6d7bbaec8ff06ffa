"""Instagram's surfaces, asked over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.links import pk_of
from tests.sandbox.reading import INSTAGRAM, NOW, Sandbox, data_sjs_users

PROFILE_INFO = "/api/v1/users/web_profile_info/"


async def test_app_id_is_required(sandbox: Sandbox) -> None:
    for host in (INSTAGRAM, "/i.instagram.com"):
        refused = await sandbox.http.get(f"{host}{PROFILE_INFO}", params={"username": "ada.makes"})
        assert refused.status_code == 400
        accepted = await sandbox.get(f"{host}{PROFILE_INFO}", username="ada.makes")
        assert accepted.json()["data"]["user"]["username"] == "ada.makes"


async def test_nobody_is_404(sandbox: Sandbox) -> None:
    for handle in ("nobody_here", "", "no such"):
        assert (await sandbox.get(f"{INSTAGRAM}{PROFILE_INFO}", username=handle)).status_code == 404


async def test_profile_counts_are_exact(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "northlight.photo")
    user = await sandbox.instagram_user("northlight.photo")
    assert user["id"] == truth["external_id"]
    assert user["edge_followed_by"]["count"] == truth["followers"] > 1_000_000
    assert user["edge_follow"]["count"] == truth["following"]
    assert user["edge_owner_to_timeline_media"]["count"] == truth["profile_posts"]
    assert (user["full_name"], user["is_verified"], user["is_private"]) == ("Northlight", True, False)
    assert user["external_url"] == user["bio_links"][0]["url"] == truth["link_in_bio"]
    assert truth["total_likes"] is None
    assert truth["secondary_id"] is None


async def test_twelve_posts_pinned_ones_first(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "northlight.photo")
    pinned = {post["external_id"] for post in truth["posts"] if post["is_pinned"]}
    newest = [post["external_id"] for post in truth["posts"] if not post["is_pinned"]]
    media = (await sandbox.instagram_user("northlight.photo"))["edge_owner_to_timeline_media"]
    nodes = [edge["node"] for edge in media["edges"]]
    assert len(nodes) == 12
    assert {node["id"] for node in nodes[:2]} == pinned
    assert [node["id"] for node in nodes[2:]] == newest[:10]
    assert [bool(node["pinned_for_users"]) for node in nodes] == [True] * 2 + [False] * 10
    assert media["page_info"]["has_next_page"] is True


@pytest.mark.parametrize("handle", ["northlight.photo", "rival_one", "riverside.cafe", "some.body"])
async def test_posts_equal_the_truth(sandbox: Sandbox, handle: str) -> None:
    user = await sandbox.instagram_user(handle)
    kinds = {"GraphVideo": "reel", "GraphImage": "image", "GraphSidecar": "carousel"}
    for edge in user["edge_owner_to_timeline_media"]["edges"]:
        node = edge["node"]
        truth = await sandbox.truth("instagram", "video", node["shortcode"])
        assert truth == await sandbox.truth("instagram", "video", node["id"])
        assert pk_of(node["shortcode"]) == int(node["id"])
        assert node["taken_at_timestamp"] == datetime.fromisoformat(truth["published_at"]).timestamp()
        assert kinds[node["__typename"]] == truth["kind"]
        assert node["edge_liked_by"]["count"] == node["edge_media_preview_like"]["count"] == truth["likes"]
        assert node["edge_media_to_comment"]["count"] == truth["comments"]
        assert node["edge_media_to_caption"]["edges"][0]["node"]["text"] == truth["caption"]
        assert (truth["plays"], truth["shares"], truth["saves"]) == (None, None, None)
        if node["is_video"]:
            assert node["product_type"] == "clips"
            assert node["video_view_count"] == truth["views"] > truth["likes"]
            assert truth["views_kind"] == "three_second_views"
        else:
            assert "video_view_count" not in node
            assert (truth["views"], truth["views_kind"]) == (None, None)


async def test_all_kinds_of_posts_occur(sandbox: Sandbox) -> None:
    posts = (await sandbox.truth("instagram", "account", "rival_one"))["posts"]
    assert {post["kind"] for post in posts} == {"reel", "image", "carousel"}


async def test_the_reel_of_the_guides(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "video", "ABC123")
    assert (truth["shortcode"], truth["kind"], truth["handle"]) == ("ABC123", "reel", "rival_one")
    at = datetime.fromisoformat(truth["published_at"]) + timedelta(days=1)
    user = await sandbox.instagram_user("rival_one", at)
    codes = [edge["node"]["shortcode"] for edge in user["edge_owner_to_timeline_media"]["edges"]]
    assert "ABC123" in codes


async def test_hidden_counts_are_minus_one_and_flagged(sandbox: Sandbox) -> None:
    user = await sandbox.instagram_user("sandbox_hidden_likes")
    assert user["hide_like_and_view_counts"] is True
    for edge in user["edge_owner_to_timeline_media"]["edges"]:
        node = edge["node"]
        assert node["like_and_view_counts_disabled"] is True
        assert node["edge_liked_by"] == node["edge_media_preview_like"] == {"count": -1}
        assert node.get("video_view_count") is None
        truth = await sandbox.truth("instagram", "video", node["id"])
        assert (truth["likes"], truth["views"]) == (None, None)
        assert truth["hidden"] == (["likes", "views"] if node["is_video"] else ["likes"])
        assert node["edge_media_to_comment"]["count"] == truth["comments"]


async def test_private_account_counts_posts_and_shows_none(sandbox: Sandbox) -> None:
    user = await sandbox.instagram_user("sandbox_private")
    assert user["is_private"] is True
    assert user["edge_owner_to_timeline_media"]["edges"] == []
    assert user["edge_owner_to_timeline_media"]["count"] > 0
    assert user["edge_followed_by"]["count"] > 0


async def test_empty_account_has_no_posts(sandbox: Sandbox) -> None:
    media = (await sandbox.instagram_user("sandbox_empty"))["edge_owner_to_timeline_media"]
    assert media == {"count": 0, "page_info": {"has_next_page": False, "end_cursor": None}, "edges": []}


async def test_renamed_and_gone_accounts(sandbox: Sandbox) -> None:
    before = datetime(2026, 8, 31, tzinfo=UTC)
    old = await sandbox.instagram_user("sandbox_renamed_old", before)
    new = await sandbox.instagram_user("sandbox_renamed_new")
    assert old["id"] == new["id"]
    assert (await sandbox.instagram_user("sandbox_gone", before))["username"] == "sandbox_gone"
    for handle in ("sandbox_renamed_old", "sandbox_gone"):
        assert (await sandbox.get(f"{INSTAGRAM}{PROFILE_INFO}", username=handle)).status_code == 404


async def test_profile_page_holds_the_account_and_its_shortcodes(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "kai.rides")
    response = await sandbox.get(f"{INSTAGRAM}/kai.rides/")
    details, timeline = data_sjs_users(response.text)
    assert details["pk"] == truth["external_id"] != details["id"]
    assert (details["username"], details["full_name"]) == ("kai.rides", "Kai Rides")
    assert details["follower_count"] == truth["followers"]
    assert details["following_count"] == truth["following"]
    assert details["all_media_count"] == truth["profile_posts"]
    codes = [edge["node"]["code"] for edge in timeline["polaris_ordered_timeline_connection"]["edges"]]
    assert codes == [post["shortcode"] for post in truth["posts"][:12]]


async def test_profile_page_of_nobody_has_no_account(sandbox: Sandbox) -> None:
    response = await sandbox.get(f"{INSTAGRAM}/nobody_here/", NOW)
    assert response.status_code == 200
    assert "<title>Page isn't available</title>" in response.text
    assert data_sjs_users(response.text) == []
