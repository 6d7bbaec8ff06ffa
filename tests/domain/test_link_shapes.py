"""Every shape of a link that names something, with and without the platform being told."""

import pytest

from app.domain.links import LinkName, PostName, ProfileName, ShortLink, post_url, profile_url, read_link, read_post
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput

TIKTOK, INSTAGRAM, YOUTUBE = Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE
TWITTER, FACEBOOK, LINKEDIN = Platform.TWITTER, Platform.FACEBOOK, Platform.LINKEDIN

CLIP = "7513039993741397256"
VIDEO = "dQw4w9WgXcQ"
STORY = "pfbid02Wf7aVzQm1kLpXc9RtYuGh4sN8eBjD3oKiMqZxTnE5yHwFvUaPrCdJgLs6"
CHANNEL = "UCX6OQ3DkcsbYNE6H8uQQuVA"


def clip(author: str | None = None) -> PostName:
    return PostName(TIKTOK, CLIP, None, author)


def reel(author: str | None = None) -> PostName:
    return PostName(INSTAGRAM, "3540614075954356349", "DEiyb48AeB9", author)


def video() -> PostName:
    return PostName(YOUTUBE, VIDEO, None, None)


def tweet(author: str | None = None) -> PostName:
    return PostName(TWITTER, "1234567890", None, author)


def story(external_id: str, page: str | None = None) -> PostName:
    return PostName(FACEBOOK, external_id, None, page)


def update(external_id: str, author: str | None = None) -> PostName:
    return PostName(LINKEDIN, external_id, None, author)


ROWS: list[tuple[str, LinkName]] = [
    # TikTok
    (f"https://www.tiktok.com/@charlidamelio/video/{CLIP}", clip("charlidamelio")),
    (f"https://www.tiktok.com/@CharliDamelio/VIDEO/{CLIP}/?lang=en#comments", clip("charlidamelio")),
    (f"tiktok.com/@/video/{CLIP}", clip()),
    (f"https://www.tiktok.com/@_/video/{CLIP}", clip()),
    (f"https://www.tiktok.com/@MS4wLjABAAAA5o-1f_QmrIM9pBGfJD4Yw/video/{CLIP}", clip()),
    (f"https://www.tiktok.com/@6812345678901234567/video/{CLIP}", clip("6812345678901234567")),
    (f"https://www.tiktok.com/share/video/{CLIP}", clip()),
    (f"https://www.tiktokv.com/share/video/{CLIP}", clip()),
    (f"https://www.tiktok.com/embed/{CLIP}", clip()),
    (f"https://www.tiktok.com/embed/v2/{CLIP}?lang=en", clip()),
    (f"https://www.tiktok.com/@zg.520/photo/{CLIP}", clip("zg.520")),
    (f"https://m.tiktok.com/v/{CLIP}.html?u_code=1", clip()),
    (f"https://us.tiktok.com/@a_b/video/{CLIP}", clip("a_b")),
    ("https://vm.tiktok.com/ZM8KnqAbc/", ShortLink(TIKTOK, "vm.tiktok.com", "/ZM8KnqAbc")),
    ("vt.tiktok.com/ZS8KnqAbc", ShortLink(TIKTOK, "vt.tiktok.com", "/ZS8KnqAbc")),
    ("https://www.tiktok.com/t/ZT8KnqAbc/?k=1", ShortLink(TIKTOK, "www.tiktok.com", "/t/ZT8KnqAbc")),
    ("https://www.tiktok.com/@zg.520?lang=en", ProfileName(TIKTOK, "zg.520")),
    ("https://www.tiktok.com/@Some-Body", ProfileName(TIKTOK, "some-body")),
    (f"https://www.tiktok.com/@some-body/video/{CLIP}", clip("some-body")),
    # Instagram
    ("https://www.instagram.com/p/DEiyb48AeB9/", reel()),
    ("https://www.instagram.com/reel/DEiyb48AeB9/?igsh=MzRlODBiNWFlZA==", reel()),
    ("https://www.instagram.com/reels/DEiyb48AeB9", reel()),
    ("https://www.instagram.com/tv/DEiyb48AeB9", reel()),
    ("https://instagr.am/p/DEiyb48AeB9", reel()),
    ("https://www.instagram.com/Rival_One/p/DEiyb48AeB9/", reel("rival_one")),
    ("https://www.instagram.com/rival_one/reel/DEiyb48AeB9/", reel("rival_one")),
    ("https://www.instagram.com/rival_one/reels/DEiyb48AeB9/", reel("rival_one")),
    ("https://www.instagram.com/rival_one/tv/DEiyb48AeB9/", reel("rival_one")),
    ("https://www.instagram.com/p/DEiyb48AeB9/embed/", reel()),
    ("https://www.instagram.com/rival_one/reel/DEiyb48AeB9/embed/captioned/?v=12", reel("rival_one")),
    ("https://www.instagram.com/p/-EiybAeB9_/", PostName(INSTAGRAM, "1118171606048841599", "-EiybAeB9_", None)),
    ("https://www.instagram.com/share/reel/BAbc", ShortLink(INSTAGRAM, "www.instagram.com", "/share/reel/BAbc")),
    ("https://www.instagram.com/share/p/BAbc12_x/", ShortLink(INSTAGRAM, "www.instagram.com", "/share/p/BAbc12_x")),
    ("https://www.instagram.com/Rival.One/", ProfileName(INSTAGRAM, "rival.one")),
    ("instagram.com/rival_one/reels/", ProfileName(INSTAGRAM, "rival_one")),
    # YouTube
    (f"https://www.youtube.com/watch?v={VIDEO}", video()),
    (f"https://www.youtube.com/watch?list=PL1&t=42s&v={VIDEO}&index=3", video()),
    (f"https://m.youtube.com/watch?v={VIDEO}", video()),
    (f"https://music.youtube.com/watch?v={VIDEO}&si=x", video()),
    (f"https://www.youtube.com/shorts/{VIDEO}?feature=share", video()),
    (f"https://youtu.be/{VIDEO}?si=abc", video()),
    (f"https://www.youtube.com/live/{VIDEO}", video()),
    (f"https://www.youtube.com/embed/{VIDEO}?autoplay=1", video()),
    (f"https://www.youtube.com/v/{VIDEO}", video()),
    (f"https://www.youtube.com/e/{VIDEO}", video()),
    (f"https://www.youtube-nocookie.com/embed/{VIDEO}", video()),
    ("https://youtu.be/-_-_-_-_-_-", PostName(YOUTUBE, "-_-_-_-_-_-", None, None)),
    ("https://www.youtube.com/@MrBeast", ProfileName(YOUTUBE, "mrbeast")),
    *((f"https://www.youtube.com/@MrBeast/{tab}", ProfileName(YOUTUBE, "mrbeast")) for tab in ("videos", "shorts")),
    *((f"https://www.youtube.com/@MrBeast/{tab}/", ProfileName(YOUTUBE, "mrbeast")) for tab in ("streams", "featured")),
    ("https://www.youtube.com/@%E6%96%99%E7%90%86-%E7%AC%AC1", ProfileName(YOUTUBE, "料理-第1")),
    (f"https://www.youtube.com/channel/{CHANNEL}", ProfileName(YOUTUBE, CHANNEL)),
    (f"https://music.youtube.com/channel/{CHANNEL}/videos", ProfileName(YOUTUBE, CHANNEL)),
    ("https://www.youtube.com/c/MrBeast6000/videos", ProfileName(YOUTUBE, "c/mrbeast6000")),
    ("https://www.youtube.com/USER/MrBeast6000", ProfileName(YOUTUBE, "user/mrbeast6000")),
    # X
    ("https://x.com/elonmusk/status/1234567890", tweet("elonmusk")),
    ("https://twitter.com/ElonMusk/status/1234567890?s=20&t=x", tweet("elonmusk")),
    ("https://x.com/elonmusk/statuses/1234567890", tweet("elonmusk")),
    ("https://twitter.com/statuses/1234567890", tweet()),
    ("https://x.com/i/web/status/1234567890", tweet()),
    ("https://x.com/i/status/1234567890", tweet()),
    ("https://x.com/elonmusk/status/1234567890/video/1", tweet("elonmusk")),
    ("https://x.com/elonmusk/status/1234567890/photo/2", tweet("elonmusk")),
    ("https://mobile.twitter.com/elonmusk/status/1234567890", tweet("elonmusk")),
    ("https://m.twitter.com/elonmusk/status/1234567890", tweet("elonmusk")),
    ("https://www.x.com/elonmusk/status/01234567890", tweet("elonmusk")),
    ("https://t.co/AbCdEf123", ShortLink(TWITTER, "t.co", "/AbCdEf123")),
    # Facebook
    ("https://www.facebook.com/nasa/posts/10159876543210987", story("10159876543210987", "nasa")),
    (f"https://www.facebook.com/NASA/posts/{STORY}?__cft__[0]=AZX&__tn__=%2CO", story(STORY, "nasa")),
    (f"https://www.facebook.com/nasa/posts/look-at-this/{STORY}", story(STORY, "nasa")),
    ("https://www.facebook.com/nasa/videos/1234567890123456/", story("1234567890123456", "nasa")),
    ("https://www.facebook.com/nasa/videos/vb.54971236771/1234567890123456/", story("1234567890123456", "nasa")),
    ("https://www.facebook.com/nasa/videos/a-long-title/1234567890123456", story("1234567890123456", "nasa")),
    ("https://www.facebook.com/reel/1234567890123456", story("1234567890123456")),
    ("https://www.facebook.com/watch/?v=1234567890123456&ref=sharing", story("1234567890123456")),
    ("https://www.facebook.com/watch/live/?ref=x&v=1234567890123456", story("1234567890123456")),
    ("https://m.facebook.com/watch?v=1234567890123456", story("1234567890123456")),
    ("https://www.facebook.com/video.php?v=1234567890123456", story("1234567890123456")),
    (f"https://www.facebook.com/permalink.php?story_fbid={STORY}&id=100064", story(STORY, "100064")),
    ("https://m.facebook.com/story.php?story_fbid=10159876543210987&id=54971", story("10159876543210987", "54971")),
    ("https://www.facebook.com/photo.php?fbid=10159876543210987&set=a.1", story("10159876543210987")),
    ("https://www.facebook.com/photo/?fbid=10159876543210987", story("10159876543210987")),
    ("https://www.facebook.com/groups/space/posts/10159876543210987/", story("10159876543210987")),
    ("https://www.facebook.com/groups/1234/permalink/10159876543210987", story("10159876543210987")),
    ("https://es-la.facebook.com/nasa/posts/10159876543210987", story("10159876543210987", "nasa")),
    ("https://fb.com/reel/1234567890123456", story("1234567890123456")),
    ("https://www.facebook.com/%E6%97%A5%E6%9C%AC/posts/10159876543210987", story("10159876543210987")),
    ("https://fb.watch/aBcD12-x_/", ShortLink(FACEBOOK, "fb.watch", "/aBcD12-x_")),
    ("https://www.facebook.com/share/v/1AbCdEf/", ShortLink(FACEBOOK, "www.facebook.com", "/share/v/1AbCdEf")),
    ("https://www.facebook.com/share/r/1AbCdEf/", ShortLink(FACEBOOK, "www.facebook.com", "/share/r/1AbCdEf")),
    ("https://m.facebook.com/share/p/1AbCdEf/?x=1", ShortLink(FACEBOOK, "www.facebook.com", "/share/p/1AbCdEf")),
    # LinkedIn
    ("https://www.linkedin.com/feed/update/urn:li:activity:71023", update("activity:71023")),
    ("https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A71023/", update("ugcPost:71023")),
    ("https://www.linkedin.com/feed/update/urn:li:share:71023?utm=x", update("share:71023")),
    (
        "https://www.linkedin.com/posts/ada-lovelace_the-first-program-activity-7102345678901234567-aB3_",
        update("activity:7102345678901234567", "ada-lovelace"),
    ),
    ("https://de.linkedin.com/posts/ada-l_notes-ugcPost-71023-x9Zy?trk=public", update("ugcPost:71023", "ada-l")),
    ("https://www.linkedin.com/posts/ada_activity-71023-x9Zy/", update("activity:71023", "ada")),
    ("https://www.linkedin.com/posts/the-first-program-share-71023-x9Zy", update("share:71023")),
    ("https://www.linkedin.com/embed/feed/update/urn:li:ugcPost:71023?compact=1", update("ugcPost:71023")),
    ("https://lnkd.in/eAbC12_x", ShortLink(LINKEDIN, "lnkd.in", "/eAbC12_x")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), ROWS, ids=[text for text, _ in ROWS])
def test_a_link_names_one_thing_whoever_tells_the_platform(text: str, name: LinkName) -> None:
    assert read_link(text) == name
    assert read_link(f"  {text}\n", name.platform) == name
    other = next(platform for platform in Platform if platform is not name.platform)
    with pytest.raises(InvalidInput) as refused:
        read_link(text, other, "input", "url")
    assert refused.value.path == ("input", "platform")
    assert refused.value.message.endswith(f"is a link of {name.platform}, not of {other}.")


@pytest.mark.parametrize(
    ("platform", "text", "name"),
    [
        (TIKTOK, CLIP, clip()),
        (TIKTOK, "@CharliDamelio", ProfileName(TIKTOK, "charlidamelio")),
        (INSTAGRAM, "DEiyb48AeB9", reel()),
        (INSTAGRAM, "3540614075954356349_17", reel()),
        (INSTAGRAM, "@rival.one", ProfileName(INSTAGRAM, "rival.one")),
        (YOUTUBE, VIDEO, video()),
        (YOUTUBE, "@MrBeast", ProfileName(YOUTUBE, "mrbeast")),
        (YOUTUBE, CHANNEL, ProfileName(YOUTUBE, CHANNEL)),
        (YOUTUBE, f"@{CHANNEL}", ProfileName(YOUTUBE, CHANNEL.lower())),
        (YOUTUBE, "user/mrbeast6000", ProfileName(YOUTUBE, "user/mrbeast6000")),
        (TWITTER, "1234567890", tweet()),
        (FACEBOOK, "10159876543210987", story("10159876543210987")),
        (FACEBOOK, STORY, story(STORY)),
        (LINKEDIN, "urn:li:activity:71023", update("activity:71023")),
        (LINKEDIN, "ugcpost:71023", update("ugcPost:71023")),
    ],
)
def test_what_is_no_address_names_something_where_the_platform_is_told(
    platform: Platform, text: str, name: LinkName
) -> None:
    assert read_link(text, platform) == name
    with pytest.raises(InvalidInput) as refused:
        read_link(text, None, "url")
    assert refused.value.path == ("url",)


@pytest.mark.parametrize("name", dict.fromkeys(name for _, name in ROWS if not isinstance(name, ShortLink)), ids=str)
def test_the_page_of_what_is_named_names_it_again(name: PostName | ProfileName) -> None:
    if isinstance(name, ProfileName):
        assert read_link(profile_url(name.platform, name.handle)) == name
        return
    again = read_link(post_url(name.platform, name.external_id, name.shortcode, name.author_handle))
    assert isinstance(again, PostName)
    assert (again.platform, again.external_id) == (name.platform, name.external_id)
    assert read_post(name.platform, name.external_id).external_id == name.external_id
