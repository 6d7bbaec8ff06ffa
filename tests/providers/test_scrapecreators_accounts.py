"""ScrapeCreators' accounts: recorded profiles and lists, paging within bounds, renames, and what each call cost."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count
from app.domain.links import shortcode_of
from app.domain.platforms import Platform, VideoKind
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.failures import AnswerClass
from app.providers.scrapecreators.provider import ScrapeCreators
from tests.providers.answers import recorded
from tests.providers.visits import Handler, by_path, in_turn, said, visiting

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "/api.scrapecreators.com"
TIKTOK_PROFILE, TIKTOK_POSTS = "/v1/tiktok/profile", "/v3/tiktok/profile/videos"
INSTAGRAM_PROFILE, INSTAGRAM_USER = "/v1/instagram/profile", "/v1/instagram/basic-profile"
INSTAGRAM_POSTS, INSTAGRAM_REELS = "/v2/instagram/user/posts", "/v1/instagram/user/reels"
YOUTUBE_CHANNEL = "/v1/youtube/channel"
YOUTUBE_VIDEOS, YOUTUBE_SHORTS = "/v1/youtube/channel-videos", "/v1/youtube/channel/shorts"

TIKTOKER = recorded("tiktok/paid_profile.json")
AWEMES = recorded("tiktok/aweme_list.json")
INSTAGRAMMER = recorded("instagram/web_profile_info.json")
FEED = recorded("instagram/v1_feed_user_posts.json")
CLIPS = recorded("instagram/v1_clips_user_page.json")
USER = recorded("instagram/v1_user_info.json")
CHANNEL = recorded("youtube/paid_channel.json")
VIDEOS = recorded("youtube/paid_channel_videos.json")

TIKTOK_ID, TIKTOK = "6659752019493208069", AccountIdentity(Platform.TIKTOK, "stoolpresidente")
INSTAGRAM_ID, INSTAGRAM = "2700692569", AccountIdentity(Platform.INSTAGRAM, "adrianhorning")
CHANNEL_ID, YOUTUBE = "UCxcTeAKWJca6XyJ37_ZoKIQ", AccountIdentity(Platform.YOUTUBE, "thepatmcafeeshow")
NOTHING = httpx.Response(404, json={"success": False, "message": "Not found", "credits_charged": 1})
NO_SHORTS = said({"success": True, "shorts": [], "credits_charged": 1})


def awemes(*days: int, cursor: int | None = None) -> httpx.Response:
    """A page of posts, one for each number of days, that old."""
    answer = copy.deepcopy(AWEMES)
    one = answer["aweme_list"][0]
    answer["aweme_list"] = [
        one | {"aweme_id": str(7_000 + day), "create_time": int((NOW - timedelta(days=day)).timestamp())}
        for day in days
    ]
    return said(answer | {"has_more": int(cursor is not None), "max_cursor": cursor or 0})


def feed(owner_id: str = INSTAGRAM_ID, **changes: Any) -> Any:
    """The recorded page of posts as those of an account; `changes` are of its one post."""
    answer = copy.deepcopy(FEED)
    answer["user"]["pk"] = answer["items"][0]["user"]["pk"] = owner_id
    answer["items"][0] |= changes
    return answer | {"more_available": False, "next_max_id": None}


async def fetch(
    handler: Handler, identity: AccountIdentity, bounds: PostBounds | None = None
) -> tuple[Outcome, list[tuple[str, dict[str, str]]]]:
    """The outcome, and the path and query of each request."""
    visit, sent = visiting(handler)
    outcome = await ScrapeCreators("k3y").fetch_account(visit, identity, bounds or PostBounds(30), NOW)
    assert all(request.headers["x-api-key"] == "k3y" for request in sent)
    return outcome, [(request.url.path.removeprefix(BASE), dict(request.url.params)) for request in sent]


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


async def test_a_recorded_tiktok_account() -> None:
    last = said(AWEMES | {"has_more": 0})
    outcome, asked = await fetch(by_path({TIKTOK_PROFILE: said(TIKTOKER), TIKTOK_POSTS: last}), TIKTOK)
    facts = facts_of(outcome)
    assert asked == [
        (TIKTOK_PROFILE, {"handle": "stoolpresidente"}),
        (TIKTOK_POSTS, {"user_id": TIKTOK_ID}),
    ]
    assert (outcome.answer_class, facts.route, facts.posts_complete) == (AnswerClass.OK, "tiktok/profile", True)
    assert (facts.profile.external_id, facts.profile.secondary_id) == (TIKTOK_ID, TIKTOKER["user"]["secUid"])
    assert facts.profile.counts == {
        "followers": Count(4_100_000, 100_000),
        "following": Count(74),
        "profile_posts": Count(2_017),
        "total_likes": Count(190_400_000, 100_000),
    }
    assert [(post.external_id, post.counts["views"], post.author_handle) for post in facts.posts] == [
        ("7470969622276164906", Count(141_567), "stoolpresidente")
    ]
    assert {call.route: call.cost for call in outcome.calls} == {"tiktok/profile": 1, "tiktok/profile/videos": 1}


@pytest.mark.parametrize(
    ("bounds", "pages", "days", "is_complete"),
    [
        (PostBounds(30), 2, [1, 2, 3, 9], True),
        (PostBounds(2), 1, [1, 2], True),
        (PostBounds(30, NOW - timedelta(days=2, hours=1)), 1, [1, 2], True),
        (PostBounds(0), 0, [], True),
    ],
)
async def test_pages_within_bounds(bounds: PostBounds, pages: int, days: list[int], is_complete: bool) -> None:
    handler = by_path({TIKTOK_PROFILE: said(TIKTOKER), TIKTOK_POSTS: [awemes(1, 2, 3, cursor=1738), awemes(9)]})
    outcome, asked = await fetch(handler, TIKTOK, bounds)
    assert [query.get("max_cursor") for _, query in asked[1:]] == [None, "1738"][:pages]
    assert [post.external_id for post in facts_of(outcome).posts] == [str(7_000 + day) for day in days]
    assert facts_of(outcome).posts_complete is is_complete


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (awemes(1, 2, cursor=1738), "The list goes on without showing further posts"),
        (awemes(cursor=1738), "The list goes on without showing further posts"),
        (httpx.Response(500), "api.scrapecreators.com failed with status 500"),
        (said({"success": False, "message": "Out of credits"}, 402), "Our ScrapeCreators credits are used up"),
    ],
)
async def test_a_list_that_breaks_off(second: httpx.Response, reason: str) -> None:
    handler = by_path({TIKTOK_PROFILE: said(TIKTOKER), TIKTOK_POSTS: [awemes(1, 2, cursor=1738), second]})
    outcome, _ = await fetch(handler, TIKTOK)
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, reason)
    assert (len(facts_of(outcome).posts), facts_of(outcome).posts_complete) == (2, False)


async def test_posts_of_somebody_else_are_not_stored() -> None:
    identity = AccountIdentity(Platform.TIKTOK, "stoolpresidente", "1")
    outcome, _ = await fetch(in_turn(said(AWEMES)), identity, PostBounds(30, posts_alone=True))
    assert (outcome.answer_class, facts_of(outcome).posts) == (AnswerClass.PARTIAL, ())


@pytest.mark.parametrize("lost", [NOTHING, said(TIKTOKER | {"user": TIKTOKER["user"] | {"id": "77"}})])
async def test_a_tiktok_handle_that_was_given_up(lost: httpx.Response) -> None:
    identity = AccountIdentity(Platform.TIKTOK, "oldname", TIKTOK_ID)
    if lost is not NOTHING:
        identity = AccountIdentity(Platform.TIKTOK, "stoolpresidente", TIKTOK_ID)
    answer = copy.deepcopy(AWEMES)
    answer["aweme_list"][0]["author"]["unique_id"] = "newname"
    renamed = said(TIKTOKER | {"user": TIKTOKER["user"] | {"uniqueId": "newname"}})
    handler = by_path({TIKTOK_PROFILE: [lost, renamed], TIKTOK_POSTS: said(answer)})
    outcome, asked = await fetch(handler, identity, PostBounds(0))
    assert [query for _, query in asked] == [
        {"handle": identity.handle},
        {"user_id": TIKTOK_ID},
        {"handle": "newname"},
    ]
    profile = facts_of(outcome).profile
    assert (outcome.answer_class, profile.handle, profile.external_id) == (AnswerClass.OK, "newname", TIKTOK_ID)


async def test_what_is_not_found_stays_so() -> None:
    outcome, asked = await fetch(in_turn(NOTHING), TIKTOK)
    assert (outcome.answer_class, len(asked)) == (AnswerClass.UNAVAILABLE, 1)
    identity = AccountIdentity(Platform.TIKTOK, "gone", TIKTOK_ID)
    outcome, asked = await fetch(in_turn(NOTHING, NOTHING), identity)
    assert (outcome.answer_class, len(asked)) == (AnswerClass.UNAVAILABLE, 2)
    outcome, asked = await fetch(in_turn(httpx.Response(402)), identity)
    assert (outcome.answer_class, len(asked)) == (AnswerClass.QUOTA_EXHAUSTED, 1)


async def test_a_recorded_instagram_account() -> None:
    handler = by_path({INSTAGRAM_PROFILE: said(INSTAGRAMMER), INSTAGRAM_POSTS: said(feed())})
    outcome, asked = await fetch(handler, INSTAGRAM)
    facts = facts_of(outcome)
    assert asked == [
        (INSTAGRAM_PROFILE, {"handle": "adrianhorning"}),
        (INSTAGRAM_POSTS, {"handle": "adrianhorning"}),
    ]
    assert (outcome.answer_class, facts.profile.counts["followers"]) == (AnswerClass.OK, Count(25_116))
    assert [(post.shortcode, post.counts["plays"]) for post in facts.posts] == [("DH3tWudxIKB", Count(35_499))]


async def test_reels_are_asked_for_where_plays_are_missing() -> None:
    shown = feed()["items"][0]
    silent = feed(play_count=None, ig_play_count=None, timeline_pinned_user_ids=[1])
    owner = {"pk": INSTAGRAM_ID, "username": "adrianhorning"}
    pk = 3_600_000_000_000_000_000
    further = shown | {"pk": str(pk), "id": f"{pk}_{INSTAGRAM_ID}", "code": shortcode_of(pk), "user": owner}
    pages = [
        said({"items": [{"media": shown}], "paging_info": {"more_available": True, "max_id": "QVFD=="}}),
        said({"items": [{"media": further}], "paging_info": {"more_available": False}}),
    ]
    handler = by_path({INSTAGRAM_PROFILE: said(INSTAGRAMMER), INSTAGRAM_POSTS: said(silent), INSTAGRAM_REELS: pages})
    outcome, asked = await fetch(handler, INSTAGRAM)
    assert [query for _, query in asked[2:]] == [
        {"user_id": INSTAGRAM_ID},
        {"user_id": INSTAGRAM_ID, "max_id": "QVFD=="},
    ]
    posts = {post.shortcode: post for post in facts_of(outcome).posts}
    assert {name: post.counts["plays"] for name, post in posts.items()} == {
        "DH3tWudxIKB": Count(35_499),
        shortcode_of(pk): Count(35_499),
    }
    assert (posts["DH3tWudxIKB"].kind, posts["DH3tWudxIKB"].is_pinned) == (VideoKind.REEL, True)


async def test_posts_of_another_instagram_account_are_left_out() -> None:
    coauthored = feed("99", coauthor_producers=[{"pk": INSTAGRAM_ID}])
    coauthored["user"]["pk"] = INSTAGRAM_ID
    outcome, _ = await fetch(
        by_path({INSTAGRAM_PROFILE: said(INSTAGRAMMER), INSTAGRAM_POSTS: said(coauthored)}), INSTAGRAM
    )
    assert (outcome.answer_class, len(facts_of(outcome).posts)) == (AnswerClass.OK, 1)
    for others in (feed("99"), said(feed("99") | {"user": None}).json()):
        handler = by_path({INSTAGRAM_PROFILE: said(INSTAGRAMMER), INSTAGRAM_POSTS: said(others)})
        outcome, _ = await fetch(handler, INSTAGRAM)
        assert (outcome.answer_class, facts_of(outcome).posts) == (AnswerClass.PARTIAL, ())


async def test_an_instagram_handle_that_was_given_up() -> None:
    identity = AccountIdentity(Platform.INSTAGRAM, "oldzuck", "314216")
    outcome, asked = await fetch(
        by_path({INSTAGRAM_PROFILE: NOTHING, INSTAGRAM_USER: said(USER)}), identity, PostBounds(0)
    )
    assert asked == [(INSTAGRAM_PROFILE, {"handle": "oldzuck"}), (INSTAGRAM_USER, {"userId": "314216"})]
    profile = facts_of(outcome).profile
    assert (outcome.answer_class, profile.handle, profile.external_id) == (AnswerClass.OK, "zuck", "314216")
    assert profile.counts == {
        "followers": Count(16_101_999),
        "following": Count(617),
        "profile_posts": Count(409),
    }
    assert (profile.display_name, profile.biography, profile.is_verified) == (
        "Mark Zuckerberg",
        "I build stuff",
        True,
    )
    other = AccountIdentity(Platform.INSTAGRAM, "oldzuck", "5")
    outcome, _ = await fetch(by_path({INSTAGRAM_PROFILE: NOTHING, INSTAGRAM_USER: said(USER)}), other)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.UNAVAILABLE, None)


async def test_a_private_account_has_a_profile_and_no_posts() -> None:
    private = copy.deepcopy(INSTAGRAMMER)
    private["data"]["user"]["is_private"] = True
    outcome, asked = await fetch(by_path({INSTAGRAM_PROFILE: said(private)}), INSTAGRAM)
    assert (outcome.answer_class, len(asked)) == (AnswerClass.PRIVATE, 1)
    assert facts_of(outcome).profile.counts["followers"] == Count(25_116)


async def test_a_recorded_youtube_channel() -> None:
    shorts = said({"shorts": [VIDEOS["videos"][0] | {"id": "short-short", "publishedTime": "2026-01-01T00:00:00Z"}]})
    answers = {
        YOUTUBE_CHANNEL: said(CHANNEL),
        YOUTUBE_VIDEOS: said(VIDEOS | {"continuationToken": None}),
        YOUTUBE_SHORTS: shorts,
    }
    outcome, asked = await fetch(by_path(answers), YOUTUBE)
    facts = facts_of(outcome)
    assert asked == [
        (YOUTUBE_CHANNEL, {"handle": "thepatmcafeeshow"}),
        (YOUTUBE_VIDEOS, {"channelId": CHANNEL_ID, "sort": "latest", "includeExtras": "true"}),
        (YOUTUBE_SHORTS, {"channelId": CHANNEL_ID, "sort": "newest"}),
    ]
    assert (facts.profile.external_id, facts.profile.handle) == (CHANNEL_ID, "thepatmcafeeshow")
    assert facts.profile.counts == {"followers": Count(2_750_000, 10_000), "profile_posts": Count(9_221)}
    assert facts.profile.link_in_bio == "https://store.patmcafeeshow.com"
    # Newest first by what YouTube estimates, and an estimate is no date of publication.
    assert [(post.external_id, post.published_at) for post in facts.posts] == [
        ("short-short", None),
        ("5EWaxmWgQMI", None),
    ]
    assert facts.posts[1].counts == {"views": Count(110_447)}
    assert (facts.posts[1].author_external_id, facts.posts[1].duration_seconds) == (CHANNEL_ID, 2_245)
    assert (outcome.answer_class, facts.posts_complete) == (AnswerClass.OK, True)


@pytest.mark.parametrize(
    ("identity", "asked_for"),
    [
        (AccountIdentity(Platform.YOUTUBE, "oldname", CHANNEL_ID), {"channelId": CHANNEL_ID}),
        (AccountIdentity(Platform.YOUTUBE, CHANNEL_ID), {"channelId": CHANNEL_ID}),
        (AccountIdentity(Platform.YOUTUBE, "c/patmcafee"), {"url": "https://www.youtube.com/c/patmcafee"}),
    ],
)
async def test_a_youtube_channel_by_each_of_its_names(identity: AccountIdentity, asked_for: dict[str, str]) -> None:
    outcome, asked = await fetch(by_path({YOUTUBE_CHANNEL: said(CHANNEL)}), identity, PostBounds(0))
    assert asked == [(YOUTUBE_CHANNEL, asked_for)]
    assert facts_of(outcome).profile.handle == "thepatmcafeeshow"


async def test_another_youtube_channel_is_not_stored() -> None:
    for identity in (
        AccountIdentity(Platform.YOUTUBE, "somebody"),
        AccountIdentity(Platform.YOUTUBE, "x", "UC" + "a" * 22),
    ):
        outcome, _ = await fetch(by_path({YOUTUBE_CHANNEL: said(CHANNEL)}), identity)
        assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)
    strange = copy.deepcopy(VIDEOS)
    strange["videos"][0]["channel"] = {"id": "UC" + "a" * 22}
    answers = {YOUTUBE_CHANNEL: said(CHANNEL), YOUTUBE_VIDEOS: said(strange), YOUTUBE_SHORTS: NO_SHORTS}
    outcome, _ = await fetch(by_path(answers), YOUTUBE)
    assert (outcome.answer_class, facts_of(outcome).posts) == (AnswerClass.PARTIAL, ())


@pytest.mark.parametrize(("shorts", "answer_class"), [(NOTHING, "ok"), (httpx.Response(500), "partial")])
async def test_a_channel_without_shorts(shorts: httpx.Response, answer_class: str) -> None:
    answers: dict[str, httpx.Response | list[httpx.Response]] = {
        YOUTUBE_CHANNEL: said(CHANNEL),
        YOUTUBE_VIDEOS: [said(VIDEOS), said({"videos": [], "credits_charged": 1})],
        YOUTUBE_SHORTS: shorts,
    }
    outcome, asked = await fetch(by_path(answers), YOUTUBE)
    assert (outcome.answer_class.value, len(facts_of(outcome).posts)) == (answer_class, 1)
    assert asked[2][1]["continuationToken"] == VIDEOS["continuationToken"]


async def test_platforms_without_accounts() -> None:
    outcome, asked = await fetch(in_turn(), AccountIdentity(Platform.FACEBOOK, "somebody"))
    assert (outcome.answer_class, asked) == (AnswerClass.UNSUPPORTED, [])
