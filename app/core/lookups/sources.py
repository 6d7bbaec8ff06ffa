"""What look-ups are answered from: what was fetched a moment ago, and the platforms behind it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from redis.asyncio import Redis

from app.core.collect.recent import KeptAccount, KeptPost, RecentFacts
from app.core.collect.short_links import recall_link, resolve_link
from app.core.lookups.flights import Failure, Flights, Route
from app.domain.answers import AnswerClass
from app.domain.links import PostName, ProfileName, ShortLink
from app.domain.platforms import TRAITS, LookUp, Platform
from app.domain.problems import LookUpFailed
from app.domain.viewer import Scope, Viewer
from app.providers.base import AccountIdentity, Fetched, PostBounds, PostIdentity
from app.providers.chain import Chains
from app.settings import Settings

RECENT_VIDEOS = 20
PROFILE_ALONE = PostBounds(max_posts=0)
NEWEST_POSTS = PostBounds(max_posts=RECENT_VIDEOS)
GOOD_ENOUGH = frozenset({AnswerClass.OK, AnswerClass.PARTIAL, AnswerClass.HIDDEN})
"""Answers whose facts are shown: what is missing of them is unknown."""
SAYINGS: Mapping[AnswerClass, str] = {
    AnswerClass.NOT_FOUND: "It does not exist",
    AnswerClass.PRIVATE: "It is not public",
    AnswerClass.UNSUPPORTED: "No source can be asked for it",
}
"""What the answers amount to, in words; of any other none of the sources told."""

Kept = TypeVar("Kept", KeptAccount, KeptPost)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Ages:
    """How old an answer may be that is given again."""

    post: timedelta
    posts_of_account: timedelta
    profile: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Ages":
        return cls(
            timedelta(seconds=settings.lookup_post_seconds),
            timedelta(seconds=settings.lookup_channel_seconds),
            timedelta(seconds=settings.lookup_profile_seconds),
        )

    @property
    def longest(self) -> timedelta:
        return max(self.post, self.posts_of_account, self.profile)


@dataclass(frozen=True, slots=True)
class Obtained(Generic[Kept]):
    """Facts that were looked up."""

    kept: Kept
    is_cached: bool
    """Whether they were there already."""
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that look-ups need of a process; shared by all of its tasks."""

    redis: Redis
    chains: Chains
    recent: RecentFacts
    flights: Flights
    ages: Ages
    timeout: timedelta
    """The longest that the platforms are asked for one thing."""
    look_ups: Mapping[Platform, Sequence[LookUp]]
    """What can be asked for; what the operator has switched off is not there."""

    @classmethod
    def of(cls, settings: Settings, redis: Redis, chains: Chains, recent: RecentFacts) -> "Sources":
        timeout = timedelta(seconds=settings.lookup_timeout_seconds)
        return cls(redis, chains, recent, Flights(redis), Ages.of(settings), timeout, _switched_on(settings))

    async def obtain_post(self, identity: PostIdentity, now: datetime) -> "Obtained[KeptPost]":
        """Facts of a post. Raises LookUpFailed."""

        async def find() -> KeptPost | None:
            return await self.recent.recall_post(identity, now - self.ages.post)

        async def fetch() -> KeptPost | Failure:
            outcome = await self.chains.fetch_post(identity, now, within=self.timeout)
            if outcome.answer_class not in GOOD_ENOUGH:
                return _failure(outcome)
            return await self.recent.remember_post(identity, outcome) or _failure(outcome)

        name = f"post:{identity.platform.value}:{identity.external_id}"
        kept, is_cached = await self._obtain(name, find, fetch)
        return Obtained(kept, is_cached, kept.captured_at + self.ages.post)

    async def obtain_account(
        self, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> "Obtained[KeptAccount]":
        """Facts of an account within bounds. Raises LookUpFailed."""
        age = self.ages.profile if bounds == PROFILE_ALONE else self.ages.posts_of_account

        async def find() -> KeptAccount | None:
            return await self.recent.recall(identity, bounds, now - age)

        async def fetch() -> KeptAccount | Failure:
            outcome = await self.chains.fetch_account(identity, bounds, now, within=self.timeout)
            facts = outcome.facts
            if facts is None or outcome.answer_class not in GOOD_ENOUGH:
                return _failure(outcome)
            if bounds != PROFILE_ALONE and not facts.posts and outcome.answer_class is not AnswerClass.OK:
                return _failure(outcome)  # none were told, which is not to say that there are none
            kept = KeptAccount(facts, bounds, outcome.answer_class is AnswerClass.OK)
            await self.recent.remember(kept, identity)
            return kept

        name = f"account:{identity.platform.value}:{identity.handle}:{bounds.max_posts}"
        kept, is_cached = await self._obtain(name, find, fetch)
        return Obtained(kept, is_cached, kept.facts.captured_at + age)

    async def resolve(self, link: ShortLink) -> PostName | ProfileName:
        """What a short link leads to. Raises InvalidInput naming `url`, or LookUpFailed."""

        async def find() -> PostName | None:
            return await recall_link(self.redis, link)

        async def fetch() -> PostName | ProfileName:
            return await resolve_link(self.chains, self.redis, link, "url", within=self.timeout)

        name: PostName | ProfileName
        name, _ = await self._obtain(f"short_link:{link.host}{link.path}", find, fetch)
        return name

    async def _obtain(
        self, name: str, find: Callable[[], Awaitable[Found | None]], fetch: Callable[[], Awaitable[Found | Failure]]
    ) -> tuple[Found, bool]:
        kept = await find()
        if kept is not None:
            return kept, True
        landed = await self.flights.join(Route(name, find, fetch))
        if isinstance(landed, Failure):
            raise _problem(landed)
        return landed, False


def list_look_ups(viewer: Viewer, sources: Sources) -> Mapping[Platform, Sequence[LookUp]]:
    """The platforms, and what can be looked up on each. Raises Forbidden."""
    viewer.require(Scope.READ)
    return sources.look_ups


def _switched_on(settings: Settings) -> Mapping[Platform, Sequence[LookUp]]:
    return {
        platform: [
            look_up for look_up in traits.look_ups if look_up is not LookUp.CONTACT_EMAIL or settings.lookup_emails
        ]
        for platform, traits in TRAITS.items()
        if getattr(settings, f"{platform.value}_enabled")
    }


def _failure(outcome: Fetched[Any]) -> Failure:
    return Failure(outcome.answer_class, outcome.reason)


def _problem(failure: Failure) -> LookUpFailed:
    said = SAYINGS.get(failure.answer_class, "None of the sources told of it")
    reason = f": {failure.reason}" if failure.reason else ""
    return LookUpFailed(f"{said}{reason}.", failure.answer_class)
