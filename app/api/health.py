"""Health: whether requests can be answered."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api.problems import problem_response

NO_STORE = {"Cache-Control": "no-store"}


class Dependencies(Protocol):
    """What vouches for the servers behind us."""

    async def database_is_up(self) -> bool: ...

    async def redis_is_up(self) -> bool: ...


async def show_health(request: Request) -> Response:
    """200 while requests can be answered, 503 naming what does not answer. Needs no key.

    Without Valkey nothing is refused, only put off: that is status "degraded".
    """
    dependencies: Dependencies = request.app.state.runtime
    if not await dependencies.database_is_up():
        return problem_response(503, "The database does not answer.")
    if not await dependencies.redis_is_up():
        body = {
            "type": "health",
            "status": "degraded",
            "detail": "Valkey does not answer: refreshes wait, rate limits are off.",
        }
        return JSONResponse({"data": body}, headers=NO_STORE)
    return JSONResponse({"data": {"type": "health", "status": "ok"}}, headers=NO_STORE)
