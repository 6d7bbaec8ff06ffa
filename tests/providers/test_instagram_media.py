"""What a v1 media object of Instagram says of its post, with exact figures, and the token of a page."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.facts import Count, PostFacts
from app.domain.links import pk_of, shortcode_of
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.instagram.media import lsd_token, parse_media
from tests.providers.answers import recorded

REEL: dict[str, Any] = recorded("instagram/v1_feed_user_posts.json")["items"][0]
CAROUSEL: dict[str, Any] = recorded("instagram/v1_media_info_carousel.json")["items"][0]
CLIPS: list[dict[str, Any]] = [item["media"] for item in recorded("instagram/v1_clips_user_page.json")["items"]]
PK = "3600545900919030401"


def reel(**changes: object) -> dict[str, Any]:
    return {**REEL, **changes}


def facts_of(media: object) -> PostFacts:
    post = parse_media(media)
    assert post is not None
    return post


def test_the_recorded_reel() -> None:
    assert parse_media(REEL) == PostFacts(
        platform=Platform.INSTAGRAM,
        external_id=PK,
        kind=VideoKind.REEL,
        shortcode="DH3tWudxIKB",
        author_external_id="260462810",
        author_handle="barstoolsports",
        caption="Dana is neglecting a pretty important level of the food pyramid @danabeers @francisccellis",
        published_at=datetime(2025, 3, 31, 16, 29, 30, tzinfo=UTC),
        duration_seconds=77,
        thumbnail_url=REEL["image_versions2"]["candidates"][0]["url"],
        video_url=REEL["video_versions"][0]["url"],
        is_pinned=False,
        views_kind=ViewsKind.PLAYS,
        counts={
            "views": Count(35499),
            "plays": Count(35499),
            "likes": Count(387),
            "comments": Count(12),
            "ig_plays": Count(35499),
            "fb_likes": Count(0),
        },
    )


def test_the_recorded_carousel_has_counters_of_its_own() -> None:
    post = facts_of(CAROUSEL)
    assert (post.external_id, post.shortcode, post.kind) == ("2273581388251073154", "B-NYjoGpQqC", VideoKind.CAROUSEL)
    assert (post.author_external_id, post.author_handle) == ("305701719", "jlo")
    assert post.counts == {"likes": Count(1_246_110), "comments": Count(9742)}
    assert (post.views_kind, post.duration_seconds, post.video_url) == (None, None, None)
    assert post.thumbnail_url == CAROUSEL["carousel_media"][0]["image_versions2"]["candidates"][0]["url"]


def test_plays_and_the_older_views_are_two_measures() -> None:
    assert [(media["play_count"], media["view_count"]) for media in CLIPS[:2]] == [(401421, 100856), (265920, 60474)]
    for media in CLIPS:
        post = facts_of(media)
        assert post.counts["plays"] == post.counts["views"] == Count(media["play_count"])
        assert post.views_kind is ViewsKind.PLAYS
        older = facts_of({**media, "play_count": None})
        assert "plays" not in older.counts
        assert (older.counts["views"], older.views_kind) == (Count(media["view_count"]), ViewsKind.THREE_SECOND_VIEWS)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"play_count": 11875, "ig_play_count": 8152, "fb_play_count": 3723}, (11875, 8152, 3723)),
        ({"play_count": None, "ig_play_count": 8152, "fb_play_count": 3723}, (11875, 8152, 3723)),
        ({"play_count": None, "ig_play_count": 8152}, (8152, 8152, None)),
        ({"play_count": None, "ig_play_count": None, "fb_play_count": 3723}, (None, None, 3723)),
        ({"play_count": None, "ig_play_count": None}, (None, None, None)),
        ({"play_count": -1, "ig_play_count": -1}, (None, None, None)),
        ({"play_count": 0}, (0, 35499, None)),
    ],
)
def test_plays_here_and_there(changes: dict[str, object], counts: tuple[int | None, ...]) -> None:
    found = facts_of(reel(**changes)).counts
    assert tuple(found[name].value if name in found else None for name in ("plays", "ig_plays", "fb_plays")) == counts
    assert found.get("views") == found.get("plays")


def test_counters_that_are_seldom_shown() -> None:
    shown = {"reshare_count": 7, "save_count": 8, "media_repost_count": 9, "fb_like_count": 5}
    counts = facts_of(reel(**shown)).counts
    assert {name: counts[name].value for name in ("shares", "saves", "reposts", "fb_likes")} == {
        "shares": 7, "saves": 8, "reposts": 9, "fb_likes": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "is_flagged", "likes", "is_hidden"),
    [
        (387, False, 387, False),
        (387, True, 387, False),
        (4, True, 4, False),
        (3, True, None, True),
        (0, True, None, True),
        (-1, True, None, True),
        (None, True, None, True),
        (3, False, 3, False),
        (0, False, 0, False),
        (-1, False, None, False),
        (None, False, None, False),
    ],
)
def test_hidden_likes(value: int | None, is_flagged: bool, likes: int | None, is_hidden: bool) -> None:
    post = facts_of(reel(like_count=value, like_and_view_counts_disabled=is_flagged))
    assert (post.counts["likes"].value if "likes" in post.counts else None) == likes
    assert ("likes" in post.hidden) is is_hidden
    assert post.counts["comments"] == Count(12)


def test_hidden_plays() -> None:
    post = facts_of(reel(like_and_view_counts_disabled=True, like_count=3, play_count=3, ig_play_count=3))
    assert post.hidden == {"likes", "views", "plays"}
    assert post.views_kind is None
    assert post.counts.keys() == {"comments", "fb_likes"}
    photo = reel(like_and_view_counts_disabled=True, like_count=3, play_count=None, product_type="feed", media_type=1)
    assert facts_of(photo).hidden == {"likes"}


@pytest.mark.parametrize(
    ("media_type", "product_type", "kind"),
    [
        (1, "feed", VideoKind.IMAGE),
        (2, "feed", VideoKind.VIDEO),
        (2, "igtv", VideoKind.VIDEO),
        (2, "clips", VideoKind.REEL),
        (8, "carousel_container", VideoKind.CAROUSEL),
        (8, None, VideoKind.CAROUSEL),
        ("2", "clips", VideoKind.REEL),
        (None, None, VideoKind.IMAGE),
    ],
)
def test_kinds(media_type: object, product_type: object, kind: VideoKind) -> None:
    assert facts_of(reel(media_type=media_type, product_type=product_type)).kind is kind


def test_the_id_and_the_shortcode_name_one_post() -> None:
    assert facts_of(reel(pk=int(PK))).external_id == PK
    assert facts_of(reel(pk=None)).external_id == PK
    assert facts_of(reel(pk=None, id=None)).external_id == PK
    assert facts_of(reel(code=None)).shortcode == "DH3tWudxIKB"
    assert facts_of(reel(code="DH3tWudxIKB" + "k" * 28)).external_id == PK
    assert parse_media(reel(pk="3600545900919030402")) is None
    assert parse_media(reel(code="DH3tWudxIKC")) is None
    assert parse_media(reel(pk=None, id=None, code=None)) is None
    assert parse_media(None) is None


def test_pinned_posts() -> None:
    assert facts_of(reel(timeline_pinned_user_ids=[260462810])).is_pinned
    assert facts_of(reel(clips_tab_pinned_user_ids=[260462810])).is_pinned


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (b'<script type="application/json" id="__eqmc">{"u":"/x","l":"AVqLsd_1"}</script>', "AVqLsd_1"),
        (b'<html>require("x",["LSD",[],{"token":"AVold-1:2"},323])</html>', "AVold-1:2"),
        (b'<script id="__eqmc" type="application/json">{"l":"two words"}</script>', None),
        (b'<script id="__eqmc" type="application/json">{"l":7}</script>', None),
        (b'<script id="__eqmc" type="application/json">{"l"</script>', None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_the_token_of_a_page(body: bytes, token: str | None) -> None:
    assert lsd_token(body) == token


def test_the_recorded_posts_have_the_shortcodes_of_their_pks() -> None:
    for media in (REEL, CAROUSEL, *CLIPS):
        assert shortcode_of(int(media["pk"])) == media["code"]
        assert pk_of(media["code"]) == int(media["pk"])
