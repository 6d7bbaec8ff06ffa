"""TikTok's answers as recorded, with exact figures, and what their variants amount to."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import AnswerClass, Refusal
from app.providers.tiktok.parse import (
    ItemPage,
    parse_item,
    parse_item_page,
    parse_profile_page,
    parse_user_detail,
    parse_video_page,
)
from tests.providers.answers import recorded, tiktok_page, tiktok_profile_page

DETAIL = recorded("tiktok/user_detail_api.json")
ITEMS = recorded("tiktok/item_list.json")
ITEM = ITEMS["itemList"][0]
OWNER = "6799838955094836230"


def class_of(answer: object) -> AnswerClass:
    assert isinstance(answer, Refusal), answer
    return answer.answer_class


def changed(original: Any, path: list[str | int], value: object) -> Any:
    """A copy of `original` with another value at `path`."""
    copied = copy.deepcopy(original)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return copied


def without(original: Any, *path: str) -> Any:
    copied = copy.deepcopy(original)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return copied


def test_the_recorded_profile_page() -> None:
    assert parse_profile_page(tiktok_profile_page(DETAIL), "zg.520", OWNER) == ProfileFacts(
        platform=Platform.TIKTOK,
        external_id="6799838955094836230",
        handle="zg.520",
        secondary_id="MS4wLjABAAAAkagks5n_8XDIMWf94LZDUYs54FG5bJmEFJkWtjA__uRUN8QWaavHhzSyEO6WBPQj",
        display_name="小邹旅行🇨🇳",
        biography="账号出售，需要的联系VX:zmk1086",
        link_in_bio=None,
        picture_url=DETAIL["userInfo"]["user"]["avatarLarger"],
        is_verified=False,
        is_private=False,
        counts={
            "followers": Count(427682),
            "following": Count(176),
            "profile_posts": Count(1605),
            "total_likes": Count(6764096),
        },
    )


def test_the_recorded_json_twin_reads_like_the_page() -> None:
    assert parse_user_detail(DETAIL, "zg.520") == parse_profile_page(tiktok_profile_page(DETAIL), "zg.520")


def test_a_recorded_profile_without_exact_figures_is_approximate() -> None:
    profile = parse_user_detail({"userInfo": recorded("tiktok/paid_profile.json")}, "stoolpresidente")
    assert isinstance(profile, ProfileFacts)
    assert profile.counts == {
        "followers": Count(4_100_000, 100_000),
        "following": Count(74),
        "profile_posts": Count(2017),
        "total_likes": Count(190_400_000, 100_000),
    }
    assert profile.is_verified is True
    assert profile.link_in_bio == "https://www.barstoolsports.com/bios/Surviving-Barstool"


def test_the_recorded_item() -> None:
    answer = parse_item_page(json.dumps(ITEMS).encode(), OWNER)
    assert answer == ItemPage(
        posts=(
            PostFacts(
                platform=Platform.TIKTOK,
                external_id="7513039993741397256",
                kind=VideoKind.VIDEO,
                author_external_id=OWNER,
                author_handle="zg.520",
                caption="高铁穿过莆田市湄洲湾跨海特大桥#china #中国高铁🚅 ",
                published_at=datetime(2025, 6, 7, 3, 12, 22, tzinfo=UTC),
                duration_seconds=18,
                thumbnail_url=ITEM["video"]["cover"],
                video_url=ITEM["video"]["playAddr"],
                is_pinned=True,
                views_kind=ViewsKind.PLAYS,
                counts={
                    "views": Count(1_900_000, 100_000),
                    "plays": Count(1_900_000, 100_000),
                    "likes": Count(68_300, 100),
                    "comments": Count(1502),
                    "shares": Count(2528),
                    "saves": Count(5012),
                    "reposts": Count(0),
                },
            ),
        ),
        unreadable=0,
        has_more=True,
    )


def test_the_video_page_holds_the_same_item() -> None:
    page = tiktok_page({"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": ITEM}}})
    assert parse_video_page(page, "7513039993741397256") == parse_item(ITEM)
    assert class_of(parse_video_page(page, "7513039993741397257")) is AnswerClass.SCHEMA_CHANGED


@pytest.mark.parametrize(
    ("exact", "rounded", "count"),
    [
        ("9999", 9999, Count(9999)),
        ("1585253", 1600000, Count(1585253)),
        ("1600000", 1600000, Count(1600000, 100_000)),
        (None, 1600000, Count(1600000, 100_000)),
        (-1, 12300, Count(12300, 100)),
        ("", "97723", Count(97723)),
        ("97723", "97723", Count(97723)),
        ([], 4000000, Count(4000000, 100_000)),
        ("4000000", None, Count(4000000)),
        ("4000000", {}, Count(4000000)),
        ("0", 5, Count(0)),
        (-1, -1, None),
        (None, None, None),
        ("", "soon", None),
    ],
)
def test_exact_before_rounded_key_by_key(exact: object, rounded: object, count: Count | None) -> None:
    item = changed(changed(ITEM, ["statsV2", "collectCount"], exact), ["stats", "collectCount"], rounded)
    post = parse_item(item)
    assert post is not None
    assert post.counts.get("saves") == count


@pytest.mark.parametrize("missing", ["stats", "statsV2"])
def test_either_of_the_two_objects_may_be_missing(missing: str) -> None:
    post = parse_item(without(ITEM, missing))
    assert post is not None
    values = {name: count.value for name, count in post.counts.items()}
    expected = {"views": 1900000, "plays": 1900000, "likes": 68300, "comments": 1502, "shares": 2528, "saves": 5012}
    assert values == (expected if missing == "statsV2" else expected | {"reposts": 0})


def test_without_figures_views_have_no_kind() -> None:
    post = parse_item(without(without(ITEM, "stats"), "statsV2"))
    assert post is not None
    assert (post.counts, post.views_kind) == ({}, None)


def test_total_likes_have_a_twin_and_an_overflow_is_unknown() -> None:
    detail = without(without(DETAIL, "userInfo", "statsV2", "heartCount"), "userInfo", "stats", "heartCount")
    profile = parse_user_detail(detail, "zg.520")
    assert isinstance(profile, ProfileFacts)
    assert profile.counts["total_likes"] == Count(6764096)
    overflowed = {"statsV2": {}, "stats": {"heartCount": -2147483648}, "user": DETAIL["userInfo"]["user"]}
    profile = parse_user_detail({"userInfo": overflowed}, "zg.520")
    assert isinstance(profile, ProfileFacts)
    assert profile.counts == {}


@pytest.mark.parametrize(
    ("images", "kind"), [([], VideoKind.VIDEO), ([{}], VideoKind.IMAGE), ([{}, {}], VideoKind.CAROUSEL)]
)
def test_photo_posts(images: list[object], kind: VideoKind) -> None:
    if images:
        images[0] = {"imageURL": {"urlList": ["https://pictures.test/1.jpg"]}}
    post = parse_item({"id": "7", "imagePost": {"images": images}, "video": {"duration": 0, "cover": ""}})
    assert post is not None
    assert (post.kind, post.duration_seconds) == (kind, None)
    assert post.thumbnail_url == ("https://pictures.test/1.jpg" if images else None)


@pytest.mark.parametrize(
    ("code", "answer_class"),
    [
        (10221, AnswerClass.NOT_FOUND),
        ("10202", AnswerClass.NOT_FOUND),
        (10222, AnswerClass.PRIVATE),
        (10216, AnswerClass.PRIVATE),
        (10204, AnswerClass.UNAVAILABLE),
        (10219, AnswerClass.REGION_BLOCKED),
        (10000, AnswerClass.BLOCKED),
        (10102, AnswerClass.LOGIN_REQUIRED),
        (10201, AnswerClass.SCHEMA_CHANGED),
        (100004, AnswerClass.UNAVAILABLE),
        (-5, AnswerClass.UNAVAILABLE),
    ],
)
def test_status_codes(code: object, answer_class: AnswerClass) -> None:
    answer = parse_profile_page(tiktok_profile_page({"statusCode": code, "userInfo": {}}), "zg.520")
    assert isinstance(answer, Refusal)
    assert (answer.answer_class, answer.upstream_code) == (answer_class, str(code))
    listed = parse_item_page(json.dumps({"statusCode": code}).encode())
    assert class_of(listed) is answer_class


@pytest.mark.parametrize(
    "detail",
    [
        changed(DETAIL, ["statusCode"], 10222),
        changed(DETAIL, ["userInfo", "user", "privateAccount"], True),
        changed(DETAIL, ["userInfo", "user", "secret"], 1),
    ],
)
def test_a_private_profile_still_shows_its_figures(detail: object) -> None:
    profile = parse_user_detail(detail, "zg.520")
    assert isinstance(profile, ProfileFacts)
    assert profile.is_private
    assert profile.counts["followers"] == Count(427682)


def test_nobody_elses_facts() -> None:
    page = tiktok_profile_page(DETAIL)
    assert class_of(parse_profile_page(page, "somebody")) is AnswerClass.SCHEMA_CHANGED
    assert class_of(parse_profile_page(page, "zg.520", "1")) is AnswerClass.SCHEMA_CHANGED
    upper = changed(DETAIL, ["userInfo", "user", "uniqueId"], "ZG.520")
    profile = parse_user_detail(upper, "zg.520")
    assert isinstance(profile, ProfileFacts)
    assert profile.handle == "zg.520"
    other = json.dumps(changed(ITEMS, ["itemList", 0, "author", "id"], "5")).encode()
    assert class_of(parse_item_page(other, OWNER)) is AnswerClass.SCHEMA_CHANGED
    mixed = json.dumps({**ITEMS, "itemList": [ITEM, changed(ITEM, ["author", "id"], "5"), None, {"id": []}]}).encode()
    answer = parse_item_page(mixed, OWNER)
    assert isinstance(answer, ItemPage)
    assert ([post.external_id for post in answer.posts], answer.unreadable) == (["7513039993741397256"], 3)


@pytest.mark.parametrize(
    ("body", "answer_class"),
    [
        (b"", AnswerClass.BLOCKED),
        (b" \n", AnswerClass.BLOCKED),
        (b"<html><title>TikTok</title></html>", AnswerClass.SCHEMA_CHANGED),
        (b"<html><title>Please wait...</title></html>", AnswerClass.CHALLENGE),
        (b"<p id=cs></p><p id=wci></p><p id=rci></p><p id=rs></p>", AnswerClass.CHALLENGE),
        (b"<div id='captcha_container'></div>", AnswerClass.BLOCKED),
        (tiktok_page({}), AnswerClass.SCHEMA_CHANGED),
        (tiktok_page([1]), AnswerClass.SCHEMA_CHANGED),
        (tiktok_page({"webapp.user-detail": []}), AnswerClass.SCHEMA_CHANGED),
        (tiktok_page({"webapp.user-detail": {"userInfo": [{}]}}), AnswerClass.SCHEMA_CHANGED),
        (tiktok_profile_page(DETAIL)[:900], AnswerClass.UPSTREAM_ERROR),
        (b"\x00\xff" * 500, AnswerClass.SCHEMA_CHANGED),
    ],
)
def test_pages_that_are_something_else(body: bytes, answer_class: AnswerClass) -> None:
    assert class_of(parse_profile_page(body, "zg.520")) is answer_class


@pytest.mark.parametrize(
    ("body", "answer_class"),
    [
        (b"", AnswerClass.BLOCKED),
        (b'{"itemList": [', AnswerClass.UPSTREAM_ERROR),
        (b"<html>", AnswerClass.SCHEMA_CHANGED),
        (b"[]", AnswerClass.SCHEMA_CHANGED),
        (b'{"statusCode": 0}', AnswerClass.SCHEMA_CHANGED),
        (b'{"itemList": {"a": 1}, "hasMorePrevious": true}', AnswerClass.SCHEMA_CHANGED),
    ],
)
def test_lists_that_are_something_else(body: bytes, answer_class: AnswerClass) -> None:
    assert class_of(parse_item_page(body)) is answer_class


def test_an_empty_week_is_a_page() -> None:
    assert parse_item_page(b'{"statusCode": 0, "hasMorePrevious": true}') == ItemPage((), 0, True)
    assert parse_item_page(b'{"itemList": [], "hasMorePrevious": false}') == ItemPage((), 0, False)


def test_a_gated_post_is_for_members() -> None:
    item = {"id": "7", "isContentClassified": True}
    page = tiktok_page({"webapp.video-detail": {"itemInfo": {"itemStruct": item}}})
    assert class_of(parse_video_page(page, "7")) is AnswerClass.LOGIN_REQUIRED
    photos = {**item, "imagePost": {"images": [{}]}}
    shown = parse_video_page(tiktok_page({"webapp.video-detail": {"itemInfo": {"itemStruct": photos}}}), "7")
    assert isinstance(shown, PostFacts)
    assert class_of(parse_video_page(tiktok_page({"webapp.video-detail": 5}), "7")) is AnswerClass.SCHEMA_CHANGED
