"""Fetching one Instagram post over its two public routes: which is asked when, and what comes of it."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform
from app.providers.base import Call, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.instagram.media import parse_media
from app.providers.limits import INSTAGRAM, Held, Lane, Pacing
from tests.providers.answers import AMPLE, Answer, instagram_post_page, recorded, scripted, silence

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REEL: dict[str, Any] = recorded("instagram/v1_feed_user_posts.json")["items"][0]
PK = "3600545900919030401"
PAGE, HOME, RULING, QUERY = "/p/DH3tWudxIKB/", "/", "/api/v1/web/get_ruling_for_content/", "/api/graphql"
GATED = {"code": "DH3tWudxIKB", "if_not_gated_logged_out": None}
NOT_HERE = httpx.Response(200, content=instagram_post_page(title="Page isn't available"))
NOTHING = httpx.Response(200, content=instagram_post_page())
LOGIN = httpx.Response(302, headers={"Location": "https://www.instagram.com/accounts/login/?next=/p/DH3tWudxIKB/"})
TOKEN = httpx.Response(200, content=b'<script type="application/json" id="__eqmc">{"u":"/x","l":"AVqLsd_1"}</script>')
ALLOWED = httpx.Response(200, json={"status": "ok"}, headers={"Set-Cookie": "csrftoken=cS-rf_5; Path=/; Secure"})


def reel(**changes: object) -> dict[str, Any]:
    return {**REEL, **changes}


def page(media: object = REEL) -> httpx.Response:
    return httpx.Response(200, content=instagram_post_page({"if_not_gated_logged_out": media}))


def queried(result: object) -> httpx.Response:
    return httpx.Response(200, json={"data": {"xig_polaris_media": result}, "status": "ok"})


async def fetch(
    shown: Answer,
    query: Answer | None = None,
    *,
    home: httpx.Response = TOKEN,
    ruling: httpx.Response = ALLOWED,
    within: timedelta = AMPLE,
    pacing: Pacing | None = None,
) -> tuple[PostOutcome, list[httpx.Request]]:
    def answer(request: httpx.Request) -> Answer:
        path = request.url.path.removeprefix("/www.instagram.com")
        reply = {PAGE: shown, HOME: home, RULING: ruling, QUERY: query}[path]
        assert reply is not None, f"{path} was asked"
        return reply

    chains, sent = scripted(answer, pacing=pacing)
    outcome = await chains.fetch_post(PostIdentity(Platform.INSTAGRAM, PK), NOW, within=within)
    return outcome, sent


def paths_of(sent: list[httpx.Request]) -> list[str]:
    return [request.url.path.removeprefix("/www.instagram.com") for request in sent]


async def test_one_request_gives_the_post() -> None:
    outcome, sent = await fetch(page())
    assert paths_of(sent) == [PAGE]
    assert sent[0].headers["sec-fetch-mode"] == "navigate"
    call = Call("instagram_web", "post_page", AnswerClass.OK, 200, None, outcome.calls[0].elapsed_ms, 1)
    assert outcome == PostOutcome(
        AnswerClass.OK, parse_media(REEL), (call,), None, None, NOW, provider="instagram_web", route="post_page"
    )


async def test_a_visitor_who_is_told_no_plays_lacks_nothing() -> None:
    outcome, _ = await fetch(page(reel(play_count=None, ig_play_count=None, view_count=None)))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
    assert outcome.facts is not None
    assert outcome.facts.counts == {"likes": Count(387), "comments": Count(12), "fb_likes": Count(0)}


async def test_figures_that_are_not_said_are_partial_and_hidden_ones_are_not() -> None:
    outcome, _ = await fetch(page(reel(like_count=-1)))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The post does not say: likes")
    outcome, _ = await fetch(page(reel(like_count=3, like_and_view_counts_disabled=True)))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
    assert outcome.facts is not None
    assert outcome.facts.hidden == {"likes"}


async def test_the_post_among_other_scripts() -> None:
    body = instagram_post_page(
        {"code": "DH3tWudxIKC", "if_not_gated_logged_out": {}}, {"if_not_gated_logged_out": REEL}
    )
    outcome, sent = await fetch(httpx.Response(200, content=body))
    assert (outcome.answer_class, len(sent)) == (AnswerClass.OK, 1)


@pytest.mark.parametrize(
    "shown",
    [
        NOTHING,
        NOT_HERE,
        httpx.Response(404),
        page(reel(pk="3600545900919030402", code="DH3tWudxIKC")),
        page({"like_count": 5}),
        httpx.Response(200, content=instagram_post_page({"renamed": REEL})),
    ],
)
async def test_the_query_gives_the_post_where_the_page_does_not(shown: httpx.Response) -> None:
    outcome, sent = await fetch(shown, queried({"if_not_gated_logged_out": REEL}))
    assert (outcome.answer_class, outcome.reason, outcome.facts) == (AnswerClass.OK, None, parse_media(REEL))
    assert (outcome.provider, outcome.route) == ("instagram_web", "post_query")
    assert paths_of(sent) == [PAGE, HOME, RULING, QUERY]
    assert [call.route for call in outcome.calls] == ["post_page", "home_page", "ruling", "post_query"]
    assert dict(sent[2].url.params) == {"content_type": "MEDIA", "target_id": PK}
    query = sent[3]
    assert query.method == "POST"
    assert parse_qs(query.content.decode()) == {
        "lsd": ["AVqLsd_1"],
        "fb_api_caller_class": ["RelayModern"],
        "fb_api_req_friendly_name": ["PolarisLoggedOutDesktopWWWPostRootContentQuery"],
        "server_timestamps": ["true"],
        "variables": [f'{{"media_id":"{PK}"}}'],
        "doc_id": ["27130156389949648"],
    }
    for name, value in {
        "cookie": "csrftoken=cS-rf_5",
        "x-csrftoken": "cS-rf_5",
        "x-fb-lsd": "AVqLsd_1",
        "x-fb-friendly-name": "PolarisLoggedOutDesktopWWWPostRootContentQuery",
        "x-ig-app-id": "936619743392459",
        "x-asbd-id": "359341",
        "referer": "https://www.instagram.com/p/DH3tWudxIKB/",
        "content-type": "application/x-www-form-urlencoded",
    }.items():
        assert query.headers[name] == value, name
    assert all("cookie" not in request.headers for request in sent[:3])


async def test_a_page_that_carries_the_token_saves_a_request() -> None:
    shown = httpx.Response(200, content=instagram_post_page() + TOKEN.content)
    outcome, sent = await fetch(shown, queried({"if_not_gated_logged_out": REEL}))
    assert (outcome.answer_class, paths_of(sent)) == (AnswerClass.OK, [PAGE, RULING, QUERY])
    assert sent[2].headers["x-fb-lsd"] == "AVqLsd_1"


async def test_a_query_answered_behind_a_guard() -> None:
    body = b"for (;;);" + json.dumps({"data": {"xig_polaris_media": {"if_not_gated_logged_out": REEL}}}).encode()
    outcome, _ = await fetch(NOTHING, httpx.Response(200, content=body))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.OK, parse_media(REEL))


@pytest.mark.parametrize(
    "shown", [NOT_HERE, httpx.Response(404), httpx.Response(200, content=instagram_post_page(None))]
)
async def test_not_found_is_said_twice(shown: httpx.Response) -> None:
    outcome, sent = await fetch(shown, queried(None))
    assert (outcome.answer_class, outcome.facts, len(sent)) == (AnswerClass.NOT_FOUND, None, 4)
    assert outcome.reason == "Instagram knows no such post"
    assert (outcome.captured_at, outcome.provider, outcome.route) == (None, None, None)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("query", queried(GATED)),
        ("query", httpx.Response(404)),
        ("query", httpx.Response(403)),
        ("query", httpx.Response(429)),
        ("query", httpx.Response(200, json={"errors": [{"message": "execution error"}], "data": None})),
        ("query", httpx.Response(200, json={"data": None})),
        ("query", queried({"if_not_gated_logged_out": reel(pk="3600545900919030402", code="DH3tWudxIKC")})),
        ("ruling", httpx.Response(404, json={"status": "fail"})),
        ("ruling", httpx.Response(200, json={"status": "ok"})),
        ("home", LOGIN),
        ("home", httpx.Response(404)),
    ],
)
async def test_one_sign_that_a_post_is_gone_is_not_enough(step: str, answer: httpx.Response) -> None:
    outcome, _ = await fetch(
        NOT_HERE,
        answer if step == "query" else None,
        home=answer if step == "home" else TOKEN,
        ruling=answer if step == "ruling" else ALLOWED,
    )
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.UNAVAILABLE, None)
    assert (outcome.reason or "").startswith("Instagram's page says that it isn't available, but nothing confirms it: ")


async def test_the_query_alone_does_not_make_a_post_gone() -> None:
    outcome, _ = await fetch(NOTHING, queried(None))
    assert (outcome.answer_class, outcome.reason) == (
        AnswerClass.UNAVAILABLE,
        "Instagram knows no such post, but nothing confirms it: The page carries no post",
    )


@pytest.mark.parametrize(
    ("shown", "answer_class"),
    [
        (LOGIN, AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "https://www.instagram.com/"}), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "/challenge/"}), AnswerClass.BLOCKED),
        (httpx.Response(200, content=instagram_post_page(title="Login • Instagram")), AnswerClass.BLOCKED),
        (httpx.Response(200, content=b" "), AnswerClass.BLOCKED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(401, json={"message": "Please wait a few minutes before you try again."}), "rate_limited"),
        (httpx.Response(401, json={"message": "", "require_login": True}), AnswerClass.RATE_LIMITED),
        (httpx.Response(429, headers={"Retry-After": "70"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(410), AnswerClass.UNAVAILABLE),
        (httpx.Response(451), AnswerClass.REGION_BLOCKED),
        (httpx.Response(500), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(200, content=instagram_post_page(GATED)), AnswerClass.LOGIN_REQUIRED),
        (httpx.Response(200, content=instagram_post_page({"if_not_gated_logged_out": None})), "login_required"),
        (httpx.Response(403, json={"message": "login_required", "status": "fail"}), AnswerClass.LOGIN_REQUIRED),
    ],
)
async def test_what_the_page_settles_is_not_asked_twice(shown: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, sent = await fetch(shown)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert outcome.calls[0].answer_class == answer_class
    assert outcome.reason
    assert outcome.retry_after_seconds == (70 if shown.status_code == 429 else None)


@pytest.mark.parametrize(
    ("query", "answer_class"),
    [
        (queried(GATED), AnswerClass.LOGIN_REQUIRED),
        (queried({"code": "DH3tWudxIKC", "if_not_gated_logged_out": None}), AnswerClass.SCHEMA_CHANGED),
        (queried({"if_not_gated_logged_out": reel(pk="3600545900919030402", code=None)}), AnswerClass.SCHEMA_CHANGED),
        (queried({"if_not_gated_logged_out": {}}), AnswerClass.SCHEMA_CHANGED),
        (queried({}), AnswerClass.SCHEMA_CHANGED),
        (queried("soon"), AnswerClass.SCHEMA_CHANGED),
        (httpx.Response(200, json={"data": {}}), AnswerClass.SCHEMA_CHANGED),
        (httpx.Response(200, json={"errors": [{"message": "The GraphQL document was not found."}]}), "schema_changed"),
        (httpx.Response(200, json={"errors": [{}], "data": {"xig_polaris_media": None}}), "schema_changed"),
        (httpx.Response(200, json={"message": "Please wait a few minutes"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(200, content=b"<html></html>"), AnswerClass.SCHEMA_CHANGED),
        (httpx.Response(200, content=b'{"data": {"xig'), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(200, content=b""), AnswerClass.BLOCKED),
        (httpx.Response(400, json={"message": "checkpoint_required"}), AnswerClass.ACCOUNT_CHALLENGED),
        (httpx.Response(401, json={"require_login": True}), AnswerClass.RATE_LIMITED),
        (httpx.Response(403, json={"message": "login_required"}), AnswerClass.LOGIN_REQUIRED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (LOGIN, AnswerClass.BLOCKED),
        (httpx.Response(503), AnswerClass.UPSTREAM_ERROR),
    ],
)
async def test_what_the_query_amounts_to(query: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, sent = await fetch(NOTHING, query)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 4)
    assert [call.answer_class for call in outcome.calls] == ["schema_changed", "ok", "ok", answer_class]
    assert outcome.reason


@pytest.mark.parametrize(
    ("ruling", "answer_class", "reason"),
    [
        (
            httpx.Response(200, json={"status": "fail", "title": "Restricted", "description": "You must be 18."}),
            AnswerClass.LOGIN_REQUIRED,
            "Instagram restricts this post: Restricted You must be 18.",
        ),
        (
            httpx.Response(400, json={"status": "fail", "title": "Restricted video", "description": None}),
            AnswerClass.LOGIN_REQUIRED,
            "Instagram restricts this post: Restricted video",
        ),
        (
            httpx.Response(200, json={"status": "fail", "description": "Not available in your Country"}),
            AnswerClass.REGION_BLOCKED,
            "Instagram restricts this post: Not available in your Country",
        ),
        (
            httpx.Response(200, json={"status": "fail", "message": "Please wait a few minutes"}),
            AnswerClass.RATE_LIMITED,
            "Instagram asks to wait a few minutes",
        ),
        (
            httpx.Response(400, json={"status": "fail", "message": "useragent mismatch"}),
            AnswerClass.SCHEMA_CHANGED,
            "www.instagram.com takes our request for malformed (status 400)",
        ),
        (
            httpx.Response(200, json={"status": "ok"}),
            AnswerClass.SCHEMA_CHANGED,
            "Instagram's ruling sets no csrftoken",
        ),
        (
            httpx.Response(200, json={"status": "ok"}, headers={"Set-Cookie": "csrftoken=two words; Path=/"}),
            AnswerClass.SCHEMA_CHANGED,
            "Instagram's ruling sets no csrftoken",
        ),
        (httpx.Response(403), AnswerClass.BLOCKED, "www.instagram.com refuses our address (status 403)"),
    ],
)
async def test_what_the_ruling_amounts_to(ruling: httpx.Response, answer_class: AnswerClass, reason: str) -> None:
    outcome, sent = await fetch(NOTHING, ruling=ruling)
    assert (outcome.answer_class, outcome.facts, outcome.reason) == (answer_class, None, reason)
    assert paths_of(sent) == [PAGE, HOME, RULING]
    assert outcome.calls[-1].answer_class is answer_class


async def test_a_home_page_without_a_token() -> None:
    outcome, sent = await fetch(NOTHING, home=NOTHING)
    assert (outcome.answer_class, outcome.reason) == (
        AnswerClass.SCHEMA_CHANGED,
        "Instagram's home page carries no token",
    )
    assert paths_of(sent) == [PAGE, HOME]


async def test_answers_that_do_not_come_in_time() -> None:
    outcome, _ = await fetch(silence(), within=timedelta(milliseconds=50))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.NETWORK_TIMEOUT, None)
    assert outcome.reason == "The time for this fetch ran out"
    outcome, sent = await fetch(NOTHING, silence(), within=timedelta(milliseconds=200))
    assert (outcome.answer_class, len(sent)) == (AnswerClass.NETWORK_TIMEOUT, 4)
    assert outcome.reason == "The time for this fetch ran out"


class Noting(Pacing):
    """Holds nobody up, and notes who asked for a turn and what was told of it."""

    def __init__(self) -> None:
        super().__init__(None)
        self.turns: list[Lane] = []
        self.told_of: list[tuple[Lane, AnswerClass, str, int | None]] = []

    async def enter(
        self, lane: Lane, until: float = math.inf, *, cost: int = 0, lasting_seconds: float = 60.0
    ) -> str | Held:
        self.turns.append(lane)
        return ""

    async def told(
        self, lane: Lane, answer_class: AnswerClass, thing: str, retry_after_seconds: int | None = None
    ) -> None:
        self.told_of.append((lane, answer_class, thing, retry_after_seconds))


async def test_the_query_is_paced_as_pages_are() -> None:
    pacing = Noting()
    refused = httpx.Response(429, headers={"Retry-After": "70"})
    outcome, sent = await fetch(NOTHING, refused, pacing=pacing)
    assert (outcome.answer_class, outcome.retry_after_seconds) == (AnswerClass.RATE_LIMITED, 70)
    assert (pacing.turns, len(sent)) == ([INSTAGRAM] * 4, 4)
    assert pacing.told_of[-1] == (INSTAGRAM, AnswerClass.RATE_LIMITED, PK, 70)
