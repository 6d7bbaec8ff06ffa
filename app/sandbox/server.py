"""The sandbox as an ASGI application: the first path segment is the real host."""

import asyncio
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.clock import Clock, utc_now
from app.sandbox.answers import refusal
from app.sandbox.control import Control
from app.sandbox.faults import Fault, FaultMode, Faults
from app.sandbox.ledger import NOTED_HEADERS, TIME_HEADER, Entry, Ledger
from app.sandbox.surfaces.asking import Asked, note
from app.sandbox.surfaces.instagram import Instagram
from app.sandbox.surfaces.tiktok import TikTok
from app.sandbox.times import BadTime, SandboxClock, read_time
from app.sandbox.truth import Truth
from app.sandbox.world.rhythm import quantised
from app.sandbox.world.world import World

LONGEST_HANG_SECONDS = 300


def create_app(seed: int = 1, clock: Clock = utc_now) -> Starlette:
    """A sandbox over the world of that seed. `https://HOST/PATH?Q` is found at `/HOST/PATH?Q`.

    Plain ASGI without lifespan; a factory for `uvicorn --factory app.sandbox.server:create_app`.
    """
    world, ledger, faults, sandbox_clock = World(seed), Ledger(), Faults(), SandboxClock(clock)
    tiktok, instagram = TikTok(world), Instagram(world)
    hosts: dict[str, ASGIApp] = {
        "www.tiktok.com": tiktok.www,
        "vm.tiktok.com": tiktok.short,
        "vt.tiktok.com": tiktok.short,
        "www.instagram.com": instagram.www,
        "i.instagram.com": instagram.i,
    }
    return Starlette(
        routes=[
            *Control(sandbox_clock, faults, ledger).routes.routes,
            *Truth(world, sandbox_clock).routes.routes,
            Mount("/", Door(hosts, sandbox_clock, faults, ledger)),
        ]
    )


class Door:
    """Every upstream request comes through here: it is logged, given its time, and may be struck by a fault."""

    def __init__(self, hosts: Mapping[str, ASGIApp], clock: SandboxClock, faults: Faults, ledger: Ledger) -> None:
        self._hosts = hosts
        self._clock = clock
        self._faults = faults
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, _, path = scope["path"].removeprefix("/").partition("/")
        headers = Headers(scope=scope)
        entry = Entry(
            received_at=self._clock.real_now(),
            method=scope["method"],
            host=host,
            path=f"/{path}",
            query=scope["query_string"].decode("latin-1"),
            headers={name: headers[name] for name in NOTED_HEADERS if name in headers},
        )
        self._ledger.open(entry, is_known_host=host in self._hosts)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        try:
            await self._answer(entry, {**scope, "path": entry.path, "root_path": ""}, receive, noting)
        finally:
            self._ledger.close(entry)

    async def _answer(self, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        if entry.host not in self._hosts:
            message = f"host: {entry.host!r} is not imitated here; these are: {', '.join(self._hosts)}."
            await refusal(message, 421)(scope, receive, send)
            return
        text = entry.headers.get(TIME_HEADER)
        try:
            at = read_time(text, "X-Sandbox-Time") if text else self._clock.now()
        except BadTime as error:
            await refusal(str(error))(scope, receive, send)
            return
        entry.answered_for = at
        target = f"{entry.host}{entry.path}" + (f"?{entry.query}" if entry.query else "")
        fault = self._faults.strike(target, at)
        if fault is not None:
            entry.fault = fault.mode
            if fault.mode is FaultMode.HANG:
                await _hang(receive)
                return
            if fault.mode is FaultMode.SLOW:
                await asyncio.sleep(fault.delay_ms / 1000)
            broken = _broken(fault)
            if broken is not None:
                await broken(scope, receive, send)
                return
        note(scope, Asked(quantised(at), is_wrong_entity=entry.fault == FaultMode.WRONG_ENTITY))
        await self._hosts[entry.host](scope, receive, send)


def _broken(fault: Fault) -> Response | None:
    """What a struck request gets instead of its answer; None when it does get one."""
    match fault.mode:
        case FaultMode.TOO_MANY_429:
            return Response("Too many requests", 429, {"Retry-After": str(fault.retry_after)})
        case FaultMode.HTTP_404:
            return Response("Not found", 404)
        case FaultMode.HTTP_500:
            return Response("Internal error", 500)
        case FaultMode.EMPTY_BODY:
            return Response(b"", media_type="text/html")
        case _:
            return None


async def _hang(receive: Receive) -> None:
    """Says nothing until the asker leaves."""
    try:
        async with asyncio.timeout(LONGEST_HANG_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
