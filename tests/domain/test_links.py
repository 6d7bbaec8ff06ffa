"""Handles in every spelling people use, and those that are none."""

import pytest

from app.domain.links import canonical_handle
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput

TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM


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
    ],
)
def test_what_is_no_handle_is_refused_by_name(platform: Platform, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        canonical_handle(platform, text, "handle")
    assert refused.value.path == ("handle",)
    assert len(refused.value.message) < 500
