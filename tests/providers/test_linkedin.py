"""LinkedIn's guest pages: every type a post comes as, whose page it must be, and what refusals amount to."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass, Refusal
from app.providers.linkedin.parse import parse_post_page
from app.providers.linkedin.web import LinkedInWeb
from tests.providers.visits import paths_of, visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST_ID = "activity:7102000000000000001"
ADDRESS = "https://www.linkedin.com/posts/austenallred_being-a-father-activity-7102000000000000001-aB3d"
LIKES: dict[str, Any] = {
    "@type": "InteractionCounter",
    "interactionType": "http://schema.org/LikeAction",
    "userInteractionCount": 210,
}
COMMENTS: dict[str, Any] = {**LIKES, "interactionType": "http://schema.org/CommentAction", "userInteractionCount": 17}
POSTING: dict[str, Any] = {
    "@context": "http://schema.org",
    "@type": "SocialMediaPosting",
    "@id": ADDRESS,
    "datePublished": "2020-06-21T14:35:59.000+00:00",
    "headline": "Being a Father Has Made me a Better Leader",
    "author": {
        "@type": "Person",
        "name": "Austen Allred",
        "url": "https://www.linkedin.com/in/austenallred",
        "interactionStatistic": {**LIKES, "interactionType": "http://schema.org/FollowAction"},
    },
    "commentCount": 18,
    "interactionStatistic": [LIKES, COMMENTS],
    "comment": [{"@type": "Comment", "interactionStatistic": {**LIKES, "userInteractionCount": 3}}],
}
UNKNOWN: Any = object()


def page(*data: object, head: str = "", body: str = "", title: str = "A post | LinkedIn") -> bytes:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(item)}</script>' for item in data)
    return f"<html><head><title>{title}</title>{head}{scripts}</head><body>{body}</body></html>".encode()


def posting(**changes: object) -> dict[str, Any]:
    return {key: value for key, value in {**POSTING, **changes}.items() if value is not UNKNOWN}


def counts_of(body: bytes, post_id: str = POST_ID) -> dict[str, int]:
    post = parse_post_page(body, post_id)
    assert isinstance(post, PostFacts), post
    return {name: count.value for name, count in post.counts.items()}


def test_the_whole_post() -> None:
    assert parse_post_page(page(POSTING), POST_ID) == PostFacts(
        platform=Platform.LINKEDIN,
        external_id=POST_ID,
        kind=VideoKind.TEXT,
        author_handle="austenallred",
        caption="Being a Father Has Made me a Better Leader",
        published_at=datetime(2020, 6, 21, 14, 35, 59, tzinfo=UTC),
        counts={"likes": Count(210), "comments": Count(17)},
    )


@pytest.mark.parametrize("prefix", ["http://schema.org/", "https://schema.org/", ""])
@pytest.mark.parametrize("wrap", [lambda name: name, lambda name: {"@type": name}])
def test_the_vocabulary_is_written_in_many_ways(prefix: str, wrap: Any) -> None:
    statistics = [
        {**LIKES, "interactionType": wrap(f"{prefix}LikeAction")},
        {**COMMENTS, "interactionType": wrap(f"{prefix}CommentAction")},
    ]
    assert counts_of(page(posting(interactionStatistic=statistics))) == {"likes": 210, "comments": 17}


def test_a_single_counter_in_the_place_of_a_list() -> None:
    assert counts_of(page(posting(interactionStatistic=LIKES))) == {"likes": 210, "comments": 18}
    assert counts_of(page(posting(interactionStatistic=COMMENTS))) == {"comments": 17}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"@type": "SocialMediaPosting"}, VideoKind.TEXT),
        ({"@type": "DiscussionForumPosting"}, VideoKind.TEXT),
        ({"@type": "SocialMediaPosting", "image": {"url": "https://pictures.test/1.jpg"}}, VideoKind.IMAGE),
        ({"image": ["https://pictures.test/1.jpg", "https://pictures.test/2.jpg"]}, VideoKind.CAROUSEL),
        ({"@type": "SocialMediaPosting", "video": {"@type": "VideoObject"}}, VideoKind.VIDEO),
        (
            {"@type": "VideoObject", "thumbnailUrl": "https://pictures.test/1.jpg", "duration": "PT1M5S"},
            VideoKind.VIDEO,
        ),
        ({"@type": "Article", "image": {"url": "https://pictures.test/1.jpg"}}, VideoKind.TEXT),
        ({"@type": ["http://schema.org/Article", "Thing"]}, VideoKind.TEXT),
    ],
)
def test_every_type(changes: dict[str, Any], kind: VideoKind) -> None:
    post = parse_post_page(page(posting(**changes)), POST_ID)
    assert isinstance(post, PostFacts)
    assert (post.kind, post.counts["likes"]) == (kind, Count(210))
    assert post.duration_seconds == (65 if "duration" in changes else None)
    assert post.thumbnail_url == ("https://pictures.test/1.jpg" if "pictures" in str(changes) else None)


@pytest.mark.parametrize(
    "data",
    [[[POSTING]], [{"@graph": [{"@type": "Organization"}, POSTING]}], [{"@type": "WebPage", "mainEntity": POSTING}]],
)
def test_lists_and_graphs(data: list[object]) -> None:
    assert counts_of(page(*data)) == {"likes": 210, "comments": 17}


def test_the_posting_of_the_post_asked_for_is_read() -> None:
    other = posting(
        **{"@id": ADDRESS.replace("0001-", "0009-"), "interactionStatistic": {**LIKES, "userInteractionCount": 9}}
    )
    assert counts_of(page(other, POSTING)) == {"likes": 210, "comments": 17}


def test_attributes_where_the_data_says_nothing() -> None:
    body = '<a data-num-reactions="1,234"></a><a data-num-comments="56"></a><a data-num-reactions="7"></a>'
    silent = posting(interactionStatistic=UNKNOWN, commentCount=UNKNOWN)
    assert counts_of(page(silent, body=body)) == {"likes": 1234, "comments": 56}
    assert counts_of(page(head=f'<link rel="canonical" href="{ADDRESS}">', body=body)) == {
        "likes": 1234,
        "comments": 56,
    }


@pytest.mark.parametrize("post_id", ["share:7101999999999999999", "ugcPost:7101999999999999999"])
def test_another_kind_of_id_must_be_on_the_page(post_id: str) -> None:
    held = f'<article data-attributed-urn="urn:li:{post_id}"></article>'
    assert counts_of(page(POSTING, body=held), post_id) == {"likes": 210, "comments": 17}
    wrong = parse_post_page(page(POSTING, body=held.replace(":7101", ":17101")), post_id)
    assert wrong == Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for {post_id}, answered with {POST_ID}")


@pytest.mark.parametrize(
    ("body", "answer_class", "reason"),
    [
        (b" \n", AnswerClass.BLOCKED, "LinkedIn answered with an empty page"),
        (page(title="Sign Up | LinkedIn"), AnswerClass.BLOCKED, "LinkedIn asks visitors to log in"),
        (page(title="LinkedIn Login, Sign in"), AnswerClass.BLOCKED, "LinkedIn asks visitors to log in"),
        (page(), AnswerClass.SCHEMA_CHANGED, "The page carries no post"),
        (
            page({"@type": "Organization", "interactionStatistic": LIKES}),
            AnswerClass.SCHEMA_CHANGED,
            "The page carries no post",
        ),
        (page(POSTING)[:700], AnswerClass.UPSTREAM_ERROR, "The page's data is broken JSON"),
        (
            page(posting(interactionStatistic=[{"count": 5}], commentCount=None)),
            AnswerClass.SCHEMA_CHANGED,
            "The page shows no figures",
        ),
        (
            page(posting(**{"@id": ADDRESS.replace("activity-7102", "activity-7103")})),
            AnswerClass.SCHEMA_CHANGED,
            f"Asked for {POST_ID}, answered with activity:7103000000000000001",
        ),
        (
            page(posting(**{"@id": "https://www.linkedin.com/pulse/a-post"})),
            AnswerClass.SCHEMA_CHANGED,
            f"Asked for {POST_ID}, answered with none that it names",
        ),
    ],
)
def test_pages_that_are_no_answer(body: bytes, answer_class: AnswerClass, reason: str) -> None:
    assert parse_post_page(body, POST_ID) == Refusal(answer_class, reason)


@pytest.mark.parametrize("none", [[], None, UNKNOWN])
def test_a_post_that_nobody_has_reacted_to_has_unknown_figures(none: object) -> None:
    body = page(posting(interactionStatistic=none, commentCount=UNKNOWN))
    assert counts_of(body) == {}
    assert isinstance(parse_post_page(body, "activity:7103000000000000001"), Refusal)


async def fetch(*answers: httpx.Response) -> tuple[PostOutcome, list[str]]:
    replies = iter(answers)
    visit, sent = visiting(lambda request: next(replies))
    outcome = await LinkedInWeb().fetch_post(visit, PostIdentity(Platform.LINKEDIN, POST_ID), NOW)
    return outcome, paths_of(sent)


async def test_a_post_is_one_request() -> None:
    outcome, paths = await fetch(httpx.Response(200, content=page(POSTING)))
    assert paths == [f"GET www.linkedin.com/feed/update/urn:li:{POST_ID}/"]
    assert (outcome.answer_class, outcome.reason, outcome.route) == (AnswerClass.OK, None, "post_page")
    assert outcome.facts is not None
    assert "views" not in outcome.facts.counts


async def test_a_post_leads_to_its_page() -> None:
    moved = httpx.Response(301, headers={"Location": ADDRESS})
    outcome, paths = await fetch(
        moved, httpx.Response(200, content=page(posting(commentCount=UNKNOWN, interactionStatistic=LIKES)))
    )
    assert paths[1] == f"GET www.linkedin.com{ADDRESS.removeprefix('https://www.linkedin.com')}"
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"comments"})
    outcome, paths = await fetch(moved, moved, moved)
    assert (outcome.answer_class, len(paths)) == (AnswerClass.BLOCKED, 3)


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(999), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "https://www.linkedin.com/authwall?trk=x"}), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "/www.linkedin.com/login"}), AnswerClass.BLOCKED),
        (httpx.Response(303, headers={"Location": "/checkpoint/lg/login"}), AnswerClass.BLOCKED),
        (httpx.Response(301, headers={"Location": "https://elsewhere.test/posts/x"}), AnswerClass.BLOCKED),
        (httpx.Response(301, headers={"Location": "http://[x/posts/"}), AnswerClass.BLOCKED),
        (httpx.Response(301, headers={"Location": "javascript:alert(1)"}), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(301), AnswerClass.BLOCKED),
        (httpx.Response(404, content=page(title="Page not found")), AnswerClass.UNAVAILABLE),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(429, headers={"Retry-After": "60"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(502), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(200), AnswerClass.BLOCKED),
    ],
)
async def test_refusals_are_never_not_found(answer: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, paths = await fetch(answer)
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)
    assert outcome.calls[0].answer_class is answer_class
