"""`python -m bench` measures the goals and prints one table."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.core.collect.rebuilding import verify_rollups
from app.domain.clock import utc_now
from app.embedded import StartFailure
from bench.dataset import organization_id
from bench.engines import cluster, open_dataset
from bench.goals import Finding, skipped
from bench.report import save, show
from bench.rows import analytics, batches, graphql, growth, live, lookups, memory, rankings, recording, refreshing, rest
from bench.rows.row import Bench, MissingPrecondition, Row
from bench.sizes import FULL, NOW, SMALL, Size

FOLDER = Path(__file__).parent.parent / ".cache" / "bench"
ROWS = (
    analytics.ROW,
    rankings.ROW,
    batches.ROW,
    growth.ROW,
    recording.ROW,
    refreshing.ROW,
    memory.ROW,
    live.ROW,
    graphql.ROW,
    rest.ROW,
    lookups.ROW,
)
LEAST_ROUNDS = 5
FAILED = 1


class Progresses:
    """A bar for each thing that takes long, shown while it lasts."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, what: str, done: int, total: int) -> None:
        """Moves the bar of `what`."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)


@contextmanager
def progress_on(console: Console) -> Iterator[Progresses]:
    """Bars on a console as long as the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield Progresses(progress)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--full", is_flag=True, help="The size the goals are set for: some 20 million observations, 20 GB of disk."
)
@click.option("--only", multiple=True, type=click.Choice([row.name for row in ROWS]), help="Measure these rows alone.")
@click.option("--rounds", type=click.IntRange(min=1), default=LEAST_ROUNDS, show_default=True, help="Samples of each.")
@click.option("--keep", is_flag=True, help="Leave the data set for the next run, which then need not make it.")
def main(full: bool, only: Sequence[str], rounds: int, keep: bool) -> None:
    """Measure what the program does beside the least that could do it, and print one table.

    Everything runs on this machine, on a bundled PostgreSQL of its own. Figures are medians of interleaved rounds; the
    ratios are what counts.
    """
    console, size = Console(), FULL if full else SMALL
    chosen = [row for row in ROWS if not only or row.name in only]
    started_at = utc_now()
    try:
        with cluster(FOLDER, keep=keep) as administration, progress_on(Console(stderr=True)) as progresses:
            bench = Bench(administration, FOLDER, size, rounds, progresses.show)
            findings, failed = asyncio.run(_measure(bench, chosen, console))
    except StartFailure as error:
        raise click.ClickException(str(error)) from None
    _report(console, findings, size, rounds, started_at)
    sys.exit(FAILED if failed else 0)


def _report(console: Console, findings: Sequence[Finding], size: Size, rounds: int, started_at: datetime) -> None:
    show(console, findings)
    console.print(
        f"Size {size.name}, {rounds} rounds. Saved in {save(findings, size, rounds, started_at)}", style="dim"
    )


async def _measure(bench: Bench, chosen: Sequence[Row], console: Console) -> tuple[list[Finding], bool]:
    """The findings of all rows, in the order of the table; whether a row failed."""
    found: dict[str, Sequence[Finding]] = {}
    failed = False

    async def measure(rows: Sequence[Row]) -> None:
        nonlocal failed
        for row in rows:
            bench.progress("rows", len(found), len(chosen))
            try:
                found[row.name] = await row.measure(bench)
            except MissingPrecondition as missing:
                found[row.name] = [skipped(goal, str(missing)) for goal in row.goals]
            except Exception as error:  # the other rows are worth having
                console.print_exception()
                failed = True
                found[row.name] = [skipped(goal, f"failed: {error!r}") for goal in row.goals]
            bench.progress("rows", len(found), len(chosen))

    reading = [row for row in chosen if row.reads_dataset]
    if reading:
        async with open_dataset(
            bench.administration, bench.size, lambda done, total: bench.progress("posts made", done, total)
        ):
            await _verify(bench)
            await measure(reading)
    await measure([row for row in chosen if not row.reads_dataset])
    return [finding for row in chosen for finding in found[row.name]], failed


async def _verify(bench: Bench) -> None:
    """Makes sure, on its smallest organization, that the data set's rollups are those the program would have made."""
    smallest = min(bench.size.organizations, key=lambda organization: organization.posts)
    found = await verify_rollups(
        None,
        NOW.date(),
        organization_ids=[organization_id(smallest.number)],
        on_progress=lambda done, total: bench.progress("accounts verified", done, total),
    )
    if found.count:
        raise click.ClickException(f"The data set is not what recording would have left: {found.shown[:3]}")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
