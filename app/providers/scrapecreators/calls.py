"""One call of ScrapeCreators: sent with our key, paced, its answer read and its cost written down."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from app.providers.base import Visit
from app.providers.failures import Refusal
from app.providers.http import SCRAPECREATORS_HOST
from app.providers.limits import SCRAPECREATORS
from app.providers.scrapecreators.answers import Payload, read_answer

USUAL_COST = 1
"""Credits of a call; an answer says what it was really charged."""

Facts = TypeVar("Facts")


class Calls:
    """The calls of one visit."""

    def __init__(self, visit: Visit, key: str) -> None:
        self._visit = visit
        self._headers = {"Accept": "application/json", "x-api-key": key}

    async def ask(
        self, path: str, params: Mapping[str, str], parse: Callable[[Payload], Facts | Refusal]
    ) -> Facts | Refusal:
        """What `parse` reads in the answer of `path`, or why there is nothing to read."""
        route = route_of(path)
        reply = await self._visit.get(
            route, SCRAPECREATORS, SCRAPECREATORS_HOST, path, params=params, headers=self._headers, cost=USUAL_COST
        )
        answer = read_answer(reply)
        found: Facts | Refusal = answer.payload if isinstance(answer.payload, Refusal) else parse(answer.payload)
        refusal = found if isinstance(found, Refusal) else None
        await self._visit.settle(route, SCRAPECREATORS, reply, refusal, cost=answer.cost)
        return found


def route_of(path: str) -> str:
    """How runs name a call: its path without the version.

    >>> route_of("/v3/tiktok/profile/videos")
    'tiktok/profile/videos'
    """
    return path.split("/", 2)[2]
