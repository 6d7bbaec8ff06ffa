"""Drift: the migrations make exactly the committed catalogue, and the models ask for no other."""

import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tortoise.cli.cli import tortoise_cli_context
from tortoise.migrations.autodetector import MigrationAutodetector

from app.embedded.postgres import BINARIES
from app.store.db import MIGRATIONS_CONFIG

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "app" / "store" / "schema.sql"
NOT_OURS = ("--exclude-table=tortoise_migrations*", "--exclude-table=*_20[0-9][0-9]*")
"""The migrations' own record, and partitions, which come with time."""


def dump_catalogue(database_url: str) -> str:
    """The tables, constraints and indexes of a database as SQL, without what differs from server to server."""
    parts = urlsplit(database_url)
    host = dict(parse_qsl(parts.query))["host"]
    dumped = subprocess.run(
        [
            str(BINARIES / "pg_dump"),
            *("--schema-only", "--no-owner", "--no-privileges", "--no-comments", *NOT_OURS),
            *("--host", host, "--username", parts.username or "postgres", parts.path.lstrip("/")),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    kept = [line for line in dumped.splitlines() if line and not re.match(r"--|SET |SELECT pg_catalog|\\", line)]
    return "\n".join(kept) + "\n"


def test_migrations_make_the_committed_catalogue(database_url: str) -> None:
    assert dump_catalogue(database_url) == COMMITTED.read_text(), "run: make schema, and look at the difference"


async def test_models_ask_for_nothing_the_migrations_do_not_make() -> None:
    async with tortoise_cli_context(MIGRATIONS_CONFIG) as context:
        assert context.apps is not None
        detector = MigrationAutodetector(context.apps, MIGRATIONS_CONFIG["apps"])
        assert await detector.changes() == [], "run: make migration"
