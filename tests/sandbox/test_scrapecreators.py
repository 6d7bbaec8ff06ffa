"""ScrapeCreators: key and credits, every call told as the truth, lists to their end, what has no answer."""

import pytest

from app.sandbox.surfaces.answering import floored
from tests.sandbox.reading import Sandbox

EVERY_CALL = {
    "/v1/tiktok/profile": {"handle": "luna.cooks"},
    "/v2/tiktok/video": {"url": "https://www.tiktok.com/@charlidamelio/video/7123456789"},
    "/v3/tiktok/profile/videos": {"handle": "luna.cooks"},
    "/v1/instagram/profile": {"handle": "rival_one"},
    "/v1/instagram/post": {"url": "https://www.instagram.com/reel/ABC123/"},
    "/v2/instagram/user/posts": {"handle": "rival_one"},
    "/v1/instagram/user/reels": {"handle": "rival_one"},
    "/v1/youtube/video": {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"},
    "/v1/youtube/channel": {"handle": "rickastleyyt"},
    "/v1/youtube/channel-videos": {"handle": "rickastleyyt"},
    "/v1/youtube/channel/shorts": {"handle": "rickastleyyt"},
    "/v1/twitter/tweet": {"url": "https://x.com/elonmusk/status/1234567890"},
    "/v1/twitter/profile": {"handle": "elonmusk"},
    "/v1/facebook/post": {"url": "https://www.facebook.com/watch/?v=1234567890123456"},
    "/v1/linkedin/post": {"url": "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345676"},
}


async def payload(sandbox: Sandbox, path: str, **asked: object) -> dict:
    response = await sandbox.paid(path, **asked)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["success"] is True
    return answer


async def test_every_answer_costs_a_credit_until_none_is_left(sandbox: Sandbox) -> None:
    await sandbox.order("allowances", credits=len(EVERY_CALL))
    left = len(EVERY_CALL)
    for path, asked in EVERY_CALL.items():
        answer = await payload(sandbox, path, **asked)
        left -= 1
        assert (answer["credits_remaining"], answer["credits_charged"]) == (left, 1)
    for path, asked in EVERY_CALL.items():
        response = await sandbox.paid(path, **asked)
        assert (response.status_code, response.json()["success"]) == (402, False)
    assert (await payload(sandbox, "/v1/account/credit-balance"))["creditCount"] == 0


async def test_the_key_is_checked(sandbox: Sandbox) -> None:
    path = "/api.scrapecreators.com/v1/tiktok/profile"
    for headers in ({}, {"x-api-key": "wrong"}):
        response = await sandbox.ask(path, headers=headers, handle="abc")
        assert (response.status_code, response.json()["success"]) == (401, False)
        assert "API key" in response.json()["message"]
    assert (await sandbox.ask("/api.scrapecreators.com/v1/account/credit-balance")).status_code == 401


async def test_a_slow_answer_and_a_failure_are_to_be_had_on_order(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="api.scrapecreators.com", mode="http_500", times=1)
    assert (await sandbox.paid("/v1/tiktok/profile", handle="abc")).status_code == 500
    await sandbox.order("faults", match="api.scrapecreators.com", mode="slow", delay_ms=1)
    await payload(sandbox, "/v1/tiktok/profile", handle="abc")


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/v1/tiktok/profile", {"handle": "nobody_here"}, 404),
        ("/v1/tiktok/profile", {}, 400),
        ("/v2/tiktok/video", {"url": "https://www.tiktok.com/@_/video/1"}, 404),
        ("/v2/tiktok/video", {"url": "https://www.tiktok.com/@luna.cooks"}, 404),
        ("/v2/tiktok/video", {"url": "https://example.com/"}, 400),
        ("/v2/tiktok/video", {}, 400),
        ("/v1/instagram/user/reels", {"user_id": "1"}, 404),
        ("/v1/youtube/channel", {"channelId": "UC_x5XG1OV2P6uZZ5FSM9Ttw"}, 404),
        ("/v1/youtube/channel-videos", {"handle": "abc", "continuationToken": "?"}, 400),
    ],
)
async def test_what_has_no_answer_costs_nothing(sandbox: Sandbox, path: str, asked: dict, status: int) -> None:
    response = await sandbox.paid(path, **asked)
    assert (response.status_code, response.json()["success"]) == (status, False)
    assert response.json()["credits_remaining"] == 1_000_000


async def test_a_private_post_is_said_to_be_so(sandbox: Sandbox) -> None:
    post = (await sandbox.truth("instagram", "account", "sandbox_private"))["posts"][0]
    response = await sandbox.paid("/v1/instagram/post", url=f"https://www.instagram.com/p/{post['shortcode']}/")
    assert (response.status_code, response.json()["success"]) == (200, False)
    assert "private" in response.json()["message"]


async def test_tiktok_counters_are_exact(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "video", "7123456789")
    path = "/v2/tiktok/video"
    for url in ("https://www.tiktok.com/@_/video/7123456789", truth["short_url"]):
        statistics = (await payload(sandbox, path, url=url))["aweme_detail"]["statistics"]
        shown = [statistics[f"{name}_count"] for name in ("play", "digg", "comment", "share", "collect", "repost")]
        assert shown == [truth[name] for name in ("views", "likes", "comments", "shares", "saves", "reposts")]


async def test_tiktok_lists_hold_every_post_pinned_ones_first(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "luna.cooks")
    pinned = {post["external_id"] for post in truth["posts"] if post["is_pinned"]}
    names, asked = [], {"user_id": truth["external_id"]}
    while True:
        page = await payload(sandbox, "/v3/tiktok/profile/videos", **asked)
        names += [entry["aweme_id"] for entry in page["aweme_list"]]
        assert {entry["aweme_id"] for entry in page["aweme_list"] if entry["is_top"]} <= pinned
        if not page["has_more"]:
            break
        asked["max_cursor"] = page["max_cursor"]
    assert set(names[: len(pinned)]) == pinned
    assert sorted(names) == sorted(post["external_id"] for post in truth["posts"])


async def test_instagram_plays_are_those_of_both_houses(sandbox: Sandbox) -> None:
    truths = {}
    names, asked = [], {"handle": "northlight.photo"}
    while True:
        page = await payload(sandbox, "/v2/instagram/user/posts", **asked)
        for item in page["items"]:
            truth = truths[item["pk"]] = await sandbox.truth("instagram", "video", item["pk"])
            names.append(item["pk"])
            paid = truth["paid"]
            shown = {name: item.get(name.replace("plays", "play_count")) for name in ("plays", "ig_plays", "fb_plays")}
            assert shown == (paid or dict.fromkeys(shown))
            assert (item["like_count"], item["comment_count"]) == (truth["likes"], truth["comments"])
            if paid:
                assert item["play_count"] == item["ig_play_count"] + item.get("fb_play_count", 0)
        if not page["more_available"]:
            break
        asked["next_max_id"] = page["next_max_id"]
    assert sorted(names) == sorted(post["external_id"] for post in await sandbox.posts("instagram", "northlight.photo"))
    reels = [name for name in names if truths[name]["kind"] == "reel"]
    assert 0 < sum(truths[name]["paid"]["fb_plays"] is not None for name in reels) < len(reels)
    first = await payload(sandbox, "/v1/instagram/user/reels", handle="northlight.photo")
    assert [item["media"]["pk"] for item in first["items"]] == reels[:12]
    following = await payload(
        sandbox, "/v1/instagram/user/reels", handle="northlight.photo", max_id=first["paging_info"]["max_id"]
    )
    assert [item["media"]["pk"] for item in following["items"]] == reels[12:24]


async def test_an_instagram_reel_has_views_and_plays(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "video", "ABC123")
    answer = await payload(sandbox, "/v1/instagram/post", url="https://www.instagram.com/reel/ABC123/")
    media = answer["data"]["xdt_shortcode_media"]
    assert (media["video_view_count"], media["video_play_count"]) == (truth["views"], truth["paid"]["plays"])
    assert media["edge_media_preview_like"]["count"] == truth["likes"]
    hidden = (await sandbox.posts("instagram", "sandbox_hidden_likes", kind="reel"))[0]["shortcode"]
    answer = await payload(sandbox, "/v1/instagram/post", url=f"https://www.instagram.com/reel/{hidden}/")
    media = answer["data"]["xdt_shortcode_media"]
    assert (media["like_and_view_counts_disabled"], media["edge_media_preview_like"]["count"]) == (True, -1)
    assert (media["video_view_count"], media["video_play_count"]) == (None, None)


async def test_instagram_users_are_found_by_id(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "sandbox_renamed_old")
    user = await payload(sandbox, "/v1/instagram/basic-profile", userId=truth["external_id"])
    assert (user["username"], user["pk"]) == ("sandbox_renamed_new", truth["external_id"])
    assert (user["follower_count"], user["media_count"]) == (truth["followers"], truth["profile_posts"])
    profile = await payload(sandbox, "/v1/instagram/profile", handle="sandbox_renamed_new")
    assert profile["data"]["user"]["edge_followed_by"]["count"] == truth["followers"]


async def test_youtube_counters_are_the_truth(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "video", "dQw4w9WgXcQ")
    for url in ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"):
        shown = await payload(sandbox, "/v1/youtube/video", url=url)
        counts = [shown[f"{name}CountInt"] for name in ("view", "like", "comment")]
        assert counts == [truth["views"], truth["likes"], truth["comments"]]
    for handle, key in (("sandbox_hidden_likes", "likeCountInt"), ("sandbox_no_comments", "commentCountInt")):
        post = (await sandbox.posts("youtube", handle))[0]["external_id"]
        assert (await payload(sandbox, "/v1/youtube/video", url=f"https://youtu.be/{post}"))[key] is None
    account = await sandbox.truth("youtube", "account", "lunacooks")
    channel = await payload(sandbox, "/v1/youtube/channel", channelId=account["external_id"])
    assert channel["subscriberCount"] == floored(account["followers"], 3)
    assert channel["videoCountText"] == f"{account['profile_posts']:,} videos"
    hidden = await payload(sandbox, "/v1/youtube/channel", handle="sandbox_hidden_followers")
    assert "subscriberCount" not in hidden


async def test_youtube_lists_hold_every_video(sandbox: Sandbox) -> None:
    account = await sandbox.truth("youtube", "account", "lunacooks")
    names = []
    for path, key in (("/v1/youtube/channel-videos", "videos"), ("/v1/youtube/channel/shorts", "shorts")):
        asked: dict[str, object] = {"channelId": account["external_id"]}
        while True:
            page = await payload(sandbox, path, **asked)
            names += [entry["id"] for entry in page[key]]
            if page["continuationToken"] is None:
                break
            asked["continuationToken"] = page["continuationToken"]
    assert sorted(names) == sorted(post["external_id"] for post in account["posts"])


async def test_posts_of_the_other_platforms_are_the_truth(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("twitter", "video", "1234567890")
    tweet = await payload(sandbox, "/v1/twitter/tweet", **EVERY_CALL["/v1/twitter/tweet"])
    assert (tweet["views"]["count"], tweet["legacy"]["favorite_count"]) == (str(truth["views"]), truth["likes"])
    truth = await sandbox.truth("facebook", "video", "1234567890123456")
    post = await payload(sandbox, "/v1/facebook/post", **EVERY_CALL["/v1/facebook/post"])
    assert (post["like_count"], post["comment_count"]) == (truth["likes"], truth["comments"])
    assert (post["view_count"], post["share_count"]) == (floored(truth["views"], 3), floored(truth["shares"], 3))
    text = (await sandbox.posts("facebook", "creatorpage", kind="text"))[0]["external_id"]
    post = await payload(sandbox, "/v1/facebook/post", url=f"https://www.facebook.com/creatorpage/posts/{text}")
    assert (post["post_id"], post["view_count"], post["video"]) == (text, None, None)
    truth = await sandbox.truth("linkedin", "video", "activity:7123456789012345676")
    post = await payload(sandbox, "/v1/linkedin/post", **EVERY_CALL["/v1/linkedin/post"])
    assert (post["likeCount"], post["commentCount"]) == (truth["likes"], truth["comments"])
    assert "-activity-7123456789012345676-" in post["url"]


async def test_somebody_elses_data_on_order(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="api.scrapecreators.com", mode="wrong_entity")
    post = await payload(sandbox, "/v1/youtube/video", **EVERY_CALL["/v1/youtube/video"])
    assert post["id"] != "dQw4w9WgXcQ"
    user = await payload(sandbox, "/v1/tiktok/profile", handle="luna.cooks")
    assert user["user"]["uniqueId"] == "somebody_else"
