"""X's guest query as yt-dlp asks it: what is sent, what is read, and what refusals amount to."""

from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform, ViewsKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.twitter.guest import parse_guest_answer
from app.providers.ytdlp.twitter import YtDlpTwitter
from tests.providers.answers import recorded
from tests.providers.visits import paths_of, visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD = recorded("twitter/tweet_result_by_rest_id_20.json")
SUSPENDED = recorded("twitter/tweet_result_by_rest_id_991500.json")
PAID = {key: value for key, value in recorded("twitter/paid_tweet.json").items() if "credits" not in key}
NEW = {"data": {"tweetResult": {"result": PAID}}}
NEW_ID = "1628769691547074562"
SYNDICATED = {"__typename": "Tweet", "id_str": NEW_ID, "favorite_count": 402, "conversation_count": 21}
TOKEN = httpx.Response(200, json={"guest_token": "1900000000000000001"})
BROKEN = httpx.Response(500)
ASKED = ["POST api.x.com/1.1/guest/activate.json", "GET x.com/i/api/graphql/"]


async def fetch(
    post: httpx.Response, token: httpx.Response = TOKEN, syndication: httpx.Response = BROKEN, post_id: str = NEW_ID
) -> tuple[PostOutcome, list[httpx.Request]]:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/api.x.com/" in request.url.path:
            return token
        return syndication if "/cdn.syndication" in request.url.path else post

    visit, sent = visiting(answer)
    return await YtDlpTwitter().fetch_post(visit, PostIdentity(Platform.TWITTER, post_id), NOW), sent


async def test_a_post_with_everything() -> None:
    outcome, sent = await fetch(httpx.Response(200, json=NEW))
    assert [path[:24] for path in paths_of(sent)] == [path[:24] for path in ASKED]
    assert sent[1].headers["x-guest-token"] == "1900000000000000001"
    assert msgspec.json.decode(sent[1].url.params["variables"])["tweetId"] == NEW_ID
    assert (outcome.answer_class, outcome.reason, outcome.route) == (AnswerClass.OK, None, "guest_query")
    assert [(call.route, call.answer_class, call.requests) for call in outcome.calls] == [
        ("guest_token", AnswerClass.OK, 1),
        ("guest_query", AnswerClass.OK, 1),
    ]
    assert outcome.facts is not None
    legacy: Any = PAID["legacy"]
    assert outcome.facts.counts == {
        "views": Count(101_132),
        "likes": Count(402),
        "comments": Count(legacy["reply_count"]),
        "shares": Count(legacy["retweet_count"] + legacy["quote_count"]),
        "saves": Count(1159),
        "reposts": Count(legacy["retweet_count"]),
    }
    assert (outcome.facts.views_kind, outcome.facts.author_handle) == (ViewsKind.IMPRESSIONS, "adrian_horning_")


async def test_a_post_from_before_views_were_counted_is_whole_without_them() -> None:
    outcome, _ = await fetch(httpx.Response(200, json=OLD), post_id="20")
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.OK, frozenset())
    assert outcome.facts is not None
    assert outcome.facts.counts == {
        "likes": Count(263_922),
        "comments": Count(15_818),
        "shares": Count(123_879 + 2_886),
        "saves": Count(10_651),
        "reposts": Count(123_879),
    }
    assert (outcome.facts.caption, outcome.facts.author_handle) == ("just setting up my twttr", "jack")
    unseen = {"data": {"tweetResult": {"result": {**PAID, "views": {"state": "Enabled"}}}}}
    outcome, _ = await fetch(httpx.Response(200, json=unseen))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"views"})


def unavailable(reason: str) -> dict[str, Any]:
    return {"data": {"tweetResult": {"result": {"__typename": "TweetUnavailable", "reason": reason}}}}


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        ({"data": {"tweetResult": {}}}, AnswerClass.NOT_FOUND),
        (SUSPENDED, AnswerClass.NOT_FOUND),
        (unavailable("Protected"), AnswerClass.PRIVATE),
        (unavailable("NsfwLoggedOut"), AnswerClass.LOGIN_REQUIRED),
        (unavailable("NsfwViewerHasNoStatedAge"), AnswerClass.LOGIN_REQUIRED),
        (unavailable("Withheld"), AnswerClass.UNAVAILABLE),
        ({"data": {}}, AnswerClass.SCHEMA_CHANGED),
        ({"data": {"tweetResult": None}}, AnswerClass.SCHEMA_CHANGED),
        ({"data": {"tweetResult": {}}, "errors": [{"message": "Internal: Unspecified"}]}, AnswerClass.UPSTREAM_ERROR),
        ({"errors": [{"message": "Query: Unspecified"}]}, AnswerClass.SCHEMA_CHANGED),
        ({"errors": [{"message": "Bad guest token", "code": 239}]}, AnswerClass.BLOCKED),
        ({"errors": [{"message": "Rate limit exceeded", "code": 88}]}, AnswerClass.RATE_LIMITED),
        (OLD, AnswerClass.SCHEMA_CHANGED),
    ],
)
async def test_what_an_answer_without_the_post_amounts_to(answer: Any, answer_class: AnswerClass) -> None:
    outcome, sent = await fetch(httpx.Response(200, json=answer))
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 2)
    assert outcome.reason
    assert outcome.calls[-1].answer_class is answer_class


async def test_too_busy_a_site_is_asked_for_less() -> None:
    busy = httpx.Response(429, headers={"Retry-After": "40"})
    outcome, sent = await fetch(busy, syndication=httpx.Response(200, json=SYNDICATED))
    assert [request.url.path.split("/")[1] for request in sent] == ["api.x.com", "x.com", "cdn.syndication.twimg.com"]
    assert (outcome.answer_class, outcome.route) == (AnswerClass.PARTIAL, "syndication")
    assert (outcome.missing, outcome.retry_after_seconds) == ({"views", "shares", "saves"}, 40)
    assert outcome.facts is not None
    assert outcome.facts.counts == {"likes": Count(402), "comments": Count(21)}
    assert [call.answer_class for call in outcome.calls] == [AnswerClass.OK, AnswerClass.RATE_LIMITED, AnswerClass.OK]


@pytest.mark.parametrize(
    ("post", "token", "answer_class", "requests"),
    [
        (httpx.Response(200, json=NEW), httpx.Response(403), AnswerClass.BLOCKED, 1),
        (httpx.Response(200, json=NEW), httpx.Response(200, content=b""), AnswerClass.BLOCKED, 1),
        (httpx.Response(200, json=NEW), httpx.Response(200, json={}), AnswerClass.SCHEMA_CHANGED, 1),
        (httpx.Response(200, json=NEW), httpx.Response(503), AnswerClass.UPSTREAM_ERROR, 1),
        (httpx.Response(404), TOKEN, AnswerClass.SCHEMA_CHANGED, 2),
        (httpx.Response(404, text="Not found"), TOKEN, AnswerClass.UNAVAILABLE, 2),
        (httpx.Response(404, json={"errors": [{"message": "Not found"}]}), TOKEN, AnswerClass.UNAVAILABLE, 2),
        (httpx.Response(403, json={"errors": [{"message": "Forbidden"}]}), TOKEN, AnswerClass.BLOCKED, 2),
        (httpx.Response(401, json={}), TOKEN, AnswerClass.LOGIN_REQUIRED, 2),
        (httpx.Response(200, content=b""), TOKEN, AnswerClass.BLOCKED, 2),
        (httpx.Response(200, content=b'{"data": {'), TOKEN, AnswerClass.UPSTREAM_ERROR, 2),
        (httpx.Response(429), TOKEN, AnswerClass.UPSTREAM_ERROR, 3),
        (httpx.Response(302, headers={"Location": "https://x.com/i/flow/login"}), TOKEN, AnswerClass.BLOCKED, 2),
    ],
)
async def test_a_refusal_is_never_not_found(
    post: httpx.Response, token: httpx.Response, answer_class: AnswerClass, requests: int
) -> None:
    outcome, sent = await fetch(post, token)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, requests)
    assert outcome.reason


def test_the_wrapper_around_a_post_that_is_not_for_everybody() -> None:
    wrapped = {"data": {"tweetResult": {"result": {"__typename": "TweetWithVisibilityResults", "tweet": PAID}}}}
    assert parse_guest_answer(msgspec.json.encode(wrapped), NEW_ID) == parse_guest_answer(
        msgspec.json.encode(NEW), NEW_ID
    )


async def test_one_guest_token_serves_until_it_is_refused() -> None:
    provider, posts = YtDlpTwitter(), iter([NEW, NEW, {"errors": [{"message": "Bad guest token"}]}, NEW])

    def answer(request: httpx.Request) -> httpx.Response:
        is_token = "/api.x.com/" in request.url.path
        return httpx.Response(200, json={"guest_token": str(len(asked))} if is_token else next(posts))

    asked: list[str] = []
    for answer_class in (AnswerClass.OK, AnswerClass.OK, AnswerClass.BLOCKED, AnswerClass.OK):
        visit, sent = visiting(answer)
        outcome = await provider.fetch_post(visit, PostIdentity(Platform.TWITTER, NEW_ID), NOW)
        assert outcome.answer_class is answer_class
        asked += [request.headers.get("x-guest-token", "new") for request in sent]
    assert asked == ["new", "0", "0", "0", "new", "4"]
