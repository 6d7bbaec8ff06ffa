"""What the keys may still use: YouTube's units, ScrapeCreators' credits, the Graph API's share of calls."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where YouTube's day ends."""
UNITS = "units"
BATCH = "batch"
"""YouTube's two buckets: that of batchGetStats is its own."""


class AllowanceOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """What the keys are to have from now on; what is not given stays."""

    youtube_units: Annotated[int, Meta(ge=0)] | None = None
    """A day."""
    youtube_batch: Annotated[int, Meta(ge=0)] | None = None
    """A day."""
    credits: Annotated[int, Meta(ge=0)] | None = None
    """Left."""
    business_usage: Annotated[int, Meta(ge=0, le=100)] | None = None
    """The share, in percent, of the Graph API's calls that are used up."""


class Allowances:
    """One sandbox's allowances."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As on the first day."""
        self._daily = {UNITS: 10_000, BATCH: 10_000}
        self._used: Counter[tuple[str, date]] = Counter()
        self.credits = 1_000_000
        self.business_usage = 3

    def obey(self, order: AllowanceOrder) -> None:
        """Does what it is told."""
        self._daily[UNITS] = self._daily[UNITS] if order.youtube_units is None else order.youtube_units
        self._daily[BATCH] = self._daily[BATCH] if order.youtube_batch is None else order.youtube_batch
        self.credits = self.credits if order.credits is None else order.credits
        self.business_usage = self.business_usage if order.business_usage is None else order.business_usage

    def spend_units(self, bucket: str, units: int, at: int) -> bool:
        """Whether that many units of a bucket were left on YouTube's day of an instant; they are gone then."""
        day = datetime.fromtimestamp(at, UTC).astimezone(PACIFIC).date()
        if self._used[bucket, day] + units > self._daily[bucket]:
            return False
        self._used[bucket, day] += units
        return True

    def spend_credit(self) -> bool:
        """Whether a credit was left; it is gone then."""
        if not self.credits:
            return False
        self.credits -= 1
        return True

    def shown(self) -> dict[str, object]:
        """What is left of the credits, and what was used of YouTube's units, by bucket and day."""
        return {
            "credits": self.credits,
            "business_usage": self.business_usage,
            "youtube_used": {f"{bucket} {day}": units for (bucket, day), units in sorted(self._used.items())},
            "youtube_daily": self._daily,
        }
