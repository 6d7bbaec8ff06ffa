"""Differences between rows stored and rows as they should be: named by column, counted, the first of them kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.domain.metrics import POST_COUNTERS
from app.domain.rollups import Vector, VideoDay
from app.store.rollups import SUM_COLUMNS
from app.store.videos import VideoState

SHOWN = 100
"""Differences kept for showing; the others are only counted."""

When = date | datetime
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that is not what the observations make it. A row too many or too few has the column `row`."""

    table: str
    entity: UUID
    when: When | None
    column: str
    stored: object
    expected: object


@dataclass(slots=True)
class Findings:
    """The differences found: how many, and the first of them."""

    shown: list[Difference] = field(default_factory=list)
    count: int = 0

    def compare(self, table: str, entity: UUID, when: When | None, stored: Row | None, expected: Row | None) -> bool:
        """Notes in which columns a row differs, None being no row; whether it does."""
        differing: dict[str, tuple[object, object]]
        if stored is None or expected is None:
            differing = {} if stored is expected else {"row": (_presence(stored), _presence(expected))}
        else:
            differing = {name: (stored[name], value) for name, value in expected.items() if stored[name] != value}
        for name, (was, should_be) in differing.items():
            self.count += 1
            if len(self.shown) < SHOWN:
                self.shown.append(Difference(table, entity, when, name, was, should_be))
        return bool(differing)


def sums_row(vector: Vector | None) -> Row | None:
    """A row of an account or organization, by column."""
    return None if vector is None else dict(zip(SUM_COLUMNS, vector, strict=True))


def day_row(row: VideoDay | None) -> Row | None:
    """A day row of a post, by column."""
    if row is None:
        return None
    values: dict[str, object] = {"is_observed": row.is_observed, "is_baseline": row.is_baseline}
    for name in POST_COUNTERS:
        values |= {f"{name}_level": row.levels.get(name), f"{name}_gain": row.gains.get(name)}
    return values


def state_row(state: VideoState) -> Row:
    """What follows from observations in the row of a post, by column."""
    values: dict[str, object] = {
        "last_observed_day": state.last_observed_day,
        "views_known_late_at": state.views_known_late_at,
    }
    for name in POST_COUNTERS:
        values |= {name: state.levels.get(name), f"{name}_start": state.starts.get(name)}
    return values


def _presence(row: Row | None) -> str:
    return "absent" if row is None else "present"
