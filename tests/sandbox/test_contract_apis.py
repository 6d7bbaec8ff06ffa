"""The official and the paid interfaces speak as the recorded ones do, and our parsers read the truth from both."""

import json
from datetime import datetime

import pytest

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity
from app.providers.instagram.business import Discovered, parse_discovery
from app.providers.instagram.members import parse_shortcode_media, parse_user, parse_user_posts, parse_user_reels
from app.providers.scrapecreators import youtube as paid_youtube
from app.providers.scrapecreators.posts import parse_facebook_post, parse_linkedin_post
from app.providers.tiktok.aweme import parse_aweme_detail, parse_aweme_list
from app.providers.tiktok.parse import parse_user_detail
from app.providers.twitter.guest import parse_guest_answer
from app.providers.twitter.tweets import parse_tweet
from app.providers.walks import ListPage
from app.providers.youtube.parse import Channel, parse_channel, parse_uploads, parse_videos
from app.sandbox.credentials import BUSINESS_TOKEN, BUSINESS_USER_ID
from tests.sandbox.reading import Sandbox
from tests.sandbox.recordings import assert_keys_of, recorded

ENVELOPE = ("success", "credits_remaining", "credits_charged")
DOCUMENTED = {
    # The recorded uploads were asked for with fewer parts.
    ("uploads.items[]", "contentDetails"),
    ("uploads.items[]", "status"),
    # Absent from the recorded discovery, whose account names no site and whose posts are pictures.
    ("discovery", "website"),
    ("discovery", "follows_count"),
    ("discovery.media.data[]", "view_count"),
    ("discovery.media.data[]", "media_product_type"),
    # The recorded posts are plain text, videos, and not played on Facebook.
    ("tweet.legacy", "extended_entities"),
    ("aweme", "image_post_info"),
    ("media", "fb_play_count"),
    # The vendor documents exact counters beside the rounded ones; the rest is in the recorded answer of TikTok itself.
    ("tiktok/profile", "statsV2"),
    ("tiktok/profile.user", "UserStoryStatus"),
    ("tiktok/profile.user.commerceUserInfo", "category"),
    ("tiktok/profile.user.commerceUserInfo", "categoryButton"),
}
"""Keys of the sandbox that the recorded answers do not have."""

YOUTUBE_PARTS = "id,snippet,contentDetails,statistics"


def assert_alike(name: str, shown: dict, model: dict) -> None:
    """Every key of `shown` is one of the recorded `model`, or documented."""
    assert_keys_of(name, shown, model, DOCUMENTED)


async def assert_truth(sandbox: Sandbox, facts: object, **instead: object) -> None:
    """A post read by a parser is what the truth says, `instead` where its surface shows something else."""
    assert isinstance(facts, PostFacts), facts
    truth = await sandbox.truth(facts.platform, "video", facts.external_id)
    truth |= instead
    for name, count in facts.counts.items():
        assert truth[name] - count.step < count.value <= truth[name], name
    assert {name for name in ("likes", "comments") if truth[name] is not None} <= facts.counts.keys()
    assert facts.caption == truth["caption"]
    if facts.published_at is not None:
        assert facts.published_at == datetime.fromisoformat(truth["published_at"])


async def paid(sandbox: Sandbox, path: str, **asked: object) -> dict:
    response = await sandbox.paid(path, **asked)
    assert response.status_code == 200, response.text
    return response.json()


def payload(answer: dict) -> dict:
    """An answer without its envelope."""
    return {key: value for key, value in answer.items() if key not in ENVELOPE}


async def test_data_api(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "account", "thetinylab")
    channels = await sandbox.youtube("channels", part=YOUTUBE_PARTS, forHandle="thetinylab")
    single, several = recorded("youtube/channels_list_single.json"), recorded("youtube/channels_list_multiple.json")
    model = {**several["items"][0], **single["items"][0]}
    model["statistics"] = {**several["items"][0]["statistics"], **single["items"][0]["statistics"]}
    assert_alike("channels", {key: value for key, value in channels.json().items() if key != "items"}, single)
    assert_alike("channel", channels.json()["items"][0], model)
    channel = parse_channel(channels.content, "thetinylab", None)
    assert isinstance(channel, Channel)
    assert isinstance(parse_channel(json.dumps(single).encode(), None, None), Channel)
    assert channel.profile.external_id == truth["external_id"]
    assert channel.profile.counts["profile_posts"].value == truth["profile_posts"]

    playlist = f"UU{truth['external_id'][2:]}"
    asked = {"part": "id,snippet,contentDetails,status", "playlistId": playlist, "maxResults": 50}
    uploads = await sandbox.youtube("playlistItems", **asked)
    assert_alike("uploads", uploads.json(), recorded("youtube/playlist_items_page1.json"))
    listed = parse_uploads(uploads.content, truth["external_id"])
    assert isinstance(listed, ListPage)
    assert [post.external_id for post in listed.posts] == [post["external_id"] for post in truth["posts"]][:50]

    names = [post.external_id for post in listed.posts]
    for method, parts in (("videos", f"{YOUTUBE_PARTS},status"), ("videos:batchGetStats", YOUTUBE_PARTS)):
        videos = await sandbox.youtube(method, part=parts, id=",".join(names))
        if method == "videos":
            assert_alike("videos", videos.json(), recorded("youtube/videos_list.json"))
        found = parse_videos(videos.content, names)
        assert isinstance(found, dict)
        assert found.keys() == set(names)
        for facts in found.values():
            await assert_truth(sandbox, facts, caption=facts.caption)


async def test_data_api_errors(sandbox: Sandbox) -> None:
    for name in ("youtube/error_bad_request.json", "youtube/error_permission.json"):
        model = recorded(name)
        response = await sandbox.ask("/www.googleapis.com/youtube/v3/channels", part="id", forHandle="abc", key="wrong")
        shown = response.json()
        shown["error"].pop("status")
        assert_alike("error", shown, model)


async def test_business_discovery(sandbox: Sandbox) -> None:
    fields = (
        "business_discovery.username(northlight.photo){id,username,name,biography,website,profile_picture_url,"
        "followers_count,follows_count,media_count,media.limit(30){id,caption,like_count,comments_count,view_count,"
        "media_type,media_product_type,media_url,permalink,timestamp}}"
    )
    headers = {"authorization": f"Bearer {BUSINESS_TOKEN}"}
    response = await sandbox.ask(f"/graph.facebook.com/v25.0/{BUSINESS_USER_ID}", headers=headers, fields=fields)
    user = recorded("instagram/business_discovery_user_fields.json")
    media = recorded("instagram/business_discovery_medias_p2.json")
    assert response.json().keys() == user.keys()
    model = {**user["business_discovery"], **media["business_discovery"]}
    assert_alike("discovery", response.json()["business_discovery"], model)
    found = parse_discovery(response.content, AccountIdentity(Platform.INSTAGRAM, "northlight.photo"))
    assert isinstance(found, Discovered)
    truth = await sandbox.truth("instagram", "account", "northlight.photo")
    counts = {name: count.value for name, count in found.profile.counts.items()}
    assert counts == {name: truth[name] for name in ("followers", "following", "profile_posts")}
    assert len(found.page.posts) == 30
    for facts in found.page.posts:
        plays = (await sandbox.truth("instagram", "video", facts.external_id))["paid"].get("plays")
        await assert_truth(sandbox, facts, views=plays)


async def test_guest_query(sandbox: Sandbox) -> None:
    model = recorded("twitter/tweet_result_by_rest_id_20.json")["data"]["tweetResult"]["result"]
    model["views"] = recorded("twitter/paid_tweet.json")["views"]
    for post in (await sandbox.posts("twitter", "elonmusk"))[:9]:
        answer = await sandbox.tweet_result(post["external_id"])
        result = answer["result"]
        assert_alike("tweet", result.get("tweet", result), model)
        body = json.dumps({"data": {"tweetResult": answer}}).encode()
        await assert_truth(sandbox, parse_guest_answer(body, post["external_id"]))
    banned = (await sandbox.truth("twitter", "account", "sandbox_banned"))["posts"][0]["external_id"]
    unavailable = recorded("twitter/tweet_result_by_rest_id_991500.json")["data"]["tweetResult"]
    assert await sandbox.tweet_result(banned) == unavailable


async def test_paid_tiktok(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "luna.cooks")
    profile = await paid(sandbox, "/v1/tiktok/profile", handle="luna.cooks")
    assert_alike("tiktok/profile", profile, recorded("tiktok/paid_profile.json"))
    facts = parse_user_detail({"userInfo": payload(profile)}, "luna.cooks")
    assert isinstance(facts, ProfileFacts)
    assert facts.counts["followers"].value == truth["followers"]

    model = recorded("tiktok/aweme_detail.json")
    page = await paid(sandbox, "/v3/tiktok/profile/videos", handle="luna.cooks")
    assert_alike("page", page | {"aweme_list": []}, recorded("tiktok/aweme_list.json"))
    for aweme in page["aweme_list"]:
        assert_alike("aweme", aweme, model["aweme_detail"])
    listed = parse_aweme_list(page, truth["external_id"])
    assert isinstance(listed, ListPage)
    assert len(listed.posts) == 20
    for post in listed.posts:
        await assert_truth(sandbox, post)
        url = f"https://www.tiktok.com/@_/video/{post.external_id}"
        detail = await paid(sandbox, "/v2/tiktok/video", url=url)
        assert_alike("video", detail | {"aweme_detail": {}}, model)
        await assert_truth(sandbox, parse_aweme_detail(detail, post.external_id))


async def test_paid_instagram(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "northlight.photo")
    user = await paid(sandbox, "/v1/instagram/basic-profile", userId=truth["external_id"])
    assert_alike("basic-profile", user, recorded("instagram/v1_user_info.json"))
    profile = parse_user(user, truth["external_id"])
    assert isinstance(profile, ProfileFacts)
    assert profile.counts["followers"].value == truth["followers"]

    feed = recorded("instagram/v1_feed_user_posts.json")
    carousel = recorded("instagram/v1_media_info_carousel.json")["items"][0]
    clips = recorded("instagram/v1_clips_user_page.json")
    page = await paid(sandbox, "/v2/instagram/user/posts", handle="northlight.photo")
    assert_alike("posts", page | {"items": []}, feed)
    reels = await paid(sandbox, "/v1/instagram/user/reels", handle="northlight.photo")
    assert_alike("reels", payload(reels) | {"items": []}, clips)
    model = {**carousel, **feed["items"][0]}
    for media in (*page["items"], *(entry["media"] for entry in reels["items"])):
        assert_alike("media", media, model)
    posts, clips_page = parse_user_posts(page, truth["external_id"]), parse_user_reels(reels, truth["external_id"])
    assert isinstance(posts, ListPage)
    assert isinstance(clips_page, ListPage)
    assert len(posts.posts) == len(clips_page.posts) == 12
    single = recorded("instagram/post_xdt_shortcode_media_reel.json")
    for post in (*posts.posts, *clips_page.posts):
        shown = await sandbox.truth("instagram", "video", post.external_id)
        plays = {"views": shown["paid"].get("plays"), **shown["paid"]}
        # Likes given on Facebook are told by this interface alone.
        told_here = {"fb_likes": post.counts["fb_likes"].value} if "fb_likes" in post.counts else {}
        await assert_truth(sandbox, post, **plays, **told_here)
        answer = await paid(sandbox, "/v1/instagram/post", url=f"https://www.instagram.com/p/{post.shortcode}/")
        assert_alike("post", answer, single)
        facts = parse_shortcode_media(answer, post.external_id)
        await assert_truth(sandbox, facts, views=shown["paid"].get("plays"), plays=shown["paid"].get("plays"))


async def test_paid_youtube(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "account", "lunacooks")
    channel = await paid(sandbox, "/v1/youtube/channel", handle="lunacooks")
    assert_alike("channel", channel, recorded("youtube/paid_channel.json"))
    profile = paid_youtube.parse_channel(channel, "lunacooks", None)
    assert isinstance(profile, ProfileFacts)
    assert (profile.external_id, profile.counts["profile_posts"].value) == (
        truth["external_id"],
        truth["profile_posts"],
    )
    model = recorded("youtube/paid_channel_videos.json")
    page = await paid(sandbox, "/v1/youtube/channel-videos", handle="lunacooks")
    assert_alike("videos", page, model)
    listed = paid_youtube.parse_list(page, "videos", truth["external_id"])
    assert isinstance(listed, ListPage)
    assert len(listed.posts) == 30
    for post in listed.posts[:10]:
        video = await paid(sandbox, "/v1/youtube/video", url=f"https://www.youtube.com/watch?v={post.external_id}")
        assert_alike("video", video, recorded("youtube/paid_video.json"))
        await assert_truth(sandbox, paid_youtube.parse_video(video, post.external_id))


async def test_paid_tweets(sandbox: Sandbox) -> None:
    for post in (await sandbox.posts("twitter", "elonmusk"))[:9]:
        url = f"https://x.com/i/status/{post['external_id']}"
        answer = await paid(sandbox, "/v1/twitter/tweet", url=url)
        assert_alike("tweet", answer, recorded("twitter/paid_tweet.json"))
        await assert_truth(sandbox, parse_tweet(answer, post["external_id"]))


@pytest.mark.parametrize("kind", ["video", "reel", "text"])
async def test_paid_facebook(sandbox: Sandbox, kind: str) -> None:
    for post in (await sandbox.posts("facebook", "creatorpage", kind=kind))[:5]:
        url = f"https://www.facebook.com/watch/?v={post['external_id']}"
        answer = await paid(sandbox, "/v1/facebook/post", url=url)
        assert_alike("facebook", answer, recorded("facebook/paid_post.json"))
        facts = parse_facebook_post(answer, post["external_id"])
        await assert_truth(sandbox, facts)
        assert ("views" in facts.counts) is (kind != "text")
        assert facts.kind == kind


async def test_paid_linkedin(sandbox: Sandbox) -> None:
    for post in (await sandbox.posts("linkedin", "creator-name"))[:9]:
        url = f"https://www.linkedin.com/feed/update/urn:li:{post['external_id']}/"
        answer = await paid(sandbox, "/v1/linkedin/post", url=url)
        assert_alike("linkedin", answer, recorded("linkedin/paid_post.json"))
        await assert_truth(sandbox, parse_linkedin_post(answer, post["external_id"]))
