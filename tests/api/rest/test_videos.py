"""Videos of REST v2 that are tracked by themselves."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.tracking.videos import NewVideo, load_videos, track_video
from app.domain.facts import PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.listed import check_cursors_are_bound, check_orders, walked
from tests.factories import account_facts, at, counts, new_account, post, record, record_video

NEW = {"platform": "tiktok", "identifier": "7301234567890123456"}


async def tracked(rest: RestCaller, number: int, day: int, facts: PostFacts | None = None) -> str:
    """The id of a video tracked since that day of March 2026, and refreshed then if there are facts."""
    added_at = at(f"2026-03-{day:02} 08:00")
    video = await track_video(rest.viewer, NewVideo(Platform.TIKTOK, f"73{number:017}"), now=added_at)
    if facts is not None:
        await record_video(video, replace(facts, external_id=video.external_id), added_at)
    return str(video.id)


async def test_a_video_is_tracked_read_changed_and_removed(rest: RestCaller) -> None:
    made = await rest.create("/videos", **NEW, metadata={"set": "x"}, scrape_interval_hours=6)
    added_at = made["added_at"]
    assert made == {
        "id": made["id"],
        "platform": "tiktok",
        "external_id": "7301234567890123456",
        "type": "video",
        "shortcode": None,
        "first_scrape_time": None,
        "last_scrape_time": None,
        "metadata": {"set": "x"},
        "updated_at": added_at,
        "description": None,
        "create_time": made["create_time"],
        "media_type": None,
        "duration": None,
        "is_unavailable": False,
        "cover_image_url": None,
        "cover_image_url_original": None,
        "video_url": None,
        "video_url_original": None,
        "view_count": None,
        "like_count": None,
        "comment_count": None,
        "share_count": None,
        "play_count": None,
        "saved_count": None,
        "total_views": None,
        "total_plays": None,
        "account_id": None,
        "account_username": None,
        "platform_account_id": None,
        "platform_data": None,
        "is_active": True,
        "scrape_interval_hours": 6,
        "added_at": added_at,
    }
    assert added_at.endswith("Z")
    path = f"/videos/{made['id']}"
    assert await rest.get(path) == {"data": made}
    change: dict[str, Any] = {"is_active": False, "scrape_interval_hours": 720, "metadata": {"other": "y"}}
    assert (await rest.send("PATCH", path, json=change)).json() == {"data": {**made, **change}}
    cleared = (await rest.send("PATCH", path, json={"metadata": None})).json()["data"]
    assert cleared == {**made, **change, "metadata": {}}
    removed = await rest.send("DELETE", path)
    assert (removed.status_code, removed.content) == (204, b"")
    for method in ("GET", "DELETE"):
        problem_of(await rest.send(method, path), 404, "NOT_FOUND")
    problem_of(await rest.send("PATCH", path, json=change), 404, "NOT_FOUND")


async def test_every_field_of_a_refreshed_video(rest: RestCaller) -> None:
    made = await rest.create("/videos", platform="instagram", identifier="https://www.instagram.com/reel/DEiyb48AeB9/")
    assert (made["external_id"], made["shortcode"]) == ("3540614075954356349", "DEiyb48AeB9")
    facts = PostFacts(
        Platform.INSTAGRAM,
        made["external_id"],
        VideoKind.REEL,
        shortcode="DEiyb48AeB9",
        author_external_id="42",
        author_handle="rival_one",
        caption="Bread",
        published_at=at("2026-03-01 12:00"),
        duration_seconds=31,
        thumbnail_url="https://cdn.example/cover.jpg",
        video_url="https://cdn.example/video.mp4",
        views_kind=ViewsKind.PLAYS,
        counts=counts(
            {
                "views": 900,
                "plays": 950,
                "likes": 80,
                "comments": 7,
                "shares": 6,
                "saves": 5,
                "ig_plays": 900,
                "fb_plays": 50,
                "fb_likes": 3,
            }
        ),
    )
    video = (await load_videos(rest.viewer, [UUID(made["id"])]))[UUID(made["id"])]
    await record_video(video, facts, at("2026-03-02 09:30"))
    assert (await rest.get(f"/videos/{made['id']}"))["data"] == {
        **made,
        "first_scrape_time": "2026-03-02T09:30:00Z",
        "last_scrape_time": "2026-03-02T09:30:00Z",
        "description": "Bread",
        "create_time": "2026-03-01T12:00:00Z",
        "media_type": "reel",
        "duration": 31,
        "cover_image_url": "https://cdn.example/cover.jpg",
        "cover_image_url_original": "https://cdn.example/cover.jpg",
        "video_url": "https://cdn.example/video.mp4",
        "video_url_original": "https://cdn.example/video.mp4",
        "view_count": 900,
        "like_count": 80,
        "comment_count": 7,
        "share_count": 6,
        "play_count": 950,
        "saved_count": 5,
        "total_views": 900,
        "total_plays": 950,
        "account_username": "rival_one",
        "platform_account_id": "42",
        "platform_data": {"ig_play_count": 900, "fb_play_count": 50, "fb_like_count": 3},
    }


@pytest.mark.parametrize(
    ("platform", "identifier", "external_id", "shortcode"),
    [
        ("instagram", "https://www.instagram.com/p/DEiyb48AeB9/?igsh=1", "3540614075954356349", "DEiyb48AeB9"),
        ("instagram", "instagram.com/reels/DEiyb48AeB9", "3540614075954356349", "DEiyb48AeB9"),
        ("instagram", "https://instagram.com/tv/DEiyb48AeB9/", "3540614075954356349", "DEiyb48AeB9"),
        ("instagram", "DEiyb48AeB9", "3540614075954356349", "DEiyb48AeB9"),
        ("instagram", "3540614075954356349", "3540614075954356349", "DEiyb48AeB9"),
        ("tiktok", "https://www.tiktok.com/@name/video/7301234567890123456?x=1", "7301234567890123456", None),
        ("tiktok", "https://www.tiktok.com/@name/photo/7301234567890123456", "7301234567890123456", None),
        ("tiktok", " 7301234567890123456 ", "7301234567890123456", None),
    ],
)
async def test_posts_are_named_in_many_ways(
    rest: RestCaller, platform: str, identifier: str, external_id: str, shortcode: str | None
) -> None:
    made = await rest.create("/videos", platform=platform, identifier=identifier)
    assert (made["external_id"], made["shortcode"]) == (external_id, shortcode)
    again = await rest.send("POST", "/videos", json={"platform": platform, "identifier": external_id})
    problem = problem_of(again, 409, "CONFLICT")
    assert problem["existing_id"] == made["id"]
    assert problem["detail"].endswith("is tracked by itself already. Use the existing video.")


@pytest.mark.parametrize(
    ("platform", "identifier"),
    [
        ("tiktok", "https://www.instagram.com/p/DEiyb48AeB9/"),
        ("instagram", "https://www.tiktok.com/@name/video/7301234567890123456"),
        ("tiktok", "https://vm.tiktok.com/ZMabc/"),
        ("tiktok", "https://example.com/@name/video/7301234567890123456"),
        ("tiktok", "abc"),
        ("tiktok", "0"),
        ("tiktok", str(2**63)),
        ("tiktok", "9" * 2048),
        ("tiktok", "\u0667" * 19),
        ("instagram", "no shortcode!"),
        ("instagram", "https://[/p/DEiyb48AeB9/"),
        ("instagram", "-5"),
        ("instagram", "https://www.instagram.com/p/%00/"),
    ],
)
async def test_what_names_no_post_is_refused(rest: RestCaller, platform: str, identifier: str) -> None:
    answer = await rest.send("POST", "/videos", json={"platform": platform, "identifier": identifier})
    problem = problem_of(answer, 422, "VALIDATION_ERROR")
    assert [error["field"] for error in problem["errors"]] == ["identifier"]
    assert await walked(rest, "/videos") == []


async def test_one_that_is_not_active_is_registered_only(rest: RestCaller) -> None:
    made = await rest.create("/videos", **NEW, is_active=False)
    assert made["is_active"] is False
    video = (await load_videos(rest.viewer, [UUID(made["id"])]))[UUID(made["id"])]
    assert video.next_refresh_at is None
    resumed = (await rest.send("PATCH", f"/videos/{made['id']}", json={"is_active": True})).json()["data"]
    assert resumed == {**made, "is_active": True}
    video = (await load_videos(rest.viewer, [UUID(made["id"])]))[UUID(made["id"])]
    assert video.next_refresh_at is not None


async def test_lists_are_ordered_by_every_key_and_unknown_comes_last(rest: RestCaller) -> None:
    a = await tracked(rest, 1, 5, post("", at("2026-02-02 08:00"), {"views": 30, "plays": 1, "likes": 2}))
    b = await tracked(rest, 2, 4, post("", at("2026-02-03 08:00"), {"views": 10, "plays": 2}))
    c = await tracked(rest, 3, 6, post("", at("2026-02-01 08:00"), {"views": 20, "likes": 1}))
    page = (await rest.get("/videos"))["data"]
    assert [row["id"] for row in page] == [c, a, b]
    unknown = {
        name: [row["id"] for row in page if row[name] is None] for name in ("view_count", "like_count", "play_count")
    }
    assert unknown["like_count"] == [b]
    await check_orders(
        rest,
        "/videos",
        {
            "added_at": [b, a, c],
            "create_time": [c, a, b],
            "view_count": [b, c, a],
            "like_count": [c, a, "", b],
            "play_count": [a, b, "", *unknown["play_count"]],
        },
        default="desc",
    )


async def test_filters_combine_and_feeds_are_elsewhere(rest: RestCaller, other: RestCaller) -> None:
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    fed = post(f"7{account.id.int % 10**17}", at("2026-02-02 08:00"), {"views": 1})
    await record(account, account_facts(account, at("2026-03-01 09:00"), [replace(fed, caption="Rye bread")]))
    assert await walked(rest, "/videos") == []
    (found,) = (await rest.get("/account-videos"))["data"]
    both = await rest.create("/videos", platform="tiktok", identifier=fed.external_id)
    assert both["id"] == found["id"]
    lone = await tracked(rest, 1, 2, replace(post("", None, {}), caption="White BREAD"))
    instagram = (await rest.create("/videos", platform="instagram", identifier="DEiyb48AeB9", is_active=False))["id"]
    await other.create("/videos", **NEW)

    async def listed(**parameters: Any) -> set[str]:
        page = await rest.get("/videos", include_total="true", **parameters)
        assert page["filters"] == {**parameters, "order_by": "added_at", "order_direction": "desc"}
        assert page["pagination"]["total_count"] == len(page["data"])
        return {row["id"] for row in page["data"]}

    assert await listed() == {both["id"], lone, instagram}
    assert await listed(platform="instagram") == {instagram}
    assert await listed(q="bread") == {both["id"], lone}
    assert await listed(q="rye br") == {both["id"]}
    assert await listed(is_active=False) == {instagram}
    assert await listed(account_id=str(account.id)) == {both["id"]}
    assert await listed(account_id=str(uuid4())) == set()
    assert await listed(account_id=str(account.id), platform="instagram") == set()
    assert both["account_id"] == str(account.id)

    # It stays in the feed when it is no longer tracked by itself.
    assert (await rest.send("DELETE", f"/videos/{both['id']}")).status_code == 204
    problem_of(await rest.send("GET", f"/videos/{both['id']}"), 404, "NOT_FOUND")
    assert (await rest.get(f"/account-videos/{both['id']}"))["data"] == found
    problem_of(await rest.send("PATCH", f"/videos/{found['id']}", json={"is_active": True}), 404, "NOT_FOUND")


async def test_a_cursor_belongs_to_its_filter_and_order(rest: RestCaller) -> None:
    for number in range(3):
        await tracked(rest, number, number + 1)
    others = [
        {"platform": "tiktok"},
        {"q": "o"},
        {"is_active": "true"},
        {"account_id": str(uuid4())},
        {"order_by": "create_time"},
        {"sort": "added_at"},
    ]
    await check_cursors_are_bound(rest, "/videos", others)
    cursor = (await rest.get("/videos", limit=1))["pagination"]["next_cursor"]
    problem_of(await rest.send("GET", "/account-videos", params={"cursor": cursor}), 422, "VALIDATION_ERROR")
