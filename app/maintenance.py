"""Errands on the stored figures that people run from the command line: making rollups again, verifying, retention."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.core.collect.differences import Difference, Findings
from app.core.collect.rebuilding import Report, rebuild_rollups, verify_rollups
from app.core.collect.retention import apply_retention
from app.domain.clock import utc_now
from app.preflight import opened_database, update_tables
from app.settings import PREFIX, Settings


async def run_rebuild(settings: Settings, first: date, last: date, *, console: Console, progress: Console) -> None:
    """Makes the rollups of some days again, with a bar of progress. Raises InvalidInput and StartFailure."""
    await update_tables(settings)
    async with opened_database(settings):
        with _bar(progress, "Rebuilding") as report:
            findings = await rebuild_rollups(first, last, on_progress=report)
    _say(console, f"Rebuilt {first} to {last}: {_counted(findings)} put right.")


async def run_verify(
    settings: Settings, first: date | None, last: date | None, *, console: Console, progress: Console
) -> bool:
    """Names what differs between rollups and observations; whether nothing does. Raises as `run_rebuild`."""
    await update_tables(settings)
    async with opened_database(settings):
        with _bar(progress, "Verifying") as report:
            findings = await verify_rollups(first, last or utc_now().date(), on_progress=report)
    for difference in findings.shown:
        _say(console, _line(difference))
    if findings.count > len(findings.shown):
        _say(console, f"... and {findings.count - len(findings.shown)} more")
    _say(console, f"{_counted(findings)}.")
    return findings.count == 0


async def run_retention(settings: Settings, *, console: Console) -> None:
    """Drops observations older than the setting, and prints the partitions that went. Raises Problem, StartFailure."""
    days = settings.observation_retention_days
    if days is None:
        _say(console, f"Off: {PREFIX}OBSERVATION_RETENTION_DAYS is unset, observations are kept for ever.")
        return
    await update_tables(settings)
    async with opened_database(settings):
        dropped = await apply_retention(days, utc_now())
    for name in dropped:
        _say(console, f"Dropped {name}")
    if not dropped:
        _say(console, f"Nothing to drop: no month of observations lies entirely more than {days} days back.")


@contextmanager
def _bar(console: Console, title: str) -> Iterator[Report]:
    """A bar that appears with the first report, so that what is refused before is refused in one line."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with ExitStack() as stack:
        bar = Progress(*columns, console=console)
        task = bar.add_task(title, total=None)

        def report(done: int, total: int) -> None:
            if not bar.live.is_started:
                stack.enter_context(bar)
            bar.update(task, completed=done, total=total)

        yield report


def _line(difference: Difference) -> str:
    when = "" if difference.when is None else f" {difference.when}"
    place = f"{difference.table} {difference.entity}{when}: {difference.column}"
    return f"{place} is {difference.stored}, should be {difference.expected}"


def _counted(findings: Findings) -> str:
    return f"{findings.count} difference{'' if findings.count == 1 else 's'}"


def _say(console: Console, text: str) -> None:
    console.print(escape(text), highlight=False, soft_wrap=True)
