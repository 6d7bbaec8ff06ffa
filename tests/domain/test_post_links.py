"""Posts in every spelling people use, those that are none, and shortcodes against media pks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.links import (
    ALPHABET,
    LARGEST_POST_ID,
    LONGEST_LINK,
    PostName,
    pk_of,
    post_url,
    read_post,
    shortcode_of,
)
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput

TIKTOK, INSTAGRAM = Platform.TIKTOK, Platform.INSTAGRAM
NUMBERED = (TIKTOK, INSTAGRAM, Platform.TWITTER, Platform.FACEBOOK)
"""Platforms whose posts have numbers."""
REEL = PostName(INSTAGRAM, "3540614075954356349", "DEiyb48AeB9", None)
VIDEO = PostName(TIKTOK, "7513039993741397256", None, None)
PRIVATE_KEY = "kq3pXn0Zb-_RrYy8t5mC1sUuVvWw"
QUICK = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def of(name: PostName, author_handle: str) -> PostName:
    return PostName(name.platform, name.external_id, name.shortcode, author_handle)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://www.instagram.com/p/DEiyb48AeB9/", REEL),
        ("https://www.instagram.com/reel/DEiyb48AeB9/?igsh=MzRlODBiNWFlZA==", REEL),
        ("https://instagram.com/reels/DEiyb48AeB9", REEL),
        ("http://m.instagram.com/tv/DEiyb48AeB9/#comments", REEL),
        ("instagram.com/p/DEiyb48AeB9//", REEL),
        ("HTTPS://WWW.Instagram.com/p/DEiyb48AeB9?next=https://a.test/", REEL),
        ("https://www.instagram.com/Rival_One/reel/DEiyb48AeB9/", of(REEL, "rival_one")),
        ("https://www.instagram.com/P/DEiyb48AeB9/embed/", REEL),
        (f"https://www.instagram.com/p/DEiyb48AeB9{PRIVATE_KEY}/", REEL),
        (f" DEiyb48AeB9{PRIVATE_KEY}\n", REEL),
        ("DEiyb48AeB9", REEL),
        ("3540614075954356349", REEL),
        ("3540614075954356349_2700692569", REEL),
        ("0003540614075954356349", REEL),
        ("ABC123", PostName(INSTAGRAM, str(pk_of("BC123")), "ABC123", None)),
        # Bare digits are an id; in the address of a page they are a shortcode.
        ("123456", PostName(INSTAGRAM, "123456", "eJA", None)),
        ("instagram.com/p/123456/", PostName(INSTAGRAM, str(pk_of("123456")), "123456", None)),
        (str(LARGEST_POST_ID), PostName(INSTAGRAM, str(LARGEST_POST_ID), "H__________", None)),
    ],
)
def test_an_instagram_post_has_one_name(text: str, name: PostName) -> None:
    assert read_post(INSTAGRAM, text, "identifier") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://www.tiktok.com/@zg.520/video/7513039993741397256", of(VIDEO, "zg.520")),
        ("https://www.tiktok.com/@ZG.520/video/7513039993741397256/?is_from_webapp=1&lang=en", of(VIDEO, "zg.520")),
        ("tiktok.com/@zg.520/photo/7513039993741397256", of(VIDEO, "zg.520")),
        ("http://m.tiktok.com/%40zg.520/video/7513039993741397256#x", of(VIDEO, "zg.520")),
        ("https://www.tiktok.com/@/video/7513039993741397256", VIDEO),
        ("https://www.tiktok.com/@_/video/7513039993741397256", VIDEO),
        ("7513039993741397256", VIDEO),
        ("\t7513039993741397256 ", VIDEO),
        (str(LARGEST_POST_ID), PostName(TIKTOK, str(LARGEST_POST_ID), None, None)),
        ("1", PostName(TIKTOK, "1", None, None)),
    ],
)
def test_a_tiktok_post_has_one_name(text: str, name: PostName) -> None:
    assert read_post(TIKTOK, text, "identifier") == name


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        *(
            (platform, text)
            for platform in Platform
            for text in ("", "  ", "/", "0", "-1", "1.5", "١٢٣", "a b", "名前")
        ),
        *((platform, str(LARGEST_POST_ID + 1)) for platform in NUMBERED),
        *((platform, "9" * LONGEST_LINK) for platform in Platform),
        *((platform, "1" * (LONGEST_LINK + 1)) for platform in Platform),
        *((platform, "https://vimeo.com/76979871") for platform in Platform),
        (INSTAGRAM, "DEiyb48AeB9!"),
        (INSTAGRAM, "DEiyb48A eB9"),
        (INSTAGRAM, "DEiyb48AeB9DEiyb48AeB9"),
        (INSTAGRAM, "A"),
        (INSTAGRAM, "0_1"),
        (INSTAGRAM, "@rival_one"),
        (INSTAGRAM, f"{LARGEST_POST_ID + 1}_1"),
        (INSTAGRAM, "https://www.instagram.com/"),
        (INSTAGRAM, "https://www.instagram.com/rival_one/"),
        (INSTAGRAM, "https://www.instagram.com/p/"),
        (INSTAGRAM, "https://www.instagram.com/p/DEi%20yb48/"),
        (INSTAGRAM, "https://www.instagram.com/reel/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://www.instagram.com/p/DEiyb48AeB9/comments/"),
        (INSTAGRAM, "https://www.instagram.com/stories/rival_one/3540614075954356349/"),
        (INSTAGRAM, "https://www.instagram.com/reels/audio/3540614075954356349/"),
        (INSTAGRAM, "https://www.instagram.com/two..dots/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://www.instagram.com/\u212aelvin/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://instagram.com.evil.example/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://instagram.com\\@evil.example/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://evil.example/instagram.com/p/DEiyb48AeB9/"),
        (INSTAGRAM, "ftp://www.instagram.com/p/DEiyb48AeB9/"),
        (INSTAGRAM, "javascript://www.instagram.com/p/DEiyb48AeB9/"),
        (INSTAGRAM, "//www.instagram.com/p/DEiyb48AeB9/"),
        (INSTAGRAM, "https://[::1/p/DEiyb48AeB9/"),
        (TIKTOK, "DEiyb48AeB9"),
        (TIKTOK, "7513039993741397256_1"),
        (TIKTOK, "https://www.tiktok.com/@zg.520"),
        (TIKTOK, "https://www.tiktok.com/@zg.520/video/"),
        (TIKTOK, "https://www.tiktok.com/@zg.520/video/soon"),
        (TIKTOK, "https://www.tiktok.com/@zg.520/video/0"),
        (TIKTOK, "https://www.tiktok.com/@zg.520/live/7513039993741397256"),
        (TIKTOK, "https://www.tiktok.com/zg.520/video/7513039993741397256"),
        (TIKTOK, "https://www.tiktok.com/@a b/video/7513039993741397256"),
        (TIKTOK, "https://www.tiktok.com/music/a/video/7513039993741397256"),
    ],
)
def test_what_is_no_post_is_refused_by_name(platform: Platform, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_post(platform, text, "input", "identifier")
    assert refused.value.path == ("input", "identifier")
    assert len(refused.value.message) < 500


@pytest.mark.parametrize(
    ("platform", "text", "reason"),
    [
        (TIKTOK, "https://www.instagram.com/p/DEiyb48AeB9/", "is a link of instagram, not of tiktok."),
        (INSTAGRAM, "https://www.tiktok.com/@a/video/7", "is a link of tiktok, not of instagram."),
        (INSTAGRAM, "https://vm.tiktok.com/ZM8abc/", "is a link of tiktok, not of instagram."),
        (TIKTOK, "https://vm.tiktok.com/ZM8abc/", "paste the full address it leads to."),
        (TIKTOK, "vt.tiktok.com/ZM8abc", "paste the full address it leads to."),
        (TIKTOK, "https://www.tiktok.com/t/ZM8abc/", "paste the full address it leads to."),
        (INSTAGRAM, "https://www.instagram.com/share/reel/BAbc123/", "paste the full address it leads to."),
        (TIKTOK, "https://www.tiktok.com/@a", "Give https://www.tiktok.com/@name/video/<id>, or the id alone."),
    ],
)
def test_a_refusal_says_the_way_on(platform: Platform, text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_post(platform, text, "identifier")
    assert refused.value.message.endswith(reason), refused.value.message


@QUICK
@given(pk=st.integers(1, LARGEST_POST_ID), key=st.text(ALPHABET, min_size=28, max_size=28))
def test_shortcodes_and_pks_name_the_same_posts(pk: int, key: str) -> None:
    shortcode = shortcode_of(pk)
    assert pk_of(shortcode) == pk_of("A" + shortcode) == pk_of(shortcode + key) == pk
    assert len(shortcode) <= 11
    name = PostName(INSTAGRAM, str(pk), shortcode, None)
    for text in (str(pk), f"{pk}_17", f"instagram.com/p/{shortcode}", f"instagram.com/reel/{shortcode}{key}/"):
        assert read_post(INSTAGRAM, text) == name


@QUICK
@given(shortcode=st.text(ALPHABET.lstrip("A"), min_size=1, max_size=10))
def test_a_shortcode_without_leading_zeros_comes_back(shortcode: str) -> None:
    assert shortcode_of(pk_of(shortcode)) == shortcode


@QUICK
@given(
    platform=st.sampled_from(NUMBERED),
    pk=st.integers(1, LARGEST_POST_ID),
    author=st.sampled_from([None, "zg.520", "ab"]),
)
def test_the_page_of_a_post_names_it(platform: Platform, pk: int, author: str | None) -> None:
    author = author.replace(".", "_") if author and platform is Platform.TWITTER else author
    name = read_post(platform, post_url(platform, str(pk), None, author))
    assert name.external_id == str(pk)
    assert name.author_handle == (None if platform is INSTAGRAM else author)


@QUICK
@given(
    platform=st.sampled_from(Platform),
    text=st.text(max_size=80) | st.from_regex(r"(https?://)?[a-z./@\[\]%]{0,40}") | st.from_regex(r"[\w:-]{1,24}"),
)
def test_any_text_is_a_post_or_refused(platform: Platform, text: str) -> None:
    try:
        name = read_post(platform, text, "identifier")
    except InvalidInput:
        return
    assert name.platform is platform
    if platform in NUMBERED and not name.external_id.startswith("pfbid"):
        assert 1 <= int(name.external_id) <= LARGEST_POST_ID
    again = read_post(platform, post_url(platform, name.external_id, name.shortcode, name.author_handle))
    assert again.external_id == read_post(platform, name.external_id).external_id == name.external_id
