"""The time a fetch is given: what is not gathered by then is not waited for, and what is stays."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.domain.platforms import Platform
from app.providers.base import OUT_OF_TIME, AccountIdentity, Outcome, PostBounds
from app.providers.failures import AnswerClass
from app.providers.limits import TIKTOK_LISTS, TIKTOK_PAGES, Pacing
from tests.providers.answers import Answer, Handler, scripted, silence
from tests.providers.test_tiktok_account import HOUR, KNOWN, NEW, NOW, TikTok, item

SHORT = timedelta(milliseconds=800)
LIST = "api/creator/item_list/"


async def fetch(
    site: Handler, identity: AccountIdentity = NEW, within: timedelta = SHORT, pacing: Pacing | None = None
) -> tuple[Outcome, list[str], float]:
    """The outcome, the paths that were asked, and the seconds it took."""
    chains, sent = scripted(site, pacing=pacing)
    loop = asyncio.get_running_loop()
    started = loop.time()
    outcome = await chains.fetch_account(identity, PostBounds(30), NOW, within=within)
    seconds = loop.time() - started
    return outcome, [request.url.path.split("/", 2)[2] for request in sent], seconds


def long_channel() -> TikTok:
    return TikTok([item(number, number * HOUR) for number in range(1, 41)])


def assert_cut_short(outcome: Outcome) -> None:
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, OUT_OF_TIME)
    assert outcome.facts is not None
    assert len(outcome.facts.posts) == 15
    assert not outcome.facts.posts_complete
    assert [(call.route, call.answer_class) for call in outcome.calls] == [
        ("profile_page", AnswerClass.OK),
        ("creator_item_list", AnswerClass.NETWORK_TIMEOUT),
    ]


async def test_a_walk_that_is_cut_short_keeps_its_posts() -> None:
    site = long_channel()
    site.on_list = lambda request: None if len(site.cursors) == 1 else silence()
    outcome, paths, seconds = await fetch(site)
    assert_cut_short(outcome)
    assert paths == ["@zg.520", LIST, LIST]
    assert 0.77 < seconds < 3


async def test_a_profile_that_never_comes_is_a_timeout() -> None:
    for platform in (Platform.TIKTOK, Platform.INSTAGRAM):
        outcome, paths, seconds = await fetch(lambda request: silence(), AccountIdentity(platform, "a"))
        assert (outcome.answer_class, outcome.facts, len(paths)) == (AnswerClass.NETWORK_TIMEOUT, None, 1)
        assert outcome.reason == OUT_OF_TIME
        assert 0.77 < seconds < 3


@pytest.mark.parametrize("within", [timedelta(0), timedelta(seconds=-5), timedelta(milliseconds=1)])
async def test_nothing_is_sent_once_the_time_is_over(within: timedelta) -> None:
    pacing = Pacing(None, jitter=lambda: 0.0)
    outcome, paths, _ = await fetch(long_channel(), within=within, pacing=pacing)
    assert (outcome.answer_class, outcome.reason, paths) == (AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME, [])
    assert [(call.route, call.requests) for call in outcome.calls] == [("profile_page", 0)]
    assert (await pacing.state(TIKTOK_PAGES)).next_turn == 0


async def test_no_second_opinion_is_asked_for_once_the_time_is_over() -> None:
    site = TikTok([])
    site.profiles = {}
    site.on_list = lambda request: silence()
    outcome, paths, _ = await fetch(site, KNOWN)
    # Its handle is not found, but whether it was renamed could not be asked.
    assert (outcome.answer_class, paths) == (AnswerClass.UNAVAILABLE, ["@zg.520", LIST])


async def test_the_page_of_an_instagram_profile_is_not_waited_for_either() -> None:
    def answer(request: httpx.Request) -> Answer:
        return httpx.Response(400, json={}) if "/api/" in request.url.path else silence()

    outcome, paths, _ = await fetch(answer, AccountIdentity(Platform.INSTAGRAM, "adrianhorning"))
    assert (outcome.answer_class, outcome.reason, len(paths)) == (AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME, 2)


async def test_a_turn_that_comes_too_late_is_neither_waited_for_nor_taken() -> None:
    pacing = Pacing(None, jitter=lambda: 0.0)
    outcome, paths, seconds = await fetch(long_channel(), within=timedelta(seconds=1.5), pacing=pacing)
    assert_cut_short(outcome)
    # The second page of the list has its turn 2 s after the first.
    assert paths == ["@zg.520", LIST]
    assert seconds < 1.5
    assert outcome.retry_after_seconds is None
    lists = await pacing.state(TIKTOK_LISTS)
    assert 1_500 < lists.next_turn - lists.last_start <= 2_000  # the page may have taken a moment
    outcome, paths, _ = await fetch(long_channel(), pacing=pacing)
    assert (outcome.answer_class, outcome.reason, paths) == (AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME, [])


async def test_a_lane_at_rest_is_our_own_pace_however_little_time_there_is() -> None:
    pacing = Pacing(None)
    await pacing.told(TIKTOK_PAGES, AnswerClass.RATE_LIMITED, "another", 900)
    outcome, paths, _ = await fetch(long_channel(), pacing=pacing)
    assert (outcome.answer_class, paths) == (AnswerClass.RATE_LIMITED, [])
