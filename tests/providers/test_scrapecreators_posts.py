"""ScrapeCreators' posts: what recorded answers of each platform say, how they are asked for, and refusals."""

import copy
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count, PostFacts
from app.domain.links import pk_of
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass, Refusal
from app.providers.scrapecreators.provider import ScrapeCreators
from app.providers.twitter.tweets import parse_tweet
from tests.providers.answers import recorded
from tests.providers.visits import Handler, in_turn, said, visiting

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AWEME = recorded("tiktok/aweme_detail.json")
MEDIA = recorded("instagram/post_xdt_shortcode_media_reel.json")
VIDEO = recorded("youtube/paid_video.json")
TWEET = recorded("twitter/paid_tweet.json")
FACEBOOK = recorded("facebook/paid_post.json")
ARTICLE = recorded("linkedin/paid_post.json")
LINKEDIN = ARTICLE | {"url": "https://www.linkedin.com/posts/austenallred_being-a-father-activity-7102-Ab1_"}

AWEME_ID, TWEET_ID, FACEBOOK_ID = "7463250363559218474", "1628769691547074562", "25118307061088489"
MEDIA_PK = str(pk_of("DF5s0duxDts"))
BASE = "/api.scrapecreators.com"

RECORDED: list[tuple[PostIdentity, Any, str, str, dict[str, Any]]] = [
    (
        PostIdentity(Platform.TIKTOK, AWEME_ID, "stoolpresidente"),
        AWEME,
        "/v2/tiktok/video",
        f"https://www.tiktok.com/@stoolpresidente/video/{AWEME_ID}",
        {
            "kind": VideoKind.VIDEO,
            "author_external_id": "6659752019493208069",
            "author_handle": "stoolpresidente",
            "published_at": datetime(2025, 1, 23, 23, 3, 16, tzinfo=UTC),
            "duration_seconds": 90,
            "views_kind": ViewsKind.PLAYS,
            "counts": {
                "views": Count(355_687),
                "plays": Count(355_687),
                "likes": Count(44_855),
                "comments": Count(270),
                "shares": Count(3_100),
                "saves": Count(980),
                "reposts": Count(0),
            },
        },
    ),
    (
        PostIdentity(Platform.INSTAGRAM, MEDIA_PK),
        MEDIA,
        "/v1/instagram/post",
        "https://www.instagram.com/p/DF5s0duxDts/",
        {
            "kind": VideoKind.REEL,
            "shortcode": "DF5s0duxDts",
            "author_external_id": "2700692569",
            "author_handle": "adrianhorning",
            "published_at": datetime(2025, 2, 10, 18, 0, 35, tzinfo=UTC),
            "duration_seconds": 71,
            "views_kind": ViewsKind.PLAYS,
            "counts": {"views": Count(4_651), "plays": Count(4_651), "likes": Count(153), "comments": Count(17)},
        },
    ),
    (
        PostIdentity(Platform.YOUTUBE, "Y2Ah_DFr8cw"),
        VIDEO,
        "/v1/youtube/video",
        "https://www.youtube.com/watch?v=Y2Ah_DFr8cw",
        {
            "kind": VideoKind.VIDEO,
            "author_external_id": "UCWH3hing1Qb4LnkRfQdxsxQ",
            "author_handle": "afroballer8906",
            "published_at": datetime(2019, 2, 22, 11, 19, 54, tzinfo=UTC),
            "duration_seconds": 348,
            "views_kind": ViewsKind.PLAYS,
            "counts": {"views": Count(372_864), "likes": Count(4_043), "comments": Count(358)},
        },
    ),
    (
        PostIdentity(Platform.TWITTER, TWEET_ID),
        TWEET,
        "/v1/twitter/tweet",
        f"https://x.com/i/status/{TWEET_ID}",
        {
            "kind": VideoKind.TEXT,
            "author_external_id": "4520241209",
            "author_handle": "adrian_horning_",
            "published_at": datetime(2023, 2, 23, 14, 52, 10, tzinfo=UTC),
            "views_kind": ViewsKind.IMPRESSIONS,
            "counts": {
                "views": Count(101_132),
                "likes": Count(402),
                "comments": Count(41),
                "shares": Count(37),
                "saves": Count(1_159),
                "reposts": Count(30),
            },
        },
    ),
    (
        PostIdentity(Platform.FACEBOOK, FACEBOOK_ID, "matt.west.184"),
        FACEBOOK,
        "/v1/facebook/post",
        f"https://www.facebook.com/matt.west.184/posts/{FACEBOOK_ID}",
        {
            "kind": VideoKind.REEL,
            "author_external_id": "100000076236457",
            "author_handle": "matt.west.184",
            "published_at": datetime(2025, 9, 18, 6, 30, 18, tzinfo=UTC),
            "duration_seconds": 23,
            "views_kind": ViewsKind.PLAYS,
            "counts": {
                "views": Count(133_000, 1_000),
                "likes": Count(2_095),
                "comments": Count(48),
                "shares": Count(133),
            },
        },
    ),
    (
        PostIdentity(Platform.LINKEDIN, "activity:7102"),
        LINKEDIN,
        "/v1/linkedin/post",
        "https://www.linkedin.com/feed/update/urn:li:activity:7102/",
        {
            "kind": VideoKind.TEXT,
            "author_handle": "austenallred",
            "published_at": datetime(2020, 6, 21, 14, 35, 59, tzinfo=UTC),
            "counts": {"likes": Count(210), "comments": Count(17)},
        },
    ),
]
BY_PLATFORM = {row[0].platform: row for row in RECORDED}


async def fetch(identity: PostIdentity, handler: Handler) -> tuple[PostOutcome, list[httpx.Request]]:
    visit, sent = visiting(handler)
    return await ScrapeCreators("k3y").fetch_post(visit, identity, NOW), sent


@pytest.mark.parametrize(
    ("identity", "answer", "path", "address", "expected"), RECORDED, ids=[row[0].platform for row in RECORDED]
)
async def test_a_recorded_post(
    identity: PostIdentity, answer: Any, path: str, address: str, expected: dict[str, Any]
) -> None:
    outcome, sent = await fetch(identity, in_turn(said(answer)))
    assert [(request.url.path, dict(request.url.params)) for request in sent] == [(BASE + path, {"url": address})]
    assert sent[0].headers["x-api-key"] == "k3y"
    post = outcome.facts
    assert post is not None, outcome
    assert (post.platform, post.external_id) == (identity.platform, identity.external_id)
    assert {name: getattr(post, name) for name in expected} == expected
    assert (outcome.answer_class, outcome.route) == (AnswerClass.OK, path.split("/", 2)[2])
    assert [(call.route, call.cost) for call in outcome.calls] == [(outcome.route, 1)]


@pytest.mark.parametrize("platform", BY_PLATFORM)
async def test_an_answer_about_another_post(platform: Platform) -> None:
    _, answer, *_ = BY_PLATFORM[platform]
    other = {
        Platform.YOUTUBE: "aaaaaaaaaaa",
        Platform.LINKEDIN: "activity:7103",
    }.get(platform, "2000000000000000001")
    outcome, _ = await fetch(PostIdentity(platform, other), in_turn(said(answer)))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)
    assert outcome.reason is not None
    assert outcome.reason.startswith("Asked for")


@pytest.mark.parametrize(
    ("changes", "external_id", "is_it"),
    [
        ({}, "1535656380759655", True),
        ({}, "pfbid0abc", True),
        ({"url": "https://www.facebook.com/p/posts/pfbid0abc"}, "pfbid0abc", True),
        ({"url": "https://www.facebook.com/p/posts/pfbid0abd"}, "pfbid0abc", False),
        ({"url": "https://www.facebook.com/watch/?v=77", "video": None}, "77", True),
        ({"post_id": None, "video": {}, "url": "https://www.facebook.com/matt"}, FACEBOOK_ID, False),
    ],
)
async def test_a_facebook_post_by_any_of_its_ids(changes: dict[str, Any], external_id: str, is_it: bool) -> None:
    outcome, _ = await fetch(PostIdentity(Platform.FACEBOOK, external_id), in_turn(said(FACEBOOK | changes)))
    assert (outcome.answer_class is AnswerClass.OK) is is_it
    assert outcome.facts is None or outcome.facts.external_id == external_id


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        ("https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7102/", True),
        ("https://www.linkedin.com/posts/a_b-ugcPost-99-Ab1_", True),
        ("https://www.linkedin.com/posts/a_b-activity-7103-Ab1_", False),
        (ARTICLE["url"], False),
        (None, False),
    ],
)
async def test_a_linkedin_post_by_its_address(address: str | None, is_it: bool) -> None:
    identity = PostIdentity(Platform.LINKEDIN, "activity:7102")
    outcome, _ = await fetch(identity, in_turn(said(ARTICLE | {"url": address})))
    assert outcome.answer_class is (AnswerClass.OK if is_it else AnswerClass.SCHEMA_CHANGED)


async def test_what_tiktok_says_of_the_post_itself() -> None:
    identity = BY_PLATFORM[Platform.TIKTOK][0]
    for changes, answer_class in (
        ({"status_code": 10204, "aweme_detail": None}, AnswerClass.UNAVAILABLE),
        ({"aweme_detail": AWEME["aweme_detail"] | {"status": {"is_delete": True}}}, AnswerClass.NOT_FOUND),
        ({"aweme_detail": AWEME["aweme_detail"] | {"status": {"private_status": 1}}}, AnswerClass.PRIVATE),
        ({"aweme_detail": None}, AnswerClass.SCHEMA_CHANGED),
    ):
        outcome, _ = await fetch(identity, in_turn(said(AWEME | changes)))
        assert (outcome.answer_class, outcome.facts) == (answer_class, None)


async def test_hidden_likes_and_missing_plays_of_instagram() -> None:
    identity = BY_PLATFORM[Platform.INSTAGRAM][0]
    answer = copy.deepcopy(MEDIA)
    answer["data"]["xdt_shortcode_media"] |= {
        "like_and_view_counts_disabled": True,
        "edge_media_preview_like": {"count": -1},
        "video_play_count": None,
        "video_view_count": 0,
    }
    outcome, _ = await fetch(identity, in_turn(said(answer)))
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    assert (outcome.facts.counts, outcome.facts.hidden) == ({"comments": Count(17)}, frozenset({"likes", "views"}))
    answer["data"]["xdt_shortcode_media"] = None
    outcome, _ = await fetch(identity, in_turn(said(answer)))
    assert outcome.answer_class is AnswerClass.NOT_FOUND


@pytest.mark.parametrize(
    ("answer", "answer_class", "cost"),
    [
        (said({"success": False, "message": "Out of credits"}, 402), "quota_exhausted", 1),
        (said({"success": False, "message": "Invalid API key", "credits_charged": 0}, 401), "auth_invalid", 0),
        (httpx.Response(403), "auth_invalid", 1),
        (said({"success": False, "message": "Post not found", "credits_charged": 1}, 404), "unavailable", 1),
        (httpx.Response(429, headers={"Retry-After": "7"}), "rate_limited", 1),
        (httpx.Response(500), "upstream_error", 1),
        (httpx.Response(400), "schema_changed", 1),
        (said({"success": False, "message": "Out of credits", "credits_charged": 0}), "quota_exhausted", 0),
        (said({"success": False, "error": "This post is private", "credits_charged": 2}), "private", 2),
        (said({"success": False, "error": "Post doesn't exist"}), "unavailable", 1),
        (said({"success": False}), "upstream_error", 1),
        (said({"success": False, "message": "Something went wrong"}), "upstream_error", 1),
        (httpx.Response(200, content=b""), "upstream_error", 1),
        (httpx.Response(200, content=b'{"success": true, "aweme_'), "upstream_error", 1),
        (httpx.Response(200, content=b"<html>"), "schema_changed", 1),
        (said([]), "schema_changed", 1),
        (said({"success": True, "credits_charged": 3}), "schema_changed", 3),
        (said({"success": True, "credits_charged": -3}), "schema_changed", 1),
    ],
)
async def test_refusals(answer: httpx.Response, answer_class: str, cost: int) -> None:
    outcome, sent = await fetch(BY_PLATFORM[Platform.TIKTOK][0], in_turn(answer))
    assert (outcome.answer_class.value, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert [call.cost for call in outcome.calls] == [cost]
    assert outcome.reason
    assert "k3y" not in outcome.reason


def test_tweets_as_the_site_tells_them() -> None:
    first = recorded("twitter/tweet_result_by_rest_id_20.json")["data"]["tweetResult"]["result"]
    post = parse_tweet(first, "20")
    assert isinstance(post, PostFacts)
    assert post.counts == {
        "likes": Count(263_922),
        "comments": Count(15_818),
        "shares": Count(123_879 + 2_886),
        "saves": Count(10_651),
        "reposts": Count(123_879),
    }
    assert (post.author_handle, post.views_kind) == ("jack", None)
    assert parse_tweet({"__typename": "TweetWithVisibilityResults", "tweet": first}, "20") == post


@pytest.mark.parametrize(
    ("result", "answer_class"),
    [
        (recorded("twitter/tweet_result_by_rest_id_991500.json")["data"]["tweetResult"]["result"], "not_found"),
        ({"__typename": "TweetUnavailable", "reason": "NsfwLoggedOut"}, "login_required"),
        ({"__typename": "TweetUnavailable", "reason": "Protected"}, "private"),
        ({"__typename": "TweetUnavailable", "reason": "SomethingNew"}, "unavailable"),
        ({"__typename": "TweetUnavailable"}, "unavailable"),
        (
            {
                "__typename": "TweetTombstone",
                "tombstone": {"text": {"text": "This Post was deleted by the Post author."}},
            },
            "not_found",
        ),
        (
            {"__typename": "TweetTombstone", "tombstone": {"text": {"text": "Age-restricted adult content."}}},
            "login_required",
        ),
        ({"__typename": "TweetTombstone"}, "unavailable"),
        ({}, "not_found"),
        (None, "schema_changed"),
        ({"__typename": "Tweet", "rest_id": "21", "legacy": {"id_str": "20"}}, "schema_changed"),
        ({"__typename": "Tweet", "rest_id": "20", "legacy": {"favorites": 5}}, "schema_changed"),
    ],
)
def test_what_stands_in_a_tweets_place(result: object, answer_class: str) -> None:
    answer = parse_tweet(result, "20")
    assert isinstance(answer, Refusal)
    assert answer.answer_class.value == answer_class


async def test_an_answer_may_take_four_times_the_ordinary_limit() -> None:
    limits: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"]["read"])
        return said(AWEME)

    await fetch(BY_PLATFORM[Platform.TIKTOK][0], answer)
    assert limits == [20.0]
