"""What `/v1` answers: the contract's members, their values those of the sandbox's truth, what is unknown null."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.metrics import median_views
from tests.api.rest.v1_lookup.conftest import EMAIL, MEDIAN, POST, PROFILE, VIDEOS, LookUpCaller, error_of

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
POST_MEMBERS = [
    *("platform", "post_url", "post_id", "views", "likes", "comments", "shares", "provider", "fetched_at"),
]
PROFILE_MEMBERS = [
    *("platform", "username", "full_name", "bio", "profile_pic_url", "followers", "following", "posts_count"),
    *("is_verified", "external_url", "provider", "fetched_at"),
]
VIDEO_MEMBERS = ["id", "url", "description", "views", "likes", "comments", "shares", "created_at"]
SOMEBODY = {"username": "rival_two", "platform": "tiktok"}


def require_now(text: str) -> None:
    assert INSTANT.fullmatch(text)
    assert abs(datetime.fromisoformat(text) - datetime.now(UTC)) < timedelta(seconds=20)


@pytest.mark.parametrize(
    ("url", "platform", "post_id"),
    [
        ("https://www.tiktok.com/@charlidamelio/video/7123456789", "tiktok", "7123456789"),
        ("https://www.instagram.com/reel/ABC123/", "instagram", "ABC123"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ"),
        ("https://x.com/elonmusk/status/1234567890", "twitter", "1234567890"),
    ],
)
async def test_the_posts_of_the_contract(lookups: LookUpCaller, url: str, platform: str, post_id: str) -> None:
    answer = await lookups.ask(POST, url=url)
    assert list(answer) == ["ok", "data", "meta"]
    assert answer["ok"] is True
    assert answer["meta"] == {"cached": False, "platform": platform}
    data = answer["data"]
    assert list(data) == POST_MEMBERS
    assert (data["platform"], data["post_url"], data["post_id"]) == (platform, url, post_id)
    assert all(isinstance(data[counter], int | None) for counter in ("views", "likes", "comments", "shares"))
    assert data["likes"] > 0
    assert data["provider"]
    require_now(data["fetched_at"])


async def test_what_is_unknown_is_null_and_never_0(lookups: LookUpCaller) -> None:
    instagram = await lookups.ask(POST, url="https://www.instagram.com/reel/ABC123/")
    assert (instagram["data"]["views"], instagram["data"]["shares"]) == (None, None)
    youtube = await lookups.ask(POST, url="https://youtu.be/dQw4w9WgXcQ")
    assert youtube["data"]["shares"] is None


async def test_a_post_is_the_truth(lookups: LookUpCaller) -> None:
    videos = (await lookups.ask(VIDEOS, **SOMEBODY))["data"]["videos"]
    post = (await lookups.ask(POST, url=videos[3]["url"]))["data"]
    truth = await lookups.sandbox.truth("tiktok", "video", videos[3]["id"], datetime.now(UTC))
    # TikTok rounds what is 10,000 and more, by which nothing moves within seconds.
    for counter in ("views", "likes", "comments", "shares"):
        assert post[counter] == videos[3][counter]
        assert abs(post[counter] - truth[counter]) <= truth[counter] * 0.06
    assert post["post_id"] == videos[3]["id"]


async def test_a_profile_is_the_truth(lookups: LookUpCaller) -> None:
    answer = await lookups.ask(PROFILE, **SOMEBODY)
    assert answer["meta"] == {"cached": False, "platform": "tiktok"}
    data = answer["data"]
    assert list(data) == PROFILE_MEMBERS
    truth = await lookups.sandbox.truth("tiktok", "account", "rival_two", datetime.now(UTC))
    assert (data["username"], data["platform"], data["full_name"]) == ("rival_two", "tiktok", "Rival Two")
    assert abs(data["followers"] - truth["followers"]) < 50
    assert (data["is_verified"], data["provider"]) == (False, "tiktok_web")
    require_now(data["fetched_at"])


async def test_recent_videos_are_the_newest_first(lookups: LookUpCaller) -> None:
    answer = await lookups.ask(VIDEOS, **SOMEBODY)
    data = answer["data"]
    assert list(data) == ["platform", "username", "videos", "count", "provider", "fetched_at"]
    assert (data["platform"], data["username"]) == ("tiktok", "rival_two")
    assert data["count"] == len(data["videos"]) == 20
    times = [video["created_at"] for video in data["videos"]]
    assert times == sorted(times, reverse=True)
    for video in data["videos"]:
        assert list(video) == VIDEO_MEMBERS
        assert isinstance(video["id"], str)
        assert video["url"] == f"https://www.tiktok.com/@rival_two/video/{video['id']}"
        assert INSTANT.fullmatch(video["created_at"])
        assert video["views"] > 0


async def test_the_median_is_that_of_those_videos(lookups: LookUpCaller) -> None:
    videos = (await lookups.ask(VIDEOS, **SOMEBODY))["data"]
    answer = await lookups.ask(MEDIAN, **SOMEBODY)
    counts = sorted(video["views"] for video in videos["videos"])
    assert answer["meta"] == {"cached": True, "platform": "tiktok"}
    assert answer["data"] == {
        "platform": "tiktok",
        "username": "rival_two",
        "median_views": median_views(counts),
        "videos_analyzed": 20,
        "raw_view_counts": counts,
        "provider": "tiktok_web",
        "fetched_at": videos["fetched_at"],
    }


async def test_without_views_there_is_no_median(lookups: LookUpCaller) -> None:
    data = (await lookups.ask(MEDIAN, username="rival_one", platform="instagram"))["data"]
    views = [
        video["views"]
        for video in (await lookups.ask(VIDEOS, username="rival_one", platform="instagram"))["data"]["videos"]
    ]
    known = sorted(view for view in views if view is not None)
    assert (data["median_views"], data["videos_analyzed"], data["raw_view_counts"]) == (
        median_views(known),
        len(known),
        known,
    )


async def test_the_address_in_a_biography_is_told(lookups: LookUpCaller) -> None:
    answer = await lookups.ask(EMAIL, username="creator_username", platform="instagram")
    data = answer["data"]
    assert list(data) == ["platform", "username", "email", "found", "source", "provider", "fetched_at"]
    profile = (await lookups.ask(PROFILE, username="creator_username", platform="instagram"))["data"]
    assert data["email"] in profile["bio"]
    assert (data["found"], data["source"], data["username"]) == (True, "bio", "creator_username")
    assert data["fetched_at"] == profile["fetched_at"]


async def test_a_biography_without_an_address_is_an_answer(lookups: LookUpCaller) -> None:
    data = (await lookups.ask(EMAIL, **SOMEBODY))["data"]
    assert (data["email"], data["found"], data["source"]) == (None, False, None)


async def test_platforms_and_what_works_for_each(lookups: LookUpCaller) -> None:
    answer = await lookups.send("GET", "/platforms")
    every = ["post/stats", "profile", "channel/videos", "median-views", "email"]
    assert answer.json() == {
        "ok": True,
        "data": {
            "platforms": [
                {"platform": "tiktok", "name": "TikTok", "endpoints": every},
                {"platform": "instagram", "name": "Instagram", "endpoints": every},
                {"platform": "youtube", "name": "YouTube", "endpoints": every},
                {"platform": "twitter", "name": "X (Twitter)", "endpoints": ["post/stats"]},
                {"platform": "facebook", "name": "Facebook", "endpoints": ["post/stats"]},
                {"platform": "linkedin", "name": "LinkedIn", "endpoints": ["post/stats"]},
            ]
        },
        "meta": {"cached": False},
    }


async def test_ping(lookups: LookUpCaller) -> None:
    answer = await lookups.send("GET", "/ping")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "data": "pong", "meta": {"cached": False}})


@pytest.mark.parametrize(
    ("path", "members"),
    [
        (PROFILE, {"url": "https://www.tiktok.com/@rival_two"}),
        (PROFILE, {"url": "https://www.tiktok.com/@rival_two", "platform": "tiktok"}),
        (PROFILE, {"url": "tiktok.com/@Rival_Two?lang=en", "username": "somebody_else", "platform": "TikTok"}),
        (PROFILE, {"username": "@rival_two", "platform": "tiktok"}),
        (PROFILE, {"username": " Rival_Two ", "platform": " TIKTOK "}),
        (PROFILE, {"username": "rival_two", "platform": "tiktok", "url": None}),
        (VIDEOS, {"url": "https://www.tiktok.com/@rival_two/"}),
        (MEDIAN, {"url": "https://m.tiktok.com/@rival_two"}),
        (EMAIL, {"url": "https://www.tiktok.com/@rival_two#top"}),
        (PROFILE, {"username": "rival_two", "platform": "tiktok", "unknown": [1, {"deep": True}]}),
    ],
)
async def test_ways_to_name_an_account(lookups: LookUpCaller, path: str, members: dict[str, Any]) -> None:
    data = (await lookups.ask(path, **members))["data"]
    assert (data["platform"], data["username"]) == ("tiktok", "rival_two")


@pytest.mark.parametrize(
    ("members", "platform"),
    [
        ({"url": "https://twitter.com/elonmusk/status/1234567890"}, "twitter"),
        ({"url": "https://x.com/elonmusk/status/1234567890", "platform": "x"}, "twitter"),
        ({"url": "https://x.com/elonmusk/status/1234567890", "platform": "twitter/x"}, "twitter"),
        ({"url": "https://x.com/elonmusk/status/1234567890", "platform": "Twitter"}, "twitter"),
        ({"url": "1234567890", "platform": "x"}, "twitter"),
        ({"url": "dQw4w9WgXcQ", "platform": "youtube"}, "youtube"),
        ({"url": "ABC123", "platform": "instagram"}, "instagram"),
        ({"url": "7123456789", "platform": "tiktok"}, "tiktok"),
    ],
)
async def test_the_platform_may_be_said(lookups: LookUpCaller, members: dict[str, Any], platform: str) -> None:
    answer = await lookups.ask(POST, **members)
    assert answer["meta"]["platform"] == answer["data"]["platform"] == platform
    assert answer["data"]["post_url"] == members["url"]


@pytest.mark.parametrize(
    ("path", "members", "words"),
    [
        (POST, {"url": "https://www.tiktok.com/@rival_two/video/7000000000000000001"}, "does not exist"),
        (POST, {"url": "https://www.instagram.com/p/AAAAAAAAAA9/"}, "does not exist"),
        (PROFILE, {"username": "nobody.has.this.name", "platform": "tiktok"}, "does not exist"),
        (VIDEOS, {"username": "nobody_has_this_name", "platform": "instagram"}, "does not exist"),
    ],
)
async def test_what_is_not_there_is_a_502_that_says_so(
    lookups: LookUpCaller, path: str, members: dict[str, Any], words: str
) -> None:
    assert words in await lookups.refused(502, path, **members)


@pytest.mark.parametrize("mode", ["http_500", "empty_body", "missing_script", "http_403", "captcha", "truncated_json"])
async def test_when_every_source_fails_it_is_a_502_and_not_the_post_that_is_gone(
    lookups: LookUpCaller, mode: str
) -> None:
    await lookups.sandbox.fault("tiktok.com", mode)
    said = await lookups.refused(502, POST, url="https://www.tiktok.com/@charlidamelio/video/7123456789")
    assert "None of the sources told of it" in said
    assert "exist" not in said
    answer = await lookups.send("POST", POST, json={"url": "https://www.tiktok.com/@charlidamelio/video/7123456789"})
    assert error_of(answer, 502)
    assert int(answer.headers["x-ratelimit-remaining"]) > 0


async def test_linkedin_shows_reactions_as_views(lookups: LookUpCaller) -> None:
    url = "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345676"
    data = (await lookups.ask(POST, url=url))["data"]
    assert (data["platform"], data["post_id"]) == ("linkedin", "activity:7123456789012345676")
    assert data["views"] == data["likes"] > 0


async def test_a_facebook_post(lookups: LookUpCaller) -> None:
    data = (await lookups.ask(POST, url="https://www.facebook.com/watch/?v=1234567890123456"))["data"]
    assert (data["platform"], data["post_id"]) == ("facebook", "1234567890123456")
    assert data["views"] > 0


@pytest.mark.parametrize(
    ("platform", "post_id"), [("tiktok", "7123456789"), ("youtube", "dQw4w9WgXcQ"), ("twitter", "1234567890")]
)
async def test_a_short_link_is_followed(lookups: LookUpCaller, platform: str, post_id: str) -> None:
    truth = await lookups.sandbox.truth(platform, "video", post_id, datetime.now(UTC))
    answer = await lookups.ask(POST, url=truth["short_url"])
    assert (answer["data"]["platform"], answer["data"]["post_id"]) == (platform, post_id)
    assert answer["data"]["post_url"] == truth["short_url"]


async def test_what_is_private_is_a_502_that_says_so(lookups: LookUpCaller) -> None:
    for platform in ("instagram", "tiktok"):
        said = await lookups.refused(502, PROFILE, username="sandbox_private", platform=platform)
        assert said.startswith("It is not public")


async def test_posts_that_are_not_told_are_not_none(lookups: LookUpCaller) -> None:
    await lookups.sandbox.fault("item_list", "http_500")
    for path in (VIDEOS, MEDIAN):
        assert "None of the sources told of it" in await lookups.refused(502, path, **SOMEBODY)
    assert (await lookups.ask(PROFILE, **SOMEBODY))["data"]["posts_count"] > 0
