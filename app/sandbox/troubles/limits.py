"""Rate limits on order: a token bucket for each client and host, and how the host refuses who has emptied it."""

from collections import OrderedDict
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from app.sandbox.troubles.faults import Fault, FaultMode

MOST_BUCKETS = 4096


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bucket of `size` requests for each client of a host, filled up again by so many a second of real time."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    size: Annotated[int, Meta(ge=1, le=1_000_000)]
    per_second: Annotated[float, Meta(gt=0, le=1_000_000)]
    mode: FaultMode = FaultMode.TOO_MANY_429
    """What a client gets whose bucket is empty."""
    retry_after: Annotated[int, Meta(ge=0, le=86_400)] = 30


class Limits:
    """The limits in force, one for each host, and who has used up how much of them."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """No limits."""
        self._limits: dict[str, Limit] = {}
        self._buckets: OrderedDict[tuple[str, str], tuple[float, datetime]] = OrderedDict()

    def set(self, limit: Limit) -> None:
        """Puts a limit in force in place of the host's earlier one; all its buckets are full."""
        self._limits[limit.host] = limit
        for key in [key for key in self._buckets if key[1] == limit.host]:
            del self._buckets[key]

    def listed(self) -> list[Limit]:
        """Those in force."""
        return list(self._limits.values())

    def take(self, client: str, host: str, now: datetime) -> Fault | None:
        """Takes one request from a client's bucket; how it is refused when there is none left."""
        limit = self._limits.get(host)
        if limit is None:
            return None
        level, since = self._buckets.pop((client, host), (float(limit.size), now))
        level = min(level + (now - since).total_seconds() * limit.per_second, float(limit.size))
        is_empty = level < 1
        self._buckets[client, host] = (level if is_empty else level - 1, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return Fault(match=host, mode=limit.mode, retry_after=limit.retry_after) if is_empty else None
