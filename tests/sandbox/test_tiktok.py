"""TikTok's surfaces, asked over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.surfaces.tiktok.shapes import rounded
from tests.sandbox.reading import NOW, TIKTOK, Sandbox, rehydrated, script

TURNING_POINT = datetime(2026, 9, 1, tzinfo=UTC)


def test_rounding_is_that_of_the_platform() -> None:
    shown = {
        0: 0,
        9_999: 9_999,
        10_049: 10_000,
        10_050: 10_100,
        68_251: 68_300,
        427_682: 427_700,
        999_949: 999_900,
        999_950: 1_000_000,
        1_049_999: 1_000_000,
        1_890_123: 1_900_000,
        4_001_943: 4_000_000,
        6_764_096: 6_800_000,
        2_837_853_362: 2_837_900_000,
    }
    assert {count: rounded(count) for count in shown} == shown


async def test_profile_page_is_exact_in_one_object_and_rounded_in_the_other(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "luna.cooks")
    detail = await sandbox.user_detail("luna.cooks")
    user, stats, exact = (detail["userInfo"][key] for key in ("user", "stats", "statsV2"))
    assert detail["statusCode"] == 0
    assert detail["userInfo"]["itemList"] == []
    assert (user["id"], user["secUid"], user["uniqueId"]) == (truth["external_id"], truth["secondary_id"], "luna.cooks")
    assert (user["nickname"], user["verified"], user["privateAccount"]) == ("Luna Cooks", True, False)
    assert user["bioLink"]["link"] == truth["link_in_bio"] == "https://lunacooks.example"
    names = {
        "followerCount": "followers",
        "followingCount": "following",
        "videoCount": "profile_posts",
        "heartCount": "total_likes",
        "heart": "total_likes",
    }
    for name, counter in names.items():
        assert exact[name] == str(truth[counter])
        assert stats[name] == rounded(truth[counter])
    assert stats["followerCount"] != truth["followers"]


async def test_handles_are_read_in_any_case(sandbox: Sandbox) -> None:
    assert (await sandbox.user_detail("Luna.Cooks"))["userInfo"]["user"]["uniqueId"] == "luna.cooks"


async def test_nobody_is_10221_without_a_user(sandbox: Sandbox) -> None:
    detail = await sandbox.user_detail("nobody_here")
    assert detail["statusCode"] == 10221
    assert "user" not in detail["userInfo"]


async def test_private_account_shows_its_counts_and_no_posts(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "sandbox_private")
    detail = await sandbox.user_detail("sandbox_private")
    assert detail["statusCode"] == 10222
    assert detail["userInfo"]["user"]["privateAccount"] is True
    assert detail["userInfo"]["statsV2"]["followerCount"] == str(truth["followers"])
    page = await sandbox.items(truth["secondary_id"])
    assert (page["itemList"], page["hasMorePrevious"]) == ([], False)
    post = truth["posts"][0]["external_id"]
    assert await sandbox.video_detail(f"@_/video/{post}") == {"statusCode": 10222, "statusMsg": "item doesn't exist"}


async def test_gone_account_is_there_before_and_nobody_after(sandbox: Sandbox) -> None:
    before = TURNING_POINT - timedelta(seconds=1)
    assert (await sandbox.user_detail("sandbox_gone", before))["statusCode"] == 0
    assert (await sandbox.user_detail("sandbox_gone", TURNING_POINT))["statusCode"] == 10221
    truth = await sandbox.truth("tiktok", "account", "sandbox_gone")
    assert truth["is_deleted"] is True
    assert (await sandbox.items(truth["secondary_id"]))["statusCode"] == 10202
    assert (await sandbox.items(truth["secondary_id"], before))["statusCode"] == 0
    numbered = await sandbox.user_detail(truth["external_id"])
    assert numbered["statusCode"] == 10221
    post = truth["posts"][-1]["external_id"]
    assert (await sandbox.video_detail(f"@sandbox_gone/video/{post}"))["statusCode"] == 10204


async def test_renamed_account_keeps_its_stable_ids(sandbox: Sandbox) -> None:
    before = TURNING_POINT - timedelta(days=1)
    old = (await sandbox.user_detail("sandbox_renamed_old", before))["userInfo"]["user"]
    assert (await sandbox.user_detail("sandbox_renamed_new", before))["statusCode"] == 10221
    assert (await sandbox.user_detail("sandbox_renamed_old"))["statusCode"] == 10221
    new = (await sandbox.user_detail("sandbox_renamed_new"))["userInfo"]["user"]
    assert (new["id"], new["secUid"]) == (old["id"], old["secUid"])
    items = (await sandbox.items(old["secUid"], type=0, cursor=0))["itemList"]
    assert {item["author"]["uniqueId"] for item in items} == {"sandbox_renamed_new"}
    numbered = await sandbox.get(f"{TIKTOK}/@{old['id']}")
    assert (numbered.status_code, numbered.headers["location"]) == (302, f"{TIKTOK}/@sandbox_renamed_new")


async def test_video_page_is_rounded_in_both_objects(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "video", "7123456789")
    item = (await sandbox.video_detail("@_/video/7123456789"))["itemInfo"]["itemStruct"]
    assert item["id"] == "7123456789"
    assert item["author"]["uniqueId"] == "charlidamelio"
    published_at = datetime.fromisoformat(truth["published_at"])
    assert item["createTime"] == str(int(published_at.timestamp()))
    assert item["video"]["duration"] == truth["duration_seconds"]
    names = {"playCount": "plays", "diggCount": "likes", "commentCount": "comments", "shareCount": "shares"}
    for name, counter in names.items():
        assert item["stats"][name] == rounded(truth[counter])
        assert item["statsV2"][name] == str(rounded(truth[counter]))
    assert item["stats"]["collectCount"] == item["statsV2"]["collectCount"] == str(rounded(truth["saves"]))
    assert truth["plays"] == truth["views"] > 10_000


async def test_post_that_is_not_there_is_10204(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "sandbox_deleted_post")
    deleted = next(post for post in truth["posts"] if post["is_deleted"])
    video = f"@sandbox_deleted_post/video/{deleted['external_id']}"
    assert (await sandbox.video_detail(video))["statusCode"] == 10204
    published_at = datetime.fromisoformat(deleted["published_at"])
    assert (await sandbox.video_detail(video, published_at + timedelta(days=9)))["statusCode"] == 0
    assert (await sandbox.video_detail(video, published_at - timedelta(hours=1)))["statusCode"] == 10204
    for unknown in ("7700000000000000000", "abc", "9" * 30):
        assert (await sandbox.video_detail(f"@_/video/{unknown}"))["statusCode"] == 10204
    flags = [post["is_deleted"] for post in truth["posts"]]
    assert truth["profile_posts"] == flags.count(False)
    assert flags.count(True) >= 10


async def test_photo_posts_answer_under_both_paths(sandbox: Sandbox) -> None:
    posts = (await sandbox.truth("tiktok", "account", "pixelforge"))["posts"]
    photo = next(post for post in posts if post["kind"] == "carousel")["external_id"]
    one = await sandbox.video_detail(f"@pixelforge/photo/{photo}")
    assert one == await sandbox.video_detail(f"@_/video/{photo}")
    assert len(one["itemInfo"]["itemStruct"]["imagePost"]["images"]) >= 3


async def test_first_page_leads_with_the_pinned_posts(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "mira_moves")
    newest = [post["external_id"] for post in truth["posts"] if not post["is_pinned"]]
    pinned = {post["external_id"] for post in truth["posts"] if post["is_pinned"]}
    page = await sandbox.items(truth["secondary_id"])
    items = page["itemList"]
    assert {item["id"] for item in items[:2]} == pinned
    assert [item.get("isPinnedItem", False) for item in items] == [True] * 2 + [False] * (len(items) - 2)
    assert [item["id"] for item in items[2:]] == newest[:13]
    assert page["hasMorePrevious"] is True
    following = await sandbox.items(truth["secondary_id"], cursor=items[-1]["createTime"] * 1000)
    assert [item["id"] for item in following["itemList"]] == newest[13:28]


async def test_a_week_without_posts_is_an_empty_page(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "sandbox_quiet")
    page = await sandbox.items(truth["secondary_id"])
    assert (page["itemList"], page["hasMorePrevious"], page["statusCode"]) == ([], True, 0)
    newest = datetime.fromisoformat(truth["posts"][0]["published_at"])
    cursor = int((newest + timedelta(days=7)).timestamp() * 1000)
    assert len((await sandbox.items(truth["secondary_id"], cursor=cursor))["itemList"]) == 15
    assert (await sandbox.items(truth["secondary_id"], cursor=cursor + 1000))["itemList"] == []


@pytest.mark.parametrize("handle", ["luna.cooks", "pixelforge", "sandbox_deleted_post", "sandbox_quiet", "some.body"])
async def test_walk_down_the_list_meets_every_post_once(sandbox: Sandbox, handle: str) -> None:
    truth = await sandbox.truth("tiktok", "account", handle)
    expected = {post["external_id"] for post in truth["posts"] if not post["is_deleted"]}
    met: list[str] = []
    cursor, more = int(NOW.timestamp() * 1000), True
    while more:
        page = await sandbox.items(truth["secondary_id"], cursor=cursor)
        more = page["hasMorePrevious"]
        met += [item["id"] for item in page["itemList"]]
        times = [item["createTime"] for item in page["itemList"] if not item.get("isPinnedItem")]
        cursor = min(times) * 1000 if times else cursor - 7 * 86_400_000
    assert len(met) == len(expected)
    assert set(met) == expected
    assert len(met) == truth["profile_posts"]


async def test_list_upwards_starts_with_the_oldest(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "abc")
    oldest = [post["external_id"] for post in reversed(truth["posts"])]
    page = await sandbox.items(truth["secondary_id"], type=0, cursor=0, count=5)
    assert [item["id"] for item in page["itemList"]] == oldest[:5]
    following = await sandbox.items(truth["secondary_id"], type=0, cursor=page["cursor"], count=5)
    assert [item["id"] for item in following["itemList"]] == oldest[5:10]


async def test_list_counts_equal_the_truth_rounded(sandbox: Sandbox) -> None:
    account = await sandbox.truth("tiktok", "account", "rival_two")
    page = await sandbox.items(account["secondary_id"], count=35)
    for item in page["itemList"]:
        truth = await sandbox.truth("tiktok", "video", item["id"])
        assert item["createTime"] == datetime.fromisoformat(truth["published_at"]).timestamp()
        assert item["desc"] == truth["caption"]
        assert item["stats"] == {
            "playCount": rounded(truth["views"]),
            "diggCount": rounded(truth["likes"]),
            "commentCount": rounded(truth["comments"]),
            "shareCount": rounded(truth["shares"]),
            "collectCount": rounded(truth["saves"]),
        }
        assert item["statsV2"].pop("repostCount") == str(rounded(truth["reposts"]))
        assert item["statsV2"] == {name: str(value) for name, value in item["stats"].items()}
        assert item["authorStats"]["followerCount"] == rounded(account["followers"])


@pytest.mark.parametrize("wrong", [{"cursor": "x"}, {"count": "1.5"}, {"secUid": "MS4w"}, {"secUid": ""}])
async def test_malformed_list_request_is_10201(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    truth = await sandbox.truth("tiktok", "account", "abc")
    params = {"secUid": truth["secondary_id"], "cursor": 0, "count": 15} | wrong
    response = await sandbox.get(f"{TIKTOK}/api/creator/item_list/", **params)
    assert (response.status_code, response.json()["statusCode"]) == (200, 10201)


async def test_signed_list_has_no_body_without_a_signature(sandbox: Sandbox) -> None:
    sec_uid = (await sandbox.truth("tiktok", "account", "abc"))["secondary_id"]
    path = f"{TIKTOK}/api/post/item_list/"
    unsigned = await sandbox.get(path, secUid=sec_uid)
    assert (unsigned.status_code, unsigned.content) == (200, b"")
    signed = {"secUid": sec_uid, "count": 10, "X-Bogus": "x"}
    first = (await sandbox.get(path, **signed)).json()
    second = (await sandbox.get(path, **signed, cursor=first["cursor"])).json()
    times = [item["createTime"] for page in (first, second) for item in page["itemList"] if "isPinnedItem" not in item]
    assert len(times) == 20
    assert times == sorted(times, reverse=True)
    assert first["hasMore"] is True


async def test_empty_account_has_an_empty_list_and_no_more(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "sandbox_empty")
    page = await sandbox.items(truth["secondary_id"])
    assert (page["itemList"], page["hasMorePrevious"]) == ([], False)
    assert (truth["posts"], truth["profile_posts"], truth["total_likes"]) == ([], 0, 0)


async def test_embed_lists_the_newest_ids(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "luna.cooks")
    page = (await sandbox.get(f"{TIKTOK}/embed/@luna.cooks")).text
    videos = script(page, "__FRONTITY_CONNECT_STATE__")["source"]["data"]["/embed/@luna.cooks"]["videoList"]
    assert [video["id"] for video in videos] == [post["external_id"] for post in truth["posts"][:10]]


async def test_oembed_knows_what_is_public(sandbox: Sandbox) -> None:
    async def asked(url: str) -> tuple[int, dict]:
        response = await sandbox.get(f"{TIKTOK}/oembed", url=url)
        return response.status_code, response.json()

    status, post = await asked("https://www.tiktok.com/@_/video/7123456789")
    assert (status, post["author_unique_id"], post["embed_product_id"]) == (200, "charlidamelio", "7123456789")
    status, profile = await asked("https://www.tiktok.com/@luna.cooks")
    assert (status, profile["author_name"]) == (200, "Luna Cooks")
    for gone in ("@nobody_x", "@sandbox_private", "@sandbox_gone", "@_/video/7000000000000000000", "", "music/x"):
        assert (await asked(f"https://www.tiktok.com/{gone}"))[0] == 400


async def test_short_links_lead_to_the_post(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "video", "7123456789")
    assert truth["short_url"].startswith("https://vm.tiktok.com/")
    code = truth["short_url"].rstrip("/").rpartition("/")[2]
    for path in (f"/vm.tiktok.com/{code}/", f"/vt.tiktok.com/{code}", f"{TIKTOK}/t/{code}/"):
        for method in ("GET", "HEAD"):
            response = await sandbox.http.request(method, path)
            assert response.status_code == 301
            assert response.headers["location"] == f"{TIKTOK}/@charlidamelio/video/7123456789"
    for unknown in ("ZZZZZ", "a*b"):
        assert (await sandbox.get(f"/vm.tiktok.com/{unknown}/")).headers["location"] == f"{TIKTOK}/"


async def test_filler_makes_a_page_as_heavy_as_the_real_one(sandbox: Sandbox) -> None:
    light, heavy = [(await sandbox.get(f"{TIKTOK}/@abc{query}")).text for query in ("", "?filler_kb=300")]
    assert len(heavy) - len(light) == 300 * 1024 + len("<!---->")
    assert rehydrated(heavy) == rehydrated(light)
