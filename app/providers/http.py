"""The one door to the platforms: bounded requests to known hosts, and what their answers amount to before reading."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import httpx

from app.providers.door import ENCODINGS, PublicTransport, TooLarge, Unreadable, read_body
from app.providers.failures import AnswerClass
from app.settings import REAL_HOSTS_TEMPLATE, Settings

TIKTOK_HOST = "www.tiktok.com"
INSTAGRAM_HOST = "www.instagram.com"
GRAPH_HOST = "graph.facebook.com"
YOUTUBE_API_HOST = "www.googleapis.com"
YOUTUBE_HOST = "www.youtube.com"
TWITTER_HOST = "x.com"
TWITTER_API_HOST = "api.x.com"
SYNDICATION_HOST = "cdn.syndication.twimg.com"
FACEBOOK_HOST = "www.facebook.com"
LINKEDIN_HOST = "www.linkedin.com"
SCRAPECREATORS_HOST = "api.scrapecreators.com"
HOSTS = frozenset(
    {
        TIKTOK_HOST,
        "vm.tiktok.com",
        "vt.tiktok.com",
        INSTAGRAM_HOST,
        GRAPH_HOST,
        YOUTUBE_API_HOST,
        YOUTUBE_HOST,
        "youtu.be",
        TWITTER_HOST,
        TWITTER_API_HOST,
        SYNDICATION_HOST,
        "t.co",
        FACEBOOK_HOST,
        "m.facebook.com",
        "fb.watch",
        LINKEDIN_HOST,
        "lnkd.in",
        SCRAPECREATORS_HOST,
    }
)
"""The only hosts that are ever contacted."""

PATIENCE: Mapping[str, int] = {SCRAPECREATORS_HOST: 4}
"""How many times the ordinary limit a host may take to answer, where it is slow by design."""

LARGEST_BODY_BYTES = 5 * 2**20
LONGEST_RETRY_AFTER_SECONDS = 86_400
SIMULATED_TIME_HEADER = "X-Sandbox-Time"

USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
BROWSER_HEADERS: Mapping[str, str] = {"User-Agent": USER_AGENT, "Accept-Language": "en-US,en;q=0.9"}
"""Sent with every request. English is asked for because abbreviated numbers are read as English."""
NAVIGATION_HEADERS: Mapping[str, str] = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
}
"""Those of somebody who opens a page."""

STATUS_CLASSES: Mapping[int, tuple[AnswerClass, str]] = {
    400: (AnswerClass.SCHEMA_CHANGED, "takes our request for malformed"),
    401: (AnswerClass.LOGIN_REQUIRED, "asks for a login"),
    402: (AnswerClass.QUOTA_EXHAUSTED, "says that the quota is used up"),
    403: (AnswerClass.BLOCKED, "refuses our address"),
    404: (AnswerClass.UNAVAILABLE, "has nothing at this address"),
    410: (AnswerClass.UNAVAILABLE, "has nothing at this address any more"),
    429: (AnswerClass.RATE_LIMITED, "asks to slow down"),
    451: (AnswerClass.REGION_BLOCKED, "does not show this in our region"),
    999: (AnswerClass.BLOCKED, "refuses our address"),
}
"""What a status amounts to where the platform gives it no meaning of its own. None of them is ever NOT_FOUND."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of one request, answer or not; `reason` is one readable line where the class is not OK."""

    answer_class: AnswerClass
    reason: str = ""
    status: int | None = None
    body: bytes = b""
    location: str = ""
    """Where a redirect points; it is never followed."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    """What the answer asks to be sent back. It is, only where a caller does so."""
    retry_after_seconds: int | None = None
    elapsed_ms: int = 0
    is_sent: bool = True
    """False where no request was sent at all: then it says why not."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Its headers, their names in lower case."""


def open_client(settings: Settings) -> httpx.AsyncClient:
    """The connection pool of one process, to be closed by its owner. It keeps connections and no cookies."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30)
    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=settings.request_timeout_seconds,
        limits=limits,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        transport=_real_transport(limits) if settings.upstream_base_template == REAL_HOSTS_TEMPLATE else None,
        trust_env=False,
    )


def _real_transport(limits: httpx.Limits) -> httpx.AsyncBaseTransport:
    """The way out to the platforms: a proxy of the environment, which looks names up itself, or straight there."""
    proxy = getproxies().get("https")
    return PublicTransport(limits) if proxy is None else httpx.AsyncHTTPTransport(limits=limits, proxy=proxy)


@dataclass(frozen=True, slots=True)
class Upstream:
    """Sends requests to the platforms, each found by the base template, over one shared client."""

    client: httpx.AsyncClient
    base_template: str
    timeout_seconds: float
    moment: datetime | None = None

    @classmethod
    def of(cls, client: httpx.AsyncClient, settings: Settings) -> "Upstream":
        """The upstream of a process, as its settings say. The client stays its opener's to close."""
        return cls(client, settings.upstream_base_template, settings.request_timeout_seconds)

    @property
    def is_overridden(self) -> bool:
        """Whether requests go somewhere else than to the platforms themselves."""
        return self.base_template != REAL_HOSTS_TEMPLATE

    def at(self, moment: datetime) -> "Upstream":
        """The same upstream asked as of another time; the real platforms are never told."""
        return replace(self, moment=moment)

    def address_of(self, location: str, asked: str) -> str:
        """The platform's own address that a Location points to, given in answer to the address `asked`.

        A local imitation of the platforms points to its own. Empty for what is no address.
        """
        for host in HOSTS:
            base = self.base_template.format(host=host)
            for start in (base, urlsplit(base).path):
                rest = location.removeprefix(start)
                if start and location.startswith(start) and rest[:1] in ("", "/", "?", "#"):
                    return f"https://{host}{rest}"
        try:
            return urljoin(asked, location)
        except ValueError:
            return ""

    def longest_seconds(self, host: str) -> float:
        """How long one request to a host may take at most."""
        return self.timeout_seconds * PATIENCE.get(host, 1)

    async def get(
        self,
        host: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within_seconds: float = math.inf,
    ) -> Reply:
        """One GET, its body at most 5 MiB. Failures of any kind are replies, never raised.

        It takes at most `within_seconds`, and never more than the time limit of every request. Raises ValueError for a
        host that is not one of HOSTS.
        """
        return await self._send("GET", host, path, within_seconds, headers, params=params)

    async def post(
        self,
        host: str,
        path: str,
        *,
        form: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        within_seconds: float = math.inf,
    ) -> Reply:
        """One POST of a form; bounded, and failing, as `get` is."""
        return await self._send("POST", host, path, within_seconds, headers, form=form)

    async def send(
        self,
        method: Literal["GET", "POST"],
        host: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        within_seconds: float = math.inf,
    ) -> Reply:
        """One request that somebody else has built, its query in `path`; bounded, and failing, as `get` is."""
        return await self._send(method, host, path, within_seconds, headers, content=content)

    async def _send(
        self,
        method: str,
        host: str,
        path: str,
        within_seconds: float,
        headers: Mapping[str, str] | None,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        if host not in HOSTS:
            raise ValueError(f"{host} is no host of a platform")
        if not path.startswith("/"):
            raise ValueError(f"{path[:100]!r} is no path of {host}")
        sent = {**BROWSER_HEADERS, **(headers or {}), "Accept-Encoding": ENCODINGS}
        if self.moment is not None and self.is_overridden:
            sent[SIMULATED_TIME_HEADER] = self.moment.isoformat()
        url = self.base_template.format(host=host) + path
        loop = asyncio.get_running_loop()
        started = loop.time()
        longest = min(self.longest_seconds(host), within_seconds)
        try:
            async with asyncio.timeout(longest):
                reply = await self._exchange(method, url, host, params, form, content, sent, longest)
        except (TimeoutError, httpx.TimeoutException):
            reply = Reply(AnswerClass.NETWORK_TIMEOUT, f"{host} did not answer in {longest:.3g} s")
        except httpx.ConnectError:
            reply = Reply(AnswerClass.NETWORK_TIMEOUT, f"{host} could not be reached")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reply = Reply(AnswerClass.UPSTREAM_ERROR, f"{host} broke off: {type(error).__name__}")
        return replace(reply, elapsed_ms=round((loop.time() - started) * 1000))

    async def _exchange(
        self,
        method: str,
        url: str,
        host: str,
        params: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        content: bytes | None,
        headers: Mapping[str, str],
        longest_seconds: float,
    ) -> Reply:
        async with self.client.stream(
            method,
            url,
            params=params,
            data=form,
            content=content,
            headers=headers,
            follow_redirects=False,
            timeout=longest_seconds,
        ) as response:
            try:
                body = await read_body(response, LARGEST_BODY_BYTES)
            except TooLarge:
                reason = f"{host} sent more than {LARGEST_BODY_BYTES >> 20} MiB"
                return Reply(AnswerClass.UPSTREAM_ERROR, reason, response.status_code)
            except Unreadable as error:
                reason = f"{host} sent what cannot be unpacked: {error}"
                return Reply(AnswerClass.UPSTREAM_ERROR, reason, response.status_code)
            answer_class, reason = _class_of(response, host)
            return Reply(
                answer_class,
                reason,
                response.status_code,
                body,
                response.headers.get("location", ""),
                {cookie.name: cookie.value or "" for cookie in response.cookies.jar},
                _retry_after(response.headers),
                headers=dict(response.headers),
            )


def _class_of(response: httpx.Response, host: str) -> tuple[AnswerClass, str]:
    status = response.status_code
    if response.is_success:
        return AnswerClass.OK, ""
    if response.is_redirect:
        # Any 3xx is one here, also those that need no Location: 300, 304.
        location = response.headers.get("location", "")[:100] or "nowhere"
        return AnswerClass.BLOCKED, f"{host} redirects to {location} (status {status})"
    if response.is_server_error:
        return AnswerClass.UPSTREAM_ERROR, f"{host} failed with status {status}"
    unknown = (AnswerClass.UPSTREAM_ERROR, "answered strangely")
    answer_class, reason = STATUS_CLASSES.get(status, unknown)
    return answer_class, f"{host} {reason} (status {status})"


def _retry_after(headers: httpx.Headers) -> int | None:
    """The seconds of a Retry-After header; one that names an instant is read against the answer's own Date."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_RETRY_AFTER_SECONDS)
    try:
        seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0, min(int(seconds), LONGEST_RETRY_AFTER_SECONDS))
