"""Fetching a TikTok account over its public pages: what is asked, in which order, and what comes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Call, Outcome, PostBounds
from app.providers.failures import AnswerClass
from tests.providers.answers import AMPLE, Answer, recorded, scripted, tiktok_profile_page

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DETAIL = recorded("tiktok/user_detail_api.json")
ITEM = recorded("tiktok/item_list.json")["itemList"][0]
OWNER = "6799838955094836230"
SEC_UID = DETAIL["userInfo"]["user"]["secUid"]
NEW = AccountIdentity(Platform.TIKTOK, "zg.520")
KNOWN = AccountIdentity(Platform.TIKTOK, "zg.520", OWNER, SEC_UID)


def item(number: int, age: timedelta, pinned: bool = False, author: str = "zg.520") -> dict[str, Any]:
    return {
        **ITEM,
        "id": str(7_000_000_000_000_000_000 + number),
        "createTime": int((NOW - age).timestamp()),
        "isPinnedItem": pinned,
        "author": {"id": OWNER, "uniqueId": author},
    }


def detail(handle: str = "zg.520", account: str = OWNER, **user: object) -> dict[str, Any]:
    info = DETAIL["userInfo"]
    return {**DETAIL, "userInfo": {**info, "user": {**info["user"], "uniqueId": handle, "id": account, **user}}}


GONE = {"statusCode": 10221, "userInfo": {}}


class TikTok:
    """A TikTok with some profile pages and one channel, listed by creation time before a cursor."""

    def __init__(self, items: list[dict[str, Any]], page_size: int = 15) -> None:
        self.profiles: dict[str, object] = {"zg.520": detail()}
        self.items = items
        self.page_size = page_size
        self.oembed = 400
        self.on_list: Callable[[httpx.Request], Answer | None] = lambda request: None
        self.cursors: list[int] = []
        self.devices: list[str] = []

    def __call__(self, request: httpx.Request) -> Answer:
        path = request.url.path.removeprefix("/www.tiktok.com")
        if path.startswith("/@"):
            page = self.profiles.get(path[2:], GONE)
            return page if isinstance(page, httpx.Response) else httpx.Response(200, content=tiktok_profile_page(page))
        if path == "/oembed":
            return httpx.Response(self.oembed, json={})
        assert path == "/api/creator/item_list/"
        query = request.url.params
        assert (query["secUid"], query["count"], query["type"]) == (SEC_UID, "15", "1")
        cursor = int(query["cursor"])
        self.cursors.append(cursor)
        self.devices.append(query["device_id"])
        return self.on_list(request) or httpx.Response(200, json=self.page(cursor))

    def page(self, cursor: int) -> dict[str, Any]:
        """The week before the cursor, at most a page of it; pinned posts lead the first page."""
        pinned = [entry for entry in self.items if entry["isPinnedItem"]] if len(self.cursors) == 1 else []
        older = [entry for entry in self.items if entry["createTime"] * 1000 < cursor and not entry["isPinnedItem"]]
        older.sort(key=lambda entry: -entry["createTime"])
        week = [entry for entry in older if entry["createTime"] * 1000 >= cursor - 7 * 86_400_000][: self.page_size]
        return {"statusCode": 0, "itemList": pinned + week, "hasMorePrevious": len(older) > len(week)}


async def fetch(
    site: TikTok, identity: AccountIdentity = NEW, bounds: PostBounds | None = None
) -> tuple[Outcome, list[str]]:
    """The outcome, and the paths that were asked in order."""
    chains, sent = scripted(site)
    outcome = await chains.fetch_account(identity, bounds or PostBounds(30), NOW, within=AMPLE)
    return outcome, [request.url.path.removeprefix("/www.tiktok.com") for request in sent]


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


def numbers(outcome: Outcome) -> list[int]:
    return [int(post.external_id) - 7_000_000_000_000_000_000 for post in facts_of(outcome).posts]


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_profile_and_posts() -> None:
    outcome, paths = await fetch(TikTok([item(number, number * HOUR) for number in range(1, 21)]))
    assert paths == ["/@zg.520", "/api/creator/item_list/", "/api/creator/item_list/"]
    assert (outcome.answer_class, outcome.reason, outcome.retry_after_seconds) == (AnswerClass.OK, None, None)
    facts = facts_of(outcome)
    assert (facts.provider, facts.route, facts.captured_at) == ("tiktok_web", "profile_page", NOW)
    assert facts.posts_complete
    assert facts.profile.counts["followers"] == Count(427682)
    assert numbers(outcome) == list(range(1, 21))
    assert [(call.route, call.requests, call.answer_class, call.http_status) for call in outcome.calls] == [
        ("profile_page", 1, AnswerClass.OK, 200),
        ("creator_item_list", 2, AnswerClass.OK, 200),
    ]


async def test_the_walk_follows_the_last_posts_time_from_now() -> None:
    site = TikTok([item(number, number * HOUR) for number in range(1, 40)])
    await fetch(site)
    ages = [NOW - datetime.fromtimestamp(cursor / 1000, UTC) for cursor in site.cursors]
    assert ages == [0 * HOUR, 15 * HOUR]
    assert len(set(site.devices)) == 1


async def test_the_newest_posts_and_no_more() -> None:
    site = TikTok([item(number, number * HOUR) for number in range(1, 40)])
    outcome, paths = await fetch(site, bounds=PostBounds(10))
    assert numbers(outcome) == list(range(1, 11))
    assert facts_of(outcome).posts_complete
    assert len(paths) == 2
    outcome, paths = await fetch(TikTok([item(1, HOUR)]), bounds=PostBounds(0))
    assert (numbers(outcome), paths, facts_of(outcome).posts_complete) == ([], ["/@zg.520"], True)


async def test_a_pinned_old_post_does_not_end_the_walk() -> None:
    site = TikTok([item(99, 300 * DAY, pinned=True), *(item(number, number * HOUR) for number in range(1, 41))])
    outcome, paths = await fetch(site, bounds=PostBounds(None, NOW - 1.5 * DAY))
    assert numbers(outcome) == list(range(1, 37))
    assert facts_of(outcome).posts_complete
    assert len(paths) == 4
    outcome, _ = await fetch(TikTok(site.items), bounds=PostBounds(41))
    assert numbers(outcome) == [*range(1, 41), 99]


async def test_a_quiet_week_is_stepped_over() -> None:
    site = TikTok([item(1, 2 * HOUR), item(2, 18 * DAY)])
    outcome, _ = await fetch(site)
    assert numbers(outcome) == [1, 2]
    ages = [NOW - datetime.fromtimestamp(cursor / 1000, UTC) for cursor in site.cursors]
    assert ages == [0 * HOUR, 2 * HOUR, 7 * DAY + 2 * HOUR, 14 * DAY + 2 * HOUR]


async def test_a_silent_channel_ends_after_three_empty_weeks() -> None:
    outcome, paths = await fetch(TikTok([item(1, 60 * DAY)]))
    assert (numbers(outcome), len(paths)) == ([], 4)
    assert (outcome.answer_class, facts_of(outcome).posts_complete) == (AnswerClass.OK, False)
    outcome, paths = await fetch(TikTok([item(1, 60 * DAY)]), bounds=PostBounds(30, NOW - 10 * DAY))
    assert (len(paths), facts_of(outcome).posts_complete) == (3, True)


async def test_a_silent_channel_is_followed_as_far_as_is_asked() -> None:
    bounds = PostBounds(30, most_empty_weeks=9)
    outcome, paths = await fetch(TikTok([item(1, 60 * DAY)]), bounds=bounds)
    # Page, eight empty weeks, the week with the post, which is the channel's first.
    assert (numbers(outcome), len(paths), facts_of(outcome).posts_complete) == ([1], 10, True)


async def test_a_walk_is_bounded() -> None:
    site = TikTok([item(number, number * 6 * DAY) for number in range(1, 200)])
    outcome, paths = await fetch(site, bounds=PostBounds())
    assert (len(paths), len(numbers(outcome)), facts_of(outcome).posts_complete) == (47, 46, False)
    _, paths = await fetch(TikTok(site.items), bounds=PostBounds(30))
    assert len(paths) == 1 + 2 + 6


async def test_a_list_that_repeats_itself_is_asked_once_more_as_another_device() -> None:
    site = TikTok([item(number, number * HOUR) for number in range(1, 21)])
    first = site.page(0) | {"itemList": site.items[:15], "hasMorePrevious": True}
    site.on_list = lambda request: httpx.Response(200, json=first) if len(set(site.devices)) == 1 else None
    outcome, paths = await fetch(site)
    assert (outcome.answer_class, numbers(outcome), len(paths)) == (AnswerClass.OK, list(range(1, 21)), 4)
    site = TikTok(site.items)
    site.on_list = lambda request: httpx.Response(200, json=first)
    outcome, paths = await fetch(site)
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "The channel list repeats itself")
    assert (numbers(outcome), len(paths), len(set(site.devices))) == (list(range(1, 16)), 4, 2)


@pytest.mark.parametrize(
    ("answer", "listed"),
    [
        (httpx.Response(200, content=b""), AnswerClass.BLOCKED),
        (httpx.Response(429, headers={"Retry-After": "70"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(200, json={"statusCode": 10201}), AnswerClass.SCHEMA_CHANGED),
        (httpx.Response(500), AnswerClass.UPSTREAM_ERROR),
    ],
)
async def test_the_profile_is_kept_when_the_list_fails(answer: httpx.Response, listed: AnswerClass) -> None:
    site = TikTok([])
    site.on_list = lambda request: answer
    outcome, _ = await fetch(site)
    assert outcome.answer_class is AnswerClass.PARTIAL
    assert outcome.reason
    assert (facts_of(outcome).posts, facts_of(outcome).posts_complete) == ((), False)
    assert facts_of(outcome).profile.counts["following"] == Count(176)
    assert outcome.calls[1].answer_class is listed
    assert outcome.retry_after_seconds == (70 if listed is AnswerClass.RATE_LIMITED else None)


async def test_an_unreadable_post_makes_the_list_incomplete() -> None:
    site = TikTok([item(1, HOUR)])
    site.on_list = lambda request: httpx.Response(
        200, json=site.page(int(NOW.timestamp() * 1000)) | {"itemList": [site.items[0], {"id": None}]}
    )
    outcome, _ = await fetch(site)
    assert (outcome.answer_class, numbers(outcome)) == (AnswerClass.PARTIAL, [1])
    assert not facts_of(outcome).posts_complete


async def test_missing_figures_are_partial() -> None:
    site = TikTok([])
    site.profiles["zg.520"] = {**detail(), "userInfo": {"user": DETAIL["userInfo"]["user"]}}
    outcome, _ = await fetch(site)
    assert (outcome.answer_class, facts_of(outcome).profile.counts) == (AnswerClass.PARTIAL, {})
    unknown = {"followerCount": -1, "followingCount": "", "videoCount": None, "heartCount": -1}
    site.profiles["zg.520"] = {**detail(), "userInfo": {"user": DETAIL["userInfo"]["user"], "stats": unknown}}
    outcome, _ = await fetch(site)
    assert (outcome.answer_class, facts_of(outcome).profile.counts) == (AnswerClass.PARTIAL, {})


async def test_figures_by_other_names_are_another_shape() -> None:
    site = TikTok([])
    site.profiles["zg.520"] = {**detail(), "userInfo": {"user": DETAIL["userInfo"]["user"], "stats": {"fans": 5}}}
    outcome, _ = await fetch(site)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)


async def test_a_private_accounts_posts_are_not_asked_for() -> None:
    site = TikTok([item(1, HOUR)])
    site.profiles["zg.520"] = detail(privateAccount=True)
    outcome, paths = await fetch(site)
    assert (outcome.answer_class, paths) == (AnswerClass.PRIVATE, ["/@zg.520"])
    assert facts_of(outcome).profile.counts["followers"] == Count(427682)
    assert (numbers(outcome), facts_of(outcome).posts_complete) == ([], False)
    site.profiles["zg.520"] = {"statusCode": 10222, "userInfo": {}}
    outcome, _ = await fetch(site)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.PRIVATE, None)


@pytest.mark.parametrize(
    ("oembed", "answer_class"),
    [
        (400, AnswerClass.NOT_FOUND),
        (404, AnswerClass.NOT_FOUND),
        (200, AnswerClass.UNAVAILABLE),
        (403, AnswerClass.UNAVAILABLE),
        (500, AnswerClass.UNAVAILABLE),
    ],
)
async def test_a_missing_account_wants_a_second_opinion(oembed: int, answer_class: AnswerClass) -> None:
    site = TikTok([])
    site.profiles, site.oembed = {}, oembed
    outcome, paths = await fetch(site)
    assert paths == ["/@zg.520", "/oembed"]
    assert (outcome.answer_class, outcome.facts) == (answer_class, None)
    assert outcome.calls[0] == Call(
        "tiktok_web", "profile_page", AnswerClass.NOT_FOUND, 200, "10221", outcome.calls[0].elapsed_ms, 1
    )


async def test_a_rename_is_followed_by_the_stable_id() -> None:
    site = TikTok([item(1, HOUR, author="New.Name")])
    site.profiles = {"new.name": detail("New.Name")}
    outcome, paths = await fetch(site, KNOWN)
    listing = "/api/creator/item_list/"
    assert paths == ["/@zg.520", listing, "/@new.name", listing]
    assert (outcome.answer_class, numbers(outcome)) == (AnswerClass.OK, [1])
    assert (facts_of(outcome).profile.handle, facts_of(outcome).profile.external_id) == ("new.name", OWNER)


async def test_a_handle_taken_by_somebody_else_is_a_rename_too() -> None:
    site = TikTok([item(1, HOUR, author="new.name")])
    site.profiles = {"zg.520": detail(account="5"), "new.name": detail("new.name")}
    outcome, _ = await fetch(site, KNOWN)
    assert (outcome.answer_class, facts_of(outcome).profile.handle) == (AnswerClass.OK, "new.name")
    del site.profiles["new.name"]
    outcome, _ = await fetch(site, KNOWN)
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)
    assert outcome.reason == f"@zg.520 is now account 5, not {OWNER}"


async def test_a_rename_without_posts_is_found_by_the_numeric_page() -> None:
    site = TikTok([])
    site.profiles = {
        OWNER: httpx.Response(302, headers={"Location": "https://www.tiktok.com/@New.Name?lang=en"}),
        "New.Name": detail("New.Name"),
    }
    outcome, paths = await fetch(site, KNOWN)
    assert paths[:4] == ["/@zg.520", "/api/creator/item_list/", f"/@{OWNER}", "/@New.Name"]
    assert facts_of(outcome).profile.handle == "new.name"


async def test_gone_only_when_the_stable_id_is_denied_too() -> None:
    site = TikTok([])
    site.profiles = {}
    outcome, paths = await fetch(site, KNOWN)
    assert outcome.answer_class is AnswerClass.NOT_FOUND
    assert paths == ["/@zg.520", "/api/creator/item_list/", f"/@{OWNER}", "/oembed"]
    site.on_list = lambda request: httpx.Response(403)
    outcome, paths = await fetch(site, KNOWN)
    assert outcome.answer_class is AnswerClass.UNAVAILABLE
    assert "/oembed" not in paths


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(200, content=b""), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "/login?redirect_url=x"}), AnswerClass.LOGIN_REQUIRED),
        (httpx.Response(302, headers={"Location": "/@zg.520/"}), AnswerClass.BLOCKED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (httpx.Response(429, headers={"Retry-After": "70"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(503), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(200, content=tiktok_profile_page(detail("somebody"))), AnswerClass.SCHEMA_CHANGED),
    ],
)
async def test_a_block_is_never_not_found(answer: httpx.Response, answer_class: AnswerClass) -> None:
    site = TikTok([])
    site.profiles["zg.520"] = answer
    outcome, paths = await fetch(site, KNOWN)
    assert paths == ["/@zg.520"]
    assert (outcome.answer_class, outcome.facts) == (answer_class, None)
    assert outcome.reason
    assert outcome.retry_after_seconds == (70 if answer_class is AnswerClass.RATE_LIMITED else None)
