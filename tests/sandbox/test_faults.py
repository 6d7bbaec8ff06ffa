"""Every way in which a request can go wrong on order, rate limits, the proof of work, and pictures."""

import base64
import hashlib
import json
import re
import struct
import zlib
from datetime import timedelta

import pytest

from app.sandbox.troubles.challenge import TRIES, is_solved, puzzle_of
from app.sandbox.troubles.faults import FaultMode
from app.sandbox.troubles.limits import Limit, Limits
from tests.sandbox.reading import APP_ID, INSTAGRAM, NOW, TIKTOK, Sandbox, page_variable, rehydrated
from tests.upstream import running_sandbox

VIDEO = f"{TIKTOK}/@charlidamelio/video/7123456789"
PROFILE_INFO = f"{INSTAGRAM}/api/v1/users/web_profile_info/?username=rival_one"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/www.tiktok.com/@abc", "/www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40abc"),
        ("/www.instagram.com/abc/", "/www.instagram.com/accounts/login/?next=https%3A%2F%2Fwww.instagram.com%2Fabc%2F"),
        ("/www.youtube.com/@abc", "/accounts.google.com/ServiceLogin?continue=https%3A%2F%2Fwww.youtube.com%2F%40abc"),
        ("/x.com/a/status/1", "/x.com/i/flow/login?redirect_after_login=https%3A%2F%2Fx.com%2Fa%2Fstatus%2F1"),
        ("/m.facebook.com/reel/1", "/www.facebook.com/login/?next=https%3A%2F%2Fm.facebook.com%2Freel%2F1"),
        ("/www.linkedin.com/pub", "/www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fpub"),
    ],
)  # fmt: skip
async def test_a_login_redirect_leads_to_the_platforms_own_form(sandbox: Sandbox, path: str, location: str) -> None:
    await sandbox.order("faults", match="/", mode="login_redirect", times=1)
    response = await sandbox.get(path)
    assert (response.status_code, response.headers["location"]) == (302, location)
    form = await sandbox.get(location)
    if "accounts.google.com" in location:
        assert form.status_code == 421
    else:
        assert 'id="login_form"' in form.text


@pytest.mark.parametrize(
    ("mode", "status", "said"),
    [
        ("soft_block_401", 401, "Please wait a few minutes"),
        ("http_403", 403, "Forbidden"),
        ("http_999", 999, "Request denied"),
        ("captcha", 200, "captcha_container"),
    ],
)
async def test_refusals_say_what_platforms_say(sandbox: Sandbox, mode: str, status: int, said: str) -> None:
    await sandbox.order("faults", match="charlidamelio", mode=mode)
    response = await sandbox.get(VIDEO)
    assert response.status_code == status
    assert said in response.text
    assert "7123456789" not in response.text


async def test_linkedins_own_status_passes_a_real_server() -> None:
    async with running_sandbox() as sandbox:
        await sandbox.fault("www.linkedin.com", "http_999")
        response = await sandbox.client.get("/www.linkedin.com/posts/a")
        assert (response.status_code, response.text) == (999, "Request denied")


async def test_youtubes_captcha_is_its_bot_check(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="dQw4w9WgXcQ", mode="captcha")
    page = (await sandbox.get("/www.youtube.com/watch", v="dQw4w9WgXcQ")).text
    status = page_variable(page, "ytInitialPlayerResponse")["playabilityStatus"]
    assert status == {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you\u2019re not a bot"}


async def test_interfaces_refuse_in_json(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="googleapis", mode="http_500")
    assert (await sandbox.youtube("videos", part="id", id="x")).json()["error"]["code"] == 500


async def test_a_truncated_answer_is_no_json(sandbox: Sandbox) -> None:
    whole = (await sandbox.get(PROFILE_INFO)).content
    await sandbox.order("faults", match="rival_one", mode="truncated_json")
    response = await sandbox.get(PROFILE_INFO)
    assert response.content == whole[: len(whole) * 6 // 10]
    assert int(response.headers["content-length"]) == len(response.content)
    with pytest.raises(json.JSONDecodeError):
        response.json()


async def test_a_page_can_lose_its_scripts(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="charlidamelio", mode="missing_script")
    page = (await sandbox.get(VIDEO)).text
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page


async def test_counters_can_go_by_other_names(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="charlidamelio", mode="renamed_keys")
    item = rehydrated((await sandbox.get(VIDEO)).text)["webapp.video-detail"]["itemInfo"]["itemStruct"]
    assert item["id"] == "7123456789"
    assert item["stats"].keys() == {f"x_{name}Count" for name in ("collect", "comment", "digg", "play", "share")}


async def test_counters_can_be_rounded_and_lost(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("instagram", "account", "rival_one")
    await sandbox.order("faults", match="rival_one", mode="rounded", times=1)
    followers = (await sandbox.instagram_user("rival_one"))["edge_followed_by"]["count"]
    assert followers == truth["followers"] // 10_000 * 10_000
    await sandbox.order("faults", match="rival_one", mode="minus_one", times=1)
    assert (await sandbox.instagram_user("rival_one"))["edge_followed_by"]["count"] == -1
    await sandbox.order("faults", match="dQw4w9WgXcQ", mode="minus_one", times=1)
    item = (await sandbox.youtube("videos", part="statistics", id="dQw4w9WgXcQ")).json()["items"][0]
    assert item["statistics"]["viewCount"] == "-1"


async def test_likes_can_be_hidden(sandbox: Sandbox) -> None:
    media = "edge_owner_to_timeline_media"
    await sandbox.order("faults", match="rival_one", mode="hidden")
    user = await sandbox.instagram_user("rival_one")
    assert {edge["node"]["edge_liked_by"]["count"] for edge in user[media]["edges"]} == {-1}
    assert all(edge["node"]["like_and_view_counts_disabled"] for edge in user[media]["edges"])
    await sandbox.order("faults", match="/", mode="hidden")
    result = await sandbox.media("ABC123")
    assert result["if_not_gated_logged_out"]["like_count"] == 3
    item = (await sandbox.youtube("videos", part="statistics", id="dQw4w9WgXcQ")).json()["items"][0]
    assert "likeCount" not in item["statistics"]


async def test_stored_queries_can_have_other_ids(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="graphql", mode="rotated_ids")
    bearer = {"authorization": "Bearer web"}
    token = (await sandbox.http.post("/api.x.com/1.1/guest/activate.json", headers=bearer)).json()["guest_token"]
    path = "/x.com/i/api/graphql/2ICDjqPd81tulZcYrtpTuQ/TweetResultByRestId"
    response = await sandbox.ask(path, headers={**bearer, "x-guest-token": token}, variables='{"tweetId": "20"}')
    assert (response.status_code, response.content) == (404, b"")
    ruling = f"{INSTAGRAM}/api/v1/web/get_ruling_for_content/"
    csrf = (await sandbox.get(ruling)).cookies["csrftoken"]
    environment = re.search(r'id="__eqmc">(.*?)</script>', (await sandbox.get(f"{INSTAGRAM}/")).text)
    assert environment is not None
    lsd = json.loads(environment[1])["l"]
    answer = await sandbox.http.post(
        f"{INSTAGRAM}/api/graphql",
        data={"lsd": lsd, "doc_id": "27130156389949648", "variables": '{"media_id": "17522103"}'},
        headers={"x-csrftoken": csrf, "x-fb-lsd": lsd, "cookie": f"csrftoken={csrf}"},
    )
    assert "was not found" in answer.json()["errors"][0]["message"]


async def test_a_stale_answer_is_that_of_the_past(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="rival_one", mode="stale", stale_seconds=7200)
    stale = (await sandbox.get(PROFILE_INFO)).content
    await sandbox.http.post("/_ctl/reset")
    assert stale == (await sandbox.get(PROFILE_INFO, NOW - timedelta(hours=2))).content
    assert stale != (await sandbox.get(PROFILE_INFO)).content


def solved(page: str) -> str:
    """The Cookie header that answers the page's puzzle, worked out as a browser does."""
    found = re.search(r'id="cs" class="([^"]+)"', page)
    assert found is not None
    state = json.loads(base64.b64decode(found[1] + "==="))
    prefix, expected = base64.b64decode(state["v"]["a"]), base64.b64decode(state["v"]["c"])
    tries = (str(number).encode() for number in range(TRIES))
    answer = next(digits for digits in tries if hashlib.sha256(prefix + digits).digest() == expected)
    state["d"] = base64.b64encode(answer).decode()
    name = re.search(r'id="wci" class="([^"]+)"', page)
    assert name is not None
    return f"{name[1]}={base64.b64encode(json.dumps(state, separators=(',', ':')).encode()).decode()}"


async def test_the_proof_of_work_lets_in_who_has_done_it(sandbox: Sandbox) -> None:
    await sandbox.order("faults", match="www.tiktok.com", mode="pow_challenge")
    page = (await sandbox.get(VIDEO)).text
    assert "Please wait..." in page
    assert 'id="rci" class="waforiginalreid"' in page
    cookie = solved(page)
    assert is_solved(cookie)
    answered = await sandbox.ask(VIDEO, headers={"cookie": cookie})
    assert rehydrated(answered.text)["webapp.video-detail"]["statusCode"] == 0
    other = base64.b64encode(json.dumps({"v": {"a": "", "c": ""}, "d": ""}).encode()).decode()
    for wrong in ("", "_wafchallengeid=", "_wafchallengeid=?", f"_wafchallengeid={other}", "a=b"):
        assert "Please wait..." in (await sandbox.ask(VIDEO, headers={"cookie": wrong})).text


def test_the_work_to_be_done_is_small() -> None:
    answers = set()
    for number in range(20):
        puzzle = puzzle_of(f"www.tiktok.com/@creator{number}")
        prefix, expected = base64.b64decode(puzzle.a), base64.b64decode(puzzle.c)
        digests = (hashlib.sha256(prefix + str(tried).encode()).digest() for tried in range(TRIES))
        answers.add(next(tried for tried, digest in enumerate(digests) if digest == expected))
    assert len(answers) > 15
    assert max(answers) < TRIES


def test_a_bucket_empties_and_fills_again_for_each_client_and_host() -> None:
    limits = Limits()
    limits.set(Limit(host="x.com", size=2, per_second=0.5, mode=FaultMode.HTTP_999))
    taken = [limits.take("a", "x.com", NOW) for _ in range(3)]
    assert taken[:2] == [None, None]
    assert taken[2] is not None
    assert taken[2].mode is FaultMode.HTTP_999
    assert limits.take("b", "x.com", NOW) is None
    assert limits.take("a", "t.co", NOW) is None
    assert limits.take("a", "x.com", NOW + timedelta(seconds=1)) is not None
    assert limits.take("a", "x.com", NOW + timedelta(seconds=2)) is None
    assert [limits.take("a", "x.com", NOW + timedelta(hours=1)) is None for _ in range(3)] == [True, True, False]
    limits.set(Limit(host="x.com", size=1, per_second=1))
    assert limits.listed() == [Limit(host="x.com", size=1, per_second=1)]
    assert limits.take("a", "x.com", NOW) is None


async def test_a_limited_host_refuses_as_it_is_told_to(sandbox: Sandbox) -> None:
    order = {"host": "www.instagram.com", "size": 2, "per_second": 0.001, "mode": "soft_block_401"}
    listed = await sandbox.order("limits", **order)
    assert listed == {"limits": [order | {"retry_after": 30}]}
    statuses = [(await sandbox.get(PROFILE_INFO)).status_code for _ in range(3)]
    assert statuses == [200, 200, 401]
    elsewhere = await sandbox.ask(PROFILE_INFO, headers={**APP_ID, "x-forwarded-for": "198.51.100.7"})
    assert elsewhere.status_code == 200
    assert (await sandbox.get(VIDEO)).status_code == 200
    entries = (await sandbox.http.get("/_ctl/log")).json()["entries"]
    assert [entry["fault"] for entry in entries] == [None, None, "soft_block_401", None, None]
    await sandbox.http.post("/_ctl/reset")
    assert (await sandbox.get(PROFILE_INFO)).status_code == 200


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("limits", {"size": 1, "per_second": 1}, "host"),
        ("limits", {"host": "x.com", "size": 0, "per_second": 1}, "size"),
        ("limits", {"host": "x.com", "size": 1, "per_second": 0}, "per_second"),
        ("allowances", {"credits": -1}, "credits"),
        ("allowances", {"business_usage": 101}, "business_usage"),
        ("allowances", {"money": 1}, "money"),
        ("faults", {"match": "x", "mode": "stale", "stale_seconds": 0}, "stale_seconds"),
    ],
)
async def test_wrong_orders_are_refused_by_name(sandbox: Sandbox, what: str, body: dict, field: str) -> None:
    before = (await sandbox.http.get(f"/_ctl/{what}")).json()
    response = await sandbox.http.post(f"/_ctl/{what}", json=body)
    assert response.status_code == 400
    assert field in response.json()["error"]
    assert (await sandbox.http.get(f"/_ctl/{what}")).json() == before


async def test_keys_and_tokens_are_not_in_the_log(sandbox: Sandbox) -> None:
    await sandbox.youtube("videos", part="id", id="dQw4w9WgXcQ")
    await sandbox.paid("/v1/tiktok/profile", handle="abc")
    await sandbox.tweet_result("1234567890")
    log = (await sandbox.http.get("/_ctl/log")).text
    assert "sandbox-youtube-key" not in log
    assert "sandbox-scrapecreators-key" not in log
    assert "Bearer" not in log


async def test_pictures_are_small_and_the_same_for_the_same_address(sandbox: Sandbox) -> None:
    address = (await sandbox.instagram_user("rival_one"))["profile_pic_url"].removeprefix("https://")
    first = await sandbox.get(f"/{address}")
    assert first.headers["content-type"] == "image/png"
    assert first.content == (await sandbox.get(f"/{address}")).content
    assert first.content != (await sandbox.get(f"/{address}".replace("150", "320"))).content
    assert len(first.content) < 512
    assert (await sandbox.get("/img.sandbox/a.mp4")).status_code == 404
    width, height, depth, colour = struct.unpack(">IIBB", first.content[16:26])
    assert (width, height, depth, colour) == (48, 48, 8, 3)
    start = first.content.index(b"IDAT") + 4
    length = struct.unpack(">I", first.content[start - 8 : start - 4])[0]
    pixels = zlib.decompress(first.content[start : start + length])
    assert len(pixels) == 48 * 49
    assert set(pixels) == {0, 1}
