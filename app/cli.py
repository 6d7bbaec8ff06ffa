"""The `creatorgraph` command."""

import asyncio
import logging
import os
import runpy
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import dramatiq.cli
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from uvicorn.importer import import_from_string

import app
from app.core.access.keys import create_key
from app.core.access.quotas import set_quota
from app.demo import fill_demo
from app.domain.clock import utc_now
from app.domain.links import read_platform
from app.domain.problems import Problem
from app.domain.viewer import Scope
from app.embedded import StartFailure, end_forks_with_me
from app.exporting import ENDINGS, EXPORTS, run_export
from app.listening import room_for, serve
from app.maintenance import run_rebuild, run_retention, run_verify
from app.preflight import check_port, check_servers, environment_of, opened_database, prepare_database, reached_servers
from app.probing.probe import run_probe, show_providers
from app.settings import PREFIX, Settings, SettingsError, describe, read_settings
from app.up import run_up

EXPECTED_FAILURE = 2
"""Exit code of a failure its user can mend, said in one line."""
NOT_TOLD = 1
"""Exit code of a probe where somebody did not tell of what was asked about."""
DIFFERENCES_FOUND = 1
"""Exit code of a verification that found differences."""
WORKER_SHUTDOWN_MILLISECONDS = 8_000
SANDBOX_HOST = "127.0.0.1"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
INSTALLATION = Path(app.__file__).parent.parent
"""The folder that holds the packages `app` and `workers`; no other folder is searched for them."""


class Scopes(click.ParamType[frozenset[Scope]]):
    """Scopes written with commas between them."""

    name = "read,write,admin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[Scope]:
        if isinstance(value, frozenset):
            return value
        try:
            return frozenset(Scope(word.strip().lower()) for word in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not made of {', '.join(Scope)} with commas between.", param, ctx)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="creatorgraph", message="%(version)s")
def commands() -> None:
    """Self-hosted tracking and windowed analytics for creators, accounts and videos on social platforms.

    Settings are read from the environment; `creatorgraph settings` lists them.
    """


@commands.command()
@click.option(
    "--demo", is_flag=True, help="With a sandbox of the platforms and an organization with 90 days of history."
)
def up(demo: bool) -> None:
    """Run everything on this machine until Ctrl-C."""
    run_up(read_settings(), demo=demo, console=Console())


@commands.command()
def api() -> None:
    """Run the API."""
    with _part() as settings:
        check_port(settings)
        # Looked up here: no other part needs the faces, nor the time and memory their schema takes.
        settings = msgspec.structs.replace(settings, graphql_connections=room_for(settings.graphql_connections))
        application = import_from_string("app.main:create_app")(settings)
        serve(
            application,
            settings.host,
            settings.port,
            streams=settings.graphql_connections,
            largest_message=settings.max_request_bytes,
            on_leaving=application.state.hub.connections.end_all,
        )


@commands.command()
def worker() -> None:
    """Run the workers that fetch what is due."""
    with _part() as settings:
        end_forks_with_me()  # Dramatiq's processes would otherwise go on without it, seen by nobody
        options = ["--path", str(INSTALLATION), "--skip-logging"]
        options += ["--processes", str(settings.worker_processes), "--threads", str(settings.worker_threads)]
        options += ["--worker-shutdown-timeout", str(WORKER_SHUTDOWN_MILLISECONDS)]
        parser = dramatiq.cli.make_argument_parser()  # type: ignore[no-untyped-call]
        code = dramatiq.cli.main(parser.parse_args(["workers.broker", "workers.actors", *options]))  # type: ignore[no-untyped-call]
    sys.exit(code)


@commands.command()
def scheduler() -> None:
    """Run the scheduler that hands what is due to the workers."""
    with _part():
        runpy.run_module("workers.schedule", run_name="__main__", alter_sys=True)


@commands.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    with reached_servers(read_settings()) as settings:
        asyncio.run(prepare_database(settings))


@commands.command()
@click.option("--list", "listing", is_flag=True, help="Print the accounts that are described by hand, and end.")
@click.option("--port", type=click.IntRange(1, 65535), default=8900, show_default=True)
def sandbox(listing: bool, port: int) -> None:
    """Run a local imitation of the platforms' public pages."""
    # Looked up as well: it is a stand-in for the outside world, and nothing of ours imports it.
    if listing:
        table = Table("Platform", "Handle", "What it is for", box=None, header_style="bold", pad_edge=False)
        for row in import_from_string("app.sandbox.world.handles:list_scenarios")():
            table.add_row(*row)
        Console().print(table)
        return
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    check_port(Settings(host=SANDBOX_HOST, port=port))
    serve(import_from_string("app.sandbox.server:create_app")(), SANDBOX_HOST, port)


@commands.command()
def demo() -> None:
    """Fill the demo's history from a running sandbox.

    Prints `done total` for every step. Can be interrupted and run again.
    """
    with reached_servers(read_settings()) as settings:
        if settings.upstream_base_template.startswith("https://"):
            raise SettingsError(f"{PREFIX}UPSTREAM_BASE_TEMPLATE must point at a running sandbox, not at the platforms")
        filling = fill_demo(settings, lambda done, total: click.echo(f"{done} {total}"))
        asyncio.run(_until_told(filling))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Do the work; on SIGINT or SIGTERM let it give back what it holds, then end as after Ctrl-C."""
    working = asyncio.create_task(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        raise click.Abort from None


@commands.group()
def keys() -> None:
    """Make API keys."""


@keys.command()
@click.option("--organization", required=True, metavar="NAME", help="Made when it does not exist.")
@click.option("--scopes", required=True, type=Scopes(), help="What the key may do.")
@click.option("--name", default="Command line", show_default=True, help="What the key is for.")
def create(organization: str, scopes: frozenset[Scope], name: str) -> None:
    """Print a new API key. It is shown this once: only a digest of it is kept."""
    with reached_servers(read_settings()) as settings:
        click.echo(asyncio.run(_create_key(settings, organization, scopes, name)))


@commands.command()
@click.option("--organization", required=True, metavar="NAME", help="Whose.")
@click.option("--accounts", type=click.IntRange(0, 10**9), metavar="NUMBER", help="The most accounts it may track.")
@click.option("--unlimited", is_flag=True, help="As many accounts as it likes.")
def quota(organization: str, accounts: int | None, unlimited: bool) -> None:
    """Bound how many accounts an organization may track. What it tracks already stays."""
    if (accounts is None) != unlimited:
        raise click.UsageError("Give either --accounts NUMBER or --unlimited.")
    with reached_servers(read_settings()) as settings:
        click.echo(asyncio.run(_set_quota(settings, organization, accounts)))


async def _set_quota(settings: Settings, organization: str, accounts: int | None) -> str:
    await prepare_database(settings)
    async with opened_database(settings):
        tracked = await set_quota(organization, accounts)
    bound = "as many as it likes" if accounts is None else f"at most {accounts}"
    return f"{organization} tracks {tracked} accounts and may track {bound}."


async def _create_key(settings: Settings, organization: str, scopes: frozenset[Scope], name: str) -> str:
    await prepare_database(settings)
    async with opened_database(settings):
        return await create_key(organization, name, scopes, now=utc_now())


@commands.group()
def rollups() -> None:
    """Look after the sums that figures are read from."""


DAY = click.DateTime(["%Y-%m-%d"])


@rollups.command()
@click.option("--from", "first", type=DAY, required=True, help="First UTC day.")
@click.option("--to", "last", type=DAY, required=True, help="Last UTC day.")
def rebuild(first: datetime, last: datetime) -> None:
    """Make the rows of some days again from the observations. Refreshes may go on meanwhile."""
    with reached_servers(read_settings()) as settings:
        progress = Console(stderr=True)
        asyncio.run(run_rebuild(settings, first.date(), last.date(), console=Console(), progress=progress))


@rollups.command()
@click.option("--from", "first", type=DAY, help="First UTC day; that of the oldest observations kept by default.")
@click.option("--to", "last", type=DAY, help="Last UTC day; today by default.")
def verify(first: datetime | None, last: datetime | None) -> None:
    """Name what differs from the observations, and write nothing. Ends with code 1 when anything does."""
    days = [None if day is None else day.date() for day in (first, last)]
    with reached_servers(read_settings()) as settings:
        agreed = asyncio.run(run_verify(settings, *days, console=Console(), progress=Console(stderr=True)))
    if not agreed:
        sys.exit(DIFFERENCES_FOUND)


@commands.command()
@click.argument("table", type=click.Choice(EXPORTS))
@click.option("--organization", required=True, metavar="NAME", help="Whose.")
@click.option("--format", "ending", type=click.Choice(ENDINGS), default=ENDINGS[0], show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to; standard output by default.")
@click.option("--kind", metavar="KIND", help="Of series and leaderboard: account, creator, video (organization).")
@click.option("--id", multiple=True, metavar="ID", help="Of series: a global id. May be repeated.")
@click.option("--platform", metavar="PLATFORM", help="Only accounts, or videos, of this one.")
@click.option("--account-id", "accountId", metavar="ID", help="Only videos found in the feed of this account.")
@click.option("--creator-id", "creatorId", metavar="ID", help="Only videos of this creator's accounts.")
@click.option("--window", metavar="WINDOW", help="7d, 30d (the default) or 90d, ending today.")
@click.option("--start", metavar="DATE", help="First date, instead of a window.")
@click.option("--end", metavar="DATE", help="Last date.")
@click.option("--timezone", metavar="ZONE", help="IANA zone whose days are meant; UTC by default.")
@click.option("--granularity", metavar="LENGTH", help="Of series: day (the default), week or month.")
@click.option("--bucket-days", "bucketDays", metavar="NUMBER", help="Of series: buckets of that many days instead.")
@click.option("--mode", metavar="MODE", help="Of series: gain (the default) or level.")
@click.option("--metrics", metavar="LIST", help="Of series: metrics with commas between; all by default.")
@click.option("--metric", metavar="METRIC", help="Of leaderboard: what it is by; views by default.")
def export(
    table: str, organization: str, ending: str, output: Path | None, **options: str | Sequence[str] | None
) -> None:
    """Write a table as CSV or JSON Lines.

    The arguments are those of the API; a file appears once it is whole.
    """
    given = [(name, text) for name, texts in options.items() for text in _each(texts)]
    with reached_servers(read_settings()) as settings:
        progress = Console(stderr=True)
        asyncio.run(
            _until_told(run_export(settings, table, organization, ending, given, output=output, progress=progress))
        )


def _each(texts: str | Sequence[str] | None) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts or ()


@commands.group()
def retention() -> None:
    """Drop old observations."""


@retention.command()
def apply() -> None:
    """Drop whole months of observations older than the setting says. Sums and series stay."""
    with reached_servers(read_settings()) as settings:
        asyncio.run(run_retention(settings, console=Console()))


@commands.command("providers")
def list_providers() -> None:
    """List who is asked for facts, and who is not ready."""
    show_providers(read_settings(), Console())


@commands.command()
@click.argument("platform")
@click.argument("target")
@click.option("--provider", metavar="NAME", help="Only this one; `creatorgraph providers` lists them.")
def probe(platform: str, target: str, provider: str | None) -> None:
    """Call every provider once and show what came of it.

    TARGET is a handle or the address of a post. Prints classes, figures (~ approximate), time, cost, and how answers
    differ from the shapes we know. Ends with code 1 when somebody who was called did not tell of it.
    """
    told = run_probe(read_settings(), read_platform(platform, "platform"), target, provider, console=Console())
    if not asyncio.run(told):
        sys.exit(NOT_TOLD)


@commands.command("settings")
def show_settings() -> None:
    """List every setting: name, default, meaning."""
    console = Console()
    for field in msgspec.structs.fields(Settings):
        default = "unset" if field.default is None else str(field.default)
        # Names and defaults are long: the meaning has a line of its own, however narrow the terminal is.
        console.print(f"[bold]{PREFIX}{field.name.upper()}[/] = {escape(default)}", highlight=False, soft_wrap=True)
        console.print(Padding(escape(describe(field.name)), (0, 0, 1, 4)), highlight=False)


@contextmanager
def _part() -> Iterator[Settings]:
    """The settings of a long-running part, whose servers are known to answer; its log goes to the error stream."""
    with reached_servers(read_settings()) as settings:
        logging.basicConfig(level=settings.log_level.upper(), format=LOG_FORMAT)
        for name in ("httpx", "tortoise"):  # they name every request and every closing
            logging.getLogger(name).setLevel(logging.WARNING)
        asyncio.run(check_servers(settings))
        os.environ.update(environment_of(settings))  # where the workers' modules read them
        yield settings


def main() -> None:
    """Run the command; a failure its user can mend ends in one line and exit code 2."""
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SettingsError, StartFailure, Problem) as error:
        click.echo(f"creatorgraph: {' '.join(str(error).split())}", err=True)
        sys.exit(EXPECTED_FAILURE)


if __name__ == "__main__":
    main()
