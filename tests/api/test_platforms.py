"""Platforms through GraphQL: what each of them has, and tracking on all of them."""

from typing import Any

import pytest

from app.domain.platforms import TRAITS, Platform
from tests.api.conftest import Caller

PLATFORMS = "{platforms{platform name tracksAccounts postCounters accountCounters lookUps}}"
TRACK_ACCOUNT = """
mutation($platform: Platform!, $handle: String!) {
  trackAccount(input: {platform: $platform, handle: $handle}) {
    account { platform handle url }
    errors { message code path }
  }
}
"""
TRACK_VIDEOS = """
mutation($videos: [NewVideoInput!]!) {
  trackVideos(input: {videos: $videos}) {
    results {
      video { platform externalId url viewCount likeCount shareCount }
      errors { message code path }
    }
  }
}
"""


async def test_platforms_tell_what_they_have(caller: Caller) -> None:
    found = (await caller.data(PLATFORMS))["platforms"]
    assert [one["platform"] for one in found] == [platform.name for platform in Platform]
    assert found[2:4] == [
        {
            "platform": "YOUTUBE",
            "name": "YouTube",
            "tracksAccounts": True,
            "postCounters": ["VIEWS", "LIKES", "COMMENTS"],
            "accountCounters": ["FOLLOWERS", "PROFILE_POSTS"],
            "lookUps": ["POST_STATS", "PROFILE", "RECENT_VIDEOS", "MEDIAN_VIEWS", "CONTACT_EMAIL"],
        },
        {
            "platform": "TWITTER",
            "name": "X (Twitter)",
            "tracksAccounts": False,
            "postCounters": ["VIEWS", "LIKES", "COMMENTS", "SHARES", "SAVES"],
            "accountCounters": [],
            "lookUps": ["POST_STATS"],
        },
    ]


@pytest.mark.parametrize("platform", Platform)
async def test_accounts_are_tracked_where_a_platform_has_them(caller: Caller, platform: Platform) -> None:
    payload = (await caller.data(TRACK_ACCOUNT, platform=platform.name, handle="@Some_Body"))["trackAccount"]
    if TRAITS[platform].tracks_accounts:
        assert payload["errors"] == []
        assert (payload["account"]["platform"], payload["account"]["handle"]) == (platform.name, "some_body")
    else:
        assert payload["account"] is None
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == ("BAD_USER_INPUT", ["input", "platform"])
        assert error["message"].startswith(f"Accounts of {platform} cannot be tracked, only single posts.")


async def test_posts_are_tracked_on_all_platforms(caller: Caller) -> None:
    given = [
        ("TIKTOK", "https://www.tiktok.com/@a/video/7310000000000000001", "7310000000000000001"),
        ("INSTAGRAM", "https://www.instagram.com/reel/DEiyb48AeB9/", "3540614075954356349"),
        ("YOUTUBE", "https://www.youtube.com/shorts/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("TWITTER", "https://twitter.com/a/status/1234567890", "1234567890"),
        ("FACEBOOK", "https://www.facebook.com/watch/?v=1234567890123456", "1234567890123456"),
        ("LINKEDIN", "https://www.linkedin.com/feed/update/urn:li:activity:71023", "activity:71023"),
    ]
    videos = [{"platform": platform, "identifier": text} for platform, text, _ in given]
    results: list[dict[str, Any]] = (await caller.data(TRACK_VIDEOS, videos=videos))["trackVideos"]["results"]
    for result, (platform, _, external_id) in zip(results, given, strict=True):
        assert result["errors"] == []
        video = result["video"]
        assert (video["platform"], video["externalId"], video["viewCount"]) == (platform, external_id, None)
    listed = await caller.data("{videos(filter:{platforms:[YOUTUBE,LINKEDIN]}){totalCount nodes{platform url}}}")
    assert listed["videos"]["totalCount"] == 2
    assert {node["url"] for node in listed["videos"]["nodes"]} == {
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.linkedin.com/feed/update/urn:li:activity:71023/",
    }
