"""Chains of several scripted providers, for tests of what their answers come to together."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import (
    AccountIdentity,
    Call,
    Operation,
    Outcome,
    PostBounds,
    PostIdentity,
    PostOutcome,
    Visit,
)
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.registry import Entry, Registry
from app.settings import Settings
from tests.providers.answers import AMPLE, OVERRIDDEN

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST = PostIdentity(Platform.TIKTOK, "7")
ACCOUNT = AccountIdentity(Platform.INSTAGRAM, "someone", "70")
BOUNDS = PostBounds(30)
WHOLE = {"views": 100, "likes": 10}


@dataclass
class Asked:
    """A provider that answers as it is told, and keeps what it was asked."""

    name: str
    answers: list[Any]
    bounds: list[PostBounds] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        outcome: PostOutcome = await self._next(visit, PostBounds())
        return outcome

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        outcome: Outcome = await self._next(visit, bounds)
        return outcome

    async def _next(self, visit: Visit, bounds: PostBounds) -> Any:
        self.bounds.append(bounds)
        self.seconds.append(visit.seconds_left)
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.sleep(visit.seconds_left)
            answer = failed(AnswerClass.NETWORK_TIMEOUT)
        call = Call(self.name, "page", answer.answer_class, 200, None, 5, 1, 2)
        return replace(answer, calls=(call,), **({"provider": self.name} if isinstance(answer, PostOutcome) else {}))


def counts_of(counts: Mapping[str, int | Count]) -> dict[str, Count]:
    return {name: count if isinstance(count, Count) else Count(count) for name, count in counts.items()}


def post(counts: Mapping[str, int | Count], external_id: str = "7", **more: Any) -> PostFacts:
    said: dict[str, Any] = {"platform": Platform.TIKTOK, "kind": VideoKind.VIDEO, "external_id": external_id}
    views_kind = ViewsKind.PLAYS if "views" in counts else None
    return PostFacts(**({"views_kind": views_kind} | said | more), counts=counts_of(counts))


def shown(counts: Mapping[str, int | Count], missing: Iterable[str] = (), **more: Any) -> PostOutcome:
    """An answer with facts: PARTIAL where something is missing."""
    answer_class = AnswerClass.PARTIAL if missing else AnswerClass.OK
    reason = "Something is missing" if missing else None
    return PostOutcome(
        answer_class, post(counts, **more), (), None, reason, NOW, "?", "page", missing=frozenset(missing)
    )


def failed(answer_class: AnswerClass, signs: int = 1, retry_after: int | None = None) -> PostOutcome:
    return PostOutcome(answer_class, None, (), retry_after, f"It is {answer_class.value}", signs=signs)


def profile(
    counts: Mapping[str, int | Count],
    posts: Iterable[PostFacts] = (),
    *,
    missing: Iterable[str] = (),
    complete: bool = True,
    is_private: bool = False,
    **more: Any,
) -> Outcome:
    """An answer about ACCOUNT: PARTIAL where something is missing or its posts are not complete."""
    said: dict[str, Any] = {"platform": Platform.INSTAGRAM, "external_id": "70", "handle": "someone"} | more
    facts = ProfileFacts(**said, is_private=is_private, counts=counts_of(counts))
    is_partial = bool(missing) or not complete
    answer_class = AnswerClass.PRIVATE if is_private else AnswerClass.PARTIAL if is_partial else AnswerClass.OK
    reason = "Something is missing" if is_partial else None
    account = AccountFacts(facts, tuple(posts), NOW, "first", "page", complete)
    return Outcome(answer_class, account, (), None, reason, missing=frozenset(missing))


def refused(answer_class: AnswerClass, signs: int = 1) -> Outcome:
    return Outcome(answer_class, None, (), None, f"It is {answer_class.value}", signs=signs)


def reel(external_id: str, counts: Mapping[str, int | Count], **more: Any) -> PostFacts:
    return post(counts, external_id, platform=Platform.INSTAGRAM, **more)


def chains_of(registry: Registry) -> Chains:
    settings = Settings(upstream_base_template=OVERRIDDEN)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(500)))
    return Chains(settings, Upstream.of(client, settings), Pacing(None, is_on=False), registry)


def entries(platform: Platform, operation: Operation, providers: Iterable[Asked]) -> Any:
    return tuple(Entry(platform, operation, order, each, None) for order, each in enumerate(providers, 1))


async def ask_post(
    *answers: PostOutcome | None, identity: PostIdentity = POST, within: timedelta = AMPLE
) -> tuple[PostOutcome, list[Asked]]:
    """The outcome of asking providers "first", "second", ... and what they were asked."""
    providers = [Asked(name, [answer]) for name, answer in zip(["first", "second", "third"], answers, strict=False)]
    chain = entries(identity.platform, Operation.POST_STATS, providers)
    outcome = await chains_of(Registry({identity.platform: chain}, {})).fetch_post(identity, NOW, within=within)
    return outcome, [each for each in providers if each.bounds]


async def ask_account(
    profiles: Iterable[Asked], lists: Iterable[Asked], identity: AccountIdentity = ACCOUNT, bounds: PostBounds = BOUNDS
) -> Outcome:
    platform = identity.platform
    registry = Registry(
        {},
        {
            (platform, Operation.PROFILE): entries(platform, Operation.PROFILE, profiles),
            (platform, Operation.RECENT_VIDEOS): entries(platform, Operation.RECENT_VIDEOS, lists),
        },
    )
    return await chains_of(registry).fetch_account(identity, bounds, NOW, within=AMPLE)


def values(facts: PostFacts | ProfileFacts | None) -> dict[str, int]:
    assert facts is not None
    return {name: count.value for name, count in facts.counts.items()}
