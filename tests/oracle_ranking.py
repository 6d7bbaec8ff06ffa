"""An independent reading of what a ranking is: a list of entries put in order. Never imports `app`."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID


@dataclass(frozen=True)
class Entry:
    """Somebody who takes part: a name that tells ties apart, the value in the window, and in the window before."""

    id: UUID
    name: str
    value: int | Fraction | None
    before: int | Fraction | None


@dataclass(frozen=True)
class Place:
    """Where an entry stands."""

    id: UUID
    rank: int
    previous_rank: int
    value: int | Fraction | None
    before: int | Fraction | None


def ranking(entries: Sequence[Entry]) -> list[Place]:
    """All places: the greatest value first, what is unknown last, then by lower-cased name, then by id."""

    def in_order(which: str) -> list[UUID]:
        by_id = sorted(entries, key=lambda entry: entry.id.bytes)
        by_name = sorted(by_id, key=lambda entry: [ord(letter) for letter in entry.name.lower()])
        known = [entry for entry in by_name if getattr(entry, which) is not None]
        unknown = [entry for entry in by_name if getattr(entry, which) is None]
        return [entry.id for entry in sorted(known, key=lambda entry: -getattr(entry, which)) + unknown]

    of = {entry.id: entry for entry in entries}
    before = in_order("before")
    return [
        Place(id, rank, before.index(id) + 1, of[id].value, of[id].before)
        for rank, id in enumerate(in_order("value"), 1)
    ]
