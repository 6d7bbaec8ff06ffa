"""Short links, resolved: asked of their platform once, kept for ever, refused by name."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from app.core.collect.short_links import resolve_link
from app.domain.links import PostName, ShortLink
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput, LookUpFailed
from tests.providers.answers import scripted

WITHIN = timedelta(seconds=5)
POST = PostName(Platform.TIKTOK, "7123456789012345678", None, "luna.cooks")


def moved(location: str) -> httpx.Response:
    return httpx.Response(301, headers={"Location": location})


def new_link() -> ShortLink:
    return ShortLink(Platform.TIKTOK, "vm.tiktok.com", f"/{uuid4().hex}")


async def test_it_is_asked_once_and_known_for_ever(redis_url: str) -> None:
    chains, sent = scripted(lambda request: moved("https://www.tiktok.com/@luna.cooks/video/7123456789012345678"))
    link = new_link()
    async with Redis.from_url(redis_url) as redis:
        found = [await resolve_link(chains, redis, link, "url", within=WITHIN) for _ in range(3)]
        assert (found, len(sent)) == ([POST] * 3, 1)
        assert await redis.ttl(f"short_link:{link.host}{link.path}") == -1
        await redis.set(f"short_link:{link.host}{link.path}", b"{}")  # as another version might have
        assert await resolve_link(chains, redis, link, "url", within=WITHIN) == POST
        assert len(sent) == 2


async def test_a_profile_is_not_kept_for_its_handle_may_change(redis_url: str) -> None:
    chains, sent = scripted(lambda request: moved("https://www.tiktok.com/@luna.cooks"))
    link = new_link()
    async with Redis.from_url(redis_url) as redis:
        for _ in range(2):
            await resolve_link(chains, redis, link, "url", within=WITHIN)
    assert len(sent) == 2


async def test_without_valkey_it_is_asked_each_time() -> None:
    chains, sent = scripted(lambda request: moved("https://www.tiktok.com/@luna.cooks/video/7123456789012345678"))
    async with Redis(host="127.0.0.1", port=1) as nobody:
        assert [await resolve_link(chains, nobody, new_link(), within=WITHIN) for _ in range(2)] == [POST] * 2
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (moved("https://evil.test/"), InvalidInput),
        (httpx.Response(404), InvalidInput),
        (httpx.Response(200), InvalidInput),
        (httpx.Response(429), LookUpFailed),
        (httpx.Response(500), LookUpFailed),
    ],
)
async def test_what_leads_nowhere_is_the_links_fault_or_the_platforms(
    redis_url: str, answer: httpx.Response, problem: type[Exception]
) -> None:
    chains, _ = scripted(lambda request: answer)
    async with Redis.from_url(redis_url) as redis:
        with pytest.raises(problem) as raised:
            await resolve_link(chains, redis, new_link(), "videos", "url", within=WITHIN)
    if isinstance(raised.value, InvalidInput):
        assert raised.value.path == ("videos", "url")
