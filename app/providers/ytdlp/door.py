"""The way out for yt-dlp: from a worker thread, each of its requests becomes a request of the visit."""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from app.providers.base import Visit
from app.providers.failures import TREATMENTS, AnswerClass, BreakerRule
from app.providers.http import Reply
from app.providers.limits import Lane


@dataclass(frozen=True, slots=True)
class Surface:
    """One part of a platform that its extractors may ask: a host, how its paths begin, and by which method."""

    route: str
    lane: Lane
    host: str
    path: str = "/"
    method: Literal["GET", "POST"] = "GET"
    kept_seconds: float = 0
    """How long an answer serves for those who ask the same after it, where it does."""
    segment: str = ""
    """What its paths hold besides."""

    def has(self, method: str, host: str, path: str) -> bool:
        """Whether a request is one to this part."""
        return (method, host) == (self.method, self.host) and path.startswith(self.path) and self.segment in path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one request; `url` is the platform's own address, wherever the request really went."""

    surface: Surface
    url: str
    reply: Reply
    target: str | None = None
    """Where it points to as a redirect, the platform's own address again; None where it is none."""

    @property
    def refuses(self) -> bool:
        """Whether it says that nothing more is to be asked there."""
        return self.target is None and TREATMENTS[self.reply.answer_class].breaker is BreakerRule.OPENS


Kept = dict[str, tuple[float, Answer]]
"""Answers that serve for a while: route to the monotonic time, in seconds, until which it does, and the answer."""


class DoorClosed(Exception):
    """Nothing goes out any more, or not there; the text is one readable line saying why."""


class Door:
    """Sends requests for one extraction, on the surfaces it knows and nowhere else, and remembers their answers.

    Made in the event loop of the visit; `send` is called from another thread, everything else from the loop. Each
    request waits its turn in its lane, and is bounded and recorded as any other of the visit.
    """

    def __init__(self, visit: Visit, surfaces: Sequence[Surface], most_requests: int, kept: Kept | None = None) -> None:
        self._visit = visit
        self._surfaces = surfaces
        self._left = most_requests
        self._kept: Kept = {} if kept is None else kept
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._is_closed = False
        self._under_way: Future[Reply] | None = None
        self.answers: list[Answer] = []

    def send(
        self, method: Literal["GET", "POST"], url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        """One request to the platform's own address `url`; redirects are answers.

        Raises DoorClosed for an address on none of the surfaces, for one whose lane has refused us, for one request too
        many, and once it is closed.
        """
        parts = urlsplit(url)
        path = parts.path or "/"
        surface = next((it for it in self._surfaces if it.has(method, parts.netloc, path)), None)
        if surface is None or parts.scheme not in ("https", "http"):
            raise DoorClosed(f"It leads to {parts.netloc}{path[:60]}, which is not asked")
        until, answer = self._kept.get(surface.route, (0.0, None))
        if answer is not None and time.monotonic() < until:
            return answer
        if any(it.refuses and it.surface.lane is surface.lane for it in self.answers):
            raise DoorClosed(f"{surface.host} has refused already")
        if self._left == 0:
            raise DoorClosed("It took too many requests")
        self._left -= 1
        request = self._visit.send(
            surface.route,
            surface.lane,
            surface.host,
            f"{path}?{parts.query}" if parts.query else path,
            method=method,
            content=content,
            headers=headers,
        )
        with self._lock:
            if self._is_closed:
                request.close()
                raise DoorClosed("Nobody waits for it any more")
            self._under_way = asyncio.run_coroutine_threadsafe(request, self._loop)
        try:
            reply = self._under_way.result()
        except CancelledError:
            raise DoorClosed("Nobody waits for it any more") from None
        is_redirect = 300 <= (reply.status or 0) < 400 and reply.location
        answer = Answer(surface, url, reply, self._visit.address_of(reply.location, url) if is_redirect else None)
        self.answers.append(answer)
        if surface.kept_seconds and reply.answer_class is AnswerClass.OK:
            self._kept[surface.route] = (time.monotonic() + surface.kept_seconds, answer)
        return answer

    def close(self) -> None:
        """Ends the request under way, and refuses those to come."""
        with self._lock:
            self._is_closed = True
            if self._under_way is not None:
                self._under_way.cancel()

    def bodies(self, *routes: str) -> list[Answer]:
        """The answers of these routes that have something to read, oldest first."""
        return [
            answer
            for answer in self.answers
            if answer.surface.route in routes
            and answer.reply.answer_class is AnswerClass.OK
            and answer.reply.body.strip()
        ]
