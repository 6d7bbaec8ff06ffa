"""Tracking videos by themselves, and removing accounts, through GraphQL."""

from datetime import timedelta
from typing import Any

import pytest

from app.api.graphql.values.ids import encode_id
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, new_video, post, record

ID = "7301234567890123456"
URL = f"https://www.tiktok.com/@somebody/video/{ID}"
FIRST = at("2026-03-01 10:00")
TRACK = """
mutation($input: TrackVideoInput!) {
  trackVideo(input: $input) {
    video {
      id platform externalId url kind viewCount isActive isUnavailable metadata refreshIntervalHours
      addedAt discoveredAt nextRefreshAt account { id }
    }
    errors { __typename message code path ... on VideoTaken { video { id } } }
  }
}
"""
CHANGE = """
mutation($id: ID!) {
  %s(input: {videoId: $id}) { video { isActive nextRefreshAt } errors { __typename code path } }
}
"""
REMOVE_VIDEO = """
mutation($id: ID!) { removeVideo(input: {videoId: $id}) { removedVideoId errors { __typename code path } } }
"""
REMOVE_ACCOUNT = """
mutation($id: ID!) { removeAccount(input: {accountId: $id}) { removedAccountId errors { __typename code path } } }
"""
RESTORE_ACCOUNT = """
mutation($id: ID!) {
  restoreAccount(input: {accountId: $id}) {
    account { id discoveredPostCount videos { nodes { externalId } } }
    errors { __typename code path ... on HandleTaken { account { id } } }
  }
}
"""


async def track(caller: Caller, **more: Any) -> Any:
    input = {"platform": "TIKTOK", "identifier": URL, **more}
    return (await caller.data(TRACK, input=input))["trackVideo"]


async def test_a_tracked_video_is_there_at_once(caller: Caller, stranger: Caller) -> None:
    done = await track(caller, metadata={"campaign": "spring"}, refreshIntervalHours=6)
    video = done["video"]
    assert done["errors"] == []
    assert video["addedAt"] == video["nextRefreshAt"]
    assert {name: video[name] for name in ("platform", "externalId", "url", "kind", "viewCount")} == {
        "platform": "TIKTOK",
        "externalId": ID,
        "url": URL,
        "kind": None,
        "viewCount": None,
    }
    assert (video["isActive"], video["metadata"], video["refreshIntervalHours"]) == (True, {"campaign": "spring"}, 6)
    assert (video["discoveredAt"], video["account"], video["isUnavailable"]) == (None, None, False)
    query = "query($id: ID!) { video(id: $id) { id externalId } }"
    assert (await caller.data(query, id=video["id"]))["video"] == {"id": video["id"], "externalId": ID}
    assert (await stranger.data(query, id=video["id"]))["video"] is None
    again = await track(caller, identifier=ID)
    assert again["video"] is None
    assert again["errors"] == [
        {
            "__typename": "VideoTaken",
            "message": f"{URL} is tracked by itself already. Use the existing video.",
            "code": "VIDEO_TAKEN",
            "path": ["input", "identifier"],
            "video": {"id": video["id"]},
        }
    ]


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"identifier": "https://example.com/video/1"}, ["input", "identifier"]),
        ({"identifier": ""}, ["input", "identifier"]),
        ({"metadata": {"a": 1}}, ["input", "metadata"]),
        ({"refreshIntervalHours": 721}, ["input", "refreshIntervalHours"]),
    ],
)
async def test_what_can_be_mended_is_named(caller: Caller, input: Any, path: list[str]) -> None:
    done = await track(caller, **input)
    assert done["video"] is None
    assert [(error["__typename"], error["path"]) for error in done["errors"]] == [("InvalidInput", path)]


async def test_pausing_resuming_and_giving_up(caller: Caller, stranger: Caller) -> None:
    id = (await track(caller))["video"]["id"]
    paused = (await caller.data(CHANGE % "pauseVideo", id=id))["pauseVideo"]
    assert paused == {"video": {"isActive": False, "nextRefreshAt": None}, "errors": []}
    resumed = (await caller.data(CHANGE % "resumeVideo", id=id))["resumeVideo"]
    assert (resumed["video"]["isActive"], resumed["video"]["nextRefreshAt"] is None) == (True, False)
    refused = [{"__typename": "NotFound", "code": "NOT_FOUND", "path": ["input", "videoId"]}]
    assert (await stranger.data(REMOVE_VIDEO, id=id))["removeVideo"] == {"removedVideoId": None, "errors": refused}
    assert (await caller.data(REMOVE_VIDEO, id=id))["removeVideo"] == {"removedVideoId": id, "errors": []}
    assert (await caller.data(REMOVE_VIDEO, id=id))["removeVideo"] == {"removedVideoId": None, "errors": refused}


async def test_an_account_is_removed_and_restored(caller: Caller) -> None:
    account = await new_account(caller.viewer, FIRST)
    await record(account, account_facts(account, FIRST, [post("1", None, {"views": 100})]))
    await record(account, account_facts(account, FIRST + timedelta(days=1), [post("1", None, {"views": 130})]))
    await new_video(caller.viewer, "2", FIRST)
    id = encode_id("Account", account.id)
    window = '{between: {start: "2026-03-01", end: "2026-03-02"}}'
    total = f"{{ viewer {{ organization {{ metrics(window: {window}) {{ views {{ current }} }} }} }} }}"
    assert (await caller.data(total))["viewer"]["organization"]["metrics"] == {"views": {"current": 30}}
    removed = (await caller.data(REMOVE_ACCOUNT, id=id))["removeAccount"]
    assert removed == {"removedAccountId": id, "errors": []}
    assert (await caller.data(total))["viewer"]["organization"]["metrics"] == {"views": {"current": None}}
    gone = [{"__typename": "NotFound", "code": "NOT_FOUND", "path": ["input", "accountId"]}]
    assert (await caller.data(REMOVE_ACCOUNT, id=id))["removeAccount"]["errors"] == gone
    assert (await caller.data("query($id: ID!) { account(id: $id) { id } }", id=id))["account"] is None
    restored = (await caller.data(RESTORE_ACCOUNT, id=id))["restoreAccount"]
    assert restored == {
        "account": {"id": id, "discoveredPostCount": 1, "videos": {"nodes": [{"externalId": "1"}]}},
        "errors": [],
    }
    assert (await caller.data(total))["viewer"]["organization"]["metrics"] == {"views": {"current": 30}}
    assert (await caller.data(RESTORE_ACCOUNT, id=id))["restoreAccount"]["errors"] == gone
