"""What a run found: a table for people, JSON for comparing runs."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.goals import Finding, Goal, Verdict
from bench.sizes import Size

RESULTS = Path(__file__).parent / "results"
STYLES = {Verdict.AIM: "green", Verdict.GATE: "cyan", Verdict.MISSED: "red", Verdict.SKIPPED: "dim"}


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Prints the table."""
    table = Table("Goal", "Gate", "Aim", "Measured", "Verdict", "Details", header_style="bold")
    for finding in findings:
        goal, measured = finding.goal, finding.measured
        sign = "≤" if goal.at_most else "≥"
        table.add_row(
            goal.title,
            f"{sign} {_number(goal.gate, goal)}",
            "" if goal.aim is None else f"{sign} {_number(goal.aim, goal)}",
            "" if measured is None else _number(measured, goal),
            f"[{STYLES[finding.verdict]}]{finding.verdict}[/]",
            finding.reason or ", ".join(f"{name} {_detail(value)}" for name, value in finding.details.items()),
        )
    console.print(table)


def save(findings: Sequence[Finding], size: Size, rounds: int, started_at: datetime) -> Path:
    """Writes the findings as JSON into the folder of results; where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{started_at:%Y%m%d-%H%M%S}-{size.name}.json"
    written = {
        "started_at": started_at,
        "size": size.name,
        "rounds": rounds,
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "findings": [
            {
                "title": finding.goal.title,
                "gate": finding.goal.gate,
                "aim": finding.goal.aim,
                "at_most": finding.goal.at_most,
                "unit": finding.goal.unit,
                "measured": finding.measured,
                "verdict": finding.verdict,
                "details": finding.details,
                "reason": finding.reason,
            }
            for finding in findings
        ],
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(written), indent=2))
    return path


def _number(value: float, goal: Goal) -> str:
    """A figure in the form of its goal: what has to stay below a part of something else is shown as a part."""
    if goal.at_most and goal.gate < 1:
        return f"1/{round(1 / value, 1):,g}"
    return f"{value:,.0f} {goal.unit}" if value >= 1000 else f"{value:.3g} {goal.unit}".rstrip()


def _detail(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
