"""Videos of REST v2 that were found in the feeds of tracked accounts."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from app.core.tracking.accounts import load_accounts
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.platforms import Platform
from app.domain.records import Account
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.listed import check_cursors_are_bound, check_orders, walked
from tests.factories import account_facts, at, new_account, post, record


async def feed(account: Account, captions: dict[str, dict[str, int]], platform: Platform = Platform.TIKTOK) -> None:
    """Records a refresh of the account with a post of each caption, one a day later than the other."""
    posts = [
        replace(
            post(f"7{account.id.int % 10**15}{number}", at(f"2026-02-{number + 1:02} 08:00"), values),
            caption=caption,
            platform=platform,
            author_handle=account.handle,
            author_external_id=f"id-{account.handle}",
        )
        for number, (caption, values) in enumerate(captions.items())
    ]
    await record(account, account_facts(account, at("2026-03-01 09:00"), posts))


async def ids_by_caption(rest: RestCaller) -> dict[str, str]:
    return {row["description"]: row["id"] for row in (await rest.get("/account-videos"))["data"]}


async def test_every_field_of_a_discovered_video(rest: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    await feed(account, {"Bread": {"views": 900, "plays": 900, "likes": 80, "comments": 7, "shares": 6, "saves": 5}})
    (shown,) = (await rest.get("/account-videos"))["data"]
    number = shown["internal_id"]
    assert isinstance(number, int)
    assert shown == {
        "id": shown["id"],
        "platform": "tiktok",
        "external_id": f"7{account.id.int % 10**15}0",
        "type": "video",
        "shortcode": None,
        "first_scrape_time": "2026-03-01T09:00:00Z",
        "last_scrape_time": "2026-03-01T09:00:00Z",
        "metadata": {},
        "updated_at": "2026-03-01T09:00:00Z",
        "description": "Bread",
        "create_time": "2026-02-01T08:00:00Z",
        "media_type": "video",
        "duration": None,
        "is_unavailable": False,
        "cover_image_url": None,
        "cover_image_url_original": None,
        "video_url": None,
        "video_url_original": None,
        "view_count": 900,
        "like_count": 80,
        "comment_count": 7,
        "share_count": 6,
        "play_count": 900,
        "saved_count": None,
        "total_views": 900,
        "total_plays": 900,
        "account_id": str(account.id),
        "account_username": account.handle,
        "platform_account_id": f"id-{account.handle}",
        "platform_data": None,
        "internal_id": number,
        "discovered_at": "2026-03-01T09:00:00Z",
    }
    assert await rest.get(f"/account-videos/{shown['id']}") == {"data": shown}
    metrics = await rest.send("POST", "/account-videos/metrics", json={"tiktok_video_ids": [number]})
    assert list(metrics.json()["data"]["tiktok"]) == [str(number)]


async def test_lists_are_ordered_by_every_key_and_unknown_comes_last(rest: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    await feed(account, {"a": {"views": 3, "plays": 1, "likes": 2}, "b": {"views": 2, "likes": 1}, "c": {}})
    found = await ids_by_caption(rest)
    a, b, c = found["a"], found["b"], found["c"]
    plays = {row["id"]: row["play_count"] for row in (await rest.get("/account-videos"))["data"]}
    await check_orders(
        rest,
        "/account-videos",
        {
            "create_time": [a, b, c],
            "view_count": [b, a, "", c],
            "like_count": [b, a, "", c],
            "play_count": [a, "", *(one for one in (b, c) if plays[one] is None)],
        },
        default="desc",
    )
    assert await walked(rest, "/account-videos", limit=1) == [c, b, a]


async def test_filters_combine_and_lone_videos_are_elsewhere(rest: RestCaller, other: RestCaller) -> None:
    one, two = [
        await new_account(rest.viewer, at("2026-03-01 08:00"), platform)
        for platform in (Platform.TIKTOK, Platform.INSTAGRAM)
    ]
    creator = await create_creator(rest.viewer, NewCreator("The creator"), now=at("2026-03-01 08:00"))
    await link_account(rest.viewer, creator.id, one.id, now=at("2026-03-01 08:00"))
    await feed((await load_accounts(rest.viewer, [one.id]))[one.id], {"Rye bread": {}, "Cake": {}}, one.platform)
    await feed((await load_accounts(rest.viewer, [two.id]))[two.id], {"White BREAD": {}}, two.platform)
    lone = await rest.create("/videos", platform="tiktok", identifier="7301234567890123456")
    theirs = await new_account(other.viewer, at("2026-03-01 08:00"))
    await feed(theirs, {"Their bread": {}})
    (foreign,) = (await other.get("/account-videos"))["data"]

    async def listed(**parameters: Any) -> set[str]:
        page = await rest.get("/account-videos", include_total="true", **parameters)
        assert page["filters"] == {**parameters, "order_by": "create_time", "order_direction": "desc"}
        assert page["pagination"]["total_count"] == len(page["data"])
        return {row["description"] for row in page["data"]}

    assert await listed() == {"Rye bread", "Cake", "White BREAD"}
    assert await listed(q="bread") == {"Rye bread", "White BREAD"}
    assert await listed(platform=one.platform.value) == {"Rye bread", "Cake"}
    assert await listed(account_id=str(two.id)) == {"White BREAD"}
    assert await listed(account_id=str(theirs.id)) == set()
    assert await listed(creator_id=str(creator.id)) == {"Rye bread", "Cake"}
    assert await listed(creator_id="none") == {"White BREAD"}
    assert await listed(creator_id=str(uuid4())) == set()
    assert await listed(creator_id=str(creator.id), q="bread", platform=one.platform.value) == {"Rye bread"}
    for unknown in (lone["id"], foreign["id"], str(uuid4())):
        problem = problem_of(await rest.send("GET", f"/account-videos/{unknown}"), 404, "NOT_FOUND")
        assert problem["detail"] == "There is no such discovered video."


async def test_one_that_is_tracked_by_itself_too_is_in_both_lists(rest: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    await feed(account, {"Both": {"views": 1}})
    (found,) = (await rest.get("/account-videos"))["data"]
    made = await rest.create(
        "/videos", platform="tiktok", identifier=found["external_id"], metadata={"set": "x"}, is_active=False
    )
    assert UUID(made["id"]) == UUID(found["id"])
    again = (await rest.get(f"/account-videos/{found['id']}"))["data"]
    assert again == {**found, "metadata": {"set": "x"}, "updated_at": made["added_at"]}
    assert "is_active" not in again


async def test_a_cursor_belongs_to_its_filter_and_order(rest: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    await feed(account, {name: {} for name in "abc"})
    others = [
        {"platform": "tiktok"},
        {"q": "o"},
        {"account_id": str(account.id)},
        {"creator_id": "none"},
        {"order_by": "view_count"},
        {"sort": "create_time"},
    ]
    await check_cursors_are_bound(rest, "/account-videos", others)
