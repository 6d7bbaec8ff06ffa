"""YouTube's pages: what the player says, the tabs and what continues them, short links."""

import re

import pytest

from app.sandbox.surfaces.answering import abbreviated
from tests.sandbox.reading import Sandbox, page_variable

YOUTUBE = "/www.youtube.com"


async def player(sandbox: Sandbox, video: str, path: str = "watch?v=") -> dict:
    response = await sandbox.get(f"{YOUTUBE}/{path}{video}")
    assert response.status_code == 200
    return page_variable(response.text, "ytInitialPlayerResponse")


async def test_a_watch_page_shows_views_and_likes_exactly(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "video", "dQw4w9WgXcQ")
    page = (await sandbox.get(f"{YOUTUBE}/watch", v="dQw4w9WgXcQ")).text
    details = page_variable(page, "ytInitialPlayerResponse")["videoDetails"]
    assert (details["videoId"], details["viewCount"]) == ("dQw4w9WgXcQ", str(truth["views"]))
    assert f"like this video along with {truth['likes']:,} other people" in page
    comments = re.search(r'"contextualInfo":\{"runs":\[\{"text":"([^"]+)"', page)
    assert comments is not None
    assert comments[1] == f"{truth['comments'] // 1000}K"
    assert await player(sandbox, "dQw4w9WgXcQ", "shorts/") == page_variable(page, "ytInitialPlayerResponse")


@pytest.mark.parametrize(
    ("handle", "status", "said"),
    [
        ("sandbox_private", "LOGIN_REQUIRED", "Private video"),
        ("sandbox_adult", "LOGIN_REQUIRED", "Sign in to confirm your age"),
        ("sandbox_suspended", "ERROR", "account associated with this video has been terminated"),
        ("sandbox_gone", "ERROR", "removed by the uploader"),
    ],
)
async def test_the_player_says_why_there_is_nothing_to_see(
    sandbox: Sandbox, handle: str, status: str, said: str
) -> None:
    posts = (await sandbox.truth("youtube", "account", handle))["posts"]
    response = await player(sandbox, posts[0]["external_id"])
    assert response["playabilityStatus"]["status"] == status
    assert said in str(response["playabilityStatus"])
    assert "videoDetails" not in response


async def test_an_unknown_video_is_unavailable(sandbox: Sandbox) -> None:
    status = (await player(sandbox, "xxxxxxxxxxx"))["playabilityStatus"]
    assert (status["status"], status["reason"]) == ("ERROR", "Video unavailable")


async def test_hidden_likes_and_closed_comments_leave_no_number(sandbox: Sandbox) -> None:
    posts = await sandbox.posts("youtube", "sandbox_hidden_likes")
    page = (await sandbox.get(f"{YOUTUBE}/watch", v=posts[0]["external_id"])).text
    assert "other people" not in page
    posts = await sandbox.posts("youtube", "sandbox_no_comments")
    page = (await sandbox.get(f"{YOUTUBE}/watch", v=posts[0]["external_id"])).text
    assert "engagement-panel-comments-section" not in page


def listed(items: list[dict]) -> tuple[list[str], str | None]:
    """The videos among a tab's items, and the token that ends them."""
    names, token = [], None
    for item in items:
        if "continuationItemRenderer" in item:
            token = item["continuationItemRenderer"]["continuationEndpoint"]["continuationCommand"]["token"]
            continue
        content = item["richItemRenderer"]["content"]
        video = content.get("videoRenderer")
        short = content.get("shortsLockupViewModel")
        names.append(video["videoId"] if video else short["onTap"]["innertubeCommand"]["reelWatchEndpoint"]["videoId"])
    return names, token


async def test_the_tabs_together_hold_every_video(sandbox: Sandbox) -> None:
    posts = await sandbox.posts("youtube", "lunacooks")
    found: dict[str, list[str]] = {}
    for tab in ("videos", "shorts"):
        response = await sandbox.get(f"{YOUTUBE}/@lunacooks/{tab}")
        data = page_variable(response.text, "ytInitialData")
        tabs = data["contents"]["twoColumnBrowseResultsRenderer"]["tabs"]
        selected = next(entry["tabRenderer"] for entry in tabs if entry["tabRenderer"]["selected"])
        assert selected["title"] == tab.capitalize()
        names, token = listed(selected["content"]["richGridRenderer"]["contents"])
        while token is not None:
            answer = await sandbox.http.post(f"{YOUTUBE}/youtubei/v1/browse", json={"continuation": token})
            action = answer.json()["onResponseReceivedActions"][0]
            more, token = listed(action["appendContinuationItemsAction"]["continuationItems"])
            names += more
        found[tab] = names
    assert sorted(found["videos"] + found["shorts"]) == sorted(post["external_id"] for post in posts)
    assert all(len(names) > 30 for names in found.values())


async def test_a_tab_tells_of_its_channel(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("youtube", "account", "thetinylab")
    for path in ("@thetinylab", f"channel/{truth['external_id']}/videos", "c/thetinylab"):
        text = (await sandbox.get(f"{YOUTUBE}/{path}")).text
        metadata = page_variable(text, "ytInitialData")["metadata"]["channelMetadataRenderer"]
        assert metadata["externalId"] == truth["external_id"]
        assert metadata["ownerUrls"] == ["http://www.youtube.com/@thetinylab"]
        assert f"{abbreviated(truth['followers'], 3)} subscribers" in text
    hidden = (await sandbox.get(f"{YOUTUBE}/@sandbox_hidden_followers/videos")).text
    assert "subscribers" not in hidden


async def test_nobody_has_no_page_and_no_address(sandbox: Sandbox) -> None:
    for path in ("@nobody_here/videos", "channel/UC_x5XG1OV2P6uZZ5FSM9Ttw", "@sandbox_suspended"):
        assert (await sandbox.get(f"{YOUTUBE}/{path}")).status_code == 404
    resolve = f"{YOUTUBE}/youtubei/v1/navigation/resolve_url"
    answer = await sandbox.http.post(resolve, json={"url": "https://www.youtube.com/@nobody_here/videos"})
    assert answer.status_code == 404
    answer = await sandbox.http.post(resolve, json={"url": "https://www.youtube.com/@abc/shorts"})
    endpoint = answer.json()["endpoint"]["browseEndpoint"]
    assert endpoint["params"] == "shorts"
    browsed = await sandbox.http.post(f"{YOUTUBE}/youtubei/v1/browse", json=endpoint)
    assert browsed.json()["metadata"]["channelMetadataRenderer"]["externalId"] == endpoint["browseId"]
    for body in ({"continuation": "?"}, {"browseId": "UC"}, {}, []):
        assert (await sandbox.http.post(f"{YOUTUBE}/youtubei/v1/browse", json=body)).status_code == 404


async def test_short_links_lead_to_the_watch_page(sandbox: Sandbox) -> None:
    response = await sandbox.get("/youtu.be/dQw4w9WgXcQ")
    assert response.status_code == 303
    assert response.headers["location"] == f"{YOUTUBE}/watch?v=dQw4w9WgXcQ&feature=youtu.be"
