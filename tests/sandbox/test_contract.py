"""The sandbox speaks as the recorded platforms do: the same keys, the same types, read by the same parsers."""

from datetime import timedelta

import pytest

from app.domain.facts import ProfileFacts
from app.providers.instagram.parse import ProfilePage, parse_profile_html, parse_web_profile_info
from app.providers.tiktok.parse import ItemPage, parse_item_page, parse_profile_page, parse_video_page
from tests.sandbox.reading import INSTAGRAM, NOW, TIKTOK, Sandbox
from tests.sandbox.recordings import assert_keys_of, recorded

DOCUMENTED = {
    ("user", "bioLink"),  # absent from the recorded user, who has no link
    ("item", "imagePost"),  # absent from the recorded item, which is a video
    ("list", "hasMorePrevious"),  # the creator list's name for the recorded list's hasMore
}


def assert_alike(name: str, shown: dict, model: dict) -> None:
    """Every key of `shown` is one of the recorded `model`, or documented."""
    assert_keys_of(name, shown, model, DOCUMENTED)


async def test_tiktok_profile_has_the_recorded_keys(sandbox: Sandbox) -> None:
    model = recorded("tiktok/user_detail_api.json")["userInfo"]
    for handle in ("luna.cooks", "sandbox_private", "sandbox_huge"):
        info = (await sandbox.user_detail(handle))["userInfo"]
        assert_alike("user", info["user"], model["user"])
        for stats in ("stats", "statsV2"):
            assert info[stats].keys() == model[stats].keys()
            assert_alike(stats, info[stats], model[stats])


async def test_tiktok_items_have_the_recorded_keys(sandbox: Sandbox) -> None:
    model = recorded("tiktok/item_list.json")
    sec_uid = (await sandbox.truth("tiktok", "account", "mira_moves"))["secondary_id"]
    creator = await sandbox.items(sec_uid)
    signed = (await sandbox.get(f"{TIKTOK}/api/post/item_list/", secUid=sec_uid, **{"X-Bogus": "x"})).json()
    for page in (creator, signed):
        assert_alike("list", {key: value for key, value in page.items() if key != "itemList"}, model)
        for item in page["itemList"]:
            assert_alike("item", item, model["itemList"][0])
            for stats in ("stats", "statsV2"):
                assert item[stats].keys() == model["itemList"][0][stats].keys()


async def test_instagram_profile_has_the_recorded_keys(sandbox: Sandbox) -> None:
    model = recorded("instagram/web_profile_info.json")["data"]["user"]
    media = "edge_owner_to_timeline_media"
    node_model = model[media]["edges"][0]["node"]
    for handle in ("northlight.photo", "kai.rides", "sandbox_hidden_likes", "sandbox_empty"):
        user = await sandbox.instagram_user(handle)
        nodes = [edge["node"] for edge in user[media].pop("edges")]
        assert_alike("user", user, model)
        for node in nodes:
            captions = node.pop("edge_media_to_caption")
            assert captions.keys() == {"edges"}
            assert_alike("node", node, node_model)


async def test_instagram_media_has_the_recorded_keys(sandbox: Sandbox) -> None:
    carousel = recorded("instagram/v1_media_info_carousel.json")["items"][0]
    clip = recorded("instagram/v1_clips_user_page.json")["items"][0]["media"]
    reel = recorded("instagram/v1_feed_user_posts.json")["items"][0]
    model = {**carousel, **clip, **reel}
    for handle in ("northlight.photo", "sandbox_hidden_likes"):
        for kind in ("reel", "image", "carousel"):
            posts = (await sandbox.truth("instagram", "account", handle))["posts"]
            code = next(post["shortcode"] for post in posts if post["kind"] == kind)
            result = await sandbox.media(code)
            assert result is not None
            assert_alike("media", result["if_not_gated_logged_out"], model)


@pytest.mark.parametrize("handle", ["luna.cooks", "charlidamelio", "sandbox_huge", "sandbox_private", "some.body"])
async def test_tiktok_parsers_read_the_truth(sandbox: Sandbox, handle: str) -> None:
    truth = await sandbox.truth("tiktok", "account", handle)
    profile = parse_profile_page((await sandbox.get(f"{TIKTOK}/@{handle}")).content, handle)
    assert isinstance(profile, ProfileFacts)
    assert (profile.external_id, profile.secondary_id) == (truth["external_id"], truth["secondary_id"])
    assert {name: count.value for name, count in profile.counts.items()} == {
        name: truth[name] for name in ("followers", "following", "profile_posts", "total_likes")
    }
    assert profile.is_private is (handle == "sandbox_private")
    response = await sandbox.get(f"{TIKTOK}/api/creator/item_list/", secUid=truth["secondary_id"], type=0, count=35)
    page = parse_item_page(response.content)
    assert isinstance(page, ItemPage)
    assert len(page.posts) == (0 if profile.is_private else 35)
    for facts in page.posts[:10]:
        video = await sandbox.truth("tiktok", "video", facts.external_id)
        assert facts.published_at is not None
        assert facts.published_at.isoformat().replace("+00:00", "Z") == video["published_at"]
        assert (facts.kind, facts.caption, facts.views_kind) == (video["kind"], video["caption"], "plays")
        assert facts.counts.keys() >= {"views", "plays", "likes", "comments", "shares", "saves"}
        for name in ("views", "plays", "likes", "comments", "shares", "saves"):
            assert abs(facts.counts[name].value - video[name]) <= facts.counts[name].step / 2, name
        alone = parse_video_page(
            (await sandbox.get(f"{TIKTOK}/@_/video/{facts.external_id}")).content, facts.external_id
        )
        assert alone == facts


@pytest.mark.parametrize("handle", ["northlight.photo", "rival_one", "sandbox_hidden_likes", "sandbox_private"])
async def test_instagram_parsers_read_the_truth(sandbox: Sandbox, handle: str) -> None:
    at = NOW - timedelta(days=10)
    truth = await sandbox.truth("instagram", "account", handle, at)
    response = await sandbox.get(f"{INSTAGRAM}/api/v1/users/web_profile_info/", at, username=handle)
    page = parse_web_profile_info(response.content, handle)
    assert isinstance(page, ProfilePage)
    counts = {name: truth[name] for name in ("followers", "following", "profile_posts")}
    assert {name: count.value for name, count in page.profile.counts.items()} == counts
    assert page.profile.external_id == truth["external_id"]
    assert len(page.posts) == (0 if handle == "sandbox_private" else 12)
    for facts in page.posts:
        video = await sandbox.truth("instagram", "video", facts.external_id, at)
        assert (facts.kind, facts.shortcode, facts.caption) == (video["kind"], video["shortcode"], video["caption"])
        assert facts.views_kind == video["views_kind"]
        for name in ("views", "plays", "likes", "comments", "shares", "saves"):
            shown = facts.counts[name].value if name in facts.counts else None
            assert shown == video[name], name
    html = parse_profile_html((await sandbox.get(f"{INSTAGRAM}/{handle}/", at)).content, handle)
    assert isinstance(html, ProfileFacts)
    assert {name: count.value for name, count in html.counts.items()} == counts
    assert html.external_id == truth["external_id"]
