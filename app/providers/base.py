"""What a provider is: who is asked for, within which bounds, what it finds, and a record of what it did."""

import asyncio
import math
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Generic, Literal, Protocol, TypeVar

from app.domain.facts import AccountFacts, PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply, Upstream
from app.providers.limits import OUT_OF_TIME as OUT_OF_TIME
from app.providers.limits import Held, Lane, Pacing

SHORTEST_REQUEST_SECONDS = 0.02
"""With less than this left the time is over: no platform answers sooner, and timers are no finer."""


class Operation(StrEnum):
    """What a chain is asked for."""

    POST_STATS = "post_stats"
    PROFILE = "profile"
    RECENT_VIDEOS = "recent_videos"


@dataclass(frozen=True, slots=True)
class PostBounds:
    """Which posts are wanted: the newest `max_posts`, published at `published_after` or later; None is unbounded."""

    max_posts: int | None = None
    published_after: datetime | None = None
    most_empty_weeks: int = 3
    """Weeks without a post, in a row, that a list looking back week by week is followed through: a request each."""
    posts_alone: bool = False
    """Whether the profile is known already: then a provider that can tells of the posts without asking for it."""


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """The account to ask for: its handle as last known, and its stable ids once they have been learnt."""

    platform: Platform
    handle: str
    external_id: str | None = None
    secondary_id: str | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    """Its counters as last recorded, by which a fall is seen; unknown ones are absent."""
    known_posts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The same of its posts, by the platform's own ids of them."""

    @property
    def profile(self) -> ProfileFacts:
        """Who it is, as facts that say nothing more of it."""
        return ProfileFacts(self.platform, self.external_id, self.handle, self.secondary_id)


@dataclass(frozen=True, slots=True)
class PostIdentity:
    """The post to ask for: the platform's own id of it, and its author's handle where that is known."""

    platform: Platform
    external_id: str
    author_handle: str | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    """Its counters as last recorded, by which a fall is seen; unknown ones are absent."""


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
    cost: int = 0
    """Credits or units of quota that the upstream charged for them."""


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
    missing: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Expected counters that stayed unknown, where facts came without them."""
    signs: int = field(default=1, kw_only=True)
    """Of NOT_FOUND: how many independent signs agree on it. A chain believes it from two on."""


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
    `thing` tells what it asks about from whatever else is asked.
    """

    def __init__(self, provider: str, upstream: Upstream, pacing: Pacing, deadline: float, thing: str = "") -> None:
        self._provider = provider
        self._thing = thing
        self._upstream = upstream
        self._pacing = pacing
        self._deadline = deadline
        self._calls: dict[str, Call] = {}
        self._costs: dict[str, int] = {}
        """What the last request of each route cost, as far as is known."""
        self.retry_after_seconds: int | None = None
        """The longest wait any answer asked for."""

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self._calls.values())

    def address_of(self, location: str, asked: str) -> str:
        """Where a Location points to; see `Upstream.address_of`."""
        return self._upstream.address_of(location, asked)

    async def get(
        self,
        route: str,
        lane: Lane,
        host: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        cost: int = 0,
        within_seconds: float = math.inf,
    ) -> Reply:
        """One paced GET on a route; see `Upstream.get`. `cost` is what the upstream is expected to charge for it.

        It is not sent, and its reply says why, where our own pace forbids it (RATE_LIMITED), the upstream rests or has
        had what it may in a day (the class that says so), or the time of the visit is over or would be before its turn
        (NETWORK_TIMEOUT).
        """
        send = partial(self._upstream.get, host, path, params=params, headers=headers)
        return await self._ask(route, lane, host, send, cost, within_seconds)

    async def post(
        self,
        route: str,
        lane: Lane,
        host: str,
        path: str,
        *,
        form: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        cost: int = 0,
    ) -> Reply:
        """One paced POST of a form on a route; see `Upstream.post`. Held back as `get` is."""
        send = partial(self._upstream.post, host, path, form=form, headers=headers)
        return await self._ask(route, lane, host, send, cost)

    async def send(
        self,
        route: str,
        lane: Lane,
        host: str,
        path: str,
        *,
        method: Literal["GET", "POST"] = "GET",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        cost: int = 0,
    ) -> Reply:
        """One paced request that a library has built, on a route; see `Upstream.send`. Held back as `get` is."""
        send = partial(self._upstream.send, method, host, path, content=content, headers=headers)
        return await self._ask(route, lane, host, send, cost)

    async def _ask(
        self, route: str, lane: Lane, host: str, send: Sender, cost: int, most_seconds: float = math.inf
    ) -> Reply:
        """Sends in its turn, and writes down what came of it."""
        reply = await self._sent(lane, host, send, cost, most_seconds)
        if reply.retry_after_seconds is not None:
            self.retry_after_seconds = max(reply.retry_after_seconds, self.retry_after_seconds or 0)
        self._costs[route] = cost if reply.is_sent else 0
        before = self._calls.get(route)
        self._calls[route] = Call(
            self._provider,
            route,
            reply.answer_class,
            reply.status,
            None,
            reply.elapsed_ms + (before.elapsed_ms if before else 0),
            (1 if reply.is_sent else 0) + (before.requests if before else 0),
            self._costs[route] + (before.cost if before else 0),
        )
        return reply

    async def _sent(self, lane: Lane, host: str, send: Sender, cost: int, most_seconds: float) -> Reply:
        """What comes back of a request once its turn has come, or why it is not sent."""
        if self._is_over:
            return Reply(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME, is_sent=False)
        lasting_seconds = min(self._upstream.longest_seconds(host), self.seconds_left, most_seconds)
        turn = await self._pacing.enter(lane, self._deadline, cost=cost, lasting_seconds=lasting_seconds)
        if isinstance(turn, Held):
            return Reply(turn.answer_class, turn.reason, retry_after_seconds=turn.retry_after_seconds, is_sent=False)
        quiet_seconds = 0
        try:
            if self._is_over:
                return Reply(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME, is_sent=False)
            reply = await send(within_seconds=min(self.seconds_left, most_seconds))
            quiet_seconds = reply.retry_after_seconds or 0
        finally:
            # In one step: nobody may take the place of a request whose answer asks for a wait.
            await self._pacing.leave(lane, turn, quiet_seconds)
        is_ours = reply.answer_class is AnswerClass.NETWORK_TIMEOUT and self._is_over
        return replace(reply, reason=OUT_OF_TIME) if is_ours else reply

    @property
    def seconds_left(self) -> float:
        """How much of the time of the visit is left; negative once it is over."""
        return self._deadline - asyncio.get_running_loop().time()

    @property
    def _is_over(self) -> bool:
        return self.seconds_left < SHORTEST_REQUEST_SECONDS

    async def settle(
        self, route: str, lane: Lane, reply: Reply, refusal: Refusal | None, cost: int | None = None
    ) -> None:
        """Writes down what the last answer of a route amounted to once it was read; all who use the lane heed it.

        `cost` is what the upstream charged for that answer, where it says so: what the request was sent with if not.
        """
        call, answer_class = self._calls[route], AnswerClass.OK
        if refusal is not None:
            answer_class = refusal.answer_class
            call = replace(call, upstream_code=refusal.upstream_code)
        extra_cost = 0 if cost is None else cost - self._costs[route]
        self._costs[route] += extra_cost
        self._calls[route] = replace(call, answer_class=answer_class, cost=call.cost + extra_cost)
        if reply.is_sent:
            await self._pacing.charge(lane, extra_cost)
            await self._pacing.told(lane, answer_class, self._thing, reply.retry_after_seconds)

    async def hold(self, lane: Lane, seconds: float) -> None:
        """Keeps everybody off a lane for a while, after its upstream said how near we are to its limit."""
        await self._pacing.hold(lane, seconds)

    def refused(self, refusal: Refusal, signs: int = 1) -> Outcome:
        """The outcome of a fetch of an account that found nothing; see `Fetched.signs`."""
        return Outcome(refusal.answer_class, None, self.calls, self.retry_after_seconds, refusal.reason, signs=signs)

    def refused_post(self, refusal: Refusal, signs: int = 1) -> PostOutcome:
        """The outcome of a fetch of a post that found nothing; see `Fetched.signs`."""
        return PostOutcome(
            refusal.answer_class, None, self.calls, self.retry_after_seconds, refusal.reason, signs=signs
        )

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
        missing = expected - profile.counts.keys()
        shortfall = shortfall or _unsaid("profile", missing)
        if shortfall is None:
            return Outcome(AnswerClass.OK, facts, self.calls)
        return Outcome(AnswerClass.PARTIAL, facts, self.calls, self.retry_after_seconds, shortfall, missing=missing)

    def found_post(self, route: str, post: PostFacts, now: datetime, *, expected: frozenset[str]) -> PostOutcome:
        """The outcome of a fetch of a post with facts: PARTIAL when an `expected` counter is unknown and not hidden."""
        missing = expected - post.hidden - post.counts.keys()
        unsaid = _unsaid("post", missing)
        answer_class = AnswerClass.OK if unsaid is None else AnswerClass.PARTIAL
        retry_after_seconds = None if unsaid is None else self.retry_after_seconds
        return PostOutcome(
            answer_class,
            post,
            self.calls,
            retry_after_seconds,
            unsaid,
            now,
            missing=missing,
            provider=self._provider,
            route=route,
        )


def _unsaid(what: str, missing: frozenset[str]) -> str | None:
    return f"The {what} does not say: {', '.join(sorted(missing))}" if missing else None


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
