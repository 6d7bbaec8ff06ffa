"""Fetching one TikTok post by its page: what is asked, and what its answers amount to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform
from app.providers.base import Call, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.tiktok.parse import parse_item
from tests.providers.answers import AMPLE, Answer, recorded, scripted, silence, tiktok_page

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEM = recorded("tiktok/item_list.json")["itemList"][0]
POST = PostIdentity(Platform.TIKTOK, "7513039993741397256", "zg.520")


def page(item: object = ITEM, code: int = 0) -> httpx.Response:
    detail = {"statusCode": code, **({"itemInfo": {"itemStruct": item}} if code == 0 else {})}
    return httpx.Response(200, content=tiktok_page({"webapp.video-detail": detail}))


async def fetch(
    shown: Answer, oembed: int = 400, identity: PostIdentity = POST, within: timedelta = AMPLE
) -> tuple[PostOutcome, list[str]]:
    """The outcome, and the paths that were asked in order, oEmbed's with the address asked for."""

    def answer(request: httpx.Request) -> Answer:
        return httpx.Response(oembed, json={}) if request.url.path.endswith("/oembed") else shown

    chains, sent = scripted(answer)
    outcome = await chains.fetch_post(identity, NOW, within=within)
    paths = [request.url.path.removeprefix("/www.tiktok.com") + request.url.params.get("url", "") for request in sent]
    return outcome, paths


async def test_the_recorded_post() -> None:
    outcome, paths = await fetch(page())
    assert paths == ["/@zg.520/video/7513039993741397256"]
    call = Call("tiktok_web", "video_page", AnswerClass.OK, 200, None, outcome.calls[0].elapsed_ms, 1)
    assert outcome == PostOutcome(
        AnswerClass.OK, parse_item(ITEM), (call,), None, None, NOW, provider="tiktok_web", route="video_page"
    )
    assert outcome.facts is not None
    assert outcome.facts.counts == {
        "views": Count(1_900_000, 100_000),
        "plays": Count(1_900_000, 100_000),
        "likes": Count(68_300, 100),
        "comments": Count(1502),
        "shares": Count(2528),
        "saves": Count(5012),
        "reposts": Count(0),
    }


async def test_a_post_whose_author_is_not_known() -> None:
    identity = PostIdentity(Platform.TIKTOK, "7513039993741397256")
    outcome, paths = await fetch(page(), identity=identity)
    assert (outcome.answer_class, paths) == (AnswerClass.OK, ["/@_/video/7513039993741397256"])
    _, paths = await fetch(page(code=10204), identity=identity)
    assert paths[1] == "/oembedhttps://www.tiktok.com/@_/video/7513039993741397256"


async def test_figures_that_are_not_said_are_partial() -> None:
    stats: dict[str, Any] = {**ITEM["stats"], "playCount": -1}
    outcome, _ = await fetch(page({**ITEM, "stats": stats, "statsV2": {}}))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The post does not say: views")
    assert outcome.facts is not None
    assert outcome.facts.counts["comments"] == Count(1502)
    assert (outcome.captured_at, outcome.route) == (NOW, "video_page")


@pytest.mark.parametrize(
    ("code", "answer_class"),
    [
        (10222, AnswerClass.PRIVATE),
        (10215, AnswerClass.PRIVATE),
        (10216, AnswerClass.PRIVATE),
        (10219, AnswerClass.REGION_BLOCKED),
        (10231, AnswerClass.REGION_BLOCKED),
        (10000, AnswerClass.BLOCKED),
        (10102, AnswerClass.LOGIN_REQUIRED),
        (10201, AnswerClass.SCHEMA_CHANGED),
        (100004, AnswerClass.UNAVAILABLE),
        (12345, AnswerClass.UNAVAILABLE),
    ],
)
async def test_what_a_status_code_amounts_to(code: int, answer_class: AnswerClass) -> None:
    outcome, paths = await fetch(page(code=code))
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)
    assert (outcome.calls[0].answer_class, outcome.calls[0].upstream_code) == (answer_class, str(code))
    assert outcome.reason
    assert (outcome.captured_at, outcome.provider, outcome.route) == (None, None, None)


@pytest.mark.parametrize("code", [10204, 10202, 10221])
@pytest.mark.parametrize(
    ("oembed", "answer_class", "reason"),
    [
        (400, AnswerClass.NOT_FOUND, "TikTok does not show this post"),
        (404, AnswerClass.NOT_FOUND, "TikTok does not show this post"),
        (200, AnswerClass.UNAVAILABLE, "TikTok does not show this post, but oEmbed still knows it"),
        (403, AnswerClass.UNAVAILABLE, "TikTok does not show this post, but nothing confirms it"),
        (500, AnswerClass.UNAVAILABLE, "TikTok does not show this post, but nothing confirms it"),
    ],
)
async def test_a_missing_post_wants_a_second_opinion(
    code: int, oembed: int, answer_class: AnswerClass, reason: str
) -> None:
    outcome, paths = await fetch(page(code=code), oembed)
    address = "/@zg.520/video/7513039993741397256"
    assert paths == [address, f"/oembedhttps://www.tiktok.com{address}"]
    assert (outcome.answer_class, outcome.facts, outcome.reason) == (answer_class, None, reason)
    assert outcome.calls[0].upstream_code == str(code)


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(200, content=b""), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "/login?redirect_url=x"}), AnswerClass.LOGIN_REQUIRED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (httpx.Response(429, headers={"Retry-After": "70"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(503), AnswerClass.UPSTREAM_ERROR),
        (page({**ITEM, "id": "7513039993741397257"}), AnswerClass.SCHEMA_CHANGED),
        (page({"id": ITEM["id"], "isContentClassified": True}), AnswerClass.LOGIN_REQUIRED),
    ],
)
async def test_a_block_or_another_post_is_never_not_found(answer: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, paths = await fetch(answer)
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)
    assert outcome.reason
    assert outcome.retry_after_seconds == (70 if answer_class is AnswerClass.RATE_LIMITED else None)


async def test_a_page_that_does_not_come_in_time() -> None:
    outcome, _ = await fetch(silence(), within=timedelta(milliseconds=50))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.NETWORK_TIMEOUT, None)
    assert outcome.reason == "The time for this fetch ran out"
