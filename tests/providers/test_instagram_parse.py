"""Instagram's answers as recorded, with exact figures, and what their variants amount to."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import AnswerClass, Refusal
from app.providers.instagram.parse import (
    ProfilePage,
    parse_node,
    parse_profile_html,
    parse_web_profile_info,
    refusal_in,
)
from tests.providers.answers import instagram_page, instagram_user, recorded

INFO = recorded("instagram/web_profile_info.json")
USER = INFO["data"]["user"]
NODE = USER["edge_owner_to_timeline_media"]["edges"][0]["node"]


def class_of(answer: object) -> AnswerClass:
    assert isinstance(answer, Refusal), answer
    return answer.answer_class


def info(user: object) -> bytes:
    return json.dumps({"data": {"user": user}, "status": "ok"}).encode()


def node(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(NODE), **changes}


def post_of(**changes: object) -> PostFacts:
    post = parse_node(node(**changes))
    assert post is not None
    return post


def test_the_recorded_profile_and_post() -> None:
    answer = parse_web_profile_info(json.dumps(INFO).encode(), "adrianhorning", "2700692569")
    assert answer == ProfilePage(
        profile=ProfileFacts(
            platform=Platform.INSTAGRAM,
            external_id="2700692569",
            handle="adrianhorning",
            display_name="Adrian Horning",
            biography="Scraping the web",
            link_in_bio="https://scrapecreators.com/",
            picture_url=USER["profile_pic_url_hd"],
            is_verified=True,
            is_private=False,
            counts={"followers": Count(25116), "following": Count(101), "profile_posts": Count(71)},
        ),
        posts=(
            PostFacts(
                platform=Platform.INSTAGRAM,
                external_id="3540614075954356349",
                kind=VideoKind.REEL,
                shortcode="DEiyb48AeB9",
                author_external_id="2700692569",
                author_handle="adrianhorning",
                caption=None,
                published_at=datetime(2025, 1, 7, 23, 56, 41, tzinfo=UTC),
                thumbnail_url=NODE["display_url"],
                video_url=NODE["video_url"],
                views_kind=ViewsKind.THREE_SECOND_VIEWS,
                counts={"views": Count(1318), "likes": Count(126), "comments": Count(12)},
            ),
        ),
        unreadable=0,
        has_more=True,
    )


def test_the_profile_page_tells_the_user_id_from_the_page_id() -> None:
    timeline = {"id": "17841402777077586", "polaris_ordered_timeline_connection": {"edges": [{"node": {"code": "a"}}]}}
    for body in (instagram_page(instagram_user(), timeline), instagram_page(timeline, instagram_user())):
        assert parse_profile_html(body, "adrianhorning", "2700692569") == ProfileFacts(
            platform=Platform.INSTAGRAM,
            external_id="2700692569",
            handle="adrianhorning",
            display_name="Adrian Horning",
            biography="Scraping the web",
            link_in_bio="https://scrapecreators.com",
            picture_url="https://pictures.test/large.jpg",
            is_verified=True,
            is_private=False,
            counts={"followers": Count(25116), "following": Count(101), "profile_posts": Count(71)},
        )


def test_plays_and_three_second_views_never_mix() -> None:
    both = post_of(video_play_count=4651, video_view_count=1639)
    assert (both.counts["views"], both.counts["plays"], both.views_kind) == (
        Count(4651),
        Count(4651),
        ViewsKind.PLAYS,
    )
    unreadable: list[object] = [None, "", -1, [], "soon"]
    for unknown in unreadable:
        post = post_of(video_play_count=unknown)
        assert (post.counts["views"], post.views_kind) == (Count(1318), ViewsKind.THREE_SECOND_VIEWS)
        assert "plays" not in post.counts
        post = post_of(video_view_count=unknown)
        assert (post.views_kind, post.counts) == (None, {"likes": Count(126), "comments": Count(12)})


@pytest.mark.parametrize(
    ("likes", "switched_off", "count", "is_hidden"),
    [
        (126, False, Count(126), False),
        (126, True, Count(126), False),
        (4, True, Count(4), False),
        (3, True, None, True),
        ("3", True, None, True),
        (0, True, None, True),
        (-1, True, None, True),
        (-1, False, None, False),
        (3, False, Count(3), False),
        (0, False, Count(0), False),
    ],
)
def test_hidden_likes(likes: object, switched_off: bool, count: Count | None, is_hidden: bool) -> None:
    changes = {"edge_media_preview_like": {"count": likes}, "edge_liked_by": {"count": likes}}
    post = post_of(**changes, like_and_view_counts_disabled=switched_off)
    assert post.counts.get("likes") == count
    assert post.hidden == (frozenset({"likes"}) if is_hidden else frozenset())
    whole_account = parse_node(node(**changes), hides_counts=switched_off)
    assert whole_account is not None
    assert whole_account.counts == post.counts


@pytest.mark.parametrize("views", [0, 3, -1, None])
def test_hidden_views_leave_no_kind(views: object) -> None:
    post = post_of(video_view_count=views, like_and_view_counts_disabled=True)
    assert (post.hidden, post.views_kind) == (frozenset({"views"}), None)
    assert "views" not in post.counts
    image = post_of(video_view_count=views, like_and_view_counts_disabled=True, is_video=False)
    assert image.hidden == frozenset()
    both = post_of(video_view_count=views, video_play_count=0, like_and_view_counts_disabled=True)
    assert both.hidden == {"views", "plays"}


def test_the_twins_of_a_count() -> None:
    assert post_of(edge_media_preview_like=None).counts["likes"] == Count(126)
    assert post_of(edge_media_preview_like={"count": "1,234"}).counts["likes"] == Count(1234)
    assert post_of(edge_media_to_parent_comment={"count": 20}).counts["comments"] == Count(20)
    assert post_of(edge_media_to_comment=[], edge_media_preview_comment={"count": 7}).counts["comments"] == Count(7)
    assert "comments" not in post_of(edge_media_to_comment={"count": -1}).counts


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, VideoKind.REEL),
        ({"product_type": "feed"}, VideoKind.VIDEO),
        ({"product_type": None, "is_video": False, "__typename": "GraphImage"}, VideoKind.IMAGE),
        ({"product_type": "", "is_video": False, "__typename": "XDTGraphSidecar"}, VideoKind.CAROUSEL),
    ],
)
def test_kinds(changes: dict[str, object], kind: VideoKind) -> None:
    assert post_of(**changes).kind is kind


def test_a_post_is_known_by_either_of_its_ids_and_by_no_other() -> None:
    for changes in ({"id": None}, {"shortcode": None}, {"id": "3540614075954356349_2700692569"}):
        post = post_of(**changes)
        assert (post.external_id, post.shortcode) == ("3540614075954356349", "DEiyb48AeB9")
    others: list[dict[str, object]] = [{"id": "5"}, {"shortcode": "DEiyb48AeB8"}, {"shortcode": "ä"}, {"shortcode": []}]
    assert [parse_node(node(**changes)) for changes in others] == [None] * 4
    user = copy.deepcopy(USER)
    user["edge_owner_to_timeline_media"]["edges"] += [{"node": node(id="5")}, {"node": []}, None]
    answer = parse_web_profile_info(info(user), "adrianhorning")
    assert isinstance(answer, ProfilePage)
    assert (len(answer.posts), answer.unreadable) == (1, 3)


def test_captions_and_pins() -> None:
    post = post_of(
        edge_media_to_caption={"edges": [{"node": {"text": "hi\x00 \ud83d"}}]}, pinned_for_users=[{"id": "2700692569"}]
    )
    assert (post.caption, post.is_pinned) == ("hi ", True)


def test_nobody_elses_facts() -> None:
    for handle, external_id in (("somebody", None), ("adrianhorning", "5")):
        assert class_of(parse_web_profile_info(json.dumps(INFO).encode(), handle, external_id)) is (
            AnswerClass.SCHEMA_CHANGED
        )
        assert class_of(parse_profile_html(instagram_page(instagram_user()), handle, external_id)) is (
            AnswerClass.SCHEMA_CHANGED
        )


@pytest.mark.parametrize(
    ("body", "answer_class"),
    [
        (b"", AnswerClass.BLOCKED),
        (info(None), AnswerClass.NOT_FOUND),
        (info([]), AnswerClass.SCHEMA_CHANGED),
        (info({"id": "5"}), AnswerClass.SCHEMA_CHANGED),
        (b'{"data": []}', AnswerClass.SCHEMA_CHANGED),
        (b'{"data": {}}', AnswerClass.SCHEMA_CHANGED),
        (b'{"status": "fail", "message": "Please wait a few minutes"}', AnswerClass.RATE_LIMITED),
        (b'{"data": {"user": {', AnswerClass.UPSTREAM_ERROR),
        (b"<html>", AnswerClass.SCHEMA_CHANGED),
        (b"null", AnswerClass.SCHEMA_CHANGED),
    ],
)
def test_answers_that_are_something_else(body: bytes, answer_class: AnswerClass) -> None:
    assert class_of(parse_web_profile_info(body, "adrianhorning")) is answer_class


@pytest.mark.parametrize(
    ("body", "answer_class"),
    [
        (b"", AnswerClass.BLOCKED),
        (instagram_page(title="Sorry, this page isn\u2019t available."), AnswerClass.NOT_FOUND),
        (instagram_page(title="Page not found \u2022 Instagram"), AnswerClass.NOT_FOUND),
        (instagram_page(title="Login \u2022 Instagram"), AnswerClass.BLOCKED),
        (instagram_page(), AnswerClass.SCHEMA_CHANGED),
        (instagram_page(None, []), AnswerClass.SCHEMA_CHANGED),
        (instagram_page(instagram_user(pk=[])), AnswerClass.SCHEMA_CHANGED),
        (instagram_page(instagram_user())[:400], AnswerClass.UPSTREAM_ERROR),
        (b"\x00\xff" * 500, AnswerClass.SCHEMA_CHANGED),
    ],
)
def test_pages_that_are_something_else(body: bytes, answer_class: AnswerClass) -> None:
    assert class_of(parse_profile_html(body, "adrianhorning")) is answer_class


@pytest.mark.parametrize(
    ("message", "answer_class"),
    [
        ("Please wait a few minutes before you try again.", AnswerClass.RATE_LIMITED),
        ("Please make sure you are logged in", AnswerClass.LOGIN_REQUIRED),
        ("login_required", AnswerClass.LOGIN_REQUIRED),
        ("checkpoint_required", AnswerClass.ACCOUNT_CHALLENGED),
    ],
)
def test_the_words_of_a_refusal(message: str, answer_class: AnswerClass) -> None:
    assert class_of(refusal_in(json.dumps({"message": message, "status": "fail"}).encode())) is answer_class


@pytest.mark.parametrize("body", [b"", b"[]", b'{"message": []}', b'{"message": "useragent mismatch"}', b"<html>"])
def test_other_words_say_nothing(body: bytes) -> None:
    assert refusal_in(body) is None
