"""Answers to guests with one value changed, through yt-dlp or not: never an exception, never a made-up zero."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.facts import PostFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, PostBounds, PostIdentity
from app.providers.linkedin.parse import parse_post_page
from app.providers.twitter.guest import parse_guest_answer
from app.providers.twitter.syndication import parse_syndication
from app.providers.ytdlp.facebook import YtDlpFacebook
from app.providers.ytdlp.tiktok import YtDlpTikTok
from app.providers.ytdlp.twitter import YtDlpTwitter
from app.providers.ytdlp.youtube import YtDlpYouTube
from tests.providers import test_linkedin as linkedin
from tests.providers import test_twitter_syndication as syndication
from tests.providers import test_ytdlp_facebook as facebook
from tests.providers import test_ytdlp_twitter as twitter
from tests.providers import test_ytdlp_youtube as youtube
from tests.providers.answers import recorded, tiktok_page
from tests.providers.test_mutations import JUNK, Path, mutated, paths_in
from tests.providers.visits import visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEM = recorded("tiktok/item_list.json")["itemList"][0]

PARSERS: Mapping[str, tuple[Any, Callable[[Any], object]]] = {
    "linkedin": (linkedin.POSTING, lambda data: parse_post_page(linkedin.page(data), linkedin.POST_ID)),
    "syndication": (
        syndication.TWEET,
        lambda data: parse_syndication(json.dumps(data).encode(), syndication.POST_ID),
    ),
    "guest": (twitter.NEW, lambda data: parse_guest_answer(json.dumps(data).encode(), twitter.NEW_ID)),
}
CHANGES = [(name, path) for name, (original, _) in PARSERS.items() for path in paths_in(original)]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(change=st.sampled_from(CHANGES), junk=st.sampled_from(JUNK))
def test_one_value_changed(change: tuple[str, Path], junk: object) -> None:
    name, path = change
    original, parse = PARSERS[name]
    answer = parse(mutated(original, path, junk))
    if isinstance(answer, PostFacts):
        known = parse(original)
        assert isinstance(known, PostFacts)
        assert answer.external_id == known.external_id
        assert not [name for name, count in answer.counts.items() if count.value == 0]


WATCH = {"player": youtube.PLAYER, "data": youtube.around()}
SCREEN = youtube.refused("ERROR", "Video unavailable", "Removed by the uploader")
TAB = json.loads(youtube.tab(youtube.lockup(1)).text.split(" = ")[1].split(";</script>")[0])
POSTS: Mapping[str, tuple[Any, Callable[[Any], httpx.Response], Any, PostIdentity]] = {
    "youtube": (
        WATCH,
        lambda data: youtube.page(data.get("player"), data.get("data")),
        YtDlpYouTube(),
        PostIdentity(Platform.YOUTUBE, youtube.VIDEO_ID),
    ),
    "youtube, refused": (
        SCREEN,
        youtube.page,
        YtDlpYouTube(),
        PostIdentity(Platform.YOUTUBE, youtube.VIDEO_ID),
    ),
    "twitter": (
        twitter.OLD,
        lambda data: httpx.Response(200, text=json.dumps(data)),
        YtDlpTwitter(),
        PostIdentity(Platform.TWITTER, "20"),
    ),
    "tiktok": (
        {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": ITEM}}},
        lambda data: httpx.Response(200, content=tiktok_page(data)),
        YtDlpTikTok(),
        PostIdentity(Platform.TIKTOK, ITEM["id"]),
    ),
    "facebook": (
        facebook.DATA,
        facebook.written,
        YtDlpFacebook(),
        PostIdentity(Platform.FACEBOOK, facebook.VIDEO_ID),
    ),
}


def changes_of(original: object) -> Iterator[Any]:
    """The original with each of its values changed once, by one sort of junk after the other."""
    for path, junk in zip(paths_in(original), cycle(JUNK), strict=False):
        if path:
            yield mutated(original, path, junk)


@pytest.mark.parametrize("name", POSTS)
async def test_one_value_changed_on_its_way_through_yt_dlp(name: str) -> None:
    original, page, provider, identity = POSTS[name]
    current: list[httpx.Response] = []

    def answer(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path.endswith("/activate.json")
        return httpx.Response(200, json={"guest_token": "1"}) if is_token else current[-1]

    tried = 0
    for changed in changes_of(original):
        current.append(page(changed))
        visit, sent = visiting(answer)
        outcome = await provider.fetch_post(visit, identity, NOW)
        assert 1 <= len(sent) <= 3
        assert outcome.facts is not None or outcome.reason
        tried += 1
        if outcome.facts is not None:
            assert outcome.facts.external_id == identity.external_id
            zeros = {counter for counter, count in outcome.facts.counts.items() if count.value == 0}
            assert zeros <= ({"reposts"} if name == "tiktok" else set())
    assert tried > 4


async def test_one_value_of_a_channel_changed_on_its_way_through_yt_dlp() -> None:
    for changed in changes_of(TAB):
        script = f"<script>var ytInitialData = {json.dumps(changed)};</script>"
        visit, _ = visiting(lambda request, body=script: httpx.Response(200, text=f"<html>{body}</html>"))  # type: ignore[misc]
        identity = AccountIdentity(Platform.YOUTUBE, "rickastleyyt")
        outcome = await YtDlpYouTube().fetch_account(visit, identity, PostBounds(5), NOW)
        if outcome.facts is None:
            assert outcome.reason
            continue
        assert outcome.facts.profile.external_id == youtube.CHANNEL_ID
        counts = [*outcome.facts.profile.counts.values(), *(c for p in outcome.facts.posts for c in p.counts.values())]
        assert all(count.value > 0 for count in counts)
