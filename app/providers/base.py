"""What a provider is: who is asked for, within which bounds, what it finds, and a record of what it did."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, Protocol, TypeVar

from app.domain.facts import AccountFacts, Counts, PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply, Upstream
from app.providers.limits import LONGEST_WAIT_SECONDS, Lane, Pacing

OUT_OF_TIME = "The time for this fetch ran out"
SHORTEST_REQUEST_SECONDS = 0.02
"""With less than this left the time is over: no platform answers sooner, and timers are no finer."""


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
class PostIdentity:
    """The post to ask for: the platform's own id of it, and its author's handle where that is known."""

    platform: Platform
    external_id: str
    author_handle: str | None = None


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


Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Facts]):
    """What one fetch came to. OK and PARTIAL carry facts."""

    answer_class: AnswerClass
    facts: Facts | None = None
    calls: tuple[Call, ...] = ()
    retry_after_seconds: int | None = None
    reason: str | None = None
    """One readable line; None where all went well."""


@dataclass(frozen=True, slots=True)
class Outcome(Fetched[AccountFacts]):
    """What one fetch of an account came to; PRIVATE may carry facts too: the profile alone, whose counts are valid."""


@dataclass(frozen=True, slots=True)
class PostOutcome(Fetched[PostFacts]):
    """What one fetch of a post came to; when and from where its facts are is None where there are none."""

    captured_at: datetime | None = None
    provider: str | None = None
    route: str | None = None


class Provider(Protocol):
    """One upstream source of facts."""

    @property
    def name(self) -> str:
        """How it is called in runs and observations."""
        ...


class AccountProvider(Provider, Protocol):
    """One that tells of accounts."""

    async def fetch_account(
        self, visit: "Visit", identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The account's profile and recent posts as of `now`; never raises for anything the upstream does."""
        ...


class PostProvider(Provider, Protocol):
    """One that tells of single posts."""

    async def fetch_post(self, visit: "Visit", identity: PostIdentity, now: datetime) -> PostOutcome:
        """The post as of `now`; never raises for anything the upstream does."""
        ...


class Sender(Protocol):
    """A request that only waits to be told how long it may take."""

    def __call__(self, *, within_seconds: float) -> Awaitable[Reply]: ...


class Visit:
    """One fetch by one provider: sends its requests in their pace and time, and writes down what ran.

    `deadline` is the loop time at which it is over. Nothing is sent, waited for or listened to any longer then.
    """

    def __init__(self, provider: str, upstream: Upstream, pacing: Pacing, deadline: float) -> None:
        self._provider = provider
        self._upstream = upstream
        self._pacing = pacing
        self._deadline = deadline
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
        """One paced GET on a route; see `Upstream.get`.

        Without a status: RATE_LIMITED where our own pace forbids it, NETWORK_TIMEOUT where the time of the visit is
        over or would be before its turn.
        """
        send = partial(self._upstream.get, host, path, params=params, headers=headers)
        return await self._ask(route, lane, host, send)

    async def post(
        self,
        route: str,
        lane: Lane,
        host: str,
        path: str,
        *,
        form: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One paced POST of a form on a route; see `Upstream.post`. Held back as `get` is."""
        send = partial(self._upstream.post, host, path, form=form, headers=headers)
        return await self._ask(route, lane, host, send)

    async def _ask(self, route: str, lane: Lane, host: str, send: Sender) -> Reply:
        """Sends in its turn, and writes down what came of it."""
        held_back = await self._wait_turn(lane, host)
        if held_back is not None:
            reply = held_back
        else:
            reply = await send(within_seconds=self._seconds_left)
            if reply.answer_class is AnswerClass.NETWORK_TIMEOUT and self._is_over:
                reply = replace(reply, reason=OUT_OF_TIME)
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
            (1 if held_back is None else 0) + (before.requests if before else 0),
        )
        return reply

    async def _wait_turn(self, lane: Lane, host: str) -> Reply | None:
        """Waits until a request may be sent; at once why none may be, where there is no point in waiting."""
        if not self._is_over:
            wait = await self._pacing.wait_turn(lane, self._deadline)
            if wait > LONGEST_WAIT_SECONDS:
                reason = f"Our own pace for {host} leaves no turn for {wait:.0f} s"
                return Reply(AnswerClass.RATE_LIMITED, reason, retry_after_seconds=int(wait) + 1)
            if not wait and not self._is_over:
                return None
        return Reply(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)

    @property
    def _seconds_left(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()

    @property
    def _is_over(self) -> bool:
        return self._seconds_left < SHORTEST_REQUEST_SECONDS

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
        """The outcome of a fetch of an account that found nothing."""
        return Outcome(refusal.answer_class, None, self.calls, self.retry_after_seconds, refusal.reason)

    def refused_post(self, refusal: Refusal) -> PostOutcome:
        """The outcome of a fetch of a post that found nothing."""
        return PostOutcome(refusal.answer_class, None, self.calls, self.retry_after_seconds, refusal.reason)

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
        """The outcome of a fetch of an account with facts.

        PARTIAL for a `shortfall`, or when an `expected` counter is unknown.
        """
        facts = AccountFacts(profile, tuple(posts), now, self._provider, route, posts_complete)
        if profile.is_private:
            return Outcome(AnswerClass.PRIVATE, facts, self.calls, None, "The account is private")
        shortfall = shortfall or _unsaid("profile", expected, profile.counts)
        if shortfall is None:
            return Outcome(AnswerClass.OK, facts, self.calls)
        return Outcome(AnswerClass.PARTIAL, facts, self.calls, self.retry_after_seconds, shortfall)

    def found_post(self, route: str, post: PostFacts, now: datetime, *, expected: frozenset[str]) -> PostOutcome:
        """The outcome of a fetch of a post with facts: PARTIAL when an `expected` counter is unknown and not hidden."""
        unsaid = _unsaid("post", expected - post.hidden, post.counts)
        answer_class = AnswerClass.OK if unsaid is None else AnswerClass.PARTIAL
        retry_after_seconds = None if unsaid is None else self.retry_after_seconds
        return PostOutcome(
            answer_class, post, self.calls, retry_after_seconds, unsaid, now, provider=self._provider, route=route
        )


def _unsaid(what: str, expected: frozenset[str], counts: Counts) -> str | None:
    missing = sorted(expected - counts.keys())
    return f"The {what} does not say: {', '.join(missing)}" if missing else None


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
