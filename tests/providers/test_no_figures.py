"""An answer that calls its figures by other names is of another shape; one that leaves them unknown is read."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity
from app.providers.failures import NO_FIGURES, changed
from app.providers.instagram.business import Discovered, parse_discovery
from app.providers.instagram.media import parse_post_query
from app.providers.instagram.members import parse_shortcode_media, parse_user
from app.providers.instagram.parse import ProfilePage, parse_web_profile_info
from app.providers.tiktok.aweme import parse_aweme_detail
from app.providers.tiktok.parse import parse_user_detail, parse_video_page
from app.providers.twitter.tweets import parse_tweet
from app.providers.youtube.parse import Channel, parse_channel, parse_videos
from tests.providers.answers import recorded, tiktok_page

COUNTER = re.compile(r'"(\w*[cC]ount(?:_reduced)?|heart)": ("?)\d+\2')
ITEM = recorded("tiktok/item_list.json")["itemList"][0]
REEL = {"if_not_gated_logged_out": recorded("instagram/v1_feed_user_posts.json")["items"][0]}
TWEET = recorded("twitter/tweet_result_by_rest_id_20.json")["data"]["tweetResult"]["result"]
VIDEO_ID = "D-lhorsDlUQ"
ANSWERS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "tiktok video": (
        {"webapp.video-detail": {"itemInfo": {"itemStruct": ITEM}}},
        lambda data: parse_video_page(tiktok_page(data), ITEM["id"]),
    ),
    "tiktok profile": (recorded("tiktok/user_detail_api.json"), lambda data: parse_user_detail(data, "zg.520")),
    "tiktok aweme": (
        recorded("tiktok/aweme_detail.json"),
        lambda data: parse_aweme_detail(data, data["aweme_detail"]["aweme_id"]),
    ),
    "instagram profile": (
        recorded("instagram/web_profile_info.json"),
        lambda data: parse_web_profile_info(json.dumps(data).encode(), "adrianhorning"),
    ),
    "instagram user": (recorded("instagram/v1_user_info.json"), lambda data: parse_user(data, str(data["pk"]))),
    "instagram post": (
        {"data": {"xig_polaris_media": REEL}},
        lambda data: parse_post_query(json.dumps(data).encode(), "3600545900919030401"),
    ),
    "instagram paid post": (
        recorded("instagram/post_xdt_shortcode_media_reel.json"),
        lambda data: parse_shortcode_media(data, "3565077699422862188"),
    ),
    "instagram discovery": (
        recorded("instagram/business_discovery_user_fields.json"),
        lambda data: parse_discovery(
            json.dumps(data).encode(), AccountIdentity(Platform.INSTAGRAM, "facebookfordevelopers")
        ),
    ),
    "twitter": (TWEET, lambda data: parse_tweet(data, "20")),
    "youtube channel": (
        recorded("youtube/channels_list_single.json"),
        lambda data: parse_channel(json.dumps(data).encode(), None, None),
    ),
    "youtube video": (
        recorded("youtube/videos_list.json"),
        lambda data: parse_videos(json.dumps(data).encode(), [VIDEO_ID]),
    ),
}


def facts_in(answer: object) -> PostFacts | ProfileFacts:
    match answer:
        case ProfilePage(profile=profile) | Discovered(profile=profile) | Channel(profile=profile):
            return profile
        case {"D-lhorsDlUQ": post}:
            assert isinstance(post, PostFacts)
            return post
    assert isinstance(answer, PostFacts | ProfileFacts), answer
    return answer


def altered(data: object, written: str) -> Any:
    """The answer with every counter written otherwise."""
    return json.loads(COUNTER.sub(written, json.dumps(data)))


@pytest.mark.parametrize("name", ANSWERS)
def test_by_other_names(name: str) -> None:
    data, parse = ANSWERS[name]
    assert facts_in(parse(data)).counts
    assert parse(altered(data, r'"new_\1": 5')) == changed(NO_FIGURES)


@pytest.mark.parametrize("name", ANSWERS)
def test_unknown(name: str) -> None:
    data, parse = ANSWERS[name]
    assert dict(facts_in(parse(altered(data, r'"\1": -1'))).counts) == {}


@pytest.mark.parametrize("statistics", [{}, {"favoriteCount": "0"}])
def test_a_video_may_have_no_statistics_yet(statistics: dict[str, str]) -> None:
    body = json.dumps({"items": [{"id": VIDEO_ID, "statistics": statistics}]}).encode()
    answer = facts_in(parse_videos(body, [VIDEO_ID]))
    assert isinstance(answer, PostFacts)
    assert (dict(answer.counts), answer.hidden) == ({}, frozenset())
