"""Pages of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Page(Generic[Node]):
    """One page of a list, in list order whichever way it was asked for."""

    nodes: Sequence[Node]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    total_count: int | None = None
    """The size of the whole list; None unless it was asked for."""
