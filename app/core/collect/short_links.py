"""Short links: what they lead to, asked of the platform once and known from then on."""

import logging
from datetime import timedelta

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.domain.links import PostName, ProfileName, ShortLink
from app.domain.problems import InvalidInput, LookUpFailed
from app.providers.chain import Chains
from app.providers.failures import AnswerClass, Refusal

log = logging.getLogger(__name__)

KEY_PREFIX = "short_link:"
LEADS_NOWHERE = frozenset({AnswerClass.UNSUPPORTED, AnswerClass.UNAVAILABLE, AnswerClass.NOT_FOUND})
"""Answers after which it is the link that is wrong."""


async def resolve_link(
    chains: Chains, redis: Redis, link: ShortLink, *path: str, within: timedelta
) -> PostName | ProfileName:
    """What a short link leads to. That it leads to a post is kept for ever, for a code is never given to another one.

    Raises InvalidInput naming `path` where it leads nowhere, or somewhere else than to a post or a profile of its
    platform; LookUpFailed where the platform does not tell.
    """
    known = await recall_link(redis, link)
    if known is not None:
        return known
    found = await chains.resolve(link, within=within)
    if isinstance(found, Refusal):
        if found.answer_class in LEADS_NOWHERE:
            raise InvalidInput(f"The short link leads to no post or profile that we know: {found.reason}.", *path)
        raise LookUpFailed(f"The short link could not be followed: {found.reason}.", found.answer_class)
    if isinstance(found, PostName):
        try:
            await redis.set(_key(link), msgspec.json.encode(found))
        except RedisError as error:
            log.warning("a short link is not kept: %s", error)
    return found


async def recall_link(redis: Redis, link: ShortLink) -> PostName | None:
    """The post that a short link is known to lead to; None where nobody has asked yet."""
    try:
        stored = await redis.get(_key(link))
        return None if stored is None else msgspec.json.decode(stored, type=PostName)
    except RedisError as error:
        log.warning("short links are not read: %s", error)
    except msgspec.DecodeError:  # written by another version
        pass
    return None


def _key(link: ShortLink) -> str:
    return f"{KEY_PREFIX}{link.host}{link.path}"
