"""Recorded answers, put into the pages they are served in, and an upstream that gives scripted ones."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from app.providers.chain import Chains
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.settings import Settings

RECORDED = Path(__file__).parent.parent / "recorded"
OVERRIDDEN = "http://upstream.test/{host}"
SECOND_OPINIONS = "ytdlp_tiktok"
"""Providers without a key that would be asked after our own: tests of those do without."""
AMPLE = timedelta(minutes=1)
"""More time than any fetch of these tests needs."""


def recorded(name: str) -> Any:
    """The JSON of a recorded answer."""
    return json.loads((RECORDED / name).read_bytes())


def tiktok_page(scope: object) -> bytes:
    """A TikTok page carrying `scope` as its data, among other scripts."""
    data = json.dumps({"__DEFAULT_SCOPE__": scope})
    return (
        "<!DOCTYPE html><html><head><title>TikTok</title><script>var x = '</div>';</script>"
        f'<script type="application/json" id="__UNIVERSAL_DATA_FOR_REHYDRATION__" nonce="a">{data}</script>'
        "</head><body><div id='app'></div></body></html>"
    ).encode()


def tiktok_profile_page(detail: object) -> bytes:
    return tiktok_page({"webapp.app-context": {}, "webapp.user-detail": detail})


def instagram_page(*users: object, title: str = "Instagram") -> bytes:
    """An Instagram page with a data script for each of `users`, nested as the page nests them."""
    return _data_page("xig_user_by_username", users, title)


def instagram_post_page(*results: object, title: str = "Instagram") -> bytes:
    """An Instagram page with a data script for each result of the query for its post."""
    return _data_page("xig_polaris_media", results, title)


def _data_page(name: str, results: Iterable[object], title: str) -> bytes:
    scripts = []
    for result in results:
        bbox = {"__bbox": {"complete": True, "result": {"data": {name: result}}}}
        data = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [["a", [], [bbox]]]}}]]]}
        scripts.append(f'<script type="application/json" data-content-len="9" data-sjs>{json.dumps(data)}</script>')
    return f"<html><head><title>{title}</title></head><body>{''.join(scripts)}</body></html>".encode()


def instagram_user(**changes: object) -> dict[str, object]:
    """The details an Instagram profile page carries, with the figures of the recorded web_profile_info."""
    return {
        "id": "17841402777077586",
        "pk": "2700692569",
        "username": "adrianhorning",
        "full_name": "Adrian Horning",
        "biography": "Scraping the web",
        "bio_links": [{"url": "https://scrapecreators.com"}],
        "follower_count": 25116,
        "following_count": 101,
        "all_media_count": 71,
        "is_private": False,
        "is_verified": True,
        "profile_pic_url": "https://pictures.test/small.jpg",
        "hd_profile_pic_url_info": {"url": "https://pictures.test/large.jpg"},
        **changes,
    }


Answer = httpx.Response | Awaitable[httpx.Response]
Handler = Callable[[httpx.Request], Answer]


async def silence() -> httpx.Response:
    """The answer that never comes."""
    never: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
    return await never


def scripted(
    handler: Handler, settings: Settings | None = None, pacing: Pacing | None = None
) -> tuple[Chains, list[httpx.Request]]:
    """Chains over an upstream that answers as `handler` says, unpaced, and the requests it will have been sent."""
    settings = settings or Settings(
        upstream_base_template=OVERRIDDEN, request_timeout_seconds=5.0, providers_off=SECOND_OPINIONS
    )
    sent: list[httpx.Request] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        answer = handler(request)
        return answer if isinstance(answer, httpx.Response) else await answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Chains(settings, Upstream.of(client, settings), pacing or Pacing(None, is_on=False)), sent
