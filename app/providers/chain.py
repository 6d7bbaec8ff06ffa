"""Chains: the providers of each platform in order; the first good answer wins."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Call, Outcome, PostBounds, Provider, Visit
from app.providers.failures import TREATMENTS, AnswerClass
from app.providers.http import Upstream
from app.providers.instagram.account import InstagramWeb
from app.providers.limits import Pacing
from app.providers.tiktok.account import TikTokWeb
from app.settings import Settings

PROVIDERS: Mapping[Platform, Sequence[Provider]] = {
    Platform.TIKTOK: (TikTokWeb(),),
    Platform.INSTAGRAM: (InstagramWeb(),),
}


class Chains:
    """Asks the platforms about accounts. Cheap to copy, safe to share between tasks of one event loop."""

    def __init__(self, settings: Settings, upstream: Upstream, pacing: Pacing) -> None:
        self._settings = settings
        self._upstream = upstream
        self._pacing = pacing

    def at(self, moment: datetime) -> "Chains":
        """The same chains asking as of another time, which only a local imitation of the platforms heeds."""
        return Chains(self._settings, self._upstream.at(moment), self._pacing)

    async def fetch_account(self, identity: AccountIdentity, bounds: PostBounds, now: datetime) -> Outcome:
        """What the platform shows of an account, captured at `now`: its profile, and its recent posts within bounds.

        Never raises for anything an upstream does. Facts are those of `identity` and nobody else; their handle differs
        from the one asked for when the account was renamed.
        """
        platform = identity.platform
        if not getattr(self._settings, f"{platform.value}_enabled"):
            name = f"CREATORGRAPH_{platform.value.upper()}_ENABLED"
            return Outcome(AnswerClass.UNSUPPORTED, reason=f"{platform.value} is switched off by {name}")
        calls: tuple[Call, ...] = ()
        best: Outcome | None = None
        for provider in PROVIDERS[platform]:
            visit = Visit(provider.name, self._upstream, self._pacing)
            outcome = await provider.fetch_account(visit, identity, bounds, now)
            calls += outcome.calls
            if best is None or (best.facts is None and outcome.facts is not None):
                best = outcome
            if not TREATMENTS[outcome.answer_class].asks_next_provider:
                break
        assert best is not None, "every platform has a provider"
        return Outcome(best.answer_class, best.facts, calls, best.retry_after_seconds, best.reason)
