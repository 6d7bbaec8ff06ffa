"""yt-dlp: one instance for each extraction, with the extractors of one platform and no way out but a door.

The one module that imports it, and itself loaded by name on the first extraction: importing it takes a third of a
second and 20 MB, which a process that never needs it does not pay.
"""

import importlib
import io
import logging
from collections.abc import Mapping
from http.cookiejar import Cookie
from itertools import islice, zip_longest
from typing import Any
from urllib.parse import urlsplit

from yt_dlp import YoutubeDL
from yt_dlp.globals import plugin_dirs
from yt_dlp.networking.common import Request, Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, ExtractorError

from app.providers.failures import AnswerClass
from app.providers.ytdlp.door import Door, DoorClosed
from app.providers.ytdlp.plans import Findings, Plan, Wanted
from app.providers.ytdlp.refusals import leads_to_login

MOST_HOPS = 3
"""Redirects of one request that are followed, each inside the surfaces of the door."""
DEEPEST = 2
"""How many pointers to another address of the same platform are followed."""
MOST_PINNED = 3
"""Old posts in a row that may stand before the new ones: pinned posts come first whatever their age."""
OURS = frozenset({"accept-encoding", "cookie", "host"})
"""Headers that are not taken from the extractor: they depend on who sends."""

log = logging.getLogger(__name__)
# Nothing is loaded from folders of whoever runs the program.
plugin_dirs.value = []


class Quiet:
    """What yt-dlp says goes to the log of those who debug it."""

    def debug(self, message: str) -> None:
        log.debug("%s", message)

    info = warning = error = stdout = stderr = debug


class Engine(YoutubeDL):  # type: ignore[misc]
    """A YoutubeDL whose requests all go through a door, and which asks for no page twice by itself."""

    def __init__(self, plan: Plan, wanted: Wanted, door: Door) -> None:
        self._door: Door | None = door
        super().__init__(
            {
                "logger": Quiet(),
                "quiet": True,
                "no_warnings": True,
                "noprogress": True,
                "color": "never",
                "skip_download": True,
                "cachedir": False,
                "retries": 0,
                "extractor_retries": 0,
                "geo_bypass": False,
                "js_runtimes": {},
                "extract_flat": True,
                # The tabs beside the first one are only asked for where their entries are wanted.
                "playlist_items": None if wanted.most else "0",
                "ignore_no_formats_error": plan.tolerates_no_formats,
                "extractor_args": {name: dict(values) for name, values in plan.arguments.items()},
            },
            auto_init=False,
        )
        for module, names in plan.extractors.items():
            loaded = importlib.import_module(module)
            for name in names:
                self.add_info_extractor(getattr(loaded, name)())

    def urlopen(self, req: Request | str) -> Response:
        """One request with its redirects. Cookies live as long as this instance, under the platform's own names."""
        request = Request(req) if isinstance(req, str) else req
        url, method, content = request.url, request.method, request.data
        if method not in ("GET", "POST") or not isinstance(content, bytes | None):
            raise TransportError(f"{method} is not asked")
        for _ in range(1 + MOST_HOPS):
            if self._door is None:
                raise TransportError("It is over")
            try:
                answer = self._door.send(method, url, self._headers(request, url), content)
            except DoorClosed as error:
                raise TransportError(str(error), cause=error) from error
            for name, value in answer.reply.cookies.items():
                self.cookiejar.set_cookie(_cookie(url, name, value))
            if answer.target is None:
                break
            if leads_to_login(answer):
                raise TransportError("It leads to the login page")
            url, method, content = answer.target, "GET", None
        else:
            raise TransportError("It redirects too often")
        reply = answer.reply
        if reply.status is None or (reply.answer_class is not AnswerClass.OK and 200 <= reply.status < 300):
            raise TransportError(reply.reason)
        response = Response(io.BytesIO(reply.body), url, {}, reply.status)
        if reply.answer_class is not AnswerClass.OK:
            raise HTTPError(response)
        return response

    def close(self) -> None:
        """Lets go of the answers: an instance and its extractors hold each other, and are collected much later."""
        super().close()
        self._door = None

    def _headers(self, request: Request, url: str) -> dict[str, str]:
        headers = {str(name): str(value) for name, value in request.headers.items() if name.lower() not in OURS}
        cookies = self.cookiejar.get_cookie_header(url)
        return {**headers, "Cookie": cookies} if cookies else headers


def extract(plan: Plan, url: str, wanted: Wanted, door: Door) -> Findings:
    """What the extractors make of `url`. Blocks; never raises for anything the platform does.

    Of nested lists (the tabs of a channel) as many entries as are wanted are taken from each, and put in turn.
    """
    found: dict[str, Any] = {}
    taken: list[list[Mapping[str, Any]]] = []
    failure: str | None = None
    try:
        with Engine(plan, wanted, door) as engine:
            for _ in range(1 + DEEPEST):
                found = dict(engine.extract_info(url, download=False, process=False) or {})
                if found.get("_type") not in ("url", "url_transparent") or _has_counts(found):
                    break
                url = str(found.get("url"))
            for part in _lists(found):
                taken.append([])
                _take(part, wanted, taken[-1])
    except DownloadError as error:
        failure = _message((error.exc_info[1] if error.exc_info else None) or error)
    except Exception as error:
        # Extractors run on whatever a platform sends, and break in any way.
        failure = _message(error)
    in_turn = (entry for entries in zip_longest(*taken) for entry in entries if entry is not None)
    return Findings(found, tuple(in_turn), failure)


def _has_counts(found: Mapping[str, Any]) -> bool:
    """Whether a pointer already says what is asked for: a post with a link in it points to where that leads."""
    return any(isinstance(found.get(name), int) for name in ("view_count", "like_count", "comment_count"))


def _lists(found: Mapping[str, Any]) -> list[Any]:
    """The lists of entries in a result: its own, or those of the parts it is made of."""
    entries = found.get("entries")
    if entries is None:
        return []
    if isinstance(entries, list) and entries and all(part.get("_type") == "playlist" for part in entries):
        return [part.get("entries") or [] for part in entries]
    return [entries]


def _take(part: Any, wanted: Wanted, entries: list[Mapping[str, Any]]) -> None:
    too_old = 0
    for entry in islice(part, wanted.most):
        entries.append(entry)
        published = entry.get("timestamp")
        is_old = wanted.since is not None and isinstance(published, int | float) and published < wanted.since
        too_old = too_old + 1 if is_old else 0
        if too_old > MOST_PINNED:
            return


def _message(error: BaseException) -> str:
    """What an error says, without what it adds for people at a terminal."""
    said = error.orig_msg if isinstance(error, ExtractorError) else str(error)
    return said or type(error).__name__


def _cookie(url: str, name: str, value: str) -> Cookie:
    host = urlsplit(url).hostname or ""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=host,
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )
