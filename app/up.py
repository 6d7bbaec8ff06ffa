"""Everything at once on one machine: servers, parts and, when asked, the demo, until it is told to stop."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence

import httpx
from rich.console import Console

from app.demo import HANDLES, at_sandbox, prepare_demo
from app.embedded import Server, data_folder
from app.preflight import (
    check_port,
    check_servers,
    environment_of,
    forget_leases,
    give_bootstrap_key,
    started_servers,
    update_tables,
)
from app.settings import PREFIX, Settings
from app.supervise import Child, Supervisor
from app.welcome import Backfill, show_welcome

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOPBACK = "127.0.0.1"
EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not bound
READY_SECONDS = 60.0
POLL_SECONDS = 0.1


def run_up(settings: Settings, *, demo: bool, console: Console) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP; then end everything that was started.

    Raises StartFailure.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the loop listens for it
    with contextlib.suppress(KeyboardInterrupt), data_folder(settings.data_path):
        check_port(settings)
        is_own = settings.database_url is None
        with started_servers(settings) as (settings, servers):
            asyncio.run(_run(settings, servers, is_own=is_own, demo=demo, console=console))
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # the servers end in order, however often one presses
    console.print(f"Stopped. The data stays in {settings.data_path}", style="dim", highlight=False, soft_wrap=True)


async def _run(settings: Settings, servers: Sequence[Server], *, is_own: bool, demo: bool, console: Console) -> None:
    """Everything on these servers; `is_own` when nobody but us works on the database."""
    stop = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sandbox_port = _free_port()
    if demo:
        settings = at_sandbox(settings, f"http://{LOOPBACK}:{sandbox_port}/{{host}}")

    def say(line: str) -> None:
        console.print(line, style="yellow", soft_wrap=True, highlight=False)

    async with Supervisor(settings.data_path, os.environ | environment_of(settings), say) as children:
        for server in servers:
            children.watch(server)
        if demo:
            children.start(Child("sandbox", ("sandbox", "--port", str(sandbox_port))))
        work = asyncio.create_task(_bring_up(settings, children, is_own=is_own, demo=demo, console=console))
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait((work, asked), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            await work  # raises what kept it from starting
            await asked
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)  # what fails while it is broken off is no news
        console.print("\nStopping …", style="dim")


async def _bring_up(settings: Settings, children: Supervisor, *, is_own: bool, demo: bool, console: Console) -> None:
    with console.status("Starting …"):
        await check_servers(settings)
        await update_tables(settings)
        if is_own:
            await forget_leases(settings)
        # The demo's organization comes before the bootstrap key, which opens the first organization.
        key = await prepare_demo(settings) if demo else None
        await give_bootstrap_key(settings)
        if demo:
            await _answers(settings.upstream_base_template.format(host="_ctl/clock"))
        graphiql = {f"{PREFIX}GRAPHIQL_KEY": key} if key is not None else {}
        children.start(Child("api", ("api",), environment=graphiql))
        for part in ("worker", "scheduler"):
            children.start(Child(part, (part,)))
        url = _api_url(settings)
        if not await _answers(f"{url}/health"):
            console.print(f"The API does not answer yet; see {settings.data_path}/logs/api.log", soft_wrap=True)
    show_welcome(console, settings, url, key)
    if demo:
        with Backfill(console, sum(map(len, HANDLES.values()))) as backfill:
            # Shielded: breaking this off must not break off the keeper, which sees the child to its end.
            await asyncio.shield(children.start(Child("demo", ("demo",), once=True, on_line=backfill.on_line)))
        console.print("History complete", style="green")


async def _answers(url: str) -> bool:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(url)).status_code == httpx.codes.OK:
                    return True
            await asyncio.sleep(POLL_SECONDS)
    return False


def _api_url(settings: Settings) -> str:
    host = LOOPBACK if settings.host in EVERY_ADDRESS else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])
