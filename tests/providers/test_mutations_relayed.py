"""Recorded answers of official APIs and of the paid upstream with one value changed: never an exception, never a 0."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.links import pk_of
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply
from app.providers.instagram.business import Discovered, parse_discovery
from app.providers.instagram.members import parse_shortcode_media, parse_user, parse_user_posts, parse_user_reels
from app.providers.scrapecreators import youtube as relayed_youtube
from app.providers.scrapecreators.answers import read_answer
from app.providers.scrapecreators.posts import parse_facebook_post, parse_linkedin_post
from app.providers.tiktok.aweme import parse_aweme_detail, parse_aweme_list
from app.providers.tiktok.parse import parse_user_detail
from app.providers.twitter.tweets import parse_tweet
from app.providers.values import as_object
from app.providers.walks import ListPage
from app.providers.youtube.parse import Channel, parse_channel, parse_uploads, parse_videos
from tests.providers.answers import recorded
from tests.providers.test_mutations import JUNK, Path, mutated, paths_in

CHANNEL_ID, PAT_ID = "UC_x5XG1OV2P6uZZ5FSM9Ttw", "UCxcTeAKWJca6XyJ37_ZoKIQ"
TIKTOK_ID, AWEME_ID = "6659752019493208069", "7463250363559218474"
FACEBOOK_ID, TWEET_ID = "25118307061088489", "1628769691547074562"
REEL_PK = str(pk_of("DF5s0duxDts"))
CLIP_OWNER, FEED_OWNER = "3171067", "260462810"
DEVELOPERS = AccountIdentity(Platform.INSTAGRAM, "facebookfordevelopers", "9", "17841407673135339")
DISCOVERED = recorded("instagram/business_discovery_user_fields.json")
DISCOVERED["business_discovery"]["media"] = recorded("instagram/business_discovery_medias_p1.json")[
    "business_discovery"
]["media"]
LINKEDIN = recorded("linkedin/paid_post.json") | {"url": "https://www.linkedin.com/posts/a_b-activity-7102-Ab1_"}


def encoded(data: object) -> bytes:
    return json.dumps(data).encode()


SURFACES: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "youtube channel": (
        recorded("youtube/channels_list_single.json"),
        lambda data: parse_channel(encoded(data), "googledevelopers", CHANNEL_ID),
    ),
    "youtube uploads": (
        recorded("youtube/playlist_items_page2.json"),
        lambda data: parse_uploads(encoded(data), CHANNEL_ID),
    ),
    "youtube videos": (
        recorded("youtube/videos_list.json"),
        lambda data: parse_videos(encoded(data), ["D-lhorsDlUQ"]),
    ),
    "relayed channel": (
        recorded("youtube/paid_channel.json"),
        lambda data: relayed_youtube.parse_channel(as_object(data), "thepatmcafeeshow", PAT_ID),
    ),
    "relayed channel list": (
        recorded("youtube/paid_channel_videos.json"),
        lambda data: relayed_youtube.parse_list(as_object(data), "videos", PAT_ID),
    ),
    "relayed video": (
        recorded("youtube/paid_video.json"),
        lambda data: relayed_youtube.parse_video(as_object(data), "Y2Ah_DFr8cw"),
    ),
    "discovery": (DISCOVERED, lambda data: parse_discovery(encoded(data), DEVELOPERS)),
    "shortcode media": (
        recorded("instagram/post_xdt_shortcode_media_reel.json"),
        lambda data: parse_shortcode_media(as_object(data), REEL_PK),
    ),
    "v1 user": (recorded("instagram/v1_user_info.json"), lambda data: parse_user(as_object(data), "314216")),
    "v1 posts": (
        recorded("instagram/v1_feed_user_posts.json"),
        lambda data: parse_user_posts(as_object(data), FEED_OWNER),
    ),
    "v1 reels": (
        recorded("instagram/v1_clips_user_page.json"),
        lambda data: parse_user_reels(as_object(data), CLIP_OWNER),
    ),
    "aweme": (
        recorded("tiktok/aweme_detail.json"),
        lambda data: parse_aweme_detail(as_object(data), AWEME_ID),
    ),
    "awemes": (recorded("tiktok/aweme_list.json"), lambda data: parse_aweme_list(as_object(data), TIKTOK_ID)),
    "tiktok profile": (
        recorded("tiktok/paid_profile.json"),
        lambda data: parse_user_detail({"userInfo": data}, "stoolpresidente", TIKTOK_ID),
    ),
    "relayed tweet": (recorded("twitter/paid_tweet.json"), lambda data: parse_tweet(data, TWEET_ID)),
    "tweet": (
        recorded("twitter/tweet_result_by_rest_id_20.json")["data"]["tweetResult"]["result"],
        lambda data: parse_tweet(data, "20"),
    ),
    "facebook post": (
        recorded("facebook/paid_post.json"),
        lambda data: parse_facebook_post(as_object(data), FACEBOOK_ID),
    ),
    "linkedin post": (LINKEDIN, lambda data: parse_linkedin_post(as_object(data), "activity:7102")),
}


def facts_in(answer: object) -> list[PostFacts | ProfileFacts]:
    if isinstance(answer, Discovered):
        return [answer.profile, *answer.page.posts]
    if isinstance(answer, Channel):
        return [answer.profile]
    if isinstance(answer, ListPage):
        return list(answer.posts)
    if isinstance(answer, dict):
        return list(answer.values())
    assert isinstance(answer, PostFacts | ProfileFacts), answer
    return [answer]


def zeros_in(answer: object) -> set[str]:
    return {name for facts in facts_in(answer) for name, count in facts.counts.items() if count.value == 0}


def names_in(facts: PostFacts | ProfileFacts) -> list[str | None]:
    if isinstance(facts, ProfileFacts):
        return [facts.handle, facts.secondary_id]
    return [facts.author_handle, facts.author_external_id, facts.shortcode]


ORIGINALS = {surface: parse(original) for surface, (original, parse) in SURFACES.items()}
KNOWN_IDS = {surface: {facts.external_id for facts in facts_in(answer)} for surface, answer in ORIGINALS.items()}
KNOWN_NAMES: dict[str, set[str | None]] = {
    surface: {None, *KNOWN_IDS[surface], *(name for facts in facts_in(answer) for name in names_in(facts))}
    for surface, answer in ORIGINALS.items()
}
ZEROS = {surface: zeros_in(answer) for surface, answer in ORIGINALS.items()}
PATHS = {surface: list(paths_in(original)) for surface, (original, _) in SURFACES.items()}


def checked(surface: str, path: Path, junk: object) -> None:
    original, parse = SURFACES[surface]
    answer = parse(mutated(original, path, junk))
    if isinstance(answer, Refusal):
        assert answer.reason
        return
    assert zeros_in(answer) <= ZEROS[surface]
    for facts in facts_in(answer):
        assert facts.external_id in KNOWN_IDS[surface]
        assert set(names_in(facts)) <= KNOWN_NAMES[surface] | ({junk.lower()} if isinstance(junk, str) else set())
        assert all(isinstance(count, Count) and 0 <= count.value <= 10**13 for count in facts.counts.values())
        texts = [value for name in facts.__slots__ if isinstance(value := getattr(facts, name), str)]
        assert all("\x00" not in text and text.encode() is not None for text in texts)


BODIES: dict[str, tuple[Any, Callable[[bytes], object]]] = {
    "youtube channel": (
        SURFACES["youtube channel"][0],
        lambda body: parse_channel(body, "googledevelopers", CHANNEL_ID),
    ),
    "youtube uploads": (SURFACES["youtube uploads"][0], lambda body: parse_uploads(body, CHANNEL_ID)),
    "youtube videos": (SURFACES["youtube videos"][0], lambda body: parse_videos(body, ["D-lhorsDlUQ"])),
    "discovery": (DISCOVERED, lambda body: parse_discovery(body, DEVELOPERS)),
    "relayed": (
        SURFACES["relayed video"][0],
        lambda body: read_answer(Reply(AnswerClass.OK, status=200, body=body)).payload,
    ),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_the_recorded_answer_holds_facts(surface: str) -> None:
    assert all(facts.counts or surface == "youtube uploads" for facts in facts_in(ORIGINALS[surface]))
    assert KNOWN_IDS[surface]


@settings(max_examples=1_000, deadline=None, derandomize=True, database=None)
@given(surface=st.sampled_from(sorted(SURFACES)), data=st.data(), junk=st.sampled_from(JUNK))
def test_one_value_changed(surface: str, data: st.DataObject, junk: object) -> None:
    checked(surface, data.draw(st.sampled_from(PATHS[surface])), junk)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(surface=st.sampled_from(sorted(BODIES)), cut=st.floats(0, 1), noise=st.binary(max_size=40))
def test_bytes_cut_and_overwritten(surface: str, cut: float, noise: bytes) -> None:
    original, parse = BODIES[surface]
    body = encoded(original)
    at = int(cut * len(body))
    assert not isinstance(parse(body), Refusal)
    for broken in (body[:at], body[:at] + noise):
        answer = parse(broken)
        assert isinstance(answer, Refusal) or broken.strip() == body.strip()
        if isinstance(answer, Refusal):
            assert answer.answer_class is not AnswerClass.NOT_FOUND
