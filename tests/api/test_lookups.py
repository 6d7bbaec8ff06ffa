"""Look-ups in GraphQL: the answers of `/v1`, with their sources; several at once, each by itself; what they cost."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.web.examples import worked_examples
from tests.api.rest.v1_lookup.conftest import (
    EMAIL,
    MEDIAN,
    POST,
    PROFILE,
    VIDEOS,
    LookUpCaller,
    Time,
    lookups,
    runtime,
    time,
    valkey_url,
)

__all__ = ["Time", "lookups", "runtime", "time", "valkey_url"]

GUIDE = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()
URL = "https://www.tiktok.com/@charlidamelio/video/7123456789"
POST_FIELDS = (
    "platform provider fetchedAt isCached externalId shortcode url kind authorHandle viewsKind "
    "viewCount playCount likeCount commentCount shareCount saveCount hiddenFields approximateFields"
)


async def answer(lookups: LookUpCaller, query: str, **variables: Any) -> Any:
    """The body of an answer with status 200."""
    response = await lookups.client.post(
        "/graphql", json={"query": query, "variables": variables}, headers={"Authorization": f"Bearer {lookups.key}"}
    )
    assert response.status_code == 200, response.text
    return response.json()


async def data(lookups: LookUpCaller, query: str, **variables: Any) -> Any:
    body = await answer(lookups, query, **variables)
    assert "errors" not in body, body["errors"]
    return body["data"]


async def cost(lookups: LookUpCaller, query: str, **variables: Any) -> int:
    return int((await answer(lookups, query, **variables))["extensions"]["cost"]["requested"])


async def test_a_post_is_the_one_of_v1(lookups: LookUpCaller) -> None:
    shown = (await lookups.ask(POST, url=URL))["data"]
    found = (await data(lookups, f"query($url: String!) {{ postStats(url: $url) {{ {POST_FIELDS} }} }}", url=URL))[
        "postStats"
    ]
    assert (found["platform"], found["provider"], found["isCached"]) == ("TIKTOK", shown["provider"], True)
    assert found["fetchedAt"][:23] == shown["fetched_at"][:23]
    assert (found["externalId"], found["url"], found["authorHandle"]) == ("7123456789", URL, "charlidamelio")
    counters = [found[f"{counter}Count"] for counter in ("view", "like", "comment", "share")]
    assert counters == [shown[counter] for counter in ("views", "likes", "comments", "shares")]
    assert "viewCount" in found["approximateFields"]
    assert found["hiddenFields"] == []
    assert found["viewsKind"] == "PLAYS"


async def test_who_asks_first_is_told_that_it_was_not_there(lookups: LookUpCaller) -> None:
    query = "query($url: String!) { postStats(url: $url, platform: TIKTOK) { isCached } }"
    first, second = [(await data(lookups, query, url=URL))["postStats"]["isCached"] for _ in range(2)]
    assert (first, second) == (False, True)


async def test_the_look_ups_of_an_account_are_those_of_v1(lookups: LookUpCaller) -> None:
    somebody = {"username": "rival_two", "platform": "tiktok"}
    found = await data(
        lookups,
        """
        query($link: String!) {
          profile(username: "@Rival_Two", platform: TIKTOK) {
            platform username displayName biography isVerified followerCount followingCount postCount
            totalLikeCount url provider isCached approximateFields
          }
          recentVideos(url: $link) { username videos { externalId url viewCount publishedAt approximateFields } }
          medianViews(url: $link) { medianViewCount viewCounts isApproximate }
          contactEmail(url: $link) { email source }
        }
        """,
        link="https://www.tiktok.com/@rival_two",
    )
    profile = (await lookups.ask(PROFILE, **somebody))["data"]
    videos = (await lookups.ask(VIDEOS, **somebody))["data"]
    median = (await lookups.ask(MEDIAN, **somebody))["data"]
    email = (await lookups.ask(EMAIL, **somebody))["data"]
    assert found["profile"]["followerCount"] == profile["followers"]
    assert (found["profile"]["username"], found["profile"]["url"]) == ("rival_two", "https://www.tiktok.com/@rival_two")
    assert found["profile"]["displayName"] == profile["full_name"]
    listed = [(video["externalId"], video["viewCount"]) for video in found["recentVideos"]["videos"]]
    assert listed == [(video["id"], video["views"]) for video in videos["videos"]]
    assert found["medianViews"]["medianViewCount"] == median["median_views"]
    assert found["medianViews"]["viewCounts"] == median["raw_view_counts"]
    assert found["medianViews"]["isApproximate"] is True
    assert found["contactEmail"] == {"email": email["email"], "source": email["source"]}


async def test_fields_that_ask_for_one_account_share_its_fetch(lookups: LookUpCaller) -> None:
    query = """{
      one: recentVideos(username: "rival_two", platform: TIKTOK) { username }
      two: medianViews(username: "rival_two", platform: TIKTOK) { username }
      three: recentVideos(url: "https://www.tiktok.com/@rival_two") { username }
    }"""
    await data(lookups, query)
    pages = [entry for entry in await lookups.sandbox.log() if entry["path"] == "/@rival_two"]
    assert len(pages) == 1


async def test_what_has_no_answer_is_an_error_with_its_code_and_leaves_the_rest(lookups: LookUpCaller) -> None:
    body = await answer(
        lookups,
        """{
          missing: postStats(url: "https://www.tiktok.com/@rival_two/video/7000000000000000001") { url }
          nonsense: postStats(url: "https://example.com/1") { url }
          contradiction: postStats(url: "https://www.instagram.com/reel/ABC123/", platform: TIKTOK) { url }
          nameless: profile(username: "rival_two") { username }
          nobody: medianViews { username }
          elsewhere: contactEmail(username: "elonmusk", platform: TWITTER) { username }
          there: profile(username: "rival_two", platform: TIKTOK) { username }
        }""",
    )
    assert body["data"] == {
        **dict.fromkeys(("missing", "nonsense", "contradiction", "nameless", "nobody", "elsewhere")),
        "there": {"username": "rival_two"},
    }
    told = {error["path"][0]: error["extensions"] for error in body["errors"]}
    assert told == {
        "missing": {"code": "LOOK_UP_FAILED", "outcome": "NOT_FOUND"},
        "nonsense": {"code": "BAD_USER_INPUT", "argument": "url"},
        "contradiction": {"code": "BAD_USER_INPUT", "argument": "platform"},
        "nameless": {"code": "BAD_USER_INPUT", "argument": "platform"},
        "nobody": {"code": "BAD_USER_INPUT", "argument": "url"},
        "elsewhere": {"code": "BAD_USER_INPUT", "argument": "platform"},
    }


BATCH = """
query($urls: [String!]!, $platform: Platform) {
  postStatsBatch(urls: $urls, platform: $platform) {
    index url postStats { externalId platform likeCount isCached } error { message code outcome }
  }
}
"""


async def test_fifty_at_once_each_by_itself(lookups: LookUpCaller) -> None:
    missing = "https://www.tiktok.com/@rival_two/video/7000000000000000001"
    urls = [URL, "https://youtu.be/dQw4w9WgXcQ", "nothing", missing, "https://instagram.com/reel/ABC123", URL]
    urls += [f"https://example.com/{number}" for number in range(44)]
    results = (await data(lookups, BATCH, urls=urls))["postStatsBatch"]
    assert [(one["index"], one["url"]) for one in results] == list(enumerate(urls))
    assert [one["postStats"]["platform"] for one in results if one["postStats"]] == [
        "TIKTOK",
        "YOUTUBE",
        "INSTAGRAM",
        "TIKTOK",
    ]
    assert all((one["postStats"] is None) == (one["error"] is not None) for one in results)
    assert (results[2]["error"]["code"], results[2]["error"]["outcome"]) == ("BAD_USER_INPUT", None)
    assert (results[3]["error"]["code"], results[3]["error"]["outcome"]) == ("LOOK_UP_FAILED", "NOT_FOUND")
    assert "does not exist" in results[3]["error"]["message"]
    first, again = ({**results[place]["postStats"], "isCached": None} for place in (0, 5))
    assert first == again  # which of the two finds it there already is a matter of chance
    pages = [entry["path"] for entry in await lookups.sandbox.log() if "7123456789" in entry["path"]]
    assert len(pages) == 1


async def test_ids_are_taken_with_a_platform(lookups: LookUpCaller) -> None:
    results = (await data(lookups, BATCH, urls=["7123456789", "x y"], platform="TIKTOK"))["postStatsBatch"]
    assert results[0]["postStats"]["externalId"] == "7123456789"
    assert results[1]["error"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", [0, 51])
async def test_a_batch_has_1_to_50(lookups: LookUpCaller, number: int) -> None:
    body = await answer(lookups, BATCH, urls=[URL] * number)
    assert body["data"] is None
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "urls"}
    assert await lookups.sandbox.log() == []


async def test_what_look_ups_cost(lookups: LookUpCaller) -> None:
    assert await cost(lookups, "query($url: String!) { postStats(url: $url) { url viewCount } }", url=URL) == 11
    small = "query($urls: [String!]!) { postStatsBatch(urls: $urls) { index } }"
    assert await cost(lookups, small, urls=[URL]) == 11
    assert await cost(lookups, small, urls=["nothing"] * 50) == 502
    assert await cost(lookups, BATCH, urls=["nothing"] * 50) == 507
    assert await cost(lookups, '{ profile(username: "rival_two", platform: TIKTOK) { username } }') == 11


async def test_a_key_with_the_scope_read_is_enough_and_none_is_not(lookups: LookUpCaller) -> None:
    response = await lookups.client.post("/graphql", json={"query": f'{{ postStats(url: "{URL}") {{ url }} }}'})
    assert response.status_code == 401
    assert await lookups.sandbox.log() == []


async def test_the_worked_example_shows_figures_and_why_one_has_none(lookups: LookUpCaller) -> None:
    (example,) = [example for example in worked_examples() if example.name == "look up"]
    found = await data(lookups, example.query, **json.loads(example.variables))
    *posts, profile = found["postStatsBatch"]
    assert [one["postStats"]["platform"] for one in posts] == ["YOUTUBE", "TWITTER", "INSTAGRAM"]
    assert all(one["postStats"]["likeCount"] > 0 and one["error"] is None for one in posts)
    assert (profile["postStats"], profile["error"]["code"]) == (None, "BAD_USER_INPUT")
    assert found["profile"]["followerCount"] > 0
    assert len(found["medianViews"]["viewCounts"]) == 20
    assert found["medianViews"]["medianViewCount"] > 0


async def test_the_example_of_the_guide_has_its_answers(lookups: LookUpCaller) -> None:
    (example,) = [block for block in re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL) if "contactEmail" in block]
    found = await data(lookups, example)
    assert found["postStats"]["provider"] == "tiktok_web"
    assert found["profile"]["followerCount"] > 0
    assert found["recentVideos"]["videos"]
    assert found["medianViews"]["viewCounts"]
    assert found["contactEmail"]["source"] == "bio"
