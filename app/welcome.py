"""What the terminal shows of a running program: where it is, a key, three things to try, and the demo's progress."""

import json
import shlex
import shutil
import sys
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.settings import Settings

FIRST_QUERY = "{ viewer { organization { name } } }"
DEFAULT_FOLDER = Path(".creatorgraph")


def show_welcome(console: Console, settings: Settings, url: str, key: str | None) -> None:
    """Print where the program answers and what to do first; `key` opens the demo organization, None without a demo."""
    facts = Table.grid(padding=(0, 3))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("GraphiQL", f"[link={url}/graphql]{url}/graphql[/link]")
    if key is not None:
        facts.add_row("API key", f"[bold]{key}[/bold]")
    facts.add_row("Logs", str(settings.data_path / "logs"))
    console.print()
    console.print(
        Padding("[bold green]Creatorgraph is running[/bold green]  [dim]Ctrl-C stops it[/dim]", (0, 2), expand=False)
    )
    console.print(Padding(facts, (1, 2), expand=False))
    steps = _demo_steps(url, key) if key is not None else _empty_steps(settings, url)
    for number, (what, command) in enumerate(steps, start=1):
        console.print(f"  [bold]{number}[/bold]  {what}", highlight=False, soft_wrap=True)
        if command:
            # Never wrapped: a command is there to be copied.
            console.print(f"     {command}", style="cyan", markup=False, highlight=False, soft_wrap=True)
    console.print()


def _demo_steps(url: str, key: str) -> list[tuple[str, str]]:
    return [
        (
            "Open GraphiQL in a browser: its first query's figures appear as the history below is filled.",
            f"{url}/graphql",
        ),
        ("Ask from the shell:", _curl(url, key, FIRST_QUERY)),
        ("Track another account of the sandbox, one of those listed by", f"{program()} sandbox --list"),
    ]


def _empty_steps(settings: Settings, url: str) -> list[tuple[str, str]]:
    create = f"{program()} keys create --organization NAME --scopes read,write"
    if settings.data_path != DEFAULT_FOLDER.absolute():
        create = f"DATA_DIR={shlex.quote(str(settings.data_path))} {create}"
    return [
        ("Make a key for your organization:", create),
        ("Ask who it is:", _curl(url, "KEY", FIRST_QUERY)),
        ("Track an account in GraphiQL, with the mutation trackAccount:", f"{url}/graphql"),
    ]


def _curl(url: str, key: str, query: str) -> str:
    body = shlex.quote(json.dumps({"query": query}))
    return f"curl -s {url}/graphql -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d {body}"


def program() -> str:
    """How this program is called from the shell it was started in."""
    if shutil.which("creatorgraph") == sys.argv[0]:
        return "creatorgraph"
    path = Path(sys.argv[0])
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


class Backfill:
    """The progress of the demo's history: a bar in a terminal, a line for each quarter elsewhere.

    Reads lines of the form `done total` as `creatorgraph demo` prints them.
    """

    def __init__(self, console: Console, accounts: int) -> None:
        self._console = console
        self._title = f"Back-filling 90 days for {accounts} accounts"
        self._quarters = -1
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(complete_style="green"),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(self._title, total=None)

    def __enter__(self) -> "Backfill":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def on_line(self, line: str) -> None:
        done, _, total = line.partition(" ")
        if not (done.isdecimal() and total.isdecimal() and int(total)):
            return
        self._progress.update(self._task, completed=int(done), total=int(total))
        quarters = int(done) * 4 // int(total)
        if not self._console.is_terminal and quarters > self._quarters:
            self._quarters = quarters
            self._console.print(f"{self._title}: {quarters * 25} %")
