"""X's syndication service: its token, its answers, and that it never knows views."""

from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass, Refusal
from app.providers.twitter.syndication import TwitterSyndication, parse_syndication, token_of
from tests.providers.visits import visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST_ID = "1628769691547074562"
TWEET: dict[str, Any] = {
    "__typename": "Tweet",
    "lang": "en",
    "favorite_count": 402,
    "created_at": "2023-02-23T14:52:10.000Z",
    "id_str": POST_ID,
    "text": "Everything I know about web scraping",
    "user": {"id_str": "4520241209", "name": "Adrian", "screen_name": "adrian_horning_", "is_blue_verified": True},
    "conversation_count": 21,
    "mediaDetails": [
        {
            "type": "video",
            "media_url_https": "https://pbs.twimg.com/media/a.jpg",
            "video_info": {"duration_millis": 12_900, "variants": []},
        }
    ],
    "video": {"poster": "https://pbs.twimg.com/media/poster.jpg"},
}


def body(**changes: object) -> bytes:
    return msgspec.json.encode({key: value for key, value in {**TWEET, **changes}.items() if value is not ...})


@pytest.mark.parametrize(
    ("post_id", "token"),
    [
        # What ((Number(id) / 1e15) * Math.PI).toString(36).replace(/(0+|\.)/g, "") gives in V8.
        ("1", "bhi2ay3f28n"),
        ("20", "6dq1a2xwd93"),
        ("999", "8uqo9xs4uzm"),
        ("991500", "6s3g4qcvwl"),
        ("1000000000000000", "353i5ab8p5f"),
        ("643211948184596480", "1k4pk2jnx8j"),
        ("1628769691547074562", "3y4xify38tm"),
        ("1790000000000000000", "4c7g8auqyik"),
        ("2001234567890123456", "4un2apfddlh"),
        ("9223372036854775807", "mcw2svce2ao"),
    ],
)
def test_the_token_is_that_of_a_browser(post_id: str, token: str) -> None:
    assert token_of(int(post_id)) == token


def test_the_whole_post() -> None:
    assert parse_syndication(body(), POST_ID) == PostFacts(
        platform=Platform.TWITTER,
        external_id=POST_ID,
        kind=VideoKind.VIDEO,
        author_external_id="4520241209",
        author_handle="adrian_horning_",
        caption="Everything I know about web scraping",
        published_at=datetime(2023, 2, 23, 14, 52, 10, tzinfo=UTC),
        duration_seconds=13,
        thumbnail_url="https://pbs.twimg.com/media/a.jpg",
        counts={"likes": Count(402), "comments": Count(21)},
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"mediaDetails": ..., "video": ...}, VideoKind.TEXT),
        ({"mediaDetails": ..., "video": ..., "photos": [{"url": "https://pbs.twimg.com/1.jpg"}]}, VideoKind.IMAGE),
        ({"mediaDetails": [{"type": "photo"}], "video": ...}, VideoKind.IMAGE),
        ({"mediaDetails": [{"type": "photo"}, {"type": "photo"}], "video": ...}, VideoKind.CAROUSEL),
        ({"mediaDetails": [{"type": ["odd"]}], "video": ...}, VideoKind.TEXT),
    ],
)
def test_kinds(changes: dict[str, object], kind: VideoKind) -> None:
    post = parse_syndication(body(**changes), POST_ID)
    assert isinstance(post, PostFacts)
    assert post.kind is kind


@pytest.mark.parametrize(
    ("text", "answer_class"),
    [
        ("This Post is from a suspended account. Learn more", AnswerClass.NOT_FOUND),
        ("This Post is from an account that no longer exists. Learn more", AnswerClass.NOT_FOUND),
        ("This Post was deleted by the Post author. Learn more", AnswerClass.NOT_FOUND),
        (
            "You’re unable to view this Post because this account owner limits who can view their Posts.",
            AnswerClass.PRIVATE,
        ),
        ("Age-restricted adult content. This content might not be appropriate.", AnswerClass.LOGIN_REQUIRED),
        ("This Post from @somebody has been withheld in Germany in response to a demand.", AnswerClass.REGION_BLOCKED),
        ("This Post is unavailable. Learn more", AnswerClass.UNAVAILABLE),
    ],
)
def test_tombstones(text: str, answer_class: AnswerClass) -> None:
    answer = parse_syndication(msgspec.json.encode({"tombstone": {"text": {"text": text}}}), POST_ID)
    assert isinstance(answer, Refusal)
    assert answer.answer_class is answer_class


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", Refusal(AnswerClass.BLOCKED, "X answered with nothing")),
        (b"{}", Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no readable post")),
        (b"null", Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no readable post")),
        (body()[:80], Refusal(AnswerClass.UPSTREAM_ERROR, "X's answer is broken JSON")),
        (b"<html>", Refusal(AnswerClass.BLOCKED, "X answered with a page in the place of data")),
        (b"busy", Refusal(AnswerClass.SCHEMA_CHANGED, "X's answer is not JSON")),
        (
            body(favorite_count=-1, conversation_count=None),
            Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no figures"),
        ),
        (body(id_str="7"), Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for post {POST_ID}, answered with 7")),
        (body(id_str=...), Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no readable post")),
    ],
)
def test_answers_without_the_post(sent: bytes, answer: Refusal) -> None:
    assert parse_syndication(sent, POST_ID) == answer


async def fetch(answer: httpx.Response) -> tuple[PostOutcome, list[httpx.Request]]:
    visit, sent = visiting(lambda request: answer)
    return await TwitterSyndication().fetch_post(visit, PostIdentity(Platform.TWITTER, POST_ID), NOW), sent


async def test_it_is_one_request_for_a_part_of_the_figures() -> None:
    outcome, sent = await fetch(httpx.Response(200, content=body()))
    [request] = sent
    assert request.url.path == "/cdn.syndication.twimg.com/tweet-result"
    assert dict(request.url.params) == {"id": POST_ID, "lang": "en", "token": token_of(int(POST_ID))}
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"views", "shares", "saves"})
    assert outcome.facts is not None
    assert (outcome.facts.counts, outcome.facts.views_kind) == ({"likes": Count(402), "comments": Count(21)}, None)


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(404, json={}), AnswerClass.NOT_FOUND),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (httpx.Response(404, json={"error": {"code": 404}}), AnswerClass.UNAVAILABLE),
        (httpx.Response(404, text="Not found"), AnswerClass.UNAVAILABLE),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(401), AnswerClass.LOGIN_REQUIRED),
        (httpx.Response(429), AnswerClass.RATE_LIMITED),
        (httpx.Response(302, headers={"Location": "https://x.com/login"}), AnswerClass.BLOCKED),
        (httpx.Response(500), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(200), AnswerClass.BLOCKED),
    ],
)
async def test_what_a_status_amounts_to(answer: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, sent = await fetch(answer)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert outcome.reason
