"""Recent facts: what was asked for within some bounds answers others, as long as it is young enough."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.core.collect.recent import KeptAccount, RecentFacts
from app.domain.facts import AccountFacts, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind
from app.providers.base import AccountIdentity, PostBounds, PostIdentity, PostOutcome
from app.providers.failures import AnswerClass

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
AGE, LIFETIME = timedelta(minutes=5), timedelta(minutes=15)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
async def recent(redis_url: str) -> AsyncIterator[RecentFacts]:
    async with Redis.from_url(redis_url) as redis:
        yield RecentFacts(redis, AGE, LIFETIME)


def some_account() -> AccountIdentity:
    return AccountIdentity(Platform.TIKTOK, f"h{uuid4().hex[:20]}")


def facts(account: AccountIdentity, posts: int, *, complete: bool = True, pinned: int = 0) -> AccountFacts:
    """An account with a post a day, the newest first, the pinned ones older than all others."""
    listed = [
        PostFacts(Platform.TIKTOK, str(number + 1), VideoKind.VIDEO, published_at=NOW - timedelta(days=number))
        for number in range(posts)
    ]
    old = [
        PostFacts(Platform.TIKTOK, str(900 + number), VideoKind.VIDEO, published_at=EVER, is_pinned=True)
        for number in range(pinned)
    ]
    profile = ProfileFacts(Platform.TIKTOK, "1", account.handle)
    return AccountFacts(profile, (*listed, *old), NOW, "test", "test", complete)


def back(days: int) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("asked", "posts", "complete", "wanted", "found"),
    [
        (PostBounds(100), 30, True, PostBounds(0), 0),
        (PostBounds(0), 0, True, PostBounds(0), 0),
        (PostBounds(0), 0, True, PostBounds(20), None),
        (PostBounds(100), 30, True, PostBounds(20), 20),
        (PostBounds(100), 30, False, PostBounds(20), 20),
        (PostBounds(100), 10, True, PostBounds(20), 10),
        (PostBounds(100), 10, False, PostBounds(20), None),
        (PostBounds(20), 20, True, PostBounds(100), None),
        (PostBounds(20), 8, True, PostBounds(100), 8),
        (PostBounds(20), 8, True, PostBounds(), 8),
        (PostBounds(), 300, True, PostBounds(100), 100),
        (PostBounds(100, back(365)), 40, True, PostBounds(20), 20),
        (PostBounds(100, back(365)), 10, True, PostBounds(20), None),
        (PostBounds(100, back(30)), 10, True, PostBounds(100, back(7)), 8),
        (PostBounds(100, back(7)), 8, True, PostBounds(100, back(30)), None),
        (PostBounds(20), 8, True, PostBounds(100, back(3)), 4),
        (PostBounds(100, None, 3), 10, True, PostBounds(50, None, 53), None),
        (PostBounds(100, None, 53), 10, True, PostBounds(50, None, 3), 10),
    ],
)
async def test_wider_bounds_answer_narrower_ones(
    recent: RecentFacts, asked: PostBounds, posts: int, complete: bool, wanted: PostBounds, found: int | None
) -> None:
    account = some_account()
    await recent.keep(facts(account, posts, complete=complete), asked)
    kept = await recent.find(account, wanted, NOW)
    assert (None if kept is None else len(kept.posts)) == found
    if kept is not None:
        assert [post.external_id for post in kept.posts] == [str(number + 1) for number in range(len(kept.posts))]


async def test_pinned_posts_do_not_fill_the_bounds(recent: RecentFacts) -> None:
    account = some_account()
    await recent.keep(facts(account, 18, complete=False, pinned=3), PostBounds(50))
    assert await recent.find(account, PostBounds(20), NOW) is None


async def test_a_refresh_uses_what_is_whole_and_five_minutes_old_at_most(recent: RecentFacts) -> None:
    account, bounds = some_account(), PostBounds(20)
    await recent.remember(KeptAccount(facts(account, 20), bounds, is_whole=False))
    assert await recent.find(account, bounds, NOW) is None
    kept = await recent.recall(account, bounds, NOW - LIFETIME)
    assert kept is not None
    assert not kept.is_whole
    await recent.remember(KeptAccount(facts(account, 20), bounds, is_whole=True))
    assert await recent.find(account, bounds, NOW + AGE) is not None
    assert await recent.find(account, bounds, NOW + AGE + timedelta(seconds=1)) is None
    assert await recent.recall(account, bounds, NOW) is not None
    assert await recent.recall(account, bounds, NOW + timedelta(seconds=1)) is None


async def test_facts_of_a_moment_to_come_are_for_no_refresh(recent: RecentFacts) -> None:
    account, bounds = some_account(), PostBounds(20)
    await recent.keep(facts(account, 20), bounds)
    assert await recent.find(account, bounds, NOW - timedelta(seconds=1)) is None


async def test_an_account_that_was_renamed_is_found_by_both_names(recent: RecentFacts) -> None:
    former, account, bounds = some_account(), some_account(), PostBounds(0)
    await recent.remember(KeptAccount(facts(account, 0), bounds, is_whole=True), former)
    for identity in (former, account):
        kept = await recent.recall(identity, bounds, NOW)
        assert kept is not None
        assert kept.facts.profile.handle == account.handle


async def test_another_account_under_the_handle_is_not_it(recent: RecentFacts) -> None:
    account = some_account()
    await recent.keep(facts(account, 5), PostBounds(20))
    for bounds in (PostBounds(20), PostBounds(0)):
        stranger = AccountIdentity(Platform.TIKTOK, account.handle, external_id="2")
        assert await recent.recall(stranger, bounds, NOW) is None


def outcome(answer_class: AnswerClass = AnswerClass.OK) -> PostOutcome:
    post = PostFacts(Platform.TIKTOK, "7", VideoKind.VIDEO)
    return PostOutcome(answer_class, post, captured_at=NOW, provider="test", route="page")


async def test_a_post_comes_back_as_it_was(recent: RecentFacts) -> None:
    identity = PostIdentity(Platform.TIKTOK, uuid4().hex)
    assert await recent.find_post(identity, NOW) is None
    await recent.keep_post(identity, outcome())
    assert await recent.find_post(identity, NOW + AGE) == outcome()
    assert await recent.find_post(identity, NOW + AGE + timedelta(seconds=1)) is None
    assert await recent.find_post(identity, NOW - timedelta(seconds=1)) is None
    other = PostIdentity(Platform.INSTAGRAM, identity.external_id)
    assert await recent.find_post(other, NOW) is None


async def test_a_part_of_a_post_is_for_look_ups_alone(recent: RecentFacts) -> None:
    identity = PostIdentity(Platform.TIKTOK, uuid4().hex)
    await recent.keep_post(identity, outcome(AnswerClass.PARTIAL))
    assert await recent.recall_post(identity, NOW) is None
    assert await recent.remember_post(identity, outcome(AnswerClass.PARTIAL)) is not None
    assert await recent.find_post(identity, NOW) is None
    assert await recent.recall_post(identity, NOW) is not None
    assert await recent.remember_post(identity, PostOutcome(AnswerClass.BLOCKED)) is None


async def test_with_an_age_of_0_refreshes_share_nothing(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        for lifetime in (LIFETIME, timedelta()):
            recent = RecentFacts(redis, timedelta(), lifetime)
            account, post = some_account(), PostIdentity(Platform.TIKTOK, uuid4().hex)
            await recent.keep(facts(account, 5), PostBounds(20))
            await recent.keep_post(post, outcome())
            assert await recent.recall(account, PostBounds(20), EVER) is None
            assert await recent.recall_post(post, EVER) is None
            await recent.remember_post(post, outcome())
            assert (await recent.recall_post(post, EVER) is None) == (not lifetime)
            assert await recent.find_post(post, NOW) is None
