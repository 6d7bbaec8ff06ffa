"""Fetching an Instagram account over its two public routes: which is asked when, and what comes of it."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count
from app.domain.links import shortcode_of
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.failures import AnswerClass
from tests.providers.answers import AMPLE, instagram_page, instagram_user, recorded, scripted

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INFO = recorded("instagram/web_profile_info.json")
TIMELINE = INFO["data"]["user"]["edge_owner_to_timeline_media"]
IDENTITY = AccountIdentity(Platform.INSTAGRAM, "adrianhorning", "2700692569")
INFO_PATH, PAGE_PATH = "/api/v1/users/web_profile_info/", "/adrianhorning/"
PAGE = httpx.Response(200, content=instagram_page(instagram_user()))
NO_PAGE = httpx.Response(200, content=instagram_page(title="Page isn't available"))
UNKNOWN = httpx.Response(200, json={"data": {"user": None}, "status": "ok"})
CAPTCHA = httpx.Response(200, content=b'<html><title>Verification</title><form id="captcha"></form></html>')
MEMBERS_ONLY = httpx.Response(400, json={"message": "Please make sure you are logged in", "status": "fail"})


def info(ages: list[timedelta] | None = None, has_next: bool = False, **user: object) -> httpx.Response:
    """The recorded answer, with posts of these ages."""
    answer = copy.deepcopy(INFO)
    timeline: dict[str, Any] = answer["data"]["user"]["edge_owner_to_timeline_media"]
    timeline["page_info"]["has_next_page"] = has_next
    if ages is not None:
        node = TIMELINE["edges"][0]["node"]
        timeline["edges"] = [
            {
                "node": {
                    **node,
                    "id": str(3_540_000_000_000_000_000 + number),
                    "shortcode": shortcode_of(3_540_000_000_000_000_000 + number),
                    "taken_at_timestamp": int((NOW - age).timestamp()),
                }
            }
            for number, age in enumerate(ages)
        ]
    answer["data"]["user"].update(user)
    return httpx.Response(200, content=json.dumps(answer).encode())


async def fetch(
    first: httpx.Response, second: httpx.Response | None = None, bounds: PostBounds | None = None
) -> tuple[Outcome, list[httpx.Request]]:
    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/www.instagram.com")
        reply = {INFO_PATH: first, PAGE_PATH: second}[path]
        assert reply is not None, f"{path} was asked"
        return reply

    chains, sent = scripted(answer)
    return await chains.fetch_account(IDENTITY, bounds or PostBounds(30), NOW, within=AMPLE), sent


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


async def test_one_request_gives_profile_and_posts() -> None:
    outcome, sent = await fetch(info(has_next=True))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
    facts = facts_of(outcome)
    assert (facts.provider, facts.route, facts.captured_at) == ("instagram_web", "web_profile_info", NOW)
    assert facts.profile.counts["followers"] == Count(25116)
    assert [post.shortcode for post in facts.posts] == ["DEiyb48AeB9"]
    assert not facts.posts_complete
    request = sent[0]
    assert (len(sent), request.url.params["username"]) == (1, "adrianhorning")
    assert request.headers["x-ig-app-id"] == "936619743392459"
    assert request.headers["referer"] == "https://www.instagram.com/adrianhorning/"


@pytest.mark.parametrize(
    ("bounds", "has_next", "numbers", "is_complete"),
    [
        (PostBounds(30), False, [1, 0, 2], True),
        (PostBounds(30), True, [1, 0, 2], False),
        (PostBounds(3), True, [1, 0, 2], True),
        (PostBounds(2), True, [1, 0], True),
        (PostBounds(30, NOW - timedelta(days=5)), True, [1, 0], True),
        (PostBounds(30, NOW - timedelta(days=50)), True, [1, 0, 2], False),
    ],
)
async def test_posts_within_bounds(bounds: PostBounds, has_next: bool, numbers: list[int], is_complete: bool) -> None:
    outcome, _ = await fetch(info([timedelta(days=2), timedelta(days=1), timedelta(days=9)], has_next), bounds=bounds)
    facts = facts_of(outcome)
    assert [int(post.external_id) - 3_540_000_000_000_000_000 for post in facts.posts] == numbers
    assert facts.posts_complete is is_complete
    assert outcome.answer_class is AnswerClass.OK


async def test_posts_that_were_not_delivered_are_not_no_posts() -> None:
    outcome, _ = await fetch(info([]))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The posts were not delivered")
    assert not facts_of(outcome).posts_complete
    none_yet = {"count": 0, "edges": [], "page_info": {"has_next_page": False}}
    outcome, _ = await fetch(info([], edge_owner_to_timeline_media=none_yet))
    assert (outcome.answer_class, facts_of(outcome).posts_complete) == (AnswerClass.OK, True)


@pytest.mark.parametrize("first", [MEMBERS_ONLY, httpx.Response(400, json={}), UNKNOWN, httpx.Response(404)])
async def test_the_page_gives_the_profile_where_the_first_route_does_not(first: httpx.Response) -> None:
    outcome, sent = await fetch(first, PAGE)
    assert outcome.answer_class is AnswerClass.PARTIAL
    facts = facts_of(outcome)
    assert (facts.route, facts.posts, facts.posts_complete) == ("profile_html", (), False)
    assert facts.profile.counts == {"followers": Count(25116), "following": Count(101), "profile_posts": Count(71)}
    assert sent[1].headers["sec-fetch-mode"] == "navigate"
    assert "x-ig-app-id" not in sent[1].headers
    assert [call.route for call in outcome.calls] == ["web_profile_info", "profile_html"]


@pytest.mark.parametrize(
    ("first", "second", "answer_class"),
    [
        (UNKNOWN, NO_PAGE, AnswerClass.NOT_FOUND),
        (httpx.Response(404), httpx.Response(404, content=NO_PAGE.content), AnswerClass.NOT_FOUND),
        (httpx.Response(404), httpx.Response(404), AnswerClass.UNAVAILABLE),
        (CAPTCHA, CAPTCHA, AnswerClass.BLOCKED),
        (UNKNOWN, httpx.Response(302, headers={"Location": "/accounts/login/"}), AnswerClass.UNAVAILABLE),
        (UNKNOWN, httpx.Response(429), AnswerClass.UNAVAILABLE),
        (UNKNOWN, httpx.Response(200, content=instagram_page()), AnswerClass.UNAVAILABLE),
        (MEMBERS_ONLY, NO_PAGE, AnswerClass.LOGIN_REQUIRED),
        (MEMBERS_ONLY, httpx.Response(429), AnswerClass.RATE_LIMITED),
    ],
)
async def test_not_found_is_said_twice_or_not_at_all(
    first: httpx.Response, second: httpx.Response, answer_class: AnswerClass
) -> None:
    outcome, sent = await fetch(first, second)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 2)


@pytest.mark.parametrize(
    ("first", "answer_class"),
    [
        (httpx.Response(401, json={"message": "Please wait a few minutes", "require_login": True}), "rate_limited"),
        (httpx.Response(401, json={"message": "login_required"}), "rate_limited"),
        (httpx.Response(429, headers={"Retry-After": "70"}), "rate_limited"),
        (httpx.Response(302, headers={"Location": "https://www.instagram.com/accounts/login/"}), "blocked"),
        (httpx.Response(302, headers={"Location": "/challenge/"}), "blocked"),
        (httpx.Response(403), "blocked"),
        (httpx.Response(400, json={"message": "checkpoint_required"}), "account_challenged"),
        (httpx.Response(200, content=b""), "blocked"),
        (httpx.Response(200, content=b'{"data": {"user"'), "upstream_error"),
        (httpx.Response(500), "upstream_error"),
    ],
)
async def test_a_block_is_not_asked_twice(first: httpx.Response, answer_class: str) -> None:
    outcome, sent = await fetch(first)
    assert (outcome.answer_class.value, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert outcome.reason


async def test_somebody_elses_answer_is_not_stored() -> None:
    wrong = httpx.Response(200, content=instagram_page(instagram_user(username="somebody")))
    outcome, _ = await fetch(info(username="somebody"), wrong)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)
