"""Whatever is tracked elsewhere, REST v2 is about two platforms: it shows, counts and reaches nothing else."""

from typing import Any
from uuid import UUID

import pytest

from app.api.rest.operations import Operation
from app.api.rest.v2.server import OPERATIONS
from app.api.rest.v2.shapes.analytics import METRICS
from app.api.rest.v2.shapes.findings import RankedMetric
from app.core.tracking.creators import load_creators
from app.store.db import fetch
from tests.api.rest.conftest import RestCaller
from tests.api.rest.measured import custom, today
from tests.api.rest.test_transport import name_of
from tests.core.everywhere import LONE, TWO, WORD, track_others, track_two

__all__ = ["today"]

WINDOWS: tuple[dict[str, str], ...] = (
    {},
    {"period": "7d"},
    custom("02", "05"),
    {**custom("01", "06"), "mode": "cumulative"},
)
LISTS: tuple[dict[str, str], ...] = (
    {},
    {"include_total": "true", "limit": "3"},
    {"q": WORD[:4], "include_total": "true"},
    {"q": "account", "include_total": "true"},
    {"order_by": "view_count", "include_total": "true"},
)


def questions(path: str) -> list[dict[str, str]]:
    """What a route is asked, in many ways."""
    if path.endswith("breakdown"):
        return [{**window, "metric": metric} for window in WINDOWS for metric in METRICS]
    if "analytics" in path:
        return list(WINDOWS)
    if path == "/overview":
        return [{"period": period} for period in ("7d", "30d", "90d")]
    if path == "/creators/top":
        return [{"metric": metric.value, "period": "7d"} for metric in RankedMetric]
    if path == "/search":
        return [{"q": text, "limit": limit} for text in (WORD, "account", "some") for limit in ("2", "4", "25")]
    if path == "/creators":
        return [{}, {"include_total": "true", "q": "some"}]
    return list(LISTS) if "{" not in path else [{}]


async def ids_of(viewer_id: UUID, *, are_ours: bool) -> dict[str, Any]:
    """One account, one post tracked by itself and one found, with its number: of the two platforms, or of others."""
    rows = await fetch(
        """
        SELECT id, internal_id, account_id, added_at FROM video
        WHERE organization_id = $1 AND removed_at IS NULL AND (platform = ANY($2)) = $3 ORDER BY id
        """,
        viewer_id,
        [platform.value for platform in TWO],
        are_ours,
    )
    found = next(row for row in rows if row["account_id"] is not None)
    return {
        "account_id": str(found["account_id"]),
        "account_video_id": str(found["id"]),
        "video_id": str(next(row["id"] for row in rows if row["added_at"] is not None)),
        "internal_id": found["internal_id"],
    }


async def answers(rest: RestCaller, ids: dict[str, Any]) -> dict[str, Any]:
    """What every route that reads answers to every question."""
    found: dict[str, Any] = {}
    for operation in OPERATIONS:
        if operation.method != "GET" or operation.scope is None:
            continue
        for question in questions(operation.path):
            answer = await rest.send("GET", operation.path.format(**ids), params=question)
            if answer.status_code == 422:  # the order or filter is another list's
                continue
            assert answer.status_code == 200, answer.text
            body = answer.json()
            for page in [body.get("pagination") or {}]:
                page.pop("next_cursor", None)  # sealed anew each time
            found[f"{operation.path} {question}"] = body
    for path, members in (
        ("/accounts/metrics", {"account_ids": [ids["account_id"]]}),
        ("/videos/metrics", {"video_ids": [ids["video_id"], ids["account_video_id"]]}),
        ("/videos/deltas", {"video_ids": [ids["video_id"], ids["account_video_id"]]}),
        (
            "/account-videos/metrics",
            {"tiktok_video_ids": [ids["internal_id"]], "instagram_post_ids": [ids["internal_id"]]},
        ),
    ):
        answer = await rest.send("POST", path, json=members)
        assert answer.status_code == 200, answer.text
        found[path] = answer.json()
    return found


@pytest.fixture
async def somebody(rest: RestCaller) -> dict[str, Any]:
    """Accounts and posts of two platforms, one account of them a creator's."""
    creator = await rest.create("/creators", name="Somebody")
    record = (await load_creators(rest.viewer, [UUID(creator["id"])]))[UUID(creator["id"])]
    await track_two(rest.viewer, record)
    return {"creator": record, "creator_id": creator["id"]}


async def test_what_is_tracked_elsewhere_changes_no_answer(rest: RestCaller, somebody: dict[str, Any]) -> None:
    organization_id = rest.viewer.organization_id
    ids = {**await ids_of(organization_id, are_ours=True), "creator_id": somebody["creator_id"]}
    before = await answers(rest, ids)
    await track_others(rest.viewer, somebody["creator"])
    after = await answers(rest, ids)
    assert len(before) > 60
    for question, body in before.items():
        assert after[question] == body, question
    assert after.keys() == before.keys()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "{" in one.path], ids=name_of)
async def test_an_id_of_another_platform_is_not_there(
    rest: RestCaller, somebody: dict[str, Any], operation: Operation
) -> None:
    if set(_names(operation.path)) == {"creator_id"}:
        return  # a creator is on no platform
    await track_others(rest.viewer, somebody["creator"])
    foreign = await ids_of(rest.viewer.organization_id, are_ours=False)
    arguments: dict[str, Any] = {"json": operation.example} if operation.body else {}
    if operation.path.endswith("breakdown"):
        arguments["params"] = {"metric": "views"}
    before = await _stored(rest)
    told = []
    for ids in (foreign, dict.fromkeys(foreign, "01900000-0000-7000-8000-000000000000")):
        path = operation.path.format(**ids, creator_id=somebody["creator_id"])
        answer = await rest.send(operation.method, path, **arguments)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        told.append(answer.json()["detail"])
    assert told[0] == told[1]  # whether it exists is not told
    assert await _stored(rest) == before


async def test_batches_find_nothing_elsewhere(rest: RestCaller, somebody: dict[str, Any]) -> None:
    await track_others(rest.viewer, somebody["creator"])
    foreign = await ids_of(rest.viewer.organization_id, are_ours=False)
    videos = [foreign["video_id"], foreign["account_video_id"]]
    for path, members, missing in (
        ("/accounts/metrics", {"account_ids": [foreign["account_id"]]}, [foreign["account_id"]]),
        ("/videos/metrics", {"video_ids": videos}, videos),
        ("/videos/deltas", {"video_ids": videos}, videos),
        ("/account-videos/metrics", {"tiktok_video_ids": [foreign["internal_id"]]}, [foreign["internal_id"]]),
    ):
        body = (await rest.send("POST", path, json=members)).json()
        assert body["meta"]["not_found"] == missing
        assert not any(body["data"].values())


@pytest.mark.parametrize("platform", ["youtube", "twitter", "facebook", "linkedin"])
async def test_other_platforms_are_not_values(rest: RestCaller, platform: str) -> None:
    for path, members in (("/accounts", {"username": "name"}), ("/videos", {"identifier": LONE_BY_NAME[platform]})):
        answer = await rest.send("POST", path, json={"platform": platform, **members})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["platform"]
    for path in ("/accounts", "/videos", "/account-videos"):
        assert (await rest.send("GET", path, params={"platform": platform})).status_code == 422


LONE_BY_NAME = {platform.value: external_id for platform, external_id in LONE.items()}


def _names(path: str) -> list[str]:
    return [segment[1:-1] for segment in path.split("/") if segment.startswith("{")]


async def _stored(rest: RestCaller) -> list[str]:
    rows = await fetch(
        """
        SELECT account::text AS row FROM account WHERE organization_id = $1
        UNION ALL SELECT video::text FROM video WHERE organization_id = $1 ORDER BY 1
        """,
        rest.viewer.organization_id,
    )
    return [row["row"] for row in rows]
