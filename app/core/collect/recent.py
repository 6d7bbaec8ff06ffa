"""Recent facts: what was fetched minutes ago for anybody, so that what many ask about is asked of its platform once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from redis.asyncio import Redis

from app.core.access.valkey import Questions, ValkeyAway
from app.domain.facts import AccountFacts, PostFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, PostBounds, PostIdentity, PostOutcome, within_bounds
from app.providers.failures import AnswerClass

Kept = TypeVar("Kept")


class KeptAccount(msgspec.Struct, frozen=True):
    """Facts of an account, and what they are good for."""

    facts: AccountFacts
    bounds: PostBounds
    """Those within which its posts were asked for."""
    is_whole: bool
    """Whether nothing of them is missing; a part will do for a look-up, but not for a refresh."""


class KeptPost(msgspec.Struct, frozen=True):
    """Facts of one post, and when and from where they are."""

    facts: PostFacts
    captured_at: datetime
    provider: str
    route: str
    is_whole: bool
    """As of an account."""


class RecentFacts:
    """Facts of public accounts and posts, kept in Valkey for `lifetime`; nothing of a tenant is in them.

    Refreshes use them up to `age`; with 0 they neither use nor keep any. Look-ups have ages of their own. While Valkey
    is away nothing is found and nothing kept.
    """

    def __init__(self, redis: Redis, age: timedelta, lifetime: timedelta | None = None) -> None:
        self._redis = redis
        self._age = age
        self._lifetime = age if lifetime is None else max(age, lifetime)
        self._questions = Questions("what was fetched a moment ago is fetched again")

    async def find(self, identity: AccountIdentity, bounds: PostBounds, now: datetime) -> AccountFacts | None:
        """What a refresh may record: whole facts of that very account within those bounds, young enough, or None."""
        kept = await self.recall(identity, bounds, now - self._age) if self._age else None
        return kept.facts if kept is not None and kept.is_whole and kept.facts.captured_at <= now else None

    async def find_post(self, identity: PostIdentity, now: datetime) -> PostOutcome | None:
        """The same of one post, as the outcome of a fetch that sent nothing."""
        kept = await self.recall_post(identity, now - self._age) if self._age else None
        if kept is None or not kept.is_whole or kept.captured_at > now:
            return None
        return PostOutcome(
            AnswerClass.OK, kept.facts, captured_at=kept.captured_at, provider=kept.provider, route=kept.route
        )

    async def keep(self, facts: AccountFacts, bounds: PostBounds) -> None:
        """Keeps what a refresh fetched, whole, for whoever asks for its handle next."""
        if self._age:
            await self.remember(KeptAccount(facts, bounds, is_whole=True))

    async def keep_post(self, identity: PostIdentity, outcome: PostOutcome) -> None:
        """The same of one post, where the outcome is a whole one."""
        if self._age and outcome.answer_class is AnswerClass.OK:
            await self.remember_post(identity, outcome)

    async def recall(self, identity: AccountIdentity, bounds: PostBounds, since: datetime) -> KeptAccount | None:
        """Facts captured at `since` or later that hold what the bounds ask for, and no more; None without any.

        Those of a handle may have been asked for within wider bounds.
        """
        exact = _account_key(identity.platform, identity.handle, bounds)
        kept = await self._read(exact, KeptAccount)
        if kept is None or kept.facts.captured_at < since:
            kept = await self._latest(identity, exact, bounds)
        if kept is None or kept.facts.captured_at < since:
            return None
        # A handle may be somebody else's by now; the stable id, once known, tells.
        return kept if identity.external_id in (None, kept.facts.profile.external_id) else None

    async def _latest(self, identity: AccountIdentity, exact: str, bounds: PostBounds) -> KeptAccount | None:
        """What was kept last of a handle, cut to the bounds, where it holds all that they ask for."""
        latest = await self._ask(lambda: self._redis.get(_latest_key(identity.platform, identity.handle)))
        name = latest.decode() if isinstance(latest, bytes) else latest
        kept = None if name in (None, exact) else await self._read(name, KeptAccount)
        if kept is None or not _holds(kept, bounds):
            return None
        posts = tuple(within_bounds(kept.facts.posts, bounds))
        return KeptAccount(replace(kept.facts, posts=posts), bounds, kept.is_whole)

    async def recall_post(self, identity: PostIdentity, since: datetime) -> KeptPost | None:
        """Facts of a post captured at `since` or later, or None."""
        kept = await self._read(_post_key(identity), KeptPost)
        return kept if kept is not None and kept.captured_at >= since else None

    async def remember(self, kept: KeptAccount, asked: AccountIdentity | None = None) -> None:
        """Keeps facts for whoever asks for their handle next, or for the name they were `asked` for by."""
        profile = kept.facts.profile
        handles = {profile.handle, profile.handle if asked is None else asked.handle}
        value = msgspec.json.encode(kept)

        async def write() -> None:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for handle in handles:
                    key = _account_key(profile.platform, handle, kept.bounds)
                    pipeline.set(key, value, ex=self._lifetime)
                    pipeline.set(_latest_key(profile.platform, handle), key, ex=self._lifetime)
                await pipeline.execute()

        await self._ask(write)

    async def remember_post(self, identity: PostIdentity, outcome: PostOutcome) -> KeptPost | None:
        """Keeps facts of a post under the id it was asked for by; what is kept, or None of an outcome without facts."""
        facts = outcome.facts
        if facts is None or outcome.captured_at is None or outcome.provider is None or outcome.route is None:
            return None
        is_whole = outcome.answer_class is AnswerClass.OK
        kept = KeptPost(facts, outcome.captured_at, outcome.provider, outcome.route, is_whole)
        await self._ask(lambda: self._redis.set(_post_key(identity), msgspec.json.encode(kept), ex=self._lifetime))
        return kept

    async def _read(self, key: str, kind: type[Kept]) -> Kept | None:
        stored = await self._ask(lambda: self._redis.get(key))
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=kind)
        except msgspec.DecodeError:  # written by another version
            return None

    async def _ask(self, question: Callable[[], Awaitable[Kept]]) -> Kept | None:
        if not self._lifetime:
            return None
        try:
            return await self._questions.ask(question)
        except ValkeyAway:
            return None


def _holds(kept: KeptAccount, bounds: PostBounds) -> bool:
    """Whether facts asked for within some bounds hold all that others ask for."""
    asked, most = kept.bounds, bounds.max_posts
    if most == 0:
        return True
    in_order = sum(not post.is_pinned for post in kept.facts.posts)
    if most is not None and in_order >= most:
        return True  # the newest of them are the newest of all, whatever else was asked for
    is_longer = asked.max_posts is None or in_order < asked.max_posts
    reaches_back = asked.published_after is None or (
        bounds.published_after is not None and asked.published_after <= bounds.published_after
    )
    is_patient = asked.most_empty_weeks >= bounds.most_empty_weeks
    return kept.facts.posts_complete and is_longer and reaches_back and is_patient


def _account_key(platform: Platform, handle: str, bounds: PostBounds) -> str:
    # The look-back moves with the clock; its day is what tells one bound from another.
    since = bounds.published_after.date().isoformat() if bounds.published_after else "ever"
    most = "all" if bounds.max_posts is None else bounds.max_posts
    return f"facts:{platform.value}:{handle}:{most}:{since}:{bounds.most_empty_weeks}"


def _latest_key(platform: Platform, handle: str) -> str:
    """Where the key of what was kept last of a handle stands."""
    return f"facts:{platform.value}:{handle}:latest"


def _post_key(identity: PostIdentity) -> str:
    return f"post:{identity.platform.value}:{identity.external_id}"
