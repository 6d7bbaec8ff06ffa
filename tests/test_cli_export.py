"""`creatorgraph export`: the same bytes as the API, files that are whole or not there, and the guide's commands."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.core.access.keys import authenticate, create_key
from app.domain.clock import utc_now
from app.domain.viewer import Scope, Viewer
from app.settings import Settings
from app.store import db
from tests.end_to_end.programs import COMMAND, environment, free_port, run, until
from tests.engines import temporary_folder
from tests.factories import account_facts, at, new_account, new_viewer, post, record

GUIDE = Path(__file__).parent.parent / "docs" / "exports.md"
WINDOW = ("--start", "2026-03-01", "--end", "2026-03-03")


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture
def urls(settings: Settings) -> dict[str, str]:
    return {
        "CREATORGRAPH_DATABASE_URL": str(settings.database_url),
        "CREATORGRAPH_REDIS_URL": str(settings.redis_url),
    }


async def observed(viewer: Viewer) -> str:
    """The handle of an account that gained 50 views."""
    account = await new_account(viewer, at("2026-03-01 08:00"))
    for instant, views in (("2026-03-01 08:05", 100), ("2026-03-02 08:05", 150)):
        facts = account_facts(account, at(instant), [post(f"A-{account.id}", None, {"views": views})])
        await record(account, facts)
    return account.handle


async def export(
    folder: Path, urls: dict[str, str], *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, "export", *arguments, cwd=folder, **urls, **settings)


async def test_rows_go_to_standard_output_or_to_a_file(database: None, folder: Path, urls: dict[str, str]) -> None:
    viewer = await new_viewer()
    handle = await observed(viewer)
    asked = ("series", "--organization", viewer.organization_name, "--kind", "account", "--metrics", "views", *WINDOW)
    printed = await export(folder, urls, *asked)
    assert (printed.returncode, printed.stderr) == (0, "")
    lines = printed.stdout.splitlines()
    assert lines[0] == "kind,id,platform,name,start,end,partial,baseline,observed,views"
    assert [line.partition(f"tiktok,{handle},")[2] for line in lines[1:]] == [
        "2026-03-01,2026-03-01,false,true,true,0",
        "2026-03-02,2026-03-02,false,false,true,50",
        "2026-03-03,2026-03-03,false,false,false,0",
    ]
    file = folder / "views.csv"
    file.write_text("what was there before")
    written = await export(folder, urls, *asked, "--output", str(file))
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert file.read_bytes().decode() == "".join(f"{line}\r\n" for line in lines)
    assert list(folder.iterdir()) == [file]
    device = await export(folder, urls, *asked, "--output", "/dev/stdout", "--format", "jsonl")
    assert (device.returncode, device.stdout.count("\n")) == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["accounts", "--window", "7d"], "There is no argument 'window'; accounts takes platform."),
        (["series", "--id", "x", "--id", "y"], "'x' is not an id of ours. Use an id that the API gave."),
        (["videos", "--output", "no/such/file"], "no/such/file cannot be written: No such file or directory"),
        (["videos", "--output", "."], ". cannot be written: Is a directory"),
        (["videos", "--output", "/dev/full"], "/dev/full cannot be written: No space left on device"),
        (["videos", "--organization", "Nobody's"], 'There is no organization "Nobody\'s".'),
    ],
)
async def test_what_its_user_can_mend_is_said_in_one_line(
    database: None, folder: Path, urls: dict[str, str], arguments: list[str], line: str
) -> None:
    viewer = await new_viewer()
    ended = await export(folder, urls, "--organization", viewer.organization_name, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"creatorgraph: {line}\n")
    assert list(folder.iterdir()) == []


async def many_videos(viewer: Viewer) -> None:
    """So many bytes that no pipe holds them."""
    account = await new_account(viewer, at("2026-03-01 08:00"))
    posts = [post(f"{n}-{account.id}", None, {"views": n}) for n in range(40)]
    await record(account, account_facts(account, at("2026-03-01 08:05"), posts))
    await db.execute(
        "UPDATE video SET caption = repeat('x', 100000) WHERE organization_id = $1", viewer.organization_id
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupted_export_leaves_no_half_file(
    database: None, folder: Path, urls: dict[str, str], settings: Settings, number: signal.Signals
) -> None:
    viewer = await new_viewer()
    await many_videos(viewer)
    file = folder / "videos.csv"
    file.write_text("what was there before")
    async with db.transaction():
        await db.execute("LOCK TABLE video IN ACCESS EXCLUSIVE MODE")  # it waits for this in the middle of its work
        arguments = ["export", "videos", "--organization", viewer.organization_name, "--output", str(file)]
        process = subprocess.Popen([COMMAND, *arguments], env=environment(**urls), stderr=subprocess.PIPE, text=True)
        await asyncio.to_thread(until, "its draft is there", lambda: list(folder.glob(".videos.csv.*.part")))
        process.send_signal(number)
        _, said = await asyncio.to_thread(process.communicate, timeout=30)
    assert (process.returncode, said) == (130, "")
    assert [(entry, entry.read_text()) for entry in folder.iterdir()] == [(file, "what was there before")]


async def test_whoever_reads_no_further_ends_it(database: None, folder: Path, urls: dict[str, str]) -> None:
    viewer = await new_viewer()
    await many_videos(viewer)
    ended = await asyncio.to_thread(
        subprocess.run,
        [
            "bash",
            "-o",
            "pipefail",
            "-c",
            '"$0" export videos --organization "$1" | head -c 20',
            COMMAND,
            viewer.organization_name,
        ],
        env=environment(**urls),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "id,platform,external", "")


async def test_the_commands_of_the_guide(database: None, folder: Path, urls: dict[str, str]) -> None:
    key = await create_key("Acme", "guide", frozenset({Scope.READ}), now=utc_now())
    viewer = await authenticate(key, now=utc_now())
    await observed(Viewer(**{name: getattr(viewer, name) for name in viewer.__slots__} | {"scopes": frozenset(Scope)}))
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = environment(
        **urls, PORT=str(port), KEY=key, URL=url, PATH=f"{Path(COMMAND).parent}:{os.environ['PATH']}"
    )
    server = subprocess.Popen([COMMAND, "api"], cwd=folder, env=settings, stderr=subprocess.DEVNULL)
    try:
        await asyncio.to_thread(until, "the API answers", lambda: answers(f"{url}/health"))
        for script in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL):
            ended = await asyncio.to_thread(
                subprocess.run,
                ["bash", "-e", "-c", script],
                cwd=folder,
                env=settings,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert (ended.returncode, ended.stderr) == (0, "")
            assert ended.stdout.startswith(("kind,id,platform,name,start,", '{"kind":"creator"')) or ended.stdout == ""
    finally:
        server.terminate()
        server.wait(30)
    assert {file.name for file in folder.iterdir()} == {"accounts.csv", "january.csv"}
    assert (folder / "accounts.csv").read_text().startswith("id,platform,handle,")
    assert (folder / "january.csv").read_text().startswith("rank,previousRank,value,")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
