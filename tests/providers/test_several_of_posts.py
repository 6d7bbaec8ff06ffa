"""Chains of several providers asked about a post: who is asked, and what their answers come to together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import Operation, PostIdentity
from app.providers.chain import SHARE_OF_TIME
from app.providers.failures import TREATMENTS, AnswerClass
from app.providers.registry import Entry, Registry
from tests.providers.answers import AMPLE
from tests.providers.several import NOW, POST, WHOLE, Asked, ask_post, chains_of, entries, failed, shown, values


async def test_the_first_good_answer_wins() -> None:
    outcome, asked = await ask_post(shown(WHOLE), shown({"views": 999, "likes": 99}))
    assert (outcome.answer_class, values(outcome.facts), outcome.provider) == (AnswerClass.OK, WHOLE, "first")
    assert [each.name for each in asked] == ["first"]


@pytest.mark.parametrize("answer_class", [answer for answer in AnswerClass if TREATMENTS[answer].asks_next_provider])
async def test_every_class_of_failure_asks_the_next_as_the_table_says(answer_class: AnswerClass) -> None:
    first = shown(WHOLE, ["saves"]) if answer_class is AnswerClass.PARTIAL else failed(answer_class)
    outcome, asked = await ask_post(first, shown(WHOLE | {"saves": 3}))
    assert (outcome.answer_class, [each.name for each in asked]) == (AnswerClass.OK, ["first", "second"])
    assert [(call.provider, call.answer_class, call.cost) for call in outcome.calls] == [
        ("first", answer_class, 2),
        ("second", AnswerClass.OK, 2),
    ]


async def test_private_stops_the_chain() -> None:
    outcome, asked = await ask_post(failed(AnswerClass.PRIVATE), shown(WHOLE))
    assert (outcome.answer_class, outcome.facts, len(asked)) == (AnswerClass.PRIVATE, None, 1)
    outcome, asked = await ask_post(failed(AnswerClass.BLOCKED), failed(AnswerClass.PRIVATE), shown(WHOLE))
    assert (outcome.answer_class, len(asked), len(outcome.calls)) == (AnswerClass.PRIVATE, 2, 2)


async def test_a_part_is_filled_from_the_next_and_says_from_whom() -> None:
    first = shown({"likes": 10}, ["views", "saves"], caption="Hello")
    second = shown({"views": 500, "likes": 12, "saves": 3}, caption="Other", thumbnail_url="https://a.test/")
    outcome, _ = await ask_post(first, second)
    facts = outcome.facts
    assert facts is not None
    assert values(facts) == {"likes": 10, "views": 500, "saves": 3}
    assert facts.filled_by == {"views": "second", "saves": "second"}
    assert (facts.caption, facts.thumbnail_url, facts.views_kind) == ("Hello", "https://a.test/", ViewsKind.PLAYS)
    assert (outcome.answer_class, outcome.reason, outcome.missing) == (AnswerClass.OK, None, frozenset())
    assert (outcome.provider, outcome.route, len(outcome.calls)) == ("first", "page", 2)


async def test_a_part_goes_on_until_all_is_filled_or_nobody_is_left() -> None:
    first = shown({"views": 1, "likes": 10}, ["saves", "shares"])
    outcome, asked = await ask_post(first, shown({"views": 2, "saves": 3}, ["shares"]), failed(AnswerClass.BLOCKED))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, frozenset({"shares"}))
    assert (values(outcome.facts), len(asked)) == ({"views": 1, "likes": 10, "saves": 3}, 3)
    assert outcome.reason == "Something is missing"


async def test_an_approximate_value_never_replaces_an_exact_one() -> None:
    exact, rounded = Count(1_912_345), Count(1_900_000, 100_000)
    outcome, _ = await ask_post(shown({"views": exact}, ["likes"]), shown({"views": rounded, "likes": rounded}))
    assert outcome.facts is not None
    assert outcome.facts.counts == {"views": exact, "likes": rounded}


async def test_views_of_another_kind_never_fill_views() -> None:
    first = shown({"likes": 10}, ["views"], views_kind=ViewsKind.THREE_SECOND_VIEWS)
    outcome, _ = await ask_post(first, shown({"views": 500, "saves": 1}))
    assert (values(outcome.facts), outcome.answer_class) == ({"likes": 10, "saves": 1}, AnswerClass.PARTIAL)


async def test_what_the_owner_hides_is_not_filled() -> None:
    first = shown({"views": 5}, ["saves"], hidden=frozenset({"likes"}))
    outcome, _ = await ask_post(first, shown({"likes": 3, "saves": 2}))
    assert values(outcome.facts) == {"views": 5, "saves": 2}


async def test_a_video_without_views_asks_whoever_may_tell_them() -> None:
    outcome, asked = await ask_post(shown({"likes": 10}), shown({"views": 500, "likes": 11}))
    assert (values(outcome.facts), len(asked)) == ({"likes": 10, "views": 500}, 2)
    outcome, asked = await ask_post(shown({"likes": 10}), failed(AnswerClass.QUOTA_EXHAUSTED))
    assert (outcome.answer_class, values(outcome.facts), len(asked)) == (AnswerClass.OK, {"likes": 10}, 2)
    outcome, asked = await ask_post(shown({"likes": 10}, kind=VideoKind.IMAGE), shown(WHOLE))
    assert len(asked) == 1


async def test_one_vote_is_unavailable_and_two_are_not_found() -> None:
    outcome, asked = await ask_post(failed(AnswerClass.NOT_FOUND), failed(AnswerClass.BLOCKED))
    assert (outcome.answer_class, len(asked)) == (AnswerClass.UNAVAILABLE, 2)
    assert outcome.reason == "It is not_found, but nothing confirms it"
    outcome, _ = await ask_post(failed(AnswerClass.NOT_FOUND))
    assert outcome.answer_class is AnswerClass.UNAVAILABLE
    outcome, asked = await ask_post(failed(AnswerClass.NOT_FOUND), failed(AnswerClass.NOT_FOUND), shown(WHOLE))
    assert (outcome.answer_class, len(asked), outcome.reason) == (AnswerClass.NOT_FOUND, 2, "It is not_found")
    outcome, asked = await ask_post(failed(AnswerClass.NOT_FOUND, signs=2), shown(WHOLE))
    assert (outcome.answer_class, len(asked)) == (AnswerClass.NOT_FOUND, 1)
    outcome, _ = await ask_post(failed(AnswerClass.NOT_FOUND), shown(WHOLE))
    assert (outcome.answer_class, values(outcome.facts)) == (AnswerClass.OK, WHOLE)


async def test_what_is_unavailable_is_no_vote() -> None:
    outcome, _ = await ask_post(failed(AnswerClass.UNAVAILABLE), failed(AnswerClass.UNAVAILABLE))
    assert outcome.answer_class is AnswerClass.UNAVAILABLE
    outcome, _ = await ask_post(failed(AnswerClass.UNAVAILABLE), failed(AnswerClass.NOT_FOUND))
    assert outcome.answer_class is AnswerClass.UNAVAILABLE


async def test_a_vote_stands_where_its_provider_has_just_told_of_something_else() -> None:
    only = Asked("first", [failed(AnswerClass.NOT_FOUND), shown(WHOLE, external_id="8"), failed(AnswerClass.NOT_FOUND)])
    chains = chains_of(Registry({Platform.TIKTOK: entries(Platform.TIKTOK, Operation.POST_STATS, [only])}, {}))
    other = PostIdentity(Platform.TIKTOK, "8")
    outcomes = [await chains.fetch_post(identity, NOW, within=AMPLE) for identity in (POST, other, POST)]
    assert [outcome.answer_class for outcome in outcomes] == [
        AnswerClass.UNAVAILABLE,
        AnswerClass.OK,
        AnswerClass.NOT_FOUND,
    ]


@pytest.mark.parametrize("kept", [AnswerClass.LOGIN_REQUIRED, AnswerClass.REGION_BLOCKED])
async def test_a_lone_vote_does_not_stand_where_another_is_told_that_it_is_kept_from_us(kept: AnswerClass) -> None:
    """As of a post that X shows to members alone: its service for embedded posts does not know it."""
    voter = Asked("first", [shown(WHOLE, external_id="8"), failed(AnswerClass.NOT_FOUND)])
    asked = [voter, Asked("second", [failed(kept)])]
    chains = chains_of(Registry({Platform.TIKTOK: entries(Platform.TIKTOK, Operation.POST_STATS, asked)}, {}))
    outcomes = [
        await chains.fetch_post(identity, NOW, within=AMPLE) for identity in (PostIdentity(Platform.TIKTOK, "8"), POST)
    ]
    assert [outcome.answer_class for outcome in outcomes] == [AnswerClass.OK, kept]
    assert len(outcomes[1].calls) == 2


async def test_that_it_told_of_the_very_thing_before_confirms_nothing() -> None:
    only = Asked("first", [shown(WHOLE), failed(AnswerClass.NOT_FOUND)])
    chains = chains_of(Registry({Platform.TIKTOK: entries(Platform.TIKTOK, Operation.POST_STATS, [only])}, {}))
    outcomes = [await chains.fetch_post(POST, NOW, within=AMPLE) for _ in range(2)]
    assert outcomes[1].answer_class is AnswerClass.UNAVAILABLE


async def test_of_failures_the_first_counts_unless_it_does_not_do_such_posts() -> None:
    limited = failed(AnswerClass.RATE_LIMITED, retry_after=70)
    outcome, _ = await ask_post(limited, failed(AnswerClass.AUTH_INVALID))
    assert (outcome.answer_class, outcome.retry_after_seconds) == (AnswerClass.RATE_LIMITED, 70)
    outcome, _ = await ask_post(failed(AnswerClass.UNSUPPORTED), limited)
    assert outcome.answer_class is AnswerClass.RATE_LIMITED


async def test_an_answer_about_another_post_is_a_failure() -> None:
    outcome, asked = await ask_post(shown(WHOLE, external_id="8"), failed(AnswerClass.BLOCKED))
    assert (outcome.answer_class, outcome.facts, len(asked)) == (AnswerClass.SCHEMA_CHANGED, None, 2)
    assert outcome.reason == "first told of post 8 when asked about 7"


@pytest.mark.parametrize(("now", "is_doubted"), [(0, True), (49, True), (50, False), (51, False), (300, False)])
async def test_a_fall_by_more_than_half_asks_a_second_provider(now: int, is_doubted: bool) -> None:
    identity = replace(POST, known={"views": 100, "likes": 0})
    outcome, asked = await ask_post(shown({"views": now, "likes": 0}), shown({"views": 104}), identity=identity)
    assert len(asked) == (2 if is_doubted else 1)
    assert values(outcome.facts) == {"views": 104 if is_doubted else now, "likes": 0}
    assert outcome.facts is not None
    assert outcome.facts.filled_by == ({"views": "second"} if is_doubted else {})


async def test_a_fall_that_is_confirmed_or_that_nobody_denies_is_told_as_it_is() -> None:
    identity = replace(POST, known={"views": 100})
    outcome, _ = await ask_post(shown({"views": 20}), shown({"views": 21}), identity=identity)
    assert (outcome.answer_class, values(outcome.facts)) == (AnswerClass.OK, {"views": 20})
    outcome, _ = await ask_post(shown({"views": 0}), failed(AnswerClass.NETWORK_TIMEOUT), identity=identity)
    assert (outcome.answer_class, values(outcome.facts)) == (AnswerClass.OK, {"views": 0})
    outcome, _ = await ask_post(shown({"views": 0}), identity=identity)
    assert (outcome.answer_class, values(outcome.facts)) == (AnswerClass.OK, {"views": 0})
    rounded = shown({"views": Count(110_000, 10_000)})
    outcome, _ = await ask_post(shown({"views": 0}), rounded, identity=replace(POST, known={"views": 109_512}))
    assert values(outcome.facts) == {"views": 0}


@pytest.mark.parametrize(
    ("platform", "likes", "plays", "is_doubted"),
    [
        (Platform.INSTAGRAM, 3, 1_001, True),
        (Platform.INSTAGRAM, 3, 1_000, False),
        (Platform.INSTAGRAM, 4, 90_000, False),
        (Platform.TIKTOK, 3, 90_000, False),
    ],
)
async def test_three_likes_of_what_many_watched_ask_a_second_provider(
    platform: Platform, likes: int, plays: int, is_doubted: bool
) -> None:
    """Instagram sends so many in the place of those that the owner hides."""
    first = shown({"plays": plays, "likes": likes}, platform=platform)
    second = shown({"plays": plays, "likes": 6_019}, platform=platform)
    outcome, asked = await ask_post(first, second, identity=PostIdentity(platform, "7"))
    assert len(asked) == (2 if is_doubted else 1)
    assert values(outcome.facts)["likes"] == (6_019 if is_doubted else likes)


async def test_a_provider_that_hangs_leaves_time_for_the_next() -> None:
    outcome, asked = await ask_post(None, shown(WHOLE), within=timedelta(seconds=1))
    assert (outcome.answer_class, len(asked)) == (AnswerClass.OK, 2)
    assert 0.9 * SHARE_OF_TIME < asked[0].seconds[0] <= SHARE_OF_TIME
    assert asked[1].seconds[0] > 0.1


async def test_nobody_else_is_asked_once_the_time_is_over() -> None:
    outcome, asked = await ask_post(None, None, shown(WHOLE), within=timedelta(seconds=0.3))
    assert (outcome.answer_class, len(asked)) == (AnswerClass.NETWORK_TIMEOUT, 1)


async def test_a_provider_that_is_not_ready_is_passed_over() -> None:
    ready, other = Asked("first", [shown(WHOLE)]), Asked("second", [])
    chain = (
        Entry(Platform.TIKTOK, Operation.POST_STATS, 1, other, "CREATORGRAPH_KEY unset"),
        Entry(Platform.TIKTOK, Operation.POST_STATS, 2, ready, None),
    )
    outcome = await chains_of(Registry({Platform.TIKTOK: chain}, {})).fetch_post(POST, NOW, within=AMPLE)
    assert (outcome.answer_class, other.bounds) == (AnswerClass.OK, [])
    outcome = await chains_of(Registry({Platform.TIKTOK: chain[:1]}, {})).fetch_post(POST, NOW, within=AMPLE)
    assert outcome.answer_class is AnswerClass.UNSUPPORTED
    assert outcome.reason == "No provider for tiktok is ready (second: CREATORGRAPH_KEY unset)"
