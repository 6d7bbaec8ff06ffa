"""Chains: the providers of each platform in order; the first good answer wins."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from app.domain.platforms import Platform
from app.providers.base import (
    AccountIdentity,
    AccountProvider,
    Call,
    Outcome,
    PostBounds,
    PostIdentity,
    PostOutcome,
    PostProvider,
    Visit,
)
from app.providers.failures import TREATMENTS, AnswerClass
from app.providers.http import Upstream
from app.providers.instagram.account import InstagramWeb
from app.providers.instagram.post import InstagramPosts
from app.providers.limits import Pacing
from app.providers.tiktok.web import TikTokWeb
from app.settings import Settings

ACCOUNT_PROVIDERS: Mapping[Platform, Sequence[AccountProvider]] = {
    Platform.TIKTOK: (TikTokWeb(),),
    Platform.INSTAGRAM: (InstagramWeb(),),
}
POST_PROVIDERS: Mapping[Platform, Sequence[PostProvider]] = {
    Platform.TIKTOK: (TikTokWeb(),),
    Platform.INSTAGRAM: (InstagramPosts(),),
}

AnyOutcome = TypeVar("AnyOutcome", Outcome, PostOutcome)


class Chains:
    """Asks the platforms about accounts and posts. Cheap to copy, safe to share between tasks of one event loop."""

    def __init__(self, settings: Settings, upstream: Upstream, pacing: Pacing) -> None:
        self._settings = settings
        self._upstream = upstream
        self._pacing = pacing

    def at(self, moment: datetime) -> "Chains":
        """The same chains asking as of another time, which only a local imitation of the platforms heeds."""
        return Chains(self._settings, self._upstream.at(moment), self._pacing)

    async def fetch_account(
        self, identity: AccountIdentity, bounds: PostBounds, now: datetime, *, within: timedelta
    ) -> Outcome:
        """What the platform shows of an account, captured at `now`: its profile, and its recent posts within bounds.

        Never raises for anything an upstream does. Facts are those of `identity` and nobody else; their handle differs
        from the one asked for when the account was renamed. After `within` nothing more is asked: what was gathered by
        then is PARTIAL, and nothing is NETWORK_TIMEOUT.
        """
        refusal = self._switched_off(identity.platform)
        if refusal is not None:
            return Outcome(AnswerClass.UNSUPPORTED, reason=refusal)
        deadline = _deadline(within)
        return await _first_good(
            [
                partial(provider.fetch_account, self._visit(provider.name, deadline), identity, bounds, now)
                for provider in ACCOUNT_PROVIDERS[identity.platform]
            ]
        )

    async def fetch_post(self, identity: PostIdentity, now: datetime, *, within: timedelta) -> PostOutcome:
        """What the platform shows of one post, captured at `now`.

        Never raises for anything an upstream does. Facts are those of the post asked for; their author's handle may
        have changed. After `within` nothing more is asked, and the outcome is NETWORK_TIMEOUT.
        """
        refusal = self._switched_off(identity.platform)
        if refusal is not None:
            return PostOutcome(AnswerClass.UNSUPPORTED, reason=refusal)
        deadline = _deadline(within)
        return await _first_good(
            [
                partial(provider.fetch_post, self._visit(provider.name, deadline), identity, now)
                for provider in POST_PROVIDERS[identity.platform]
            ]
        )

    def _switched_off(self, platform: Platform) -> str | None:
        if getattr(self._settings, f"{platform.value}_enabled"):
            return None
        return f"{platform.value} is switched off by CREATORGRAPH_{platform.value.upper()}_ENABLED"

    def _visit(self, provider: str, deadline: float) -> Visit:
        return Visit(provider, self._upstream, self._pacing, deadline)


def _deadline(within: timedelta) -> float:
    return asyncio.get_running_loop().time() + within.total_seconds()


async def _first_good(fetches: Sequence[Callable[[], Awaitable[AnyOutcome]]]) -> AnyOutcome:
    """The outcome of the first fetch that has facts, else of the first, with the calls of all that were tried."""
    calls: tuple[Call, ...] = ()
    best: AnyOutcome | None = None
    for fetch in fetches:
        outcome = await fetch()
        calls += outcome.calls
        if best is None or (best.facts is None and outcome.facts is not None):
            best = outcome
        if not TREATMENTS[outcome.answer_class].asks_next_provider:
            break
    assert best is not None, "there is a provider to ask"
    return replace(best, calls=calls)
