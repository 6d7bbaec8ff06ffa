"""YouTube's pages through yt-dlp: exact and abbreviated figures, whose page it is, and what refusals amount to."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.ytdlp.youtube import YtDlpYouTube
from tests.providers.visits import in_turn, paths_of, visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
VIDEO_ID, CHANNEL_ID = "dQw4w9WgXcQ", "UCuAXFkgsw1L7xaCfnd5JJOw"
DETAILS = {
    "videoId": VIDEO_ID,
    "title": "Never Gonna Give You Up",
    "lengthSeconds": "213",
    "channelId": CHANNEL_ID,
    "shortDescription": "The official video",
    "viewCount": "1612345678",
    "author": "Rick Astley",
}
PLAYER: dict[str, Any] = {
    "playabilityStatus": {"status": "OK"},
    "videoDetails": DETAILS,
    "microformat": {
        "playerMicroformatRenderer": {
            "ownerProfileUrl": "http://www.youtube.com/@RickAstleyYT",
            "uploadDate": "2009-10-24T23:57:33-07:00",
        }
    },
}
LIKES = "like this video along with 18,501,234 other people"


def around(label: str = LIKES, comments: str = "2.3M", video_id: str = VIDEO_ID) -> dict[str, Any]:
    """`ytInitialData` with likes and comments where the page has them."""
    button: Any = {"buttonViewModel": {"accessibilityText": label}}
    for name in ("defaultButtonViewModel", "toggleButtonViewModel", "toggleButtonViewModel", "likeButtonViewModel"):
        button = {name: button}
    button = {"segmentedLikeDislikeButtonViewModel": {"likeButtonViewModel": button}}
    first = {"videoPrimaryInfoRenderer": {"videoActions": {"menuRenderer": {"topLevelButtons": [button]}}}}
    contents = {"twoColumnWatchNextResults": {"results": {"results": {"contents": [first]}}}}
    header = {"engagementPanelTitleHeaderRenderer": {"contextualInfo": {"runs": [{"text": comments}]}}}
    panel = {"panelIdentifier": "engagement-panel-comments-section", "header": header}
    return {
        "contents": contents,
        "currentVideoEndpoint": {"watchEndpoint": {"videoId": video_id}},
        "engagementPanels": [{"engagementPanelSectionListRenderer": panel}],
    }


def page(player: object = PLAYER, data: object = None) -> httpx.Response:
    scripts = {"ytInitialPlayerResponse": player, "ytInitialData": around() if data is None else data}
    written = "".join(f"<script>var {name} = {json.dumps(value)};</script>" for name, value in scripts.items() if value)
    return httpx.Response(200, text=f"<html><head><title>YouTube</title></head><body>{written}</body></html>")


async def fetch_post(*answers: httpx.Response) -> tuple[PostOutcome, list[str]]:
    visit, sent = visiting(in_turn(*answers))
    return await YtDlpYouTube().fetch_post(visit, PostIdentity(Platform.YOUTUBE, VIDEO_ID), NOW), paths_of(sent)


async def test_a_video_is_one_request() -> None:
    outcome, paths = await fetch_post(page())
    assert paths == ["GET www.youtube.com/watch"]
    assert (outcome.answer_class, outcome.reason, outcome.route) == (AnswerClass.OK, None, "watch_page")
    assert outcome.facts == PostFacts(
        platform=Platform.YOUTUBE,
        external_id=VIDEO_ID,
        kind=VideoKind.VIDEO,
        author_external_id=CHANNEL_ID,
        author_handle="rickastleyyt",
        caption="Never Gonna Give You Up",
        published_at=datetime(2009, 10, 25, 6, 57, 33, tzinfo=UTC),
        duration_seconds=213,
        views_kind=ViewsKind.PLAYS,
        counts={"views": Count(1_612_345_678), "likes": Count(18_501_234), "comments": Count(2_300_000, 100_000)},
    )


@pytest.mark.parametrize(
    ("comments", "count"),
    [
        ("987", Count(987)),
        ("1.2K", Count(1_200, 100)),
        ("12K", Count(12_000, 1_000)),
        ("123K", Count(123_000, 1_000)),
        ("4M", Count(4_000_000, 100_000)),
        ("", None),
    ],
)
async def test_comments_are_abbreviated(comments: str, count: Count | None) -> None:
    outcome, _ = await fetch_post(page(data=around(comments=comments)))
    assert outcome.facts is not None
    assert outcome.facts.counts.get("comments") == count
    assert outcome.missing == (frozenset({"comments"}) if count is None else frozenset())


async def test_likes_that_are_not_shown_are_unknown() -> None:
    outcome, _ = await fetch_post(page(data=around(label="like this video")))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"likes"})
    outcome, _ = await fetch_post(page(data={}))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"likes", "comments"})
    unseen = {**PLAYER, "videoDetails": {**DETAILS, "viewCount": "-1"}}
    outcome, _ = await fetch_post(page(unseen))
    assert outcome.facts is not None
    assert (outcome.missing, outcome.facts.views_kind) == ({"views"}, None)


def refused(status: str, reason: str, subreason: str = "") -> dict[str, Any]:
    renderer = {"reason": {"simpleText": reason}, "subreason": {"simpleText": subreason}}
    screen = {"playerErrorMessageRenderer": renderer}
    return {"playabilityStatus": {"status": status, "reason": reason, "errorScreen": screen}}


@pytest.mark.parametrize(
    ("player", "answer_class"),
    [
        (refused("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access"), "private"),
        (refused("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot"), "blocked"),
        (refused("LOGIN_REQUIRED", "Sign in to confirm your age", "It may be inappropriate"), "login_required"),
        (refused("UNPLAYABLE", "Join this channel to get access to members-only content"), "login_required"),
        (refused("ERROR", "Video unavailable", "This video has been removed by the uploader"), "not_found"),
        (refused("ERROR", "Video unavailable"), "not_found"),
        (
            refused("ERROR", "Video unavailable", "This video is no longer available because the account … terminated"),
            "not_found",
        ),
        (
            refused(
                "UNPLAYABLE", "Video unavailable", "The uploader has not made this video available in your country"
            ),
            "region_blocked",
        ),
        (refused("UNPLAYABLE", "This content isn't available, try again later."), "rate_limited"),
        (refused("LIVE_STREAM_OFFLINE", "Premieres in 4 hours"), "unavailable"),
        ({**PLAYER, "videoDetails": {**DETAILS, "videoId": "AAAAAAAAAAA"}}, "schema_changed"),
        ({**PLAYER, "videoDetails": {**DETAILS, "videoId": None}}, "schema_changed"),
        ({}, "schema_changed"),
    ],
)
async def test_what_the_player_says(player: dict[str, Any], answer_class: str) -> None:
    outcome, paths = await fetch_post(page(player))
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)
    assert outcome.reason
    assert outcome.calls[0].answer_class == answer_class


async def test_another_video_s_likes_are_not_taken() -> None:
    outcome, _ = await fetch_post(page(data=around(video_id="AAAAAAAAAAA")))
    assert (outcome.answer_class, outcome.reason) == (
        AnswerClass.SCHEMA_CHANGED,
        f"Asked for video {VIDEO_ID}, answered with AAAAAAAAAAA",
    )


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(200), AnswerClass.BLOCKED),
        (httpx.Response(200, text="<html><title>Robots</title><div id='captcha'></div></html>"), AnswerClass.BLOCKED),
        (httpx.Response(200, text=page().text[:300]), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(302, headers={"Location": "https://consent.youtube.com/m?continue=x"}), AnswerClass.BLOCKED),
        (httpx.Response(302, headers={"Location": "https://accounts.google.com/ServiceLogin"}), AnswerClass.BLOCKED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (httpx.Response(429), AnswerClass.RATE_LIMITED),
        (httpx.Response(500), AnswerClass.UPSTREAM_ERROR),
    ],
)
async def test_a_block_is_never_not_found(answer: httpx.Response, answer_class: AnswerClass) -> None:
    outcome, paths = await fetch_post(answer)
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)


def lockup(number: int, views: str | None = "133K views", age: str = "2 weeks ago") -> dict[str, Any]:
    said = [{"text": {"content": text}, "accessibilityLabel": text} for text in (views, age) if text]
    rows = {"contentMetadataViewModel": {"metadataRows": [{"metadataParts": said}]}}
    metadata = {"lockupMetadataViewModel": {"title": {"content": f"Video {number}"}, "metadata": rows}}
    model = {"contentId": f"video-{number:05}", "contentType": "LOCKUP_CONTENT_TYPE_VIDEO", "metadata": metadata}
    return {"richItemRenderer": {"content": {"lockupViewModel": model}}}


def tab(*entries: object, channel_id: str = CHANNEL_ID, subscribers: str = "4.41M subscribers") -> httpx.Response:
    """The page of a channel whose one tab is that of its videos."""
    shown = {"richGridRenderer": {"contents": list(entries)}}
    renderer = {
        "title": "Videos",
        "selected": True,
        "content": shown,
        "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": "/@RickAstleyYT/videos"}}},
    }
    parts = [{"text": {"content": subscribers}}] if subscribers else []
    header = {"metadata": {"contentMetadataViewModel": {"metadataRows": [{"metadataParts": parts}]}}}
    data = {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": renderer}]}},
        "metadata": {
            "channelMetadataRenderer": {
                "title": "Rick Astley",
                "description": "Official channel",
                "externalId": channel_id,
                "vanityChannelUrl": "http://www.youtube.com/@RickAstleyYT",
                "avatar": {"thumbnails": [{"url": "https://yt3.test/a=s900-c", "width": 900, "height": 900}]},
            }
        },
        "header": {"pageHeaderRenderer": {"content": {"pageHeaderViewModel": header}}},
    }
    script = f"<script>var ytInitialData = {json.dumps(data)};</script>"
    return httpx.Response(200, text=f"<html><head></head><body>{script}</body></html>")


BY_HANDLE = AccountIdentity(Platform.YOUTUBE, "rickastleyyt")


async def fetch_account(
    *answers: httpx.Response, identity: AccountIdentity = BY_HANDLE, bounds: PostBounds | None = None
) -> tuple[Outcome, list[str]]:
    visit, sent = visiting(in_turn(*answers))
    return await YtDlpYouTube().fetch_account(visit, identity, bounds or PostBounds(), NOW), paths_of(sent)


async def test_a_channel_and_its_videos() -> None:
    outcome, paths = await fetch_account(tab(lockup(1), lockup(2, "999 views"), lockup(3, None)))
    assert paths == ["GET www.youtube.com/@rickastleyyt/videos"]
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    profile = outcome.facts.profile
    assert (profile.external_id, profile.handle, profile.display_name) == (CHANNEL_ID, "rickastleyyt", "Rick Astley")
    assert (profile.picture_url, profile.biography) == ("https://yt3.test/a=s900-c", "Official channel")
    assert profile.counts == {"followers": Count(4_410_000, 10_000)}
    posts = [(post.external_id, post.caption, post.counts.get("views")) for post in outcome.facts.posts]
    assert posts == [
        ("video-00001", "Video 1", Count(133_000, 1_000)),
        ("video-00002", "Video 2", Count(999)),
        ("video-00003", "Video 3", None),
    ]
    assert {post.published_at for post in outcome.facts.posts} == {None}
    assert outcome.facts.posts_complete


@pytest.mark.parametrize(
    ("identity", "path"),
    [
        (AccountIdentity(Platform.YOUTUBE, "an_old_name", CHANNEL_ID), f"/channel/{CHANNEL_ID}/videos"),
        (AccountIdentity(Platform.YOUTUBE, CHANNEL_ID), f"/channel/{CHANNEL_ID}/videos"),
        (AccountIdentity(Platform.YOUTUBE, "c/rick"), "/c/rick/videos"),
        (AccountIdentity(Platform.YOUTUBE, "user/rick"), "/user/rick/videos"),
    ],
)
async def test_a_channel_by_its_other_names(identity: AccountIdentity, path: str) -> None:
    outcome, paths = await fetch_account(tab(lockup(1)), identity=identity)
    assert paths == [f"GET www.youtube.com{path}"]
    assert outcome.facts is not None
    assert (outcome.answer_class, outcome.facts.profile.handle) == (AnswerClass.OK, "rickastleyyt")


async def test_bounds_of_a_channel() -> None:
    entries = [lockup(number) for number in range(5)] + [lockup(9, age="2 years ago")]
    outcome, _ = await fetch_account(tab(*entries), bounds=PostBounds(max_posts=2))
    assert outcome.facts is not None
    assert [post.external_id for post in outcome.facts.posts] == ["video-00000", "video-00001"]
    recent = PostBounds(published_after=datetime.now(UTC).replace(year=datetime.now(UTC).year - 1))
    outcome, _ = await fetch_account(tab(*entries), bounds=recent)
    assert outcome.facts is not None
    assert len(outcome.facts.posts) == 5
    outcome, _ = await fetch_account(tab(*entries), bounds=PostBounds(max_posts=0))
    assert outcome.facts is not None
    assert (outcome.facts.posts, outcome.answer_class) == ((), AnswerClass.OK)


@pytest.mark.parametrize(
    ("answer", "identity", "answer_class"),
    [
        (tab(channel_id="UC" + "a" * 22), AccountIdentity(Platform.YOUTUBE, "x", CHANNEL_ID), "schema_changed"),
        (tab(channel_id="UC" + "a" * 22), AccountIdentity(Platform.YOUTUBE, CHANNEL_ID), "schema_changed"),
        (tab(), AccountIdentity(Platform.YOUTUBE, "somebody"), "schema_changed"),
        (tab(channel_id="what"), BY_HANDLE, "schema_changed"),
        (httpx.Response(404, text="<html></html>"), BY_HANDLE, "unavailable"),
        (httpx.Response(404, text="<html><title>404 Not Found</title></html>"), BY_HANDLE, "not_found"),
        (httpx.Response(200), BY_HANDLE, "blocked"),
        (httpx.Response(429), BY_HANDLE, "rate_limited"),
        (httpx.Response(302, headers={"Location": "https://consent.youtube.com/m"}), BY_HANDLE, "blocked"),
    ],
)
async def test_a_channel_that_is_refused(answer: httpx.Response, identity: AccountIdentity, answer_class: str) -> None:
    outcome, paths = await fetch_account(answer, identity=identity)
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)


async def test_a_channel_that_hides_its_subscribers() -> None:
    outcome, _ = await fetch_account(tab(lockup(1), subscribers=""))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"followers"})
