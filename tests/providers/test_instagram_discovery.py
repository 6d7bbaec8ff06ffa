"""Instagram's business discovery: what its answers say, how it is asked, its refusals, and its usage headers."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.links import pk_of
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.failures import AnswerClass, Refusal
from app.providers.instagram.business import Usage, parse_discovered_media, parse_discovery, usage_in
from app.providers.instagram.discovery import InstagramDiscovery
from app.providers.limits import GRAPH, Held, Pacing
from tests.providers.answers import recorded
from tests.providers.visits import Handler, in_turn, said, visiting

NOW = datetime(2021, 8, 18, tzinfo=UTC)
USER = recorded("instagram/business_discovery_user_fields.json")
PAGES = [recorded(f"instagram/business_discovery_medias_p{number}.json") for number in (1, 2)]
HANDLE, GRAPH_ID, PK = "facebookfordevelopers", "17841407673135339", "314216"
IDENTITY = AccountIdentity(Platform.INSTAGRAM, HANDLE, PK)
PROFILE = "followers_count,follows_count,media_count,biography,name,username,website,profile_picture_url"
MEDIA = "id,caption,like_count,comments_count,media_type,media_product_type,permalink,timestamp,view_count"


def page(number: int, **user: Any) -> Any:
    """The recorded profile with a recorded page of its posts, as one call gives both."""
    answer = copy.deepcopy(USER)
    answer["business_discovery"] |= {"media": PAGES[number]["business_discovery"]["media"], "follows_count": 12, **user}
    return answer


def refusal(status: int, code: int, subcode: int | None = None, **more: object) -> httpx.Response:
    error = {"message": "No.", "type": "OAuthException", "code": code, **more}
    return said({"error": error | ({"error_subcode": subcode} if subcode else {})}, status)


async def fetch(
    handler: Handler,
    bounds: PostBounds | None = None,
    identity: AccountIdentity = IDENTITY,
    pacing: Pacing | None = None,
) -> tuple[Outcome, list[httpx.Request]]:
    visit, sent = visiting(handler, pacing=pacing)
    provider = InstagramDiscovery("17841406338772941", "t0ken")
    return await provider.fetch_account(visit, identity, bounds or PostBounds(4), NOW), sent


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


def test_a_recorded_profile() -> None:
    answer = parse_discovery(json.dumps(USER).encode(), IDENTITY)
    assert not isinstance(answer, Refusal)
    assert answer.profile == ProfileFacts(
        platform=Platform.INSTAGRAM,
        external_id=PK,
        handle=HANDLE,
        secondary_id=GRAPH_ID,
        display_name="Facebook for Developers",
        biography=USER["business_discovery"]["biography"],
        picture_url=USER["business_discovery"]["profile_picture_url"],
        counts={"followers": Count(64_976), "profile_posts": Count(436)},
    )
    assert answer.page.posts == ()
    unknown = parse_discovery(json.dumps(USER).encode(), AccountIdentity(Platform.INSTAGRAM, HANDLE))
    assert not isinstance(unknown, Refusal)
    assert unknown.profile.external_id is None


def test_a_recorded_medium_goes_by_its_shortcode() -> None:
    medium = PAGES[0]["business_discovery"]["media"]["data"][0]
    assert parse_discovered_media(medium, HANDLE) == PostFacts(
        platform=Platform.INSTAGRAM,
        external_id=str(pk_of("CSr71Gzlqo4")),
        kind=VideoKind.IMAGE,
        shortcode="CSr71Gzlqo4",
        author_handle=HANDLE,
        caption=medium["caption"],
        published_at=datetime(2021, 8, 17, 19, 0, 42, tzinfo=UTC),
        counts={"likes": Count(87), "comments": Count(11)},
    )
    reel = medium | {"media_type": "VIDEO", "media_product_type": "REELS", "view_count": 4_651}
    reel["permalink"] = "https://www.instagram.com/reel/CSr71Gzlqo4/"
    del reel["like_count"]
    post = parse_discovered_media(reel, HANDLE)
    assert post is not None
    assert (post.kind, post.views_kind, post.hidden) == (VideoKind.REEL, ViewsKind.PLAYS, frozenset({"likes"}))
    assert post.counts == {"views": Count(4_651), "comments": Count(11)}


async def test_the_token_is_in_a_header_and_pages_follow_their_cursor() -> None:
    outcome, sent = await fetch(in_turn(said(page(0)), said(page(1))))
    assert outcome.answer_class is AnswerClass.OK
    assert [post.shortcode for post in facts_of(outcome).posts] == [
        *("CSr71Gzlqo4", "CSpNPqgFxE0"),
        *("CScld93rm4W", "CSZsJf-iJLj"),
    ]
    assert [dict(request.url.params) for request in sent] == [
        {"fields": f"business_discovery.username({HANDLE}){{{PROFILE},media.limit(4){after}{{{MEDIA}}}}}"}
        for after in ("", ".after(after)")
    ]
    for request in sent:
        assert request.url.path == "/graph.facebook.com/v25.0/17841406338772941"
        assert request.headers["authorization"] == "Bearer t0ken"
        assert "t0ken" not in str(request.url)
    assert (facts_of(outcome).posts_complete, outcome.calls[0].requests) == (True, 2)


async def test_posts_without_views_where_those_are_refused() -> None:
    refused = refusal(400, 100, message="(#100) Tried accessing nonexisting field (view_count)")
    outcome, sent = await fetch(in_turn(refused, said(page(0))), PostBounds(2))
    assert (outcome.answer_class, len(facts_of(outcome).posts)) == (AnswerClass.OK, 2)
    assert ["view_count" in request.url.params["fields"] for request in sent] == [True, False]


async def test_the_profile_alone_asks_for_no_posts() -> None:
    outcome, sent = await fetch(in_turn(said(page(0))), PostBounds(0))
    assert dict(sent[0].url.params) == {"fields": f"business_discovery.username({HANDLE}){{{PROFILE}}}"}
    assert (outcome.answer_class, facts_of(outcome).posts, len(sent)) == (AnswerClass.OK, (), 1)


async def test_bounds_and_the_last_page() -> None:
    outcome, sent = await fetch(in_turn(said(page(0))), PostBounds(30, NOW - timedelta(days=1)))
    assert ([post.shortcode for post in facts_of(outcome).posts], len(sent)) == (["CSr71Gzlqo4"], 1)
    behind_the_last = page(1, media={"data": [], "paging": {"cursors": {"after": "again"}}})
    outcome, sent = await fetch(in_turn(said(page(0)), said(behind_the_last)), PostBounds(30))
    assert (outcome.answer_class, len(facts_of(outcome).posts), len(sent)) == (AnswerClass.OK, 2, 2)
    outcome, _ = await fetch(in_turn(said(page(0)), refusal(400, 4)), PostBounds(30))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The Graph API asks to slow down")
    assert len(facts_of(outcome).posts) == 2
    outcome, _ = await fetch(in_turn(said(page(0, media={"data": []}))))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The posts were not delivered")


@pytest.mark.parametrize(
    ("answer", "answer_class", "code"),
    [
        (refusal(400, 110, 2207013), "unavailable", "110/2207013"),
        (refusal(400, 24, 2207013), "unavailable", "24/2207013"),
        (refusal(400, 24), "schema_changed", "24"),
        (refusal(400, 190, 463), "auth_invalid", "190/463"),
        (refusal(401, 190), "auth_invalid", "190"),
        (refusal(403, 10), "auth_invalid", "10"),
        (refusal(403, 200), "auth_invalid", "200"),
        (refusal(400, 299), "auth_invalid", "299"),
        *((refusal(400, code), "rate_limited", str(code)) for code in (4, 17, 32, 613, 80002)),
        (refusal(400, 100), "schema_changed", "100"),
        (refusal(400, 1), "upstream_error", "1"),
        (refusal(400, 99, is_transient=True), "upstream_error", "99"),
        (refusal(500, 99), "upstream_error", "99"),
        (refusal(200, 190), "auth_invalid", "190"),
        (httpx.Response(429), "rate_limited", "429"),
        (httpx.Response(403, text="<html>"), "blocked", "403"),
        (httpx.Response(404, text="<html>"), "unavailable", "404"),
        (httpx.Response(200, content=b""), "upstream_error", None),
        (httpx.Response(200, content=b'{"business_discovery": {"id'), "upstream_error", None),
        (said({"id": "1"}), "schema_changed", None),
        (said(page(0, username="somebody")), "schema_changed", None),
        (said(page(0, username=None)), "schema_changed", None),
    ],
)
async def test_refusals(answer: httpx.Response, answer_class: str, code: str | None) -> None:
    outcome, sent = await fetch(in_turn(answer))
    assert (outcome.answer_class.value, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert outcome.calls[0].upstream_code == code
    assert "t0ken" not in (outcome.reason or "")


async def test_a_handle_that_somebody_else_has_by_now() -> None:
    identity = AccountIdentity(Platform.INSTAGRAM, HANDLE, PK, "17841400000000000")
    outcome, _ = await fetch(in_turn(said(page(0))), identity=identity)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, Usage(0, 0)),
        ({"x-app-usage": '{"call_count":28,"total_time":76,"total_cputime":25}'}, Usage(76, 0)),
        (
            {
                "x-business-use-case-usage": json.dumps(
                    {"1784": [{"type": "instagram", "call_count": 91, "estimated_time_to_regain_access": 19}]}
                )
            },
            Usage(91, 19 * 60),
        ),
        ({"x-app-usage": "broken", "x-business-use-case-usage": '[{"call_count":true}]'}, Usage(0, 0)),
        ({"x-app-usage": '{"call_count":-1,"total_time":null,"total_cputime":"80"}'}, Usage(0, 0)),
    ],
)
def test_usage_headers(headers: dict[str, str], usage: Usage) -> None:
    assert usage_in(headers) == usage


@pytest.mark.parametrize(
    ("percent", "held_seconds"),
    [(74, 0), (75, 4), (89, 60), (90, GRAPH.rest_seconds), (100, GRAPH.rest_seconds)],
)
async def test_calls_slow_down_as_the_limit_is_neared(percent: int, held_seconds: float) -> None:
    pacing = Pacing(None)
    answer = said(page(0), x_app_usage=json.dumps({"call_count": percent}))
    outcome, _ = await fetch(in_turn(answer), PostBounds(2), pacing=pacing)
    assert outcome.answer_class is AnswerClass.OK
    visit, sent = visiting(in_turn(said(page(0))), pacing=pacing, seconds=1)
    later = await InstagramDiscovery("1", "t0ken").fetch_account(visit, IDENTITY, PostBounds(2), NOW)
    assert (later.answer_class is AnswerClass.OK, len(sent)) == ((True, 1) if not held_seconds else (False, 0))
    turn = await pacing.enter(GRAPH, lasting_seconds=1) if held_seconds > 60 else None
    if turn is not None:
        assert isinstance(turn, Held)
        assert turn.answer_class is AnswerClass.RATE_LIMITED
        assert held_seconds - 5 < (turn.retry_after_seconds or 0) <= held_seconds + 1
