"""Accounts of REST v2."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.tracking.accounts import NewAccount, load_accounts, track_account
from app.domain.facts import AccountFacts, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.store.db import execute
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.listed import check_cursors_are_bound, check_orders, walked
from tests.factories import account_facts, at, counts, new_account, record


async def test_an_account_is_tracked_read_changed_and_removed(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="@Rival_Two", metadata={"set": "competitors"})
    assert (made["type"], made["platform"], made["username"]) == ("account", "tiktok", "rival_two")
    assert (made["is_active"], made["is_unavailable"], made["last_scrape_time"]) == (True, False, None)
    assert (made["scrape_interval_hours"], made["follower_count"], made["saved_count"]) == (24, 0, None)
    assert (made["effective_max_recent_posts_per_account"], made["effective_post_lookback_days"]) == (100, 365)
    assert (made["max_recent_posts_per_account"], made["post_lookback_days"]) == (None, None)
    assert await rest.get(f"/accounts/{made['id']}") == {"data": made}

    change = {"is_active": False, "category": "Food", "scrape_interval_hours": 12, "post_lookback_days": 30}
    changed = (await rest.send("PATCH", f"/accounts/{made['id']}", json=change)).json()["data"]
    assert changed == {**made, **change, "effective_post_lookback_days": 30}

    removed = await rest.send("DELETE", f"/accounts/{made['id']}")
    assert (removed.status_code, removed.content) == (204, b"")
    again = await rest.send("DELETE", f"/accounts/{made['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "NOT_FOUND")


async def test_a_duplicate_names_what_is_there(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="instagram", username="rival_one")
    again = await rest.send("POST", "/accounts", json={"platform": "instagram", "username": "@RIVAL_ONE"})
    problem = again.json()
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert (problem["type"], problem["title"], problem["status"]) == (
        "urn:creatorgraph:error:conflict",
        "Conflict",
        409,
    )
    assert (problem["code"], problem["existing_id"], problem["instance"]) == ("CONFLICT", made["id"], "/v2/accounts")
    assert problem["request_id"] == again.headers["x-request-id"]


async def test_lists_are_walked_by_cursor_and_by_link(rest: RestCaller, other: RestCaller) -> None:
    await new_account(other.viewer, at("2026-03-01 08:00"))
    ids = [str((await new_account(rest.viewer, at(f"2026-03-01 08:0{n}"))).id) for n in range(5)]
    page = await rest.get("/accounts", limit=2, include_total="true")
    assert [row["id"] for row in page["data"]] == ids[:2:-1]
    cursor = page["pagination"]["next_cursor"]
    assert page["pagination"] == {"has_next": True, "limit": 2, "next_cursor": cursor, "total_count": 5}
    assert page["filters"] == {"order_by": "added_at", "order_direction": "desc"}
    following = await rest.get("/accounts", limit=3, cursor=cursor)
    assert [row["id"] for row in following["data"]] == ids[2::-1]
    assert following["pagination"] == {"has_next": False, "limit": 3, "next_cursor": None, "total_count": None}

    seen, path = [], "/v2/accounts?limit=2&platform=tiktok"
    while path:
        answer = await rest.client.get(path, headers={"Authorization": f"Bearer {rest.key}"})
        seen += [row["id"] for row in answer.json()["data"]]
        assert answer.links["first"]["url"] == "http://127.0.0.1/v2/accounts?limit=2&platform=tiktok"
        path = answer.links.get("next", {}).get("url")
    assert seen == ids[::-1]


async def test_a_representation_that_is_known_is_not_sent_again(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="known")
    first = await rest.send("GET", f"/accounts/{made['id']}")
    assert first.headers["cache-control"] == "private, no-cache"
    etag = first.headers["etag"]
    for given in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = await rest.send("GET", f"/accounts/{made['id']}", headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert int(again.headers["x-ratelimit-remaining"]) < 600
    await rest.send("PATCH", f"/accounts/{made['id']}", json={"category": "New"})
    changed = await rest.send("GET", f"/accounts/{made['id']}", headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["data"]["category"]) == (200, "New")
    head = await rest.send("HEAD", f"/accounts/{made['id']}")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", changed.headers["etag"])


async def refreshed(
    rest: RestCaller,
    platform: Platform,
    handle: str,
    profile: Mapping[str, int],
    posts: Mapping[str, int],
    when: str,
    **more: Any,
) -> str:
    """The id of an account that was refreshed once, with a post of these counters."""
    new = NewAccount(platform, handle, more.pop("category", None), creator_id=more.pop("creator_id", None))
    account = await track_account(rest.viewer, new, now=at(when) - timedelta(hours=1))
    facts = AccountFacts(
        profile=ProfileFacts(platform, f"id-{handle}", handle, counts=counts(profile), **more),
        posts=(
            PostFacts(
                platform,
                f"7{account.id.int % 10**17}",
                VideoKind.VIDEO,
                views_kind=ViewsKind.PLAYS if "views" in posts else None,
                counts=counts(posts),
            ),
        ),
        captured_at=at(when),
        provider="test",
        route="test",
    )
    await record(account, facts)
    return str(account.id)


async def test_every_field_of_a_refreshed_account(rest: RestCaller) -> None:
    creator = await rest.create("/creators", name="The creator")
    id = await refreshed(
        rest,
        Platform.INSTAGRAM,
        "rival_one",
        {"followers": 1200, "following": 34, "profile_posts": 560},
        {"views": 900, "plays": 950, "likes": 80, "comments": 7, "shares": 6, "saves": 5},
        "2026-03-02 09:30",
        category="Food",
        creator_id=UUID(creator["id"]),
        display_name="Rival One",
        biography="Bakes.",
        link_in_bio="https://rival.example",
        picture_url="https://cdn.example/one.jpg",
        is_verified=True,
    )
    assert (await rest.get(f"/accounts/{id}"))["data"] == {
        "id": id,
        "type": "account",
        "platform": "instagram",
        "username": "rival_one",
        "name": "Rival One",
        "description": "Bakes.",
        "profile_pic_url": "https://cdn.example/one.jpg",
        "profile_pic_url_original": "https://cdn.example/one.jpg",
        "is_verified": True,
        "is_active": True,
        "is_unavailable": False,
        "link_in_bio": "https://rival.example",
        "creator_id": creator["id"],
        "creator_name": "The creator",
        "category": "Food",
        "metadata": {},
        "added_at": "2026-03-02T08:30:00Z",
        "first_scrape_time": "2026-03-02T09:30:00Z",
        "last_scrape_time": "2026-03-02T09:30:00Z",
        "scrape_interval_hours": 24,
        "follower_count": 1200,
        "following_count": 34,
        "profile_post_count": 560,
        "total_post_count": 1,
        "view_count": 900,
        "like_count": 80,
        "comment_count": 7,
        "share_count": 6,
        "play_count": 950,
        "saved_count": 5,
        "fb_play_count": None,
        "ig_play_count": None,
        "fb_like_count": None,
        "max_recent_posts_per_account": None,
        "post_lookback_days": None,
        "effective_max_recent_posts_per_account": 100,
        "effective_post_lookback_days": 365,
    }
    tiktok = await refreshed(rest, Platform.TIKTOK, "rival_two", {}, {"saves": 3}, "2026-03-02 09:30")
    shown = (await rest.get(f"/accounts/{tiktok}"))["data"]
    assert (shown["saved_count"], shown["follower_count"], shown["view_count"]) == (None, 0, 0)


async def test_lists_are_ordered_by_every_key_and_unknown_comes_last(rest: RestCaller) -> None:
    a = await refreshed(rest, Platform.TIKTOK, "a", {"followers": 3}, {"views": 30, "likes": 1}, "2026-03-05 08:00")
    b = await refreshed(rest, Platform.INSTAGRAM, "b", {"followers": 1}, {"views": 10, "likes": 3}, "2026-03-04 08:00")
    c = await refreshed(rest, Platform.TIKTOK, "c", {"followers": 2}, {"views": 20, "plays": 5}, "2026-03-06 08:00")
    d = str((await track_account(rest.viewer, NewAccount(Platform.TIKTOK, "d"), now=at("2026-03-01 08:00"))).id)
    e = str((await track_account(rest.viewer, NewAccount(Platform.TIKTOK, "e"), now=at("2026-03-07 08:00"))).id)
    plays = {row["id"]: row["play_count"] for row in (await rest.get("/accounts"))["data"]}
    assert plays[c] == 5
    await check_orders(
        rest,
        "/accounts",
        {
            "added_at": [d, b, a, c, e],
            "username": [a, b, c, d, e],
            "last_scrape_time": [b, a, c, "", d, e],
            "follower_count": [b, c, a, "", d, e],
            "view_count": [b, c, a, "", d, e],
            "like_count": [a, b, "", c, d, e],
            "play_count": [c, "", *(one for one in (a, b) if plays[one] == 0), d, e],
        },
        default="desc",
    )
    assert await walked(rest, "/accounts") == [e, c, a, b, d]
    assert await walked(rest, "/accounts", order_direction="asc") == [d, b, a, c, e]


async def test_filters_combine(rest: RestCaller, other: RestCaller) -> None:
    creator = await rest.create("/creators", name="The creator")
    one = await rest.create("/accounts", platform="tiktok", username="Rival_One", category="Food")
    two = await rest.create("/accounts", platform="instagram", username="rival_two", category="food")
    three = await rest.create(
        "/accounts", platform="tiktok", username="someone", category="Food", creator_id=creator["id"]
    )
    four = await refreshed(rest, Platform.TIKTOK, "rivals", {}, {}, "2026-03-01 08:00", is_verified=True)
    await rest.send("PATCH", f"/accounts/{two['id']}", json={"is_active": False})
    await other.create("/accounts", platform="tiktok", username="rival_one")
    one, two, three = one["id"], two["id"], three["id"]

    async def found(**parameters: Any) -> set[str]:
        page = await rest.get("/accounts", include_total="true", **parameters)
        assert page["filters"] == {**parameters, "order_by": "added_at", "order_direction": "desc"}
        assert page["pagination"]["total_count"] == len(page["data"])
        return {row["id"] for row in page["data"]}

    assert await found() == {one, two, three, four}
    assert await found(platform="instagram") == {two}
    assert await found(q="RIVAL") == {one, two, four}
    assert await found(q="l_o") == {one}
    assert await found(q="%") == set()
    assert await found(q="_") == {one, two}
    assert await found(is_active=True) == {one, three, four}
    assert await found(is_active=False) == {two}
    assert await found(is_verified=True) == {four}
    assert await found(is_verified=False) == {one, two, three}
    assert await found(category="Food") == {one, three}
    assert await found(category="Fo") == set()
    assert await found(creator_id=creator["id"]) == {three}
    assert await found(creator_id="none") == {one, two, four}
    assert await found(creator_id=str(uuid4())) == set()
    assert await found(platform="tiktok", q="rival", creator_id="none", category="Food") == {one}
    # `q` is over usernames alone.
    await record_name(rest, four, "Somebody Else")
    assert await found(q="somebody") == set()


async def record_name(rest: RestCaller, id: str, name: str) -> None:
    account = (await load_accounts(rest.viewer, [UUID(id)]))[UUID(id)]
    facts = account_facts(account, at("2026-03-03 08:00"), [])
    await record(account, replace(facts, profile=replace(facts.profile, display_name=name)))
    assert (await rest.get(f"/accounts/{id}"))["data"]["name"] == name


async def test_a_cursor_belongs_to_its_filter_and_order(rest: RestCaller) -> None:
    for name in ("one", "two", "three"):
        await rest.create("/accounts", platform="tiktok", username=name)
    others = [
        {"platform": "tiktok"},
        {"q": "o"},
        {"is_active": "true"},
        {"is_verified": "false"},
        {"category": "x"},
        {"creator_id": "none"},
        {"order_by": "username"},
        {"sort": "added_at"},
        {"order_direction": "asc"},
    ]
    await check_cursors_are_bound(rest, "/accounts", others)
    cursor = (await rest.get("/accounts", limit=1))["pagination"]["next_cursor"]
    assert (await rest.get("/accounts", cursor=cursor, sort="-added_at", include_total="true", colour="x"))["data"]
    problem_of(await rest.send("GET", "/videos", params={"cursor": cursor}), 422, "VALIDATION_ERROR")
    problem_of(await rest.send("GET", "/accounts", params={"cursor": cursor[:-1]}), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("given", "platform", "kept"),
    [
        ("@Rival_Two", "tiktok", "rival_two"),
        (" rival.two ", "tiktok", "rival.two"),
        ("https://www.tiktok.com/@Rival_Two?lang=en", "tiktok", "rival_two"),
        ("instagram.com/rival_one/", "instagram", "rival_one"),
    ],
)
async def test_handles_are_kept_in_one_form(rest: RestCaller, given: str, platform: str, kept: str) -> None:
    made = await rest.create("/accounts", platform=platform, username=given)
    assert made["username"] == kept
    again = await rest.send("POST", "/accounts", json={"platform": platform, "username": kept.upper()})
    assert problem_of(again, 409, "CONFLICT")["existing_id"] == made["id"]
    elsewhere = {"tiktok": "instagram", "instagram": "tiktok"}[platform]
    await rest.create("/accounts", platform=elsewhere, username=kept)


async def test_the_quota_is_told(rest: RestCaller) -> None:
    await execute("UPDATE organization SET account_quota = 1 WHERE id = $1", rest.viewer.organization_id)
    made = await rest.create("/accounts", platform="tiktok", username="only")
    answer = await rest.send("POST", "/accounts", json={"platform": "tiktok", "username": "more"})
    problem = problem_of(answer, 403, "QUOTA_EXCEEDED")
    assert problem["title"] == "Forbidden"
    assert problem["detail"] == "The organization tracks 1 accounts, as many as it may. Remove one first."
    assert await walked(rest, "/accounts") == [made["id"]]
    await rest.send("DELETE", f"/accounts/{made['id']}")
    await rest.create("/accounts", platform="tiktok", username="more")


async def test_an_account_can_be_tracked_for_a_creator(rest: RestCaller, other: RestCaller) -> None:
    creator = await rest.create("/creators", name="The creator", is_active=False)
    asked = {"platform": "tiktok", "username": "linked", "creator_id": creator["id"], "category": None}
    made = await rest.create("/accounts", **asked)
    assert (made["creator_id"], made["creator_name"]) == (creator["id"], "The creator")
    assert made["is_active"] is False  # as its creator is
    for unknown in (str(uuid4()), (await other.create("/creators", name="Theirs"))["id"]):
        members = {**asked, "username": "refused", "creator_id": unknown}
        problem = problem_of(await rest.send("POST", "/accounts", json=members), 404, "NOT_FOUND")
        assert problem["detail"] == "There is no such creator."
    assert await walked(rest, "/accounts") == [made["id"]]


async def test_a_change_links_and_unlinks(rest: RestCaller, other: RestCaller) -> None:
    one, two = [await rest.create("/creators", name=name) for name in ("One", "Two")]
    path = f"/accounts/{(await rest.create('/accounts', platform='tiktok', username='moved'))['id']}"

    async def change(**members: Any) -> httpx.Response:
        return await rest.send("PATCH", path, json=members)

    linked = (await change(creator_id=one["id"], category="Food")).json()["data"]
    assert (linked["creator_id"], linked["creator_name"], linked["category"]) == (one["id"], "One", "Food")
    assert (await change(creator_id=one["id"])).json()["data"] == linked
    problem = problem_of(await change(creator_id=two["id"], category="Lost"), 409, "CONFLICT")
    assert problem["detail"] == "@moved on tiktok is linked to the creator 'One'. Unlink it there first."
    for unknown in (str(uuid4()), (await other.create("/creators", name="Theirs"))["id"]):
        problem_of(await change(creator_id=unknown, category="Lost"), 404, "NOT_FOUND")
    assert (await rest.get(path))["data"] == linked
    unlinked = (await change(creator_id=None, category=None)).json()["data"]
    assert (unlinked["creator_id"], unlinked["creator_name"], unlinked["category"]) == (None, None, None)
    assert (await change(creator_id=None)).status_code == 200
    assert (await change(creator_id=two["id"])).json()["data"]["creator_id"] == two["id"]


async def test_null_clears_what_can_be_null(rest: RestCaller) -> None:
    made = await rest.create("/accounts", platform="tiktok", username="x", category="C", metadata={"a": "b"})
    path = f"/accounts/{made['id']}"
    bounds = {"max_recent_posts_per_account": 5, "post_lookback_days": 7}
    changed = (await rest.send("PATCH", path, json=bounds)).json()["data"]
    effective = {"effective_max_recent_posts_per_account": 5, "effective_post_lookback_days": 7}
    assert changed == {**made, **bounds, **effective}
    nothing = dict.fromkeys([*bounds, "category", "metadata"])
    cleared = (await rest.send("PATCH", path, json=nothing)).json()["data"]
    assert cleared == {**made, "category": None, "metadata": {}}


async def test_a_removed_account_is_gone_with_its_posts(rest: RestCaller) -> None:
    id = await refreshed(rest, Platform.TIKTOK, "gone", {"followers": 1}, {"views": 1}, "2026-03-01 08:00")
    creator = await rest.create("/creators", name="Left")
    await rest.send("PUT", f"/creators/{creator['id']}/accounts/{id}")
    (post,) = (await rest.get("/account-videos"))["data"]
    assert (await rest.send("DELETE", f"/accounts/{id}")).status_code == 204
    assert [await walked(rest, path) for path in ("/accounts", "/account-videos")] == [[], []]
    problem_of(await rest.send("GET", f"/account-videos/{post['id']}"), 404, "NOT_FOUND")
    problem_of(await rest.send("PATCH", f"/accounts/{id}", json={"is_active": True}), 404, "NOT_FOUND")
    problem_of(await rest.send("PUT", f"/creators/{creator['id']}/accounts/{id}"), 404, "NOT_FOUND")
    assert (await rest.get(f"/creators/{creator['id']}"))["data"]["accounts_summary"]["total"] == 0
    anew = await rest.create("/accounts", platform="tiktok", username="gone")
    assert anew["id"] != id
    assert anew["first_scrape_time"] is None
