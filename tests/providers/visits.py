"""One visit of one provider to an upstream that gives scripted answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from app.providers.base import Visit
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.settings import Settings

OVERRIDDEN = "http://upstream.test/{host}"
Handler = Callable[[httpx.Request], httpx.Response]


def visiting(
    handler: Handler, *, pacing: Pacing | None = None, seconds: float = 30
) -> tuple[Visit, list[httpx.Request]]:
    """A visit, unpaced where no pacing is given, and the requests it will have sent."""
    settings = Settings(upstream_base_template=OVERRIDDEN, request_timeout_seconds=5.0)
    sent: list[httpx.Request] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return handler(request)

    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    client = httpx.AsyncClient(transport=httpx.MockTransport(handle), cookies=no_cookies)
    deadline = asyncio.get_running_loop().time() + seconds
    upstream = Upstream.of(client, settings)
    return Visit("tested", upstream, pacing or Pacing(None, is_on=False), deadline), sent


def in_turn(*answers: httpx.Response) -> Handler:
    """Gives these answers one after the other, and none beyond them."""
    left = iter(answers)
    return lambda request: next(left)


def by_path(answers: Mapping[str, httpx.Response | Sequence[httpx.Response]]) -> Handler:
    """Gives each path its answer, or its answers in turn."""
    left = {path: iter(answer) for path, answer in answers.items() if not isinstance(answer, httpx.Response)}

    def handle(request: httpx.Request) -> httpx.Response:
        path = "/" + request.url.path.split("/", 2)[2]
        answer = answers[path]
        return answer if isinstance(answer, httpx.Response) else next(left[path])

    return handle


def said(data: Any, status: int = 200, **headers: str) -> httpx.Response:
    """An answer of JSON."""
    return httpx.Response(status, json=data, headers={name.replace("_", "-"): text for name, text in headers.items()})


def paths_of(sent: Sequence[httpx.Request]) -> list[str]:
    """Method, host and path of each request."""
    return [f"{request.method} {request.url.path[1:]}" for request in sent]
