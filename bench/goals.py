"""Goals: what is to be reached at least and at best, and what a measurement says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How a measurement stands to its goal."""

    AIM = "aim reached"
    GATE = "gate reached"
    MISSED = "missed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure: with `at_most` the smaller the better, otherwise the greater."""

    title: str
    gate: float
    aim: float | None
    at_most: bool = True
    unit: str = "x"

    def verdict(self, measured: float) -> Verdict:
        """What a measured figure amounts to."""
        if self.aim is not None and self._reaches(measured, self.aim):
            return Verdict.AIM
        return Verdict.GATE if self._reaches(measured, self.gate) else Verdict.MISSED

    def _reaches(self, measured: float, bound: float) -> bool:
        return measured <= bound if self.at_most else measured >= bound


@dataclass(frozen=True, slots=True)
class Finding:
    """What was measured for a goal, or why it was not; `details` are the absolute figures behind it."""

    goal: Goal
    measured: float | None
    details: Mapping[str, float | int | str] = field(default_factory=dict)
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """How it stands to its goal."""
        return Verdict.SKIPPED if self.measured is None else self.goal.verdict(self.measured)


def skipped(goal: Goal, reason: str) -> Finding:
    """A goal that could not be measured here."""
    return Finding(goal, None, reason=reason)
