"""The door to the surfaces: requests are logged, given their time, held to limits, and may be struck by faults."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.answers import refusal
from app.sandbox.ledger import NOTED_HEADERS, TIME_HEADER, Entry, Ledger
from app.sandbox.surfaces.asking import Asked, note
from app.sandbox.times import BadTime, SandboxClock, read_time
from app.sandbox.troubles.challenge import is_solved
from app.sandbox.troubles.distortions import distortion_of
from app.sandbox.troubles.faults import Fault, FaultMode, Faults
from app.sandbox.troubles.limits import Limits
from app.sandbox.troubles.refusals import refusal_of
from app.sandbox.world.rhythm import WORLD_BEGINS, quantised

LONGEST_HANG_SECONDS = 300
CLIENT_HEADER = "x-forwarded-for"
"""Tells whom a proxy sends a request for."""


class Door:
    """An ASGI application over those of the hosts."""

    def __init__(
        self, hosts: Mapping[str, ASGIApp], clock: SandboxClock, faults: Faults, limits: Limits, ledger: Ledger
    ) -> None:
        self._hosts = hosts
        self._clock = clock
        self._faults = faults
        self._limits = limits
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
        headers = Headers(scope=scope)
        text = entry.headers.get(TIME_HEADER)
        try:
            at = read_time(text, "X-Sandbox-Time") if text else self._clock.now()
        except BadTime as error:
            await refusal(str(error))(scope, receive, send)
            return
        entry.answered_for = at
        target = f"{entry.host}{entry.path}" + (f"?{entry.query}" if entry.query else "")
        immune = (FaultMode.POW_CHALLENGE,) if is_solved(headers.get("cookie", "")) else ()
        client = headers.get(CLIENT_HEADER) or (scope["client"][0] if scope.get("client") else "")
        fault = self._limits.take(client, entry.host, entry.received_at) or self._faults.strike(target, at, immune)
        mode = None
        if fault is not None:
            mode = entry.fault = fault.mode
            if await self._refused(fault, entry, scope, receive, send):
                return
            if mode is FaultMode.STALE:
                at = max(at - timedelta(seconds=fault.stale_seconds), WORLD_BEGINS)
            change = distortion_of(mode)
            send = _changing(send, change) if change is not None else send
        asked = Asked(
            quantised(at),
            is_wrong_entity=mode is FaultMode.WRONG_ENTITY,
            is_hidden=mode is FaultMode.HIDDEN,
            has_rotated_ids=mode is FaultMode.ROTATED_IDS,
        )
        note(scope, asked)
        await self._hosts[entry.host](scope, receive, send)

    @staticmethod
    async def _refused(fault: Fault, entry: Entry, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether a fault has left the request without its answer; a slow one is answered once this returns."""
        if fault.mode is FaultMode.HANG:
            await _hang(receive)
            return True
        if fault.mode is FaultMode.SLOW:
            await asyncio.sleep(fault.delay_ms / 1000)
        broken = refusal_of(fault, entry.host, entry.path)
        if broken is not None:
            await broken(scope, receive, send)
        return broken is not None


def _changing(send: Send, change: Callable[[bytes], bytes]) -> Send:
    """Sends an answer with its body changed; the surfaces answer in one piece."""
    started: list[Message] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        body = change(message["body"])
        MutableHeaders(scope=started[0])["content-length"] = str(len(body))
        await send(started[0])
        await send({**message, "body": body})

    return sending


async def _hang(receive: Receive) -> None:
    """Says nothing until the asker leaves."""
    try:
        async with asyncio.timeout(LONGEST_HANG_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
