"""Videos given by short links: followed all at once, each by itself, before anything is tracked."""

import asyncio

import pytest

from app.core.tracking.short_links import follow_short_links
from app.core.tracking.videos import NewVideo, track_videos
from app.domain.answers import AnswerClass
from app.domain.links import PostName, ProfileName, ShortLink
from app.domain.platforms import Platform
from app.domain.problems import Forbidden, InvalidInput, LookUpFailed, NotFound, Problem
from app.domain.records import Video
from app.domain.viewer import Scope
from tests.factories import at, new_viewer

NOW = at("2026-03-01 08:00")
CLIP = PostName(Platform.TIKTOK, "7310000000000000001", None, "luna.cooks")
REEL = PostName(Platform.INSTAGRAM, "3540614075954356349", "DEiyb48AeB9", None)
STORY = PostName(Platform.FACEBOOK, "pfbid02Wf7aVzQm", None, "nasa")
TARGETS: dict[ShortLink, PostName | ProfileName | Problem] = {
    ShortLink(Platform.TIKTOK, "vm.tiktok.com", "/ZM1"): CLIP,
    ShortLink(Platform.INSTAGRAM, "www.instagram.com", "/share/reel/BA1"): REEL,
    ShortLink(Platform.FACEBOOK, "fb.watch", "/fb1"): STORY,
    ShortLink(Platform.TIKTOK, "www.tiktok.com", "/t/profile"): ProfileName(Platform.TIKTOK, "luna.cooks"),
    ShortLink(Platform.TIKTOK, "vm.tiktok.com", "/nowhere"): InvalidInput("It leads nowhere.", "identifier"),
    ShortLink(Platform.TWITTER, "t.co", "/walled"): LookUpFailed("It was not told.", AnswerClass.BLOCKED),
}


async def test_what_a_short_link_leads_to_is_tracked(database: None) -> None:
    viewer, waiting = await new_viewer(), asyncio.Barrier(6)

    async def follow(link: ShortLink) -> PostName | ProfileName:
        await asyncio.wait_for(waiting.wait(), 5)  # nobody is followed before all are asked for
        target = TARGETS[link]
        if isinstance(target, Problem):
            raise target
        return target

    earlier = NotFound("It was refused before.", "elsewhere")
    given: list[NewVideo | Problem] = [
        NewVideo(Platform.TIKTOK, "https://vm.tiktok.com/ZM1/?k=1", {"k": "v"}),
        NewVideo(Platform.INSTAGRAM, "https://www.instagram.com/share/reel/BA1"),
        NewVideo(Platform.FACEBOOK, "fb.watch/fb1/"),
        NewVideo(Platform.TIKTOK, "https://www.tiktok.com/t/profile"),
        NewVideo(Platform.TIKTOK, "https://vm.tiktok.com/nowhere"),
        NewVideo(Platform.TWITTER, "https://t.co/walled"),
        NewVideo(Platform.YOUTUBE, "dQw4w9WgXcQ"),
        NewVideo(Platform.YOUTUBE, "https://vm.tiktok.com/ZM1/"),
        NewVideo(Platform.TIKTOK, "nonsense"),
        earlier,
    ]
    new = await follow_short_links(viewer, given, follow)
    answers = await track_videos(viewer, new, now=NOW)
    videos = [answer for answer in answers if isinstance(answer, Video)]
    assert [(video.platform, video.external_id, video.author_handle) for video in videos] == [
        (Platform.TIKTOK, CLIP.external_id, "luna.cooks"),
        (Platform.INSTAGRAM, REEL.external_id, None),
        (Platform.FACEBOOK, STORY.external_id, "nasa"),
        (Platform.YOUTUBE, "dQw4w9WgXcQ", None),
    ]
    assert videos[0].metadata == {"k": "v"}
    problems = [answer for answer in answers if isinstance(answer, Problem)]
    assert [problem.message for problem in problems] == [
        "The short link leads to a profile, not to a post.",
        "It leads nowhere.",
        "It was not told. Open it in a browser, paste the full address it leads to.",
        "'https://vm.tiktok.com/ZM1/' is a link of tiktok, not of youtube.",
        "'nonsense' is not a post of tiktok. Give https://www.tiktok.com/@name/video/<id>, or the id alone.",
        "It was refused before.",
    ]
    assert [problem.path for problem in problems] == [("identifier",)] * 5 + [("elsewhere",)]


async def test_nothing_is_followed_for_who_may_not_track(database: None) -> None:
    async def follow(link: ShortLink) -> PostName | ProfileName:
        raise AssertionError(link)

    new = NewVideo(Platform.TIKTOK, "https://vm.tiktok.com/ZM1/")
    with pytest.raises(Forbidden):
        await follow_short_links(await new_viewer(frozenset({Scope.READ})), [new], follow)
    with pytest.raises(InvalidInput) as refused:
        await follow_short_links(await new_viewer(), [new] * 201, follow)
    assert refused.value.path == ("videos",)
