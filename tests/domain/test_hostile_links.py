"""Links that name nothing: pages that are neither post nor profile, other hosts in disguise, and broken addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.links import LONGEST_LINK, PostName, ShortLink, canonical_handle, read_link, read_platform, read_post
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput

OWN_HOSTS = {
    *("vm.tiktok.com", "vt.tiktok.com", "www.tiktok.com", "www.instagram.com"),
    *("t.co", "fb.watch", "www.facebook.com", "lnkd.in"),
}


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (Platform.TIKTOK, "https://www.tiktok.com/"),
        (Platform.TIKTOK, "https://www.tiktok.com/music/original-sound-7100000000000000000"),
        (Platform.TIKTOK, "https://www.tiktok.com/tag/cats"),
        (Platform.TIKTOK, "https://www.tiktok.com/sticker/x-123"),
        (Platform.TIKTOK, "https://www.tiktok.com/@zg.520/collection/x-7100000000000000000"),
        (Platform.TIKTOK, "https://www.tiktok.com/@zg.520/live"),
        (Platform.TIKTOK, "https://www.tiktok.com/@zg.520/video/99999999999999999999"),
        (Platform.TIKTOK, "https://www.tiktok.com/embed/@zg.520"),
        (Platform.TIKTOK, "https://www.tiktokv.com/@zg.520/video/7100000000000000000"),
        (Platform.TIKTOK, "https://vm.tiktok.com/"),
        (Platform.TIKTOK, "https://vm.tiktok.com/a/b"),
        (Platform.INSTAGRAM, "https://www.instagram.com/explore/tags/cats/"),
        (Platform.INSTAGRAM, "https://www.instagram.com/stories/rival_one/3540614075954356349/"),
        (Platform.INSTAGRAM, "https://www.instagram.com/reels/audio/3540614075954356349/"),
        (Platform.INSTAGRAM, "https://www.instagram.com/reels/audio/"),
        (Platform.INSTAGRAM, "https://www.instagram.com/accounts/login/"),
        *(
            (Platform.INSTAGRAM, f"https://www.instagram.com/{word}/")
            for word in ("p", "reel", "reels", "tv", "explore", "Stories", "accounts", "direct", "share", "about")
        ),
        (Platform.INSTAGRAM, "https://www.instagram.com/stories/reel/DEiyb48AeB9/"),
        (Platform.INSTAGRAM, "https://www.instagram.com/a/"),
        (Platform.YOUTUBE, "https://www.youtube.com/embed/videoseries?list=PL1"),
        (Platform.YOUTUBE, "https://www.youtube.com/embed/live_stream?channel=UCX6OQ3DkcsbYNE6H8uQQuVA"),
        (Platform.YOUTUBE, "https://www.youtube.com/playlist?list=PL1234567890A"),
        (Platform.YOUTUBE, "https://www.youtube.com/results?search_query=cats"),
        (Platform.YOUTUBE, "https://www.youtube.com/feed/trending"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v="),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXc"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQQ"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?V=dQw4w9WgXcQ"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXc%0A"),
        (Platform.YOUTUBE, "https://www.youtube.com/channel/UCshort"),
        (Platform.YOUTUBE, "https://www.youtube.com/@MrBeast/nothing"),
        (Platform.YOUTUBE, "https://www.youtube.com/@a%20b"),
        (Platform.YOUTUBE, "https://www.youtube.com/@%E2%84%AAelvin"),
        (Platform.YOUTUBE, "https://www.youtube-nocookie.com/watch?v=dQw4w9WgXcQ"),
        (Platform.YOUTUBE, "https://youtu.be/"),
        (Platform.TWITTER, "https://x.com/elonmusk"),
        (Platform.TWITTER, "https://x.com/i/spaces/1OdJrXWaPVPGX"),
        (Platform.TWITTER, "https://x.com/i/broadcasts/1OdJrXWaPVPGX"),
        (Platform.TWITTER, "https://x.com/i/events/1234567890"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/1234567890/likes"),
        (Platform.TWITTER, "https://x.com/a_name_that_is_too_long/status/1234567890"),
        (Platform.FACEBOOK, "https://www.facebook.com/nasa"),
        (Platform.FACEBOOK, "https://www.facebook.com/ads/library/?id=1234567890"),
        (Platform.FACEBOOK, "https://www.facebook.com/events/1234567890/"),
        (Platform.FACEBOOK, "https://www.facebook.com/events/posts/1234567890/"),
        (Platform.FACEBOOK, "https://www.facebook.com/plugins/videos/1234567890"),
        (Platform.FACEBOOK, "https://www.facebook.com/plugins/post.php?href=https://www.facebook.com/nasa/posts/1"),
        (Platform.FACEBOOK, "https://www.facebook.com/flx/warn/?u=https://www.facebook.com/nasa/posts/1"),
        (Platform.FACEBOOK, "https://l.facebook.com/l.php?u=https://evil.example/"),
        (Platform.FACEBOOK, "https://www.facebook.com/watch/"),
        (Platform.FACEBOOK, "https://www.facebook.com/watch/?v=pfbid"),
        (Platform.FACEBOOK, "https://www.facebook.com/permalink.php?id=1"),
        (Platform.FACEBOOK, "https://fb.watch/"),
        (Platform.LINKEDIN, "https://www.linkedin.com/learning/python-essentials"),
        (Platform.LINKEDIN, "https://www.linkedin.com/events/7102345678901234567/"),
        (Platform.LINKEDIN, "https://www.linkedin.com/in/ada-lovelace/"),
        (Platform.LINKEDIN, "https://www.linkedin.com/company/analytical-engines/"),
        (Platform.LINKEDIN, "https://www.linkedin.com/pulse/the-first-program-ada-lovelace"),
        (Platform.LINKEDIN, "https://www.linkedin.com/feed/update/urn:li:article:71023"),
        (Platform.LINKEDIN, "https://www.linkedin.com/posts/ada_radioactivity-71023-x9Zy"),
        (Platform.LINKEDIN, "https://www.linkedin.com/posts/ada_activity-71023"),
    ],
)
def test_a_page_that_is_no_post_and_no_profile_is_refused(platform: Platform, text: str) -> None:
    for told in (None, platform):
        with pytest.raises(InvalidInput) as refused:
            read_link(text, told, "url")
        assert refused.value.path == ("url",)
        assert f"is not a post or a profile of {platform}. Give http" in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "https://tiktok.com.evil.example/@a/video/1",
        "https://tiktok.com.evil.com/@a/video/1",
        "https://eviltiktok.com/@a/video/1",
        "https://evil.example/tiktok.com/@a/video/1",
        "https://evil.example/?u=https://www.tiktok.com/@a/video/1",
        "https://evil.example#https://www.tiktok.com/@a/video/1",
        "https://www.tiktok.com@evil.example/@a/video/1",
        "https://user:word@www.tiktok.com/@a/video/1",
        "https://user@www.tiktok.com/@a/video/1",
        "https://www.tiktok.com:22/@a/video/1",
        "https://www.tiktok.com:8443/@a/video/1",
        "https://www.tiktok.com:80/@a/video/1",
        "https://www.tiktok.com:99999/@a/video/1",
        "https://www.tiktok.com:x/@a/video/1",
        "https://www.tiktok.com\\@evil.example/@a/video/1",
        "https://www.tiktok.com\\/@a/video/1",
        "https:\\\\www.tiktok.com/@a/video/1",
        "https://www.tiktok.com/@a%5C/video/1",
        "https://www.tiktok.com./@a/video/1",
        "https://.tiktok.com/@a/video/1",
        "https://www.ti\u212atok.com/@a/video/1",
        "https://www.tіktok.com/@a/video/1",
        "https://www.xn--tktok-2of.com/@a/video/1",
        "https://ｗｗｗ.tiktok.com/@a/video/1",
        "https://www。tiktok。com/@a/video/1",
        "https://www.tiktok%2ecom/@a/video/1",
        "https://www.tiktok.com%2f@evil.example/@a/video/1",
        "https://www.tiktok.com%00.evil.example/@a/video/1",
        "https://www.tik\ttok.com/@a/video/1",
        "https://www.tiktok.com/@a/\nvideo/1",
        "https://www.tiktok.com/@a/video/1\0",
        "https://www.tiktok.com/@a/vid\u200beo/1",
        "https://www.tiktok.com/@a /video/1",
        "https://www.tiktok.com/@a/video/1%0d%0aHost:%20evil.example",
        "https://www.tiktok.com/@a%2Fvideo%2F1",
        "https://www.tiktok.com/%2540a/video/1",
        "https://www.tiktok.com/@b/../@a/video/1",
        "https://www.tiktok.com/@a/./video/1",
        "https://www.tiktok.com/@b/%2e%2e/@a/video/1",
        "https://www.tiktok.com/@a/video/1;2",
        "https://www.tiktok.com/@a/video/１２",
        "https://127.0.0.1/@a/video/1",
        "https://2130706433/@a/video/1",
        "https://0x7f.1/@a/video/1",
        "https://[::1]/@a/video/1",
        "https://[::ffff:127.0.0.1]/@a/video/1",
        "https://[::1/@a/video/1",
        "http://localhost:9000/www.tiktok.com/@a/video/1",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://www.tiktok.com/@a/video/1",
        "file:///www.tiktok.com/@a/video/1",
        "javascript://www.tiktok.com/@a/video/1",
        "javascript:alert(1)//www.tiktok.com/@a/video/1",
        "data:text/html,https://www.tiktok.com/@a/video/1",
        "//www.tiktok.com/@a/video/1",
        "https:///www.tiktok.com/@a/video/1",
        "https://",
        "https://?",
        "://www.tiktok.com/@a/video/1",
        "https://https://www.tiktok.com/@a/video/1",
        "https://www.tiktok.com/" + "a/" * 1000,
        "x" * (LONGEST_LINK + 1),
        "9" * LONGEST_LINK,
        "@" * LONGEST_LINK,
        "",
        " \t\n",
        "\0",
    ],
)
def test_a_link_in_disguise_is_refused_by_every_reading(text: str) -> None:
    for told in (None, Platform.TIKTOK, Platform.INSTAGRAM):
        with pytest.raises(InvalidInput) as refused:
            read_link(text, told, "input", "url")
        assert refused.value.path in (("input", "url"), ("input", "platform"))
        assert len(refused.value.message) < 500
    for platform in Platform:
        with pytest.raises(InvalidInput):
            read_post(platform, text, "url")
    for platform in (Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE):
        with pytest.raises(InvalidInput):
            canonical_handle(platform, text, "handle")


def test_the_ordinary_port_may_be_written() -> None:
    name = PostName(Platform.TIKTOK, "1", None, "a")
    assert read_link("https://www.tiktok.com:443/@a/video/1") == read_link("http://tiktok.com:80/@a/video/1") == name


def test_the_first_of_two_parameters_counts() -> None:
    name = read_link("https://www.youtube.com/watch?v=dQw4w9WgXcQ&v=aaaaaaaaaaa")
    assert name == PostName(Platform.YOUTUBE, "dQw4w9WgXcQ", None, None)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(
    text=st.text(max_size=60)
    | st.builds(
        "".join,
        st.lists(
            st.sampled_from(
                [
                    *("https://", "http://", "www.", "m.", "vm.", "tiktok.com", "instagram.com", "x.com", "youtu.be"),
                    *("fb.watch", "t.co", "lnkd.in", "facebook.com", "evil.example", "/", "@", "?v=", "#", ":", "\\"),
                    *("%2f", "%00", "share/", "t/", "p/", "video/", "status/", "posts/", "name", "71023", "\n", "é"),
                ]
            ),
            max_size=9,
        ),
    ),
    told=st.sampled_from([None, *Platform]),
)
def test_any_text_names_something_plain_or_is_refused(text: str, told: Platform | None) -> None:
    try:
        name = read_link(text, told, "url")
    except InvalidInput:
        return
    assert told in (None, name.platform)
    if isinstance(name, ShortLink):
        assert name.host in OWN_HOSTS
        assert name.path.startswith("/")
        assert name.path.isascii()
        assert not set(name.path) & set("\\?#%@: ")
    elif isinstance(name, PostName):
        assert name.external_id.isascii()
        assert (
            name.external_id.replace("-", "").replace("_", "").replace(":", "").isalnum() or len(name.external_id) == 11
        )


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        *((platform.value, platform) for platform in Platform),
        ("x", Platform.TWITTER),
        (" X ", Platform.TWITTER),
        ("Twitter/X", Platform.TWITTER),
        ("YouTube", Platform.YOUTUBE),
    ],
)
def test_a_platform_has_one_name_and_aliases(text: str, platform: Platform) -> None:
    assert read_platform(text, "platform") is platform


@pytest.mark.parametrize("text", ["", "tik tok", "meta", "x/twitter", "TIKTOK.COM", "y" * 5000])
def test_what_is_no_platform_is_refused_with_all_that_are(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_platform(text, "input", "platform")
    assert refused.value.path == ("input", "platform")
    assert refused.value.message.endswith("Give one of tiktok, instagram, youtube, twitter, facebook, linkedin.")
    assert len(refused.value.message) < 300
