"""Chains: the providers of each platform in order; the first good answer wins, and others fill in, vote or doubt."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.links import PostName, ProfileName, ShortLink
from app.domain.platforms import Platform
from app.providers.base import (
    AccountIdentity,
    AccountProvider,
    Fetched,
    Operation,
    Outcome,
    PostBounds,
    PostIdentity,
    PostOutcome,
    Provider,
    Visit,
)
from app.providers.failures import AnswerClass, Refusal
from app.providers.gathering import AccountGathering, Gathering, PostGathering
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.registry import (
    SCRAPECREATORS,
    AnyProvider,
    Entry,
    Registry,
    build_registry,
    is_switched_off,
    switched_off,
)
from app.providers.short_links import PROVIDER, resolve_short_link
from app.settings import Settings

SHARE_OF_TIME = 0.7
"""Part of the time left that a provider may take while others could still be asked after it."""
SHORTEST_VISIT_SECONDS = 0.1
"""With less than this left nobody else is asked."""
HEALTHY_FOR_SECONDS = 600.0
"""How long after it told of something else a provider is believed that what it does not find is not there."""


@dataclass(slots=True)
class Health:
    """What each provider told of last: one that has just told of something else is not being refused."""

    _told: dict[tuple[Platform, str], dict[str, float]] = field(default_factory=dict)
    """The last two things and at which loop time, by platform and provider."""

    def note(self, platform: Platform, provider: str, thing: str, outcome: Fetched[Any]) -> None:
        """Notes what an answer about a thing says of who gave it."""
        if outcome.facts is not None:
            told = self._told.setdefault((platform, provider), {})
            told.pop(thing, None)
            told[thing] = asyncio.get_running_loop().time()
            if len(told) > 2:
                del told[next(iter(told))]

    def corroborate(self, gathering: Gathering[Any], platform: Platform, thing: str) -> None:
        """Lets a lone vote that the thing is not there stand, where its provider has just told of something else.

        Not where that is paid to ask for us: how it is received is unknown here. Nor where somebody else is told that
        it is kept from us, for then it is there.
        """
        if gathering.signs != 1 or gathering.found is not None or gathering.kept_from_us is not None:
            return
        provider = gathering.votes[0].calls[-1].provider if gathering.votes[0].calls else ""
        since = asyncio.get_running_loop().time() - HEALTHY_FOR_SECONDS
        others = (at for other, at in self._told.get((platform, provider), {}).items() if other != thing)
        if provider != SCRAPECREATORS and any(at > since for at in others):
            gathering.votes[0] = replace(gathering.votes[0], signs=2)


class AccountChain:
    """Who is asked next about an account, and for what, as the answers come in."""

    def __init__(
        self,
        identity: AccountIdentity,
        bounds: PostBounds,
        profiles: Sequence[Entry[AccountProvider]],
        lists: Sequence[Entry[AccountProvider]],
    ) -> None:
        self.gathering = AccountGathering(identity, bounds)
        self._identity = identity
        self._bounds = bounds
        self._entries = {Operation.PROFILE: profiles, Operation.RECENT_VIDEOS: lists}
        self._asked: dict[str, Entry[AccountProvider]] = {}

    def next_entry(self) -> Entry[AccountProvider] | None:
        """Who is to be asked next; None when nobody is."""
        for operation in (Operation.PROFILE, Operation.RECENT_VIDEOS):
            if operation in self.gathering.open:
                for entry in self._left(operation):
                    return entry
        if self._may_be_renamed:
            for entry in self._left(Operation.PROFILE):
                if entry.finds_by_id:
                    return entry
        return None

    def may_ask(self, deadline: float) -> bool:
        """Whether there is time for one more."""
        return not self._asked or _seconds_until(deadline) >= SHORTEST_VISIT_SECONDS

    def is_last(self, entry: Entry[AccountProvider]) -> bool:
        """Whether nobody could be asked after this one."""
        names = {other.provider.name for operation in self.gathering.wanted for other in self._left(operation)}
        return names <= {entry.provider.name}

    def question(self, entry: Entry[AccountProvider]) -> tuple[frozenset[Operation], PostBounds]:
        """What a provider is asked for: what it is listed for among what is wanted, and the bounds that say so."""
        name, wanted = entry.provider.name, self.gathering.wanted
        told = frozenset(
            operation for operation in wanted if any(other.provider.name == name for other in self._entries[operation])
        )
        is_open = self.gathering.open or wanted
        if Operation.RECENT_VIDEOS not in told or Operation.RECENT_VIDEOS not in is_open:
            return told - {Operation.RECENT_VIDEOS}, replace(self._bounds, max_posts=0)
        return told, replace(self._bounds, posts_alone=Operation.PROFILE not in is_open)

    def take(self, entry: Entry[AccountProvider], outcome: Outcome, told: frozenset[Operation]) -> None:
        """Takes in the answer of the provider that was asked for those operations."""
        if self._may_be_renamed and outcome.facts is None and outcome.answer_class is not AnswerClass.NOT_FOUND:
            self.gathering.doubt_absence(f"its stable id could not be asked: {outcome.reason}")
        self._asked[entry.provider.name] = entry
        self.gathering.add(outcome, told)

    @property
    def _may_be_renamed(self) -> bool:
        """Whether it is not there under its handle, and nobody was asked for its stable id yet."""
        return (
            self._identity.external_id is not None
            and self.gathering.found is None
            and self.gathering.signs > 1
            and not any(entry.finds_by_id for entry in self._asked.values())
        )

    def _left(self, operation: Operation) -> Iterator[Entry[AccountProvider]]:
        return (entry for entry in self._entries[operation] if entry.provider.name not in self._asked)


class Chains:
    """Asks the platforms about accounts and posts. Cheap to copy, safe to share between tasks of one event loop.

    Raises SettingsError where the settings name providers that there are not. `registry` takes the place of theirs.
    """

    def __init__(
        self, settings: Settings, upstream: Upstream, pacing: Pacing, registry: Registry | None = None
    ) -> None:
        self._settings = settings
        self._upstream = upstream
        self._pacing = pacing
        self._registry = registry or build_registry(settings)
        self._health = Health()

    def at(self, moment: datetime) -> "Chains":
        """The same chains asking as of another time, which only a local imitation of the platforms heeds."""
        return Chains(self._settings, self._upstream.at(moment), self._pacing, self._registry)

    async def fetch_account(
        self, identity: AccountIdentity, bounds: PostBounds, now: datetime, *, within: timedelta
    ) -> Outcome:
        """What the platform shows of an account, captured at `now`: its profile, and its recent posts within bounds.

        Never raises for anything an upstream does. Facts are those of `identity` and nobody else; their handle differs
        from the one asked for when the account was renamed. Where the first provider came short, others are asked for
        what is missing; where something fell by more than half, for a second opinion. NOT_FOUND is what two
        independent signs agree on. After `within` nothing more is asked: what was gathered by then is PARTIAL, and
        nothing is NETWORK_TIMEOUT.
        """
        platform, deadline = identity.platform, _deadline(within)
        profiles = self._registry.accounts.get((platform, Operation.PROFILE), ())
        lists = self._registry.accounts.get((platform, Operation.RECENT_VIDEOS), ())
        chain = AccountChain(identity, bounds, _ready(profiles), _ready(lists))
        while (entry := chain.next_entry()) and chain.may_ask(deadline):
            visit = self._visit(entry.provider.name, identity.handle, deadline, is_last=chain.is_last(entry))
            told, narrowed = chain.question(entry)
            outcome = await entry.provider.fetch_account(visit, identity, narrowed, now)
            outcome = _of_that_account(outcome, identity)
            self._health.note(platform, entry.provider.name, identity.handle, outcome)
            chain.take(entry, outcome, told)
        self._health.corroborate(chain.gathering, platform, identity.handle)
        return chain.gathering.result() or Outcome(AnswerClass.UNSUPPORTED, reason=self._nobody(platform, profiles))

    async def fetch_post(self, identity: PostIdentity, now: datetime, *, within: timedelta) -> PostOutcome:
        """What the platform shows of one post, captured at `now`.

        Never raises for anything an upstream does. Facts are those of the post asked for; their author's handle may
        have changed. Others are asked as for an account. After `within` nothing more is asked, and nothing gathered by
        then is NETWORK_TIMEOUT.
        """
        platform, deadline = identity.platform, _deadline(within)
        entries = self._registry.posts.get(platform, ())
        ready = _ready(entries)
        gathering = PostGathering(identity)
        for place, entry in enumerate(ready):
            if gathering.is_whole or (place and _seconds_until(deadline) < SHORTEST_VISIT_SECONDS):
                break
            visit = self._visit(entry.provider.name, identity.external_id, deadline, is_last=entry is ready[-1])
            outcome = _of_that_post(await entry.provider.fetch_post(visit, identity, now), identity)
            self._health.note(platform, entry.provider.name, identity.external_id, outcome)
            gathering.add(outcome)
        self._health.corroborate(gathering, platform, identity.external_id)
        return gathering.result() or PostOutcome(AnswerClass.UNSUPPORTED, reason=self._nobody(platform, entries))

    async def resolve(self, link: ShortLink, *, within: timedelta) -> PostName | ProfileName | Refusal:
        """What a short link of a platform leads to, or why that is not known.

        Never raises for anything an upstream does, and asks nobody but the platform's own hosts.
        """
        if is_switched_off(self._settings, link.platform):
            return Refusal(AnswerClass.UNSUPPORTED, switched_off(link.platform))
        visit = Visit(PROVIDER, self._upstream, self._pacing, _deadline(within), link.host + link.path)
        return await resolve_short_link(link, visit, self._upstream)

    def _nobody(self, platform: Platform, entries: Sequence[Entry[Provider]]) -> str:
        """Why nobody was asked."""
        if is_switched_off(self._settings, platform):
            return switched_off(platform)
        if not entries:
            return f"There is no provider for {platform.value}"
        listed = "; ".join(f"{entry.provider.name}: {entry.why_not_ready}" for entry in entries)
        return f"No provider for {platform.value} is ready ({listed})"

    def _visit(self, provider: str, thing: str, deadline: float, *, is_last: bool) -> Visit:
        if not is_last:
            deadline -= (1 - SHARE_OF_TIME) * max(_seconds_until(deadline), 0)
        return Visit(provider, self._upstream, self._pacing, deadline, thing)


def _ready(entries: Sequence[Entry[AnyProvider]]) -> tuple[Entry[AnyProvider], ...]:
    return tuple(entry for entry in entries if entry.why_not_ready is None)


def _of_that_account(outcome: Outcome, identity: AccountIdentity) -> Outcome:
    """The outcome, or SCHEMA_CHANGED where its facts are those of another account."""
    if outcome.facts is None:
        return outcome
    profile = outcome.facts.profile
    is_other = identity.external_id is not None and profile.external_id not in (None, identity.external_id)
    # Without a stable id nothing tells a rename from somebody else.
    is_unknown = identity.external_id is not None and profile.external_id is None and profile.handle != identity.handle
    if profile.platform is identity.platform and not is_other and not is_unknown:
        return outcome
    told = f"{outcome.facts.provider} told of account {profile.external_id or profile.handle}"
    reason = f"{told} when asked about {identity.external_id or identity.handle}"
    return Outcome(AnswerClass.SCHEMA_CHANGED, None, outcome.calls, outcome.retry_after_seconds, reason)


def _of_that_post(outcome: PostOutcome, identity: PostIdentity) -> PostOutcome:
    """The outcome, or SCHEMA_CHANGED where its facts are those of another post."""
    post = outcome.facts
    if post is None or (post.platform is identity.platform and post.external_id == identity.external_id):
        return outcome
    reason = f"{outcome.provider} told of post {post.external_id} when asked about {identity.external_id}"
    return PostOutcome(AnswerClass.SCHEMA_CHANGED, None, outcome.calls, outcome.retry_after_seconds, reason)


def _deadline(within: timedelta) -> float:
    return asyncio.get_running_loop().time() + within.total_seconds()


def _seconds_until(deadline: float) -> float:
    return deadline - asyncio.get_running_loop().time()
