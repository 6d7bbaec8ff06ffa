"""Chains of several providers asked about an account: who is asked for what, and what it comes to together."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds
from app.providers.failures import AnswerClass
from tests.providers.several import ACCOUNT, BOUNDS, WHOLE, Asked, ask_account, profile, reel, refused, values


async def test_an_account_takes_one_answer_where_it_is_whole() -> None:
    first, second = Asked("first", [profile({"followers": 5}, [reel("1", WHOLE)])]), Asked("second", [])
    outcome = await ask_account([first, second], [first, second])
    assert (outcome.answer_class, first.bounds, second.bounds) == (AnswerClass.OK, [BOUNDS], [])


async def test_who_knows_one_operation_is_asked_for_it_alone() -> None:
    told = profile({"followers": 5}, [], complete=True)
    listed = profile({}, [reel("1", WHOLE), reel("2", WHOLE)])
    first, second = Asked("first", [told]), Asked("second", [listed])
    outcome = await ask_account([first], [second])
    assert first.bounds == [replace(BOUNDS, max_posts=0)]
    assert second.bounds == [replace(BOUNDS, posts_alone=True)]
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    assert values(outcome.facts.profile) == {"followers": 5}
    assert [each.external_id for each in outcome.facts.posts] == ["1", "2"]
    assert outcome.facts.posts[0].filled_by == {"views": "first", "likes": "first"}


async def test_a_profile_alone_asks_nobody_for_posts() -> None:
    first, second = Asked("first", [profile({"followers": 5})]), Asked("second", [])
    outcome = await ask_account([first], [first, second], bounds=PostBounds(0))
    assert (outcome.answer_class, first.bounds, second.bounds) == (AnswerClass.OK, [PostBounds(0)], [])


async def test_missing_figures_of_a_profile_ask_for_the_profile_alone() -> None:
    first = Asked("first", [profile({"followers": 5}, [reel("1", WHOLE)], missing=["following"])])
    second = Asked("second", [profile({"followers": 6, "following": 9})])
    outcome = await ask_account([first, second], [first, second])
    assert second.bounds == [replace(BOUNDS, max_posts=0)]
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    assert values(outcome.facts.profile) == {"followers": 5, "following": 9}
    assert outcome.facts.profile.filled_by == {"following": "first"}


async def test_posts_that_did_not_come_ask_for_the_posts_alone() -> None:
    first = Asked("first", [profile({"followers": 5}, [reel("1", WHOLE)], complete=False)])
    more = [reel("1", {"views": 101, "likes": 9, "saves": 4}), reel("2", WHOLE)]
    second = Asked("second", [profile({"followers": 7}, more)])
    outcome = await ask_account([first, second], [first, second])
    assert second.bounds == [replace(BOUNDS, posts_alone=True)]
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    assert outcome.facts.posts_complete
    assert [values(each) for each in outcome.facts.posts] == [WHOLE | {"saves": 4}, WHOLE]
    assert values(outcome.facts.profile) == {"followers": 5}


async def test_what_stays_missing_is_partial_with_the_first_reason() -> None:
    first = Asked("first", [profile({"followers": 5}, [reel("1", WHOLE)], complete=False)])
    second = Asked("second", [refused(AnswerClass.BLOCKED)])
    outcome = await ask_account([first, second], [first, second])
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "Something is missing")
    assert [call.answer_class for call in outcome.calls] == [AnswerClass.PARTIAL, AnswerClass.BLOCKED]


async def test_reels_without_views_ask_whoever_may_tell_them() -> None:
    first = Asked("first", [profile({"followers": 5}, [reel("1", {"likes": 3}), reel("2", {"likes": 4})])])
    second = Asked("second", [profile({}, [reel("2", WHOLE), reel("3", WHOLE)])])
    outcome = await ask_account([first], [first, second])
    assert (second.bounds, outcome.answer_class) == ([replace(BOUNDS, posts_alone=True)], AnswerClass.OK)
    assert outcome.facts is not None
    assert [values(each) for each in outcome.facts.posts] == [{"likes": 3}, {"likes": 4, "views": 100}]


async def test_a_fall_in_a_feed_asks_a_second_provider() -> None:
    identity = replace(ACCOUNT, known={"followers": 900}, known_posts={"1": {"views": 80}, "2": {"views": 80}})
    first = Asked("first", [profile({"followers": 0}, [reel("1", {"views": 10}), reel("2", {"views": 81})])])
    second = Asked("second", [profile({"followers": 905}, [reel("1", {"views": 82}), reel("2", {"views": 99})])])
    outcome = await ask_account([first, second], [first, second], identity)
    assert outcome.facts is not None
    assert values(outcome.facts.profile) == {"followers": 905}
    assert [values(each) for each in outcome.facts.posts] == [{"views": 82}, {"views": 81}]
    assert outcome.answer_class is AnswerClass.OK


async def test_a_private_account_stops_the_chain_with_its_profile() -> None:
    first, second = Asked("first", [profile({"followers": 5}, is_private=True)]), Asked("second", [])
    outcome = await ask_account([first, second], [first, second])
    assert (outcome.answer_class, second.bounds) == (AnswerClass.PRIVATE, [])
    assert outcome.facts is not None
    assert values(outcome.facts.profile) == {"followers": 5}


@pytest.mark.parametrize(
    ("more", "is_ours"),
    [
        ({"handle": "renamed"}, True),
        ({"external_id": "71"}, False),
        ({"external_id": None}, True),
        ({"external_id": None, "handle": "renamed"}, False),
        ({"platform": Platform.TIKTOK}, False),
    ],
)
async def test_an_answer_about_another_account_is_a_failure(more: dict[str, Any], is_ours: bool) -> None:
    outcome = await ask_account([only := Asked("first", [profile({"followers": 5}, **more)])], [only])
    assert outcome.answer_class is (AnswerClass.OK if is_ours else AnswerClass.SCHEMA_CHANGED)
    assert (outcome.facts is not None) is is_ours


async def test_a_handle_that_is_gone_is_looked_for_by_its_stable_id() -> None:
    def chain(answer: Outcome) -> list[Asked]:
        return [Asked("instagram_web", [refused(AnswerClass.NOT_FOUND, 2)]), Asked("scrapecreators", [answer])]

    renamed = chain(profile({"followers": 5}, handle="renamed"))
    outcome = await ask_account(renamed, renamed)
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    assert outcome.facts.profile.handle == "renamed"
    gone = chain(refused(AnswerClass.NOT_FOUND))
    assert (await ask_account(gone, gone)).answer_class is AnswerClass.NOT_FOUND
    open_question = chain(refused(AnswerClass.QUOTA_EXHAUSTED))
    outcome = await ask_account(open_question, open_question)
    assert outcome.answer_class is AnswerClass.UNAVAILABLE
    assert outcome.reason == "It is not_found, but its stable id could not be asked: It is quota_exhausted"
    unknown = chain(profile({"followers": 5}))
    outcome = await ask_account(unknown, unknown, AccountIdentity(Platform.INSTAGRAM, "someone"))
    assert (outcome.answer_class, unknown[1].bounds) == (AnswerClass.NOT_FOUND, [])
