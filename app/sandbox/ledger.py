"""The ledger: what was asked, of whom, and what came of it. Bounded in memory."""

from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

LONGEST_LOG = 5_000
TIME_HEADER = "x-sandbox-time"
NOTED_HEADERS = (
    "user-agent",
    "accept",
    "accept-language",
    "referer",
    "x-ig-app-id",
    "x-forwarded-for",
    TIME_HEADER,
)
"""Keys and tokens are not among them: a log is read by many."""


class Entry(Struct):
    """One request. `status` stays None while it hangs and when the asker left without an answer."""

    received_at: datetime
    """By the real clock, so that the spacing of calls can be read."""
    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    """Those of NOTED_HEADERS that were sent."""
    answered_for: datetime | None = None
    """The instant in the world."""
    status: int | None = None
    fault: str | None = None


class Counts(Struct):
    """All requests since the last reset, those that the log has dropped included."""

    total: int
    unknown_hosts: int
    by_host: Mapping[str, int]
    by_status: Mapping[str, int]
    by_fault: Mapping[str, int]


class Ledger:
    """The last requests one by one, all of them by number."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=LONGEST_LOG)
        self._total = 0
        self._unknown_hosts = 0
        self._hosts: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()

    def open(self, entry: Entry, *, is_known_host: bool) -> None:
        """A request came in."""
        self._total += 1
        self.entries.append(entry)
        if is_known_host:
            self._hosts[entry.host] += 1
        else:
            self._unknown_hosts += 1

    def close(self, entry: Entry) -> None:
        """It was answered, or its asker left."""
        self._statuses[str(entry.status) if entry.status is not None else "none"] += 1
        if entry.fault is not None:
            self._faults[entry.fault] += 1

    def counts(self) -> Counts:
        return Counts(self._total, self._unknown_hosts, self._hosts, self._statuses, self._faults)
