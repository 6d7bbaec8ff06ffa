"""Recent facts: what was fetched minutes ago for anybody, so that a profile many organizations track is asked once."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.domain.facts import AccountFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, PostBounds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecentFacts:
    """Facts of public profiles kept in Valkey for up to `age`; nothing of a tenant is in them."""

    redis: Redis
    age: timedelta

    async def find(self, identity: AccountIdentity, bounds: PostBounds, now: datetime) -> AccountFacts | None:
        """Facts of that very account and those bounds that are young enough, or None; None also with Valkey away."""
        if not self.age:
            return None
        try:
            stored = await self.redis.get(_key(identity.platform, identity.handle, bounds))
        except RedisError as error:
            log.warning("recent facts are not read: %s", error)
            return None
        if stored is None:
            return None
        try:
            facts = msgspec.json.decode(stored, type=AccountFacts)
        except msgspec.DecodeError:  # written by another version
            return None
        # A handle may be somebody else's by now; the stable id, once known, tells.
        is_the_one = identity.external_id in (None, facts.profile.external_id)
        return facts if is_the_one and now - self.age <= facts.captured_at <= now else None

    async def keep(self, facts: AccountFacts, bounds: PostBounds) -> None:
        """Keeps facts for whoever asks for their handle next."""
        if not self.age:
            return
        try:
            await self.redis.set(
                _key(facts.profile.platform, facts.profile.handle, bounds), msgspec.json.encode(facts), ex=self.age
            )
        except RedisError as error:
            log.warning("recent facts are not kept: %s", error)


def _key(platform: Platform, handle: str, bounds: PostBounds) -> str:
    # The look-back moves with the clock; its day is what tells one bound from another.
    since = bounds.published_after.date().isoformat() if bounds.published_after else "ever"
    return f"facts:{platform.value}:{handle}:{bounds.max_posts or 'all'}:{since}:{bounds.most_empty_weeks}"
