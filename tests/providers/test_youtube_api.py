"""The YouTube Data API: what its answers say, which calls are made for them, and what its refusals amount to."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass, Refusal
from app.providers.youtube.api import YouTubeApi
from app.providers.youtube.parse import Channel, parse_channel, parse_uploads, parse_videos
from tests.providers.answers import recorded
from tests.providers.visits import Handler, by_path, in_turn, said, visiting

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHANNEL = recorded("youtube/channels_list_single.json")
VIDEOS = recorded("youtube/videos_list.json")
UPLOADS = recorded("youtube/playlist_items_page1.json")
CHANNEL_ID, VIDEO_ID = "UC_x5XG1OV2P6uZZ5FSM9Ttw", "D-lhorsDlUQ"
PREFIX = "http://upstream.test/www.googleapis.com/youtube/v3/"
CHANNELS_PATH, UPLOADS_PATH = "/youtube/v3/channels", "/youtube/v3/playlistItems"
STATS_PATH, VIDEOS_PATH = "/youtube/v3/videos:batchGetStats", "/youtube/v3/videos"


def channel(**changes: Any) -> Any:
    """The recorded channel as it is shown today: rounded, with its list of uploads; `changes` are of its statistics."""
    answer = copy.deepcopy(CHANNEL)
    item = answer["items"][0]
    item["contentDetails"] = {"relatedPlaylists": {"uploads": "UU_x5XG1OV2P6uZZ5FSM9Ttw"}}
    item["statistics"] |= {"subscriberCount": "1920000", **changes}
    return answer


def video(video_id: str = VIDEO_ID, **statistics: Any) -> Any:
    item = copy.deepcopy(VIDEOS["items"][0])
    item["id"] = video_id
    item["statistics"] |= statistics
    return item


def stats(*video_ids: str) -> httpx.Response:
    """The answer of the bulk call: counters, a time and a duration, and no words."""
    items = [
        {
            "kind": "youtube#videoStats",
            "id": video_id,
            "snippet": {"publishTime": "2026-11-20T08:00:00Z"},
            "statistics": {"viewCount": "7920", "likeCount": "190", "commentCount": "32"},
            "contentDetails": {"duration": "PT21M7S", "durationMillis": "1267000"},
        }
        for video_id in video_ids
    ]
    return said({"kind": "youtube#batchGetStatsResponse", "items": items})


def uploads(*numbers: int, next_page: str | None = None) -> httpx.Response:
    """A page of uploads, one for each number, that many days old."""
    items = []
    for number in numbers:
        item = copy.deepcopy(UPLOADS["items"][0])
        published = (NOW - timedelta(days=number)).isoformat().replace("+00:00", "Z")
        item["contentDetails"] = {"videoId": name(number), "videoPublishedAt": published}
        items.append(item)
    page = {"items": items} | ({"nextPageToken": next_page} if next_page else {})
    return said(page)


def name(number: int) -> str:
    return f"video{number:06}"


def refusal(status: int, reason: str, message: str = "No.") -> httpx.Response:
    return said({"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}, status)


async def fetch(
    handler: Handler, identity: AccountIdentity | None = None, bounds: PostBounds | None = None
) -> tuple[Outcome, list[httpx.Request]]:
    visit, sent = visiting(handler)
    identity = identity or AccountIdentity(Platform.YOUTUBE, "googledevelopers")
    return await YouTubeApi("k3y").fetch_account(visit, identity, bounds or PostBounds(30), NOW), sent


async def fetch_post(handler: Handler, *, is_new: bool = False) -> tuple[PostOutcome, list[httpx.Request]]:
    visit, sent = visiting(handler)
    identity = PostIdentity(Platform.YOUTUBE, VIDEO_ID, known={} if is_new else {"views": 7_000})
    return await YouTubeApi("k3y").fetch_post(visit, identity, NOW), sent


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


def test_a_recorded_channel() -> None:
    answer = parse_channel(json.dumps(CHANNEL).encode(), "googledevelopers", None)
    assert isinstance(answer, Channel)
    assert answer.profile == ProfileFacts(
        platform=Platform.YOUTUBE,
        external_id=CHANNEL_ID,
        handle="googledevelopers",
        display_name="Google Developers",
        biography=CHANNEL["items"][0]["snippet"]["description"],
        picture_url=CHANNEL["items"][0]["snippet"]["thumbnails"]["high"]["url"],
        counts={"followers": Count(1_927_873), "profile_posts": Count(5_026)},
    )
    assert (answer.uploads_id, answer.expected) == (None, frozenset({"followers", "profile_posts"}))


def test_the_channel_asked_for_is_the_one_that_is_read() -> None:
    several = recorded("youtube/channels_list_multiple.json")
    first = several["items"][0]["id"]
    assert first == "UCK8sQmJBp8GCxrOtXWBpyEA"
    body = json.dumps(several).encode()
    found = parse_channel(body, "google", first)
    assert isinstance(found, Channel)
    assert (found.profile.external_id, found.profile.handle) == (first, "google")
    for handle, external_id in (("google", CHANNEL_ID), ("somebody", None)):
        other = parse_channel(body, handle, external_id)
        assert isinstance(other, Refusal)
        assert other.answer_class is AnswerClass.SCHEMA_CHANGED


def test_a_channel_without_a_handle_goes_by_its_id() -> None:
    answer = copy.deepcopy(CHANNEL)
    answer["items"][0]["snippet"]["customUrl"] = "olddevelopers"
    found = parse_channel(json.dumps(answer).encode(), None, CHANNEL_ID)
    assert isinstance(found, Channel)
    assert found.profile.handle == CHANNEL_ID


@pytest.mark.parametrize(
    ("shown", "followers"),
    [
        ("1920000", Count(1_920_000, 10_000)),
        ("2750000", Count(2_750_000, 10_000)),
        ("1000", Count(1_000, 10)),
        ("999", Count(999)),
        ("0", Count(0)),
        ("", None),
        (None, None),
        ("-1", None),
    ],
)
def test_subscribers_are_rounded_to_three_digits(shown: object, followers: Count | None) -> None:
    answer = parse_channel(json.dumps(channel(subscriberCount=shown)).encode(), "googledevelopers", None)
    assert isinstance(answer, Channel)
    assert answer.profile.counts.get("followers") == followers


async def test_hidden_subscribers_are_unknown_and_nothing_amiss() -> None:
    hidden = said(channel(subscriberCount="0", hiddenSubscriberCount=True))
    outcome, _ = await fetch(by_path({CHANNELS_PATH: hidden}), bounds=PostBounds(0))
    assert (outcome.answer_class, facts_of(outcome).profile.counts) == (
        AnswerClass.OK,
        {"profile_posts": Count(5_026)},
    )
    silent = channel()
    del silent["items"][0]["statistics"]["subscriberCount"]
    outcome, _ = await fetch(by_path({CHANNELS_PATH: said(silent)}), bounds=PostBounds(0))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, frozenset({"followers"}))


def test_a_recorded_video() -> None:
    answer = parse_videos(json.dumps(VIDEOS).encode(), [VIDEO_ID])
    assert answer == {
        VIDEO_ID: PostFacts(
            platform=Platform.YOUTUBE,
            external_id=VIDEO_ID,
            kind=VideoKind.VIDEO,
            author_external_id=CHANNEL_ID,
            caption="What are Actions on Google (Assistant on Air)",
            published_at=datetime(2019, 3, 21, 20, 37, 49, tzinfo=UTC),
            duration_seconds=21 * 60 + 7,
            thumbnail_url="https://i.ytimg.com/vi/D-lhorsDlUQ/maxresdefault.jpg",
            views_kind=ViewsKind.PLAYS,
            counts={"views": Count(7_920), "likes": Count(190), "comments": Count(32)},
        )
    }


def test_counters_that_are_left_out_were_switched_off() -> None:
    item = video()
    del item["statistics"]["likeCount"], item["statistics"]["commentCount"]
    answer = parse_videos(json.dumps({"items": [item]}).encode(), [VIDEO_ID])
    assert isinstance(answer, dict)
    assert (answer[VIDEO_ID].counts, answer[VIDEO_ID].hidden) == ({"views": Count(7_920)}, {"likes", "comments"})
    unreadable = parse_videos(json.dumps({"items": [video(likeCount=None, commentCount=-1)]}).encode(), [VIDEO_ID])
    assert isinstance(unreadable, dict)
    assert (unreadable[VIDEO_ID].counts, unreadable[VIDEO_ID].hidden) == ({"views": Count(7_920)}, frozenset())


def test_a_recorded_page_of_a_list() -> None:
    first = parse_uploads(json.dumps(UPLOADS).encode(), CHANNEL_ID)
    last = parse_uploads((json.dumps(recorded("youtube/playlist_items_page2.json"))).encode(), CHANNEL_ID)
    assert not isinstance(first, Refusal)
    assert not isinstance(last, Refusal)
    assert (len(first.posts), first.unreadable, first.goes_on, first.cursor) == (10, 0, True, "CAoQAA")
    assert (len(last.posts), last.unreadable, last.goes_on, last.cursor) == (3, 0, False, None)
    assert (first.posts[0].external_id, first.posts[0].counts) == ("CvTApw9X8aA", {})
    others = parse_uploads(json.dumps(UPLOADS).encode(), "UC" + "a" * 22)
    assert isinstance(others, Refusal)
    assert others.answer_class is AnswerClass.SCHEMA_CHANGED


async def test_one_video_is_one_call_with_the_key_in_a_header() -> None:
    outcome, sent = await fetch_post(by_path({STATS_PATH: stats(VIDEO_ID)}))
    assert [(str(request.url), request.headers["x-goog-api-key"]) for request in sent] == [
        (f"{PREFIX}videos:batchGetStats?part=id%2Csnippet%2Cstatistics%2CcontentDetails&id=D-lhorsDlUQ", "k3y")
    ]
    assert (outcome.answer_class, outcome.route, outcome.captured_at) == (AnswerClass.OK, "videos:batchGetStats", NOW)
    assert outcome.facts is not None
    assert outcome.facts.counts == {"views": Count(7_920), "likes": Count(190), "comments": Count(32)}
    assert outcome.facts.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert [(call.route, call.cost, call.requests) for call in outcome.calls] == [("videos:batchGetStats", 1, 1)]


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(404, text="<html>Not Found</html>"),
        refusal(403, "forbidden"),
        refusal(403, "quotaExceeded"),
        refusal(400, "badRequest"),
    ],
)
async def test_the_older_call_answers_where_the_newer_refuses(first: httpx.Response) -> None:
    outcome, sent = await fetch_post(by_path({STATS_PATH: first, VIDEOS_PATH: said(VIDEOS)}))
    assert (outcome.answer_class, outcome.route) == (AnswerClass.OK, "videos")
    assert str(sent[1].url) == f"{PREFIX}videos?part=snippet%2Cstatistics%2CcontentDetails%2Cstatus&id=D-lhorsDlUQ"
    assert sum(call.cost for call in outcome.calls) == 2


async def test_a_video_nothing_is_known_of_is_asked_by_the_call_that_names_it() -> None:
    outcome, sent = await fetch_post(by_path({VIDEOS_PATH: said(VIDEOS)}), is_new=True)
    assert (outcome.answer_class, outcome.route, len(sent)) == (AnswerClass.OK, "videos", 1)
    assert outcome.facts is not None
    assert outcome.facts.caption == VIDEOS["items"][0]["snippet"]["title"]
    handler = by_path({VIDEOS_PATH: refusal(403, "quotaExceeded"), STATS_PATH: stats(VIDEO_ID)})
    outcome, sent = await fetch_post(handler, is_new=True)
    assert (outcome.answer_class, outcome.route, len(sent)) == (AnswerClass.OK, "videos:batchGetStats", 2)


@pytest.mark.parametrize(
    ("answer", "answer_class", "code"),
    [
        (said(recorded("youtube/error_bad_request.json"), 400), "auth_invalid", "keyInvalid"),
        (
            said(
                {"error": {"code": 400, "message": "API key not valid.", "details": [{"reason": "API_KEY_INVALID"}]}},
                400,
            ),
            "auth_invalid",
            "API_KEY_INVALID",
        ),
        (refusal(403, "rateLimitExceeded"), "rate_limited", "rateLimitExceeded"),
        (refusal(429, "userRateLimitExceeded"), "rate_limited", "userRateLimitExceeded"),
        (refusal(500, "backendError"), "upstream_error", "backendError"),
        (httpx.Response(503), "upstream_error", "503"),
        (httpx.Response(200, content=b'{"items": [{"id'), "upstream_error", None),
        (httpx.Response(200, content=b""), "blocked", None),
        (said({"items": []}), "not_found", None),
    ],
)
async def test_refusals_that_are_not_asked_twice(answer: httpx.Response, answer_class: str, code: str | None) -> None:
    outcome, sent = await fetch_post(by_path({STATS_PATH: answer}))
    assert (outcome.answer_class.value, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert outcome.calls[0].upstream_code == code


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (refusal(403, "quotaExceeded"), "quota_exhausted"),
        (refusal(403, "dailyLimitExceeded"), "quota_exhausted"),
        (refusal(429, "rateLimitExceeded", "Quota exceeded: 'Queries per day'"), "quota_exhausted"),
        (refusal(403, "accessNotConfigured"), "auth_invalid"),
        (said(recorded("youtube/error_permission.json"), 403), "auth_invalid"),
        (httpx.Response(403, text="<html>Sorry</html>"), "blocked"),
        (said({"items": [video("another____")]}), "schema_changed"),
        (said({"kind": "youtube#videoListResponse"}), "schema_changed"),
        (said([]), "schema_changed"),
    ],
)
async def test_refusals_of_both_calls(answer: httpx.Response, answer_class: str) -> None:
    outcome, _ = await fetch_post(in_turn(refusal(403, "forbidden"), answer))
    assert (outcome.answer_class.value, outcome.facts) == (answer_class, None)
    # Midnight in California is at 08:00 in November's UTC, and the quota comes back then.
    assert outcome.retry_after_seconds == (20 * 3600 if answer_class == "quota_exhausted" else None)


@pytest.mark.parametrize(
    ("handle", "external_id", "asked"),
    [
        ("googledevelopers", None, {"forHandle": "@googledevelopers"}),
        ("googledevelopers", CHANNEL_ID, {"id": CHANNEL_ID}),
        ("oldname", CHANNEL_ID, {"id": CHANNEL_ID}),
        (CHANNEL_ID, None, {"id": CHANNEL_ID}),
        ("user/googledevelopers", None, {"forUsername": "googledevelopers"}),
    ],
)
async def test_a_channel_by_each_of_its_names(handle: str, external_id: str | None, asked: dict[str, str]) -> None:
    identity = AccountIdentity(Platform.YOUTUBE, handle, external_id)
    outcome, sent = await fetch(by_path({CHANNELS_PATH: said(channel())}), identity, PostBounds(0))
    assert dict(sent[0].url.params) == {"part": "snippet,statistics,contentDetails,status", **asked}
    assert facts_of(outcome).profile.handle == "googledevelopers"
    assert (len(sent), facts_of(outcome).posts_complete) == (1, True)


async def test_an_old_address_is_nothing_the_api_knows() -> None:
    outcome, sent = await fetch(in_turn(), AccountIdentity(Platform.YOUTUBE, "c/googledevelopers"))
    assert (outcome.answer_class, sent) == (AnswerClass.UNSUPPORTED, [])


@pytest.mark.parametrize("answer", [{"items": []}, {"kind": "x", "pageInfo": {"totalResults": 0}}])
async def test_a_channel_that_is_not_there(answer: object) -> None:
    outcome, _ = await fetch(by_path({CHANNELS_PATH: said(answer)}))
    assert (outcome.answer_class, outcome.signs) == (AnswerClass.NOT_FOUND, 1)


async def test_uploads_and_their_statistics_in_bulk() -> None:
    numbers = range(1, 61)
    handler = by_path(
        {
            CHANNELS_PATH: said(channel()),
            UPLOADS_PATH: [uploads(*numbers[:50], next_page="CDIQAA"), uploads(*numbers[50:])],
            STATS_PATH: [stats(*map(name, numbers[:50])), stats(*map(name, numbers[50:59]))],
        }
    )
    outcome, sent = await fetch(handler, bounds=PostBounds(100))
    facts = facts_of(outcome)
    assert (outcome.answer_class, facts.posts_complete, len(facts.posts)) == (AnswerClass.OK, True, 59)
    assert [request.url.params.get("pageToken") for request in sent[1:3]] == [None, "CDIQAA"]
    assert dict(sent[1].url.params) == {
        "part": "snippet,contentDetails",
        "playlistId": "UU_x5XG1OV2P6uZZ5FSM9Ttw",
        "maxResults": "50",
    }
    assert [len(request.url.params["id"].split(",")) for request in sent[3:]] == [50, 10]
    post = facts.posts[0]
    assert (post.caption, post.author_external_id) == (UPLOADS["items"][0]["snippet"]["title"], CHANNEL_ID)
    assert {call.route: call.cost for call in outcome.calls} == {
        "channels": 1,
        "playlistItems": 2,
        "videos:batchGetStats": 2,
    }


@pytest.mark.parametrize(
    ("bounds", "page_size", "numbers"),
    [
        (PostBounds(2), "2", [1, 2]),
        (PostBounds(50, NOW - timedelta(days=2, hours=1)), "50", [1, 2]),
    ],
)
async def test_no_further_page_than_the_bounds_ask_for(bounds: PostBounds, page_size: str, numbers: list[int]) -> None:
    handler = by_path(
        {
            CHANNELS_PATH: said(channel()),
            UPLOADS_PATH: uploads(1, 2, 3, next_page="CAMQAA"),
            STATS_PATH: said({"items": [video(name(number)) | {"snippet": {}} for number in numbers]}),
        }
    )
    outcome, sent = await fetch(handler, bounds=bounds)
    assert [post.external_id for post in facts_of(outcome).posts] == [name(number) for number in numbers]
    assert (len(sent), sent[1].url.params["maxResults"]) == (3, page_size)
    assert facts_of(outcome).posts_complete


async def test_posts_alone_cost_no_call_for_the_channel() -> None:
    identity = AccountIdentity(Platform.YOUTUBE, "googledevelopers", CHANNEL_ID)
    handler = by_path({UPLOADS_PATH: uploads(1), STATS_PATH: stats(name(1))})
    outcome, sent = await fetch(handler, identity, PostBounds(5, posts_alone=True))
    assert (outcome.answer_class, sent[0].url.params["playlistId"]) == (AnswerClass.OK, "UU_x5XG1OV2P6uZZ5FSM9Ttw")
    assert (facts_of(outcome).profile, len(facts_of(outcome).posts)) == (identity.profile, 1)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({UPLOADS_PATH: refusal(500, "backendError")}, "YouTube failed: No."),
        (
            {UPLOADS_PATH: uploads(1), STATS_PATH: httpx.Response(429)},
            "Statistics are missing: www.googleapis.com asks to slow down (status 429)",
        ),
        ({UPLOADS_PATH: uploads(1, next_page="bad token")}, "The list goes on without showing further posts"),
    ],
)
async def test_a_profile_without_all_of_its_posts_is_partial(answers: dict[str, httpx.Response], reason: str) -> None:
    outcome, _ = await fetch(by_path({CHANNELS_PATH: said(channel()), STATS_PATH: stats(name(1)), **answers}))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, reason)
    assert facts_of(outcome).profile.counts["followers"] == Count(1_920_000, 10_000)
    assert not facts_of(outcome).posts_complete
