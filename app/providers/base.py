"""What a provider is: who is asked for, within which bounds, what it finds, and a record of what it did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from app.domain.facts import AccountFacts, PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply, Upstream
from app.providers.limits import Lane, Pacing


@dataclass(frozen=True, slots=True)
class PostBounds:
    """Which posts are wanted: the newest `max_posts`, published at `published_after` or later; None is unbounded."""

    max_posts: int | None = None
    published_after: datetime | None = None
    most_empty_weeks: int = 3
    """Weeks without a post, in a row, that a list looking back week by week is followed through: a request each."""


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """The account to ask for: its handle as last known, and its stable ids once they have been learnt."""

    platform: Platform
    handle: str
    external_id: str | None = None
    secondary_id: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What ran on one route of a provider: its last answer, and the requests and time it took in all."""

    provider: str
    route: str
    answer_class: AnswerClass
    http_status: int | None
    upstream_code: str | None
    elapsed_ms: int
    requests: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fetch of an account came to.

    OK and PARTIAL carry facts, PRIVATE may (the profile alone, whose counts are valid); no other class does.
    """

    answer_class: AnswerClass
    facts: AccountFacts | None = None
    calls: tuple[Call, ...] = ()
    retry_after_seconds: int | None = None
    reason: str | None = None
    """One readable line; None where all went well."""


class Provider(Protocol):
    """One upstream source of facts."""

    @property
    def name(self) -> str:
        """How it is called in runs and observations."""
        ...

    async def fetch_account(
        self, visit: "Visit", identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The account's profile and recent posts as of `now`; never raises for anything the upstream does."""
        ...


class Visit:
    """One fetch by one provider: sends its requests in their pace and writes down what ran."""

    def __init__(self, provider: str, upstream: Upstream, pacing: Pacing) -> None:
        self._provider = provider
        self._upstream = upstream
        self._pacing = pacing
        self._calls: dict[str, Call] = {}
        self.retry_after_seconds: int | None = None
        """The longest wait any answer asked for."""

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self._calls.values())

    async def get(
        self,
        route: str,
        lane: Lane,
        host: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One paced GET on a route; see `Upstream.get`. RATE_LIMITED without a status where our own pace forbids it."""
        wait = await self._pacing.wait_turn(lane)
        if wait:
            reason = f"Our own pace for {host} leaves no turn for {wait:.0f} s"
            reply = Reply(AnswerClass.RATE_LIMITED, reason, retry_after_seconds=int(wait) + 1)
        else:
            reply = await self._upstream.get(host, path, params=params, headers=headers)
        if reply.retry_after_seconds is not None:
            self.retry_after_seconds = max(reply.retry_after_seconds, self.retry_after_seconds or 0)
        before = self._calls.get(route)
        self._calls[route] = Call(
            self._provider,
            route,
            reply.answer_class,
            reply.status,
            None,
            reply.elapsed_ms + (before.elapsed_ms if before else 0),
            (0 if wait else 1) + (before.requests if before else 0),
        )
        return reply

    async def settle(self, route: str, lane: Lane, reply: Reply, refusal: Refusal | None) -> None:
        """Writes down what the last answer of a route amounted to once it was read, and rests the lane if told to."""
        call = self._calls[route]
        if refusal is None:
            self._calls[route] = replace(call, answer_class=AnswerClass.OK)
            return
        self._calls[route] = replace(call, answer_class=refusal.answer_class, upstream_code=refusal.upstream_code)
        if refusal.answer_class is AnswerClass.RATE_LIMITED and reply.status is not None:
            await self._pacing.rest(lane, reply.retry_after_seconds)

    def refused(self, refusal: Refusal) -> Outcome:
        """The outcome of a fetch that found nothing."""
        return Outcome(refusal.answer_class, None, self.calls, self.retry_after_seconds, refusal.reason)

    def found(
        self,
        route: str,
        profile: ProfileFacts,
        posts: Iterable[PostFacts],
        now: datetime,
        *,
        expected: frozenset[str],
        posts_complete: bool,
        shortfall: str | None = None,
    ) -> Outcome:
        """The outcome of a fetch with facts: PARTIAL for a `shortfall`, or when an `expected` counter is unknown."""
        facts = AccountFacts(profile, tuple(posts), now, self._provider, route, posts_complete)
        if profile.is_private:
            return Outcome(AnswerClass.PRIVATE, facts, self.calls, None, "The account is private")
        missing = sorted(expected - profile.counts.keys())
        if shortfall is None and missing:
            shortfall = f"The profile does not say: {', '.join(missing)}"
        if shortfall is None:
            return Outcome(AnswerClass.OK, facts, self.calls)
        return Outcome(AnswerClass.PARTIAL, facts, self.calls, self.retry_after_seconds, shortfall)


def within_bounds(posts: Iterable[PostFacts], bounds: PostBounds) -> list[PostFacts]:
    """The posts inside the bounds, newest first, each once; those of unknown age are kept and come last."""
    unique = {post.external_id: post for post in posts}
    recent = [
        post
        for post in unique.values()
        if bounds.published_after is None or post.published_at is None or post.published_at >= bounds.published_after
    ]
    recent.sort(key=lambda post: post.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    return recent if bounds.max_posts is None else recent[: bounds.max_posts]
