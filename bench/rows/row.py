"""What a row of the goal table is given to work with, and what it is made of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.goals import Finding, Goal
from bench.sizes import Size


class MissingPrecondition(Exception):
    """What keeps a row from being measured here, in one line."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A run of the benchmarks."""

    administration: str
    """URL of the cluster's administration database."""
    folder: Path
    """Where the cluster lies, and where a row may put what it needs."""
    size: Size
    rounds: int
    progress: Callable[[str, int, int], None]
    """Shows how many steps of something are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way of measuring, which finds a figure for each of its goals.

    One that reads the data set finds its database open; another opens what it needs.
    """

    name: str
    goals: Sequence[Goal]
    measure: Callable[[Bench], Awaitable[Sequence[Finding]]]
    reads_dataset: bool
