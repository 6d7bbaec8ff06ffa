"""YouTube's Data API: key, quota, parts, ids, pages, and what is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.credentials import YOUTUBE_KEY
from tests.sandbox.reading import NOW, Sandbox

GONE_SINCE = datetime(2026, 9, 1, tzinfo=UTC)
CHANNELS = "/www.googleapis.com/youtube/v3/channels"


async def channel(sandbox: Sandbox, at: datetime = NOW, **asked: str) -> dict:
    items = (await sandbox.youtube("channels", at, part="snippet,statistics,contentDetails", **asked)).json()["items"]
    assert len(items) == 1
    return items[0]


def reason(response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["code"] == response.status_code
    return response.status_code, error["errors"][0]["reason"]


async def test_channels_are_found_by_handle_and_by_id(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "account", "lunacooks")
    by_handle = await channel(sandbox, forHandle="@LunaCooks")
    assert by_handle == await channel(sandbox, id=truth["external_id"])
    assert by_handle["id"] == truth["external_id"]
    assert by_handle["snippet"]["customUrl"] == "@lunacooks"
    assert by_handle["contentDetails"]["relatedPlaylists"]["uploads"] == f"UU{truth['external_id'][2:]}"
    statistics = by_handle["statistics"]
    assert statistics["viewCount"] == str(truth["total_views"])
    assert statistics["videoCount"] == str(truth["profile_posts"])
    assert len(statistics["subscriberCount"].rstrip("0")) <= 3
    assert 0 <= truth["followers"] - int(statistics["subscriberCount"]) < 1000


async def test_channels_that_are_not_there_are_left_out(sandbox: Sandbox) -> None:
    known = (await channel(sandbox, forHandle="abc"))["id"]
    unknown = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
    answer = (await sandbox.youtube("channels", part="id", id=f"{known},{unknown}")).json()
    assert [item["id"] for item in answer["items"]] == [known]
    assert (await sandbox.youtube("channels", part="id", forHandle="nobody_here")).json()["items"] == []
    suspended = {"part": "id", "forHandle": "sandbox_suspended"}
    assert len((await sandbox.youtube("channels", GONE_SINCE - timedelta(hours=1), **suspended)).json()["items"]) == 1
    assert (await sandbox.youtube("channels", GONE_SINCE, **suspended)).json()["items"] == []


async def test_a_renamed_channel_keeps_its_id(sandbox: Sandbox) -> None:
    old = await channel(sandbox, GONE_SINCE - timedelta(hours=1), forHandle="sandbox_renamed_old")
    assert (await sandbox.youtube("channels", part="id", forHandle="sandbox_renamed_old")).json()["items"] == []
    assert (await channel(sandbox, id=old["id"]))["snippet"]["customUrl"] == "@sandbox_renamed_new"


async def test_hidden_subscribers_are_no_zero(sandbox: Sandbox) -> None:
    statistics = (await channel(sandbox, forHandle="sandbox_hidden_followers"))["statistics"]
    assert (statistics["hiddenSubscriberCount"], statistics["subscriberCount"]) == (True, "0")
    assert (await sandbox.truth("youtube", "account", "sandbox_hidden_followers"))["followers"] is None


async def test_uploads_are_listed_newest_first_by_pages(sandbox: Sandbox) -> None:
    posts = [post["external_id"] for post in await sandbox.posts("youtube", "abc")]
    playlist = f"UU{(await sandbox.truth('youtube', 'account', 'abc'))['external_id'][2:]}"
    listed, token = [], None
    while True:
        asked = {"part": "snippet,contentDetails", "playlistId": playlist, "maxResults": 50}
        page = (await sandbox.youtube("playlistItems", **asked, **({"pageToken": token} if token else {}))).json()
        assert page["pageInfo"] == {"totalResults": len(posts), "resultsPerPage": 50}
        assert [item["snippet"]["position"] for item in page["items"]] == list(
            range(len(listed), len(listed) + len(page["items"]))
        )
        listed += [item["contentDetails"]["videoId"] for item in page["items"]]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert listed == posts
    assert len(listed) > 100


async def test_statistics_are_exact_and_hidden_ones_absent(sandbox: Sandbox) -> None:
    names = []
    for handle in ("dQw4w9WgXcQ", "sandbox_hidden_likes", "sandbox_no_comments"):
        is_video = handle == "dQw4w9WgXcQ"
        names.append(handle if is_video else (await sandbox.posts("youtube", handle))[0]["external_id"])
    for method in ("videos", "videos:batchGetStats"):
        items = (await sandbox.youtube(method, part="statistics", id=",".join(names))).json()["items"]
        assert [item["id"] for item in items] == names
        for item, hidden in zip(items, (set(), {"likeCount"}, {"commentCount"}), strict=True):
            truth = await sandbox.truth("youtube", "video", item["id"])
            shown = {"viewCount": truth["views"], "likeCount": truth["likes"], "commentCount": truth["comments"]}
            assert {name for name, value in shown.items() if value is None} == hidden
            expected = {name: str(value) for name, value in shown.items() if value is not None}
            extra = {"favoriteCount": "0"} if method == "videos" else {}
            assert item["statistics"] == expected | extra


async def test_deleted_private_and_unknown_videos_are_left_out_alike(sandbox: Sandbox) -> None:
    private = (await sandbox.truth("youtube", "account", "sandbox_private"))["posts"][0]["external_id"]
    posts = (await sandbox.truth("youtube", "account", "sandbox_deleted_post"))["posts"]
    deleted = next(post["external_id"] for post in posts if post["is_deleted"])
    names = f"{private},{deleted},xxxxxxxxxxx,dQw4w9WgXcQ,short"
    answer = (await sandbox.youtube("videos", part="id", id=names)).json()
    assert [item["id"] for item in answer["items"]] == ["dQw4w9WgXcQ"]
    assert answer["items"][0].keys() == {"kind", "etag", "id"}


@pytest.mark.parametrize(
    ("method", "asked", "expected"),
    [
        ("channels", {"part": "id"}, (400, "missingRequiredParameter")),
        ("channels", {"forHandle": "abc"}, (400, "missingRequiredParameter")),
        ("videos", {"part": "statistics,likes", "id": "dQw4w9WgXcQ"}, (400, "unknownPart")),
        ("videos", {"part": "id"}, (400, "missingRequiredParameter")),
        ("videos", {"part": "id", "id": ",".join(f"{n:011}" for n in range(51))}, (400, "invalidFilters")),
        ("videos:batchGetStats", {"part": "status", "id": "dQw4w9WgXcQ"}, (400, "unknownPart")),
        ("playlistItems", {"part": "id", "playlistId": "PLnothing"}, (404, "playlistNotFound")),
        ("playlistItems", {"part": "id", "playlistId": "UU_x5XG1OV2P6uZZ5FSM9Ttw"}, (404, "playlistNotFound")),
    ],
)
async def test_wrong_calls_are_refused_with_their_reason(
    sandbox: Sandbox, method: str, asked: dict, expected: tuple[int, str]
) -> None:
    assert reason(await sandbox.youtube(method, **asked)) == expected


@pytest.mark.parametrize(
    ("more", "expected"), [({"maxResults": 51}, "invalidValue"), ({"pageToken": "?"}, "invalidPageToken")]
)
async def test_wrong_pages_are_refused(sandbox: Sandbox, more: dict, expected: str) -> None:
    playlist = f"UU{(await sandbox.truth('youtube', 'account', 'abc'))['external_id'][2:]}"
    assert reason(await sandbox.youtube("playlistItems", part="id", playlistId=playlist, **more)) == (400, expected)


async def test_the_key_is_checked_in_query_and_header(sandbox: Sandbox) -> None:
    asked = {"part": "id", "forHandle": "abc"}
    assert reason(await sandbox.ask(CHANNELS, **asked)) == (403, "forbidden")
    assert reason(await sandbox.ask(CHANNELS, key="wrong", **asked)) == (400, "keyInvalid")
    assert (await sandbox.ask(CHANNELS, key=YOUTUBE_KEY, **asked)).status_code == 200
    assert (await sandbox.youtube("channels", **asked)).status_code == 200


async def test_the_quota_ends_and_begins_anew_at_midnight_in_california(sandbox: Sandbox) -> None:
    await sandbox.order("allowances", youtube_units=2, youtube_batch=1)
    midnight = datetime(2026, 11, 22, 8, tzinfo=UTC)
    before = midnight - timedelta(minutes=1)
    asked = {"part": "id", "id": "dQw4w9WgXcQ"}
    assert (await sandbox.youtube("videos", NOW, **asked)).status_code == 200
    assert (await sandbox.youtube("videos:batchGetStats", NOW, **asked)).status_code == 200
    assert (await sandbox.youtube("channels", before, part="id", forHandle="abc")).status_code == 200
    assert reason(await sandbox.youtube("videos", before, **asked)) == (403, "quotaExceeded")
    assert reason(await sandbox.youtube("videos:batchGetStats", before, **asked)) == (403, "quotaExceeded")
    assert (await sandbox.youtube("videos", midnight, **asked)).status_code == 200
    used = (await sandbox.http.get("/_ctl/allowances")).json()["youtube_used"]
    assert used == {"batch 2026-11-21": 1, "units 2026-11-21": 2, "units 2026-11-22": 1}
    await sandbox.http.post("/_ctl/reset")
    assert (await sandbox.youtube("videos", before, **asked)).status_code == 200


async def test_somebody_elses_data_on_order(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="www.googleapis.com", mode="wrong_entity")
    assert (await channel(sandbox, forHandle="abc"))["snippet"]["customUrl"] == "@somebody_else"
    items = (await sandbox.youtube("videos", part="id", id="dQw4w9WgXcQ")).json()["items"]
    assert [item["id"] != "dQw4w9WgXcQ" for item in items] == [True]
