"""X: guest tokens, posts and what stands in their place, embeds, short links."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.reading import NOW, Sandbox

GRAPHQL = "/x.com/i/api/graphql/2ICDjqPd81tulZcYrtpTuQ/TweetResultByRestId"
SYNDICATION = "/cdn.syndication.twimg.com/tweet-result"


async def test_a_post_is_shown_with_every_counter(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("twitter", "video", "1234567890")
    result = (await sandbox.tweet_result("1234567890"))["result"]
    legacy = result["legacy"]
    assert (result["rest_id"], legacy["id_str"]) == ("1234567890", "1234567890")
    assert result["core"]["user_results"]["result"]["legacy"]["screen_name"] == "elonmusk"
    assert result["views"] == {"count": str(truth["views"]), "state": "EnabledWithCount"}
    assert legacy["retweet_count"] + legacy["quote_count"] == truth["shares"]
    counters = {name: legacy[name] for name in ("favorite_count", "reply_count", "bookmark_count", "retweet_count")}
    assert list(counters.values()) == [truth[name] for name in ("likes", "comments", "saves", "reposts")]


async def test_some_posts_come_in_a_wrapper(sandbox: Sandbox) -> None:
    posts = await sandbox.posts("twitter", "elonmusk")
    results = [(await sandbox.tweet_result(post["external_id"]))["result"] for post in posts[:14]]
    wrapped = [result for result in results if result["__typename"] == "TweetWithVisibilityResults"]
    assert len(wrapped) == 2
    assert {result["tweet"]["rest_id"] for result in wrapped} <= {post["external_id"] for post in posts}


async def test_old_posts_show_no_views(sandbox: Sandbox) -> None:
    at = datetime(2023, 6, 1, tzinfo=UTC)
    for handle in (f"early{number}" for number in range(20)):
        response = await sandbox.http.get(f"/_world/truth/twitter/account/{handle}", params={"at": at.isoformat()})
        posts = response.json().get("posts") or []
        if posts and posts[-1]["published_at"] < "2022-12-01":
            break
    old = posts[-1]["external_id"]
    result = (await sandbox.tweet_result(old, at))["result"]
    assert result.get("tweet", result)["views"] == {"state": "Enabled"}
    truth = await sandbox.truth("twitter", "video", old, at)
    assert (truth["views"], truth["views_kind"]) == (None, None)


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("sandbox_private", {"__typename": "TweetUnavailable", "reason": "Protected"}),
        ("sandbox_adult", {"__typename": "TweetUnavailable", "reason": "NsfwLoggedOut"}),
        ("sandbox_banned", {"__typename": "TweetUnavailable", "reason": "Suspended"}),
    ],
)
async def test_what_is_not_shown_says_why(sandbox: Sandbox, handle: str, expected: dict) -> None:
    post = (await sandbox.truth("twitter", "account", handle))["posts"][0]
    assert (await sandbox.tweet_result(post["external_id"]))["result"] == expected


async def test_a_gone_account_leaves_a_tombstone_and_a_deleted_post_nothing(sandbox: Sandbox) -> None:
    post = (await sandbox.truth("twitter", "account", "sandbox_gone"))["posts"][0]
    result = (await sandbox.tweet_result(post["external_id"]))["result"]
    assert result["__typename"] == "TweetTombstone"
    assert "no longer exists" in result["tombstone"]["text"]["text"]
    posts = (await sandbox.truth("twitter", "account", "sandbox_deletes"))["posts"]
    deleted = next(post["external_id"] for post in posts if post["is_deleted"])
    for name in (deleted, "20", "x"):
        assert await sandbox.tweet_result(name) == {}


async def test_the_query_wants_a_guest_token(sandbox: Sandbox) -> None:
    bearer = {"authorization": "Bearer web"}
    assert (await sandbox.http.post("/api.x.com/1.1/guest/activate.json")).status_code == 403
    for headers in ({}, bearer, {**bearer, "x-guest-token": "1"}):
        response = await sandbox.ask(GRAPHQL, headers=headers, variables='{"tweetId": "1234567890"}')
        assert (response.status_code, response.json()["errors"][0]["code"]) == (403, 239)
    token = (await sandbox.http.post("/api.x.com/1.1/guest/activate.json", headers=bearer)).json()["guest_token"]
    assert (await sandbox.ask(GRAPHQL, headers={**bearer, "x-guest-token": token})).status_code == 400


async def test_embeds_show_likes_and_answers_alone(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("twitter", "video", "1234567890")
    answer = (await sandbox.get(SYNDICATION, id="1234567890", token="4h")).json()
    assert (answer["favorite_count"], answer["conversation_count"]) == (truth["likes"], truth["comments"])
    assert not {"views", "retweet_count", "quote_count", "reply_count"} & answer.keys()
    private = (await sandbox.truth("twitter", "account", "sandbox_private"))["posts"][0]["external_id"]
    assert (await sandbox.get(SYNDICATION, id=private, token="4h")).json()["__typename"] == "TweetTombstone"
    assert (await sandbox.get(SYNDICATION, id="20", token="4h")).status_code == 404
    assert (await sandbox.get(SYNDICATION, id="1234567890")).status_code == 400


async def test_short_links_lead_to_the_post(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("twitter", "video", "1234567890")
    code = truth["short_url"].removeprefix("https://t.co/")
    response = await sandbox.get(f"/t.co/{code}")
    assert (response.status_code, response.headers["location"]) == (301, "/x.com/elonmusk/status/1234567890")
    assert (await sandbox.get("/t.co/-")).status_code == 404


async def test_counters_move_with_the_time_asked_for(sandbox: Sandbox) -> None:
    post = (await sandbox.posts("twitter", "elonmusk", NOW - timedelta(days=3)))[0]["external_id"]
    then = (await sandbox.tweet_result(post, NOW - timedelta(days=2)))["result"]
    now = (await sandbox.tweet_result(post))["result"]
    views = [int(result.get("tweet", result)["views"]["count"]) for result in (then, now)]
    assert views[0] < views[1]
