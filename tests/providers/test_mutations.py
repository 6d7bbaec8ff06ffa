"""Recorded answers with one value changed anywhere: never an exception, never a zero that nobody sent."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.providers.failures import Refusal
from app.providers.instagram.media import parse_post_page, parse_post_query
from app.providers.instagram.parse import ProfilePage, parse_profile_html, parse_web_profile_info
from app.providers.tiktok.parse import ItemPage, parse_item_page, parse_profile_page, parse_video_page
from tests.providers.answers import (
    instagram_page,
    instagram_post_page,
    instagram_user,
    recorded,
    tiktok_page,
    tiktok_profile_page,
)

Path = tuple[str | int, ...]
MISSING = object()
JUNK: list[object] = [
    *(MISSING, None, "", -1, "-1", True, "soon", "\x00", "\ud83d", "9" * 5000, 10**400, -(2**63), 1e308, 0.5),
    *([], {}, [[]], [None], {"count": None}, [{"node": 7}], {"__bbox": 1}, "12 345", "6,764,096", "1.2K"),
]

DETAIL = recorded("tiktok/user_detail_api.json")
ITEMS = recorded("tiktok/item_list.json")
INFO = recorded("instagram/web_profile_info.json")
VIDEO = {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": ITEMS["itemList"][0]}}}
REEL = {"if_not_gated_logged_out": recorded("instagram/v1_feed_user_posts.json")["items"][0]}
CAROUSEL = recorded("instagram/v1_media_info_carousel.json")["items"][0]
QUERY = {"data": {"xig_polaris_media": {"if_not_gated_logged_out": CAROUSEL}}}
REEL_PK, CAROUSEL_PK = "3600545900919030401", "2273581388251073154"
KNOWN_IDS = {
    *("6799838955094836230", "7513039993741397256", "2700692569", "3540614075954356349"),
    *(REEL_PK, CAROUSEL_PK),
}

SURFACES: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "tiktok profile": (DETAIL, lambda data: parse_profile_page(tiktok_profile_page(data), "zg.520")),
    "tiktok list": (ITEMS, lambda data: parse_item_page(json.dumps(data).encode(), "6799838955094836230")),
    "tiktok video": (VIDEO, lambda data: parse_video_page(tiktok_page(data), "7513039993741397256")),
    "instagram info": (INFO, lambda data: parse_web_profile_info(json.dumps(data).encode(), "adrianhorning")),
    "instagram page": (instagram_user(), lambda data: parse_profile_html(instagram_page(data), "adrianhorning")),
    "instagram post": (REEL, lambda data: parse_post_page(instagram_post_page(data), REEL_PK)),
    "instagram query": (QUERY, lambda data: parse_post_query(json.dumps(data).encode(), CAROUSEL_PK)),
}


def paths_in(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths_in(inner, (*path, key))


def mutated(original: Any, path: Path, junk: object) -> Any:
    if not path:
        return None if junk is MISSING else junk
    data = copy.deepcopy(original)
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    if junk is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(junk)
    return data


def facts_in(answer: object) -> list[PostFacts | ProfileFacts]:
    if isinstance(answer, ProfilePage):
        return [answer.profile, *answer.posts]
    if isinstance(answer, ItemPage):
        return list(answer.posts)
    assert isinstance(answer, PostFacts | ProfileFacts), answer
    return [answer]


def zeros_in(answer: object) -> set[str]:
    return {name for facts in facts_in(answer) for name, count in facts.counts.items() if count.value == 0}


CHANGES = [(surface, path) for surface, (original, _) in SURFACES.items() for path in paths_in(original)]


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(change=st.sampled_from(CHANGES), junk=st.sampled_from(JUNK))
def test_one_value_changed(change: tuple[str, Path], junk: object) -> None:
    surface, path = change
    original, parse = SURFACES[surface]
    answer = parse(mutated(original, path, junk))
    if isinstance(answer, Refusal):
        return
    assert zeros_in(answer) <= zeros_in(parse(original))
    for facts in facts_in(answer):
        assert facts.external_id in KNOWN_IDS
        assert all(isinstance(count, Count) and 0 <= count.value <= 10**13 for count in facts.counts.values())
        texts = [value for name in facts.__slots__ if isinstance(value := getattr(facts, name), str)]
        assert all("\x00" not in text and text.encode() is not None for text in texts)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(surface=st.sampled_from(sorted(SURFACES)), cut=st.floats(0, 1), noise=st.binary(max_size=40))
def test_bytes_cut_and_overwritten(surface: str, cut: float, noise: bytes) -> None:
    bodies: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
        "tiktok profile": (tiktok_profile_page(DETAIL), lambda body: parse_profile_page(body, "zg.520")),
        "tiktok list": (json.dumps(ITEMS).encode(), parse_item_page),
        "tiktok video": (tiktok_page(VIDEO), lambda body: parse_video_page(body, "7513039993741397256")),
        "instagram info": (json.dumps(INFO).encode(), lambda body: parse_web_profile_info(body, "adrianhorning")),
        "instagram page": (
            instagram_page(instagram_user()),
            lambda body: parse_profile_html(body, "adrianhorning"),
        ),
        "instagram post": (instagram_post_page(REEL), lambda body: parse_post_page(body, REEL_PK)),
        "instagram query": (json.dumps(QUERY).encode(), lambda body: parse_post_query(body, CAROUSEL_PK)),
    }
    body, parse = bodies[surface]
    at = int(cut * len(body))
    for broken in (body[:at], body[:at] + noise, body[:at] + noise + body[at + len(noise) :]):
        answer = parse(broken)
        if not isinstance(answer, Refusal):
            assert facts_in(answer)
