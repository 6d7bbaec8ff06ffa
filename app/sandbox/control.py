"""`/_ctl`: faults, limits, allowances, clock, log, counts and reset."""

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.sandbox.allowances import AllowanceOrder, Allowances
from app.sandbox.answers import answer, refusal
from app.sandbox.ledger import Ledger
from app.sandbox.times import ClockOrder, SandboxClock
from app.sandbox.troubles.faults import Fault, Faults
from app.sandbox.troubles.limits import Limit, Limits

T = TypeVar("T")


class Control:
    """The controls over one sandbox."""

    def __init__(
        self, clock: SandboxClock, faults: Faults, limits: Limits, allowances: Allowances, ledger: Ledger
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._limits = limits
        self._allowances = allowances
        self._ledger = ledger
        self.routes = Router(
            [
                Route("/_ctl/faults", self.add_fault, methods=["POST"]),
                Route("/_ctl/faults", self.list_faults),
                Route("/_ctl/limits", self.set_limit, methods=["POST"]),
                Route("/_ctl/limits", self.list_limits),
                Route("/_ctl/allowances", self.set_allowances, methods=["POST"]),
                Route("/_ctl/allowances", self.show_allowances),
                Route("/_ctl/clock", self.set_clock, methods=["POST"]),
                Route("/_ctl/clock", self.show_clock),
                Route("/_ctl/log", self.log),
                Route("/_ctl/counts", self.counts),
                Route("/_ctl/reset", self.reset, methods=["POST"]),
            ]
        )

    async def add_fault(self, request: Request) -> Response:
        """Orders a fault and answers with all that are in force."""
        try:
            self._faults.add(await _read(request, Fault))
        except ValueError as error:
            return refusal(str(error))
        return await self.list_faults(request)

    async def list_faults(self, request: Request) -> Response:
        return answer({"faults": self._faults.listed()})

    async def set_limit(self, request: Request) -> Response:
        """Puts a host's rate limit in force and answers with all that are."""
        try:
            self._limits.set(await _read(request, Limit))
        except ValueError as error:
            return refusal(str(error))
        return await self.list_limits(request)

    async def list_limits(self, request: Request) -> Response:
        return answer({"limits": self._limits.listed()})

    async def set_allowances(self, request: Request) -> Response:
        """Gives the keys what the order says and shows what they have."""
        try:
            self._allowances.obey(await _read(request, AllowanceOrder))
        except ValueError as error:
            return refusal(str(error))
        return await self.show_allowances(request)

    async def show_allowances(self, request: Request) -> Response:
        return answer(self._allowances.shown())

    async def set_clock(self, request: Request) -> Response:
        """Does what the order says and shows the clock."""
        try:
            self._clock.obey(await _read(request, ClockOrder))
        except ValueError as error:
            return refusal(str(error))
        return await self.show_clock(request)

    async def show_clock(self, request: Request) -> Response:
        return answer({"now": self._clock.now(), "speed": self._clock.speed})

    async def log(self, request: Request) -> Response:
        """The last requests, oldest first."""
        return answer({"entries": list(self._ledger.entries)})

    async def counts(self, request: Request) -> Response:
        return answer(self._ledger.counts())

    async def reset(self, request: Request) -> Response:
        """No faults, no limits, full allowances, the real time, an empty log."""
        self._faults.clear()
        self._limits.clear()
        self._allowances.reset()
        self._clock.reset()
        self._ledger.clear()
        return Response(status_code=204)


async def _read(request: Request, shape: type[T]) -> T:
    """The body as `shape`. Raises ValueError naming the field at fault."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    except msgspec.DecodeError as error:
        raise ValueError(f"body: {error}") from None
