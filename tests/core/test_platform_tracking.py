"""Tracking on all platforms: accounts where a platform has them to track, single posts everywhere."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.core.access.quotas import set_account_quota
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.accounts import NewAccount, find_account, load_accounts, track_account, track_accounts
from app.core.tracking.videos import NewVideo, load_videos, track_video, track_videos
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import TRAITS, Platform
from app.domain.problems import HandleTaken, InvalidInput, VideoTaken
from app.domain.records import Account, Video
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from tests.factories import account_facts, at, new_viewer, post, record, record_video

NOW = at("2026-03-01 08:00")
CHANNEL = "UCX6OQ3DkcsbYNE6H8uQQuVA"


def test_traits_are_in_the_words_of_metrics() -> None:
    assert TRAITS.keys() == set(Platform)
    for traits in TRAITS.values():
        assert list(traits.post_counters) == [name for name in POST_COUNTERS if name in traits.post_counters]
        assert list(traits.account_counters) == [name for name in ACCOUNT_COUNTERS if name in traits.account_counters]
        assert bool(traits.account_counters) == traits.tracks_accounts


@pytest.mark.parametrize(
    ("given", "handle", "url"),
    [
        ("@MrBeast", "mrbeast", "https://www.youtube.com/@mrbeast"),
        ("https://www.youtube.com/@MrBeast/videos", "mrbeast", "https://www.youtube.com/@mrbeast"),
        (CHANNEL, CHANNEL, f"https://www.youtube.com/channel/{CHANNEL}"),
        (f"youtube.com/channel/{CHANNEL}", CHANNEL, f"https://www.youtube.com/channel/{CHANNEL}"),
        ("https://www.youtube.com/c/MrBeast6000", "c/mrbeast6000", "https://www.youtube.com/c/mrbeast6000"),
        ("https://www.youtube.com/user/MrBeast6000", "user/mrbeast6000", "https://www.youtube.com/user/mrbeast6000"),
        ("@料理-第1", "料理-第1", "https://www.youtube.com/@料理-第1"),
    ],
)
async def test_a_channel_is_tracked_by_any_of_its_names(database: None, given: str, handle: str, url: str) -> None:
    viewer = await new_viewer()
    account = await track_account(viewer, NewAccount(Platform.YOUTUBE, given), now=NOW)
    assert (account.platform, account.handle, account.url) == (Platform.YOUTUBE, handle, url)
    assert await find_account(viewer, Platform.YOUTUBE, given) == account
    assert await find_account(viewer, Platform.YOUTUBE, account.handle) == account
    assert await find_account(viewer, Platform.YOUTUBE, account.url) == account


@pytest.mark.parametrize("quota", [None, 1])
async def test_a_channel_is_known_by_its_id_once_that_was_learnt(database: None, quota: int | None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    account = await track_account(viewer, NewAccount(Platform.YOUTUBE, "mrbeast"), now=NOW)
    assert await find_account(viewer, Platform.YOUTUBE, CHANNEL) is None
    facts = account_facts(account, NOW, [], {"followers": 1})
    await record(account, replace(facts, profile=replace(facts.profile, external_id=CHANNEL)))
    account = (await load_accounts(viewer, [account.id]))[account.id]
    assert await find_account(viewer, Platform.YOUTUBE, f"https://www.youtube.com/channel/{CHANNEL}") == account
    if quota is not None:
        await set_account_quota(str(viewer.organization_id), quota)
    answers = await track_accounts(viewer, [NewAccount(Platform.YOUTUBE, CHANNEL)] * 2, now=NOW)
    for answer in answers:
        assert isinstance(answer, HandleTaken)
        assert (answer.account, answer.path) == (account, ("handle",))
    assert await find_account(stranger, Platform.YOUTUBE, CHANNEL) is None
    assert isinstance(await track_account(stranger, NewAccount(Platform.YOUTUBE, CHANNEL), now=NOW), Account)
    # A handle may look like another channel's id in small letters.
    other = await track_account(stranger, NewAccount(Platform.YOUTUBE, f"@{CHANNEL}"), now=NOW)
    assert other.handle == CHANNEL.lower()


@pytest.mark.parametrize("platform", [Platform.TWITTER, Platform.FACEBOOK, Platform.LINKEDIN])
async def test_accounts_of_other_platforms_are_refused(database: None, platform: Platform) -> None:
    viewer = await new_viewer()
    new = [NewAccount(platform, "somebody"), NewAccount(Platform.YOUTUBE, "somebody")]
    refused, account = await track_accounts(viewer, new, now=NOW)
    assert isinstance(refused, InvalidInput)
    assert refused.path == ("platform",)
    assert refused.message == (
        f"Accounts of {platform} cannot be tracked, only single posts. Accounts can be of tiktok, instagram, youtube."
    )
    assert isinstance(account, Account)
    assert await find_account(viewer, platform, "somebody") is None


POSTS = [
    (Platform.TIKTOK, "https://www.tiktok.com/@a/video/7310000000000000001", "7310000000000000001"),
    (Platform.INSTAGRAM, "https://www.instagram.com/reel/DEiyb48AeB9/", "3540614075954356349"),
    (Platform.YOUTUBE, "https://youtu.be/dQw4w9WgXcQ?t=1", "dQw4w9WgXcQ"),
    (Platform.TWITTER, "https://x.com/ElonMusk/status/1234567890", "1234567890"),
    (Platform.FACEBOOK, "https://www.facebook.com/nasa/posts/pfbid02Wf7aVzQm", "pfbid02Wf7aVzQm"),
    (Platform.LINKEDIN, "https://www.linkedin.com/posts/ada_words-ugcPost-71023-aB3x", "ugcPost:71023"),
]
URLS = {
    Platform.TIKTOK: "https://www.tiktok.com/@a/video/7310000000000000001",
    Platform.INSTAGRAM: "https://www.instagram.com/p/DEiyb48AeB9/",
    Platform.YOUTUBE: "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    Platform.TWITTER: "https://x.com/elonmusk/status/1234567890",
    Platform.FACEBOOK: "https://www.facebook.com/nasa/posts/pfbid02Wf7aVzQm",
    Platform.LINKEDIN: "https://www.linkedin.com/feed/update/urn:li:ugcPost:71023/",
}


async def test_posts_are_tracked_on_every_platform(database: None) -> None:
    viewer = await new_viewer()
    videos = await track_videos(viewer, [NewVideo(platform, text) for platform, text, _ in POSTS], now=NOW)
    for video, (platform, _, external_id) in zip(videos, POSTS, strict=True):
        assert isinstance(video, Video)
        assert (video.platform, video.external_id, video.url) == (platform, external_id, URLS[platform])
        for again in (external_id, video.url):
            with pytest.raises(VideoTaken):
                await track_video(viewer, NewVideo(platform, again), now=NOW)


async def seen(viewer: Viewer, platform: Platform) -> Video:
    """A post that shows all the counters its platform has, each 5 and then 8."""
    text, external_id = next((text, external_id) for known, text, external_id in POSTS if known is platform)
    video = await track_video(viewer, NewVideo(platform, text), now=NOW)
    for hours, value in ((1, 5), (30, 8)):
        facts = post(external_id, None, dict.fromkeys(TRAITS[platform].post_counters, value), platform=platform)
        await record_video(video, facts, NOW + timedelta(hours=hours))
    return (await load_videos(viewer, [video.id]))[video.id]


@pytest.mark.parametrize("platform", Platform)
async def test_a_counter_that_a_platform_does_not_have_is_unknown(database: None, platform: Platform) -> None:
    viewer = await new_viewer()
    video, had = await seen(viewer, platform), TRAITS[platform].post_counters
    assert {name: getattr(video, name) for name in POST_COUNTERS} == {
        name: 8 if name in had else None for name in POST_COUNTERS
    }
    window = Window(date(2026, 3, 1), date(2026, 3, 3), read_zone("UTC"))
    for kind, id in ((SubjectKind.ORGANIZATION, viewer.organization_id), (SubjectKind.VIDEO, video.id)):
        found = (await subject_metrics(viewer, kind, [id], window, [*POST_COUNTERS, "engagement_rate"]))[id].values
        assert {name: found[name].current for name in POST_COUNTERS} == {
            name: 3 if name in had else None for name in POST_COUNTERS
        }
        added = 3 * len({"likes", "comments", "shares"} & set(had))
        assert found["engagement_rate"].current == (Fraction(100 * added, 3) if "views" in had else None)


async def test_a_sum_is_over_those_that_have_the_counter(database: None) -> None:
    viewer = await new_viewer()
    for platform in (Platform.YOUTUBE, Platform.TWITTER, Platform.LINKEDIN):
        await seen(viewer, platform)
    window, id = Window(date(2026, 3, 1), date(2026, 3, 3), read_zone("UTC")), viewer.organization_id
    found = (await subject_metrics(viewer, SubjectKind.ORGANIZATION, [id], window, POST_COUNTERS))[id].values
    assert {name: (found[name].current, found[name].level) for name in POST_COUNTERS} == {
        "views": (6, 16),
        "plays": (None, None),
        "likes": (9, 24),
        "comments": (9, 24),
        "shares": (3, 8),
        "saves": (3, 8),
    }


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (Platform.YOUTUBE, "https://www.youtube.com/playlist?list=PL1"),
        (Platform.YOUTUBE, "https://x.com/a/status/1"),
        (Platform.TWITTER, "https://t.co/AbC"),
        (Platform.FACEBOOK, "https://fb.watch/AbC/"),
        (Platform.LINKEDIN, "https://www.linkedin.com/in/ada"),
        (Platform.LINKEDIN, "7102345678901234567"),
    ],
)
async def test_what_is_no_post_is_refused(database: None, platform: Platform, text: str) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await track_video(viewer, NewVideo(platform, text), now=NOW)
    assert refused.value.path == ("identifier",)
