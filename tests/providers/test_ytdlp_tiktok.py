"""TikTok through yt-dlp: what it asks, how its challenge is answered, and that our own parsers read what it brought."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.tiktok.parse import parse_item
from app.providers.ytdlp.tiktok import YtDlpTikTok
from tests.providers.answers import recorded, tiktok_page, tiktok_profile_page
from tests.providers.visits import Handler, by_path, paths_of, visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEM = recorded("tiktok/item_list.json")["itemList"][0]
DETAIL = recorded("tiktok/user_detail_api.json")
POST = PostIdentity(Platform.TIKTOK, "7513039993741397256", "zg.520")
SEC_UID = "MS4wLjABAAAAkagks5n_8XDIMWf94LZDUYs54FG5bJmEFJkWtjA__uRUN8QWaavHhzSyEO6WBPQj"
KNOWN = AccountIdentity(Platform.TIKTOK, "zg.520", "6799838955094836230", SEC_UID)
VIDEO_PATH = "GET www.tiktok.com/@zg.520/video/7513039993741397256"
PROFILE_PATH = "GET www.tiktok.com/@zg.520"
LIST_PATH = "GET www.tiktok.com/api/creator/item_list/"


def video(item: object = ITEM, code: int = 0) -> httpx.Response:
    detail = {"statusCode": code, **({"itemInfo": {"itemStruct": item}} if code == 0 else {})}
    return httpx.Response(200, content=tiktok_page({"webapp.video-detail": detail}))


async def fetch_post(handler: Handler) -> tuple[PostOutcome, list[httpx.Request]]:
    visit, sent = visiting(handler)
    return await YtDlpTikTok().fetch_post(visit, POST, NOW), sent


async def test_the_recorded_post_is_read_by_our_own_parser() -> None:
    outcome, sent = await fetch_post(lambda request: video())
    assert paths_of(sent) == [VIDEO_PATH]
    assert (outcome.answer_class, outcome.facts, outcome.route) == (AnswerClass.OK, parse_item(ITEM), "video_page")
    exact = {**ITEM, "statsV2": {**ITEM["statsV2"], "playCount": "1926711"}}
    outcome, _ = await fetch_post(lambda request: video(exact))
    assert outcome.facts is not None
    assert outcome.facts.counts["views"] == Count(1_926_711)


def challenge(answer: int) -> bytes:
    seed = b"a seed of the challenge"
    digest = hashlib.sha256(seed + str(answer).encode()).digest()
    puzzle = {"v": {"a": base64.b64encode(seed).decode(), "c": base64.b64encode(digest).decode()}}
    state = base64.b64encode(json.dumps(puzzle).encode()).decode().rstrip("=")
    marks = [("cs", state), ("wci", "_wafchallengeid"), ("rci", "waforiginalreid"), ("rs", "cafe")]
    body = "".join(f'<p id="{name}" class="{value}"></p>' for name, value in marks)
    return f"<html><head><title>Please wait...</title></head><body>{body}</body></html>".encode()


async def test_a_proof_of_work_is_given_in_a_cookie() -> None:
    outcome, sent = await fetch_post(
        lambda request: (
            video()
            if "_wafchallengeid" in request.headers.get("Cookie", "")
            else httpx.Response(200, content=challenge(1234))
        )
    )
    assert paths_of(sent) == [VIDEO_PATH, VIDEO_PATH]
    cookies = dict(cookie.split("=", 1) for cookie in sent[1].headers["Cookie"].split("; "))
    solution = json.loads(base64.b64decode(cookies["_wafchallengeid"].strip('"')))
    assert (base64.b64decode(solution["d"]), cookies["waforiginalreid"]) == (b"1234", "cafe")
    assert (outcome.answer_class, [call.requests for call in outcome.calls]) == (AnswerClass.OK, [2])


@pytest.mark.parametrize(
    ("answer", "answer_class", "code"),
    [
        (video(code=10204), AnswerClass.UNAVAILABLE, "10204"),
        (video(code=10222), AnswerClass.PRIVATE, "10222"),
        (video(code=10219), AnswerClass.REGION_BLOCKED, "10219"),
        (video({**ITEM, "id": "7513039993741397257"}), AnswerClass.SCHEMA_CHANGED, None),
        (video({"id": ITEM["id"], "isContentClassified": True}), AnswerClass.LOGIN_REQUIRED, None),
        (httpx.Response(200, content=challenge(10**7)), AnswerClass.CHALLENGE, None),
        (httpx.Response(200, content=b"<html><title>Verify to continue</title></html>"), AnswerClass.BLOCKED, None),
        (httpx.Response(200, content=tiktok_page({"a": 1})), AnswerClass.SCHEMA_CHANGED, None),
        (httpx.Response(200), AnswerClass.BLOCKED, "200"),
        (httpx.Response(302, headers={"Location": "/login?redirect_url=x"}), AnswerClass.LOGIN_REQUIRED, "302"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), AnswerClass.BLOCKED, "302"),
        (httpx.Response(403), AnswerClass.BLOCKED, "403"),
        (httpx.Response(404), AnswerClass.UNAVAILABLE, "404"),
        (httpx.Response(429, headers={"Retry-After": "70"}), AnswerClass.RATE_LIMITED, "429"),
        (httpx.Response(503), AnswerClass.UPSTREAM_ERROR, "503"),
    ],
)
async def test_what_a_refusal_amounts_to(answer: httpx.Response, answer_class: AnswerClass, code: str | None) -> None:
    outcome, sent = await fetch_post(lambda request: answer)
    assert (outcome.answer_class, outcome.facts, len(sent)) == (answer_class, None, 1)
    assert (outcome.calls[0].answer_class, outcome.calls[0].upstream_code) == (answer_class, code)
    assert outcome.reason
    assert outcome.retry_after_seconds == (70 if answer_class is AnswerClass.RATE_LIMITED else None)


def item(number: int, **changes: object) -> dict[str, Any]:
    return {**ITEM, "id": str(7_513_000_000_000_000_000 + number), "isPinnedItem": False, **changes}


def page(*items: object, more: bool = False) -> httpx.Response:
    return httpx.Response(200, json={"statusCode": 0, "itemList": items, "hasMorePrevious": more})


async def fetch_channel(
    *lists: httpx.Response,
    profile: httpx.Response | None = None,
    identity: AccountIdentity = KNOWN,
    bounds: PostBounds | None = None,
) -> tuple[Outcome, list[str]]:
    pages = iter(lists)
    shown = profile or httpx.Response(200, content=tiktok_profile_page(DETAIL))
    visit, sent = visiting(lambda request: next(pages) if "item_list" in request.url.path else shown)
    return await YtDlpTikTok().fetch_account(visit, identity, bounds or PostBounds(), NOW), paths_of(sent)


def ids_in(outcome: Outcome) -> list[str]:
    assert outcome.facts is not None
    return [post.external_id for post in outcome.facts.posts]


async def test_a_channel_with_its_profile() -> None:
    first = page(item(3, createTime=1_750_000_300), item(2, createTime=1_750_000_200), more=True)
    outcome, paths = await fetch_channel(first, page(item(1, createTime=1_750_000_100)))
    assert paths == [PROFILE_PATH, LIST_PATH, LIST_PATH]
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
    assert [name[-1] for name in ids_in(outcome)] == ["3", "2", "1"]
    assert outcome.facts is not None
    assert (outcome.facts.profile.counts["followers"], outcome.facts.posts_complete) == (Count(427_682), True)


async def test_a_known_profile_is_not_asked_for() -> None:
    bounds = PostBounds(max_posts=2, posts_alone=True)
    outcome, paths = await fetch_channel(page(item(3), item(2), item(1), more=True), bounds=bounds)
    assert paths == [LIST_PATH]
    assert outcome.facts is not None
    assert (outcome.answer_class, outcome.facts.profile.handle, outcome.facts.route) == (
        AnswerClass.OK,
        "zg.520",
        "creator_item_list",
    )
    assert (dict(outcome.facts.profile.counts), len(outcome.facts.posts)) == ({}, 2)
    stranger = AccountIdentity(Platform.TIKTOK, "zg.520")
    _, paths = await fetch_channel(page(item(1)), bounds=bounds, identity=stranger)
    assert paths == [PROFILE_PATH, LIST_PATH]


async def test_the_profile_alone() -> None:
    outcome, paths = await fetch_channel(bounds=PostBounds(max_posts=0))
    assert (paths, outcome.answer_class, ids_in(outcome)) == ([PROFILE_PATH], AnswerClass.OK, [])


async def test_the_walk_ends_at_the_bounds() -> None:
    after = datetime.fromtimestamp(1_750_000_000, UTC)
    pinned = [item(n, createTime=1_600_000_000, isPinnedItem=True) for n in (7, 8, 9)]
    recent = [item(n, createTime=1_750_000_000 + n) for n in (3, 2, 1)]
    old = [item(10 + n, createTime=1_740_000_000 - n) for n in range(4)]
    outcome, paths = await fetch_channel(page(*pinned, *recent, *old, more=True), bounds=PostBounds(None, after))
    assert paths == [PROFILE_PATH, LIST_PATH]
    assert (outcome.answer_class, [name[-1] for name in ids_in(outcome)]) == (AnswerClass.OK, ["3", "2", "1"])
    assert outcome.facts is not None
    assert outcome.facts.posts_complete


@pytest.mark.parametrize(
    ("lists", "reason"),
    [
        ([httpx.Response(429)], "www.tiktok.com asks to slow down (status 429)"),
        ([page(item(2), more=True), httpx.Response(500)], "www.tiktok.com failed with status 500"),
        ([httpx.Response(200)], "www.tiktok.com answered with nothing"),
        ([page(item(1, author={"id": "7", "uniqueId": "else"}), item(2))], "1 posts could not be read"),
        (
            [page(item(1, author={"id": "7", "uniqueId": "else"}))],
            "Asked for posts of account 6799838955094836230, answered with somebody else's",
        ),
        (
            [page(item(1, isPinnedItem=True), more=True), page(item(2))],
            "Posts between the pinned ones and the rest were left out",
        ),
        ([page(more=True)], "This user's account is likely either private or all of their videos are private"),
    ],
)
async def test_a_list_that_breaks_off_is_a_part(lists: list[httpx.Response], reason: str) -> None:
    outcome, _ = await fetch_channel(*lists)
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, reason)
    assert outcome.facts is not None
    assert not outcome.facts.posts_complete
    assert outcome.facts.profile.counts["followers"] == Count(427_682)


@pytest.mark.parametrize(
    ("profile", "answer_class"),
    [
        (httpx.Response(200, content=tiktok_profile_page({"statusCode": 10221, "userInfo": {}})), "not_found"),
        (httpx.Response(403), "blocked"),
        (httpx.Response(302, headers={"Location": "/login"}), "login_required"),
    ],
)
async def test_a_profile_that_is_refused(profile: httpx.Response, answer_class: str) -> None:
    outcome, paths = await fetch_channel(profile=profile)
    assert (outcome.answer_class, outcome.facts, paths[0]) == (answer_class, None, PROFILE_PATH)
    other = AccountIdentity(Platform.TIKTOK, "zg.521")
    outcome, _ = await fetch_channel(page(item(1)), identity=other)
    assert (outcome.answer_class, outcome.reason) == (
        AnswerClass.SCHEMA_CHANGED,
        "Asked for @zg.521, answered with @zg.520",
    )


EMBED = json.dumps({"source": {"data": {"/embed/@zg.520": {"videoList": [{"id": ITEM["id"]}]}}}})
EMBED_PAGE = f'<html><script id="__FRONTITY_CONNECT_STATE__" type="application/json">{EMBED}</script></html>'


async def test_a_profile_page_that_fails_leaves_the_list() -> None:
    """The list is found through the embedded player and a video's page, which is no profile page."""
    answers = {
        "/@zg.520": httpx.Response(500),
        "/embed/@zg.520": httpx.Response(200, content=EMBED_PAGE.encode()),
        f"/@zg.520/video/{ITEM['id']}": video(),
        "/api/creator/item_list/": page(item(2), item(1)),
    }
    visit, _ = visiting(by_path(answers))
    outcome = await YtDlpTikTok().fetch_account(visit, KNOWN, PostBounds(), NOW)
    assert ([name[-1] for name in ids_in(outcome)], outcome.answer_class) == (["2", "1"], AnswerClass.OK)
    assert outcome.facts is not None
    assert (outcome.facts.route, dict(outcome.facts.profile.counts)) == ("creator_item_list", {})
    assert [(call.route, call.answer_class) for call in outcome.calls] == [
        ("profile_page", AnswerClass.UPSTREAM_ERROR),
        ("embed", AnswerClass.OK),
        ("video_page", AnswerClass.OK),
        ("creator_item_list", AnswerClass.OK),
    ]
    visit, _ = visiting(by_path(answers))
    outcome = await YtDlpTikTok().fetch_account(visit, AccountIdentity(Platform.TIKTOK, "zg.520"), PostBounds(), NOW)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.UPSTREAM_ERROR, None)


@pytest.mark.parametrize("status", [403, 429, 999])
async def test_whoever_has_refused_is_not_asked_for_another_page(status: int) -> None:
    outcome, paths = await fetch_channel(profile=httpx.Response(status))
    assert paths == [PROFILE_PATH]
    assert [call.requests for call in outcome.calls] == [1]
    assert outcome.facts is None


async def test_every_answer_is_written_down_as_what_it_is() -> None:
    outcome, _ = await fetch_channel(profile=httpx.Response(302, headers={"Location": "/login?x"}))
    assert {call.answer_class for call in outcome.calls} == {AnswerClass.LOGIN_REQUIRED}
    outcome, _ = await fetch_channel(profile=httpx.Response(200))
    assert {call.answer_class for call in outcome.calls} == {AnswerClass.BLOCKED}
    outcome, _ = await fetch_channel(
        page(item(2), more=True), httpx.Response(429), bounds=PostBounds(posts_alone=True, max_posts=9)
    )
    assert [call.answer_class for call in outcome.calls] == [AnswerClass.RATE_LIMITED]
    assert outcome.answer_class is AnswerClass.PARTIAL
