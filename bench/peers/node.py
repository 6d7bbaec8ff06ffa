"""PostGraphile as a server of the same tables, installed from its lock file when it is first asked for."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from app.store.db import credentials_of
from bench.rows.row import MissingPrecondition

SOURCE = Path(__file__).parent / "postgraphile"
LOCK = "package-lock.json"
INSTALLED = "installed"
"""The lock file of what is installed, kept beside it."""
LEAST_NODE = 22
LONGEST_INSTALL_SECONDS = 300.0


async def installed_postgraphile(folder: Path) -> list[str]:
    """The command that runs PostGraphile, installed into a folder. Raises MissingPrecondition."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    # The program itself: a wheel of Node has a script of its own before it.
    said = await _output(node, "-p", "`${process.versions.node} ${process.execPath}`", path=path) if node else ""
    version, _, program = said.strip().partition(" ")
    if npm is None or int(version.partition(".")[0] or 0) < LEAST_NODE:
        raise MissingPrecondition(f"there is no Node of version {LEAST_NODE} or later")
    if not _place(folder):
        arguments = ("ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        await _output(npm, *arguments, path=path)
        shutil.copy(folder / LOCK, folder / INSTALLED)
    return [program, str(folder / "server.mjs")]


def _place(folder: Path) -> bool:
    """Puts what is ours into the folder; whether the packages in it are those of our lock file."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.iterdir():
        shutil.copy(file, folder)
    mark = folder / INSTALLED
    return mark.exists() and mark.read_bytes() == (folder / LOCK).read_bytes()


def postgraphile_variables(database_url: str) -> Mapping[str, str]:
    """Where its server finds the database, beside the port that every peer is told."""
    credentials = credentials_of(database_url)
    return {
        "NODE_ENV": "production",
        "PEER_DATABASE_HOST": str(credentials["host"]),
        "PEER_DATABASE_PORT": str(credentials["port"]),
        "PEER_DATABASE_USER": str(credentials["user"]),
        "PEER_DATABASE_PASSWORD": str(credentials["password"] or ""),
        "PEER_DATABASE_NAME": str(credentials["database"]),
    }


async def _output(program: str, *arguments: str, path: str) -> str:
    """What a program prints. Raises MissingPrecondition when it fails."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, "PATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), LONGEST_INSTALL_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise MissingPrecondition(f"{Path(program).name} {arguments[0]} took too long") from None
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise MissingPrecondition(f"{Path(program).name} {arguments[0]} failed: {' '.join(last)}")
    return output.decode()
