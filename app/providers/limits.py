"""Pacing: whether and when the next request may be sent, agreed between all workers through Valkey."""

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import SystemRandom

import msgspec
from redis.asyncio import Redis

from app.providers.breakers import Breaker
from app.providers.caps import PACIFIC, DailyCap, Spent, correct, milliseconds_to_reset, read_caps, spend
from app.providers.failures import AnswerClass
from app.providers.shared import SharedState, SharedStates
from app.settings import PREFIX, REAL_HOSTS_TEMPLATE, Settings, SettingsError

log = logging.getLogger(__name__)
chance = SystemRandom()

OUT_OF_TIME = "The time for this fetch ran out"


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that share one upstream's patience, whichever provider sends them.

    At most `concurrency` run at a time and they start at least `spacing_seconds` apart. `rest_seconds` is how long
    nobody asks again after the upstream told us to slow down.
    """

    name: str
    spacing_seconds: float
    rest_seconds: float
    concurrency: int = 1
    daily: DailyCap = field(default=DailyCap(10_000))
    host: str | None = None
    """Whose requests several lanes share: a wait that one of them is asked for holds for all of these."""


TIKTOK_PAGES = Lane("tiktok.pages", 1.5, 60, 2, DailyCap(40_000), "www.tiktok.com")
TIKTOK_LISTS = Lane("tiktok.lists", 2.0, 60, 1, DailyCap(40_000), "www.tiktok.com")
INSTAGRAM = Lane("instagram", 12.0, 900, 1, DailyCap(6_000))
GRAPH = Lane("graph", 0.0, 300, 4, DailyCap(50_000))
UNITS = DailyCap(10_000, in_units=True, zone=PACIFIC)
YOUTUBE_API = Lane("youtube.api", 0.0, 60, 4, UNITS, "www.googleapis.com")
YOUTUBE_STATS = Lane("youtube.stats", 0.0, 60, 4, UNITS, "www.googleapis.com")
"""`videos:batchGetStats`, whose quota is its own."""
YOUTUBE_PAGES = Lane("youtube.pages", 3.0, 300)
X_GUEST = Lane("x.guest", 3.0, 300)
X_SYNDICATION = Lane("x.syndication", 3.0, 300)
FACEBOOK = Lane("facebook", 5.0, 300)
LINKEDIN = Lane("linkedin", 5.0, 300)
SCRAPECREATORS = Lane("scrapecreators", 0.0, 60, 8, DailyCap(2_000, in_units=True))
LANES = (
    TIKTOK_PAGES,
    TIKTOK_LISTS,
    INSTAGRAM,
    GRAPH,
    YOUTUBE_API,
    YOUTUBE_STATS,
    YOUTUBE_PAGES,
    X_GUEST,
    X_SYNDICATION,
    FACEBOOK,
    LINKEDIN,
    SCRAPECREATORS,
)

LONGEST_JITTER = 0.5
"""The share of the spacing that chance may add to it."""
LONGEST_WAIT_SECONDS = 60.0
"""Beyond this a request is refused rather than held: whoever waits also holds a lease."""
LOOK_AGAIN_SECONDS = 0.1
"""How often a request whose turn has come looks whether one that still runs has ended."""
ON_ITS_WAY_MILLISECONDS = 1_000
"""A request has reached its upstream when it is over, or that long after its start: from then on the next is spaced."""
GRACE_SECONDS = 5.0
"""How much longer than it may take a request is believed to run, should its worker have died."""
FOLLOW_SECONDS = 1.0
KEY_PREFIX = "lane:"


class LaneState(SharedState, frozen=True, omit_defaults=True):
    """What all workers know of a lane; instants are in milliseconds."""

    next_turn: int = 0
    """The next start that is not spoken for."""
    last_start: int = 0
    """When a request last started, or can at the latest have reached the upstream."""
    busy: dict[str, int] = msgspec.field(default_factory=dict)
    """Requests that run, by token, and until when they are believed to."""
    quiet_until: int = 0
    """Until when an answer, whatever else it said, has asked not to be asked again."""
    breaker: Breaker = Breaker()
    spent: Spent = Spent()

    def joined(self, other: "LaneState") -> "LaneState":
        """The later of every instant, the breaker that holds longer, and the greater sum of the later day."""
        return LaneState(
            self.origin,
            max(self.next_turn, other.next_turn),
            max(self.last_start, other.last_start),
            {**self.busy, **other.busy},
            max(self.quiet_until, other.quiet_until),
            max(self.breaker, other.breaker, key=lambda breaker: (breaker.trips > 0, breaker.open_until)),
            max(self.spent, other.spent, key=lambda spent: (spent.day, spent.amount)),
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A request that is not sent: what that amounts to, why, and after how long it might be."""

    answer_class: AnswerClass
    reason: str
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A request that may be sent, but not before so many milliseconds have passed."""

    milliseconds: int


Step = tuple[LaneState, Held | Wait | None]


class Pacing:
    """Keeps requests of all processes apart, lane by lane, and from an upstream that refuses us, or is used up.

    Without Valkey (None, or while it is away) the requests of this process alone are kept apart. Where the base URL of
    the hosts is overridden nothing is (`is_on` is False) unless `is_guarded`: then breakers and daily caps hold, and
    requests start as they come. `caps` are daily caps by lane that take the place of its own.
    """

    def __init__(
        self,
        redis: "Redis | None",
        *,
        is_on: bool = True,
        is_guarded: bool | None = None,
        caps: Mapping[str, int] | None = None,
        jitter: Callable[[], float] = chance.random,
    ) -> None:
        self._states = SharedStates(redis, KEY_PREFIX, LaneState)
        self._is_on = is_on
        self._is_guarded = is_on if is_guarded is None else is_guarded
        self._caps = caps or {}
        self._jitter = jitter

    async def enter(
        self, lane: Lane, until: float = math.inf, *, cost: int = 0, lasting_seconds: float = LONGEST_WAIT_SECONDS
    ) -> str | Held:
        """Waits for a request's turn: the token to `leave` with, or at once why it is not worth waiting for.

        It is not when an upstream rests or its day is used up, when the turn is further away than LONGEST_WAIT_SECONDS,
        or when it lies past the loop time `until`. `cost` is what the request is expected to be charged, and
        `lasting_seconds` the longest it can take.
        """
        token = secrets.token_hex(8)
        if not self._is_on and not self._is_guarded:
            return token
        now = asyncio.get_running_loop().time
        ends = min(until, now() + LONGEST_WAIT_SECONDS)
        reserved = await self._states.change(lane.name, partial(self._reserve, lane, cost, ends - now()))
        if isinstance(reserved, Held):
            return reserved
        await asyncio.sleep(reserved.milliseconds / 1000)
        while True:
            start = partial(self._start, lane, token, cost, lasting_seconds)
            started = await self._states.change(lane.name, start)
            if started is None:
                return token
            if isinstance(started, Held):
                return started
            if now() + started.milliseconds / 1000 > ends:
                return _too_late(lane, started.milliseconds, ends < until)
            await asyncio.sleep(started.milliseconds / 1000)

    async def leave(self, lane: Lane, token: str, quiet_seconds: int = 0) -> None:
        """Says that a request is over, and for how long its answer asks everybody to wait, on all lanes of its host."""
        if self._is_on or (self._is_guarded and quiet_seconds):
            await self._states.change(lane.name, partial(_leave, token, quiet_seconds))
        if self._is_guarded and quiet_seconds and lane.host is not None:
            for other in LANES:
                if other.host == lane.host and other is not lane:
                    await self._states.change(other.name, partial(_leave, token, quiet_seconds))

    async def told(
        self, lane: Lane, answer_class: AnswerClass, thing: str, retry_after_seconds: int | None = None
    ) -> None:
        """Says what an upstream's answer about a thing came to; from then on all workers heed it."""
        if not self._is_guarded:
            return
        cap = self._cap(lane)

        def step(state: LaneState, now: int) -> tuple[LaneState, tuple[Breaker, Breaker]]:
            breaker = state.breaker.told(
                answer_class,
                thing,
                now,
                rest=round(lane.rest_seconds * 1000),
                to_reset=milliseconds_to_reset(cap, now),
                retry_after=(retry_after_seconds or 0) * 1000,
            )
            return msgspec.structs.replace(state, breaker=breaker), (state.breaker, breaker)

        before, after = await self._states.change(lane.name, step)
        if after.trips > before.trips:
            log.error("%s is left alone for a while: %s", lane.name, answer_class.value)
        elif before.trips and not after.trips:
            log.warning("%s answers again", lane.name)

    async def charge(self, lane: Lane, extra_cost: int) -> None:
        """Says what an upstream charged beyond the cost a request was entered with; negative when it was less."""
        if self._is_guarded and extra_cost:
            cap = self._cap(lane)
            await self._states.change(
                lane.name,
                lambda state, now: (
                    msgspec.structs.replace(state, spent=correct(state.spent, cap, extra_cost, now)),
                    None,
                ),
            )

    async def hold(self, lane: Lane, seconds: float) -> None:
        """Holds the lane for all workers for that long; a longer hold that is on already stays."""
        if self._is_on:
            await self._states.change(
                lane.name,
                lambda state, now: (
                    msgspec.structs.replace(state, next_turn=max(state.next_turn, now + round(seconds * 1000))),
                    None,
                ),
            )

    async def follow(self) -> None:
        """Looks at all lanes every second until it is cancelled; see `look`."""
        while self._is_guarded:
            await self.look()
            await asyncio.sleep(FOLLOW_SECONDS)

    async def look(self) -> None:
        """Looks at all lanes once, and gives back to Valkey what it has forgotten of them.

        So nobody asks an upstream that only others were refused by, when those are idle or gone.
        """
        for lane in LANES:
            await self.state(lane)

    async def state(self, lane: Lane) -> LaneState:
        """What is known of the lane now."""
        return await self._states.change(lane.name, lambda state, now: (state, state))

    def _cap(self, lane: Lane) -> DailyCap:
        most = self._caps.get(lane.name)
        return lane.daily if most is None else DailyCap(most, lane.daily.in_units, lane.daily.zone)

    def _refusal(self, lane: Lane, cost: int, state: LaneState, now: int) -> Held | None:
        """Why the upstream is not to be asked at all."""
        if not self._is_guarded:
            return None
        breaker, cap = state.breaker, self._cap(lane)
        held, quiet = breaker.holds_back(now), state.quiet_until - now
        if held and breaker.answer_class is not None:
            wait = _seconds(max(held, quiet))
            return Held(
                breaker.answer_class, f"{lane.name} is left alone for {wait} s: {breaker.answer_class.value}", wait
            )
        if quiet > 0:
            reason = f"{lane.name} is left alone for {_seconds(quiet)} s, as it asks"
            return Held(AnswerClass.RATE_LIMITED, reason, _seconds(quiet))
        if spend(state.spent, cap, 1, cost, now) is None:
            what = "units" if cap.in_units else "requests"
            reason = f"{lane.name} has had the {cap.most} {what} it may have in a day"
            return Held(AnswerClass.QUOTA_EXHAUSTED, reason, _seconds(milliseconds_to_reset(cap, now)))
        return None

    def _reserve(
        self, lane: Lane, cost: int, longest_seconds: float, state: LaneState, now: int
    ) -> tuple[LaneState, Held | Wait]:
        """Takes the next free turn, unless it is not worth waiting for."""
        refusal = self._refusal(lane, cost, state, now)
        if refusal is not None:
            return state, refusal
        if not self._is_on:
            return state, Wait(0)
        start = max(now, state.next_turn)
        if start - now > longest_seconds * 1000:
            return state, _too_late(lane, start - now, start - now > LONGEST_WAIT_SECONDS * 1000)
        spacing = lane.spacing_seconds * (1 + LONGEST_JITTER * self._jitter())
        return msgspec.structs.replace(state, next_turn=start + math.ceil(spacing * 1000)), Wait(start - now)

    def _start(self, lane: Lane, token: str, cost: int, lasting_seconds: float, state: LaneState, now: int) -> Step:
        """Starts a request whose turn has come, unless others still run or something has happened meanwhile."""
        refusal = self._refusal(lane, cost, state, now)
        if refusal is not None:
            return state, refusal
        lasting = round((lasting_seconds + GRACE_SECONDS) * 1000)
        busy = {other: until for other, until in state.busy.items() if until > now}
        if self._is_on:
            if len(busy) >= lane.concurrency:
                return state, Wait(round(LOOK_AGAIN_SECONDS * 1000))
            too_soon = state.last_start + math.ceil(lane.spacing_seconds * 1000) - now
            if too_soon > 0:
                return state, Wait(too_soon)
            busy[token] = now + lasting
        spent = spend(state.spent, self._cap(lane), 1, cost, now) if self._is_guarded else state.spent
        breaker = state.breaker.admit(now, lasting)
        return msgspec.structs.replace(
            state, last_start=now, busy=busy, breaker=breaker, spent=spent or state.spent
        ), None


def open_pacing(redis: Redis, settings: Settings) -> Pacing:
    """The pacing of a process, as its settings say. Raises SettingsError for a cap of an unknown upstream."""
    caps = read_caps(settings.daily_caps or "")
    for name in caps.keys() - {lane.name for lane in LANES}:
        known = ", ".join(lane.name for lane in LANES)
        raise SettingsError(f"{PREFIX}DAILY_CAPS names {name!r}, which is none of the upstreams: {known}")
    is_on = settings.upstream_base_template == REAL_HOSTS_TEMPLATE or settings.limits_on_overridden_hosts
    return Pacing(redis, is_on=is_on, caps=caps)


def _leave(token: str, quiet_seconds: int, state: LaneState, now: int) -> tuple[LaneState, None]:
    busy = {other: until for other, until in state.busy.items() if other != token}
    quiet_until = max(state.quiet_until, now + quiet_seconds * 1000) if quiet_seconds else state.quiet_until
    arrived = max(state.last_start, min(now, state.last_start + ON_ITS_WAY_MILLISECONDS))
    return msgspec.structs.replace(state, last_start=arrived, busy=busy, quiet_until=quiet_until), None


def _too_late(lane: Lane, milliseconds: int, is_beyond_all: bool) -> Held:
    if not is_beyond_all:
        return Held(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)
    seconds = _seconds(milliseconds)
    return Held(AnswerClass.RATE_LIMITED, f"Our own pace for {lane.name} leaves no turn for {seconds} s", seconds)


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)
