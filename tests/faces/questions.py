"""What every face can be asked, who asks, and how answers are written so that they can be compared.

Answers are rows by the names that GraphQL shows, values as JSON shows them; a face that refuses raises `Refused`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from app.api.ids import encode_id
from app.domain.metrics import METRICS
from app.domain.series import SubjectKind
from app.settings import Settings
from tests.api.conftest import Caller

Subject: TypeAlias = tuple[SubjectKind, UUID]
Row: TypeAlias = dict[str, Any]


class Refused(Exception):
    """What a face says instead of an answer, and which argument it names; None where it names it in the text alone."""

    def __init__(self, message: str, argument: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument


@dataclass(frozen=True)
class Asker:
    """Somebody with a key, an organization, and a folder to run commands in."""

    caller: Caller
    settings: Settings
    folder: Path
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Days:
    """Two dates and the zone whose days they are."""

    start: str
    end: str
    timezone: str = "UTC"


@dataclass(frozen=True)
class Last:
    """That many dates in UTC, ending today: 7, 30 or 90."""

    days: int
    timezone: str = "UTC"


Window: TypeAlias = Days | Last


@dataclass(frozen=True)
class SeriesQuestion:
    subjects: Sequence[Subject]
    window: Window
    metrics: Sequence[str]
    length: str | int = "day"
    mode: str = "gain"


@dataclass(frozen=True)
class MetricsQuestion:
    subjects: Sequence[Subject]
    window: Window
    metrics: Sequence[str]


@dataclass(frozen=True)
class BoardQuestion:
    kind: SubjectKind
    metric: str
    window: Window


@dataclass(frozen=True)
class Face:
    """One place to ask; None for what cannot be asked there."""

    name: str
    series: Callable[[Asker, SeriesQuestion], Awaitable[list[Row]]]
    leaderboard: Callable[[Asker, BoardQuestion], Awaitable[list[Row]]]
    accounts: Callable[[Asker], Awaitable[list[Row]]] | None = None
    videos: Callable[[Asker], Awaitable[list[Row]]] | None = None
    metrics: Callable[[Asker, MetricsQuestion], Awaitable[list[Row]]] | None = None
    overview: Callable[[Asker, Last], Awaitable[Row]] | None = None
    """The cards by name, each with `current`, `previous` and `changePercent`."""
    batch: Callable[[Asker, MetricsQuestion], Awaitable[list[Row]]] | None = None
    """What accounts, or videos, gained, without the window before."""
    deltas: Callable[[Asker, Sequence[Subject], Sequence[int]], Awaitable[list[Row]]] | None = None
    """Views gained by videos in the last days, by their number."""
    shows: Collection[str] = tuple(METRICS)
    """The metrics that it shows as all faces do."""
    takes: Callable[[Window, str | int], bool] = lambda _window, _length: True
    """Whether it can be asked for buckets of that length in such a window."""


def public_name(metric: str) -> str:
    """ "avg_views_per_post" is called averageViewsPerPost in every face."""
    first, *others = metric.replace("avg_", "average_").split("_")
    return first + "".join(word.capitalize() for word in others)


def global_id(subject: Subject) -> str:
    kind, id = subject
    return encode_id(kind.value.capitalize(), id)


def shown(value: int | Fraction | None) -> int | float | None:
    """Counters whole, ratios to 4 places, half away from zero."""
    if not isinstance(value, Fraction):
        return value
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def with_instants(row: Row) -> Row:
    """A record with its times as instants, however they were written."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("At") and value else value for name, value in row.items()
    }
