"""Handles in every spelling people use, and those that are none."""

import pytest

from app.domain.links import RULES, canonical_handle
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput

TIKTOK, INSTAGRAM, YOUTUBE = Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE
ROOM = 64
"""Characters of a handle that can be kept."""


@pytest.mark.parametrize(
    ("platform", "text", "handle"),
    [
        (TIKTOK, "zg.520", "zg.520"),
        (TIKTOK, "  @CharliDAmelio\n", "charlidamelio"),
        (TIKTOK, "https://www.tiktok.com/@zg.520?lang=en", "zg.520"),
        (TIKTOK, "tiktok.com/@a_b", "a_b"),
        (TIKTOK, "https://m.tiktok.com/@a_b/", "a_b"),
        (INSTAGRAM, "Rival_One", "rival_one"),
        (INSTAGRAM, "http://instagram.com/rival_one", "rival_one"),
        (INSTAGRAM, "https://www.instagram.com/rival_one/#x", "rival_one"),
        (YOUTUBE, " @MrBeast ", "mrbeast"),
        (YOUTUBE, "https://www.youtube.com/@MrBeast/shorts?si=1", "mrbeast"),
        (YOUTUBE, "@Café.料理", "café.料理"),
        (YOUTUBE, "UCX6OQ3DkcsbYNE6H8uQQuVA", "UCX6OQ3DkcsbYNE6H8uQQuVA"),
        (YOUTUBE, "youtube.com/channel/UCX6OQ3DkcsbYNE6H8uQQuVA/videos", "UCX6OQ3DkcsbYNE6H8uQQuVA"),
        (YOUTUBE, "@UCX6OQ3DkcsbYNE6H8uQQuVA", "ucx6oq3dkcsbyne6h8uqquva"),
        (YOUTUBE, "youtube.com/user/PewDiePie", "user/pewdiepie"),
        (YOUTUBE, "c/MrBeast6000", "c/mrbeast6000"),
        (Platform.TWITTER, "@ElonMusk", "elonmusk"),
        (Platform.FACEBOOK, "Nasa.Earth", "nasa.earth"),
        (Platform.LINKEDIN, "Ada-Lovelace", "ada-lovelace"),
    ],
)
def test_one_account_has_one_handle(platform: Platform, text: str, handle: str) -> None:
    assert canonical_handle(platform, text, "handle") == handle


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (TIKTOK, ""),
        (TIKTOK, "  "),
        (TIKTOK, "@"),
        (TIKTOK, "a b"),
        (TIKTOK, "ends."),
        (TIKTOK, "a" * 25),
        (TIKTOK, "名前"),
        (TIKTOK, "\u212aelvin"),
        (TIKTOK, "a\0b"),
        (TIKTOK, "x" * 1000),
        (TIKTOK, "https://www.tiktok.com/@a/video/7123456789"),
        (TIKTOK, "https://www.tiktok.com/tag/cats"),
        (TIKTOK, "https://www.instagram.com/rival_one"),
        (TIKTOK, "https://tiktok.com.evil.example/@a"),
        (TIKTOK, "ftp://tiktok.com/@a"),
        (TIKTOK, "https://[::1/@a"),
        (INSTAGRAM, "two..dots"),
        (INSTAGRAM, "a" * 31),
        (INSTAGRAM, "https://www.instagram.com/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://www.instagram.com/"),
        (INSTAGRAM, "explore"),
        (INSTAGRAM, "https://www.instagram.com/reels/"),
        (YOUTUBE, "a b"),
        (YOUTUBE, "ｍｒｂｅａｓｔ"),
        (YOUTUBE, "\u212aelvin"),
        (YOUTUBE, "mr\u200bbeast"),
        (YOUTUBE, "mr?beast"),
        (YOUTUBE, "b/mrbeast"),
        (YOUTUBE, "user/mr/beast"),
        (YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (YOUTUBE, "https://www.tiktok.com/@a"),
    ],
)
def test_what_is_no_handle_is_refused_by_name(platform: Platform, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        canonical_handle(platform, text, "handle")
    assert refused.value.path == ("handle",)
    assert len(refused.value.message) < 500


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("prefix", ["", "@", "c/", "user/", "UC"])
def test_a_handle_can_be_kept(platform: Platform, prefix: str) -> None:
    for length in range(1, 80):
        handle = RULES[platform].canonical(prefix + "a" * length)
        assert handle is None or len(handle) <= ROOM
    assert RULES[platform].canonical("a" * (ROOM + 1)) is None
