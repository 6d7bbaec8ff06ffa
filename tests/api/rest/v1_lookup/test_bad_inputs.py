"""What `/v1` refuses: hundreds of requests, each 400 with a text, none of which a platform hears of."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.rest.v1_lookup.conftest import (
    CREATOR_PATHS,
    EMAIL,
    MEDIAN,
    POST,
    PROFILE,
    VIDEOS,
    LookUpCaller,
    error_of,
)

NO_POSTS = [
    "",
    " ",
    "x" * 3000,
    "nothing",
    "12345",
    "http://",
    "https://",
    "://tiktok.com/@a/video/1",
    "ftp://www.tiktok.com/@charlidamelio/video/7123456789",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://example.com/@charlidamelio/video/7123456789",
    "https://tiktok.com.evil.test/@charlidamelio/video/7123456789",
    "https://eviltiktok.com/@charlidamelio/video/7123456789",
    "https://www.tiktok.com@evil.test/@a/video/1",
    "https://user:password@www.tiktok.com/@charlidamelio/video/7123456789",
    "https://www.tiktok.com:8443/@charlidamelio/video/7123456789",
    "https://127.0.0.1/@charlidamelio/video/7123456789",
    "https://[::1]/@charlidamelio/video/7123456789",
    "https://localhost/reel/ABC123",
    "https://169.254.169.254/latest/meta-data",
    "https://www.tiktok.com/",
    "https://www.tiktok.com/@charlidamelio",
    "https://www.tiktok.com/@charlidamelio/live",
    "https://www.tiktok.com/@charlidamelio/video/",
    "https://www.tiktok.com/@charlidamelio/video/abc",
    "https://www.tiktok.com/@charlidamelio/video/0",
    "https://www.tiktok.com/@charlidamelio/video/-1",
    "https://www.tiktok.com/@charlidamelio/video/99999999999999999999999",
    "https://www.tiktok.com/@charlidamelio/video/7123456789/extra",
    "https://www.tiktok.com/@charlidamelio/video/7123456789%2f..",
    "https://www.tiktok.com/music/something-123",
    "https://www.tiktok.com/tag/dance",
    "https://www.tiktok.com/sticker/1",
    "https://www.tiktok.com/collection/1",
    "https://www.instagram.com/",
    "https://www.instagram.com/explore/",
    "https://www.instagram.com/stories/somebody/123",
    "https://www.instagram.com/reels/audio/123/",
    "https://www.instagram.com/accounts/login/",
    "https://www.instagram.com/p/",
    "https://www.instagram.com/p/a b/",
    "https://www.instagram.com/p/ABC!23/",
    "https://www.instagram.com/somebody",
    "https://www.youtube.com/",
    "https://www.youtube.com/watch",
    "https://www.youtube.com/watch?v=",
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/watch?v=waytoolongforanid",
    "https://www.youtube.com/playlist?list=PL123",
    "https://www.youtube.com/results?search_query=cats",
    "https://www.youtube.com/feed/trending",
    "https://www.youtube.com/embed/videoseries",
    "https://www.youtube.com/@mrbeast",
    "https://youtu.be/",
    "https://x.com/",
    "https://x.com/elonmusk",
    "https://x.com/elonmusk/status/",
    "https://x.com/elonmusk/status/abc",
    "https://x.com/i/spaces/1abc",
    "https://x.com/i/broadcasts/1abc",
    "https://x.com/i/events/123",
    "https://www.facebook.com/",
    "https://www.facebook.com/somebody",
    "https://www.facebook.com/ads/library",
    "https://www.facebook.com/events/123",
    "https://www.facebook.com/plugins/post.php",
    "https://www.facebook.com/watch/",
    "https://www.linkedin.com/",
    "https://www.linkedin.com/in/somebody",
    "https://www.linkedin.com/company/somebody",
    "https://www.linkedin.com/pulse/something",
    "https://www.linkedin.com/learning/something",
    "https://www.linkedin.com/feed/update/urn:li:job:123",
    "https://www.linkedin.com/feed/update/urn:li:activity:abc",
]
NO_PROFILES = [
    "https://www.tiktok.com/",
    "https://www.tiktok.com/@charlidamelio/video/7123456789",
    "https://www.tiktok.com/charlidamelio",
    "https://www.tiktok.com/@",
    "https://www.instagram.com/explore/",
    "https://www.instagram.com/p/ABC123/",
    "https://www.instagram.com/accounts/",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://x.com/elonmusk",
    "https://www.facebook.com/somebody",
    "https://www.linkedin.com/in/somebody",
    "https://example.com/somebody",
    "charlidamelio",
    "@charlidamelio",
]
NO_USERNAMES = [
    *("", " ", "@", "@@", "a b", "a/b", "ünder", "x" * 100, "x" * 300, ".", "name.", "a\tb", "名前", "<script>"),
]
NO_PLATFORMS = [
    *("", " ", "myspace", "tik tok", "all", "TikTok!", "0", "x" * 100, "tiktok,instagram", "\u0130nstagram"),
]
NO_TEXTS: list[Any] = [1, 1.5, True, [], {}, ["https://www.tiktok.com/@a/video/1"], {"url": "x"}]
NO_JSON = [
    b"",
    b" ",
    b"{",
    b"}",
    b"{]",
    b"nonsense",
    b"url=https://www.tiktok.com",
    b"'url'",
    b"{'url': 'x'}",
    b'{"url": "x",}',
    b'{"url": NaN}',
    b'{"url": Infinity}',
    b'{"url": "x"} {}',
    b'{"url": "x"}\x00',
    b"\xff\xfe",
    b'{"url": "\xff"}',
    b"[" * 100_000,
    b'{"a":' * 50 + b"1" + b"}" * 50,
]
NO_OBJECTS = [b"null", b"true", b"1", b'"text"', b"[]", b"[{}]"]
AMBIGUOUS = [
    b'{"url": "https://www.tiktok.com/@a/video/1", "url": "https://www.tiktok.com/@a/video/2"}',
    b'{"url": "https://www.tiktok.com/@a/video/1\\u0000"}',
    b'{"url": "https://www.tiktok.com/@a/video/\\ud800"}',
]


def bodies() -> Iterator[tuple[str, bytes]]:
    """A path and a body that has to be refused."""

    def of(path: str, **members: Any) -> tuple[str, bytes]:
        return path, json.dumps(members).encode()

    for path in (POST, *CREATOR_PATHS):
        for body in (*NO_JSON, *NO_OBJECTS, *AMBIGUOUS, b"{}"):
            yield path, body
        for value in NO_TEXTS:
            yield of(path, url=value)
            yield of(path, url="https://www.tiktok.com/@charlidamelio", username="a", platform=value)
        for platform in NO_PLATFORMS:
            yield of(path, url="https://www.tiktok.com/@charlidamelio/video/7123456789", platform=platform)
            yield of(path, username="charlidamelio", platform=platform)
    for url in NO_POSTS:
        yield of(POST, url=url)
    for platform in ("tiktok", "youtube", "twitter", "facebook", "linkedin"):
        yield of(POST, url="https://www.instagram.com/reel/ABC123/", platform=platform)
    yield of(POST, url=None)
    yield of(POST, username="charlidamelio", platform="tiktok")
    for path in CREATOR_PATHS:
        yield of(path, url=None, username=None, platform=None)
        yield of(path, username="charlidamelio")
        yield of(path, platform="tiktok")
        yield of(path, username="charlidamelio", platform=None)
        for url in NO_PROFILES:
            yield of(path, url=url)
        for username in NO_USERNAMES:
            yield of(path, username=username, platform="tiktok")
        for platform in ("twitter", "x", "facebook", "linkedin"):
            yield of(path, username="somebody", platform=platform)
        yield of(path, url="https://www.tiktok.com/@charlidamelio", platform="instagram")
        for value in NO_TEXTS:
            yield of(path, username=value, platform="tiktok")


async def test_each_is_a_400_and_no_platform_is_asked(lookups: LookUpCaller) -> None:
    asked = list(bodies())
    assert len(asked) > 500
    taken = []
    for path, body in asked:
        answer = await lookups.send("POST", path, content=body, headers={"Content-Type": "application/json"})
        if answer.status_code != 400:
            taken.append((path, body[:200], answer.status_code, answer.text[:200]))
            continue
        error_of(answer, 400)
        assert "x-ratelimit-remaining" in answer.headers
    assert taken == []
    assert await lookups.sandbox.log() == []


@pytest.mark.parametrize(
    ("path", "members", "words"),
    [
        (POST, {}, "url"),
        (POST, {"url": "https://example.com/a"}, "example.com"),
        (POST, {"url": "https://www.instagram.com/reel/ABC123/", "platform": "tiktok"}, "instagram"),
        (POST, {"url": "https://www.tiktok.com/@charlidamelio", "platform": "tiktok"}, "tiktok"),
        (POST, {"url": "https://www.tiktok.com/@charlidamelio/video/7123456789", "platform": "myspace"}, "myspace"),
        (PROFILE, {"username": "charlidamelio"}, "platform"),
        (PROFILE, {}, "url"),
        (PROFILE, {"username": "elonmusk", "platform": "x"}, "X (Twitter)"),
        (PROFILE, {"url": "https://x.com/elonmusk"}, "Accounts of X (Twitter) cannot be looked up."),
        (EMAIL, {"url": "https://www.linkedin.com/in/somebody"}, "Accounts of LinkedIn cannot be looked up."),
        (VIDEOS, {"url": "facebook.com/somebody"}, "Accounts of Facebook cannot be looked up."),
        (
            PROFILE,
            {"url": "https://www.tiktok.com/@a", "platform": "x"},
            "Accounts of X (Twitter) cannot be looked up.",
        ),
        (MEDIAN, {"url": "https://www.tiktok.com/tag/a"}, "of a profile https://www.tiktok.com/@<name>."),
        (PROFILE, {"username": "a b", "platform": "tiktok"}, "'a b'"),
    ],
)
async def test_a_refusal_says_what_is_wrong(
    lookups: LookUpCaller, path: str, members: dict[str, Any], words: str
) -> None:
    assert words in await lookups.refused(400, path, **members)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_a_body_that_is_said_to_be_no_json_is_a_400(lookups: LookUpCaller, media_type: str) -> None:
    answer = await lookups.send("POST", POST, content=b'{"url": "x"}', headers={"Content-Type": media_type})
    assert "application/json" in error_of(answer, 400)


async def test_a_body_that_is_too_large_is_a_400(lookups: LookUpCaller) -> None:
    content = json.dumps({"url": "x" * (2 << 20)}).encode()
    answer = await lookups.send("POST", POST, content=content, headers={"Content-Type": "application/json"})
    assert "larger" in error_of(answer, 400)
