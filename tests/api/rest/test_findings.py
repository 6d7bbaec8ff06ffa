"""The overview, the leaderboard of creators and the search of REST v2."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.platforms import Platform
from app.domain.records import Creator
from app.domain.viewer import Viewer
from app.store import models
from tests.api.conftest import Statements
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.measured import NOW, lone_video, on, today, worked_example
from tests.factories import account_facts, at, new_account, new_video, post, record, record_video

__all__ = ["today"]


async def creator_with(viewer: Viewer, name: str, views: int | None, likes: int = 0) -> Creator:
    """A creator whose account gained that many views and likes this week; None for one without accounts."""
    creator = await create_creator(viewer, NewCreator(name), now=on("01"))
    if views is not None:
        account = await new_account(viewer, on("01"))
        await link_account(viewer, creator.id, account.id, now=on("01"))
        for day, values in (("02", {"views": 100, "likes": 0}), ("03", {"views": 100 + views, "likes": likes})):
            facts = [post(f"{account.id.int}", None, values)]
            await record(account, account_facts(account, on(day), facts, {"followers": 10}))
    return creator


async def test_an_overview_of_nothing(rest: RestCaller) -> None:
    nothing = dict.fromkeys(
        ("total_views", "engagement_rate", "active_accounts", "account_videos", "tracked_videos"), 0
    )
    assert await rest.get("/overview") == {
        "data": {
            "type": "overview",
            "start_date": "2026-02-28",
            "end_date": "2026-03-06",
            "current": nothing,
            "previous": nothing,
            "changes": {f"{name}_pct": 0 for name in nothing},
            "changes_available": {
                "total_views": False,
                "engagement_rate": False,
                "active_accounts": True,
                "account_videos": True,
                "tracked_videos": True,
            },
        }
    }


async def test_an_overview_beside_the_window_before(rest: RestCaller, other: RestCaller) -> None:
    await worked_example(other.viewer)
    # Both windows have views; the one before has no engagement, so that the rate grows from 0.
    account = await new_account(rest.viewer, at("2026-02-20 08:00"))
    for instant, values in (
        ("2026-02-20 09:00", {"views": 1000, "likes": 10, "comments": 5, "shares": 1, "saves": 9}),
        ("2026-02-25 09:00", {"views": 1400, "likes": 10, "comments": 5, "shares": 1, "saves": 12}),
        ("2026-03-05 09:00", {"views": 1900, "likes": 30, "comments": 9, "shares": 2, "saves": 99}),
    ):
        await record(account, account_facts(account, at(instant), [post("1", None, values)]))
    await lone_video(rest.viewer, "7301234567890123456", {"02": 50})
    found = (await rest.get("/overview", period="7d"))["data"]
    assert found["current"] == {
        "total_views": 500,
        "engagement_rate": 5.0,
        "active_accounts": 1,
        "account_videos": 1,
        "tracked_videos": 1,
    }
    assert found["previous"] == {
        "total_views": 400,
        "engagement_rate": 0,
        "active_accounts": 1,
        "account_videos": 1,
        "tracked_videos": 0,
    }
    assert found["changes"] == {
        "total_views_pct": 25,
        "engagement_rate_pct": 100,
        "active_accounts_pct": 0,
        "account_videos_pct": 0,
        "tracked_videos_pct": 100,
    }
    assert found["changes_available"] == {
        "total_views": True,
        "engagement_rate": False,
        "active_accounts": True,
        "account_videos": True,
        "tracked_videos": False,
    }
    month = (await rest.get("/overview", period="30d"))["data"]
    assert (month["start_date"], month["current"]["total_views"], month["previous"]["total_views"]) == (
        "2026-02-05",
        900,
        0,
    )
    # Nothing had been measured before: that is unknown, not growth from 0.
    assert (month["changes"]["total_views_pct"], month["changes_available"]["total_views"]) == (0, False)


async def test_without_views_the_engagement_rate_is_0(rest: RestCaller) -> None:
    video = await new_video(rest.viewer, "7301234567890123456", at("2026-02-20 08:00"))
    for instant, values in (
        ("2026-02-21 09:00", {"views": 100, "likes": 0}),
        ("2026-02-25 09:00", {"views": 200, "likes": 10}),
        ("2026-03-05 09:00", {"views": 200, "likes": 30}),
    ):
        await record_video(video, post("7301234567890123456", at("2026-01-01 08:00"), values), at(instant))
    found = (await rest.get("/overview"))["data"]
    assert (found["current"]["engagement_rate"], found["previous"]["engagement_rate"]) == (0, 10.0)
    assert (found["changes"]["engagement_rate_pct"], found["changes_available"]["engagement_rate"]) == (-100, True)


@pytest.mark.parametrize(
    ("path", "period"), [("/overview", "custom"), ("/overview", "1d"), ("/creators/top", "custom")]
)
async def test_headlines_are_of_three_periods(rest: RestCaller, path: str, period: str) -> None:
    answer = await rest.send("GET", path, params={"period": period})
    assert problem_of(answer, 422, "VALIDATION_ERROR")["errors"] == [
        {"field": "period", "message": "It takes one of 7d, 30d, 90d."}
    ]


async def test_creators_are_ranked_by_what_they_gained(rest: RestCaller, other: RestCaller) -> None:
    await creator_with(other.viewer, "Foreign", 10**6)
    asked = [("beta", 50, 5), ("Alpha", 50, 20), ("Falling", -10, 1), ("None", None, 0), ("First", 900, 9)]
    ids = {name: str((await creator_with(rest.viewer, name, views, likes)).id) for name, views, likes in asked}
    found = await rest.get("/creators/top", period="7d")
    assert found["meta"] == {
        "period": "7d",
        "metric": "views",
        "start_date": "2026-02-28",
        "end_date": "2026-03-06",
        "limit": 10,
    }
    assert [(row["rank"], row["name"], row["views"], row["engagement_rate"]) for row in found["data"]] == [
        (1, "First", 900, 1.0),
        (2, "Alpha", 50, 40.0),
        (3, "beta", 50, 10.0),
        (4, "Falling", -10, None),
        (5, "None", None, None),
    ]
    assert found["data"][0] == {
        "rank": 1,
        "creator_id": ids["First"],
        "id": ids["First"],
        "name": "First",
        "views": 900,
        "likes": 9,
        "comments": None,
        "shares": None,
        "followers": 10,
        "engagement_rate": 1.0,
        "account_count": 1,
    }
    by_rate = await rest.get("/creators/top", period="7d", metric="engagement_rate", limit=2)
    assert [(row["rank"], row["name"]) for row in by_rate["data"]] == [(1, "Alpha"), (2, "beta")]
    assert (by_rate["meta"]["metric"], by_rate["meta"]["limit"]) == ("engagement_rate", 2)


async def test_ties_are_told_apart_by_name_and_then_by_id(rest: RestCaller) -> None:
    same = sorted([str((await creator_with(rest.viewer, "Same", 5)).id) for _ in range(3)])
    before = str((await creator_with(rest.viewer, "same", 6)).id)
    found = await rest.get("/creators/top")
    assert [row["id"] for row in found["data"]] == [before, *same]


@pytest.mark.parametrize(("limit", "length"), [(1, 1), (25, 25)])
async def test_a_leaderboard_is_bounded(rest: RestCaller, limit: int, length: int) -> None:
    for number in range(26):
        await create_creator(rest.viewer, NewCreator(f"{number:02}"), now=on("01"))
    found = await rest.get("/creators/top", limit=limit)
    assert [row["name"] for row in found["data"]] == [f"{number:02}" for number in range(length)]
    assert len((await rest.get("/creators/top"))["data"]) == 10


@pytest.mark.parametrize("limit", ["0", "26", "-1", "ten"])
@pytest.mark.parametrize("path", ["/creators/top", "/search"])
async def test_limits_are_1_to_25(rest: RestCaller, path: str, limit: str) -> None:
    answer = await rest.send("GET", path, params={"limit": limit})
    assert problem_of(answer, 422, "VALIDATION_ERROR")["errors"] == [
        {"field": "limit", "message": "It takes a whole number 1 to 25."}
    ]


async def fill_search(rest: RestCaller) -> dict[str, str]:
    """One of each thing that holds "rival", and their ids."""
    made = await rest.create("/accounts", platform="instagram", username="Rival_One")
    creator = await rest.create("/creators", name="The RIVALS")
    account = await new_account(rest.viewer, on("01"))
    discovered, both, lone = "7301234567890123451", "7301234567890123452", "7301234567890123453"
    posts = [
        replace(post(name, None, {"views": views}), author_handle=account.handle)
        for name, views in ((discovered, 30), (both, 20))
    ]
    await record(account, account_facts(account, on("02"), posts))
    for name in (both, lone):
        await new_video(rest.viewer, name, on("03"))
    await record_video(
        await new_video(rest.viewer, "7301234567890123454", on("03")),
        post("7301234567890123454", None, {"views": 1}),
        on("04"),
    )
    videos = {}
    for video in await models.Video.filter(organization_id=rest.viewer.organization_id):
        videos[video.external_id] = str(video.id)
        if video.external_id != "7301234567890123454":
            video.caption, video.search_text = "My rival's #recipe", "my rival's #recipe"
            await video.save()
    return {
        "account": made["id"],
        "creator": creator["id"],
        "handle": account.handle,
        "poster": str(account.id),
        "discovered": videos[discovered],
        "both": videos[both],
        "lone": videos[lone],
    }


async def test_search_finds_things_of_three_kinds(rest: RestCaller, other: RestCaller) -> None:
    await fill_search(other)
    ids = await fill_search(rest)
    found = await rest.get("/search", q="RIVAL")
    said = {"platform": "tiktok", "caption": "My rival's #recipe"}
    assert found == {
        "data": {
            "accounts": [
                {"id": ids["account"], "platform": "instagram", "username": "rival_one", "display_name": None}
            ],
            "creators": [{"id": ids["creator"], "name": "The RIVALS"}],
            "videos": [
                {
                    "id": ids["discovered"],
                    **said,
                    "account_id": ids["poster"],
                    "account_username": ids["handle"],
                    "kind": "account_video",
                },
                {
                    "id": ids["both"],
                    **said,
                    "account_id": ids["poster"],
                    "account_username": ids["handle"],
                    "kind": "video",
                },
                {"id": ids["lone"], **said, "account_id": None, "account_username": None, "kind": "video"},
            ],
        },
        "meta": {
            "query": "RIVAL",
            "limit_per_section": 10,
            "effective_caps": {"accounts": 10, "creators": 10, "videos": 10},
        },
    }
    few = await rest.get("/search", q="rival", limit=1)
    assert {name: [row["id"] for row in rows] for name, rows in few["data"].items()} == {
        "accounts": [ids["account"]],
        "creators": [ids["creator"]],
        "videos": [ids["discovered"]],
    }
    assert few["meta"]["effective_caps"] == {"accounts": 1, "creators": 1, "videos": 1}
    # What kind says is where it is read.
    for name, path in (("discovered", "account-videos"), ("both", "videos"), ("lone", "videos")):
        assert (await rest.get(f"/{path}/{ids[name]}"))["data"]["id"] == ids[name]


@pytest.mark.parametrize("q", ["", "   ", None])
async def test_blank_text_finds_nothing(rest: RestCaller, q: str | None) -> None:
    await rest.create("/creators", name="Somebody")
    found = await rest.get("/search", **({} if q is None else {"q": q}))
    assert found["data"] == {"accounts": [], "creators": [], "videos": []}
    assert found["meta"]["query"] == (q or "")


async def test_no_character_is_a_wildcard(rest: RestCaller) -> None:
    await rest.create("/creators", name="Somebody")
    for q in ("%", "_ome", "Some%", ".*", "\\"):
        assert (await rest.get("/search", q=q))["data"]["creators"] == []
    assert len((await rest.get("/search", q="m" * 128))["data"]["creators"]) == 0
    answer = await rest.send("GET", "/search", params={"q": "m" * 129})
    assert problem_of(answer, 422, "VALIDATION_ERROR")["errors"] == [
        {"field": "q", "message": "It takes a text of up to 128 characters."}
    ]


async def test_headlines_take_as_many_statements_whatever_there_is(rest: RestCaller, statements: Statements) -> None:
    asked: dict[str, set[int]] = {}
    for size in (1, 12):
        for number in range(size):
            await creator_with(rest.viewer, f"Somebody {size} {number}", number)
        await rest.get("/whoami")
        calls: list[tuple[str, dict[str, Any]]] = [
            ("/overview", {}),
            ("/creators/top", {"limit": 25}),
            ("/search", {"q": "account"}),
        ]
        for path, parameters in calls:
            statements.clear()
            await rest.get(path, **parameters)
            asked.setdefault(path, set()).add(len(statements))
    assert asked == {"/overview": {3}, "/creators/top": {4}, "/search": {4}}


async def test_accounts_of_both_platforms_are_in_the_overview(rest: RestCaller) -> None:
    for platform in (Platform.TIKTOK, Platform.INSTAGRAM):
        await worked_example(rest.viewer, platform)
    found = (await rest.get("/overview"))["data"]["current"]
    assert (found["total_views"], found["active_accounts"], found["account_videos"]) == (2 * 1150, 2, 4)
    assert NOW.date().isoformat() == (await rest.get("/overview"))["data"]["end_date"]
